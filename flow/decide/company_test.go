package decide

import (
	"context"
	"fmt"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// company is a company under test: both stores, a clock, a few people.
type company struct {
	*testing.T
	ctx     context.Context
	clock   *clock.Fake
	records *db.DB
	columns *columns.Store
	signals *Signals
}

// The people: teams 1 and 2; Ann and Bob sell in team 1, Cao in team 2.
const (
	admin, manager, operator, ann, bob, cao, analyst = 1, 2, 3, 4, 5, 6, 7
)

// eachCompany runs fn on both engines, on Thursday 2026-03-12 at 09:22.
func eachCompany(t *testing.T, fn func(c *company)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newCompany(t, d)) })
}

// inTurn runs rows one after another on each engine, each in a company of its own in the same database: a table of
// many rows must not make a database for each.
func inTurn(t *testing.T, rows int, name func(i int) string, fn func(c *company, i int)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i := range rows {
			t.Run(name(i), func(t *testing.T) {
				fn(newCompany(t, d), i)
				(&company{T: t, ctx: context.Background(), records: d}).atOnce(func(write func(string, ...any)) {
					for _, table := range []string{"signal_log", "signals", "signal_measures", "signal_priors", "settings", "activities", "findings", "sources",
						"orders", "identities", "contact_points", "customers", "staff", "teams"} {
						write("delete from " + table)
					}
				})
			})
		}
	})
}

func newCompany(t *testing.T, d *db.DB) *company {
	c := &company{T: t, clock: clock.NewFake(at("2026-03-12 09:22")), records: d, columns: columnstest.Open(t)}
	c.ctx = workspace.With(clock.With(context.Background(), c.clock), workspace.Default())
	c.signals = New(d, c.columns)
	c.write(`insert into teams (id, name, created_at) values (1, '一组', 0), (2, '二组', 0)`)
	for id, who := range map[int]struct {
		name, role string
		team       any
	}{admin: {"Admin", "admin", nil}, manager: {"Manager", "manager", 1}, operator: {"Operator", "operator", nil},
		ann: {"Ann", "sales", 1}, bob: {"Bob", "sales", 1}, cao: {"Cao", "sales", 2}, analyst: {"Analyst", "analyst", nil}} {
		c.write(`insert into staff (id, email, name, role, team_id, capacity_minutes, created_at, updated_at) values (?, ?, ?, ?, ?, 390, 0, 0)`,
			id, fmt.Sprintf("%d@example.com", id), who.name, who.role, who.team)
	}
	return c
}

// as gives the context of one of the people.
func (c *company) as(staff int64) context.Context {
	var rows []struct {
		Name string `bun:"name"`
		Role string `bun:"role"`
		Team *int64 `bun:"team_id"`
	}
	c.must(c.records.Read().NewRaw("select name, role, team_id from staff where id = ?", staff).Scan(c.ctx, &rows))
	return guard.With(c.ctx, guard.Actor{StaffID: staff, Name: rows[0].Name, Role: rows[0].Role, TeamID: rows[0].Team})
}

func (c *company) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *company) write(text string, args ...any) {
	c.Helper()
	c.must(c.records.Write(c.ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	}))
}

// atOnce writes all that fn writes in one transaction.
func (c *company) atOnce(fn func(write func(text string, args ...any))) {
	c.Helper()
	c.must(c.records.Write(c.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		fn(func(text string, args ...any) {
			if err == nil {
				_, err = tx.NewRaw(text, args...).Exec(ctx)
			}
		})
		return err
	}))
}

func (c *company) column(text string, args ...any) {
	c.Helper()
	c.must(c.columns.Write(c.ctx, func(ctx context.Context, tx *columns.Tx) error { return tx.Exec(ctx, text, args...) }))
}

// buyer is a customer with scores; zero fields are those of an ordinary one.
type buyer struct {
	id          int64
	owner       int64
	team        int64
	phone       bool
	orders      int64
	amount      int64 // of each order, minor units
	lastDay     string
	cycle, sd   float64
	alive       float64
	aliveBefore float64
	predicted   int64
}

const asOf = "2026-03-12"

