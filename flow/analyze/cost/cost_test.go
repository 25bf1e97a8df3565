package cost

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/feed"
	"guanxi/flow/analyze"
	"guanxi/flow/collect"
	"guanxi/guard"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC) // in Shanghai

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

// shop is a company whose customers and orders stand in columns, and whose costs go the whole way.
type shop struct {
	*testing.T
	ctx     context.Context
	db      *db.DB
	columns *columns.Store
	feed    *feed.Feed
	costs   *Costs
	metrics *analyze.Metrics
	orders  int64
}

func newShop(t *testing.T, d *db.DB) *shop {
	s := &shop{T: t, db: d, columns: columnstest.Open(t), ctx: guard.System(clock.With(context.Background(), clock.NewFake(noon)))}
	s.costs = New(d, s.columns)
	s.feed = feed.New(d, s.columns, s.costs.Projections(), nil)
	s.metrics = analyze.NewMetrics(s.columns, d, func() time.Time { return noon }, func(context.Context, int64) (string, []any, error) {
		return "select id from customers where city = 'Xi''an'", nil, nil
	})
	return s
}

func (s *shop) settle() {
	s.Helper()
	dbtest.Settle(s.T, s.db)
	require.NoError(s, s.feed.Drain(s.ctx))
	require.NoError(s, s.costs.Refresh(s.ctx))
}

func (s *shop) put(table string, values map[string]any) {
	s.Helper()
	require.NoError(s, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
		return tx.Append(ctx, table, [][]any{columnstest.Row(s.T, s.columns, table)(values)})
	}))
}

// buyer is a customer who came by a channel and bought first on a day, and then again by amounts after so many days.
func (s *shop) buyer(id int64, source, city, first string, amounts map[int]int64) {
	s.Helper()
	total := int64(0)
	for after, amount := range amounts {
		s.orders++
		total += amount
		at := day(first).AddDate(0, 0, after)
		s.put("orders", map[string]any{"id": s.orders, "kind": "order", "status": "completed", "customer_id": id, "ts": at.UnixMilli(), "day": at, "gross": amount, "refunded": int64(0)})
		s.put("order_lines", map[string]any{"order_id": s.orders, "customer_id": id, "kind": "order", "status": "completed", "ts": at.UnixMilli(), "day": at, "sku": "tea", "quantity": float64(amount) / 1000, "amount": amount})
	}
	s.put("customers", map[string]any{"id": id, "kind": "person", "source": source, "city": city, "created_at": day(first).UnixMilli(), "orders_first_day": day(first),
		"orders_first_at": day(first).UnixMilli(), "orders_count": int64(len(amounts)), "orders_gross": total, "orders_refunded": int64(0)})
}

func (s *shop) spends(kind, channel, from, to string, amount int64) Cost {
	s.Helper()
	c := Cost{Kind: kind, Channel: channel, From: from, To: to, Amount: amount}
	require.NoError(s, s.costs.Add(s.ctx, &c))
	return c
}

func (s *shop) metric(name, from, to, split string, segment int64) (value *float64, parts map[string]float64) {
	s.Helper()
	p, err := analyze.PeriodOf(s.ctx, from, to, 0)
	require.NoError(s, err)
	r, err := s.metrics.Read(s.ctx, name, analyze.Query{Period: p, By: "month", Split: split, Segment: segment, Top: 10})
	require.NoError(s, err)
	parts = map[string]float64{}
	for _, part := range r.Splits {
		if part.Key != nil && part.Value.Value != nil {
			parts[*part.Key] = *part.Value.Value
		}
	}
	return r.Value.Value, parts
}

