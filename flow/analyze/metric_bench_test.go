package analyze

import (
	"context"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// benchShop holds so many customers with eight orders each over two years, in order of time.
func benchShop(b *testing.B, d *db.DB, customers int) (context.Context, *Metrics) {
	b.Helper()
	store := columnstest.Open(b)
	if err := store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Exec(ctx, `
insert into orders (id, number, shop, kind, status, customer_id, ts, day, gross, refunded, currency, country, city)
select i, 'N', 'shop' || (hash(i) % 4), case when hash(i, 5) % 20 = 0 then 'refund' else 'order' end, 'completed',
  case when hash(i, 1) % 10 > 0 then hash(i, 2) % ? end, 0, date '2024-03-10' + cast(i * 730 // (8 * ?) as integer), hash(i, 3) % 50000, 0, 'CNY', 'China', 'c' || hash(i, 4) % 300
from range(8 * ?) o(i)`, customers, customers, customers); err != nil {
			return err
		}
		return tx.Exec(ctx, `
insert into customers (id, created_at, city, orders_first_day, completeness)
select customer_id, 0, 'c' || customer_id % 300, min(day), 0.5 from orders where customer_id is not null group by 1`)
	}); err != nil {
		b.Fatal(err)
	}
	ctx := clock.With(guard.System(context.Background()), clock.NewFake(time.Date(2026, 3, 11, 2, 0, 0, 0, time.UTC)))
	return ctx, NewMetrics(store, d, func() time.Time { return clock.Now(ctx) }, nil)
}

func BenchmarkMetrics(b *testing.B) {
	d := dbtest.SQLite(b)
	for name, customers := range map[string]int{"5k": 5_000, "1m": 1_000_000} {
		ctx, m := benchShop(b, d, customers)
		month, err := parsePeriod("2026-02-01", "2026-02-28")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name+"/board", func(b *testing.B) {
			for b.Loop() {
				if _, err := m.Board(ctx, month, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
		for _, metric := range []string{"net_sales", "buyers", "purchase_cycle_days", "retention_rate", "churn_rate", "clv_to_date"} {
			b.Run(name+"/"+metric, func(b *testing.B) {
				for b.Loop() {
					if _, err := m.Read(ctx, metric, Query{Period: month}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(name+"/why", func(b *testing.B) {
			for b.Loop() {
				if _, err := m.Why(ctx, "net_sales", WhyQuery{Period: month}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/retention", func(b *testing.B) {
			for b.Loop() {
				if _, err := m.Retention(ctx, RetentionQuery{Period: month, By: "month"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
