package analyze

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"guanxi/base/fault"
	"guanxi/guard"
)

// sameNumber says that two figures are one, but for the last digit of a float that was added up in another order.
func sameNumber(a, b Number) bool {
	if a.Value == nil || b.Value == nil {
		return a.Value == nil && b.Value == nil
	}
	return math.Abs(*a.Value-*b.Value) <= 1e-9*math.Max(1, math.Abs(*b.Value)) && a.Currency == b.Currency
}

// A report says what the metrics say: every metric, by every split that fits it, at every step, is the same figure.
func TestCross_says_what_metrics_say(t *testing.T) {
	ctx, m := smallShop(t, nil, 5)
	p := days(t, "2026-01-05", "2026-03-08")
	asked := 0
	for i := range metrics {
		metric := &metrics[i]
		if !metric.Fed() || metric.source == qualitySource {
			continue
		}
		names := []string{""}
		for _, s := range splits {
			if s.over(metric) != "" && s.Name != "owner" && s.Name != "team" { // names of staff live in records
				names = append(names, s.Name)
			}
		}
		for n, split := range names {
			step := []string{"day", "week", "month", "quarter", "year"}[(n+i)%5]
			want, err := m.Read(ctx, metric.Name, Query{Period: p, By: step, Split: split, Top: 3})
			if err != nil {
				t.Fatal(err)
			}
			q := CrossQuery{Period: p, By: step, Measures: []CrossMeasure{{Metric: metric.Name}}, Top: [2]int{3}, Sort: CrossSort{Name: true}}
			if split != "" {
				q.Dimensions = []string{split}
			}
			got, err := m.Cross(ctx, nil, q)
			if err != nil {
				t.Fatalf("%s by %s: %v", metric.Name, split, err)
			}
			asked++
			same := func(part string, row CrossRow, value Number, series []Point) {
				t.Helper()
				if !sameNumber(row.Values[0], value) {
					t.Errorf("%s by %s, %s: %s, the metric says %s", metric.Name, split, part, row.Values[0].plain(), value.plain())
				}
				for k, point := range series {
					if got.Steps[k] != point.At || !sameNumber(row.Series[0][k], point.Value) {
						t.Errorf("%s by %s, %s at %s: %s, the metric says %s", metric.Name, split, part, point.At, row.Series[0][k].plain(), point.Value.plain())
					}
				}
			}
			same("all", got.Total, want.Value, want.Series)
			for _, part := range want.Splits {
				if part.Key == nil && !part.Other && strings.Contains(metric.num.agg, "{orders}") && lineSplit(split) {
					continue // orders counted by product: what is left is not a number of orders
				}
				found := false
				for _, row := range got.Rows {
					k := row.Parts[0]
					if k.Other == part.Other && (k.Key == nil) == (part.Key == nil) && (k.Key == nil || *k.Key == *part.Key) {
						found = true
						same(part.Label, row, part.Value, part.Series)
					}
				}
				if !found && valueOf(t, part.Value) != 0 {
					t.Errorf("%s by %s: the report lacks %q", metric.Name, split, part.Label)
				}
			}
		}
	}
	if asked < 150 {
		t.Errorf("only %d questions compared", asked)
	}
}

func lineSplit(name string) bool {
	for _, s := range splits {
		if s.Name == name {
			return s.line != ""
		}
	}
	return false
}

type rawOrder struct {
	id, customer          int64
	known                 bool
	kind, status, shop    string
	gross, refunded       int64
	month, city, category string
	quantity, amount      float64
}

