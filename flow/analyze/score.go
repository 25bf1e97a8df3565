package analyze

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/money"
	"guanxi/base/workspace"
)

// Scores keeps customer_scores: RFM, rhythm and value of every customer who has ever ordered.
type Scores struct {
	records *db.DB
	columns *columns.Store
	hot     *Hot

	refreshing, fitting sync.Mutex
	current             atomic.Pointer[Valuation] // nil until the first refresh or load
	due                 chan struct{}             // holds a token when scores of many customers are out of date
	strayed             atomic.Int64              // customers scored one by one since the last refresh
}

// NewScores gives the scores of the customers in store; what they rest on is kept in records. hot are the store's.
func NewScores(records *db.DB, store *columns.Store, hot *Hot) *Scores {
	return &Scores{records: records, columns: store, hot: hot, due: make(chan struct{}, 1)}
}

// Settings gives the company's choices.
func (s *Scores) Settings(ctx context.Context) (ValueSettings, error) {
	settings := defaultValueSettings()
	_, err := db.Setting(ctx, s.records.Read(), settingsKey, &settings)
	return settings, err
}

// Valuation gives what the present scores rest on; nil before the first refresh.
func (s *Scores) Valuation(ctx context.Context) (*Valuation, error) {
	if v := s.current.Load(); v != nil {
		return v, nil
	}
	var v Valuation
	found, err := db.Setting(ctx, s.records.Read(), valuationKey, &v)
	if err != nil || !found {
		return nil, err
	}
	s.current.CompareAndSwap(nil, &v)
	return s.current.Load(), nil
}

// Refresh recomputes every score as of today. The models are fitted again when the day has changed or the purchases
// have by a hundredth; the scores change in one transaction. Callers beside one another wait and each refresh.
func (s *Scores) Refresh(ctx context.Context) error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	first, asOf, purchases, err := PurchaseSpan(ctx, s.columns, settings.WindowDays)
	if err != nil {
		return err
	}
	before, err := s.Valuation(ctx)
	if err != nil {
		return err
	}
	next := &Valuation{}
	if before != nil {
		*next = *before
	}
	next.Settings, next.AsOf, next.RefreshedAt = settings, asOf.Format(time.DateOnly), clock.Millis(ctx)
	stale := before == nil || before.TrainedTo != next.AsOf || math.Abs(float64(purchases-before.Orders)) > 0.01*float64(before.Orders)
	if err := s.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) (err error) {
		if err := tx.Exec(ctx, scoreHistorySQL, asOf, settings.WindowDays); err != nil {
			return err
		}
		if stale {
			if next.Buying, next.Spending, err = fit(ctx, tx.Query, 7); err != nil {
				return err
			}
			next.FittedAt, next.TrainedTo, next.Orders = clock.Millis(ctx), next.AsOf, purchases
		}
		next.Repeats = nil
		if next.Buying.Reason != "" {
			if next.Repeats, err = repeatRates(ctx, tx.Query, first, asOf, settings); err != nil {
				return err
			}
		}
		if err := next.readBases(ctx, tx); err != nil {
			return err
		}
		if err := tx.Exec(ctx, "delete from customer_scores"); err != nil {
			return err
		}
		tx.After(s.hot.forget)
		return next.insertScores(ctx, tx)
	}); err != nil {
		return fmt.Errorf("refresh scores: %w", err)
	}
	s.strayed.Store(0)
	s.current.Store(next)
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return db.KeepSetting(ctx, tx, valuationKey, next)
	})
}

// refreshLimit is the number of customers from which on scoring them beside everybody costs more than it gives.
const refreshLimit = 5000

// RefreshFor scores the customers with these ids anew, inside the feed's own change of columns, with the models and cuts
// of the last refresh. Where there are none yet, or they are of an older day than yesterday, or the ids are very many, it
// asks for a refresh soon instead.
func (s *Scores) RefreshFor(ctx context.Context, tx *columns.Tx, ids []int64) error {
	v := s.current.Load()
	if len(ids) == 0 {
		return nil
	}
	today := civilDay(workspace.Of(ctx), clock.Millis(ctx))
	if v == nil || len(ids) > refreshLimit || v.olderThan(today.AddDate(0, 0, -1)) {
		s.Due()
		return nil
	}
	if err := tx.Exec(ctx, scoreHistoryOfSQL, today, v.Settings.WindowDays, ids); err != nil {
		return err
	}
	if err := tx.Exec(ctx, "delete from customer_scores where customer_id in (select unnest(?::bigint[]))", ids); err != nil {
		return err
	}
	// a hundredth of the purchases is also what makes a refresh fit the models again
	if s.strayed.Add(int64(len(ids))) > max(refreshLimit, v.Orders/100) {
		s.Due()
	}
	dated := *v
	dated.AsOf = today.Format(time.DateOnly)
	return dated.insertScores(ctx, tx)
}

// olderThan reports whether the cuts and averages are of a day before the given one.
func (v *Valuation) olderThan(day time.Time) bool { return v.AsOf < day.Format(time.DateOnly) }

