package watch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// company is a shop that is watched: Mei runs it, Ann sells for her own customers.
type company struct {
	*testing.T
	ctx     context.Context // the program's
	clock   *clock.Fake
	records *db.DB
	columns *columns.Store
	watch   *Watch
	n       int64
	behind  time.Duration // columns, what is recorded
}

const mei, boss, ann = 1, 2, 3

func eachCompany(t *testing.T, fn func(c *company)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newCompany(t, d)) })
}

// newCompany begins on Thursday 12 March 2026, at nine.
func newCompany(t *testing.T, d *db.DB) *company {
	c := &company{T: t, records: d, columns: columnstest.Open(t), clock: clock.NewFake(time.Date(2026, 3, 12, 1, 0, 0, 0, time.UTC))}
	c.ctx = guard.System(workspace.With(clock.With(context.Background(), c.clock), workspace.Default()))
	segments := analyze.NewSegments(d, c.columns, analyze.NewHot(c.columns), &analyze.Touched{})
	metrics := analyze.NewMetrics(c.columns, d, func() time.Time { return clock.Now(c.ctx).Add(-c.behind) }, segments.MemberQuery)
	c.watch = New(d, c.columns, metrics, segments)
	for id, who := range map[int]struct{ name, role string }{mei: {"Mei", "operator"}, boss: {"Boss", "admin"}, ann: {"Ann", "sales"}} {
		c.write("insert into staff (id, email, name, role, created_at, updated_at) values (?, ?, ?, ?, 0, 0)", id, fmt.Sprintf("%d@example.com", id), who.name, who.role)
	}
	return c
}

func (c *company) write(text string, args ...any) {
	c.Helper()
	require.NoError(c, c.records.Write(c.ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	}))
}

func (c *company) as(staff int64, role string) context.Context {
	return guard.With(workspace.With(clock.With(context.Background(), c.clock), workspace.Default()), guard.Actor{StaffID: staff, Role: role})
}

func (c *company) mei() context.Context { return c.as(mei, "operator") }

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// sells adds n orders of 100.00 each on a day.
func (c *company) sells(on time.Time, n int, province string) {
	c.Helper()
	order := columnstest.Row(c, c.columns, "orders")
	var rows [][]any
	for range n {
		c.n++
		rows = append(rows, order(map[string]any{"id": c.n, "kind": "order", "status": "completed", "ts": on.UnixMilli(), "day": on, "gross": int64(10000),
			"refunded": int64(0), "currency": "CNY", "province": province, "lines": int64(1)}))
	}
	c.append("orders", rows)
}

// does adds n events of a customer on a day.
func (c *company) does(id int64, name string, on time.Time, n int) {
	c.Helper()
	event := columnstest.Row(c, c.columns, "events")
	var rows [][]any
	for range n {
		c.n++
		rows = append(rows, event(map[string]any{"batch_id": int64(1), "position": int32(c.n), "source_id": int64(1), "message_id": fmt.Sprint(c.n), //nolint:gosec // few
			"ts": on.UnixMilli(), "day": on, "received_at": on.UnixMilli(), "kind": "track", "event": name, "visitor_id": id, "customer_id": id, "bot": false}))
	}
	c.append("events", rows)
	c.must("delete from event_names where event = ?", name)
	c.append("event_names", [][]any{columnstest.Row(c, c.columns, "event_names")(map[string]any{"event": name, "kind": "track", "last_ts": on.UnixMilli()})})
}

func (c *company) must(text string, args ...any) {
	c.Helper()
	_, err := c.columns.DB().ExecContext(context.Background(), text, args...)
	require.NoError(c, err)
}

func (c *company) append(table string, rows [][]any) {
	c.Helper()
	require.NoError(c, c.columns.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error { return tx.Append(ctx, table, rows) }))
}

// exists adds a customer to both stores.
func (c *company) exists(id, owner int64) {
	c.Helper()
	c.write("insert into customers (id, kind, name, owner_id, created_at, updated_at) values (?, 'person', ?, ?, 0, 0)", id, fmt.Sprintf("客户 %d", id), owner)
	row := columnstest.Row(c, c.columns, "customers")
	c.append("customers", [][]any{row(map[string]any{"id": id, "kind": "person", "owner_id": owner, "created_at": int64(0)})})
}

