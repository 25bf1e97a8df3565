package analyze

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// heat makes every field hot that can be.
func heat(t testing.TB, h *Hot) *Hot {
	t.Helper()
	for _, f := range customerFieldList {
		if canBeHot(f) {
			h.wanted[f.expr] = f
		}
	}
	require.NoError(t, h.load(context.Background()))
	return h
}

// hotMembers gives whom the condition holds for by hot columns, or nil when it cannot be asked of them.
func hotMembers(t require.TestingT, h *Hot, k *compiler, c *Condition) []int64 {
	if _, ok := asksHot(c); !ok {
		return nil
	}
	rows, done, ok := h.readFor(guard.System(context.Background()), c)
	require.True(t, ok)
	defer done()
	m := rows.holds(k, c)
	m.and(rows.live)
	ids := []int64{}
	m.each(func(row int) { ids = append(ids, rows.ids[row]) })
	return ids
}

// sameAsFresh holds hot columns against those read anew.
func sameAsFresh(t testing.TB, h *Hot) {
	t.Helper()
	fresh := heat(t, NewHot(h.columns))
	require.NotNil(t, h.rows)
	require.Equal(t, fresh.rows.live.count(), h.rows.live.count())
	fresh.rows.live.each(func(there int) {
		id := fresh.rows.ids[there]
		row, known := h.rows.find(id)
		require.True(t, known && h.rows.live.has(row), "customer %d", id)
		for name := range h.rows.fields {
			require.Equal(t, hotValue(fresh.rows.fields[name], there), hotValue(h.rows.fields[name], row), "%s of customer %d", name, id)
		}
	})
}

func hotValue(c hotColumn, row int) any {
	switch c := c.(type) {
	case *textColumn:
		return c.texts[c.values[row]]
	case *setColumn:
		all := []string{}
		for text, holders := range c.holders {
			if row/64 < len(holders) && holders.has(row) {
				all = append(all, text)
			}
		}
		slices.Sort(all)
		return all
	}
	v, known := c.(interface{ at(int) (float64, bool) }).at(row)
	if !known {
		return nil
	}
	return v
}

// Counts, parts and composition are the same from hot columns and from the engine, for everybody and for one who sees
// only her own.
func TestPreviewIsTheSameHotAndCold(t *testing.T) {
	today := day("2026-03-09")
	c := columnstest.Open(t)
	store(t, c, randomShoppers(5, 200, today))
	cold := NewSegments(dbtest.SQLite(t), c, NewHot(c), &Touched{})
	warm := NewSegments(dbtest.SQLite(t), c, heat(t, NewHot(c)), &Touched{})
	at := clock.With(context.Background(), clock.NewFake(today.Add(4*time.Hour)))
	for _, ctx := range []context.Context{guard.System(at), guard.With(at, guard.Actor{Role: "sales", StaffID: 1})} {
		for _, condition := range []string{`{"all":[]}`, `{"all":[{"field":"gender","op":"eq","value":"female"},{"not":{"tag":"vip"}},{"field":"age","op":"gte","value":20}]}`,
			`{"any":[{"field":"city","op":"in","value":["上海","York"]},{"field":"value.predicted","op":"gt","value":150}]}`} {
			_, asked := warm.hot.count(ctx, must(ParseCondition(ctx, []byte(condition), Lookup{})))
			require.True(t, asked)
			want, err := cold.Preview(ctx, []byte(condition))
			require.NoError(t, err)
			got, err := warm.Preview(ctx, []byte(condition))
			require.NoError(t, err)
			got.TookMS, want.TookMS = 0, 0
			require.Equal(t, want, got, condition)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A page begun hot can be gone on with cold, and the other way round.
func TestPagesGoOnHotAndCold(t *testing.T) {
	today := day("2026-03-09")
	c := columnstest.Open(t)
	store(t, c, randomShoppers(6, 90, today))
	cold := NewSegments(dbtest.SQLite(t), c, NewHot(c), &Touched{})
	warm := NewSegments(dbtest.SQLite(t), c, heat(t, NewHot(c)), &Touched{})
	ctx := guard.System(clock.With(context.Background(), clock.NewFake(today.Add(4*time.Hour))))
	for _, sort := range []string{"", "city", "-orders.total", "birthday", "-value.alive_probability", "has_phone", "rfm.recency_days", "rhythm.due_day", "owner", "-rfm.segment"} {
		want, _, _, err := cold.Find(ctx, customer.FindQuery{Sort: sort, Limit: 200})
		require.NoError(t, err)
		ids := []int64{}
		q := customer.FindQuery{Sort: sort, Limit: 8}
		for turn := 0; ; turn++ {
			found, _, next, err := []*Segments{cold, warm}[turn%2].Find(ctx, q)
			require.NoError(t, err, "%s", sort)
			ids = append(ids, found...)
			if q.Cursor = next; next == "" {
				break
			}
		}
		require.Equal(t, want, ids, sort)
	}
}

// While rows are read, changes are kept in mind; what makes all of them unreliable leaves nothing behind.
func TestHotLoadsBesideChanges(t *testing.T) {
	c := columnstest.Open(t)
	store(t, c, randomShoppers(7, 100, day("2026-03-09")))
	h := heat(t, NewHot(c))
	h.loading = true
	require.NoError(t, c.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		return tx.Exec(ctx, "update customers set city = '新城' where id = 5")
	}))
	require.NoError(t, h.renew(context.Background(), []int64{5}))
	require.Equal(t, []int64{5}, h.missed, "to be read again by whoever is reading")
	sameAsFresh(t, h)

	h.forget()
	_, _, ok := h.read()
	require.False(t, ok)
	require.Len(t, h.due, 1, "and asked for again")
}

// The spans of a column in its own numbers hold exactly the values that lie within.
func TestWithin(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range []span{{0, 0}, {0.5, 1.5}, {lowest, highest}, {above(1), highest}, {lowest, below(1)}, {2, 1}, {-1e30, -1e29}, {1e30, highest}, {-127, 126.5}} {
		small, whole, large, real := numberColumn[int8]{unset: math.MinInt8}, numberColumn[int32]{unset: math.MinInt32}, numberColumn[int64]{unset: math.MinInt64}, numberColumn[float64]{unset: math.NaN()}
		values := []float64{math.NaN(), 0, 1, -1, 126, 127, -127}
		for range 93 {
			values = append(values, float64(r.IntN(5)-2))
		}
		want := make(mask, 2)
		for row, v := range values {
			for _, c := range []interface {
				grow()
				put(int)
				dest() any
			}{&small, &whole, &large, &real} {
				c.grow()
				*c.dest().(*float64) = v
				c.put(row)
			}
			if v >= s.low && v <= s.high {
				want.set(row)
			}
		}
		for i, within := range []func(span, mask){small.within, whole.within, large.within, real.within} {
			got := make(mask, 2)
			within(s, got)
			require.Equal(t, want, got, "%v of %s", s, strconv.Itoa(i))
		}
	}
}
