package budget

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
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
	"guanxi/base/proportion"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

var (
	noon    = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC) // in Shanghai
	quarter = analyze.Period{From: day(80), To: day(1)}
	goods   = []string{"tea", "cups", "pots"}
)

// day gives midnight so many days before noon.
func day(before int) time.Time { return noon.Truncate(24*time.Hour).AddDate(0, 0, -before) }

func here() context.Context {
	return guard.System(workspace.With(clock.With(context.Background(), clock.NewFake(noon)), workspace.Default()))
}

// look is a customer shown goods on a day, by a channel; line is what she bought.
type look struct {
	who, before              int
	goods, channel, campaign string
}

type line struct {
	who, before int
	goods       string
	amount      int64
}

type spending struct {
	channel, campaign string
	amount            int64
}

// market is a company planted by chance, as plain rows.
type market struct {
	gender []string
	looks  []look
	lines  []line
	spends []spending // on the whole period, by the month
}

func chance(seed uint64, people int) *market {
	r := rand.New(rand.NewPCG(seed, 14))
	m := &market{gender: make([]string, people)}
	for who := range people {
		m.gender[who] = []string{"female", "male", ""}[r.IntN(3)]
		for range r.IntN(4) {
			m.looks = append(m.looks, look{who: who, before: 1 + r.IntN(120), goods: goods[r.IntN(3)], channel: []string{"", "weibo", "douyin"}[r.IntN(3)], campaign: []string{"", "spring"}[r.IntN(2)]})
		}
		for range r.IntN(3) {
			amount := int64(1000 + r.IntN(9000))
			if r.IntN(6) == 0 {
				amount = -amount
			}
			m.lines = append(m.lines, line{who, 1 + r.IntN(120), goods[r.IntN(3)], amount})
		}
	}
	m.spends = []spending{{"", "", 90_000}, {"weibo", "", 120_000}, {"douyin", "", 60_000}, {"weibo", "spring", 30_000}, {"kuaishou", "", 7_000}}
	return m
}

// keep writes the rows into columns. Each look is a run of its own; one without a channel leaves that of the run before.
func (m *market) keep(t *testing.T, store *columns.Store, seen bool) {
	t.Helper()
	rows, row := map[string][][]any{}, map[string]func(map[string]any) []any{}
	add := func(table string, values map[string]any) {
		if row[table] == nil {
			row[table] = columnstest.Row(t, store, table)
		}
		rows[table] = append(rows[table], row[table](values))
	}
	first := make([]time.Time, len(m.gender))
	for i, l := range m.lines {
		at, kind := day(l.before), "order"
		if l.amount < 0 {
			kind = "refund"
		} else if first[l.who].IsZero() || at.Before(first[l.who]) {
			first[l.who] = at
		}
		add("order_lines", map[string]any{"order_id": int64(i + 1), "customer_id": int64(l.who + 1), "kind": kind, "status": "completed", "ts": at.UnixMilli(), "day": at, "sku": l.goods + "-1", "category": l.goods, "quantity": 1., "amount": l.amount})
	}
	for who, gender := range m.gender {
		values := map[string]any{"id": int64(who + 1), "kind": "person", "source": "weibo", "created_at": day(200).UnixMilli()}
		if gender != "" {
			values["gender"] = gender
		}
		if !first[who].IsZero() {
			values["orders_first_day"] = first[who]
		}
		add("customers", values)
	}
	for i, l := range m.looks {
		if !seen {
			break
		}
		at := day(l.before).Add(time.Duration(i) * time.Minute)
		add("events", map[string]any{"batch_id": int64(1), "position": int32(i), "source_id": int64(1), "message_id": fmt.Sprint(i), "ts": at.UnixMilli(), "day": day(l.before), "received_at": at.UnixMilli(), //nolint:gosec // few
			"kind": "track", "event": "product_viewed", "visitor_id": int64(l.who), "customer_id": int64(l.who + 1), "bot": false, "properties": map[string]any{"category": l.goods}})
		run := map[string]any{"visitor_id": int64(l.who), "customer_id": int64(l.who + 1), "ts": at.UnixMilli(), "ended_at": at.UnixMilli(), "day": day(l.before), "duration": 0., "pages": int32(1), "events": int32(1), "bounced": false}
		if l.channel != "" {
			run["came_from"], run["utm_campaign"] = l.channel, l.campaign
		}
		add("session_runs", run)
	}
	if seen {
		add("event_names", map[string]any{"event": "product_viewed", "kind": "track", "last_ts": noon.UnixMilli()})
		add("event_properties", map[string]any{"event": "product_viewed", "name": "category", "type": "text"})
	}
	for i, s := range m.spends {
		for n, before := range []int{75, 45, 15} {
			add("cost_days", map[string]any{"cost_id": int64(10*i + n), "day": day(before), "kind": "acquisition", "channel": s.channel, "campaign": s.campaign, "amount": s.amount})
		}
	}
	for _, name := range goods {
		add("product_costs", map[string]any{"product_id": int64(len(name)), "sku": name + "-1", "unit_cost": int64(500)})
	}
	require.NoError(t, store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for table, all := range rows {
			if err := tx.Append(ctx, table, all); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	}))
}