func (c *company) rule(d AlertRuleDraft) int64 {
	c.Helper()
	if d.Name == "" {
		d.Name = "rule"
	}
	if d.Severity == "" {
		d.Severity = "warning"
	}
	if d.OwnerKind == "" {
		d.OwnerKind, d.OwnerID = "staff", mei
	}
	if d.DueMinutes == 0 {
		d.DueMinutes = 8 * 60
	}
	d.Active = true
	id, err := c.watch.CreateRule(c.as(boss, "admin"), d)
	require.NoError(c, err)
	return id
}

func (c *company) looks() { c.Helper(); require.NoError(c, c.watch.Look(c.ctx)) }

// alerts gives every alert as state:reopened, oldest first.
func (c *company) alerts() (all []Alert) {
	c.Helper()
	all, err := alertsWhere(c.ctx, c.records.Read(), "true order by a.id")
	require.NoError(c, err)
	return all
}

func (c *company) states() (all []string) {
	for _, a := range c.alerts() {
		all = append(all, a.State)
	}
	return all
}

func (c *company) course(id int64) (acts []string) {
	c.Helper()
	one, err := c.watch.one(c.as(boss, "admin"), id)
	require.NoError(c, err)
	for _, h := range one.Body.History {
		acts = append(acts, h.Act)
	}
	return acts
}

func ordersBelow(n float64) AlertRuleDraft {
	return AlertRuleDraft{Watches: AlertWatch{Kind: WatchMetric, Metric: "orders"}, Fires: AlertFires{When: "below", Value: n}}
}

// steady sells ten a day in Zhejiang and two in Anhui, up to the day before yesterday.
func (c *company) steady() {
	for on := day("2026-01-01"); on.Before(day("2026-03-11")); on = on.AddDate(0, 0, 1) {
		c.sells(on, 10, "浙江省")
		c.sells(on, 2, "安徽省")
	}
}

func TestAlert_lives_from_a_fall_to_its_close(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.steady()
		c.sells(day("2026-03-11"), 2, "安徽省")
		d := ordersBelow(8)
		d.EscalateMinutes, d.EscalateTo = 60, boss
		c.rule(d)
		c.looks()
		a := c.alerts()
		require.Len(c, a, 1)
		require.Equal(c, Open, a[0].State)
		e, err := a[0].figures()
		require.NoError(c, err)
		require.Equal(c, 2.0, *e.Value)
		require.Equal(c, 8.0, *e.Low)
		require.Equal(c, "2026-03-11", e.Since)
		require.Len(c, e.Series, seriesDays)
		require.NotEmpty(c, e.Parts, "what explains it")
		require.Equal(c, "浙江省", e.Parts[0].Label)
		require.NotNil(c, a[0].AtStake)
		require.InDelta(c, 10*10000, float64(*a[0].AtStake), 2500, "ten orders of 100.00 fewer than were expected")

		delete(c.watch.looked, a[0].RuleID) // as a job that is tried again, on another node
		c.looks()
		require.Equal(c, []string{Open}, c.states(), "looking again raises nothing")

		c.clock.Advance(59 * time.Minute)
		c.looks()
		require.EqualValues(c, 0, c.alerts()[0].Escalations)
		c.clock.Advance(time.Minute)
		c.looks()
		require.EqualValues(c, 1, c.alerts()[0].Escalations, "nobody took it on in an hour")
		require.EqualValues(c, boss, *c.alerts()[0].EscalatedTo)
		c.clock.Advance(time.Hour)
		c.looks()
		require.EqualValues(c, 2, c.alerts()[0].Escalations, "and again")

		require.NoError(c, c.watch.Take(c.mei(), a[0].ID, 0))
		c.clock.Advance(2 * time.Hour)
		c.looks()
		require.EqualValues(c, 2, c.alerts()[0].Escalations, "somebody is at work, and it is not late yet")
		c.clock.Advance(6 * time.Hour)
		c.looks()
		require.EqualValues(c, 3, c.alerts()[0].Escalations, "late by an hour")

		err = c.watch.Close(c.mei(), a[0].ID, 0, TookNothing, " ")
		require.True(c, fault.Is(err, fault.KindInvalid), "doing nothing needs a word")
		require.NoError(c, c.watch.Close(c.mei(), a[0].ID, 0, "campaign_changed", "浙江恢复投放"))
		require.Nil(c, c.alerts()[0].BackAt)

		c.sells(day("2026-03-12"), 12, "浙江省")
		c.clock.Set(time.Date(2026, 3, 13, 1, 0, 0, 0, time.UTC))
		c.looks()
		require.NotNil(c, c.alerts()[0].BackAt, "what came of it")
		require.Equal(c, []string{"opened", "escalated", "escalated", "acknowledged", "escalated", "overdue", "closed", "back"}, c.course(a[0].ID))
	})
}

