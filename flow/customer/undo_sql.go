package customer

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// removeOrders deletes orders that the import made and nobody has changed since; the others stay and no longer carry
// its mark.
func removeOrders(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	var made []versioned
	if err := tx.NewRaw("select id, version, number as label from orders where created_import_id = ? order by id limit ?", importID, limit).Scan(ctx, &made); err != nil {
		return 0, err
	}
	return remove(ctx, tx, made, "order", "orders", done, nil, "order_lines", "order_id")
}

// removeCustomers deletes customers that the import made, unless somebody has changed them since or something else
// points at them: an order of another import, a follow-up, a merge, what they did on a site.
func removeCustomers(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	var made []versioned
	if err := tx.NewRaw("select id, version, source as label from customers where created_import_id = ? order by id limit ?", importID, limit).Scan(ctx, &made); err != nil {
		return 0, err
	}
	if len(made) == 0 {
		return 0, nil
	}
	var needed []int64
	if err := tx.NewRaw(`
select customer_id from orders where customer_id in (?)
union
select customer_id from activities where customer_id in (?)
union
select kept_id from merges where kept_id in (?)
union
select merged_id from merges where merged_id in (?)
union
select person_id from contacts where person_id in (?)
union
select organization_id from contacts where organization_id in (?)
union
select customer_id from visitors where customer_id in (?)`, bun.List(idsOf(made)), bun.List(idsOf(made)), bun.List(idsOf(made)), bun.List(idsOf(made)), bun.List(idsOf(made)), bun.List(idsOf(made)), bun.List(idsOf(made))).Scan(ctx, &needed); err != nil {
		return 0, err
	}
	return remove(ctx, tx, made, "customer", "customers", done, needed,
		"contact_points", "customer_id", "identities", "customer_id", "customer_tags", "customer_id", "list_members", "customer_id", "bulk_changes", "customer_id", "consents", "customer_id", "field_history", "customer_id")
}

// RemoveImported takes back the customers that an import made, for kinds of import beyond this package; see removeCustomers.
func RemoveImported(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (handled int, err error) {
	return removeCustomers(ctx, tx, importID, limit, done)
}

func removeProducts(ctx context.Context, tx *db.Tx, importID int64, limit int, done *collect.Undone) (int, error) {
	var made []versioned
	if err := tx.NewRaw("select id, version, sku as label from products where created_import_id = ? order by id limit ?", importID, limit).Scan(ctx, &made); err != nil {
		return 0, err
	}
	return remove(ctx, tx, made, "product", "products", done, nil)
}

// remove deletes the rows still at version 1 that nothing needs, with what hangs on them (pairs of table and column);
// the rest is kept, listed and no longer the import's.
func remove(ctx context.Context, tx *db.Tx, made []versioned, subject, table string, done *collect.Undone, needed []int64, hanging ...string) (int, error) {
	stays := map[int64]bool{}
	for _, id := range needed {
		stays[id] = true
	}
	var gone, kept []int64
	for _, row := range made {
		if row.Version == 1 && !stays[row.ID] {
			gone = append(gone, row.ID)
			continue
		}
		kept = append(kept, row.ID)
		done.Kept = append(done.Kept, collect.Finding{SubjectType: subject, SubjectID: row.ID, SubjectLabel: row.Label})
	}
	if len(kept) > 0 {
		if _, err := tx.NewRaw("update ? set created_import_id = null where id in (?)", bun.Ident(table), bun.List(kept)).Exec(ctx); err != nil {
			return 0, err
		}
	}
	if len(gone) > 0 {
		for i := 0; i < len(hanging); i += 2 {
			if _, err := tx.NewRaw("delete from ? where ? in (?)", bun.Ident(hanging[i]), bun.Ident(hanging[i+1]), bun.List(gone)).Exec(ctx); err != nil {
				return 0, err
			}
		}
		if _, err := tx.NewRaw("delete from ? where id in (?)", bun.Ident(table), bun.List(gone)).Exec(ctx); err != nil {
			return 0, err
		}
		tx.Feed(table, gone...)
	}
	done.Removed += int64(len(gone))
	return len(made), nil
}

func idsOf(rows []versioned) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids
}