func newBudget(d *db.DB, store *columns.Store) *Budget {
	segments := analyze.NewSegments(d, store, analyze.NewHot(store), &analyze.Touched{})
	return New(store, segments, analyze.NewMetrics(store, d, func() time.Time { return noon }, segments.MemberQuery))
}

// cell is a cell as counted by hand.
type cell struct {
	asked, bought, won, orders int
	cost, net                  float64
}

// counted goes through the rows one by one: who was shown what first on which day, by which channel, and what she did then.
func (m *market) counted() map[[2]string]cell {
	type pair struct {
		who   int
		goods string
	}
	first := map[pair]look{}
	at := func(l look) time.Time { return day(l.before) }
	for _, l := range m.looks {
		if at(l).Before(quarter.From) || at(l).After(quarter.To) {
			continue
		}
		if p := (pair{l.who, l.goods}); first[p].goods == "" || l.before > first[p].before {
			first[p] = l
		}
	}
	for p, l := range first { // the channel is that of her last run up to then which has one
		l.channel, l.campaign = "weibo", ""
		best := -1
		for i, o := range m.looks {
			if o.who == p.who && o.channel != "" && (o.before > l.before || o.before == l.before && i <= slices.IndexFunc(m.looks, func(x look) bool { return x.who == p.who && x.goods == p.goods && x.before == l.before })) &&
				(best < 0 || o.before < m.looks[best].before || o.before == m.looks[best].before && i > best) {
				best = i
			}
		}
		if best >= 0 {
			l.channel, l.campaign = m.looks[best].channel, m.looks[best].campaign
		}
		first[p] = l
	}
	month := func(before int) string { return day(before).Format("2006-01") }
	cost := map[pair]float64{}
	for _, s := range m.spends {
		for _, before := range []int{75, 45, 15} {
			var share []pair
			for p, l := range first {
				if month(l.before) == month(before) && (s.channel == "" || s.channel == l.channel && (s.campaign == "" || s.campaign == l.campaign)) {
					share = append(share, p)
				}
			}
			for _, p := range share {
				cost[p] += float64(s.amount) / float64(len(share))
			}
		}
	}
	all := map[[2]string]cell{}
	for p, l := range first {
		key := [2]string{m.gender[p.who], p.goods}
		c := all[key]
		c.asked++
		c.cost += cost[p]
		bought, won, earliest := false, false, 1000
		for _, o := range m.lines {
			if o.who == p.who && o.amount > 0 {
				earliest = min(earliest, -o.before)
			}
		}
		for _, o := range m.lines {
			if o.who != p.who || o.goods != p.goods || o.before > l.before {
				continue
			}
			c.net += float64(o.amount)
			if o.amount > 0 {
				c.orders++
				bought = true
				won = won || -o.before == earliest
			}
		}
		if bought {
			c.bought++
		}
		if won {
			c.won++
		}
		all[key] = c
	}
	return all
}

func keyOf(k *Key) string {
	if k == nil || k.Key == nil {
		return ""
	}
	return *k.Key
}

