package analyze

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"guanxi/base/fault"
)

// The counts of online_retail were reckoned from the file by a script that shares nothing with this program.
func TestRetention_of_online_retail(t *testing.T) {
	ctx, m := retail(t)
	r, err := m.Retention(ctx, RetentionQuery{Period: days(t, "2010-12-01", "2011-12-31"), By: "month"})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]int64{
		{885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235},
		{417, 92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49},
		{380, 71, 71, 108, 103, 94, 96, 106, 94, 116, 26},
		{452, 68, 114, 90, 101, 76, 121, 104, 126, 39},
		{300, 64, 61, 63, 59, 68, 65, 78, 22},
		{284, 54, 49, 49, 59, 66, 75, 27},
		{242, 42, 38, 64, 56, 81, 23},
		{188, 34, 39, 42, 51, 21},
		{169, 35, 42, 41, 21},
		{299, 70, 90, 34},
		{358, 86, 41},
		{323, 36},
		{41},
	}
	if len(r.Cohorts) != len(want) {
		t.Fatalf("%d cohorts", len(r.Cohorts))
	}
	for i, c := range r.Cohorts {
		var got []int64
		for k, n := range c.Counts {
			got = append(got, *n)
			if *c.Values[k] != float64(*n)/float64(c.Size) {
				t.Errorf("%s step %d: share %v of %d", c.Start, k, *c.Values[k], c.Size)
			}
		}
		if !slices.Equal(got, want[i]) {
			t.Errorf("%s: got %v, want %v", c.Start, got, want[i])
		}
	}
	orders := r.Repurchase.Orders
	if orders[0].Customers != 1493 || orders[1].Customers != 835 || orders[9].Orders != 10 || orders[9].Customers != 391 {
		t.Errorf("how often: %+v", orders)
	}
	if d := r.Repurchase.DaysToSecond; d.Median != 50 || d.Customers != 2845 {
		t.Errorf("days to the second order: %+v", d)
	}
}

// Against counting customer by customer.
func TestRetention_by_brute_force(t *testing.T) {
	ctx, m := smallShop(t, nil, 21)
	rows, err := m.columns.Query(ctx, "select customer_id, day from orders where customer_id is not null and kind = 'order' and status <> 'cancelled'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	bought := map[int64][]time.Time{}
	for rows.Next() {
		var id int64
		var on time.Time
		if err := rows.Scan(&id, &on); err != nil {
			t.Fatal(err)
		}
		bought[id] = append(bought[id], on.UTC())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, by := range []string{"week", "month", "quarter"} {
		r, err := m.Retention(ctx, RetentionQuery{Period: days(t, "2026-01-01", "2026-06-30"), By: by})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range r.Cohorts {
			at := days(t, c.Start, c.Start).From
			for k := range c.Counts {
				starts := at
				for range k {
					starts = next(by, starts)
				}
				if starts.After(today(ctx)) != (c.Counts[k] == nil) {
					t.Fatalf("%s cohort %d step %d begins %s: %v", by, i, k, dayText(starts), c.Counts[k])
				}
				if c.Counts[k] == nil {
					continue
				}
				var n int64
				for _, on := range bought {
					first := slices.MinFunc(on, time.Time.Compare)
					if startOf(by, first).Equal(at) && slices.ContainsFunc(on, func(d time.Time) bool { return startOf(by, d).Equal(starts) }) {
						n++
					}
				}
				if *c.Counts[k] != n {
					t.Errorf("%s cohort %s step %d: got %d, counted %d", by, c.Start, k, *c.Counts[k], n)
				}
			}
		}
	}
	if _, err := m.Retention(ctx, RetentionQuery{Period: days(t, "2026-01-01", "2026-06-30"), By: "month", First: "born"}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("an unknown event: %v", err)
	}
}

// fitting counts who fits all of the conditions.
func fitting(ctx context.Context, t *testing.T, m *Metrics, conditions ...ConditionJSON) int64 {
	t.Helper()
	all, err := json.Marshal(map[string]any{"all": conditions})
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseCondition(ctx, all, Lookup{Event: anyEvent})
	if err != nil {
		t.Fatalf("%s: %v", all, err)
	}
	found, err := newCompiler(ctx).evaluate(ctx, m.columns, c)
	if err != nil {
		t.Fatal(err)
	}
	return int64(found.GetCardinality())
}

// Every cell opens: the conditions of its cohort and its step together list as many customers as it counts.
func TestRetention_opens_the_customers_behind_each_cell(t *testing.T) {
	ctx, m := smallShop(t, nil, 21)
	count := func(conditions ...ConditionJSON) int64 { return fitting(ctx, t, m, conditions...) }
	for _, q := range []RetentionQuery{
		{By: "week"}, {By: "month"}, {By: "quarter"},
		{By: "month", First: "order_cancelled", Return: "order_placed"}, {By: "month", Return: "order_refunded"},
		{By: "month", First: "call_logged", Return: "follow_up"}, {By: "week", First: "follow_up", Return: "order_placed"},
		{By: "week", First: "session", Return: "what's wished"}, {By: "month", First: "what's wished", Return: "session"},
	} {
		q.Period = days(t, "2026-01-01", "2026-06-30")
		r, err := m.Retention(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		var some int64
		for i, c := range r.Cohorts {
			if n := count(c.Members); n != c.Size {
				t.Errorf("%+v: cohort %s counts %d and opens %d", q, c.Start, c.Size, n)
			}
			for k := 1; k < len(c.Counts) && c.Counts[k] != nil; k++ {
				some += *c.Counts[k]
				if n := count(c.Members, r.Steps[i+k].Returned); n != *c.Counts[k] {
					t.Errorf("%+v: step %d of cohort %s counts %d and opens %d", q, k, c.Start, *c.Counts[k], n)
				}
			}
		}
		if some == 0 && q.By != "quarter" { // the shop is two months old
			t.Errorf("%+v: nobody ever returned", q)
		}
	}
}
