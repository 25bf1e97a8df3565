package mailing

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
)

// Repeat says when: at a time of day of the workspace's zone, each day, on one day a week or on one day a month.
type Repeat struct {
	Every   string `json:"every" enum:"day,week,month"`
	At      string `json:"at" maxLength:"5" doc:"HH:MM"`
	Weekday int    `json:"weekday,omitempty" minimum:"0" maximum:"7" doc:"of a week: 1 Monday to 7 Sunday"`
	Day     int    `json:"day,omitempty" minimum:"0" maximum:"31" doc:"of a month; its last day where it has no such day"`
}

// check says what is wrong. Fault: invalid.
func (r *Repeat) check() error {
	if _, err := time.Parse("15:04", r.At); err != nil {
		return fault.Invalid("repeat.at", "time_invalid")
	}
	switch {
	case r.Every == "day":
		r.Weekday, r.Day = 0, 0
	case r.Every == "week" && r.Weekday >= 1 && r.Weekday <= 7:
		r.Day = 0
	case r.Every == "week":
		return fault.Invalid("repeat.weekday", "out_of_range", 1, 7)
	case r.Every == "month" && r.Day >= 1 && r.Day <= 31:
		r.Weekday = 0
	case r.Every == "month":
		return fault.Invalid("repeat.day", "out_of_range", 1, 31)
	default:
		return fault.Invalid("repeat.every", "value_invalid")
	}
	return nil
}

func (r Repeat) nextOf(ctx context.Context) int64 {
	return r.next(clock.Millis(ctx), workspace.Of(ctx))
}

// next gives the first time after now, both in milliseconds UTC. What was missed is not made up for.
func (r Repeat) next(now int64, w workspace.Workspace) int64 {
	at, _ := time.Parse("15:04", r.At) // checked
	local := w.Time(now)
	for ahead := 0; ; ahead++ {
		// a time of day that a change of clocks leaves out is the instant it would have been
		then := time.Date(local.Year(), local.Month(), local.Day()+ahead, at.Hour(), at.Minute(), 0, 0, w.Location)
		if then.UnixMilli() > now && r.on(then) {
			return then.UnixMilli()
		}
	}
}

// on says that a day is one of those meant.
func (r Repeat) on(day time.Time) bool {
	switch r.Every {
	case "week":
		return int(day.Weekday()) == r.Weekday%7
	case "month":
		last := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
		return day.Day() == min(r.Day, last)
	}
	return true
}
