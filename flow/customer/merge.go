package customer

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// mergeRow is one joining of two customers. Merges that are not undone make trees: every customer merged has one that
// keeps it, which may be merged in turn; what lives is at the root. Any merge can be undone at any time: the tree is
// cut there, and the root of each half has what it would have had without that merge.
type mergeRow struct {
	ID        int64  `bun:"id"`
	KeptID    int64  `bun:"kept_id"`
	MergedID  int64  `bun:"merged_id"`
	Moved     string `bun:"moved"`
	CreatedAt int64  `bun:"created_at"`
	UndoneAt  *int64 `bun:"undone_at"`

	took []taken
}

const mergeColumns = "id, kept_id, merged_id, moved, created_at, undone_at"

// mergeNote is what a merge remembers about attributes, as JSON.
type mergeNote struct {
	Took []taken `json:"took"`
}

// Merge joins other into the customer kept: her identities, contact points, orders, follow-ups, consents, tags and
// findings go over. Of the attributes, those named in take come from other, empty ones too; the rest stay. Other stays
// as a shell that points at kept. Faults: not found, invalid (with itself, an attribute that cannot be taken).
func (s *Store) Merge(ctx context.Context, keptID, otherID int64, take []string) (id int64, err error) {
	if keptID == otherID {
		return 0, fault.Invalid("other", "same_customer")
	}
	for _, field := range take {
		if !mayBeTaken(field) {
			return 0, fault.Invalid("take", "field_unknown", field)
		}
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err = s.merge(ctx, tx, keptID, otherID, take, nil)
		return err
	})
	return id, err
}

func (s *Store) merge(ctx context.Context, tx *db.Tx, keptID, otherID int64, take []string, batch *int64) (id int64, err error) {
	kept, err := s.find(ctx, tx, keptID)
	if err != nil {
		return 0, err
	}
	other, err := s.find(ctx, tx, otherID)
	if err != nil {
		return 0, err
	}
	return join(ctx, tx, &kept.Customer, &other.Customer, take, batch)
}

// join is merge of two customers as they are stored, whom the person asking may change; kept becomes what it is then.
func join(ctx context.Context, tx *db.Tx, kept, other *Customer, take []string, batch *int64) (id int64, err error) {
	now, keptID, otherID := clock.Millis(ctx), kept.ID, other.ID
	orders, err := moveParts(ctx, tx, keptID, otherID)
	if err != nil {
		return 0, err
	}
	c := *kept
	note := mergeNote{Took: c.takeFrom(other, take)}
	c.settle()
	c.Version++
	c.UpdatedAt = now
	if err := updateCustomer(ctx, tx, &c); err != nil {
		return 0, err
	}
	if err := tell(ctx, tx, saidByMerge, kept, &c, nil); err != nil {
		return 0, err
	}
	if _, err := tx.NewRaw("update customers set merged_into = ?, updated_at = ?, version = version + 1 where id = ?", keptID, now, otherID).Exec(ctx); err != nil {
		return 0, err
	}
	text, err := json.Marshal(note)
	if err != nil {
		return 0, err
	}
	if id, err = tx.NextID(ctx, "merges"); err != nil {
		return 0, err
	}
	if _, err := tx.NewRaw("insert into merges (id, kept_id, merged_id, moved, staff_id, created_at, batch_id) values (?, ?, ?, ?, ?, ?, ?)",
		id, keptID, otherID, string(text), actingStaff(ctx), now, batch).Exec(ctx); err != nil {
		return 0, err
	}
	if err := decidePair(ctx, tx, keptID, otherID, PairMerged); err != nil {
		return 0, err
	}
	if err := followPairs(ctx, tx, keptID, otherID); err != nil {
		return 0, err
	}
	*kept = c
	tx.Feed("customers", keptID, otherID)
	if err := feedSpeakers(ctx, tx, keptID, otherID); err != nil {
		return 0, err
	}
	return id, guard.Audit(ctx, tx, "customer.merged", "customer", strconv.FormatInt(keptID, 10),
		map[string]any{"name": c.Name, "merge": id, "other": otherID, "other_name": other.Name, "orders": orders, "fields": fieldsOf(note.Took)})
}

