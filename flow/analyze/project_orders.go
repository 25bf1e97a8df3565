package analyze

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/columns"
	"guanxi/base/workspace"
)

// orderProjection copies orders with their lines, and keeps the running totals on customers.
type orderProjection struct{ touched *Touched }

func (*orderProjection) Subject() string { return "orders" }

func (p *orderProjection) Empty(ctx context.Context, to *columns.Tx) error {
	p.touched.all()
	for _, text := range []string{"delete from orders", "delete from order_lines", `
update customers
set orders_count = 0, orders_gross = 0, orders_refunded = 0,
  orders_first_at = null, orders_last_at = null, orders_first_day = null, orders_last_day = null`} {
		if err := to.Exec(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

func (p *orderProjection) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	ids = sortedIDs(ids)
	rows, err := readOrders(ctx, from, ids)
	if err != nil {
		return err
	}
	buyers := make([]int64, 0, len(rows))
	for _, o := range rows {
		if o.CustomerID != nil {
			buyers = append(buyers, *o.CustomerID)
		}
	}
	fresh, err := isNew(ctx, to, "orders", ids)
	if err != nil {
		return err
	}
	if !fresh {
		const replaced = " in (select unnest(?::bigint[]))"
		before, err := distinctCustomers(ctx, to,
			"select distinct customer_id from orders where customer_id is not null and id"+replaced, ids)
		if err != nil {
			return err
		}
		buyers = append(buyers, before...)
		if err := to.Exec(ctx, "delete from orders where id"+replaced, ids); err != nil {
			return err
		}
		if err := to.Exec(ctx, "delete from order_lines where order_id"+replaced, ids); err != nil {
			return err
		}
	}
	if err := appendOrders(ctx, from, to, ids, rows); err != nil {
		return err
	}
	buyers = sortedIDs(buyers)
	p.touched.add(buyers...)
	if len(buyers) == 0 {
		return nil
	}
	if fresh {
		return addTotals(ctx, to, ids[0])
	}
	return recountTotals(ctx, to, buyers)
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

type orderRow struct {
	ID         int64  `bun:"id"`
	Number     string `bun:"number"`
	Shop       string `bun:"shop"`
	Kind       string `bun:"kind"`
	Status     string `bun:"status"`
	CustomerID *int64 `bun:"customer_id"`
	OrderedAt  int64  `bun:"ordered_at"`
	Gross      int64  `bun:"gross"`
	Refunded   int64  `bun:"refunded"`
	Currency   string `bun:"currency"`
	Country    string `bun:"country"`
	Province   string `bun:"province"`
	City       string `bun:"city"`
	Lines      int64  `bun:"lines"`

	day time.Time
}

func readOrders(ctx context.Context, from bun.IDB, ids []int64) ([]*orderRow, error) {
	var rows []*orderRow
	if err := from.NewRaw(`
select o.id, o.number, o.shop, o.kind, o.status, o.customer_id, o.ordered_at, o.gross, o.refunded, o.currency,
  case when o.country = '' then coalesce(c.country, '') else o.country end as country, o.province, o.city, o.lines
from orders o
left join customers c on c.id = o.customer_id
where ? and o.deleted_at is null
order by o.id`, rowsOf("o.id", ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	w := workspace.Of(ctx)
	for _, o := range rows {
		o.day = civilDay(w, o.OrderedAt)
	}
	return rows, nil
}

func appendOrders(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64, rows []*orderRow) error {
	byID := make(map[int64]*orderRow, len(rows))
	out := make([][]any, len(rows))
	for i, o := range rows {
		byID[o.ID] = o
		out[i] = []any{
			o.ID, o.Number, nullText(o.Shop), o.Kind, o.Status, nullable(o.CustomerID), o.OrderedAt, o.day, o.Gross, o.Refunded,
			o.Currency, nullText(o.Country), nullText(o.Province), nullText(o.City), o.Lines,
		}
	}
	if err := to.Append(ctx, "orders", out); err != nil {
		return err
	}
	var lines []struct {
		OrderID         int64   `bun:"order_id"`
		Position        int64   `bun:"position"`
		SKU             string  `bun:"sku"`
		ProductName     string  `bun:"product_name"`
		Category        string  `bun:"category"`
		Brand           string  `bun:"brand"`
		Tier            string  `bun:"tier"`
		Quantity        float64 `bun:"quantity"`
		UnitPriceMicros int64   `bun:"unit_price_micros"`
		Amount          int64   `bun:"amount"`
	}
	if err := from.NewRaw(`
select order_id, position, sku, product_name, category, brand, tier, quantity, unit_price_micros, amount
from order_lines
where ?
order by order_id, position`, rowsOf("order_id", ids)).Scan(ctx, &lines); err != nil {
		return err
	}
	parts := make([][]any, 0, len(lines))
	for _, l := range lines {
		o := byID[l.OrderID]
		if o == nil {
			continue
		}
		parts = append(parts, []any{
			l.OrderID, l.Position, nullable(o.CustomerID), o.OrderedAt, o.day, o.Kind, nullText(l.SKU), nullText(l.ProductName),
			nullText(l.Category), nullText(l.Brand), nullText(l.Tier), l.Quantity, l.UnitPriceMicros, l.Amount, nullText(o.Shop),
			nullText(o.Country), o.Status,
		})
	}
	return to.Append(ctx, "order_lines", parts)
}

// civilDay gives the workspace's calendar day of an instant as midnight UTC, which is how columns take a date.
func civilDay(w workspace.Workspace, ms int64) time.Time {
	y, m, d := w.Time(ms).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
