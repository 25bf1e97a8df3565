package analyze

import (
	"context"
	"math"
	"slices"
	"testing"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/guard"
)

// contractNames are the metrics that the contract names.
var contractNames = []string{
	"customers", "new_customers", "buyers", "active_customers", "activity", "orders", "gross_sales", "refunds", "net_sales",
	"average_order_value", "purchase_cycle_days", "purchase_frequency", "repurchase_rate", "retention_rate", "churn_rate", "cancel_rate",
	"cart_abandon_rate", "abandon_rate", "clv_to_date", "clv_predicted", "cac", "clv_cac_ratio", "lead_conversion_rate",
	"action_conversion_rate", "campaign_conversion_rate", "open_rate", "click_rate_sent", "click_rate_delivered", "sessions",
	"visit_duration", "page_views", "page_depth", "bounce_rate", "csat", "nps", "ces", "satisfaction", "first_response_time",
	"resolution_time", "first_follow_up_time", "follow_up_timely_rate", "win_rate", "cycle_days", "forecast", "data_quality", "crm_roi",
}

func TestRegistry_holds_each_metric_of_the_contract_once_in_both_languages(t *testing.T) {
	var names []string
	for _, m := range metrics {
		names = append(names, m.Name)
		if m.Label.ZH == "" || m.Label.EN == "" || m.Definition.ZH == "" || m.Definition.EN == "" {
			t.Errorf("%s lacks a text", m.Name)
		}
		if !m.Fed() && m.Needs.EN == "" {
			t.Errorf("%s does not say what would feed it", m.Name)
		}
	}
	slices.Sort(names)
	want := slices.Clone(contractNames)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("registry holds\n%v, the contract\n%v", names, want)
	}
}

// Whatever the facts: steps and parts of what adds up add up to the whole, and contributions to the change.
func TestMetrics_add_up(t *testing.T) {
	for seed := range uint64(2) {
		ctx, m := smallShop(t, nil, seed)
		p := days(t, "2026-01-05", "2026-03-08")
		for _, metric := range metrics {
			if !metric.Fed() || metric.source == qualitySource {
				continue
			}
			for _, s := range splits {
				if s.over(&metric) == "" || s.Name == "owner" || s.Name == "team" {
					continue // names of staff live in records
				}
				f, err := m.Read(ctx, metric.Name, Query{Period: p, By: "week", Split: s.Name, Top: 2})
				if err != nil {
					t.Fatalf("%s by %s: %v", metric.Name, s.Name, err)
				}
				if metric.Additive() {
					steps := 0.0
					for _, point := range f.Series {
						steps += valueOf(t, point.Value)
					}
					if steps != valueOf(t, f.Value) {
						t.Errorf("%s: the weeks add up to %v, the whole is %v", metric.Name, steps, f.Value.plain())
					}
				}
				if !f.Additive {
					continue
				}
				parts := 0.0
				for _, part := range f.Splits {
					parts += valueOf(t, part.Value)
				}
				if parts != valueOf(t, f.Value) {
					t.Errorf("%s by %s: the parts add up to %v, the whole is %v", metric.Name, s.Name, parts, f.Value.plain())
				}
			}
		}
		gross := readValue(t, ctx, m, "gross_sales", p)
		if net := gross - readValue(t, ctx, m, "refunds", p); net != readValue(t, ctx, m, "net_sales", p) {
			t.Errorf("gross less refunds is %v", net)
		}
	}
}

func readValue(t *testing.T, ctx context.Context, m *Metrics, name string, p Period) float64 {
	t.Helper()
	return valueOf(t, readFigure(t, ctx, m, name, p).Value)
}

