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
	return undo(ctx, tx, importID, limit, restoreCustomers, removeCustomers)
}

// Undo implements collect.Kind. Orders go first, because they point at the customers.
func (*orderKind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (collect.Undone, error) {
	return undo(ctx, tx, importID, limit, restoreOrders, removeOrders, restoreCustomers, removeCustomers)
}

// Undo implements collect.Kind.
func (*lineKind) Undo(ctx context.Context, tx *db.Tx, importID int64, limit int) (collect.Undone, error) {
	return undo(ctx, tx, importID, limit, restoreOrders, removeOrders, restoreCustomers, removeCustomers)
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
	put func(before string, version int64) error) (int, error) {
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
		if exists && now.Version == c.AfterVersion {
			if err := put(c.Before, now.Version+1); err != nil {
				return 0, err
			}
			done.Restored++
			continue
		}
		done.Kept = append(done.Kept, collect.Finding{SubjectType: subject, SubjectID: c.SubjectID, SubjectLabel: now.Label})
	}
	return len(changes), collect.DropChanges(ctx, tx, importID, subject, ids)
}

func restoreCustomers(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	return restore(ctx, tx, importID, limit, done, "customer", "customers", "source", func(before string, version int64) error {
		var was image
		if err := json.Unmarshal([]byte(before), &was); err != nil {
			return err
		}
		was.Customer.Version, was.Customer.UpdatedAt = version, clock.Millis(ctx)
		tx.Feed("customers", was.Customer.ID)
		return putImage(ctx, tx, &was)
	})
}

// putImage makes a customer what the image says, with everything that hangs on the record.
func putImage(ctx context.Context, tx *db.Tx, was *image) error {
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
	points := newBulk("contact_points", contactColumns, "")
	for _, p := range was.Contacts {
		points.add(p.ID, id, p.Kind, p.Value, p.Raw, p.Verified, p.State, p.CreatedAt)
	}
	identities := newBulk("identities", "source, external_id, customer_id, created_at", "on conflict (source, external_id) do nothing")
	for _, i := range was.Identities {
		identities.add(i.Source, i.ExternalID, id, i.CreatedAt)
	}
	tags := newBulk("customer_tags", "customer_id, tag, created_at", "")
	for _, t := range was.Tags {
		tags.add(id, t.Tag, t.CreatedAt)
	}
	for _, rows := range []*bulk{points, identities, tags} {
		if err := rows.insert(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func restoreOrders(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	return restore(ctx, tx, importID, limit, done, "order", "orders", "number", func(before string, version int64) error {
		var was orderImage
		if err := json.Unmarshal([]byte(before), &was); err != nil {
			return err
		}
		was.Order.Version, was.Order.UpdatedAt = version, clock.Millis(ctx)
		if err := updateOrder(ctx, tx, &was.Order); err != nil {
			return err
		}
		if _, err := tx.NewRaw("delete from order_lines where order_id = ?", was.Order.ID).Exec(ctx); err != nil {
			return err
		}
		lines := newBulk("order_lines", lineColumns, "")
		for i := range was.Lines {
			lines.add(was.Lines[i].values()...)
		}
		tx.Feed("orders", was.Order.ID)
		return lines.insert(ctx, tx)
	})
}

func restoreProducts(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	return restore(ctx, tx, importID, limit, done, "product", "products", "sku", func(before string, version int64) error {
		var was Product
		if err := json.Unmarshal([]byte(before), &was); err != nil {
			return err
		}
		was.Version, was.UpdatedAt = version, clock.Millis(ctx)
		return updateProduct(ctx, tx, &was)
	})
}
