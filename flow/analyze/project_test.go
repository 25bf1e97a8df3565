package analyze

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/feed"
	"guanxi/base/workspace"
)

// company is a record store, its columns and the feed between them, at noon of a fixed day in Shanghai.
type company struct {
	ctx     context.Context
	t       testing.TB
	records *db.DB
	columns *columns.Store
	feed    *feed.Feed
	clock   *clock.Fake
	touched *Touched
}

func newCompany(t testing.TB, records *db.DB, watchers ...func(*company) feed.Watcher) *company {
	t.Helper()
	w := workspace.Default()
	c := &company{t: t, records: records, columns: columnstest.Open(t), touched: &Touched{},
		clock: clock.NewFake(time.Date(2026, 3, 9, 12, 0, 0, 0, w.Location))}
	c.ctx = workspace.With(clock.With(context.Background(), c.clock), w)
	var watching []feed.Watcher
	for _, watcher := range watchers {
		watching = append(watching, watcher(c))
	}
	c.feed = feed.New(records, c.columns, Projections(c.touched), watching)
	return c
}

// write runs statements in one change and says which rows changed.
func (c *company) write(subject string, ids []int64, statements ...string) {
	c.t.Helper()
	require.NoError(c.t, c.records.Write(c.ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, s := range statements {
			if _, err := tx.NewRaw(s).Exec(ctx); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		tx.Feed(subject, ids...)
		return nil
	}))
}

// drain moves the feed until everything written is in columns. On PostgreSQL the feed may not pass transactions of
// other tests in the same cluster, so it is asked again until they have ended.
func (c *company) drain() {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		require.NoError(c.t, c.feed.Drain(c.ctx))
		at, err := c.feed.Position(c.ctx)
		require.NoError(c.t, err)
		var left int
		require.NoError(c.t, c.records.Read().NewRaw("select count(*) from feed_entries where (txid, id) > (?, ?)", at.Tx, at.ID).Scan(c.ctx, &left))
		return left == 0
	}, 30*time.Second, time.Millisecond)
}

// one reads one row of columns as text, so that a test row can say it in one line.
func (c *company) one(query string, args ...any) string {
	c.t.Helper()
	var s string
	require.NoError(c.t, c.columns.QueryRow(c.ctx, "select ("+query+")::varchar", args...).Scan(&s))
	return s
}

// at gives the instant of a clock time in Shanghai.
func at(text string) int64 {
	when, err := time.ParseInLocation("2006-01-02 15:04", text, workspace.Default().Location)
	if err != nil {
		panic(err)
	}
	return when.UnixMilli()
}

func addCustomer(id int64, country string) string {
	return fmt.Sprintf(`insert into customers (id, name, country, created_at, updated_at) values (%d, 'c%d', '%s', 1, 1)`, id, id, country)
}

func addOrder(id int64, customer any, when string, kind, status string, gross, refunded int64, country string) string {
	return fmt.Sprintf(`
insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, country, lines, created_at, updated_at)
values (%d, 's', 'N%d', '%s', '%s', %v, %d, %d, %d, 'CNY', '%s', 1, 1, 1)`, id, id, kind, status, customer, at(when), gross, refunded, country)
}

func addLine(order, position int64, category string, amount int64) string {
	return fmt.Sprintf(`
insert into order_lines (order_id, position, sku, product_name, category, brand, tier, quantity, unit_price_micros, amount)
values (%d, %d, 'k', 'p', '%s', '', 'high', 1, 1000000, %d)`, order, position, category, amount)
}

