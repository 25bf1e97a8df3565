package customer

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// writeContacts makes the persons of the rows contacts of their organizations. Who is one already is changed where the row
// says more; the first row of a file that names a pair decides.
func (w *related) writeContacts(ctx context.Context, tx *db.Tx) error {
	var organizations []int64
	for _, ends := range w.ends {
		if ends[0] != nil && ends[1] != nil {
			organizations = append(organizations, ends[0].root().ID)
		}
	}
	known, main := map[[2]int64]*Contact{}, map[int64]bool{}
	if err := inChunks(slices.Compact(slices.Sorted(slices.Values(organizations))), lookUpChunk, func(chunk []int64) error {
		var rows []Contact
		err := tx.NewRaw("select "+speakerColumns+" from contacts where organization_id in (?) and until is null order by id desc", bun.List(chunk)).Scan(ctx, &rows)
		for i := range rows {
			known[[2]int64{rows[i].OrganizationID, rows[i].PersonID}] = &rows[i]
			main[rows[i].OrganizationID] = main[rows[i].OrganizationID] || rows[i].Main
		}
		return err
	}); err != nil {
		return err
	}
	var made []*Contact
	for i, ends := range w.ends {
		if ends[0] == nil || ends[1] == nil || ends[0].root() == ends[1].root() {
			continue
		}
		pair, told := [2]int64{ends[0].root().ID, ends[1].root().ID}, w.rows[i].contact
		if w.run.pairs[pair] || w.run.latest[pair] {
			continue
		}
		w.run.latest[pair] = true
		told.Main = told.Main && !main[pair[0]] // who is the main one already stays it
		main[pair[0]] = main[pair[0]] || told.Main
		now := known[pair]
		switch {
		case now == nil && w.b.Mode == collect.ModeUpdate:
		case now == nil:
			told.OrganizationID, told.PersonID, told.CreatedImportID = pair[0], pair[1], &w.b.ImportID
			told.CreatedAt, told.UpdatedAt, told.Version = w.b.Now, w.b.Now, 1
			made = append(made, &told)
			w.outcomes[i][2] = collect.Created
		case w.b.Mode != collect.ModeCreate:
			changed, err := w.rewriteContact(ctx, tx, now, &told)
			if err != nil {
				return err
			}
			w.outcomes[i][2] = outcomeOf(changed)
		}
	}
	if len(made) == 0 {
		return nil
	}
	first, err := tx.NextIDs(ctx, "contacts", len(made))
	if err != nil {
		return err
	}
	rows := db.NewBulk("contacts", speakerColumns, "")
	for i, k := range made {
		k.ID = first + int64(i)
		rows.Add(k.values()...)
		tx.Feed("customers", k.OrganizationID, k.PersonID)
		if err := rows.Spill(ctx, tx); err != nil {
			return err
		}
	}
	return rows.Insert(ctx, tx)
}

// rewriteContact lets what a row says of a contact hold, and says whether anything differed.
func (w *related) rewriteContact(ctx context.Context, tx *db.Tx, now, told *Contact) (bool, error) {
	after := *now
	for _, part := range [...]struct{ to, from *string }{{&after.Role, &told.Role}, {&after.Title, &told.Title}, {&after.Department, &told.Department}} {
		if *part.from != "" {
			*part.to = *part.from
		}
	}
	if told.Since != nil {
		after.Since = told.Since
	}
	after.Main = after.Main || told.Main
	if after.Role == now.Role && after.Title == now.Title && after.Department == now.Department && after.Main == now.Main && equal(after.Since, now.Since) {
		return false, nil
	}
	if now.CreatedImportID == nil || *now.CreatedImportID != w.b.ImportID || now.Version > 1 {
		after.Version++
		before, err := json.Marshal(now)
		if err != nil {
			return false, err
		}
		w.b.AddChange(collect.Change{SubjectType: "contact", SubjectID: now.ID, Before: string(before), AfterVersion: after.Version})
	}
	after.UpdatedAt = w.b.Now
	tx.Feed("customers", now.OrganizationID, now.PersonID)
	return true, updateSpeaker(ctx, tx, &after)
}

