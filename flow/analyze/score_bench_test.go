package analyze

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// benchScores has GUANXI_BENCH_CUSTOMERS customers (10,000 unless set) who buy as BG/NBD and Gamma-Gamma say, about ten
// times each, over two years, in a store on disk with the default memory limit.
func benchScores(b *testing.B) *shop {
	customers := 10_000
	if n, err := strconv.Atoi(os.Getenv("GUANXI_BENCH_CUSTOMERS")); err == nil {
		customers = n
	}
	w := workspace.Default()
	end, err := w.ParseDay("2026-01-01")
	require.NoError(b, err)
	s := &shop{t: b, clock: clock.NewFake(end.Add(12 * time.Hour)), columns: columnstest.OpenAt(b, b.TempDir()), buyers: map[int64]bool{}}
	s.ctx = guard.System(workspace.With(clock.With(context.Background(), s.clock), w))
	s.scores = NewScores(dbtest.SQLite(b), s.columns, NewHot(s.columns))

	random := rand.New(rand.NewPCG(1, 2))
	const days, chunk = 730, 200_000
	first := time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC)
	buying := distuv.Gamma{Alpha: 1.2, Beta: 5, Src: random}
	leaving := distuv.Beta{Alpha: .5, Beta: 9, Src: random}
	spending := distuv.Gamma{Alpha: 3.7, Beta: 1500, Src: random}
	id := int64(0)
	flush := func() {
		orders := s.orders
		require.NoError(b, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
			return tx.Append(ctx, "orders", orders)
		}))
		s.orders = s.orders[:0]
	}
	for customer := range int64(customers) {
		rate, leaves, scale := buying.Rand()/7, leaving.Rand(), 6/spending.Rand()
		for at := random.Float64() * days; at < days; at += random.ExpFloat64() / rate {
			id++
			day := first.AddDate(0, 0, int(at))
			s.orders = append(s.orders, []any{id, nil, nil, "order", "completed", customer,
				day.UnixMilli(), day, int64(random.ExpFloat64() * scale * 1e7), int64(0), "CNY", nil, nil, nil, int64(1)})
			if random.Float64() < leaves {
				break
			}
		}
		if len(s.orders) >= chunk {
			flush()
		}
	}
	flush()
	_, err = s.columns.DB().ExecContext(s.ctx, `
insert into customers (id, orders_count, orders_gross, orders_refunded, orders_last_day)
select customer_id, count(*), sum(gross), 0, max(day) from orders group by customer_id`)
	require.NoError(b, err)
	return s
}

// BenchmarkFit reads the purchases and fits both models.
func BenchmarkFit(b *testing.B) {
	s := benchScores(b)
	until := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		buying, spending, err := s.scores.fitUntil(s.ctx, until, 7)
		require.NoError(b, err)
		require.Empty(b, buying.Reason+spending.Reason)
	}
}

// BenchmarkRefresh fits both models and scores every customer.
func BenchmarkRefresh(b *testing.B) {
	s := benchScores(b)
	for b.Loop() {
		s.scores.current.Store(nil)
		require.NoError(b, s.scores.records.Write(s.ctx, forgetValuation))
		s.refresh()
	}
}

// BenchmarkRefreshFor scores a hundred customers of a feed batch.
func BenchmarkRefreshFor(b *testing.B) {
	s := benchScores(b).refresh()
	ids := make([]int64, 100)
	for i := range ids {
		ids[i] = int64(i * 97)
	}
	for b.Loop() {
		require.NoError(b, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
			return s.scores.RefreshFor(ctx, tx, ids)
		}))
	}
}

// BenchmarkRFM draws the grid with movement; the floor is the engine's own group-by of the same orders.
func BenchmarkRFM(b *testing.B) {
	s := benchScores(b)
	b.Run("grid", func(b *testing.B) {
		for b.Loop() {
			out, err := s.scores.getRFM(s.ctx, &rfmInput{CompareDays: 30})
			require.NoError(b, err)
			require.NotZero(b, out.Body.Customers)
		}
	})
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			_, err := s.columns.DB().ExecContext(s.ctx, `
select sum(n), max(m), max(last)
from (select customer_id, count(*) as n, sum(gross) as m, max(day) as last from orders group by customer_id)`)
			require.NoError(b, err)
		}
	})
}

// BenchmarkFigures reads the figures of a page of fifty customers.
func BenchmarkFigures(b *testing.B) {
	s := benchScores(b).refresh()
	var customers int64
	require.NoError(b, s.columns.QueryRow(s.ctx, "select count(*) from customers").Scan(&customers))
	ids := make([]int64, 50)
	for i := range ids {
		ids[i] = int64(i) * customers / 50
	}
	for b.Loop() {
		figures, err := s.scores.Figures(s.ctx, ids)
		require.NoError(b, err)
		require.NotEmpty(b, figures)
	}
}