func TestAlert_that_flaps_is_one_alert_with_a_history(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.steady()
		c.sells(day("2026-03-11"), 12, "浙江省")
		id := c.rule(ordersBelow(8))
		for i, n := range []int{1, 12, 1, 12, 1} { // the 12th to the 16th
			on := day("2026-03-12").AddDate(0, 0, i)
			c.sells(on, n, "浙江省")
			c.clock.Set(on.Add(26 * time.Hour))
			c.looks()
		}
		require.Equal(c, []string{Open}, c.states())
		a := c.alerts()[0]
		require.EqualValues(c, 2, a.Reopened)
		require.Equal(c, []string{"opened", "back", "expired", "reopened", "back", "expired", "reopened"}, c.course(a.ID))

		require.NoError(c, c.watch.Mute(c.as(boss, "admin"), id, 0, at(c, 48*time.Hour)))
		open, err := c.watch.OpenAlerts(c.ctx)
		require.NoError(c, err)
		require.Empty(c, open, "a muted rule is not heard")
	})
}

func at(c *company, in time.Duration) *int64 {
	ms := clock.Now(c.ctx).Add(in).UnixMilli()
	return &ms
}

func TestAlert_of_each_kind(t *testing.T) {
	rows := []struct {
		name    string
		watches AlertWatch
		fires   AlertFires
		days    []int // orders of the last days, the last is yesterday; twelve on each day before
		fired   bool
	}{
		{"below the line", AlertWatch{Metric: "orders"}, AlertFires{When: "below", Value: 8}, []int{7}, true},
		{"on the line is not below it", AlertWatch{Metric: "orders"}, AlertFires{When: "below", Value: 8}, []int{8}, false},
		{"above the line", AlertWatch{Metric: "orders"}, AlertFires{When: "above", Value: 20}, []int{21}, true},
		{"three days in a row", AlertWatch{Metric: "orders"}, AlertFires{When: "below", Value: 8, Hold: 3}, []int{5, 5, 5}, true},
		{"two days are no three", AlertWatch{Metric: "orders"}, AlertFires{When: "below", Value: 8, Hold: 3}, []int{12, 5, 5}, false},
		{"fallen by half against the week before", AlertWatch{Metric: "orders", Days: 7}, AlertFires{When: "fell", Value: .5}, []int{6, 6, 6, 6, 6, 6, 6}, true},
		{"fallen by a little less", AlertWatch{Metric: "orders", Days: 7}, AlertFires{When: "fell", Value: .5}, []int{6, 6, 6, 6, 6, 6, 7}, false},
		{"risen by half", AlertWatch{Metric: "net_sales", Days: 2}, AlertFires{When: "rose", Value: .5}, []int{18, 18}, true},
		{"with too little behind it", AlertWatch{Metric: "average_order_value"}, AlertFires{When: "below", Value: 20000, Least: 5}, []int{4}, false},
		{"with enough behind it", AlertWatch{Metric: "average_order_value"}, AlertFires{When: "below", Value: 20000, Least: 5}, []int{5}, true},
		{"below what was expected", AlertWatch{Metric: "orders"}, AlertFires{When: "below_expected"}, []int{2}, true},
		{"as expected", AlertWatch{Metric: "orders"}, AlertFires{When: "outside"}, []int{12}, false},
		{"of one province", AlertWatch{Metric: "orders", Split: "province", SplitValue: "浙江省"}, AlertFires{When: "below", Value: 8}, []int{7}, true},
		{"of a province without orders", AlertWatch{Metric: "orders", Split: "province", SplitValue: "云南省"}, AlertFires{When: "below", Value: 1}, []int{7}, true},
	}
	c := newCompany(t, dbtest.SQLite(t))
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := c.columns.DB().ExecContext(c.ctx, "delete from orders")
			require.NoError(t, err)
			for on := day("2025-12-01"); on.Before(day("2026-03-12").AddDate(0, 0, -len(row.days))); on = on.AddDate(0, 0, 1) {
				c.sells(on, 12, "浙江省")
			}
			for i, n := range row.days {
				c.sells(day("2026-03-12").AddDate(0, 0, i-len(row.days)), n, "浙江省")
			}
			row.watches.Kind = WatchMetric
			id := c.rule(AlertRuleDraft{Name: row.name, Watches: row.watches, Fires: row.fires})
			c.looks()
			found, err := alertsWhere(c.ctx, c.records.Read(), "a.rule_id = ?", id)
			require.NoError(t, err)
			require.Equal(t, row.fired, len(found) == 1)
			trial, err := c.watch.Try(c.as(boss, "admin"), row.watches, row.fires)
			require.NoError(t, err)
			last := trial.Series[len(trial.Series)-1]
			require.Equal(t, row.fired, last.Fires, "a trial says the same of yesterday")
			require.NoError(t, c.watch.DeleteRule(c.as(boss, "admin"), id, 0))
		})
	}
}