func readFigure(t *testing.T, ctx context.Context, m *Metrics, name string, p Period) *Figure {
	t.Helper()
	f, err := m.Read(ctx, name, Query{Period: p})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Against the same figure reckoned by plain SQL over the raw rows.
func TestMetrics_of_a_small_shop(t *testing.T) {
	ctx, m := smallShop(t, nil, 7)
	p := days(t, "2026-01-01", "2026-03-11")
	for _, row := range []struct{ metric, plain string }{
		{"cancel_rate", "select count(*) filter (where status = 'cancelled') / count(*) from orders where kind = 'order'"},
		{"gross_sales", "select sum(gross) from orders where status <> 'cancelled' or kind = 'refund'"},
		{"refunds", "select sum(refunded) from orders where status <> 'cancelled' or kind = 'refund'"},
		{"buyers", "select count(distinct customer_id) from orders where kind = 'order' and status <> 'cancelled'"},
		{"active_customers", "select count(distinct customer_id) from (select customer_id from orders where kind = 'order' union select customer_id from activities)"},
		{"clv_predicted", "select round(avg(predicted_value)) from customer_scores"},
		{"customers", "select count(*) from customers"},
		{"follow_up_timely_rate", `
select count(*) filter (where (next_done_at + 28800000) // 86400000 <= (next_at + 28800000) // 86400000) / count(*)
from activities where (next_at + 28800000) // 86400000 <= 20523`},
	} {
		var want float64
		if err := m.columns.QueryRow(ctx, "select cast(("+row.plain+") as double)").Scan(&want); err != nil {
			t.Fatal(err)
		}
		if got := readValue(t, ctx, m, row.metric, p); math.Abs(got-want) > 1e-12*want {
			t.Errorf("%s: got %v, want %v", row.metric, got, want)
		}
	}
}

func TestMetrics_keep_to_scope_and_segment(t *testing.T) {
	ctx, m := smallShop(t, nil, 3)
	p := days(t, "2026-01-01", "2026-03-11")
	count := func(where string) (n float64) {
		if err := m.columns.QueryRow(ctx, `
select cast(count(*) as double) from orders o left join customers c on c.id = o.customer_id
where o.kind = 'order' and o.status <> 'cancelled' and `+where).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	seller := guard.With(ctx, guard.Actor{StaffID: 7, Role: "sales"})
	stranger := guard.With(ctx, guard.Actor{StaffID: 8, Role: "sales"})
	if got := readValue(t, seller, m, "orders", p); got != count("c.owner_id = 7") {
		t.Errorf("a seller reads %v orders, owns %v", got, count("c.owner_id = 7"))
	}
	if got := readValue(t, stranger, m, "orders", p); got != 0 {
		t.Errorf("a seller without customers reads %v orders", got)
	}
	if o, err := m.Open(stranger, "orders", Behind{Period: p}); err != nil || len(o.Items) != 0 {
		t.Errorf("a seller without customers opens %d orders, %v", len(o.Items), err)
	}
	if r, err := m.Retention(stranger, RetentionQuery{Period: p, By: "month"}); err != nil || r.Cohorts[0].Size != 0 {
		t.Errorf("a seller without customers sees cohorts: %+v, %v", r, err)
	}
	f, err := m.Read(ctx, "orders", Query{Period: p, Segment: 4})
	if err != nil || valueOf(t, f.Value) != count("c.id % 4 = 0") {
		t.Errorf("in the segment: %v, %v, want %v", f.Value.plain(), err, count("c.id % 4 = 0"))
	}
}

func TestMetrics_refuse(t *testing.T) {
	ctx, m := smallShop(t, nil, 1)
	p := days(t, "2026-01-01", "2026-01-31")
	for name, row := range map[string]struct {
		metric string
		q      Query
		want   fault.Kind
	}{
		"an unknown metric":                    {"sales", Query{Period: p}, fault.KindNotFound},
		"a metric without a source":            {"nps", Query{Period: p}, fault.KindConflict},
		"an unknown split":                     {"orders", Query{Period: p, Split: "moon"}, fault.KindInvalid},
		"a split that does not fit":            {"customers", Query{Period: p, Split: "category"}, fault.KindInvalid},
		"an unknown step":                      {"orders", Query{Period: p, By: "hour"}, fault.KindInvalid},
		"a series of eighteen thousand points": {"orders", Query{Period: days(t, "1980-01-01", "2029-01-01"), By: "day"}, fault.KindInvalid},
	} {
		if _, err := m.Read(ctx, row.metric, row.q); !fault.Is(err, row.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range [][2]string{{"2026-02-30", "2026-03-01"}, {"2026-03-02", "2026-03-01"}, {"", "2026-03-01"}, {"1900-01-01", "2026-01-01"}} {
		if _, err := parsePeriod(bad[0], bad[1]); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("period %v: %v", bad, err)
		}
	}
}

func TestPeriod(t *testing.T) {
	for _, row := range [][4]string{
		{"2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"},
		{"2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31"},
		{"2024-01-01", "2024-12-31", "2023-01-01", "2023-12-31"},
		{"2026-03-02", "2026-03-08", "2026-02-23", "2026-03-01"},
		{"2026-03-11", "2026-03-11", "2026-03-10", "2026-03-10"},
	} {
		if b := days(t, row[0], row[1]).Before(); dayText(b.From) != row[2] || dayText(b.To) != row[3] {
			t.Errorf("before %s to %s: %s to %s", row[0], row[1], dayText(b.From), dayText(b.To))
		}
	}
	cut, err := days(t, "2026-01-01", "2026-01-20").buckets("week")
	if err != nil || len(cut) != 4 || dayText(cut[0].at) != "2025-12-29" || dayText(cut[0].From) != "2026-01-01" || dayText(cut[3].To) != "2026-01-20" {
		t.Errorf("ISO weeks: %v, %v", cut, err)
	}
}

func TestBoard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, m := smallShop(t, d, 5)
		if err := m.SetTarget(ctx, "net_sales", &Target{Value: 1000, Direction: "at_least", Period: "month"}); err != nil {
			t.Fatal(err)
		}
		if err := m.SetTarget(ctx, "cancel_rate", &Target{Value: 0.01, Direction: "at_most"}); err != nil {
			t.Fatal(err)
		}
		if err := m.SetTarget(ctx, "cancel_rate", &Target{Value: 1, Direction: "at_most", Period: "month"}); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("a rate for a month: %v", err)
		}
		p := days(t, "2026-02-01", "2026-02-28")
		b, err := m.Board(ctx, p, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Items) != len(contractNames) || b.Previous != [2]string{"2026-01-01", "2026-01-31"} {
			t.Errorf("%d items against %v", len(b.Items), b.Previous)
		}
		for _, item := range b.Items {
			if item.State == "no_source" {
				if item.Value.Value != nil || item.Needs == nil || item.AsOf != nil {
					t.Errorf("%s has no source, and yet %+v", item.Name, item)
				}
				continue
			}
			if got, want := valueOf(t, item.Value), readValue(t, ctx, m, item.Name, p); got != want {
				t.Errorf("%s is %v on the board and %v by itself", item.Name, got, want)
			}
			if item.Name != "clv_predicted" && item.Name != "data_quality" {
				if got, want := valueOf(t, item.Previous), readValue(t, ctx, m, item.Name, p.Before()); got != want {
					t.Errorf("%s was %v on the board and %v by itself", item.Name, got, want)
				}
				if len(item.Spark) != 30 {
					t.Errorf("%s has %d points", item.Name, len(item.Spark))
				}
			}
			if metric := mustMetric(t, item.Name); metric.source.kind == windowed {
				for _, ago := range []int{0, 1, 13, 29} { // the period as it would have ended that day
					then := Period{p.From.AddDate(0, 0, -ago), p.To.AddDate(0, 0, -ago)}
					got, f := item.Spark[29-ago], readFigure(t, ctx, m, item.Name, then)
					if (got == nil) != (f.Value.Value == nil) || got != nil && *got != *f.Value.Value {
						t.Errorf("%s %d days ago: %v on the board, %v by itself", item.Name, ago, got, f.Value.plain())
					}
				}
			}
			switch item.Name {
			case "net_sales":
				if item.Target == nil || !item.Target.Met || item.Target.Due != 1000 {
					t.Errorf("target of net sales: %+v", item.Target)
				}
			case "cancel_rate":
				if item.Target == nil || item.Target.Met {
					t.Errorf("target of the cancel rate: %+v", item.Target)
				}
			}
		}
		if err := m.SetTarget(ctx, "net_sales", nil); err != nil {
			t.Fatal(err)
		}
		if left, err := m.targets(ctx); err != nil || len(left) != 1 {
			t.Errorf("targets left: %v, %v", left, err)
		}
	})
}

