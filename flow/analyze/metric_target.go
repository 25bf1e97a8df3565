package analyze

import (
	"context"
	"math"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// Target is what a metric should reach. Value is in the unit of the metric, money in minor units. Direction is at_least
// or at_most; Period is the time a sum is for: day, week, month, quarter, year; empty for what does not add up.
type Target struct {
	Metric    string  `bun:"metric" json:"-"`
	Value     float64 `bun:"target" json:"value"`
	Direction string  `bun:"direction" json:"direction" enum:"at_least,at_most"`
	Period    string  `bun:"period" json:"period" enum:",day,week,month,quarter,year"`
	UpdatedAt int64   `bun:"updated_at" json:"-"`
}

// TargetView is a target beside the value of a period. Due is the target's part for the length of that period.
type TargetView struct {
	Target
	Due      float64 `json:"due"`
	Met      bool    `json:"met"`
	Progress float64 `json:"progress" doc:"value ÷ due"`
}

var targetDays = map[string]float64{"day": 1, "week": 7, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}

func (t Target) view(m *Metric, value *float64, p Period) *TargetView {
	v := &TargetView{Target: t, Due: t.Value}
	if days, sums := targetDays[t.Period]; sums && m.Additive() {
		v.Due = t.Value * float64(p.Days()) / days
		if startOf(t.Period, p.From).Equal(p.From) && next(t.Period, p.From).AddDate(0, 0, -1).Equal(p.To) {
			v.Due = t.Value // a whole month is a month, however long
		}
	}
	if value == nil {
		return v
	}
	if v.Due != 0 {
		v.Progress = *value / v.Due
	}
	v.Met = *value >= v.Due
	if t.Direction == "at_most" {
		v.Met = *value <= v.Due
	}
	return v
}

func (m *Metrics) targets(ctx context.Context) (map[string]Target, error) {
	found := map[string]Target{}
	var rows []Target
	if err := m.records.Read().NewRaw("select metric, target, direction, period, updated_at from metric_targets").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for _, t := range rows {
		found[t.Metric] = t
	}
	return found, nil
}

// SetTarget sets the target of a metric, or takes it away when t is nil. Faults: not found, invalid.
func (m *Metrics) SetTarget(ctx context.Context, name string, t *Target) error {
	metric, err := metricOf(name)
	if err != nil {
		return err
	}
	if t != nil {
		if math.IsNaN(t.Value) || math.IsInf(t.Value, 0) {
			return fault.Invalid("value", "number_invalid")
		}
		if _, known := targetDays[t.Period]; t.Period != "" && (!known || metric.Fed() && !metric.Additive()) {
			return fault.Invalid("period", "target_period_invalid", t.Period)
		}
	}
	return m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewRaw("delete from metric_targets where metric = ?", name).Exec(ctx); err != nil {
			return err
		}
		if t != nil {
			if _, err := tx.NewRaw("insert into metric_targets (metric, target, direction, period, updated_at) values (?, ?, ?, ?, ?)",
				name, t.Value, t.Direction, t.Period, clock.Millis(ctx)).Exec(ctx); err != nil {
				return err
			}
		}
		return guard.Audit(ctx, tx, "metric.target_set", "metric", name, t)
	})
}
