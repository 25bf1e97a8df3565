package analyze

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// requireCDNOWModel wants the published parameters to 1%.
func requireCDNOWModel(t *testing.T, m ValueModel) {
	t.Helper()
	require.Equal(t, "ok", m.State)
	require.EqualValues(t, 2357, m.BGNBD.Customers)
	within(t, "r", m.BGNBD.R, .243, .00243)
	within(t, "alpha", m.BGNBD.Alpha, 4.414, .04414)
	within(t, "a", m.BGNBD.A, .793, .00793)
	within(t, "b", m.BGNBD.B, 2.426, .02426)
	within(t, "log likelihood", m.BGNBD.LogLikelihood, -9582.4, .05)
	require.EqualValues(t, 946, m.GammaGamma.Customers)
	within(t, "p", m.GammaGamma.P, 6.25, .0625)
	within(t, "q", m.GammaGamma.Q, 3.74, .0374)
	within(t, "v", m.GammaGamma.V, 15.44, .1544)
}

func TestModelOfCDNOW(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, records *db.DB) {
		s := cdnowShop(t, records, "1998-06-30")
		out, err := s.scores.getModel(s.ctx, &modelInput{Unit: "week"})
		require.NoError(t, err)
		require.Equal(t, "none", out.Body.State, "nothing has been scored yet")

		out, err = s.scores.getModel(s.ctx, &modelInput{TrainUntil: "1997-09-30", Unit: "week"})
		require.NoError(t, err)
		requireCDNOWModel(t, out.Body)
		require.Equal(t, "1997-09-30", out.Body.TrainedTo)

		days, err := s.scores.getModel(s.ctx, &modelInput{TrainUntil: "1997-09-30", Unit: "day"})
		require.NoError(t, err)
		within(t, "alpha in days", days.Body.BGNBD.Alpha, 7*4.414, 7*.04414)
		within(t, "r in days", days.Body.BGNBD.R, .243, .00243)

		s.refresh()
		out, err = s.scores.getModel(s.ctx, &modelInput{Unit: "week"})
		require.NoError(t, err)
		require.Equal(t, "1998-06-30", out.Body.TrainedTo)
		require.Equal(t, "ok", out.Body.State)

		t.Run("another process finds what was fitted", func(t *testing.T) {
			v, err := NewScores(records, s.columns, NewHot(s.columns)).Valuation(s.ctx)
			require.NoError(t, err)
			require.Equal(t, out.Body.BGNBD.R, v.Buying.R)
		})
	})
}

// Every score that SQL gives must be what the models say of the same history, added up in Go from the file.
func TestScoresSayWhatTheModelsSay(t *testing.T) {
	const today = "1997-09-30"
	s := cdnowShop(t, dbtest.SQLite(t), today).refresh()
	v, err := s.scores.Valuation(s.ctx)
	require.NoError(t, err)
	buying, spending := v.Buying.InUnit(1.0/7), v.Spending.GammaGamma
	rows, err := s.columns.Query(s.ctx, `
select model, alive_probability, alive_probability_before, expected_orders, expected_order_value, predicted_value, value_to_date, churn_risk
from customer_scores
order by customer_id`)
	require.NoError(t, err)
	defer rows.Close()
	for i, c := range readCDNOW(t, today) {
		require.True(t, rows.Next())
		var model string
		var alive, orders, value, churn float64
		var before *float64
		var predicted, toDate int64
		require.NoError(t, rows.Scan(&model, &alive, &before, &orders, &value, &predicted, &toDate, &churn))
		repeats, last, age := float64(len(c.days)-1), float64(c.days[len(c.days)-1]), float64(c.age)
		var repeatSpend, total float64
		earlier, lastEarlier := -1.0, 0.0
		for n, day := range c.days {
			total += c.amounts[n]
			if n > 0 {
				repeatSpend += c.amounts[n]
			}
			if float64(day) <= age-30 {
				earlier, lastEarlier = earlier+1, float64(day)
			}
		}
		mean := 0.0
		if repeats > 0 {
			mean = repeatSpend / repeats
		}
		require.Equal(t, "bg_nbd", model)
		within(t, "alive", alive, buying.Alive(repeats, last, age), 1e-9)
		within(t, "expected orders", orders, buying.Expected(repeats, last, age, 365), 1e-7*(1+orders))
		within(t, "value of an order", value, 100*spending.Expected(repeats, mean), 1e-6*value)
		within(t, "value to date", float64(toDate), 100*total, .5)
		undiscounted := orders * value
		require.Truef(t, float64(predicted) <= undiscounted+.5 && float64(predicted) >= undiscounted*.9-.5,
			"predicted %d of %f without discount", predicted, undiscounted)
		require.NotNil(t, before, "everybody had come by August")
		within(t, "alive 30 days ago", *before, buying.Alive(earlier, lastEarlier, age-30), 1e-9)
		if repeats > 0 {
			within(t, "churn risk", churn, 1-alive, 1e-12)
		} else {
			within(t, "churn risk of a single order", churn, buying.Silent(0, 0, age, 365), 1e-9)
		}
		if t.Failed() {
			t.Fatalf("customer %d: %+v", i, c)
		}
	}
	require.False(t, rows.Next())
	require.NoError(t, rows.Err())
}