// add puts a buyer into both stores, with orders as far apart as her cycle.
func (c *company) add(b buyer) {
	c.Helper()
	orZero := func(id int64) any {
		if id == 0 {
			return nil
		}
		return id
	}
	name := fmt.Sprintf("客户%d", b.id)
	c.write(`insert into customers (id, name, owner_id, team_id, created_at, updated_at) values (?, ?, ?, ?, 0, 0)`, b.id, name, orZero(b.owner), orZero(b.team))
	last, err := time.ParseInLocation(time.DateOnly, b.lastDay, shanghai)
	c.must(err)
	noon := last.Add(12 * time.Hour)
	first := noon.AddDate(0, 0, -int(b.cycle)*int(b.orders-1))
	c.column(`insert into customers (id, kind, name, owner_id, team_id, has_phone, has_email, orders_count, orders_gross, orders_refunded, orders_first_at, orders_last_at, orders_first_day, orders_last_day)
values (?, 'person', ?, ?, ?, ?, false, ?, ?, 0, ?, ?, ?, ?)`, b.id, name, orZero(b.owner), orZero(b.team), b.phone, b.orders, b.orders*b.amount,
		first.UnixMilli(), noon.UnixMilli(), first.Format(time.DateOnly), b.lastDay)
	for i := range b.orders {
		ts := first.AddDate(0, 0, int(b.cycle)*int(i))
		id := b.id*1000 + i
		c.column(`insert into orders (id, number, shop, kind, status, customer_id, ts, day, gross, refunded, currency) values (?, ?, 's', 'order', 'completed', ?, ?, ?, ?, 0, 'CNY')`,
			id, fmt.Sprint(id), b.id, ts.UnixMilli(), ts.Format(time.DateOnly), b.amount)
		c.write(`insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, created_at, updated_at) values (?, 's', ?, 'order', 'completed', ?, ?, ?, 0, 'CNY', 0, 0)`,
			id, fmt.Sprint(id), b.id, ts.UnixMilli(), b.amount)
	}
	c.score(b)
}

// score sets the scores of a buyer as the value sweep would.
func (c *company) score(b buyer) {
	c.Helper()
	c.column(`delete from customer_scores where customer_id = ?`, b.id)
	c.column(`insert into customer_scores (customer_id, as_of, cycle_days, cycle_sd_days, next_due_day, overdue_days, model, alive_probability, alive_probability_before, expected_order_value, predicted_value, churn_risk)
select ?, date '`+asOf+`', ?, ?, ?::date + ?::integer, date '`+asOf+`' - (?::date + ?::integer), 'bg_nbd', ?, ?, ?, ?, 1 - ?::double`,
		b.id, b.cycle, b.sd, b.lastDay, int64(b.cycle), b.lastDay, int64(b.cycle), b.alive, b.aliveBefore, float64(b.amount), b.predicted, b.alive)
}

// crowd adds n buyers of little worth who are on time, so that the top fifth means something. Only columns know them.
func (c *company) crowd(n int) {
	c.Helper()
	c.column(`insert into customers (id, kind, name, has_phone, has_email, orders_count, orders_gross, orders_refunded, orders_first_at, orders_last_at, orders_first_day, orders_last_day)
select 100 + i, 'person', '众人', true, false, 3, 30000, 0, ?, ?, date '2026-01-07', date '2026-03-08' from range(`+fmt.Sprint(n)+`) t(i)`,
		at("2026-01-07 12:00").UnixMilli(), at("2026-03-08 12:00").UnixMilli())
	c.column(`insert into orders (id, number, shop, kind, status, customer_id, ts, day, gross, refunded, currency)
select 100000 + i * 10 + k, 'n', 's', 'order', 'completed', 100 + i, epoch_ms(d::timestamp) + 4 * 3600000, d, 10000, 0, 'CNY'
from range(` + fmt.Sprint(n) + `) t(i), (values (0, date '2026-01-07'), (1, date '2026-02-06'), (2, date '2026-03-08')) o(k, d)`)
	c.column(`insert into customer_scores (customer_id, as_of, cycle_days, cycle_sd_days, next_due_day, overdue_days, model, alive_probability, alive_probability_before, expected_order_value, predicted_value, churn_risk)
select 100 + i, date '` + asOf + `', 30, 5, date '2026-04-07', -26, 'bg_nbd', .95, .95, 10000, 40000, .05 from range(` + fmt.Sprint(n) + `) t(i)`)
}

func (c *company) refresh() {
	c.Helper()
	c.must(c.signals.Refresh(c.ctx))
}

// rows gives the stored signals of a kind, by key.
func (c *company) rows(kind string) []Row {
	c.Helper()
	var rows []Row
	c.must(c.records.Read().NewRaw("select "+signalColumns+" from signals s where s.kind = ? order by s.key", kind).Scan(c.ctx, &rows))
	return rows
}

// row gives the only signal of a kind.
func (c *company) row(kind string) Row {
	c.Helper()
	rows := c.rows(kind)
	if len(rows) != 1 {
		c.Fatalf("%d signals of kind %s, want one", len(rows), kind)
	}
	return rows[0]
}

func (c *company) count(text string, args ...any) (n int64) {
	c.Helper()
	c.must(c.records.Read().NewRaw(text, args...).Scan(c.ctx, &n))
	return n
}

type columnsTx = columns.Tx

func clockAt(text string) context.Context {
	return workspace.With(clock.With(context.Background(), clock.NewFake(at(text))), workspace.Default())
}

func (c *company) today(who int64) Today {
	c.Helper()
	v, err := c.signals.view(c.as(who), &todayIn{State: Open, Limit: 200})
	c.must(err)
	return v
}

// list gives the lines of somebody's list as kind:subject, folded ones as kind×members.
func (c *company) list(who int64) (lines []string) {
	c.Helper()
	for _, i := range c.today(who).Items {
		line := i.Kind + ":" + i.Subject.ID
		if i.Members > 0 {
			line = fmt.Sprintf("%s×%d", i.Kind, i.Members)
		}
		lines = append(lines, line)
	}
	return lines
}
