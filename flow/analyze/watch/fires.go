package watch

import (
	"errors"

	"guanxi/base/fault"
	"guanxi/flow/analyze"
)

func asFault(err error, to **fault.Error) bool { return errors.As(err, to) }

// met says whether a day meets what a rule fires on; known is false where nothing can be said: no value, nothing before to
// compare with, no expectation. Too little behind a value says that nothing is wrong.
func (f AlertFires) met(d analyze.CourseDay) (met, known bool) {
	if d.Value == nil {
		return false, false
	}
	low, high, ok := f.bounds(d)
	if !ok {
		return false, false
	}
	if d.Rows < f.Least {
		return false, true
	}
	return low != nil && *d.Value < *low || high != nil && *d.Value > *high, true
}

// bounds gives what a day's value has to stay between, so far as there is a bound.
func (f AlertFires) bounds(d analyze.CourseDay) (low, high *float64, ok bool) {
	at := func(x float64) *float64 { return &x }
	switch f.When {
	case "above":
		return nil, at(f.Value), true
	case "below":
		return at(f.Value), nil, true
	case "rose", "fell":
		if d.Before == nil || *d.Before <= 0 {
			return nil, nil, false
		}
		// a change by exactly so much is one: the bound lies a hair inside
		if f.When == "rose" {
			return nil, at(*d.Before * (1 + f.Value) * (1 - 1e-9)), true
		}
		return at(*d.Before * (1 - f.Value) * (1 + 1e-9)), nil, true
	}
	if d.Expected == nil {
		return nil, nil, false
	}
	switch f.When {
	case "above_expected":
		return nil, &d.Expected.High, true
	case "below_expected":
		return &d.Expected.Low, nil, true
	}
	return &d.Expected.Low, &d.Expected.High, true
}

// dropped says that a day is below what it should be: what missing facts look like.
func (f AlertFires) dropped(d analyze.CourseDay) bool {
	low, _, ok := f.bounds(d)
	return ok && d.Value != nil && low != nil && *d.Value < *low
}

// firing says whether a rule fires at the end of days: so many of the last in a row met it. known is false where the last says
// nothing. since is the first day of the run.
func (f AlertFires) firing(days []analyze.CourseDay) (fires, known bool, since string) {
	if len(days) == 0 {
		return false, false, ""
	}
	run := 0
	for i := len(days) - 1; i >= 0; i-- {
		met, seen := f.met(days[i])
		if i == len(days)-1 {
			known = seen
		}
		if !met {
			break
		}
		run, since = run+1, days[i].Day
	}
	return run >= max(f.Hold, 1), known, since
}

// AlertTrialRun is one time a rule would have fired.
type AlertTrialRun struct {
	From  string   `json:"from" format:"date" doc:"the day it would have been told of"`
	To    string   `json:"to" format:"date" doc:"the last day on which it was so"`
	Value *float64 `json:"value" doc:"on the first day"`
}

// flapDays is how soon after it ended the same thing is the same alert, reopened, and not a new one.
const flapDays = 7

// runs plays a rule over days: each time it would have fired, with those again within flapDays as one.
func (f AlertFires) runs(days []analyze.CourseDay) []AlertTrialRun {
	runs := []AlertTrialRun{}
	quiet := flapDays + 1
	for i := range days {
		fires, known, _ := f.firing(days[:i+1])
		switch {
		case !known:
		case !fires:
			quiet++
		case quiet > flapDays || len(runs) == 0:
			runs = append(runs, AlertTrialRun{days[i].Day, days[i].Day, days[i].Value})
			quiet = 0
		default:
			runs[len(runs)-1].To = days[i].Day
			quiet = 0
		}
	}
	return runs
}
