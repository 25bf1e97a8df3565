package analyze

import (
	"context"
	"database/sql/driver"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/columns"
	"guanxi/base/workspace"
)

// orderProjection copies orders with their lines, and keeps the running totals on customers.
type orderProjection struct {
	touched   *Touched
	countries map[int64]driver.Value // of all customers who have one, while columns are filled anew
}

func (*orderProjection) Subject() string { return "orders" }

func (p *orderProjection) Empty(ctx context.Context, to *columns.Tx) error {
	p.touched.all()
	p.countries = nil
	for _, table := range []string{"orders", "order_lines"} {
		if err := to.Empty(ctx, table); err != nil {
			return err
		}
	}
	return to.Exec(ctx, `
update customers
set orders_count = 0, orders_gross = 0, orders_refunded = 0,
  orders_first_at = null, orders_last_at = null, orders_first_day = null, orders_last_day = null`)
}

func (p *orderProjection) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	ids = sortedIDs(ids)
	fresh, err := isNew(ctx, to, "orders", ids)
	if err != nil {
		return err
	}
	var buyers []int64
	if !fresh {
		const replaced = " in (select unnest(?::bigint[]))"
		if buyers, err = distinctCustomers(ctx, to,
			"select distinct customer_id from orders where customer_id is not null and id"+replaced, ids); err != nil {
			return err
		}
		if err := to.Exec(ctx, "delete from orders where id"+replaced, ids); err != nil {
			return err
		}
		if err := to.Exec(ctx, "delete from order_lines where order_id"+replaced, ids); err != nil {
			return err
		}
	}
	orders := newOrderCopy(ctx, from, shownCountry)
	if err := to.AppendFrom(ctx, func(ctx context.Context, add addRow) error {
		return orders.copy(ctx, rowsOf("o.id", ids), rowsOf("order_id", ids), add)
	}); err != nil {
		return err
	}
	buyers = sortedIDs(append(buyers, orders.buyers()...))
	p.touched.add(buyers...)
	if len(buyers) == 0 {
		return nil
	}
	if fresh {
		return addTotals(ctx, to, ids[0])
	}
	return recountTotals(ctx, to, buyers)
}

// fillIDs is how many ids are read at a time while columns are filled anew.
const fillIDs = 20_000

// Fill implements feed.Filler.
func (p *orderProjection) Fill(ctx context.Context, from bun.IDB, to *columns.Tx, first, last int64) error {
	if p.countries == nil {
		var err error
		if p.countries, err = readCountries(ctx, from); err != nil {
			return err
		}
	}
	orders := newOrderCopy(ctx, from, ownCountry)
	orders.countries = p.countries
	return to.AppendFrom(ctx, func(ctx context.Context, add addRow) error {
		for ; first <= last; first += fillIDs {
			end := min(first+fillIDs-1, last)
			if err := orders.copy(ctx, between("o.id", first, end), between("order_id", first, end), add); err != nil {
				return err
			}
		}
		return nil
	})
}

// Settle implements feed.Filler.
func (p *orderProjection) Settle(ctx context.Context, to *columns.Tx) error {
	p.countries = nil
	return addTotals(ctx, to, 0)
}

// projectOf copies all orders of customers again.
func (p *orderProjection) projectOf(ctx context.Context, from bun.IDB, to *columns.Tx, customers []int64) error {
	for chunk := range slices.Chunk(customers, 5000) {
		var ids []int64
		if err := from.NewRaw("select id from orders where ? and country = ''", rowsOf("customer_id", chunk)).Scan(ctx, &ids); err != nil {
			return err
		}
		for some := range slices.Chunk(ids, 20000) {
			if err := p.Project(ctx, from, to, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// civilDay gives the workspace's calendar day of an instant as midnight UTC, which is how columns take a date.
func civilDay(w workspace.Workspace, ms int64) time.Time {
	y, m, d := w.Time(ms).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