func TestBoard_tells_of_orders_in_another_currency(t *testing.T) {
	ctx, m := smallShop(t, nil, 5)
	p := days(t, "2026-02-01", "2026-02-28")
	told := func() int64 {
		n, err := m.otherCurrency(ctx, question{period: p})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := told(); n != 0 {
		t.Errorf("all orders are in yuan, and %d are told of", n)
	}
	if err := m.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		return tx.Exec(ctx, "update orders set currency = 'GBP' where id in (select id from orders where day = date '2026-02-10' or day = date '2026-03-01')")
	}); err != nil {
		t.Fatal(err)
	}
	var want int64
	if err := m.columns.QueryRow(ctx, "select count(*) from orders where day = date '2026-02-10'").Scan(&want); err != nil {
		t.Fatal(err)
	}
	if n := told(); n != want || n == 0 {
		t.Errorf("%d orders in pounds are told of, want %d", n, want)
	}
}

func TestBoard_flags_findings_in_data_quality(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, m := smallShop(t, d, 5)
		p := days(t, "2026-02-01", "2026-02-28")
		if got := readValue(t, ctx, m, "data_quality", p); got != 0.5 {
			t.Errorf("half-complete customers score %v", got)
		}
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw(`
insert into findings (id, cause, subject_type, subject_id, state, created_at)
values (1, 'x', 'customer', 3, 'open', 0), (2, 'y', 'customer', 3, 'open', 0), (3, 'x', 'customer', 4, 'closed', 0)`).Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got := readValue(t, ctx, m, "data_quality", p); math.Abs(got-0.5*59/60) > 1e-12 {
			t.Errorf("with one of sixty flagged they score %v", got)
		}
	})
}
