package analyze

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// rhythmShop has three customers: every ten days, forty days apart once, and a single order; 25 days is the median of
// the two who have a gap.
func rhythmShop(t *testing.T) *shop {
	s := newShop(t, dbtest.SQLite(t), "2026-02-20")
	for _, day := range []string{"2026-01-01", "2026-01-11", "2026-01-21", "2026-01-31"} {
		s.order(1, day, 100_00)
	}
	s.order(1, "2026-01-31", 20_00) // the same day: one purchase
	s.row(1, "2026-02-03", "refund", "completed", 0, 15_00)
	s.row(1, "2026-02-10", "order", "cancelled", 500_00, 0)
	s.order(2, "2025-12-22", 50_00)
	s.order(2, "2026-01-31", 50_00)
	s.order(3, "2025-02-19", 70_00)
	return s.open().refresh()
}

// total brings the running totals up to date that the feed keeps.
func (s *shop) total() {
	s.t.Helper()
	_, err := s.columns.DB().ExecContext(s.ctx, `
update customers
set orders_count = n, orders_gross = gross, orders_refunded = refunded, orders_first_at = first_at, orders_last_at = last_at,
  orders_first_day = first_day, orders_last_day = last_day
from (select customer_id, `+orderTotals+` from orders group by customer_id) t
where customers.id = t.customer_id`)
	require.NoError(s.t, err)
}

// The cycle is 10^(3/5) 25^(2/5), 40^(1/3) 25^(2/3) and 25 days: own gaps against two of everybody's.
func TestPurchaseRhythm(t *testing.T) {
	s := rhythmShop(t)
	for _, row := range []struct {
		customer                int
		cycle, due, overdue, sd string
	}{
		{1, "14.427", "2026-02-14", "6.0", "0.0"}, // her gaps do not vary, nor do those of the only one with three
		{2, "29.240", "2026-03-01", "-9.0", "0.0"},
		{3, "25.000", "2025-03-16", "341.0", "0.0"},
	} {
		require.Equal(t, row.cycle, s.one("printf('%.3f', cycle_days)", row.customer))
		require.Equal(t, row.due, s.one("next_due_day", row.customer))
		require.Equal(t, row.overdue, s.one("overdue_days", row.customer))
		require.Equal(t, row.sd, s.one("round(cycle_sd_days, 3)", row.customer))
	}

	r, err := s.scores.Rhythm(s.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, []RhythmOrder{
		{"2026-01-01", money.Of(100_00, "CNY")}, {"2026-01-11", money.Of(100_00, "CNY")},
		{"2026-01-21", money.Of(100_00, "CNY")}, {"2026-01-31", money.Of(120_00, "CNY")}}, r.Orders)
	require.EqualValues(t, 4, r.OrderDays)
	require.Equal(t, "2026-01-01", r.FirstDay)
	require.Equal(t, 20.0, *r.SilentDays)
	require.Equal(t, 6.0, *r.OverdueDays)

	nobody, err := s.scores.Rhythm(s.ctx, 77)
	require.NoError(t, err)
	require.Nil(t, nobody.CycleDays)
	require.Empty(t, nobody.Orders)
}

func TestCycleDeviationPoolsOwnVarianceAndEverybodys(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t), "2026-03-01")
	for _, day := range []string{"2026-01-01", "2026-01-05", "2026-01-17", "2026-01-25"} { // gaps 4, 12, 8
		s.order(1, day, 100)
	}
	s.order(2, "2026-01-01", 100)
	s.order(2, "2026-01-09", 100)
	s.open().refresh()
	// everybody: 8 days, variation sqrt(32/3)/8; her own: median 8 and variance 32/3, so both agree
	require.Equal(t, "8.000", s.one("printf('%.3f', cycle_days)", 1))
	require.Equal(t, "3.266", s.one("printf('%.3f', cycle_sd_days)", 1))
	require.Equal(t, "3.266", s.one("printf('%.3f', cycle_sd_days)", 2))
}

