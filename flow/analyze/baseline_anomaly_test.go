package analyze

import (
	"context"
	"math"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// steadyShop has 120 orders of 100.00 a day, half more at weekends, from 600 customers over two shops, for 200 days up to
// 2026-03-10; then change is made.
func steadyShop(t *testing.T, change string) (context.Context, *Metrics) {
	t.Helper()
	store := columnstest.Open(t)
	if err := store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for _, text := range []string{`
insert into orders (id, number, shop, kind, status, customer_id, ts, day, gross, refunded, currency)
select d * 1000 + i, 'N', case when i % 2 = 0 then 'tmall' else 'mini' end, 'order',
  case when hash(d, i) % 40 = 0 then 'cancelled' else 'completed' end, hash(i, d) % 600, 0, date '2025-08-23' + cast(d as integer), 10000, 0, 'CNY'
from range(200) days(d), range(200) orders(i)
where i < (case when dayofweek(date '2025-08-23' + cast(d as integer)) in (0, 6) then 180 else 120 end) + cast(hash(d) % 9 as integer) - 4`, `
insert into customers (id, created_at, orders_first_day) select customer_id, 0, min(day) from orders group by 1`, change} {
			if text == "" {
				continue
			}
			if err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	ctx := clock.With(guard.System(context.Background()), clock.NewFake(time.Date(2026, 3, 11, 2, 0, 0, 0, time.UTC)))
	return ctx, NewMetrics(store, dbtest.SQLite(t), func() time.Time { return clock.Now(ctx) }, nil)
}

func TestAnomalies(t *testing.T) {
	for name, row := range map[string]struct {
		change    string
		metric    string // the anomaly to look at, "" when there is none
		shortfall [2]int64
		cause     string
		since     string
	}{
		"a quiet day": {},
		"one shop loses its orders": {"delete from orders where day = date '2026-03-10' and shop = 'mini' and id % 10 < 8",
			"orders", [2]int64{400000, 500000}, "mini", "2026-03-10"},
		"for three days": {"delete from orders where day >= date '2026-03-08' and shop = 'mini' and id % 10 < 8",
			"gross_sales", [2]int64{300000, 500000}, "mini", "2026-03-08"},
		"one in three is cancelled": {"update orders set status = 'cancelled' where day = date '2026-03-10' and id % 3 = 0",
			"cancel_rate", [2]int64{300000, 420000}, "", "2026-03-10"},
		"twice the sales": {"update orders set gross = 20000 where day = date '2026-03-10'",
			"gross_sales", [2]int64{0, 0}, "", "2026-03-10"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, m := steadyShop(t, row.change)
			found, err := m.Anomalies(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if row.metric == "" {
				if len(found) != 0 {
					t.Errorf("found %+v", found)
				}
				return
			}
			for _, a := range found {
				if a.Metric != row.metric {
					continue
				}
				if a.Day != "2026-03-10" || a.Since != row.since || a.Harmful != (row.shortfall[1] > 0) ||
					a.Shortfall < row.shortfall[0] || a.Shortfall > row.shortfall[1] || a.Currency != "CNY" {
					t.Errorf("%+v", a)
				}
				if row.cause != "" && (a.Split != "shop" || *a.Causes[0].Key != row.cause) {
					t.Errorf("caused by %s: %+v", a.Split, a.Causes)
				}
				return
			}
			t.Errorf("%s is not among %+v", row.metric, found)
		})
	}
}

// The four weeks of a steady shop are what was expected of them; with a week's sales gone they are not.
func TestBaseline_over_a_period(t *testing.T) {
	p := days(t, "2026-02-11", "2026-03-10")
	ctx, m := steadyShop(t, "")
	expected := func(m *Metrics, name string) (periodJudgement, float64) {
		metric := mustMetric(t, name)
		first := p.From.AddDate(0, 0, -judgedDays)
		daily, err := m.daily(ctx, []*Metric{metric}, Period{first, p.To}, 0)
		if err != nil {
			t.Fatal(err)
		}
		e, ok := newBaseline(metric, first, daily.at[0]).over(metric, p, daily.at[0])
		if !ok {
			t.Fatalf("nothing is expected of %s", name)
		}
		return e, readValue(t, ctx, m, name, p)
	}
	for _, name := range []string{"orders", "gross_sales", "average_order_value", "cancel_rate"} {
		e, value := expected(m, name)
		if e.anomaly || math.Abs(e.Expected-value) > 0.05*value+0.01 || value < e.Low || value > e.High {
			t.Errorf("%s is %v, expected %+v", name, value, e)
		}
	}
	_, m = steadyShop(t, "delete from orders where day >= date '2026-03-04'")
	if e, value := expected(m, "orders"); !e.anomaly || value >= e.Low {
		t.Errorf("with a week lost orders are %v, expected %+v", value, e)
	}
	_, m = steadyShop(t, "update orders set gross = 5000 where day >= date '2026-02-11'")
	if e, value := expected(m, "average_order_value"); !e.anomaly || value != 5000 || math.Abs(e.Expected-10000) > 1 {
		t.Errorf("at half the price an order is worth %v, expected %+v", value, e)
	}
}

// The chart and the signal judge a day alike.
func TestBaseline_bands(t *testing.T) {
	ctx, m := steadyShop(t, "delete from orders where day = date '2026-03-10' and id % 10 < 6")
	f, err := m.Read(ctx, "orders", Query{Period: days(t, "2026-02-10", "2026-03-11"), By: "day"})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Expected) != 29 || f.Expected[28].At != "2026-03-10" {
		t.Fatalf("%d days are expected, today among them: %+v", len(f.Expected), f.Expected)
	}
	for _, b := range f.Expected {
		if b.Anomaly != (b.At == "2026-03-10") {
			t.Errorf("%+v", b)
		}
	}
}