const useFell = `{"event":"export_used","measure":"ratio","op":"lte","value":0.4,"window":{"last_days":30}}`

// T17, the rule: whose use of a feature fell by 60% within 30 days is told of, once each.
func TestAlert_of_customers_who_use_less(t *testing.T) {
	eachCompany(t, func(c *company) {
		for id := int64(1); id <= 6; id++ {
			c.exists(id, []int64{mei, ann}[id%2])
			c.does(id, "export_used", day("2026-02-01"), 10)
		}
		for id, now := range map[int64]int{1: 4, 2: 5, 3: 0, 4: 10, 5: 3, 6: 12} {
			c.does(id, "export_used", day("2026-03-10"), now)
		}
		d := AlertRuleDraft{Watches: AlertWatch{Kind: WatchCustomers, Condition: analyze.ConditionJSON(useFell)}, Fires: AlertFires{When: "enters"}, OwnerKind: "customer_owner"}
		trial, err := c.watch.Try(c.as(boss, "admin"), d.Watches, d.Fires)
		require.NoError(c, err)
		require.EqualValues(c, 3, trial.Now)
		require.True(c, trial.Past)
		id := c.rule(d)
		c.looks()
		of := func(states ...string) (ids []int64) {
			for _, a := range c.alerts() {
				for _, s := range states {
					if a.State == s {
						ids = append(ids, *a.CustomerID)
					}
				}
			}
			return ids
		}
		require.Equal(c, []int64{1, 3, 5}, of(Open))
		e, err := c.alerts()[0].figures()
		require.NoError(c, err)
		require.Equal(c, "40%", e.Standing[0].Value.English)

		list, err := c.watch.List(c.as(ann, "sales"), &alertsInput{State: "live", Limit: 2})
		require.NoError(c, err)
		require.Len(c, list.Items, 2)
		more, err := c.watch.List(c.as(ann, "sales"), &alertsInput{State: "live", Limit: 2, Cursor: list.NextCursor})
		require.NoError(c, err)
		require.Len(c, more.Items, 1, "Ann sees those of her own three")
		require.Equal(c, "客户 1", list.Items[0].Customer.Name)
		none, err := c.watch.List(c.as(99, "sales"), &alertsInput{State: "live", Limit: 50})
		require.NoError(c, err)
		require.Empty(c, none.Items, "another sees none")

		require.NoError(c, c.watch.Close(c.as(ann, "sales"), c.alerts()[0].ID, 0, "visited", ""))
		c.does(2, "signed_in", day("2026-03-12"), 1) // something else happened
		c.looks()
		require.Equal(c, []int64{3, 5}, of(Open), "who was dealt with is not told of again while it is so")
		c.does(3, "export_used", day("2026-03-12"), 9)
		c.looks()
		require.Equal(c, []int64{3}, of(Expired), "3 came back by herself")

		// 1 and 5 are found to be the same person
		c.write("update alerts set customer_id = 5 where customer_id = 1")
		require.NoError(c, c.watch.Reopen(c.as(boss, "admin"), c.alerts()[0].ID, 0))
		c.does(2, "signed_in", day("2026-03-12"), 1)
		c.looks()
		require.Len(c, of(Open), 1, "one alert about one customer")

		require.NoError(c, c.records.Write(c.ctx, func(ctx context.Context, tx *db.Tx) error { return Memory{c.records}.Forget(ctx, tx, []int64{5}) }))
		require.Equal(c, []int64{3}, of(Open, Closed, Expired), "and nothing of who is forgotten")
		rule, err := c.watch.rule(c.as(boss, "admin"), id)
		require.NoError(c, err)
		require.Zero(c, rule.Body.Open)
	})
}

