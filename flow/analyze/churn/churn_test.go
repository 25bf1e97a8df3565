package churn

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/guard"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC) // in Shanghai

func day(before int) time.Time { return noon.Truncate(24*time.Hour).AddDate(0, 0, -before) }

// company is customers and orders in columns. Days count backwards from today.
type company struct {
	*testing.T
	columns                        *columns.Store
	customers, orders, lines, acts [][]any
	customer, order, line, act     func(map[string]any) []any
}

func newCompany(t *testing.T) *company {
	s := columnstest.Open(t)
	return &company{T: t, columns: s, customer: columnstest.Row(t, s, "customers"), order: columnstest.Row(t, s, "orders"),
		line: columnstest.Row(t, s, "order_lines"), act: columnstest.Row(t, s, "activities")}
}

func (c *company) buys(id int64, before int, amount int64, more map[string]any) {
	at := day(before)
	row := map[string]any{"id": int64(len(c.orders) + 1), "kind": "order", "status": "completed", "customer_id": id, "ts": at.UnixMilli(), "day": at,
		"gross": amount, "refunded": int64(0), "shop": "web"}
	for k, v := range more {
		row[k] = v
	}
	c.orders = append(c.orders, c.order(row))
	c.lines = append(c.lines, c.line(map[string]any{"order_id": row["id"], "customer_id": id, "ts": at.UnixMilli(), "day": at, "category": "care", "quantity": 1.0, "amount": amount}))
}

func (c *company) exists(id int64, more map[string]any) {
	row := map[string]any{"id": id, "kind": "person", "created_at": day(900).UnixMilli()}
	for k, v := range more {
		row[k] = v
	}
	c.customers = append(c.customers, c.customer(row))
}

func (c *company) move() {
	require.NoError(c, c.columns.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for _, t := range []struct {
			table string
			rows  [][]any
		}{{"customers", c.customers}, {"orders", c.orders}, {"order_lines", c.lines}, {"activities", c.acts}} {
			if err := tx.Append(ctx, t.table, t.rows); err != nil {
				return err
			}
		}
		return nil
	}))
	c.customers, c.orders, c.lines, c.acts = nil, nil, nil, nil
}

// grow makes customers who buy every ten to forty days for two years. Each month a twentieth begin to leave: they buy twice at
// twice their gap, each time for half as much, and then no more.
func (c *company) grow(customers int) {
	chance := rand.New(rand.NewPCG(11, 1))
	for id := int64(1); id <= int64(customers); id++ {
		c.exists(id, map[string]any{"gender": []string{"female", "male"}[chance.IntN(2)]})
		gap, leaving := 10+chance.Float64()*30, 0
		for at := 720 - chance.Float64()*400; at >= 0; {
			amount := 5000 + chance.Int64N(5000)
			if leaving > 0 {
				amount /= 2
			}
			c.buys(id, int(at), amount, nil)
			step := gap * math.Exp(chance.NormFloat64()*.2)
			if leaving == 0 && chance.Float64() < .05*gap/30 {
				leaving = 1
			} else if leaving > 0 {
				leaving++
			}
			if leaving == 3 {
				break
			}
			if leaving > 0 {
				step *= 2
			}
			at -= step
		}
	}
	c.move()
}

func at(t *testing.T, when time.Time) context.Context {
	ctx := clock.With(context.Background(), clock.NewFake(when))
	return guard.System(workspace.With(ctx, workspace.Default()))
}

