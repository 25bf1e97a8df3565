package chaos

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/schema"
)

// recordQueries say what an import has brought, without ids and instants of writing, in a fixed order.
var recordQueries = []struct{ name, text string }{
	{"imports", "select kind, state, total, processed, created, updated, unchanged, rejected, duplicates, findings from imports order by id"},
	{"customers", `
select i.source, i.external_id, c.kind, c.name, c.country, c.source,
  case when exists (select 1 from contacts k where c.id in (k.organization_id, k.person_id)) then 0 else c.created_at end -- those begin when they come in
from customers c join identities i on i.customer_id = c.id
order by i.source, i.external_id`},
	{"orders", `
select o.shop, o.number, o.kind, o.status, o.ordered_at, o.gross, o.refunded, o.currency, o.country, o.lines, i.external_id
from orders o left join identities i on i.customer_id = o.customer_id
order by o.shop, o.number`},
	{"lines", `
select o.shop, o.number, l.position, l.sku, l.product_name, l.quantity, l.unit_price_micros, l.discount, l.amount
from order_lines l join orders o on o.id = l.order_id
order by o.shop, o.number, l.position`},
	{"findings", "select cause, row_number, field, value, subject_label, state from findings order by cause, row_number, field, value"},
	{"rejects", "select row_number, code, field, value from import_rejects order by row_number"},
	{"contacts", `
select o.name, p.name, k.title, k.role, k.main
from contacts k join customers o on o.id = k.organization_id join customers p on p.id = k.person_id
order by o.name, p.name`},
	{"products", "select sku, name, category from products order by sku"},
}

// columnQueries say what analysis sees.
var columnQueries = []struct{ name, text string }{
	{"columns: orders by month", `
select strftime(day, '%Y-%m') as month, country, kind, customer_id is null as nobody, count(*), sum(gross), sum(refunded), sum(lines)
from orders group by all order by all`},
	{"columns: lines", "select sku, count(*), sum(quantity), sum(amount) from order_lines group by all order by all"},
	{"columns: customers", `
select orders_count, orders_gross, orders_refunded, orders_first_day::varchar, orders_last_day::varchar, count(*)
from customers group by all order by all`},
}

// digest stops to think: with the program ended it lets `guanxi verify` check what must always hold, then hashes what
// records and columns hold.
func (i *instance) digest() string {
	i.t.Helper()
	ctx := i.t.Context()
	if said, err := i.own("verify").CombinedOutput(); err != nil {
		i.t.Errorf("verify: %v\n%s", err, said)
	}
	records, err := db.Open(ctx, db.Options{Dir: i.options.Dir, PostgresURL: i.options.URL, Schema: dbtest.Schema()})
	if err != nil {
		i.t.Fatal(err)
	}
	defer records.Close()
	store, err := columns.Open(ctx, columns.Options{Dir: i.options.Dir, Schema: schema.Columns()})
	if err != nil {
		i.t.Fatal(err)
	}
	defer store.Close()
	var s strings.Builder
	for _, q := range recordQueries {
		rows, err := records.Pool().QueryContext(ctx, q.text)
		i.write(&s, q.name, rows, err)
	}
	for _, q := range columnQueries {
		rows, err := store.Query(ctx, q.text)
		i.write(&s, q.name, rows, err)
	}
	return s.String()
}

// write adds a line with how many rows there are and the hash of all of them.
func (i *instance) write(s *strings.Builder, name string, rows *sql.Rows, err error) {
	i.t.Helper()
	if err != nil {
		i.t.Fatalf("%s: %v", name, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		i.t.Fatal(err)
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for k := range values {
		into[k] = &values[k]
	}
	sum, n := sha256.New(), 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			i.t.Fatal(err)
		}
		fmt.Fprintln(sum, values...)
	}
	if err := rows.Err(); err != nil {
		i.t.Fatal(err)
	}
	fmt.Fprintf(s, "%-26s %8d rows %s\n", name, n, hex.EncodeToString(sum.Sum(nil))[:16])
}
