package analyze

import (
	"context"
	"database/sql/driver"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"guanxi/base/db"
	"guanxi/base/workspace"
)

// addRow adds one row to a table of columns; see columns.Tx.AppendFrom.
type addRow = func(table string, row []driver.Value) error

// The country of an order: its own, or else its customer's.
const (
	ownCountry   = "nullif(o.country, '')"
	shownCountry = "coalesce(nullif(o.country, ''), (select nullif(c.country, '') from customers c where c.id = o.customer_id))"
)

// The cells of a row of the orders table that its lines repeat.
const (
	orderID = iota
	_
	orderShop
	orderKind
	orderStatus
	orderCustomer
	orderTime
	orderDay
	orderCountry = 11
	orderWidth   = 15
)

// orderCopy copies orders and their lines.
type orderCopy struct {
	from      bun.IDB
	country   string                 // SQL
	countries map[int64]driver.Value // by customer, where country is ownCountry
	days      dayReader
	orders    []driver.Value // the rows of the last copy, orderWidth cells each, by id
}

func newOrderCopy(ctx context.Context, from bun.IDB, country string) *orderCopy {
	return &orderCopy{from: from, country: country, days: dayReader{workspace: workspace.Of(ctx), seen: map[int64]driver.Value{}}}
}

// copy adds the orders that which chooses, then the lines that whichLines does, which must be lines of these orders.
func (c *orderCopy) copy(ctx context.Context, which, whichLines schema.QueryAppender, add addRow) error {
	c.orders = c.orders[:0]
	if err := db.Each(ctx, c.from, func(row []driver.Value) error {
		at := len(c.orders)
		c.orders = append(c.orders, row[:orderDay]...)
		c.orders = append(c.orders, c.days.of(cellNumber(row[orderTime])))
		c.orders = append(c.orders, row[orderDay:]...)
		order := c.orders[at:]
		if buyer, known := order[orderCustomer].(int64); known && order[orderCountry] == nil {
			order[orderCountry] = c.countries[buyer]
		}
		return add("orders", order)
	}, `
select o.id, o.number, nullif(o.shop, ''), o.kind, o.status, o.customer_id, o.ordered_at, o.gross, o.refunded, o.currency,
  ?, nullif(o.province, ''), nullif(o.city, ''), o.lines
from orders o
where ? and o.deleted_at is null and `+excludedOrders+`
order by o.id`, bun.Safe(c.country), which); err != nil {
		return err
	}
	line, at := make([]driver.Value, 0, 17), 0
	return db.Each(ctx, c.from, func(row []driver.Value) error {
		id := cellNumber(row[0])
		for at < len(c.orders) && cellNumber(c.orders[at+orderID]) < id {
			at += orderWidth
		}
		if at == len(c.orders) || cellNumber(c.orders[at+orderID]) > id {
			return nil // the order is deleted, or excluded
		}
		order := c.orders[at : at+orderWidth]
		line = append(line[:0], row[:2]...)
		line = append(line, order[orderCustomer], order[orderTime], order[orderDay], order[orderKind])
		line = append(line, row[2:]...)
		line = append(line, order[orderShop], order[orderCountry], order[orderStatus])
		return add("order_lines", line)
	}, `
select order_id, position, nullif(sku, ''), nullif(product_name, ''), nullif(category, ''), nullif(brand, ''), nullif(tier, ''),
  quantity, unit_price_micros, amount
from order_lines
where ?
order by order_id, position`, whichLines)
}

// buyers gives the customers of the orders of the last copy.
func (c *orderCopy) buyers() (ids []int64) {
	for at := 0; at < len(c.orders); at += orderWidth {
		if id, known := c.orders[at+orderCustomer].(int64); known {
			ids = append(ids, id)
		}
	}
	return ids
}

// readCountries gives the country of every customer who has one; equal names share their memory.
func readCountries(ctx context.Context, from bun.IDB) (map[int64]driver.Value, error) {
	countries, names := map[int64]driver.Value{}, map[string]driver.Value{}
	err := db.Each(ctx, from, func(row []driver.Value) error {
		name := cellText(row[1])
		if names[name] == nil {
			names[name] = name
		}
		countries[cellNumber(row[0])] = names[name]
		return nil
	}, "select id, country from customers where country <> ''")
	return countries, err
}

// dayReader gives civil days of instants. It remembers the quarter hours it has seen, because no day has ended inside one
// since 1972, when the last zone gave up its odd minutes.
type dayReader struct {
	workspace workspace.Workspace
	seen      map[int64]driver.Value
}

const (
	quarterHour = 15 * 60 * 1000
	evenZones   = 94_694_400_000 // 1973-01-01T00:00:00Z
)

func (d *dayReader) of(ms int64) driver.Value {
	if ms < evenZones {
		return civilDay(d.workspace, ms)
	}
	day, known := d.seen[ms/quarterHour]
	if !known {
		if len(d.seen) > 100_000 {
			clear(d.seen)
		}
		day = civilDay(d.workspace, ms)
		d.seen[ms/quarterHour] = day
	}
	return day
}

// cellNumber gives a whole number that a driver has read, 0 for null.
func cellNumber(v driver.Value) int64 {
	n, _ := v.(int64)
	return n
}

// cellText gives a text that a driver has read, "" for null.
func cellText(v driver.Value) string {
	s, _ := v.(string)
	return s
}
