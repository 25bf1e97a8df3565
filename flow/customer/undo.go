package customer

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/flow/collect"
)

// undoStep is one bounded part of taking an import back. It gives how many records it handled; zero means that this
// part is through.
type undoStep func(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (handled int, err error)

// undo runs the steps in order, each until it is through, handling at most limit records in all.
func undo(ctx context.Context, tx *db.Tx, importID int64, limit int, steps ...undoStep) (done collect.Undone, err error) {
	for _, step := range steps {
		handled, err := step(ctx, tx, importID, limit, &done)
		if err != nil {
			return done, err
		}
		if limit -= handled; limit <= 0 {
			done.More = true
			return done, nil
		}
	}
	return done, nil
}

// Undo implements collect.Kind.
func (*customerKind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (collect.Undone, error) {
	return undo(ctx, tx, importID, limit, takeQuestionsBack, partJoined, restoreCustomers, removeCustomers)
}

// Undo implements collect.Kind. Orders go first, because they point at the customers.
func (*orderKind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (collect.Undone, error) {
	return undo(ctx, tx, importID, limit, takeQuestionsBack, partJoined, restoreOrders, removeOrders, restoreCustomers, removeCustomers)
}

// Undo implements collect.Kind.
func (*lineKind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (collect.Undone, error) {
	return undo(ctx, tx, importID, limit, takeQuestionsBack, partJoined, restoreOrders, removeOrders, restoreCustomers, removeCustomers)
}

// Undo implements collect.Kind.
func (*productKind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (collect.Undone, error) {
	return undo(ctx, tx, importID, limit, restoreProducts, removeProducts)
}

type versioned struct {
	ID      int64  `bun:"id"`
	Version int64  `bun:"version"`
	Label   string `bun:"label"`
}

// restore puts back what an import replaced in records of one sort, where nobody has changed them since.
func restore(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone, subject, table, label string,
	put func(before string, version int64) (was int64, err error)) (int, error) {
	changes, err := collect.Changes(ctx, tx, importID, subject, limit)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	ids := make([]int64, len(changes))
	for i, c := range changes {
		ids[i] = c.SubjectID
	}
	var rows []versioned
	if err := tx.NewRaw("select id, version, ? as label from ? where id in (?)", bun.Ident(label), bun.Ident(table), bun.List(ids)).Scan(ctx, &rows); err != nil {
		return 0, err
	}
	stored := map[int64]versioned{}
	for _, row := range rows {
		stored[row.ID] = row
	}
	for _, c := range changes {
		now, exists := stored[c.SubjectID]
		untouched := exists && now.Version == c.AfterVersion
		if c.Before == untouchedSinceMade {
			if untouched {
				if _, err := tx.NewRaw("update ? set version = 1 where id = ?", bun.Ident(table), c.SubjectID).Exec(ctx); err != nil {
					return 0, err
				}
			}
			continue // whether it goes is for the step that removes what the import made
		}
		if untouched {
			was, err := put(c.Before, now.Version+1)
			if err == nil {
				err = asLeft(ctx, tx, subject, table, c.SubjectID, was, now.Version+1)
			}
			if err != nil {
				return 0, err
			}
			done.Restored++
			continue
		}
		done.Kept = append(done.Kept, collect.Finding{SubjectType: subject, SubjectID: c.SubjectID, SubjectLabel: now.Label})
	}
	return len(changes), collect.DropChanges(ctx, tx, importID, subject, ids)
}

// untouchedSinceMade stands for a before-image where the import has made the record: since then others have changed it
// and taken that back.
const untouchedSinceMade = ""

// asLeft lets the imports before one that was taken back be taken back too: a record that is again as they have left it,
// at version was, has not been changed since for having a new version.
func asLeft(ctx context.Context, tx *db.Tx, subject, table string, id, was, version int64) error {
	if _, err := tx.NewRaw("update import_changes set after_version = ? where subject_type = ? and subject_id = ? and after_version = ?",
		version, subject, id, was).Exec(ctx); err != nil || was != 1 {
		return err
	}
	_, err := tx.NewRaw(`
insert into import_changes (import_id, subject_type, subject_id, before, after_version)
select created_import_id, ?, id, ?, ?
from ?
where id = ? and created_import_id is not null
on conflict do nothing`, subject, untouchedSinceMade, version, bun.Ident(table), id).Exec(ctx)
	return err
}

func restoreCustomers(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	return restore(ctx, tx, importID, limit, done, "customer", "customers", "source", func(before string, version int64) (int64, error) {
		var was image
		if err := json.Unmarshal([]byte(before), &was); err != nil {
			return 0, err
		}
		left := was.Customer.Version
		was.Customer.Version, was.Customer.UpdatedAt = version, clock.Millis(ctx)
		tx.Feed("customers", was.Customer.ID)
		if err := untell(ctx, tx, importID, was.Customer.ID); err != nil {
			return 0, err
		}
		return left, putImage(ctx, tx, &was, importID)
	})
}

// putImage makes a customer what the image says, with everything that hangs on the record. Keys that the import gave to
// others come back; what somebody else has given away since stays there.
func putImage(ctx context.Context, tx *db.Tx, was *image, importID int64) error {
	id := was.Customer.ID
	if err := updateCustomer(ctx, tx, &was.Customer); err != nil {
		return err
	}
	for _, table := range []string{"contact_points", "identities", "customer_tags"} {
		if _, err := tx.NewRaw("delete from ? where customer_id = ?", bun.Ident(table), id).Exec(ctx); err != nil {
			return err
		}
	}
	kept := append([]int64{0}, was.Consents...)
	if _, err := tx.NewRaw("delete from consents where customer_id = ? and id not in (?)", id, bun.List(kept)).Exec(ctx); err != nil {
		return err
	}
	points := db.NewBulk("contact_points", contactColumns, "")
	for _, p := range was.Contacts {
		points.Add(p.ID, id, p.Kind, p.Value, p.Raw, p.Verified, p.State, p.CreatedAt, p.Stopped)
	}
	ours := "identities.customer_id in (select subject_id from import_changes where subject_type = 'customer' and import_id = " + itemNumber(importID) + ")" +
		" or identities.customer_id in (select id from customers where created_import_id = " + itemNumber(importID) + ")"
	identities := db.NewBulk("identities", "source, external_id, customer_id, created_at", "on conflict (source, external_id) do update set customer_id = excluded.customer_id where "+ours)
	for _, i := range was.Identities {
		identities.Add(i.Source, i.ExternalID, id, i.CreatedAt)
	}
	tags := db.NewBulk("customer_tags", "customer_id, tag, created_at", "")
	for _, t := range was.Tags {
		tags.Add(id, t.Tag, t.CreatedAt)
	}
	for _, rows := range []*db.Bulk{points, identities, tags} {
		if err := rows.Insert(ctx, tx); err != nil {
			return err
		}
	}
	return stopAgain(ctx, tx, was.Contacts)
}

func restoreOrders(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	return restore(ctx, tx, importID, limit, done, "order", "orders", "number", func(before string, version int64) (int64, error) {
		var was orderImage
		if err := json.Unmarshal([]byte(before), &was); err != nil {
			return 0, err
		}
		left := was.Order.Version
		was.Order.Version, was.Order.UpdatedAt = version, clock.Millis(ctx)
		if err := updateOrder(ctx, tx, &was.Order); err != nil {
			return 0, err
		}
		if _, err := tx.NewRaw("delete from order_lines where order_id = ?", was.Order.ID).Exec(ctx); err != nil {
			return 0, err
		}
		lines := db.NewBulk("order_lines", lineColumns, "")
		for i := range was.Lines {
			lines.Add(was.Lines[i].values()...)
		}
		tx.Feed("orders", was.Order.ID)
		return left, lines.Insert(ctx, tx)
	})
}

func restoreProducts(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	return restore(ctx, tx, importID, limit, done, "product", "products", "sku", func(before string, version int64) (int64, error) {
		var was Product
		if err := json.Unmarshal([]byte(before), &was); err != nil {
			return 0, err
		}
		left := was.Version
		was.Version, was.UpdatedAt = version, clock.Millis(ctx)
		return left, updateProduct(ctx, tx, &was)
	})
}