func TestLearnsWhoLeaves(t *testing.T) {
	c := newCompany(t)
	c.grow(1000)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, asked := at(t, noon), 0
		churn := New(d, c.columns, func() { asked++ })
		require.NoError(t, churn.Train(ctx))
		require.Equal(t, 1, asked)
		m, err := New(d, c.columns, nil).Model(ctx) // as the next start reads it from records
		require.NoError(t, err)
		require.Equal(t, "ok", m.State, "%+v", m.Reason)
		t.Logf("%s, horizon %d days, AUC %.3f of %d rows, tried %+v", m.Kind, m.Horizon, m.Report.AUC, m.Report.Rows, m.Tried)
		plain := m.Tried[slices.IndexFunc(m.Tried, func(t ChurnTried) bool { return t.Kind == kindPlain })].AUC
		require.Greater(t, m.Report.AUC, .8)
		require.Greater(t, m.Report.AUC, plain+.03, "better than days of silence alone")
		require.Less(t, m.Report.Error, .08, "told and come to be")
		require.Less(t, m.TrainedOn, m.JudgedOn)
		named := map[string]int{}
		for i, d := range m.Drivers {
			named[d.Feature] = i + 1
		}
		require.Subset(t, []string{"slowing", "amount_trend", "overdue", "recency", "trend", "orders_30", "cycle", "orders_90", "regularity", "orders_365"}, []string{m.Drivers[0].Feature, m.Drivers[1].Feature})
		require.True(t, named["gender"] == 0 || named["gender"] > 8, "what says nothing drives nothing: %v", named)

		o, err := churn.Overview(ctx)
		require.NoError(t, err)
		var active int64
		for _, b := range o.Bands {
			active += b.Customers
		}
		require.EqualValues(t, 1000, o.Customers)
		require.Equal(t, o.Customers, active+o.Gone)
		require.InDelta(t, m.Report.Rate, o.Expected/float64(active), .05)

		var id int64
		require.NoError(t, c.columns.QueryRow(ctx, "select customer_id from churn_scores where state = 'active' order by risk desc limit 1").Scan(&id))
		of, err := churn.OfCustomer(ctx, id)
		require.NoError(t, err)
		var kept float64
		require.NoError(t, c.columns.QueryRow(ctx, "select risk from churn_scores where customer_id = ?", id).Scan(&kept))
		require.InDelta(t, kept, *of.Risk, 1e-12)
		require.Greater(t, of.Drivers[0].Times, 1.0)
	})
}

// What is known of a day stays as it was whatever happens afterwards; only whether she left does not.
func TestNothingOfTheFutureIsKnown(t *testing.T) {
	c := newCompany(t)
	c.grow(150)
	churn, ctx := New(nil, c.columns, nil), at(t, noon)
	l := limit{ChurnDefinition: ChurnDefinition{Kind: Silence, Days: 90, Horizon: 90}, Cycle: 25}
	then := day(200)
	before, err := churn.rows(ctx, l, then, nil)
	require.NoError(t, err)
	for id := int64(1); id <= 150; id++ {
		c.buys(id, 150, 99_000, map[string]any{"shop": "new", "status": []string{"completed", "cancelled"}[id%2], "refunded": int64(5000)})
		c.buys(id, 120, 99_000, nil)
		c.acts = append(c.acts, c.act(map[string]any{"id": id, "customer_id": id, "kind": "call", "ts": day(199).UnixMilli(), "day": day(199)}))
	}
	c.move()
	after, err := churn.rows(ctx, l, then, nil)
	require.NoError(t, err)
	require.NotEmpty(t, before.X)
	require.Equal(t, len(before.X), len(after.X))
	stayed := 0
	for i := range before.X {
		for f, v := range before.X[i] {
			if w := after.X[i][f]; v != w && !(math.IsNaN(v) && math.IsNaN(w)) {
				t.Fatalf("%s was %v and became %v", features[f].name, v, w)
			}
		}
		if before.Y[i] && !after.Y[i] {
			stayed++
		}
	}
	require.Positive(t, stayed, "who bought since has not left")
}

