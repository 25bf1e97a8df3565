package customer

import (
	"context"
	"encoding/json"
	"strconv"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// moved is what a merge took from one customer to the other, so that undo can bring exactly that back. Before and After
// are the kept record's attributes around the merge, which fills only what was empty.
type moved struct {
	Orders     []int64       `json:"orders"`
	Activities []int64       `json:"activities"`
	Consents   []int64       `json:"consents"`
	Contacts   []int64       `json:"contacts"`
	Identities []identityRow `json:"identities"`
	Tags       []string      `json:"tags"`
	Before     Customer      `json:"before"`
	After      Customer      `json:"after"`
}

type mergeRow struct {
	ID        int64  `bun:"id"`
	KeptID    int64  `bun:"kept_id"`
	MergedID  int64  `bun:"merged_id"`
	Moved     string `bun:"moved"`
	CreatedAt int64  `bun:"created_at"`
	UndoneAt  *int64 `bun:"undone_at"`
}

// Merge joins other into the customer kept: her identities, contact points, orders, follow-ups, consents and tags go
// over, and fill what was empty; other stays as a shell that points at kept. Faults: not found, invalid (with itself).
func (s *Store) Merge(ctx context.Context, keptID, otherID int64) (id int64, err error) {
	if keptID == otherID {
		return 0, fault.Invalid("other", "same_customer")
	}
	now := clock.Millis(ctx)
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		kept, err := s.find(ctx, tx, keptID)
		if err != nil {
			return err
		}
		other, err := s.find(ctx, tx, otherID)
		if err != nil {
			return err
		}
		m := moved{Before: kept.Customer}
		if err := m.move(ctx, tx, keptID, otherID, now); err != nil {
			return err
		}
		c := kept.Customer
		c.fillFrom(&other.Customer)
		c.Version++
		c.UpdatedAt = now
		m.After = c
		if err := updateCustomer(ctx, tx, &c); err != nil {
			return err
		}
		if _, err := tx.NewRaw("update customers set merged_into = ?, updated_at = ?, version = version + 1 where id = ?", keptID, now, otherID).Exec(ctx); err != nil {
			return err
		}
		text, err := json.Marshal(m)
		if err != nil {
			return err
		}
		if id, err = tx.NextID(ctx, "merges"); err != nil {
			return err
		}
		var staff *int64
		if a := guard.ActorOf(ctx); a.StaffID != 0 {
			staff = &a.StaffID
		}
		if _, err := tx.NewRaw("insert into merges (id, kept_id, merged_id, moved, staff_id, created_at) values (?, ?, ?, ?, ?, ?)",
			id, keptID, otherID, string(text), staff, now).Exec(ctx); err != nil {
			return err
		}
		m.feed(tx, keptID, otherID)
		return guard.Audit(ctx, tx, "customer.merged", "customer", strconv.FormatInt(keptID, 10),
			map[string]any{"name": c.Name, "merge": id, "other": otherID, "other_name": other.Name, "orders": len(m.Orders)})
	})
	return id, err
}

// fillFrom takes what c does not hold from other.
func (c *Customer) fillFrom(other *Customer) {
	for _, f := range textFields {
		if to := f.of(c); *to == "" || f.name == "gender" && *to == GenderUnknown {
			*to = *f.of(other)
		}
	}
	if c.Birthday == nil {
		c.Birthday = other.Birthday
	}
	if c.OwnerID == nil {
		c.OwnerID, c.TeamID = other.OwnerID, other.TeamID
	}
	custom := customFields(c.Custom)
	for name, value := range customFields(other.Custom) {
		if _, held := custom[name]; !held {
			custom[name] = value
		}
	}
	c.Custom = customText(custom)
	c.CreatedAt = min(c.CreatedAt, other.CreatedAt)
	c.settle()
}

func (m *moved) feed(tx *db.Tx, keptID, otherID int64) {
	tx.Feed("customers", keptID, otherID)
	tx.Feed("orders", m.Orders...)
	tx.Feed("activities", m.Activities...)
}

// Unmerge takes a merge back: what went over returns, as far as it is still there, and so do the attributes it filled
// in and nobody has changed since. It gives the customer that was kept. Faults: not found, conflict (undone already, or
// the kept customer was itself merged later).
func (s *Store) Unmerge(ctx context.Context, id int64) (keptID int64, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []mergeRow
		if err := tx.NewRaw(`
select m.id, m.kept_id, m.merged_id, m.moved, m.created_at, m.undone_at
from merges m
join customers c on c.id = m.kept_id
where m.id = ? and ?`, id, scope(ctx, "c")).Scan(ctx, &rows); err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.NotFound("merge", id)
		}
		row := rows[0]
		keptID = row.KeptID
		if row.UndoneAt != nil {
			return fault.Conflict("merge_undone_already")
		}
		kept, err := s.find(ctx, tx, keptID)
		if err != nil {
			return fault.Conflict("merge_undo_newer_first")
		}
		var m moved
		if err := json.Unmarshal([]byte(row.Moved), &m); err != nil {
			return err
		}
		now := clock.Millis(ctx)
		if err := m.moveBack(ctx, tx, keptID, row.MergedID); err != nil {
			return err
		}
		c := kept.Customer
		c.emptyAgain(&m.Before, &m.After)
		c.Version++
		c.UpdatedAt = now
		if err := updateCustomer(ctx, tx, &c); err != nil {
			return err
		}
		if _, err := tx.NewRaw("update customers set merged_into = null, updated_at = ?, version = version + 1 where id = ?", now, row.MergedID).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("update merges set undone_at = ? where id = ?", now, id).Exec(ctx); err != nil {
			return err
		}
		m.feed(tx, keptID, row.MergedID)
		return guard.Audit(ctx, tx, "customer.unmerged", "customer", strconv.FormatInt(keptID, 10), map[string]any{"name": c.Name, "merge": id, "other": row.MergedID})
	})
	return keptID, err
}

// emptyAgain takes out of c what a merge had filled in, where it still stands as the merge left it.
func (c *Customer) emptyAgain(before, after *Customer) {
	for _, f := range textFields {
		if now := f.of(c); *now == *f.of(after) {
			*now = *f.of(before)
		}
	}
	if equal(c.Birthday, after.Birthday) {
		c.Birthday = before.Birthday
	}
	if equal(c.OwnerID, after.OwnerID) {
		c.OwnerID, c.TeamID = before.OwnerID, before.TeamID
	}
	if c.Custom == after.Custom {
		c.Custom = before.Custom
	}
	c.CreatedAt = before.CreatedAt
	c.NameKey, c.NameInitials = NameKeys(c.Kind, c.Name)
}
