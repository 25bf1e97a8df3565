package analyze

import (
	"context"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// BenchmarkProjections carries GUANXI_BENCH_CUSTOMERS customers (10,000 unless set) with ten orders of one line each
// from records to columns, as after a large import, and reports customers and orders a second.
func BenchmarkProjections(b *testing.B) {
	customers := 10_000
	if n, err := strconv.Atoi(os.Getenv("GUANXI_BENCH_CUSTOMERS")); err == nil {
		customers = n
	}
	for b.Loop() {
		b.StopTimer()
		c := newCompany(b, dbtest.SQLite(b))
		fillRecords(b, c, customers)
		b.StartTimer()
		c.drain()
	}
	b.ReportMetric(float64(11*customers)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRebuild makes columns anew from as many records, and reports orders and lines a second with the processor time
// each takes.
func BenchmarkRebuild(b *testing.B) {
	customers := 10_000
	if n, err := strconv.Atoi(os.Getenv("GUANXI_BENCH_CUSTOMERS")); err == nil {
		customers = n
	}
	c := newCompany(b, dbtest.SQLite(b))
	fillRecords(b, c, customers)
	used := cpuTime(b)
	for b.Loop() {
		require.NoError(b, c.feed.Rebuild(c.ctx))
	}
	rows := float64(20*customers) * float64(b.N)
	b.ReportMetric(rows/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/rows, "cpu-µs/row")
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fillRecords writes customers, ten orders each and one line an order straight into records.
func fillRecords(t testing.TB, c *company, customers int) {
	t.Helper()
	const numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)\n"
	require.NoError(t, c.records.Write(c.ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, s := range []struct {
			text  string
			count int
		}{
			{"insert into customers (id, name, country, city, created_at, updated_at) " + numbers +
				"select i, 'c' || i, 'CN', 'city ' || i % 300, 1, 1 from n", customers},
			{"insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, lines, created_at, updated_at) " +
				numbers + "select i, 's', i, 'order', 'completed', 1 + i * 7919 % " + strconv.Itoa(customers) +
				", 1700000000000 + i * 1000, 100, 0, 'CNY', 1, 1, 1 from n", 10 * customers},
			{"insert into order_lines (order_id, position, sku, product_name, quantity, unit_price_micros, amount) " +
				numbers + "select i, 0, 'k', 'p', 1, 1, 100 from n", 10 * customers},
		} {
			if _, err := tx.NewRaw(s.text, s.count).Exec(ctx); err != nil {
				return err
			}
		}
		for i := 1; i <= customers; i++ {
			tx.Feed("customers", int64(i))
		}
		for i := 1; i <= 10*customers; i++ {
			tx.Feed("orders", int64(i))
		}
		return nil
	}))
}