// The rows of a day as a person would reckon them.
func TestRows(t *testing.T) {
	c := newCompany(t)
	for id := int64(1); id <= 5; id++ {
		c.exists(id, map[string]any{"gender": "female", "custom": map[string]any{"ends": day([]int{0, -400, 40, 0, 130, -10}[id]).Format(time.DateOnly)}})
	}
	for _, before := range []int{300, 280, 260, 110, 20} { // bought 10 days before day 100, and again
		c.buys(1, before, 1000, nil)
	}
	for _, before := range []int{400, 390} { // silent since
		c.buys(2, before, 1000, nil)
	}
	c.buys(3, 150, 1000, map[string]any{"status": "cancelled"}) // never bought
	c.buys(4, 90, 1000, nil)                                    // not yet by day 100
	for _, before := range []int{200, 180, 160, 140, 120} {     // leaves
		c.buys(5, before, int64(1000+before), map[string]any{"refunded": int64(before)})
	}
	c.move()
	ctx := at(t, noon)
	feature := func(x []float64, name string) float64 {
		return x[slices.IndexFunc(features, func(f feature) bool { return f.name == name })]
	}
	type row struct {
		gone, left bool
	}
	for _, w := range []struct {
		name string
		l    limit
		want map[int64]row
	}{
		{"60 days of silence", limit{ChurnDefinition: ChurnDefinition{Kind: Silence, Days: 60, Horizon: 60}}, map[int64]row{1: {false, true}, 2: {true, true}, 5: {false, true}}},
		{"60 days of silence, told 90 days ahead", limit{ChurnDefinition: ChurnDefinition{Kind: Silence, Days: 60, Horizon: 90}}, map[int64]row{1: {false, false}, 2: {true, true}, 5: {false, true}}},
		{"four cycles of her own", limit{ChurnDefinition: ChurnDefinition{Kind: Rhythm, Times: 4, Horizon: 70}}, map[int64]row{1: {false, false}, 2: {true, true}, 5: {false, true}}},
		{"a contract that ended, 5 days of grace", limit{ChurnDefinition: ChurnDefinition{Kind: Contract, Field: "ends", Days: 5, Horizon: 90}}, map[int64]row{1: {false, false}, 2: {false, true}, 5: {false, false}}},
	} {
		w.l.Cycle = 20
		got, known := map[int64]row{}, map[int64][]float64{}
		func() {
			rows, err := c.columns.Query(ctx, rowsSQL(w.l.ChurnDefinition, "true", false), day(100), w.l.Days, w.l.Times, w.l.Horizon, w.l.Cycle)
			require.NoError(t, err, w.name)
			defer rows.Close()
			r := newReader(nil)
			for rows.Next() {
				x := make([]float64, len(features))
				require.NoError(t, r.read(rows, x))
				got[r.id], known[r.id] = row{r.gone, r.left}, x
			}
			require.NoError(t, rows.Err())
		}()
		require.Equal(t, w.want, got, w.name)
		for name, want := range map[string]float64{"recency": 20, "purchases": 5, "cycle": 20, "regularity": 0, "slowing": 1, "tenure": 100, "orders_30": 1, "orders_90": 4,
			"amount": 1160, "amount_trend": 1120. / 1160, "refunded": 800. / 5800, "overdue": 1, "categories": 1, "cancelled": 0} {
			require.InDelta(t, want, feature(known[5], name), 1e-9, name)
		}
		require.InDelta(t, 190./3, feature(known[1], "cycle"), 1e-9)
		require.InDelta(t, 150/(190./3), feature(known[1], "slowing"), 1e-9)
	}
}

func TestWhyThereIsNoModel(t *testing.T) {
	few := newCompany(t)
	for id := int64(1); id <= 20; id++ {
		few.exists(id, nil)
		for before := 700; before > 0; before -= 20 {
			few.buys(id, before, 1000, nil)
		}
	}
	few.move()
	short := newCompany(t)
	short.exists(1, nil)
	short.buys(1, 40, 1000, nil)
	short.move()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := at(t, noon)
		m, err := New(d, few.columns, nil).Model(ctx)
		require.NoError(t, err)
		require.Equal(t, "not_learned_yet", m.Reason.Code)
		for _, w := range []struct {
			c    *company
			want string
		}{{few, reasonFew}, {short, reasonShort}, {newCompany(t), reasonShort}} {
			churn := New(d, w.c.columns, func() {})
			require.NoError(t, churn.Train(ctx))
			m, err := churn.Model(ctx)
			require.NoError(t, err)
			require.Equal(t, w.want, m.Reason.Code)
			require.NotEmpty(t, m.Reason.EN)
		}
	})
}
