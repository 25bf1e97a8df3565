package why

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/guard"
)

// campaigns fills columns with what three channels cost and won in the last ninety days and the ninety before. Planted: search
// pays four times as much for one and a half as many, so that one more costs seven times the average; friends and mail are as they were.
func campaigns(t *testing.T, store *columns.Store) {
	t.Helper()
	spent, order, person := columnstest.Row(t, store, "cost_days"), columnstest.Row(t, store, "orders"), columnstest.Row(t, store, "customers")
	last := noon.Truncate(24 * time.Hour)
	var costs, orders, people [][]any
	who := int64(0)
	won := func(channel string, number, ago int) {
		for i := range number {
			who++
			on := last.AddDate(0, 0, -ago-i%30)
			people = append(people, person(map[string]any{"id": who, "kind": "person", "tags": []string{}, "created_at": on.UnixMilli(), "orders_first_day": on, "source": channel}))
			orders = append(orders, order(map[string]any{"id": who, "kind": "order", "status": "completed", "customer_id": who, "ts": on.UnixMilli(), "day": on, "gross": int64(10_000), "refunded": int64(0), "currency": "CNY", "lines": int64(1)}))
		}
	}
	pay := func(id int64, kind, channel string, amount int64, ago int) {
		costs = append(costs, spent(map[string]any{"cost_id": id, "day": last.AddDate(0, 0, -ago), "kind": kind, "channel": channel, "campaign": "", "amount": amount}))
	}
	for i, c := range []struct {
		channel              string
		won, wonBefore       int
		amount, amountBefore int64
	}{{"search", 150, 100, 1_200_000, 300_000}, {"friends", 60, 60, 120_000, 120_000}, {"mail", 40, 40, 40_003, 40_003}} {
		won(c.channel, c.won, 10)
		won(c.channel, c.wonBefore, 110)
		pay(int64(2*i), "acquisition", c.channel, c.amount, 20)
		pay(int64(2*i+1), "acquisition", c.channel, c.amountBefore, 120)
	}
	for id := int64(1); id <= 60; id++ { // sixty of those won earlier come back, for 10.00 each
		on := last.AddDate(0, 0, -5)
		orders = append(orders, order(map[string]any{"id": 10_000 + id, "kind": "order", "status": "completed", "customer_id": 150 + id, "ts": on.UnixMilli(), "day": on, "gross": int64(5_000), "refunded": int64(0), "currency": "CNY", "lines": int64(1)}))
	}
	pay(99, "retention", "", 60_000, 6)
	require.NoError(t, store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for table, rows := range map[string][][]any{"orders": orders, "cost_days": costs, "customers": people} {
			if err := tx.Append(ctx, table, rows); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestCostQuestions(t *testing.T) {
	store := columnstest.Open(t)
	campaigns(t, store)
	w, ctx := newWhy(t, dbtest.SQLite(t), store), here()
	period := func(code string, days int) *Answer {
		last := noon.Truncate(24 * time.Hour)
		a, err := w.Answer(ctx, code, last.AddDate(0, 0, 1-days).Format(time.DateOnly), last.Format(time.DateOnly), 0)
		require.NoError(t, err)
		require.Equal(t, "answered", a.State, code)
		for _, r := range a.Rows {
			require.Len(t, r.Figures, len(a.Heads), code)
		}
		return a
	}

	spending := period("channel_cost", 90)
	var change, number, each float64
	for _, r := range spending.Rows {
		require.InDelta(t, figure(r.Figures[2]), figure(r.Figures[3])+figure(r.Figures[4]), 0, r.Label.English)
		change, number, each = change+figure(r.Figures[2]), number+figure(r.Figures[3]), each+figure(r.Figures[4])
	}
	require.Equal(t, []float64{900_000, number, each}, []float64{change, figure(spending.Total.Figures[3]), figure(spending.Total.Figures[4])})
	search := spending.Rows[0]
	require.Equal(t, "search", search.Label.English)
	require.InDelta(t, 50*(8_000+3_000)/2., figure(search.Figures[3]), 0, "fifty more, at the mean of 80.00 and 30.00")
	require.InDelta(t, (8_000-3_000)*(150+100)/2., figure(search.Figures[4]), 0, "50.00 dearer, for the mean of 150 and 100")

	winning := period("demand_cost", 90)
	require.Equal(t, "search", winning.Rows[0].Label.English, "the planted cause comes first")
	require.Equal(t, []float64{3_000, 8_000, 18_000}, []float64{figure(winning.Rows[0].Figures[0]), figure(winning.Rows[0].Figures[1]), figure(winning.Rows[0].Figures[4])})
	require.InDelta(t, 2_750, figure(winning.Rows[0].Figures[2]), 1, "50.00 dearer, for 55%: the mean of 60% and 50% of all who were won")
	var own, mix float64
	for _, r := range winning.Rows {
		own, mix = own+figure(r.Figures[2]), mix+figure(r.Figures[3])
	}
	require.InDelta(t, math.Round(1_360_003/250.)-math.Round(460_003/200.), own+mix, 0, "to the cent")
	require.Contains(t, winning.Sentence.English, "**search** is filling up")
	require.NotContains(t, winning.Sentence.English, "**mail** is")

	keeping := period("keep_or_win", 90)
	require.InDelta(t, 1_360_003/250., figure(keeping.Rows[0].Figures[2]), 1)
	require.Equal(t, []float64{60_000, 60, 1_000}, []float64{figure(keeping.Rows[1].Figures[0]), figure(keeping.Rows[1].Figures[1]), figure(keeping.Rows[1].Figures[2])})
	require.Contains(t, keeping.Sentence.English, "**5.4** times")

	mine := guard.With(here(), guard.Actor{StaffID: 1, Name: "Anna", Role: "sales"})
	_, err := w.Answer(mine, "channel_cost", "", "", 0)
	require.True(t, fault.Is(err, fault.KindForbidden))
	require.Len(t, offered(mine), len(questions), "and is not offered")
}