// loadOrders makes drafts of the orders that the rows tell of and finds which are stored.
func (w *related) loadOrders(ctx context.Context, tx *db.Tx) error {
	w.orders = &purchases{b: w.b, kind: "relations"}
	type part struct {
		d                    *draft
		amount, refunded, at int64
	}
	seen := map[part]bool{}
	var last *draft
	for i := range w.rows {
		order := w.rows[i].order
		if w.b.Outcomes[i].State != collect.Pending || order == nil || w.rows[i].lacking != "" {
			continue
		}
		if last == nil || last.Shop != order.shop || last.Number != order.number {
			last = order.draft(w.b)
			w.orders.drafts = append(w.orders.drafts, last)
		}
		w.drafts[i] = last
		if told := (part{last, order.amount, order.refunded, order.orderedAt}); !seen[told] {
			seen[told] = true
			last.add(i, &order.purchaseRow)
		}
	}
	return w.orders.loadOrders(ctx, tx)
}

// orderRefused refuses a row whose order is not taken.
func (w *related) orderRefused(i int) bool {
	switch d := w.drafts[i]; {
	case w.rows[i].lacking != "":
		w.b.Reject(i, "value_missing", w.rows[i].lacking, "")
	case d == nil:
		return false
	case d.was == nil && w.b.Mode == collect.ModeUpdate:
		w.b.Reject(i, "not_found", "order_number", "")
	case d.was != nil && !d.was.InScope:
		w.b.Reject(i, "customer_of_others", "order_number", "")
	default:
		return false
	}
	return true
}

// writeOrders brings the orders in, as orders of the organization, or of the person where there is none.
func (w *related) writeOrders(ctx context.Context, tx *db.Tx) error {
	currency := workspace.Of(ctx).Currency
	amounts, named := make([]orderRow, len(w.rows)), map[*draft]bool{}
	for i, d := range w.drafts {
		if d == nil || w.b.Outcomes[i].State == collect.Rejected {
			continue
		}
		amounts[i] = *w.rows[i].order
		named[d] = named[d] || w.b.Outcomes[i].State == collect.Pending // an order comes in whole if any of its rows does
		if row := w.told[i][0]; w.ends[i][0] != nil && d.who == nil {
			d.who, d.buyer.keys = w.ends[i][0].root(), row.keys
		} else if row := w.told[i][1]; w.ends[i][1] != nil && d.who == nil {
			d.who, d.buyer.keys = w.ends[i][1].root(), row.keys
		}
	}
	outcomes := append([]collect.Outcome(nil), w.b.Outcomes...)
	for _, d := range w.orders.drafts {
		if w.b.Outcomes[d.rows[0]].State == collect.Rejected || !named[d] || d.was != nil && w.b.Mode == collect.ModeCreate {
			continue
		}
		d.taken = true
		d.begin(currency)
		compareAmounts(w.orders, d, amounts)
		w.orders.foreign(d, purchaseFieldIndex{currency: w.currency}, currency)
		w.orders.describe(d)
	}
	copy(w.b.Outcomes, outcomes) // an order is only a part of its row
	if _, _, err := w.orders.writeOrders(ctx, tx); err != nil {
		return err
	}
	return w.orders.attribute(ctx, tx)
}

func restoreContacts(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	return restore(ctx, tx, importID, limit, done, "contact", "contacts", "role", func(before string, version int64) (int64, error) {
		var was Contact
		if err := json.Unmarshal([]byte(before), &was); err != nil {
			return 0, err
		}
		left := was.Version
		was.Version, was.UpdatedAt = version, clock.Millis(ctx)
		tx.Feed("customers", was.OrganizationID, was.PersonID)
		return left, updateSpeaker(ctx, tx, &was)
	})
}

// removeContacts takes away the contacts that the import made and nobody has changed since.
func removeContacts(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	var made []Contact
	if err := tx.NewRaw("select "+speakerColumns+" from contacts where created_import_id = ? order by id limit ?", importID, limit).Scan(ctx, &made); err != nil {
		return 0, err
	}
	var gone, kept []int64
	for _, k := range made {
		tx.Feed("customers", k.OrganizationID, k.PersonID)
		if k.Version == 1 {
			gone = append(gone, k.ID)
			continue
		}
		kept = append(kept, k.ID)
		done.Kept = append(done.Kept, collect.Finding{SubjectType: "customer", SubjectID: k.PersonID, Field: "contact"})
	}
	for text, ids := range map[string][]int64{"delete from contacts where id in (?)": gone, "update contacts set created_import_id = null where id in (?)": kept} {
		if len(ids) == 0 {
			continue
		}
		if _, err := tx.NewRaw(text, bun.List(ids)).Exec(ctx); err != nil {
			return 0, err
		}
	}
	done.Removed += int64(len(gone))
	return len(made), nil
}
