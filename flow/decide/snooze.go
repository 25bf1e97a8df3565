package decide

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
)

// snoozeUntil reads when a snoozed row returns: later_today (in two working hours), tomorrow (when work next begins on
// another day), next_week (Monday's opening), or an instant within a year. Fault: invalid.
func snoozeUntil(ctx context.Context, text string) (int64, error) {
	now := clock.Now(ctx)
	hours := OfficeHours(workspace.Of(ctx).Location)
	switch text {
	case "later_today":
		later := now.Add(comesBack)
		if hours.Between(now, later) < comesBack { // the working day ends before
			later = hours.NextOpen(now)
		}
		return later.UnixMilli(), nil
	case "tomorrow":
		local := now.In(hours.Zone)
		return hours.NextOpen(midnight(local).AddDate(0, 0, 1).Add(-time.Nanosecond)).UnixMilli(), nil
	case "next_week":
		local := midnight(now.In(hours.Zone))
		days := (8 - int(local.Weekday())) % 7
		if days == 0 {
			days = 7
		}
		return hours.NextOpen(local.AddDate(0, 0, days)).UnixMilli(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, fault.Invalid("until", "instant_unreadable", text)
	}
	if !t.After(now) || t.After(now.AddDate(1, 0, 0)) {
		return 0, fault.Invalid("until", "instant_not_within_a_year", text)
	}
	return t.UnixMilli(), nil
}