// Due asks for a refresh soon.
func (s *Scores) Due() {
	select {
	case s.due <- struct{}{}:
	default:
	}
}

// PurchaseSpan gives the first day with a purchase, the day figures about purchases are of, and the number of purchases until
// then. That day is today, unless nothing was bought in the whole window of days: then these are the books of the past, and the
// day is the last one in them.
func PurchaseSpan(ctx context.Context, store *columns.Store, window int) (first, asOf time.Time, purchases int64, err error) {
	asOf = civilDay(workspace.Of(ctx), clock.Millis(ctx))
	var begin, last sql.NullTime
	if err := store.QueryRow(ctx, purchaseSpanSQL, asOf).Scan(&begin, &last, &purchases); err != nil {
		return first, asOf, 0, err
	}
	if last.Valid && last.Time.Before(asOf.AddDate(0, 0, -window)) {
		asOf = last.Time
	}
	return begin.Time, asOf, purchases, nil
}

// today gives the day that scores are of, without looking at the orders where the last refresh already has.
func (s *Scores) today(ctx context.Context, window int) (time.Time, error) {
	v, err := s.Valuation(ctx)
	if err != nil {
		return time.Time{}, err
	}
	day := civilDay(workspace.Of(ctx), clock.Millis(ctx))
	if v != nil && !v.olderThan(day.AddDate(0, 0, -1)) {
		return day, nil
	}
	_, day, _, err = PurchaseSpan(ctx, s.columns, window)
	return day, err
}

// readBases takes over what all customers in score_history have in common.
func (v *Valuation) readBases(ctx context.Context, tx *columns.Tx) error {
	var customers int64
	var days, variation sql.NullFloat64
	var r, f, m, classes sql.NullString
	if err := tx.QueryRow(ctx, scoreBasesSQL).Scan(&customers, &days, &variation, &v.OrderValue, &r, &f, &m, &classes); err != nil {
		return err
	}
	v.Cycle = CycleBase{Days: days.Float64, Variation: 0.5}
	if variation.Valid {
		v.Cycle.Variation = variation.Float64
	}
	v.Cuts = RFMCuts{R: v.Settings.RCuts, F: v.Settings.FCuts, M: v.Settings.MCuts}
	v.Classes = ClassThresholds{Frequency: v.Settings.FrequencyClasses, Value: v.Settings.ValueClasses}
	return errors.Join(orElse(&v.Cuts.R, r, 4), orElse(&v.Cuts.F, f, 4), orElse(&v.Cuts.M, m, 4), orElse(&v.Classes.Value, classes, 2))
}

// orElse sets cuts that nobody chose to those observed, or to zeros where nothing was.
func orElse(cuts *[]int64, observed sql.NullString, n int) error {
	if *cuts != nil {
		return nil
	}
	*cuts = make([]int64, n)
	if !observed.Valid {
		return nil
	}
	return json.Unmarshal([]byte(observed.String), cuts)
}

// insertScores scores the customers in score_history and drops it.
func (v *Valuation) insertScores(ctx context.Context, tx *columns.Tx) error {
	asOf, err := dayOf(v.AsOf)
	if err != nil {
		return err
	}
	model, buying := modelRFM, BGNBD{R: 1, Alpha: 1, A: 1, B: 1}
	var outlook outlook
	if v.Buying.Reason == "" {
		model, buying = modelBGNBD, v.Buying.InUnit(1.0/7)
		if outlook, err = readOutlook(ctx, tx, buying, v.Settings.DiscountRate); err != nil {
			return err
		}
	}
	var orders, share any
	if v.Repeats != nil {
		orders, share = v.Repeats.Orders, v.Repeats.Share
	}
	var cycle any
	if v.Cycle.Days > 0 {
		cycle = v.Cycle.Days
	}
	value := v.orderValue(money.Exponent(workspace.Of(ctx).Currency))
	if err := tx.Exec(ctx, insertScoresSQL, asOf, buying.R, buying.Alpha, buying.A, buying.B, model,
		outlook.repeats, outlook.age, outlook.orders, outlook.discounted,
		orders, share, discounted(v.Settings.DiscountRate, func(months float64) float64 { return months / 12 }),
		value[0], value[1], value[2], value[3], value[4],
		v.Cuts.R, v.Cuts.F, v.Cuts.M, segmentOfCell, cycle, v.Cycle.Variation); err != nil {
		return err
	}
	return tx.Exec(ctx, "drop table score_history")
}

// orderValue gives the coefficients of the value of an order in minor units, see insertScoresSQL: the Gamma-Gamma
// expectation over repeat orders, or where there is no such model the mean of all a customer's orders beside two of
// everybody's.
func (v *Valuation) orderValue(exponent int) [5]float64 {
	if v.Spending.Reason != "" {
		return [5]float64{priorOrders * v.OrderValue, 1, 1, priorOrders + 1, 1}
	}
	m := v.Spending.GammaGamma
	return [5]float64{m.P * m.V * math.Pow10(exponent), m.P, 0, m.Q - 1, m.P}
}
