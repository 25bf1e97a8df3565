package analyze

import (
	"context"
	"database/sql"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"guanxi/base/columns"
)

// customerProjection copies customers with their tags, consents and how complete they are. Running totals over orders
// are carried from the row it replaces; those of a customer new to columns are added up.
type customerProjection struct {
	touched *Touched
	orders  *orderProjection
}

func (*customerProjection) Subject() string { return "customers" }

func (p *customerProjection) Empty(ctx context.Context, to *columns.Tx) error {
	p.touched.all()
	return to.Empty(ctx, "customers")
}

func (p *customerProjection) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	ids = sortedIDs(ids)
	p.touched.add(ids...)
	rows, err := readCustomers(ctx, from, func(column string) schema.QueryAppender { return rowsOf(column, ids) })
	if err != nil {
		return err
	}
	known := map[int64]customerTotals{}
	fresh, err := isNew(ctx, to, "customers", ids)
	if err != nil {
		return err
	}
	if !fresh {
		if known, err = replacedCustomers(ctx, to, ids); err != nil {
			return err
		}
		if err := to.Exec(ctx, "delete from customers where id in (select unnest(?::bigint[]))", ids); err != nil {
			return err
		}
	}
	var unknown, moved []int64
	for _, c := range rows {
		before, ok := known[c.ID]
		if !ok {
			unknown = append(unknown, c.ID)
		} else if before.country != c.Country {
			moved = append(moved, c.ID)
		}
	}
	totals, err := addUp(ctx, to, unknown)
	if err != nil {
		return err
	}
	for _, id := range unknown {
		if _, back := totals[id]; back {
			moved = append(moved, id)
		}
	}
	if len(rows) < len(ids) {
		moved = append(moved, goneOf(ids, rows)...)
	}
	slices.Sort(moved)
	if err := carryStages(ctx, to, rows, ids); err != nil {
		return err
	}
	if err := to.AppendFrom(ctx, func(_ context.Context, add addRow) error {
		for _, c := range rows {
			t, ok := known[c.ID]
			if !ok {
				t = totals[c.ID]
			}
			if err := add("customers", c.columns(t)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	// an order without a country of its own shows its customer's
	return p.orders.projectOf(ctx, from, to, moved)
}

// Fill implements feed.Filler. Totals come with the orders.
func (p *customerProjection) Fill(ctx context.Context, from bun.IDB, to *columns.Tx, first, last int64) error {
	return to.AppendFrom(ctx, func(ctx context.Context, add addRow) error {
		for ; first <= last; first += fillIDs {
			rows, err := readCustomers(ctx, from, func(column string) schema.QueryAppender {
				return between(column, first, min(first+fillIDs-1, last))
			})
			if err != nil {
				return err
			}
			for _, c := range rows {
				if err := add("customers", c.columns(customerTotals{})); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Settle implements feed.Filler. Stages are as they were last reckoned.
func (*customerProjection) Settle(ctx context.Context, to *columns.Tx) error {
	return to.Exec(ctx, "update customers set lifecycle_stage = j.stage from customer_stages j where j.customer_id = customers.id")
}

// carryStages gives customers the stage of the lifecycle that they were last reckoned to be in.
func carryStages(ctx context.Context, from columnReader, rows []*customerRow, ids []int64) error {
	found, err := from.Query(ctx, "select customer_id, stage from customer_stages where customer_id in (select unnest(?::bigint[])) order by customer_id", ids)
	if err != nil {
		return err
	}
	defer found.Close()
	known := &customerRows{rows: rows}
	for found.Next() {
		var id int64
		var stage string
		if err := found.Scan(&id, &stage); err != nil {
			return err
		}
		if c := known.walkTo(id); c != nil {
			c.stage = stage
		}
	}
	return found.Err()
}

// goneOf gives the ids without a living customer, whose country may have changed all the same.
func goneOf(ids []int64, living []*customerRow) (gone []int64) {
	at := 0
	for _, id := range ids {
		if at < len(living) && living[at].ID == id {
			at++
			continue
		}
		gone = append(gone, id)
	}
	return gone
}

// customerTotals is what columns keep on a customer about her orders, and the country it last saw.
type customerTotals struct {
	count, gross, refunded int64
	firstAt, lastAt        sql.NullInt64
	firstDay, lastDay      sql.NullTime
	country                string
}

func replacedCustomers(ctx context.Context, to *columns.Tx, ids []int64) (map[int64]customerTotals, error) {
	rows, err := to.Query(ctx, `
select id, orders_count, orders_gross, orders_refunded, orders_first_at, orders_last_at, orders_first_day, orders_last_day,
  coalesce(country, '')
from customers
where id in (select unnest(?::bigint[]))`, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[int64]customerTotals{}
	for rows.Next() {
		var id int64
		var t customerTotals
		if err := rows.Scan(&id, &t.count, &t.gross, &t.refunded, &t.firstAt, &t.lastAt, &t.firstDay, &t.lastDay, &t.country); err != nil {
			return nil, err
		}
		known[id] = t
	}
	return known, rows.Err()
}