func TestProjections(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCompany(t, d)
		const totals = "select [orders_count::varchar, orders_gross::varchar, orders_refunded::varchar, orders_first_day::varchar, orders_last_day::varchar] from customers where id = 1"
		c.write("customers", []int64{1, 2}, addCustomer(1, "GB"), addCustomer(2, ""),
			`update customers set name = '林婉清', gender = 'female', birthday = '1990-02-28', province = '上海', city = '上海', address = 'x', custom = '{"skin":"dry"}' where id = 1`,
			`insert into customer_tags (customer_id, tag, created_at) values (1, 'vip', 1), (1, '勿扰', 1)`,
			`insert into contact_points (id, customer_id, kind, value, raw, state, created_at) values
			 (1, 1, 'phone', '+8613900000001', 'x', 'ok', 1), (2, 1, 'email', 'a@b.c', 'x', 'bad', 1)`,
			`insert into consents (id, customer_id, purpose, channel, granted, happened_at) values
			 (1, 1, 'marketing', 'email', true, 5), (2, 1, 'marketing', 'email', false, 9), (3, 1, 'marketing', 'sms', true, 7)`)
		c.drain()

		t.Run("a customer carries tags, usable contact points and consents in force", func(t *testing.T) {
			require.Equal(t, `[vip, 勿扰]`, c.one("select tags from customers where id = 1"))
			require.Equal(t, `['marketing:sms']`, c.one("select consents from customers where id = 1"))
			require.Equal(t, `{'p': true, 'e': false}`, c.one("select {p: has_phone, e: has_email} from customers where id = 1"))
			require.Equal(t, `{'b': 1990-02-28, 'g': unknown}`, c.one("select {b: birthday, g: (select gender from customers where id = 2)} from customers where id = 1"))
			require.Equal(t, `"dry"`, c.one("select custom->'skin' from customers where id = 1"))
			require.Equal(t, `0.875`, c.one("select completeness from customers where id = 1"))
			require.Equal(t, `0.125`, c.one("select completeness from customers where id = 2"))
		})
		t.Run("a customer carries what she is to organizations, an organization who its contacts are", func(t *testing.T) {
			c.write("customers", []int64{21, 22, 23, 24}, addCustomer(21, ""), addCustomer(22, ""), addCustomer(23, ""), addCustomer(24, ""), "update customers set deleted_at = 1 where id = 24",
				`insert into contacts (id, organization_id, person_id, role, until, created_at) values (1, 21, 22, 'decides,pays', null, 1), (2, 21, 23, 'uses', '2026-01-01', 1),
				 (3, 21, 22, 'uses', null, 1), (4, 21, 24, 'champions', null, 1), (5, 23, 22, '', null, 1), (6, 21, 21, 'uses', null, 1)`)
			c.drain()
			require.Equal(t, `{'c': 1, 'r': '[decides, pays, uses]', 's': 0}`, c.one("select {c: contacts, r: contact_roles::varchar, s: speaks_for} from customers where id = 21"))
			require.Equal(t, `{'c': 0, 'r': '[decides, pays, uses]', 's': 2}`, c.one("select {c: contacts, r: speaks_as::varchar, s: speaks_for} from customers where id = 22"))
			require.Equal(t, `{'c': 1, 'r': '[]', 's': 0}`, c.one("select {c: contacts, r: speaks_as::varchar, s: speaks_for} from customers where id = 23"))
			c.write("customers", []int64{21, 22, 23, 24}, "delete from contacts", "delete from customers where id > 20")
			c.drain()
		})
		t.Run("totals of orders arriving after the customer", func(t *testing.T) {
			c.write("orders", []int64{1, 2, 3, 4},
				addOrder(1, 1, "2026-01-31 23:59", "order", "completed", 1000, 100, ""), addLine(1, 0, "护肤", 1000), addLine(1, 1, "护肤", -100),
				addOrder(2, 1, "2026-03-01 00:00", "order", "completed", 500, 0, "FR"),
				addOrder(3, 1, "2026-03-02 10:00", "order", "cancelled", 9999, 0, ""),
				addOrder(4, 1, "2026-03-03 10:00", "refund", "cancelled", 0, 300, ""))
			c.drain()
			require.Equal(t, `[2, 1500, 400, 2026-01-31, 2026-03-01]`, c.one(totals))
			require.Equal(t, `[2026-01-31, 2026-01-31]`, c.one("select list(day order by position) from order_lines"))
			require.Equal(t, `[GB, FR, GB, GB]`, c.one("select list(country order by id) from orders"))
		})
		t.Run("a later batch adds to them", func(t *testing.T) {
			c.write("orders", []int64{5, 6}, addOrder(5, 1, "2025-12-01 10:00", "order", "completed", 70, 0, ""),
				addOrder(6, "null", "2025-12-01 10:00", "order", "completed", 70, 0, ""))
			c.drain()
			require.Equal(t, `[3, 1570, 400, 2025-12-01, 2026-03-01]`, c.one(totals))
		})
		t.Run("an edit, a deletion and a restoration", func(t *testing.T) {
			c.write("orders", []int64{5}, `update orders set deleted_at = 1 where id = 5`)
			c.drain()
			require.Equal(t, `[2, 1500, 400, 2026-01-31, 2026-03-01]`, c.one(totals))
			c.write("orders", []int64{2}, `update orders set gross = 600 where id = 2`)
			c.write("orders", []int64{5}, `update orders set deleted_at = null where id = 5`)
			c.drain()
			require.Equal(t, `[3, 1670, 400, 2025-12-01, 2026-03-01]`, c.one(totals))
			c.write("orders", []int64{1}, `delete from order_lines where order_id = 1 and position = 1`)
			c.drain()
			require.Equal(t, `1`, c.one("select count(*) from order_lines"))
		})
		t.Run("an order that moves to another customer", func(t *testing.T) {
			_, _ = c.touched.take()
			c.write("orders", []int64{2}, `update orders set customer_id = 2 where id = 2`)
			c.drain()
			require.Equal(t, `[2, 1070, 400, 2025-12-01, 2026-01-31]`, c.one(totals))
			require.Equal(t, `600`, c.one("select orders_gross from customers where id = 2"))
			ids, _ := c.touched.take()
			require.Equal(t, []int64{1, 2}, ids, "both are re-evaluated")
			c.write("orders", []int64{2}, `update orders set customer_id = 1 where id = 2`)
			c.drain()
		})
		t.Run("an edit of the customer keeps totals and moves the country of orders without one", func(t *testing.T) {
			c.write("customers", []int64{1}, `update customers set country = 'DE' where id = 1`)
			c.drain()
			require.Equal(t, `[3, 1670, 400, 2025-12-01, 2026-03-01]`, c.one(totals))
			require.Equal(t, `[DE, FR, DE, DE, DE]`, c.one("select list(country order by id) from orders where customer_id = 1"))
			require.Equal(t, `[DE, DE]`, c.one("select list(country) from (select l.country from order_lines l union all select 'DE')"))
		})
		t.Run("a deleted customer is gone, restored she has her totals again", func(t *testing.T) {
			c.write("customers", []int64{1}, `update customers set deleted_at = 1 where id = 1`)
			c.drain()
			require.Equal(t, `1`, c.one("select count(*) from customers"))
			c.write("customers", []int64{1}, `update customers set deleted_at = null where id = 1`)
			c.drain()
			require.Equal(t, `[3, 1670, 400, 2025-12-01, 2026-03-01]`, c.one(totals))
		})
		t.Run("follow-ups without their content", func(t *testing.T) {
			c.write("activities", []int64{1},
				`insert into activities (id, customer_id, kind, content, result, staff_id, happened_at, created_at) values (1, 1, 'call', 'secret', 'reached', 3, `+fmt.Sprint(at("2026-03-08 23:30"))+`, 1)`)
			c.drain()
			require.Equal(t, `{'kind': call, 'result': reached, 'day': 2026-03-08}`, c.one("select {kind: kind, result: result, day: day} from activities"))
			c.write("activities", []int64{1}, `delete from activities`)
			c.drain()
			require.Equal(t, `0`, c.one("select count(*) from activities"))
		})
		t.Run("a rebuild ends with the same rows", func(t *testing.T) {
			before := c.everything()
			require.NoError(t, c.feed.Rebuild(c.ctx))
			require.Equal(t, before, c.everything())
		})
	})
}

