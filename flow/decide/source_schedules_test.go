package decide

import (
	"context"
	"strings"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestScheduleSignals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := at("2026-03-12 09:00")
		ctx := clock.With(t.Context(), clock.NewFake(now))
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for id, row := range []struct {
				name     string
				active   bool
				failures int
				retry    any
				next     time.Duration
				run      any
			}{
				1: {"well", true, 0, nil, time.Hour, nil},
				2: {"will try again soon", true, 1, now.UnixMilli(), time.Hour, nil},
				3: {"waits for its next time", true, 1, nil, time.Hour, nil},
				4: {"tried often enough", true, 3, now.UnixMilli(), time.Hour, nil},
				5: {"paused", false, 5, nil, -time.Hour, nil},
				6: {"late", true, 0, nil, -time.Hour, nil},
				7: {"at work", true, 0, nil, -time.Hour, 70},
				8: {"due just now", true, 0, nil, -time.Minute, nil},
			} {
				if row.name == "" {
					continue
				}
				if _, err := tx.NewRaw(`insert into schedules (id, name, direction, kind, place, repeat, actor, active, failures, retry_at, run_id, error_code, next_at, created_at, updated_at)
values (?, ?, 'in', 'orders', '{}', '{}', '{}', ?, ?, ?, ?, 'sign_in_refused', ?, 1, 1)`, id, row.name, row.active, row.failures, row.retry, row.run, now.Add(row.next).UnixMilli()).Exec(ctx); err != nil {
					return err
				}
			}
			_, err := tx.NewRaw("insert into schedule_runs (id, schedule_id, cause, state, due_at, started_at) values (9, 3, 'clock', 'done', 1, 1)").Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		signals, err := failingSchedules{d}.Signals(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, s := range signals {
			said = append(said, s.Key+" "+speak(s.Reason, "CNY", now).EN+" "+s.Actions[0].Code+" "+s.Actions[0].Target)
		}
		want := `schedule_fails:schedule:3:9 Failed runs in a row: **1**, because the login, password or key was refused; until it is mended, data does not come or go on time open_schedule 3
schedule_fails:schedule:4:0 Failed runs in a row: **3**, because the login, password or key was refused; until it is mended, data does not come or go on time open_schedule 4
schedule_fails:schedule:6:0 Was due **today 08:00** and has not begun open_schedule 6`
		if got := strings.Join(said, "\n"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}
