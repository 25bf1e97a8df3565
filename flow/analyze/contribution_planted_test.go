package analyze

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// manyValues are the values of the splits of a made-up company, 52 in all.
var manyValues = map[string]int{"country": 4, "province": 10, "city": 15, "shop": 8, "gender": 3, "source": 6, "industry": 6}

// trade fills two months of orders: amounts with a long tail, customers who order again and again, a tenth more orders in the
// second month. Changed says what is done to an order of the second month: whether it stands, by what its amount is multiplied,
// how likely it is cancelled.
func trade(t *testing.T, store *columns.Store, r *rand.Rand, changed func(of map[string]string) (stands bool, times, cancelled float64)) {
	t.Helper()
	ctx := context.Background()
	order, person := columnstest.Row(t, store, "orders"), columnstest.Row(t, store, "customers")
	one := func(split string) string { return fmt.Sprint(split, r.IntN(manyValues[split])) }
	var orders, people [][]any
	type known struct{ gender, source, industry, province, city string }
	of := make([]known, 900)
	for i := range of {
		of[i] = known{one("gender"), one("source"), one("industry"), one("province"), one("city")}
		people = append(people, person(map[string]any{"id": int64(i + 1), "kind": "person", "gender": of[i].gender, "source": of[i].source, "industry": of[i].industry, "tags": []string{}}))
	}
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for month, n := range []int{4000, 4400} {
		for range n {
			who := r.IntN(len(of))
			c := of[who]
			is := map[string]string{"country": one("country"), "shop": one("shop"), "gender": c.gender, "source": c.source, "industry": c.industry, "province": c.province, "city": c.city}
			stands, times, cancelled := true, 1.0, .08
			if month == 1 {
				stands, times, cancelled = changed(is)
			}
			if !stands {
				continue
			}
			on := start.AddDate(0, month, r.IntN(30))
			status := "completed"
			if r.Float64() < cancelled {
				status = "cancelled"
			}
			orders = append(orders, order(map[string]any{"id": int64(len(orders) + 1), "kind": "order", "status": status, "customer_id": int64(who + 1), "ts": on.UnixMilli(), "day": on,
				"gross": int64(10_000 * math.Exp(.8*r.NormFloat64()) * times), "refunded": int64(0), "currency": "CNY",
				"country": is["country"], "province": is["province"], "city": is["city"], "shop": is["shop"], "lines": int64(0)}))
		}
	}
	if err := store.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		for table, rows := range map[string][][]any{"orders": orders, "customers": people} {
			if err := tx.Exec(ctx, "delete from "+table); err != nil {
				return err
			}
			if err := tx.Append(ctx, table, rows); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// Among 52 values of seven splits one is made to change: orders lost, dearer, or cancelled. Its split must come first, with its
// part as the lead; where nothing was done nothing may be clear. Of thirty seeds each kind is found in thirty, and nothing is
// mistaken; six of them are tried here.
func TestWhy_finds_what_was_planted(t *testing.T) {
	const seeds = 6

	records, store := dbtest.SQLite(t), columnstest.Open(t)
	m := NewMetrics(store, records, func() time.Time { return time.Time{} }, nil)
	ctx := guard.System(clock.With(context.Background(), clock.NewFake(time.Date(2026, 5, 2, 4, 0, 0, 0, time.UTC))))
	q := WhyQuery{Period: days(t, "2026-04-01", "2026-04-30")}
	names := []string{"country", "province", "city", "shop", "gender", "source", "industry"}
	for _, planted := range []struct {
		metric string
		does   func(r *rand.Rand) (stands bool, times, cancelled float64)
	}{
		{"net_sales", func(r *rand.Rand) (bool, float64, float64) { return r.Float64() < .4, 1, .08 }},
		{"orders", func(r *rand.Rand) (bool, float64, float64) { return r.Float64() < .5, 1, .08 }},
		{"average_order_value", func(*rand.Rand) (bool, float64, float64) { return true, 1.6, .08 }},
		{"cancel_rate", func(*rand.Rand) (bool, float64, float64) { return true, 1, .22 }},
		{"net_sales", nil},
	} {
		found, mistaken := 0, 0
		for seed := range uint64(seeds) {
			r := rand.New(rand.NewPCG(seed, 7))
			split := names[r.IntN(len(names))]
			value := fmt.Sprint(split, r.IntN(manyValues[split]))
			trade(t, store, r, func(of map[string]string) (bool, float64, float64) {
				if planted.does == nil || of[split] != value {
					return true, 1, .08
				}
				return planted.does(r)
			})
			w, err := m.Why(ctx, planted.metric, q)
			if err != nil {
				t.Fatal(err)
			}
			first := w.Splits[0]
			switch {
			case first.Clear && first.Name == split && first.Lead != nil && *first.Lead.Key == value:
				found++
			case first.Clear:
				mistaken++
				t.Logf("%s seed %d: planted in %s, found %s: %.1f %v", planted.metric, seed, value, first.Name, first.Score, first.P)
			}
		}
		if planted.does != nil && found < seeds || mistaken > 0 {
			t.Errorf("%s: found %d of %d, mistaken in %d", planted.metric, found, seeds, mistaken)
		}
	}
}
