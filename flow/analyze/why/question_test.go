package why

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// shop fills columns with two years of orders of twenty products. Planted in the last ninety days: of product P3 half as many
// pieces are sold at twice the price, P5 is sold dearer by half, and a third of P7 is sent back.
func shop(t *testing.T, store *columns.Store) {
	t.Helper()
	r := rand.New(rand.NewPCG(4, 4))
	order, lineOf, person := columnstest.Row(t, store, "orders"), columnstest.Row(t, store, "order_lines"), columnstest.Row(t, store, "customers")
	var orders, lines, people [][]any
	first := map[int64]time.Time{}
	for before := 1000; before > 0; before-- {
		on := noon.Truncate(24*time.Hour).AddDate(0, 0, -before)
		for range 6 {
			who, product := 1+r.Int64N(200), r.IntN(20)
			price, pieces, back := int64(1000+100*product), 2.0, int64(0)
			if before <= 89 {
				switch product {
				case 3:
					price, pieces = price*2, 1
				case 5:
					price += price / 2
				case 7:
					if r.IntN(3) == 0 {
						back = price * int64(pieces)
					}
				}
			}
			id := int64(len(orders) + 1)
			amount := int64(pieces) * price
			if _, seen := first[who]; !seen {
				first[who] = on
			}
			orders = append(orders, order(map[string]any{"id": id, "kind": "order", "status": "completed", "customer_id": who, "ts": on.UnixMilli(), "day": on, "gross": amount, "refunded": back, "currency": "CNY", "lines": int64(1)}))
			row := map[string]any{"order_id": id, "position": int64(1), "customer_id": who, "ts": on.UnixMilli(), "day": on, "kind": "order", "status": "completed", "product": "P" + string(rune('A'+product)), "quantity": pieces, "amount": amount, "unit_price_micros": int64(0)}
			lines = append(lines, lineOf(row))
			if back > 0 {
				row["position"], row["quantity"], row["amount"] = int64(2), -pieces, -back
				lines = append(lines, lineOf(row))
			}
		}
	}
	for id, on := range first {
		people = append(people, person(map[string]any{"id": id, "kind": "person", "tags": []string{}, "created_at": on.UnixMilli(), "orders_first_day": on, "owner_id": id % 2}))
	}
	require.NoError(t, store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		for table, rows := range map[string][][]any{"orders": orders, "order_lines": lines, "customers": people} {
			if err := tx.Append(ctx, table, rows); err != nil {
				return err
			}
		}
		return nil
	}))
}

func figure(n analyze.Number) float64 {
	if n.Value == nil {
		return 0
	}
	return *n.Value
}

func rowOf(t *testing.T, a *Answer, name string) AnswerRow {
	t.Helper()
	for _, r := range a.Rows {
		if r.Label.English == name {
			return r
		}
	}
	t.Fatalf("no row %s in %+v", name, a.Rows)
	return AnswerRow{}
}

func TestQuestionsAreAnswered(t *testing.T) {
	store := columnstest.Open(t)
	shop(t, store)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, ctx := newWhy(t, d, store), here()
		ask := func(code string) *Answer {
			a, err := w.Answer(ctx, code, "", "", 0)
			require.NoError(t, err, code)
			require.NotEmpty(t, a.Sentence.Chinese, code)
			require.NotEmpty(t, a.Sentence.English, code)
			for _, r := range a.Rows {
				require.Len(t, r.Figures, len(a.Heads), code)
				if r.Condition != nil {
					_, err := w.segments.Holding(ctx, string(*r.Condition), nil)
					require.NoError(t, err, code)
				}
			}
			return a
		}
		a := ask("product_sales")
		var total, quantity, price float64
		for _, r := range a.Rows {
			total, quantity, price = total+figure(r.Figures[2]), quantity+figure(r.Figures[3]), price+figure(r.Figures[4])
			require.InDelta(t, figure(r.Figures[2]), figure(r.Figures[3])+figure(r.Figures[4]), 0, r.Label.English)
		}
		require.InDelta(t, figure(a.Total.Figures[2]), total, 0)
		require.InDelta(t, figure(a.Total.Figures[1])-figure(a.Total.Figures[0]), total, 0)
		require.InDelta(t, total, quantity+price, 0)
		dearer := rowOf(t, a, "PD") // half the pieces at twice the price: both effects are large and of opposite signs
		require.Negative(t, figure(dearer.Figures[3]))
		require.Positive(t, figure(dearer.Figures[4]))

		margins := ask("margins")
		require.Contains(t, margins.Sentence.English, "**PH**")
		require.Len(t, margins.Needs, 1)

		years := ask("customer_number")
		require.Equal(t, "2025-01-01", years.From)
		require.Equal(t, figure(years.Total.Figures[0]), figure(years.Rows[0].Figures[0])+figure(years.Rows[1].Figures[0])+figure(years.Rows[2].Figures[0]))
		rate := ask("return_rate")
		require.Equal(t, "retention_rate", rate.Metric)

		require.Equal(t, "needs", ask("against_plan").State)
		require.NoError(t, w.metrics.SetTarget(ctx, "net_sales", &analyze.Target{Value: 1e12, Direction: "at_least", Period: "month"}))
		plan := ask("against_plan")
		require.Equal(t, "answered", plan.State)
		require.Equal(t, "net_sales", plan.Metric)

		require.Equal(t, "needs", ask("response_rate").State)
		ask("why_buy")
		_, err := w.Answer(ctx, "nothing", "", "", 0)
		require.True(t, fault.Is(err, fault.KindNotFound))

		mine := guard.With(here(), guard.Actor{StaffID: 1, Name: "Anna", Role: "sales"})
		own, err := w.Answer(mine, "product_sales", "", "", 0)
		require.NoError(t, err)
		require.Less(t, figure(own.Total.Figures[1]), .7*figure(a.Total.Figures[1]))
	})
}

// Where nothing is known every question says what data would tell.
func TestQuestionsSayWhatIsMissing(t *testing.T) {
	w := newWhy(t, dbtest.SQLite(t), columnstest.Open(t))
	for _, q := range offered(here()) {
		a, err := w.Answer(here(), q.Code, "", "", 0)
		require.NoError(t, err, q.Code)
		require.Equal(t, "needs", a.State, q.Code)
		require.NotEmpty(t, a.Needs, q.Code)
		require.False(t, strings.Contains(a.Sentence.English, "NaN"), a.Sentence)
	}
}
