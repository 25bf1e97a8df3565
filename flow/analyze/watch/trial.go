package watch

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// AlertTrial is what a rule would have done over the last days, before it is saved.
type AlertTrial struct {
	From   string          `json:"from" format:"date"`
	To     string          `json:"to" format:"date"`
	Unit   analyze.Unit    `json:"unit"`
	Label  analyze.Text    `json:"label"`
	Good   int             `json:"good" doc:"1 when more is better, -1 when less is better, 0 when it is neither"`
	Series []AlertTrialDay `json:"series" doc:"of customers: one point every seven days, who came in since the point before"`
	Fired  int             `json:"fired" doc:"alerts it would have raised: times, or customers"`
	Runs   []AlertTrialRun `json:"runs"`
	Now    int64           `json:"now" doc:"of customers: for how many the condition holds now"`
	Past   bool            `json:"past" doc:"false where the past cannot be told: what it rests on has no history"`
	Said   *analyze.Label  `json:"sentence" doc:"of a condition"`
}

// AlertTrialDay is one day of a trial; Low and High are what the value should have stayed between.
type AlertTrialDay struct {
	Day   string   `json:"day" format:"date"`
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
	Fires bool     `json:"fires"`
}

const (
	trialDays = 180
	trialStep = 7
)

// Try plays a rule over the last 180 days, as they are known today. Faults: invalid, forbidden, not found, conflict.
func (w *Watch) Try(ctx context.Context, watches AlertWatch, fires AlertFires) (*AlertTrial, error) {
	d := AlertRuleDraft{Watches: watches, Fires: fires}
	d.Watches.Days, d.Fires.Hold = max(d.Watches.Days, 1), max(d.Fires.Hold, 1)
	if !guard.ScopeOf(ctx, "customers").All() {
		return nil, fault.Forbidden("alert_rule_for_all")
	}
	if err := w.checkWatch(ctx, &d); err != nil {
		return nil, err
	}
	if d.Watches.Kind == WatchCustomers {
		return w.tryCustomers(ctx, d)
	}
	to := d.Watches.last(ctx)
	from := to.AddDate(0, 0, 1-trialDays)
	t := &AlertTrial{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Unit: analyze.UnitCount, Past: true, Series: []AlertTrialDay{}, Runs: []AlertTrialRun{}}
	if d.Watches.Kind == WatchMetric {
		known, err := w.metrics.Watchable(ctx, d.Watches.Metric, d.Watches.Split)
		if err != nil {
			return nil, err
		}
		t.Unit, t.Label, t.Good, t.Past = known.Unit, known.Label, known.Good, known.Past
	} else {
		t.Label = segmentLabels[d.Watches.Measure]
	}
	days, err := w.course(ctx, d.Watches, from, to)
	if err != nil {
		return nil, err
	}
	if t.Past {
		t.Runs = d.Fires.runs(days)
	}
	t.Fired = len(t.Runs)
	for i, day := range days {
		low, high, _ := d.Fires.bounds(day)
		on, _, _ := d.Fires.firing(days[:i+1])
		t.Series = append(t.Series, AlertTrialDay{day.Day, day.Value, low, high, on})
	}
	return t, nil
}

// tryCustomers asks a condition as of past days, a week apart: who came in since the week before would have been told of.
func (w *Watch) tryCustomers(ctx context.Context, d AlertRuleDraft) (*AlertTrial, error) {
	_, said, past, err := w.segments.CheckCondition(ctx, d.Watches.Condition)
	if err != nil {
		return nil, err
	}
	to := analyze.Today(ctx)
	t := &AlertTrial{From: to.AddDate(0, 0, -trialDays).Format(time.DateOnly), To: to.Format(time.DateOnly), Unit: analyze.UnitCount,
		Label: analyze.Text{ZH: "新触发的客户", EN: "Customers who came in"}, Past: past, Said: &said, Series: []AlertTrialDay{}, Runs: []AlertTrialRun{}}
	condition := string(d.Watches.Condition)
	now, err := w.segments.Holding(ctx, condition, nil)
	if err != nil {
		return nil, err
	}
	t.Now = int64(len(now))
	if !past {
		return t, nil
	}
	var before map[int64]bool
	zone := workspace.Of(ctx).Location
	for ago := trialDays / trialStep * trialStep; ago >= 0; ago -= trialStep {
		day := to.AddDate(0, 0, -ago)
		y, m, on := day.Date()
		then := clock.With(ctx, clock.NewFake(time.Date(y, m, on, 23, 0, 0, 0, zone)))
		ids, err := w.segments.Holding(then, condition, nil)
		if err != nil {
			return nil, err
		}
		in, came := map[int64]bool{}, 0.0
		for _, id := range ids {
			in[id] = true
			if before != nil && !before[id] {
				came++
			}
		}
		if before != nil {
			text := day.Format(time.DateOnly)
			t.Series = append(t.Series, AlertTrialDay{Day: text, Value: &came, Fires: came > 0})
			if came > 0 {
				t.Fired += int(came)
				t.Runs = append(t.Runs, AlertTrialRun{day.AddDate(0, 0, 1-trialStep).Format(time.DateOnly), text, &came})
			}
		}
		before = in
	}
	return t, nil
}