// Of two who close an alert at once one does, and it is closed once.
func TestAlert_two_closings_at_once(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.steady()
		c.rule(ordersBelow(8))
		c.looks()
		a := c.alerts()[0]
		var group sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			group.Go(func() { results[i] = c.watch.Close(c.mei(), a.ID, a.Version, "called", fmt.Sprint(i)) })
		}
		group.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
				continue
			}
			require.True(c, fault.Is(err, fault.KindStale) || fault.Is(err, fault.KindConflict), err)
		}
		require.Equal(c, 1, won)
		require.Equal(c, []string{"opened", "closed"}, c.course(a.ID))
	})
}

// Two programs that look at the same moment raise one alert.
func TestAlert_two_looks_at_once(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.steady()
		c.rule(ordersBelow(8))
		var group sync.WaitGroup
		for range 4 {
			other := New(c.records, c.columns, c.watch.metrics, c.watch.segments)
			group.Go(func() {
				if err := other.Look(c.ctx); err != nil && !errors.Is(err, context.Canceled) {
					c.Error(err)
				}
			})
		}
		group.Wait()
		require.Equal(c, []string{Open}, c.states())
	})
}

func TestRule_refusals(t *testing.T) {
	c := newCompany(t, dbtest.SQLite(t))
	good := func() AlertRuleDraft {
		d := ordersBelow(8)
		d.Name, d.Severity, d.OwnerKind, d.OwnerID, d.DueMinutes = "r", "info", "staff", mei, 60
		return d
	}
	rows := map[string]struct {
		change func(d *AlertRuleDraft)
		kind   fault.Kind
		field  string
	}{
		"an owner who sees only her own": {func(d *AlertRuleDraft) { d.OwnerID = ann }, fault.KindInvalid, "owner_id"},
		"an unknown metric":              {func(d *AlertRuleDraft) { d.Watches.Metric = "luck" }, fault.KindNotFound, ""},
		"a metric that nothing feeds":    {func(d *AlertRuleDraft) { d.Watches.Metric = "nps" }, fault.KindConflict, ""},
		"expected of seven days":         {func(d *AlertRuleDraft) { d.Watches.Days, d.Fires.When = 7, "outside" }, fault.KindInvalid, "fires.when"},
		"a fall by more than all":        {func(d *AlertRuleDraft) { d.Fires.When, d.Fires.Value = "fell", 1.2 }, fault.KindInvalid, "fires.value"},
		"escalation to nobody":           {func(d *AlertRuleDraft) { d.EscalateMinutes = 5 }, fault.KindInvalid, "escalate_to"},
		"customers without a condition's name": {func(d *AlertRuleDraft) {
			d.Watches, d.Fires = AlertWatch{Kind: WatchCustomers, Condition: analyze.ConditionJSON(`{"field":"luck","op":"eq","value":1}`)}, AlertFires{When: "enters"}
		}, fault.KindInvalid, "watches.condition.field"},
		"a segment that is not there": {func(d *AlertRuleDraft) { d.Watches = AlertWatch{Kind: WatchSegment, Segment: 9, Measure: "count"} }, fault.KindNotFound, ""},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			d := good()
			row.change(&d)
			_, err := c.watch.CreateRule(c.as(boss, "admin"), d)
			require.True(t, fault.Is(err, row.kind), err)
			var wrong *fault.Error
			if row.field != "" && errors.As(err, &wrong) {
				require.Equal(t, row.field, wrong.Fields[0].Field)
			}
		})
	}
	_, err := c.watch.CreateRule(c.as(ann, "sales"), good())
	require.True(t, fault.Is(err, fault.KindForbidden), "rules are about everybody")
}