// rawRows reads facts as they lie, to be added up by hand.
func rawRows(t *testing.T, ctx context.Context, m *Metrics, query string) (all []rawOrder) {
	t.Helper()
	rows, err := m.columns.Query(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var o rawOrder
		var customer sql.NullInt64
		var city, category sql.NullString
		if err := rows.Scan(&o.id, &customer, &o.kind, &o.status, &o.shop, &o.gross, &o.refunded, &o.month, &city, &category, &o.quantity, &o.amount); err != nil {
			t.Fatal(err)
		}
		o.customer, o.known, o.city, o.category = customer.Int64, customer.Valid, city.String, category.String
		all = append(all, o)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// Figures over facts against adding them up one by one, crossed by two dimensions and months, filtered, in a group.
func TestCross_over_facts_is_what_adding_up_gives(t *testing.T) {
	ctx, m := smallShop(t, nil, 11)
	p := days(t, "2026-01-01", "2026-02-28")
	orders := rawRows(t, ctx, m, `select id, customer_id, kind, status, shop, gross, refunded, strftime(day, '%Y-%m-01'), city, null, 0, 0 from orders where day <= date '2026-02-28'`)
	lines := rawRows(t, ctx, m, `select order_id, customer_id, kind, status, shop, 0, 0, strftime(day, '%Y-%m-01'), null, category, quantity, amount from order_lines where day <= date '2026-02-28'`)
	type sums struct {
		count, gross, most float64
		people             map[int64]bool
	}
	tally := func(rows []rawOrder, key func(o rawOrder) string, value func(o rawOrder) float64) map[string]*sums {
		all := map[string]*sums{}
		for _, o := range rows {
			if o.status == "cancelled" || !o.known || o.customer%2 != 0 {
				continue
			}
			k := key(o)
			if all[k] == nil {
				all[k] = &sums{people: map[int64]bool{}, most: math.Inf(-1)}
			}
			s := all[k]
			s.count, s.gross, s.most = s.count+1, s.gross+value(o), math.Max(s.most, value(o))
			s.people[o.customer] = true
		}
		return all
	}
	for _, row := range []struct {
		name, fact, of string
		dims           []string
		rows           []rawOrder
		part           func(o rawOrder) string
		value          func(o rawOrder) float64
	}{
		{"orders by shop and city", "orders", "gross", []string{"shop", "city"}, orders, func(o rawOrder) string { return o.shop + "|" + o.city }, func(o rawOrder) float64 { return float64(o.gross) }},
		{"lines by category and shop", "order_lines", "amount", []string{"category", "shop"}, lines, func(o rawOrder) string { return o.category + "|" + o.shop }, func(o rawOrder) float64 { return o.amount }},
		{"orders by whether refunds", "orders", "refunded", []string{"order_kind"}, orders, func(o rawOrder) string { return o.kind }, func(o rawOrder) float64 { return float64(o.refunded) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := m.Cross(ctx, nil, CrossQuery{Period: p, By: "month", Dimensions: row.dims, Group: 2,
				Where:    []CrossFilter{{Dimension: "status", Not: true, Values: []string{"cancelled"}}},
				Measures: []CrossMeasure{{Fact: row.fact, Do: "sum", Of: row.of}, {Fact: row.fact, Do: "count"}, {Fact: row.fact, Do: "customers"}, {Fact: row.fact, Do: "average", Of: row.of}, {Fact: row.fact, Do: "maximum", Of: row.of}}})
			if err != nil {
				t.Fatal(err)
			}
			want := tally(row.rows, row.part, row.value)
			if len(got.Rows) != len(want) {
				t.Errorf("%d rows, want %d", len(got.Rows), len(want))
			}
			all := tally(row.rows, func(rawOrder) string { return "" }, row.value)[""]
			check := func(name string, values []Number, s *sums) {
				t.Helper()
				for i, w := range []float64{s.gross, s.count, float64(len(s.people)), math.Round(s.gross / s.count), s.most} {
					if v := valueOf(t, values[i]); math.Abs(v-w) > 1e-6 {
						t.Errorf("%s, measure %d: %v, want %v", name, i, v, w)
					}
				}
			}
			check("in all", got.Total.Values, all)
			byMonth := tally(row.rows, func(o rawOrder) string { return row.part(o) + "|" + o.month }, row.value)
			for _, r := range got.Rows {
				var keys []string
				for _, part := range r.Parts {
					if part.Key == nil {
						keys = append(keys, "")
					} else {
						keys = append(keys, *part.Key)
					}
				}
				key := strings.Join(keys, "|")
				if want[key] == nil {
					t.Fatalf("there is no %q", key)
				}
				check(key, r.Values, want[key])
				for k, step := range got.Steps {
					s := byMonth[key+"|"+step]
					if s == nil {
						if r.Series[4][k].Value != nil {
							t.Errorf("%s in %s: a largest of nothing", key, step)
						}
						continue
					}
					check(key+" in "+step, []Number{r.Series[0][k], r.Series[1][k], r.Series[2][k], r.Series[3][k], r.Series[4][k]}, s)
				}
			}
		})
	}
}

func TestCross_compares_ranks_and_totals(t *testing.T) {
	ctx, m := smallShop(t, nil, 8)
	p := days(t, "2026-02-01", "2026-02-28")
	read := func(q CrossQuery) *Cross {
		t.Helper()
		c, err := m.Cross(ctx, nil, q)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	q := CrossQuery{Period: p, Against: "previous", Dimensions: []string{"category", "shop"}, Measures: []CrossMeasure{{Metric: "net_sales"}, {Metric: "buyers"}, {Fact: "orders", Do: "count"}}}
	if _, err := m.Cross(ctx, nil, q); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("buyers by product category: %v", err)
	}
	q.Measures = []CrossMeasure{{Metric: "net_sales"}, {Metric: "average_order_value"}}
	c := read(q)
	if c.BeforeFrom != "2026-01-01" || c.BeforeTo != "2026-01-31" {
		t.Errorf("compared with %s to %s", c.BeforeFrom, c.BeforeTo)
	}
	before, err := m.Read(ctx, "net_sales", Query{Period: p.Before()})
	if err != nil || !sameNumber(c.Total.Before[0], before.Value) {
		t.Errorf("before: %s, want %s (%v)", c.Total.Before[0].plain(), before.Value.plain(), err)
	}
	for _, side := range [][]CrossRow{c.Rows, c.First, c.Second} {
		sum := 0.0
		for _, r := range side {
			sum += valueOf(t, r.Values[0])
		}
		if sum != valueOf(t, c.Total.Values[0]) {
			t.Errorf("the parts add up to %v, the whole is %s", sum, c.Total.Values[0].plain())
		}
	}
	c = read(CrossQuery{Period: p, Dimensions: []string{"sku"}, Top: [2]int{2}, Measures: []CrossMeasure{{Metric: "gross_sales"}, {Metric: "orders"}}})
	if len(c.Rows) < 3 || !c.Rows[2].Parts[0].Other || valueOf(t, c.Rows[0].Values[0]) < valueOf(t, c.Rows[1].Values[0]) {
		t.Errorf("two of three skus and the other: %+v", c.Rows)
	}
	var third float64
	if err := m.columns.QueryRow(ctx, `select cast(count(distinct order_id) as double) from order_lines where kind = 'order' and status <> 'cancelled' and day between date '2026-02-01' and date '2026-02-28' and sku not in (?, ?)`,
		*c.Rows[0].Parts[0].Key, *c.Rows[1].Parts[0].Key).Scan(&third); err != nil || valueOf(t, c.Rows[2].Values[1]) != third {
		t.Errorf("orders of the other parts are counted once each: %s, want %v (%v)", c.Rows[2].Values[1].plain(), third, err)
	}
}

func TestCross_keeps_to_rights_and_refuses(t *testing.T) {
	ctx, m := smallShop(t, nil, 3)
	p := days(t, "2026-01-01", "2026-03-11")
	one := []CrossMeasure{{Fact: "orders", Do: "count"}}
	seller := guard.With(ctx, guard.Actor{StaffID: 7, Role: "sales"})
	c, err := m.Cross(seller, nil, CrossQuery{Period: p, Measures: one})
	var own float64
	if scan := m.columns.QueryRow(ctx, "select cast(count(*) as double) from orders where customer_id in (select id from customers where owner_id = 7)").Scan(&own); scan != nil || err != nil || valueOf(t, c.Total.Values[0]) != own {
		t.Errorf("a seller counts %+v, owns %v (%v %v)", c, own, err, scan)
	}
	blind := guard.With(ctx, guard.Actor{StaffID: 9, Role: "auditor"})
	for name, row := range map[string]struct {
		ctx  context.Context
		q    CrossQuery
		want fault.Kind
	}{
		"orders for who may not read them":      {blind, CrossQuery{Period: p, Measures: one}, fault.KindForbidden},
		"no measure":                            {ctx, CrossQuery{Period: p}, fault.KindInvalid},
		"nine measures":                         {ctx, CrossQuery{Period: p, Measures: slices.Repeat(one, 9)}, fault.KindInvalid},
		"an unknown fact":                       {ctx, CrossQuery{Period: p, Measures: []CrossMeasure{{Fact: "moons", Do: "count"}}}, fault.KindInvalid},
		"an unknown number":                     {ctx, CrossQuery{Period: p, Measures: []CrossMeasure{{Fact: "orders", Do: "sum", Of: "1); drop table orders; --"}}}, fault.KindInvalid},
		"an unknown dimension":                  {ctx, CrossQuery{Period: p, Measures: one, Dimensions: []string{"f.gross"}}, fault.KindInvalid},
		"a property that is SQL":                {ctx, CrossQuery{Period: p, Measures: []CrossMeasure{{Fact: "events", Do: "count"}}, Dimensions: []string{"property.x') from orders --"}}, fault.KindInvalid},
		"a dimension that does not fit":         {ctx, CrossQuery{Period: p, Measures: []CrossMeasure{{Metric: "customers"}}, Dimensions: []string{"category"}}, fault.KindInvalid},
		"the same dimension twice":              {ctx, CrossQuery{Period: p, Measures: one, Dimensions: []string{"shop", "shop"}}, fault.KindInvalid},
		"three dimensions":                      {ctx, CrossQuery{Period: p, Measures: one, Dimensions: []string{"shop", "city", "country"}}, fault.KindInvalid},
		"an unknown step":                       {ctx, CrossQuery{Period: p, Measures: one, By: "hour"}, fault.KindInvalid},
		"an unknown comparison":                 {ctx, CrossQuery{Period: p, Measures: one, Against: "moon"}, fault.KindInvalid},
		"a filter by nothing":                   {ctx, CrossQuery{Period: p, Measures: one, Where: []CrossFilter{{Dimension: "shop"}}}, fault.KindInvalid},
		"a metric without a source":             {ctx, CrossQuery{Period: p, Measures: []CrossMeasure{{Metric: "nps"}}}, fault.KindConflict},
		"what nobody may part by: a name alone": {guard.With(ctx, guard.Actor{Role: "nobody"}), CrossQuery{Period: p, Measures: []CrossMeasure{{Metric: "customers"}}, Dimensions: []string{"name"}}, fault.KindForbidden},
	} {
		if _, err := m.Cross(row.ctx, nil, row.q); !fault.Is(err, row.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	hostile := "a') or 1=1 --"
	c, err = m.Cross(ctx, nil, CrossQuery{Period: p, Measures: one, Where: []CrossFilter{{Dimension: "shop", Values: []string{hostile}}}})
	if err != nil || valueOf(t, c.Total.Values[0]) != 0 {
		t.Errorf("a value that is SQL is a value: %+v %v", c, err)
	}
}

// Every dimension that is offered can be asked for with everything it is said to fit.
func TestCross_dimensions_fit(t *testing.T) {
	ctx, m := smallShop(t, nil, 2)
	p := days(t, "2026-01-01", "2026-03-11")
	measures := []CrossMeasure{{Metric: "cac"}}
	for _, k := range factKinds {
		measures = append(measures, CrossMeasure{Fact: k.Name, Do: "count"}, CrossMeasure{Fact: k.Name, Do: "customers"})
		for _, n := range k.Numbers {
			measures = append(measures, CrossMeasure{Fact: k.Name, Do: "average", Of: n.Name})
		}
	}
	for _, d := range m.allDimensions(ctx, []string{"wish.color"}) {
		if d.name == "owner" || d.name == "team" || d.name == "staff" {
			continue
		}
		bySource := map[*source][]CrossMeasure{}
		for _, c := range measures {
			metric, _, err := crossMeasure(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			if text, _ := d.over(metric); text != "" && len(bySource[metric.source]) < mostMeasures {
				bySource[metric.source] = append(bySource[metric.source], c)
			}
		}
		if len(bySource) == 0 {
			t.Errorf("%s fits nothing", d.name)
		}
		for s, of := range bySource {
			c, err := m.Cross(ctx, nil, CrossQuery{Period: p, By: "month", Measures: of, Dimensions: []string{d.name}})
			if err != nil {
				t.Fatalf("%s over %s: %v", d.name, s.name, err)
			}
			count := 0.0
			for _, r := range c.Rows {
				count += valueOf(t, r.Values[0])
			}
			if fmt.Sprint(count) != fmt.Sprint(valueOf(t, c.Total.Values[0])) {
				t.Errorf("%s over %s: parts add up to %v of %s", d.name, s.name, count, c.Total.Values[0].plain())
			}
		}
	}
}
