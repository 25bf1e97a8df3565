package analyze

import (
	"slices"
	"testing"
	"time"

	"guanxi/base/fault"
)

// Against counting customer by customer, every part opens to as many customers, and the steps hang together.
func TestBridge(t *testing.T) {
	ctx, m := smallShop(t, nil, 31)
	type order struct {
		on     time.Time
		bought bool
		net    int64
	}
	orders := map[int64][]order{}
	rows, err := m.columns.Query(ctx, "select customer_id, day, kind = 'order' and status <> 'cancelled', case when kind = 'order' and status = 'cancelled' then 0 else gross - refunded end from orders where customer_id is not null")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var o order
		if err := rows.Scan(&id, &o.on, &o.bought, &o.net); err != nil {
			t.Fatal(err)
		}
		o.on = o.on.UTC()
		if !o.on.After(today(ctx)) {
			orders[id] = append(orders[id], o)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	type part struct{ customers, revenue int64 }
	for _, by := range []string{"month", "quarter", "year"} {
		b, err := m.Bridge(ctx, by, days(t, "2025-10-01", "2026-06-30"), 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range b.Steps {
			start := days(t, s.Start, s.Start).From
			before := startOf(by, start.AddDate(0, 0, -1))
			want := map[string]*part{"active": {}, "kept": {}, "gained": {}, "returned": {}, "lost": {}}
			add := func(name string, net int64) { want[name].customers++; want[name].revenue += net }
			for _, all := range orders {
				in := func(step time.Time) (bought bool, net int64) {
					for _, o := range all {
						if startOf(by, o.on).Equal(step) {
							bought, net = bought || o.bought, net+o.net
						}
					}
					return bought, net
				}
				now, net := in(start)
				last, netBefore := in(before)
				ever := slices.ContainsFunc(all, func(o order) bool { return o.bought && o.on.Before(start) })
				switch {
				case now && last:
					add("kept", net)
				case now && ever:
					add("returned", net)
				case now:
					add("gained", net)
				case last:
					add("lost", netBefore)
				}
				if now {
					add("active", net)
				}
			}
			for name, got := range map[string]BridgePart{"active": s.Active, "kept": s.Kept, "gained": s.Gained, "returned": s.Returned, "lost": s.Lost} {
				if (part{got.Customers, got.Revenue.Amount}) != *want[name] {
					t.Errorf("%s %s %s: got %d bringing %d, counted %+v", by, s.Start, name, got.Customers, got.Revenue.Amount, *want[name])
				}
				if got.Revenue.Currency != "CNY" {
					t.Errorf("%s %s %s: currency %q", by, s.Start, name, got.Revenue.Currency)
				}
				if n := fitting(ctx, t, m, got.Condition); n != got.Customers {
					t.Errorf("%s %s %s: counts %d and opens %d", by, s.Start, name, got.Customers, n)
				}
			}
			if i > 0 && b.Steps[i-1].Active.Customers != s.Kept.Customers+s.Lost.Customers {
				t.Errorf("%s %s: %d before, %d kept and %d lost", by, s.Start, b.Steps[i-1].Active.Customers, s.Kept.Customers, s.Lost.Customers)
			}
		}
	}
	if _, err := m.Bridge(ctx, "day", days(t, "2026-01-01", "2026-01-31"), 0); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("steps of a day: %v", err)
	}
}
