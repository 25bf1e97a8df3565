package analyze

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"gonum.org/v1/gonum/stat"

	"guanxi/base/money"
	"guanxi/base/workspace"
)

// What a model needs before it is tried, and the strength of correlation from which on an order's worth may not be
// taken to be independent of how often a customer orders (Fader and Hardie 2013, section 4, where it is .06).
const (
	leastCustomers   = 100
	leastRepeaters   = 30
	leastSpanDays    = 56
	mostCorrelation  = 0.3
	priorOrders      = 2.0 // how many orders everybody's average counts for beside a customer's own
	priorCustomers   = 20.0
	leastPeriodDays  = 14
	cellsOfRepeating = 25
)

// Why there is no model.
const (
	reasonFewCustomers = "too_few_customers"
	reasonFewRepeaters = "too_few_repeat_customers"
	reasonShortSpan    = "too_short"
	reasonUnsettled    = "did_not_converge"
	reasonCorrelated   = "value_depends_on_frequency"
	reasonNoMean       = "spread_too_wide"
)

// asker runs a query where the temporary table score_history is: on one connection, or inside one change.
type asker func(ctx context.Context, query string, args ...any) (*sql.Rows, error)

// fit fits both models to the purchases in score_history, in a time unit of unitDays days and in major units of the
// workspace's currency.
func fit(ctx context.Context, ask asker, unitDays float64) (Buying, Spending, error) {
	timings, err := readTimings(ctx, ask)
	if err != nil {
		return Buying{}, Spending{}, err
	}
	spends, err := readSpends(ctx, ask, math.Pow10(money.Exponent(workspace.Of(ctx).Currency)))
	if err != nil {
		return Buying{}, Spending{}, err
	}
	return fitBuying(timings, unitDays), fitSpending(spends), nil
}

// fitUntil fits both models to what was bought until that day, beside whatever else is going on.
func (s *Scores) fitUntil(ctx context.Context, until time.Time, unitDays float64) (Buying, Spending, error) {
	conn, err := s.columns.DB().Conn(ctx)
	if err != nil {
		return Buying{}, Spending{}, err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, scoreHistorySQL, until, horizonDays); err != nil {
		return Buying{}, Spending{}, err
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "drop table score_history") }()
	return fit(ctx, conn.QueryContext, unitDays)
}

func readTimings(ctx context.Context, ask asker) ([]Timing, error) {
	rows, err := ask(ctx, timingsSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var timings []Timing
	for rows.Next() {
		var t Timing
		if err := rows.Scan(&t.Repeats, &t.LastDays, &t.AgeDays, &t.Customers); err != nil {
			return nil, err
		}
		timings = append(timings, t)
	}
	return timings, rows.Err()
}

func readSpends(ctx context.Context, ask asker, minorUnits float64) ([]Spend, error) {
	rows, err := ask(ctx, spendsSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var spends []Spend
	for rows.Next() {
		var s Spend
		if err := rows.Scan(&s.Orders, &s.Mean); err != nil {
			return nil, err
		}
		s.Mean /= minorUnits
		spends = append(spends, s)
	}
	return spends, rows.Err()
}

func fitBuying(timings []Timing, unitDays float64) Buying {
	var customers, repeaters int64
	var longest int32
	for _, t := range timings {
		customers += int64(t.Customers)
		longest = max(longest, t.AgeDays)
		if t.Repeats > 0 {
			repeaters += int64(t.Customers)
		}
	}
	none := func(reason string) Buying { return Buying{BGNBDFit: BGNBDFit{Customers: customers}, Reason: reason} }
	switch {
	case customers < leastCustomers:
		return none(reasonFewCustomers)
	case repeaters < leastRepeaters:
		return none(reasonFewRepeaters)
	case longest < leastSpanDays:
		return none(reasonShortSpan)
	}
	fit, err := FitBGNBD(timings, unitDays)
	if err != nil {
		return none(reasonUnsettled)
	}
	return Buying{BGNBDFit: fit}
}

func fitSpending(spends []Spend) Spending {
	none := func(reason string, correlation float64) Spending {
		return Spending{GammaGammaFit: GammaGammaFit{Customers: int64(len(spends))}, Correlation: correlation, Reason: reason}
	}
	if len(spends) < leastRepeaters {
		return none(reasonFewRepeaters, 0)
	}
	orders, means := make([]float64, len(spends)), make([]float64, len(spends))
	for i, s := range spends {
		orders[i], means[i] = float64(s.Orders), s.Mean
	}
	correlation := stat.Correlation(orders, means, nil)
	if math.IsNaN(correlation) { // everybody ordered equally often, or spends the same
		correlation = 0
	}
	if math.Abs(correlation) > mostCorrelation {
		return none(reasonCorrelated, correlation)
	}
	fit, err := FitGammaGamma(spends)
	if err != nil {
		return none(reasonUnsettled, correlation)
	}
	if fit.Q <= 1 {
		return none(reasonNoMean, correlation)
	}
	return Spending{GammaGammaFit: fit, Correlation: correlation}
}

// RepeatRates are what customers of each cell of R and F did in the last period: the rule that stands in for a model.
// Cell (r-1)*5 + f-1 holds the purchases to expect in a year and the share that came back within the period; a small
// cell is drawn towards everybody.
type RepeatRates struct {
	Days   int       `json:"days"`
	Orders []float64 `json:"orders"`
	Share  []float64 `json:"share"`
}

// repeatRates observes the last period, at most a year and at most half of what there is; nil when that is too short
// to say anything.
func repeatRates(ctx context.Context, ask asker, first, asOf time.Time, chosen ValueSettings) (*RepeatRates, error) {
	days := min(horizonDays, int(asOf.Sub(first).Hours()/24)/2)
	if days < leastPeriodDays {
		return nil, nil
	}
	rows, err := ask(ctx, repeatRatesSQL, asOf.AddDate(0, 0, -days), asOf, chosen.WindowDays,
		listOrNull(chosen.RCuts), listOrNull(chosen.FCuts))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var customers, back, orders [cellsOfRepeating]float64
	var all, allBack, allOrders float64
	for rows.Next() {
		var r, f int
		var n, b, o float64
		if err := rows.Scan(&r, &f, &n, &b, &o); err != nil {
			return nil, err
		}
		cell := (r-1)*5 + f - 1
		customers[cell], back[cell], orders[cell] = n, b, o
		all, allBack, allOrders = all+n, allBack+b, allOrders+o
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	if all == 0 {
		return nil, nil
	}
	rates := &RepeatRates{Days: days, Orders: make([]float64, cellsOfRepeating), Share: make([]float64, cellsOfRepeating)}
	for cell, n := range customers {
		weight := n + priorCustomers
		rates.Orders[cell] = (orders[cell] + priorCustomers*allOrders/all) / weight * horizonDays / float64(days)
		rates.Share[cell] = (back[cell] + priorCustomers*allBack/all) / weight
	}
	return rates, nil
}