func actingStaff(ctx context.Context) *int64 {
	if a := guard.ActorOf(ctx); a.StaffID != 0 {
		return &a.StaffID
	}
	return nil
}

// Unmerge takes a merge back, also when others have followed it. Everything that came from the customer parted, or from
// one merged into her before, returns to her, as far as it is still there; so do orders that came since and named her.
// What else happened since stays with the one that was kept: what people changed, said and wrote. A consent withdrawn
// since holds for both, because nobody knows which of them said so. It gives the customer that was kept. Faults: not
// found, conflict (undone already).
func (s *Store) Unmerge(ctx context.Context, id int64) (keptID int64, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		keptID, err = s.unmerge(ctx, tx, id)
		return err
	})
	return keptID, err
}

func (s *Store) unmerge(ctx context.Context, tx *db.Tx, id int64) (int64, error) {
	var rows []mergeRow
	if err := tx.NewRaw("select "+mergeColumns+" from merges where id = ?", id).Scan(ctx, &rows); err != nil {
		return 0, err
	}
	if len(rows) == 0 {
		return 0, fault.NotFound("merge", id)
	}
	m := rows[0]
	rootID, err := rootOf(ctx, tx, m.KeptID)
	if err != nil {
		return 0, err
	}
	if _, err := s.find(ctx, tx, rootID); err != nil {
		return 0, fault.NotFound("merge", id)
	}
	if m.UndoneAt != nil {
		return 0, fault.Conflict("merge_undone_already")
	}
	return m.KeptID, part(ctx, tx, m, rootID)
}

// part takes a merge back whose two are one in rootID now.
func part(ctx context.Context, tx *db.Tx, m mergeRow, rootID int64) error {
	t, err := loadTree(ctx, tx, rootID)
	if err != nil {
		return err
	}
	parted, err := treeBelow(ctx, tx, m.MergedID)
	if err != nil {
		return err
	}
	now := clock.Millis(ctx)
	if _, err := tx.NewRaw("update merges set undone_at = ? where id = ?", now, m.ID).Exec(ctx); err != nil {
		return err
	}
	t.cut(m.ID)
	if err := t.store(ctx, tx, now); err != nil {
		return err
	}
	p := parting{other: m.MergedID, parted: parted, keepers: t.keepers(m.KeptID)}
	if err := p.returnParts(ctx, tx); err != nil {
		return err
	}
	if err := withdrawForBoth(ctx, tx, rootID, m.MergedID, m.CreatedAt); err != nil {
		return err
	}
	if _, err := tx.NewRaw("update customers set merged_into = null, updated_at = ?, version = version + 1 where id = ?", now, m.MergedID).Exec(ctx); err != nil {
		return err
	}
	if err := reopenPair(ctx, tx, m.KeptID, m.MergedID); err != nil {
		return err
	}
	tx.Feed("customers", rootID, m.KeptID, m.MergedID)
	if err := feedSpeakers(ctx, tx, rootID, m.MergedID); err != nil {
		return err
	}
	return guard.Audit(ctx, tx, "customer.unmerged", "customer", strconv.FormatInt(m.KeptID, 10),
		map[string]any{"name": t.customers[m.KeptID].Name, "merge": m.ID, "other": m.MergedID})
}

// rootOf follows merges up to the customer that lives.
func rootOf(ctx context.Context, from bun.IDB, id int64) (root int64, err error) {
	err = from.NewRaw(`
with recursive up (id) as (
  select cast(? as bigint)
  union all
  select c.merged_into from customers c join up on up.id = c.id where c.merged_into is not null
)
select up.id from up join customers c on c.id = up.id where c.merged_into is null`, id).Scan(ctx, &root)
	return root, err
}

// treeBelow gives a customer and all that are merged into it, directly or not.
func treeBelow(ctx context.Context, from bun.IDB, id int64) (ids []int64, err error) {
	err = from.NewRaw(`
with recursive below (id) as (
  select cast(? as bigint)
  union all
  select m.merged_id from merges m join below on m.kept_id = below.id where m.undone_at is null
)
select id from below`, id).Scan(ctx, &ids)
	return ids, err
}