func TestDiscountedWorth(t *testing.T) {
	even := func(months float64) float64 { return months / 12 }
	within(t, "without discount", discounted(0, even), 1, 1e-12)
	// the integral of 1.1^-t over a year
	within(t, "at a tenth a year", discounted(.1, even), (1-1/1.1)/math.Log(1.1), 1e-4)
}

// Two shops with too little for a model: the rule of the last period stands in.
func TestWhereNoModelFits(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t), "2026-01-01")
	for customer := 1; customer <= 40; customer++ {
		s.order(customer, "2025-01-01", 10_00)
		if customer <= 20 { // half of them came back in the second half of the year, once
			s.order(customer, "2025-09-01", 30_00)
		}
	}
	s.open().refresh()
	out, err := s.scores.getModel(s.ctx, &modelInput{Unit: "week"})
	require.NoError(t, err)
	require.Equal(t, "fallback", out.Body.State)
	require.Nil(t, out.Body.BGNBD)
	require.Len(t, out.Body.Reasons, 2)
	for _, r := range out.Body.Reasons {
		require.NotEmpty(t, r.ZH)
		require.NotEmpty(t, r.EN)
	}
	require.Equal(t, "too_few_customers", out.Body.Reasons[0].Code)
	require.Equal(t, "too_few_repeat_customers", out.Body.Reasons[1].Code)

	require.Equal(t, 182, out.Body.Repeats.Days)
	require.Equal(t, "rfm", s.one("model", 1))
	require.Equal(t, "0.5", s.one("alive_probability", 1), "half of all came back, cells apart or not")
	require.Equal(t, "0.5", s.one("churn_risk", 1))
	require.Equal(t, "1.0027", s.one("round(expected_orders, 4)", 1), "half an order in 182 days is this many in 365")
	require.Equal(t, "null", s.one("alive_probability_before", 1))
	// 60 purchase days worth 1000 fen on average 1667; two of those and her own 1000 and 3000
	require.Equal(t, "1833.3", s.one("round(expected_order_value, 1)", 1))
	require.Equal(t, "4000", s.one("value_to_date", 1))
	within(t, "predicted", mustFloat(t, s.one("predicted_value", 1)), 1.0027*1833.3*(1-1/1.1)/math.Log(1.1), 2)
}