// everything gives a fingerprint of each projected table.
func (c *company) everything() (all []string) {
	for _, q := range []string{
		"select list(c order by c.id) from customers c", "select list(o order by o.id) from orders o",
		"select list(l order by l.order_id, l.position) from order_lines l", "select list(a order by a.id) from activities a"} {
		all = append(all, c.one("select md5(coalesce(("+q+")::varchar, ''))"))
	}
	return all
}

// However changes fall into batches, totals are what adding up all orders gives.
func TestProjectionsUnderRandomChanges(t *testing.T) {
	c := newCompany(t, dbtest.SQLite(t))
	random := rand.New(rand.NewPCG(7, 7))
	customers, orders := int64(0), int64(0)
	for range 300 {
		switch random.IntN(7) {
		case 0, 1:
			customers++
			c.write("customers", []int64{customers}, addCustomer(customers, []string{"", "GB"}[random.IntN(2)]))
		case 2, 3:
			if customers > 0 {
				orders++
				c.write("orders", []int64{orders}, addOrder(orders, 1+random.Int64N(customers), fmt.Sprintf("2026-%02d-10 08:00", 1+random.IntN(12)),
					[]string{"order", "refund"}[random.IntN(2)], []string{"completed", "cancelled"}[random.IntN(2)], random.Int64N(1000), random.Int64N(50), ""))
			}
		case 4:
			if orders > 0 {
				id := 1 + random.Int64N(orders)
				c.write("orders", []int64{id}, fmt.Sprintf("update orders set customer_id = %d, deleted_at = %s where id = %d",
					1+random.Int64N(customers), []string{"null", "null", "5"}[random.IntN(3)], id))
			}
		case 5:
			if customers > 0 {
				id := 1 + random.Int64N(customers)
				c.write("customers", []int64{id}, fmt.Sprintf("update customers set country = '%s', deleted_at = %s where id = %d",
					[]string{"", "GB", "DE"}[random.IntN(3)], []string{"null", "null", "5"}[random.IntN(3)], id))
			}
		case 6:
			c.drain()
		}
	}
	c.drain()
	followed := c.everything()
	require.NoError(t, c.feed.Rebuild(c.ctx))
	require.Equal(t, c.everything(), followed)
	require.Equal(t, "0", c.one(`
select count(*)
from customers c
left join (select customer_id, `+orderTotals+` from orders group by customer_id) o on o.customer_id = c.id
where c.orders_count <> coalesce(o.n, 0) or c.orders_gross <> coalesce(o.gross, 0) or c.orders_refunded <> coalesce(o.refunded, 0)
  or c.orders_first_at is distinct from o.first_at or c.orders_last_day is distinct from o.last_day`))
}