func TestCellsAreThoseCountedByHand(t *testing.T) {
	for seed := range uint64(3) {
		m, store := chance(seed, 300), columnstest.Open(t)
		m.keep(t, store, true)
		b, err := newBudget(dbtest.SQLite(t), store).Board(here(), Query{Period: quarter, By: "gender", Of: "category"})
		require.NoError(t, err)
		require.Equal(t, "seen", b.Basis)
		require.Equal(t, []string{"product_viewed"}, b.Seen)
		want := m.counted()
		require.Len(t, b.Cells, len(want))
		total := 0.
		for _, c := range b.Cells {
			w := want[[2]string{keyOf(c.Group), keyOf(c.Goods)}]
			assert.Equal(t, []int64{int64(w.asked), int64(w.bought), int64(w.won), int64(w.orders)}, []int64{c.Asked, c.Bought, c.Won, c.orders}, "%s %s", keyOf(c.Group), keyOf(c.Goods))
			assert.InDelta(t, w.net, c.net, 1e-6)
			assert.InDelta(t, w.cost, c.cost, 1e-6)
			low, high := proportion.Wilson(float64(w.bought), float64(w.asked))
			assert.Equal(t, []float64{low, high}, []float64{c.Low, c.High})
			total += c.cost
		}
		assert.InDelta(t, total, float64(b.Placed.Amount), 1)
		assert.EqualValues(t, 3*(90_000+120_000+60_000+30_000+7_000), b.Spent.Amount)
		assert.LessOrEqual(t, b.Placed.Amount, b.Spent.Amount-21_000, "kuaishou won nobody")
	}
}

// Without events that tell who was shown what, all of a group count as asked.
func TestWithoutEventsMembersCountAsAsked(t *testing.T) {
	m, store := chance(7, 200), columnstest.Open(t)
	m.keep(t, store, false)
	b, err := newBudget(dbtest.SQLite(t), store).Board(here(), Query{Period: quarter, By: "gender", Of: "category"})
	require.NoError(t, err)
	require.Equal(t, "members", b.Basis)
	of, asked := map[string]int64{}, int64(0)
	for _, gender := range m.gender {
		of[gender]++
	}
	for _, c := range b.Groups {
		require.Equal(t, of[keyOf(c.Group)], c.Asked)
		asked += c.Asked
	}
	require.EqualValues(t, 200, asked)
	for _, c := range b.Cells {
		bought := map[int]bool{}
		for _, l := range m.lines {
			if l.amount > 0 && l.before >= 1 && l.before <= 80 && l.goods == keyOf(c.Goods) && m.gender[l.who] == keyOf(c.Group) {
				bought[l.who] = true
			}
		}
		require.EqualValues(t, len(bought), c.Bought)
		require.Equal(t, of[keyOf(c.Group)], c.Asked)
	}
}

func TestPlanRefusesWhatCannotBe(t *testing.T) {
	m, store := chance(1, 300), columnstest.Open(t)
	m.keep(t, store, true)
	b, q := newBudget(dbtest.SQLite(t), store), Query{Period: quarter, By: "gender", Of: "category"}
	female, male := "female", "male"
	for _, row := range []struct {
		name, field string
		shift       Shift
	}{
		{"more than was spent", "amount", Shift{From: []Place{{&female, "tea"}}, To: []Place{{&male, "tea"}}, Amount: 1e9}},
		{"a place that is not there", "from", Shift{From: []Place{{&female, "coffee"}}, To: []Place{{&male, "tea"}}, Amount: 100}},
		{"from a place to itself", "to", Shift{From: []Place{{&female, "tea"}}, To: []Place{{&female, "tea"}}, Amount: 100}},
		{"the same place twice", "to", Shift{From: []Place{{&female, "tea"}}, To: []Place{{&male, "tea"}, {&male, "tea"}}, Amount: 100}},
	} {
		_, err := b.Plan(here(), q, row.shift)
		require.True(t, fault.Is(err, fault.KindInvalid), row.name)
		require.Contains(t, fmt.Sprintf("%+v", err), row.field, row.name)
	}
	p, err := b.Plan(here(), q, Shift{From: []Place{{&female, "tea"}}, To: []Place{{&male, "tea"}}, Amount: 100})
	require.NoError(t, err)
	board, err := b.Board(here(), q)
	require.NoError(t, err)
	from, to := board.find(Place{&female, "tea"}), board.find(Place{&male, "tea"})
	require.InDelta(t, 100/to.cost*float64(to.Contribution.Amount)-100/from.cost*float64(from.Contribution.Amount), p.Contribution.Value, 1e-9)
	require.Less(t, p.Contribution.Low, p.Contribution.Value)
	require.Greater(t, p.Contribution.High, p.Contribution.Value)

	_, err = b.Board(guard.With(here(), guard.Actor{StaffID: 1, Name: "Anna", Role: "manager"}), q)
	require.True(t, fault.Is(err, fault.KindForbidden), "money of the company is for who sees the company")
}