func TestWhyThereIsNoModel(t *testing.T) {
	many := func(repeats, last, age, customers int32) []Timing {
		return []Timing{{repeats, last, age, customers}, {0, 0, age, 200}}
	}
	for _, row := range []struct {
		reason  string
		timings []Timing
	}{
		{"too_few_customers", []Timing{{1, 20, 100, 99}}},
		{"too_few_repeat_customers", many(1, 20, 100, 29)},
		{"too_short", many(1, 20, 55, 100)},
		{"", many(1, 20, 56, 100)},
	} {
		require.Equal(t, row.reason, fitBuying(row.timings, 7).Reason)
	}
	var correlated, even []Spend
	for i := range int32(60) {
		correlated = append(correlated, Spend{1 + i, float64(10 + i)})
		even = append(even, Spend{1 + i%3, float64(10 + i%7)})
	}
	require.Equal(t, "value_depends_on_frequency", fitSpending(correlated).Reason)
	require.Equal(t, "too_few_repeat_customers", fitSpending(even[:29]).Reason)
	require.NotEqual(t, "value_depends_on_frequency", fitSpending(even).Reason)
	for _, reason := range []string{reasonFewCustomers, reasonFewRepeaters, reasonShortSpan, reasonUnsettled, reasonCorrelated, reasonNoMean} {
		require.NotEmpty(t, whyNoModel[reason].ZH, reason)
	}
}

func TestScoringAFewGivesWhatScoringAllGives(t *testing.T) {
	s := cdnowShop(t, dbtest.SQLite(t), "1998-01-31").refresh()
	all := func() string {
		var text string
		require.NoError(t, s.columns.QueryRow(s.ctx, "select string_agg(row, chr(10) order by customer_id) from (select customer_id, s::varchar as row from customer_scores s)").Scan(&text))
		return text
	}
	rescore := func(ids ...int64) {
		require.NoError(t, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
			return s.scores.RefreshFor(ctx, tx, ids)
		}))
	}
	before := all()
	rescore(7, 3, 2000)
	require.Equal(t, before, all())

	s.order(1, "1998-01-30", 50_00)
	s.order(999_999, "1998-01-31", 20_00)
	s.open()
	alive, was := s.one("alive_probability", 1), s.one("alive_probability", 4)
	rescore(1, 999_999)
	require.Less(t, alive, s.one("alive_probability", 1), "she came back")
	require.Equal(t, was, s.one("alive_probability", 4), "nobody else changed")
	require.Equal(t, "2000", s.one("value_to_date", 999_999))
	require.Equal(t, 2, len(strings.Split(all(), "\n"))-len(strings.Split(before, "\n"))+1)

	require.NoError(t, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
		return tx.Exec(ctx, "delete from orders where customer_id = 3")
	}))
	rescore(3)
	var n int
	require.NoError(t, s.columns.QueryRow(s.ctx, "select count(*) from customer_scores where customer_id = 3").Scan(&n))
	require.Zero(t, n, "who has no order has no scores")
}

func TestManyChangesAskForARefresh(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t), "2026-01-01")
	asked := func(ids ...int64) bool {
		require.NoError(t, s.columns.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
			return s.scores.RefreshFor(ctx, tx, ids)
		}))
		select {
		case <-s.scores.due:
			return true
		default:
			return false
		}
	}
	require.True(t, asked(1), "nothing to score by yet")
	require.False(t, asked(), "nobody changed")
	s.order(1, "2025-12-01", 100)
	s.open().refresh()
	require.False(t, asked(1))
	require.True(t, asked(make([]int64, refreshLimit+1)...))
	s.clock.Advance(48 * 60 * 60e9)
	require.True(t, asked(1), "cuts and averages are of the day before yesterday")
}

func TestBooksOfThePastAreScoredAsOfTheirLastDay(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t), "2026-01-01")
	s.order(1, "2011-03-01", 100)
	s.order(2, "2011-12-09", 100)
	s.open().refresh()
	require.Equal(t, "2011-12-09", s.one("as_of", 1))
	s.order(3, "2025-02-01", 100) // within the last 365 days: this business is alive
	s.open().refresh()
	require.Equal(t, "2026-01-01", s.one("as_of", 1))
}
