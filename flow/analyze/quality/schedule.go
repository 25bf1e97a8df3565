package quality

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// QualitySchedule is when all records are searched by themselves. Hour is of the workspace's day.
type QualitySchedule struct {
	Active  bool   `json:"active"`
	Every   string `json:"every" enum:"day,week"`
	Hour    int    `json:"hour" minimum:"0" maximum:"23"`
	Weekday int    `json:"weekday" minimum:"1" maximum:"7" doc:"1 is Monday; of weekly searches"`
}

const scheduleKey = "quality.schedule"

func (q *Quality) schedule(ctx context.Context) (s QualitySchedule, err error) {
	s = QualitySchedule{Active: true, Every: "day", Hour: 5, Weekday: 1}
	_, err = db.Setting(ctx, q.records.Read(), scheduleKey, &s)
	return s, err
}

func (q *Quality) setSchedule(ctx context.Context, s QualitySchedule) error {
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, scheduleKey, s); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "quality.scheduled", "settings", scheduleKey, s)
	})
}

type scheduleJob struct{}

// Kind implements job.Args.
func (scheduleJob) Kind() string { return "quality.schedule" }

// runWhenDue starts a search when the last instant it was scheduled for has passed since the last one, and the first one
// as soon as there are customers.
func (q *Quality) runWhenDue(ctx context.Context) error {
	s, err := q.schedule(ctx)
	if err != nil || !s.Active {
		return err
	}
	var last []int64
	if err := q.records.Ask(ctx, &last, "select created_at from quality_runs order by id desc limit 1"); err != nil {
		return err
	}
	if len(last) == 0 {
		var some []int64
		if err := q.records.Ask(ctx, &some, "select id from customers limit 1"); err != nil || len(some) == 0 {
			return err
		}
	} else if last[0] >= s.last(ctx).UnixMilli() {
		return nil
	}
	_, err = q.StartRun(ctx, true)
	return err
}

// last gives the instant, now at the latest, that the schedule named last.
func (s QualitySchedule) last(ctx context.Context) time.Time {
	now := workspace.Of(ctx).Time(clock.Millis(ctx))
	at := time.Date(now.Year(), now.Month(), now.Day(), s.Hour, 0, 0, 0, now.Location())
	for at.After(now) || s.Every == "week" && int(at.Weekday()+6)%7+1 != s.Weekday {
		at = at.AddDate(0, 0, -1)
	}
	return at
}
