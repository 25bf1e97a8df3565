package analyze

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/guard"
)

// smallShop is a made-up shop of a few hundred orders in early 2026 with every oddity a metric has to stand: cancelled
// orders, refunds, orders of nobody, orders without lines, lines without category, follow-ups on time and late.
func smallShop(t *testing.T, records *db.DB, seed uint64) (context.Context, *Metrics) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	one := func(of ...any) any { return of[r.IntN(len(of))] }
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	store := columnstest.Open(t)
	person := columnstest.Row(t, store, "customers")
	var orders, lines, people, activities, scores [][]any
	firstDay := map[int64]time.Time{}
	for id := int64(1); id <= 400; id++ {
		on := start.AddDate(0, 0, r.IntN(70))
		ts := on.UnixMilli() - 8*3_600_000 + r.Int64N(86_400_000)
		customer, kind, status := any(1+r.Int64N(60)), "order", one("completed", "completed", "completed", "cancelled")
		if r.IntN(6) == 0 {
			customer = nil
		}
		var gross, refunded int64
		if r.IntN(8) == 0 {
			kind, refunded = "refund", 100+r.Int64N(5000)
		} else {
			gross = 100 + r.Int64N(50000)
			if r.IntN(5) == 0 {
				refunded = r.Int64N(gross)
			}
		}
		country, shop := one("China", "Japan", nil), one("tmall", "mini")
		if customer != nil && kind == "order" && status != "cancelled" {
			if before, seen := firstDay[customer.(int64)]; !seen || on.Before(before) {
				firstDay[customer.(int64)] = on
			}
		}
		n := 0
		if r.IntN(7) != 0 {
			for _, amount := range []int64{gross / 3, gross - gross/3, -refunded} {
				if amount != 0 {
					n++
					lines = append(lines, []any{id, int64(n), customer, ts, on, kind, one("a", "b", "c"), "p", one("skin", "home", nil), one("x", nil),
						nil, 1.0, int64(0), amount, shop, country, status})
				}
			}
		}
		orders = append(orders, []any{id, "N", shop, kind, status, customer, ts, on, gross, refunded, "CNY", country, nil, one("上海", "杭州"), int64(n)})
	}
	for id := int64(1); id <= 60; id++ {
		var first any
		if on, ok := firstDay[id]; ok {
			first = on
		}
		owner, team := any(nil), any(nil)
		if id%3 == 0 {
			owner, team = int64(7), int64(1)
		}
		people = append(people, person(map[string]any{"id": id, "kind": "person", "name": "客户", "name_key": "", "gender": one("female", "male", "unknown"),
			"country": one("China", "Japan"), "city": one("上海", nil), "lifecycle_stage": "customer", "source": one("import", "form"), "owner_id": owner, "team_id": team,
			"tags": []string{}, "custom": "{}", "has_phone": true, "has_email": true, "consents": []string{}, "completeness": 0.5, "lists": []string{},
			"created_at": start.UnixMilli() + 40*86_400_000, "updated_at": int64(0), "orders_count": int64(0), "orders_first_day": first, "orders_gross": int64(0), "orders_refunded": int64(0)}))
		scores = append(scores, []any{id, start, int64(1), int64(1), int8(1), int8(1), int8(1), one("loyal", "lost"), 1.0, 1.0, nil, nil, "bgnbd", 1.0, 0.5,
			nil, 1.0, id * 100, int64(1), 0.1, nil})
	}
	for id := int64(1); id <= 40; id++ {
		on := start.AddDate(0, 0, r.IntN(70))
		next := on.UnixMilli() + 3*86_400_000
		done := any(nil)
		switch r.IntN(3) {
		case 0:
			done = next + 3_600_000
		case 1:
			done = next + 2*86_400_000
		}
		activities = append(activities, []any{id, 1 + r.Int64N(60), one("call", "visit"), nil, int64(7), on.UnixMilli(), on, next, done})
	}
	visit := columnstest.Row(t, store, "session_runs")
	var visits [][]any
	for id := range int64(300) {
		on := start.AddDate(0, 0, r.IntN(70))
		ts, stay, pages := on.UnixMilli(), r.Int64N(900), int32(1+r.IntN(6))
		visits = append(visits, visit(map[string]any{"visitor_id": id, "customer_id": one(nil, 1+r.Int64N(60)), "ts": ts, "ended_at": ts + stay*1000, "day": on, "duration": float64(stay),
			"pages": pages, "events": pages, "bounced": pages == 1 && r.IntN(4) > 0, "entry_page": one("/", "/a"), "exit_page": one("/", "/b"), "came_from": one(nil, "search.example"), "device": one("phone", nil)}))
	}
	sent := columnstest.Row(t, store, "events")
	var wishes [][]any
	for id := range int64(200) {
		on := start.AddDate(0, 0, r.IntN(70))
		wishes = append(wishes, sent(map[string]any{"batch_id": int64(1), "position": int32(id), "source_id": int64(1), "message_id": "", "ts": on.UnixMilli(), "day": on, "received_at": on.UnixMilli(), //nolint:gosec // few
			"kind": "track", "event": "what's wished", "visitor_id": id, "customer_id": one(nil, 1+r.Int64N(60)), "bot": id%11 == 0}))
	}
	if err := store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for table, rows := range map[string][][]any{"orders": orders, "order_lines": lines, "customers": people, "activities": activities, "customer_scores": scores, "session_runs": visits,
			"events": wishes, "event_names": {{"what's wished", "track", int64(0)}}} {
			if err := tx.Append(ctx, table, rows); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	ctx := clock.With(guard.System(context.Background()), clock.NewFake(start.AddDate(0, 0, 71)))
	members := func(_ context.Context, id int64) (string, []any, error) {
		return "select id from customers where id % ? = 0", []any{id}, nil
	}
	return ctx, NewMetrics(store, records, func() time.Time { return clock.Now(ctx) }, members)
}

func days(t *testing.T, from, to string) Period {
	t.Helper()
	p, err := parsePeriod(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func valueOf(t *testing.T, n Number) float64 {
	t.Helper()
	if n.Value == nil {
		return 0
	}
	return *n.Value
}

// Orders with goods of two categories count in each, so that the parts are more than the whole: those of none are counted, not
// what the parts lack.
func TestOrdersOfNoCategoryAreCounted(t *testing.T) {
	ctx, m := smallShop(t, nil, 7)
	f, err := m.Read(ctx, "orders", Query{Period: days(t, "2026-01-01", "2026-03-11"), By: "month", Split: "category"})
	if err != nil {
		t.Fatal(err)
	}
	var want float64
	if err := m.columns.QueryRow(ctx, `
select count(*)::double from orders o
where kind = 'order' and status <> 'cancelled'
  and (not exists (select 1 from order_lines l where l.order_id = o.id) or exists (select 1 from order_lines l where l.order_id = o.id and l.category is null))`).Scan(&want); err != nil {
		t.Fatal(err)
	}
	for _, part := range f.Splits {
		if part.Key != nil || part.Other {
			continue
		}
		series := 0.
		for _, point := range part.Series {
			series += *point.Value.Value
		}
		if *part.Value.Value != want || series != want {
			t.Errorf("%v orders of no category, %v over the months, want %v", *part.Value.Value, series, want)
		}
		return
	}
	t.Errorf("nothing is told of %v orders of no category", want)
}
