package analyze

import (
	"context"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// FindCustomer looks whether the reader may see a customer, in columns or, for one just made, in records. Fault: not found.
func FindCustomer(ctx context.Context, store *columns.Store, records *db.DB, id int64) error {
	where, args := guard.ScopeOf(ctx, "customers").Where("c")
	text, args := "select count(*) from customers c where c.id = ? and "+where, append([]any{id}, args...)
	var there int
	if err := store.QueryRow(ctx, text, args...).Scan(&there); err != nil || there > 0 {
		return err
	}
	if err := records.Read().NewRaw(text+" and c.deleted_at is null and c.merged_into is null", args...).Scan(ctx, &there); err != nil {
		return err
	}
	if there == 0 {
		return fault.NotFound("customer", id)
	}
	return nil
}
