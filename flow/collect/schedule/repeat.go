package schedule

import (
	"time"

	"guanxi/base/fault"
	"guanxi/base/workspace"
)

// Repeat says when: every so many minutes, or at a time of day in the workspace's zone, each day or on one day a week.
type Repeat struct {
	EveryMinutes int    `json:"every_minutes,omitempty" minimum:"0" maximum:"10080"`
	At           string `json:"at,omitempty" maxLength:"5" doc:"HH:MM"`
	Weekday      int    `json:"weekday,omitempty" minimum:"0" maximum:"7" doc:"1 Monday to 7 Sunday; 0 every day"`
}

const clockTime = "2006-01-02 15:04"

// leastMinutes is how often a place is looked at, at most.
const leastMinutes = 5

// check puts r in order. Fault: invalid.
func (r *Repeat) check() error {
	if r.EveryMinutes != 0 {
		if r.EveryMinutes < leastMinutes {
			return fault.Invalid("repeat.every_minutes", "out_of_range", leastMinutes, 10080)
		}
		*r = Repeat{EveryMinutes: r.EveryMinutes}
		return nil
	}
	if _, err := time.Parse("15:04", r.At); err != nil {
		return fault.Invalid("repeat.at", "time_invalid")
	}
	return nil
}

// next gives the first instant after now at which a schedule that was due at due, not later than now, is due again. What was missed meanwhile is
// not made up for.
func (r Repeat) next(due, now int64, w workspace.Workspace) int64 {
	if r.EveryMinutes > 0 {
		step := int64(r.EveryMinutes) * time.Minute.Milliseconds()
		return due + ((now-due)/step+1)*step
	}
	at, _ := time.Parse("15:04", r.At) // checked
	local, last := w.Time(now), w.Time(due).Format(clockTime)
	for day := 0; ; day++ {
		// a time of day that a change of clocks leaves out is the instant it would have been
		then := time.Date(local.Year(), local.Month(), local.Day()+day, at.Hour(), at.Minute(), 0, 0, w.Location)
		// one that it brings twice is due once
		if then.UnixMilli() > now && then.Format(clockTime) != last && (r.Weekday == 0 || int(then.Weekday()) == r.Weekday%7) {
			return then.UnixMilli()
		}
	}
}
