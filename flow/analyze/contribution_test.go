package analyze

import (
	"math"
	"testing"

	"guanxi/base/fault"
)

func TestWhy_adds_up_to_the_change(t *testing.T) {
	ctx, m := smallShop(t, nil, 1)
	p := days(t, "2026-02-15", "2026-03-08")
	for _, metric := range metrics {
		if !metric.Fed() || metric.source.kind == snapshot {
			continue
		}
		change := readValue(t, ctx, m, metric.Name, p) - readValue(t, ctx, m, metric.Name, p.Before())
		for _, s := range splitsFor(ctx, &metric) {
			c := &comparison{Metrics: m, metric: &metric, query: WhyQuery{Period: p}}
			if err := c.open(ctx); err != nil {
				t.Fatal(err)
			}
			parts, _, err := c.part(ctx, s)
			if err != nil {
				t.Fatalf("%s by %s: %v", metric.Name, s.Name, err)
			}
			rows, exactly, ok := decompose(&metric, parts)
			if !ok {
				t.Fatalf("%s by %s: nothing to compare", metric.Name, s.Name)
			}
			rows = fold(rows, 2)
			total := 0.0
			for _, r := range rows {
				total += r.amount
			}
			if math.Abs(total-exactly) > 1e-9*(1+math.Abs(exactly)) {
				t.Errorf("%s by %s: folded to %v of %v", metric.Name, s.Name, total, exactly)
			}
			shown := exact(&metric, rows, exactly)
			total = 0
			for i := len(rows) - 1; i >= 0; i-- {
				total += rows[i].amount
			}
			tolerance := 1e-9
			if metric.Unit == UnitMoney && metric.den != nil {
				tolerance = 1 // both values are shown rounded
			}
			if math.Abs(total-shown) > 1e-12 || math.Abs(total-change) > tolerance {
				t.Errorf("%s by %s: rows add up to %v, the total says %v, the metric changed by %v", metric.Name, s.Name, total, shown, change)
			}
		}
	}
}

// A worked example by hand: 100 orders of one kind at rate 0.10 and 100 of another at 0.30 become 100 at 0.10 and 300 at 0.40.
func TestDecompose_parts_a_rate_into_mix_and_rate(t *testing.T) {
	cancel := mustMetric(t, "cancel_rate")
	rows, change, ok := decompose(cancel, []twoSums{
		{part: &partSums{key: "old"}, now: sum{10, 100, true}, ref: sum{10, 100, true}},
		{part: &partSums{key: "new"}, now: sum{120, 300, true}, ref: sum{30, 100, true}},
	})
	if !ok || math.Abs(change-0.125) > 1e-12 { // 130/400 - 40/200
		t.Fatalf("change %v", change)
	}
	// new: weight 0.5 -> 0.75, rate 0.3 -> 0.4; mix 0.25 x (0.35 - 0.2625), rate 0.625 x 0.1
	if r := rows[0]; r.part.key != "new" || math.Abs(r.mix-0.021875) > 1e-12 || math.Abs(r.rate-0.0625) > 1e-12 {
		t.Errorf("new: %+v", r)
	}
	// old: weight 0.5 -> 0.25 at a low rate; mix -0.25 x (0.1 - 0.2625)
	if r := rows[1]; r.part.key != "old" || math.Abs(r.mix-0.040625) > 1e-12 || r.rate != 0 {
		t.Errorf("old: %+v", r)
	}
}

func TestWhy_picks_the_split_that_explains(t *testing.T) {
	ctx, m := smallShop(t, nil, 11)
	// in the last week everything from the mini program goes away
	if _, err := m.columns.DB().ExecContext(ctx, "delete from orders where shop = 'mini' and day >= date '2026-02-20'"); err != nil {
		t.Fatal(err)
	}
	w, err := m.Why(ctx, "orders", WhyQuery{Period: days(t, "2026-02-20", "2026-03-08")})
	if err != nil {
		t.Fatal(err)
	}
	if w.Split != "shop" || *w.Rows[0].Key != "mini" || w.Rows[0].Amount >= 0 {
		t.Errorf("explained by %s: %+v", w.Split, w.Splits)
	}
	if _, err := m.Why(ctx, "orders", WhyQuery{Period: days(t, "2026-02-20", "2026-03-08"), Split: "category"}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("orders lie in several categories: %v", err)
	}
}
