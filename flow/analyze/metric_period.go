package analyze

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
)

// Period is a run of whole calendar days of the workspace, both ends included; each is midnight UTC of its day.
type Period struct{ From, To time.Time }

// maxDays bounds a period: fifty years.
const maxDays = 50 * 366

// parsePeriod reads days written YYYY-MM-DD. Faults: invalid.
func parsePeriod(from, to string) (Period, error) {
	var p Period
	var err error
	if p.From, err = time.Parse(time.DateOnly, from); err != nil {
		return p, fault.Invalid("from", "day_invalid", from)
	}
	if p.To, err = time.Parse(time.DateOnly, to); err != nil {
		return p, fault.Invalid("to", "day_invalid", to)
	}
	if p.To.Before(p.From) || p.Days() > maxDays {
		return p, fault.Invalid("to", "period_invalid")
	}
	return p, nil
}

// Today gives the present calendar day of the workspace.
func today(ctx context.Context) time.Time { return civilDay(workspace.Of(ctx), clock.Millis(ctx)) }

// Days is the length of the period.
func (p Period) Days() int { return int(p.To.Sub(p.From)/(24*time.Hour)) + 1 }

// Before gives the period before this one: as many calendar months back when it is made of whole months, else as many days.
func (p Period) Before() Period {
	to := p.From.AddDate(0, 0, -1)
	if p.From.Day() == 1 && p.To.AddDate(0, 0, 1).Day() == 1 {
		months := (p.To.Year()-p.From.Year())*12 + int(p.To.Month()-p.From.Month()) + 1
		return Period{p.From.AddDate(0, -months, 0), to}
	}
	return Period{p.From.AddDate(0, 0, -p.Days()), to}
}

// AtLeast gives the period, looking back from its last day so that it has at least the given days.
func (p Period) AtLeast(days int) Period {
	if p.Days() >= days {
		return p
	}
	return Period{p.To.AddDate(0, 0, 1-days), p.To}
}

func dayText(t time.Time) string { return t.Format(time.DateOnly) }

// literal writes a day for columns.
func literal(t time.Time) string { return "date '" + dayText(t) + "'" }

// The steps of a series. Weeks are ISO weeks, from Monday on.
var steps = map[string]bool{"day": true, "week": true, "month": true, "quarter": true, "year": true}

// startOf gives the first day of the step that t falls into.
func startOf(by string, t time.Time) time.Time {
	switch y, m, _ := t.Date(); by {
	case "week":
		return t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
	case "month":
		return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	case "quarter":
		return time.Date(y, m-(m-1)%3, 1, 0, 0, 0, 0, time.UTC)
	case "year":
		return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}

// next gives the first day of the step after the one that starts at t.
func next(by string, t time.Time) time.Time {
	switch by {
	case "week":
		return t.AddDate(0, 0, 7)
	case "month":
		return t.AddDate(0, 1, 0)
	case "quarter":
		return t.AddDate(0, 3, 0)
	case "year":
		return t.AddDate(1, 0, 0)
	}
	return t.AddDate(0, 0, 1)
}

// bucket is one step of a series: at is the first day of the step, the period the part of it that was asked for.
type bucket struct {
	at time.Time
	Period
}

// maxBuckets bounds a series.
const maxBuckets = 3700

// buckets cuts the period into steps. Faults: invalid for an unknown step or too many.
func (p Period) buckets(by string) ([]bucket, error) {
	if !steps[by] {
		return nil, fault.Invalid("by", "step_unknown", by)
	}
	var cut []bucket
	for at := startOf(by, p.From); !at.After(p.To); at = next(by, at) {
		b := bucket{at, Period{at, next(by, at).AddDate(0, 0, -1)}}
		if b.From.Before(p.From) {
			b.From = p.From
		}
		if b.To.After(p.To) {
			b.To = p.To
		}
		if cut = append(cut, b); len(cut) > maxBuckets {
			return nil, fault.Invalid("by", "series_too_long", maxBuckets)
		}
	}
	return cut, nil
}