func TestFigures(t *testing.T) {
	s := rhythmShop(t)
	s.total()
	figures, err := s.scores.Figures(s.ctx, []int64{3, 1, 2, 77})
	require.NoError(t, err)
	heat(t, s.scores.hot)
	hot, err := s.scores.Figures(s.ctx, []int64{3, 1, 2, 77})
	require.NoError(t, err)
	require.Equal(t, figures, hot)
	require.Len(t, figures, 3)
	one := figures[1]
	require.EqualValues(t, 5, one.Orders.Count)
	require.Equal(t, money.Of(405_00, "CNY"), one.Orders.Total)
	require.EqualValues(t, 20, one.RFM.RecencyDays)
	require.Equal(t, customer.RhythmFigures{CycleDays: one.Rhythm.CycleDays, SilentDays: 20, DueDay: "2026-02-14", OverdueDays: 6}, *one.Rhythm)
	require.Equal(t, money.Of(405_00, "CNY"), one.Value.ToDate)
	require.EqualValues(t, 366, figures[3].RFM.RecencyDays)

	none, err := s.scores.Figures(s.ctx, nil)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestCustomerValue(t *testing.T) {
	s := rhythmShop(t)
	out, err := s.scores.getCustomerValue(s.ctx, &customerValueInput{ID: 1})
	require.NoError(t, err)
	require.Equal(t, money.Of(405_00, "CNY"), out.Body.ToDate)
	require.Equal(t, 365, out.Body.HorizonDays)
	require.NotNil(t, out.Body.ExpectedOrders)
	require.NotNil(t, out.Body.ExpectedValue)
	require.Len(t, out.Body.Orders, 4)

	own := guard.With(s.ctx, guard.Actor{StaffID: 101, Role: "sales"}) // owns customers 1 and 3
	_, err = s.scores.getCustomerValue(own, &customerValueInput{ID: 1})
	require.NoError(t, err)
	for _, id := range []api.ID{2, 77} {
		_, err = s.scores.getCustomerValue(own, &customerValueInput{ID: id})
		require.True(t, fault.Is(err, fault.KindNotFound), "%d", id)
	}
}

func TestValueTiers(t *testing.T) {
	s := cdnowShop(t, dbtest.SQLite(t), "1998-06-30").refresh()
	out, err := s.scores.getTiers(s.ctx, nil)
	require.NoError(t, err)
	require.Equal(t, "1998-06-30", out.Body.AsOf)
	var customers, predicted, toDate int64
	for _, tier := range out.Body.Items {
		customers, predicted, toDate = customers+tier.Customers, predicted+tier.Predicted.Amount, toDate+tier.ToDate.Amount
		require.NotZero(t, tier.Customers, tier.Name)
	}
	require.EqualValues(t, 2357, customers)
	var wantPredicted, wantToDate, top int64
	require.NoError(t, s.columns.QueryRow(s.ctx,
		"select sum(predicted_value)::bigint, sum(value_to_date)::bigint from customer_scores").Scan(&wantPredicted, &wantToDate))
	require.Equal(t, []int64{wantPredicted, wantToDate}, []int64{predicted, toDate})
	// the condition says the same as the tier
	high := out.Body.Items[0].Condition.(map[string]any)["all"].([]any)[0].(map[string]any)
	require.NoError(t, s.columns.QueryRow(s.ctx,
		"select count(*) from customer_scores where value_to_date >= ? and churn_risk > 0.5", high["value"]).Scan(&top))
	require.Equal(t, out.Body.Items[0].Customers, top)

	nobody, err := s.scores.getTiers(guard.With(s.ctx, guard.Actor{StaffID: 5, Role: "sales"}), nil)
	require.NoError(t, err)
	require.Zero(t, nobody.Body.Items[0].Customers+nobody.Body.Items[1].Customers)
}

func TestValueOverHTTP(t *testing.T) {
	s := cdnowShop(t, dbtest.SQLite(t), "1997-09-30").refresh()
	router := chi.NewRouter()
	s.scores.Register(api.New(router, api.Options{Title: "test", Version: "1", Authorize: guard.Authorize}))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := workspace.With(clock.With(r.Context(), s.clock), workspace.Default())
		router.ServeHTTP(w, r.WithContext(guard.With(ctx, guard.Actor{StaffID: 1, Role: r.Header.Get("X-Role")})))
	}))
	defer server.Close()
	for _, row := range []struct {
		name, role, path string
		status           int
		has              []string
	}{
		{"the model", "admin", "/value/model?train_until=1997-09-30&unit=week", 200, []string{"bg_nbd", "gamma_gamma", "state"}},
		{"the model is for those who work with the whole company", "analyst", "/value/model", 200, []string{"state"}},
		{"a manager among them", "manager", "/value/model", 200, []string{"state"}},
		{"a salesperson is not", "sales", "/value/model", 403, nil},
		{"nor is service", "service", "/value/model", 403, nil},
		{"a day that is none", "admin", "/value/model?train_until=1997-9-31", 422, []string{"errors"}},
		{"a unit that is none", "admin", "/value/model?unit=month", 422, []string{"errors"}},
		{"a customer", "admin", "/customers/1/value", 200, []string{"expected_orders", "alive_probability", "expected_value", "orders", "due_day"}},
		{"no such customer", "admin", "/customers/99999/value", 404, nil},
		{"the grid", "analyst", "/rfm?as_of=1997-09-30&compare_days=90", 200, []string{"cells", "cuts", "segments", "movement", "settings", "classes"}},
		{"cuts that fall", "analyst", "/rfm?cuts=" + url.QueryEscape(`{"r":[4,3,2,1]}`), 422, []string{"errors"}},
		{"the grid without the right", "service", "/rfm", 403, nil},
		{"the tiers", "manager", "/value/tiers", 200, []string{"items"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			request, err := http.NewRequest("GET", server.URL+api.Prefix+row.path, nil)
			require.NoError(t, err)
			request.Header.Set("X-Role", row.role)
			answer, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			body, err := io.ReadAll(answer.Body)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Equal(t, row.status, answer.StatusCode, string(body))
			var fields map[string]any
			require.NoError(t, json.Unmarshal(body, &fields))
			for _, name := range row.has {
				require.Contains(t, fields, name)
			}
		})
	}
}