// Two channels in March: 300.00 on weibo won two customers, 100.00 on douyin won one, and 40.00 were spent on all three.
func TestWhatWinningACustomerCosts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.buyer(1, "weibo", "Xi'an", "2026-03-02", map[int]int64{0: 10_000, 40: 30_000})
		s.buyer(2, "Weibo", "Lhasa", "2026-03-20", map[int]int64{0: 10_000})
		s.buyer(3, "douyin", "Xi'an", "2026-03-31", map[int]int64{0: 2_000})
		s.buyer(4, "douyin", "Xi'an", "2025-12-31", map[int]int64{0: 5_000, 80: 5_000})
		s.settle()
		value, _ := s.metric("cac", "2026-03-01", "2026-03-31", "", 0)
		assert.Nil(t, value, "without costs there is no acquisition cost, and a zero would be a lie")

		s.spends(Acquisition, "WEIBO", "2026-03-01", "2026-03-31", 30_000)
		s.spends(Acquisition, "douyin", "2026-02-15", "2026-04-15", 20_000)
		general := s.spends(Acquisition, "", "2026-03-10", "", 4_000)
		s.spends(Retention, "", "2026-03-01", "2026-03-31", 900)
		s.settle()

		// of the 60 days of douyin 31 are in March: days 14 to 44
		march := int64(0)
		for i := int64(14); i < 45; i++ {
			march += 20_000*(i+1)/60 - 20_000*i/60
		}
		value, _ = s.metric("cac", "2026-03-01", "2026-03-31", "", 0)
		assert.InDelta(t, math.Round(float64(30_000+march+4_000)/3), *value, 0)
		_, parts := s.metric("cac", "2026-03-01", "2026-03-31", "channel", 0)
		assert.Equal(t, map[string]float64{"weibo": 15_000, "douyin": float64(march)}, parts)
		value, _ = s.metric("cac", "2026-03-01", "2026-03-31", "", 7) // of Xi'an: one of two of weibo, the one of douyin, and their parts of all
		assert.InDelta(t, math.Round((15_000+float64(march)+2*4_000/3.)/2), *value, 1)
		value, _ = s.metric("clv_cac_ratio", "2026-03-01", "2026-03-31", "", 0)
		assert.InDelta(t, 52_000/float64(34_000+march), *value, 1e-9)

		p, err := analyze.PeriodOf(s.ctx, "2026-03-01", "2026-03-31", 0)
		require.NoError(t, err)
		r, err := s.costs.Return(s.ctx, p, false)
		require.NoError(t, err)
		require.Len(t, r.Items, 3)
		weibo := r.Items[0]
		assert.Equal(t, []any{"weibo", int64(2), int64(15_000), int64(25_000)}, []any{weibo.Channel, weibo.Won, weibo.CAC.Amount, weibo.CLV.Amount})
		assert.Equal(t, 2, *weibo.Payback, "10,000 in the first month and 15,000 in the second cover 15,000")
		assert.Nil(t, r.Items[1].Payback, "2,000 never cover what douyin cost")
		assert.Nil(t, r.Items[2].CAC, "what was spent on no channel won nobody by itself")
		assert.EqualValues(t, 1, r.Keeping.Kept)
		assert.EqualValues(t, 900, r.Keeping.PerCustomer.Amount)

		require.NoError(t, s.costs.Delete(s.ctx, general.ID, general.Version))
		assert.True(t, fault.Is(s.costs.Delete(s.ctx, general.ID, 0), fault.KindNotFound))
		s.settle()
		value, _ = s.metric("cac", "2026-03-01", "2026-03-31", "", 0)
		assert.InDelta(t, math.Round(float64(30_000+march)/3), *value, 0)
	})
}

