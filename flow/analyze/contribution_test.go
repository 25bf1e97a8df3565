package analyze

import (
	"math"
	"slices"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
)

// Every metric by every split, against the period before or days of one's own, longer and overlapping: the
// rows add up to the change of the figures as they are shown, money to the cent.
func TestWhy_adds_up_to_the_change(t *testing.T) {
	ctx, m := smallShop(t, dbtest.SQLite(t), 1)
	p := days(t, "2026-02-15", "2026-03-08")
	for turn, before := range []Period{p.Before(), days(t, "2026-01-05", "2026-01-31"), days(t, "2026-02-10", "2026-03-01")} {
		for n, metric := range metrics {
			if !metric.Fed() || metric.source.kind == snapshot {
				continue
			}
			change := readValue(t, ctx, m, metric.Name, p) - readValue(t, ctx, m, metric.Name, before)
			for k, s := range splitsFor(ctx, &metric) {
				if (turn+n+k)%3 != 0 {
					continue // each of them once
				}
				c := &comparison{Metrics: m, metric: &metric, query: WhyQuery{Period: p}, before: before}
				parts, err := c.part(ctx, s)
				if err != nil {
					t.Fatalf("%s by %s: %v", metric.Name, s.Name, err)
				}
				if metric.source == sessionSource {
					continue // nobody visits this shop
				}
				of, w := &ranked{}, &Why{}
				if err := of.add(&metric, s, parts); err != nil {
					t.Fatalf("%s by %s: %v", metric.Name, s.Name, err)
				}
				if err := w.write(ctx, c, of); err != nil {
					t.Fatal(err)
				}
				total, exactly := 0.0, metric.Unit == UnitMoney
				for i := len(w.Rows) - 1; i >= 0; i-- {
					r := w.Rows[i]
					total += r.Amount
					if exactly && (r.Amount != math.Round(r.Amount) || r.Mix != nil && *r.Mix+*r.Rate != r.Amount) {
						t.Errorf("%s by %s: %v is no whole number of cents, or not %v and %v", metric.Name, s.Name, r.Amount, r.Mix, r.Rate)
					}
				}
				if exactly && (total != w.Change || total != change) || math.Abs(total-w.Change) > 1e-12*(1+math.Abs(total)) || math.Abs(total-change) > 1e-9 {
					t.Errorf("%s by %s against %s: rows add up to %v, the total says %v, the metric changed by %v", metric.Name, s.Name, dayText(before.From), total, w.Change, change)
				}
			}
		}
	}
}

// A worked example by hand: 100 orders of one kind at rate 0.10 and 100 of another at 0.30 become 100 at 0.10 and 300 at 0.40.
func TestDecompose_parts_a_rate_into_mix_and_rate(t *testing.T) {
	cancel := mustMetric(t, "cancel_rate")
	rows, before, after, ok := decompose(cancel, []twoSums{
		{part: &partSums{key: "old"}, now: sum{10, 100, true}, ref: sum{10, 100, true}},
		{part: &partSums{key: "new"}, now: sum{120, 300, true}, ref: sum{30, 100, true}},
	})
	if !ok || math.Abs(after-before-0.125) > 1e-12 { // 130/400 - 40/200
		t.Fatalf("from %v to %v", before, after)
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

// A loss planted within a part is found there, and what is told of the part adds up to its row.
func TestWhy_goes_into_a_part(t *testing.T) {
	ctx, m := smallShop(t, dbtest.SQLite(t), 11)
	if _, err := m.columns.DB().ExecContext(ctx, "delete from orders where shop = 'mini' and country = 'Japan' and day >= date '2026-02-20'"); err != nil {
		t.Fatal(err)
	}
	q := WhyQuery{Period: days(t, "2026-02-20", "2026-03-08"), Split: "shop"}
	whole, err := m.Why(ctx, "net_sales", q)
	if err != nil {
		t.Fatal(err)
	}
	mini := whole.Rows[slices.IndexFunc(whole.Rows, func(r Contribution) bool { return r.Key != nil && *r.Key == "mini" })]
	q.In = []string{"shop:mini"}
	for _, split := range []string{"country", "category"} {
		q.Split = split
		within, err := m.Why(ctx, "net_sales", q)
		if err != nil {
			t.Fatal(err)
		}
		if within.Change != mini.Amount || within.In[0].Label != "mini" || slices.ContainsFunc(within.Splits, func(s SplitScore) bool { return s.Name == "shop" }) {
			t.Errorf("within the shop by %s: %+v, of %v", split, within, mini.Amount)
		}
		if split == "country" && *within.Rows[0].Key != "Japan" {
			t.Errorf("within the shop: %+v", within.Rows)
		}
	}
	q.Split, q.In = "shop", []string{"category:skin"}
	if _, err := m.Why(ctx, "net_sales", q); err != nil {
		t.Errorf("a shop within a category: %v", err)
	}
	for _, in := range []string{"nothing:mini", "shop", "category:"} {
		q.In = []string{in}
		if _, err := m.Why(ctx, "net_sales", q); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("in %q: %v", in, err)
		}
	}
	if opened, err := m.Open(ctx, "net_sales", Behind{Period: q.Period, Split: "country", SplitValue: "China", In: []string{"shop:mini"}}); err != nil || *opened.Total == 0 {
		t.Errorf("behind the part: %+v, %v", opened, err)
	}
}

// Against a target the whole is what was planned, made up as the period before was.
func TestWhy_against_the_target(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, m := smallShop(t, d, 5)
		p := days(t, "2026-02-01", "2026-02-28")
		if _, err := m.Why(ctx, "net_sales", WhyQuery{Period: p, Against: againstTarget}); !fault.Is(err, fault.KindConflict) {
			t.Errorf("without a target: %v", err)
		}
		if err := m.SetTarget(ctx, "net_sales", &Target{Value: 10_000_001, Direction: "at_least", Period: "month"}); err != nil {
			t.Fatal(err)
		}
		w, err := m.Why(ctx, "net_sales", WhyQuery{Period: p, Against: againstTarget, Split: "shop"})
		if err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for _, r := range w.Rows {
			total += r.Amount
		}
		if *w.Reference.Value != 10_000_001 || total != *w.Value.Value-10_000_001 {
			t.Errorf("%+v adds up to %v", w, total)
		}
	})
}