// Profit per customer equals a straightforward addition, to the cent where shares are whole.
func TestProfitIsWhatIsLeft(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t))
	random := rand.New(rand.NewPCG(7, 7))
	revenue, won := map[int64]int64{}, 0
	for id := int64(1); id <= 60; id++ {
		amounts := map[int]int64{0: int64(random.IntN(20)+1) * 1000, random.IntN(25) + 1: int64(random.IntN(20)+1) * 1000}
		for _, a := range amounts {
			revenue[id] += a
		}
		source := []string{"weibo", "wechat"}[random.IntN(2)]
		if source == "weibo" {
			won++
		}
		s.buyer(id, source, "", "2026-05-01", amounts)
	}
	s.settle()
	r, err := s.costs.Return(s.ctx, analyze.Period{From: day("2026-05-01"), To: day("2026-05-31")}, false)
	require.NoError(t, err)
	assert.Nil(t, r.Profit, "sales are no profit")

	s.spends(Acquisition, "weibo", "2026-05-01", "2026-05-31", int64(won)*500)
	s.spends(Service, "", "2026-05-01", "2026-05-31", 60*70)
	s.spends(Retention, "", "2026-05-01", "2026-05-31", 60*30)
	s.put("product_costs", map[string]any{"product_id": int64(1), "sku": "tea", "unit_cost": int64(600)})
	s.settle()
	rows, err := s.columns.Query(s.ctx, "select p.customer_id, p.profit, c.source, p.known_share from customer_profits p join customers c on c.id = p.customer_id")
	require.NoError(t, err)
	defer rows.Close()
	seen, profitable := 0, int64(0)
	for rows.Next() {
		var id, profit int64
		var source string
		var known float64
		require.NoError(t, rows.Scan(&id, &profit, &source, &known))
		want := revenue[id] - revenue[id]*600/1000 - 70 - 30
		if source == "weibo" {
			want -= 500
		}
		assert.Equal(t, want, profit, id)
		assert.InDelta(t, 1, known, 1e-9)
		if seen++; profit > 0 {
			profitable++
		}
	}
	require.NoError(t, rows.Err())
	assert.Equal(t, 60, seen)
	r, err = s.costs.Return(s.ctx, analyze.Period{From: day("2026-05-01"), To: day("2026-05-31")}, false)
	require.NoError(t, err)
	assert.Equal(t, profitable, r.Profit.Profitable)
	assert.InDelta(t, 0.4, *r.Margin, 1e-9)
}

// A file of costs adds what is new, replaces what it says again, refuses what cannot be, and is taken back whole.
func TestCostsFromAFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		engine, err := collect.New(d, nil, collect.Settings{Dir: t.TempDir(), Node: "test"})
		require.NoError(t, err)
		engine.Register(s.costs.ImportKind())
		bring := func(text string) collect.Import {
			path := filepath.Join(t.TempDir(), "costs.csv")
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			imp, err := engine.ImportFile(s.ctx, path, collect.NewImport{Kind: "costs", Mode: collect.ModeUpsert}, nil)
			require.NoError(t, err)
			require.Equal(t, collect.StateDone, imp.State, imp.ErrorDetail)
			return imp
		}
		first := bring("月份,渠道,活动,花费,类型\n2026-03,微博,,1000,获客\n2026年2月,微博,开学,28.28,\n2026-03,,,50,客服\n2026-03,微博,,7,获客\n2026-13,微博,,7,获客\n2026-03,,双11,7,获客\n")
		assert.Equal(t, []int64{3, 3}, []int64{first.Created, first.Rejected}, "said twice, no month, a campaign of no channel")
		again := bring("月份,渠道,花费\n2026-03,微博,1200\n2026-03,抖音,9\n")
		assert.Equal(t, []int64{1, 1}, []int64{again.Created, again.Updated})
		s.settle()
		sum := func() (n int64) {
			require.NoError(t, s.columns.QueryRow(s.ctx, "select coalesce(sum(amount), 0)::bigint from cost_days").Scan(&n))
			return n
		}
		assert.EqualValues(t, 120_000+2_828+5_000+900, sum(), "days add up to the costs exactly")
		_, err = engine.Undo(s.ctx, again.ID)
		require.NoError(t, err)
		s.settle()
		assert.EqualValues(t, 100_000+2_828+5_000, sum())
		_, err = engine.Undo(s.ctx, first.ID)
		require.NoError(t, err)
		s.settle()
		assert.EqualValues(t, 0, sum())
	})
}
