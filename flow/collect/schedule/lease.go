package schedule

import (
	"context"
	"errors"
	"time"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

const (
	leaseTime = time.Minute
	// waitTime is how long a run may wait for a free worker before it is taken for left behind.
	waitTime = 5 * time.Minute
	// atOnce bounds the runs that are under way at one time.
	atOnce = 2
)

var errFenced = errors.New("another process has taken the run over")

// Tick begins what is due and takes up what dead processes have left.
func (s *Schedules) Tick(ctx context.Context) error {
	var rows []Schedule
	now := millis(ctx)
	if err := s.records.Read().NewRaw("select "+scheduleColumns+` from schedules
where run_id is not null or active and (next_at <= ? or retry_at <= ?)
order by coalesce(retry_at, next_at), id`, now, now).Scan(ctx, &rows); err != nil {
		return err
	}
	running := 0
	for _, each := range rows {
		if each.RunID == nil {
			continue
		}
		running++
		if each.LeaseUntil <= now {
			if err := s.takeUp(ctx, each.ID, each.Fence); err != nil {
				return err
			}
		}
	}
	for _, each := range rows {
		if each.RunID != nil {
			continue
		}
		if running >= atOnce {
			return nil
		}
		trigger := "clock"
		if each.NextAt > now {
			trigger = "retry"
		}
		begun, err := s.begin(ctx, each.ID, trigger)
		if err != nil {
			return err
		}
		if begun {
			running++
		}
	}
	return nil
}

// ResumeAll takes up at once what a process that is gone has left: with SQLite there is no other that could be at it. With
// PostgreSQL another may, and a run is taken up when its lease has ended.
func (s *Schedules) ResumeAll(ctx context.Context) error {
	if s.records.Engine() == db.SQLite {
		if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Do(ctx, "update schedules set lease_until = 0 where run_id is not null")
			return err
		}); err != nil {
			return err
		}
	}
	return s.Tick(ctx)
}

// takeUp gives a run whose process has died to another.
func (s *Schedules) takeUp(ctx context.Context, id, fence int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := millis(ctx)
		n, err := tx.Do(ctx, "update schedules set fence = fence + 1, lease_until = ? where id = ? and fence = ? and run_id is not null and lease_until <= ?",
			now+waitTime.Milliseconds(), id, fence, now)
		if err != nil || n == 0 {
			return err
		}
		return s.enqueue(ctx, tx, id, fence+1)
	})
}

func (s *Schedules) enqueue(ctx context.Context, tx *db.Tx, id, fence int64) error {
	if s.jobs == nil {
		return nil
	}
	return s.jobs.Insert(ctx, tx, runArgs{id, fence})
}

// begin makes a run of a schedule that has none; not of one that takes out while sending is held: it stays due.
func (s *Schedules) begin(ctx context.Context, id int64, cause string) (begun bool, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		begun = false
		now := millis(ctx)
		// the update comes first: of several that begin the same schedule one gets it
		n, err := tx.Do(ctx, "update schedules set fence = fence + 1, lease_until = ?, run_id = -1 where id = ? and run_id is null and (active or ?)",
			now+waitTime.Milliseconds(), id, cause == "person")
		if err != nil || n == 0 {
			return err
		}
		of, err := findSchedule(ctx, tx, id)
		if err != nil {
			return err
		}
		due := now
		if cause == "clock" {
			due = of.NextAt
		}
		held, err := workspace.Held(ctx, tx)
		if err != nil {
			return err
		}
		if held != nil && of.Direction == Out || cause == "clock" && of.NextAt > now {
			_, err := tx.Do(ctx, "update schedules set run_id = null where id = ?", id)
			return err
		}
		run, err := tx.NextID(ctx, "schedule_runs")
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("insert into schedule_runs (id, schedule_id, cause, state, due_at, started_at) values (?, ?, ?, 'running', ?, ?)",
			run, id, cause, due, now).Exec(ctx); err != nil {
			return err
		}
		next := of.NextAt // a run before its time, or a retry, leaves it
		if next <= now {
			next = of.repeat().next(of.NextAt, now, workspace.Of(ctx))
		}
		if _, err := tx.Do(ctx, "update schedules set run_id = ?, retry_at = null, next_at = ? where id = ?", run, next, id); err != nil {
			return err
		}
		begun = true
		return s.enqueue(ctx, tx, id, of.Fence)
	})
	return begun, err
}

// RunNow begins a run that the clock has not. Faults: not found; conflict, while one is under way or sending is held.
func (s *Schedules) RunNow(ctx context.Context, id int64) error {
	of, err := findSchedule(ctx, s.records.Read(), id)
	if err != nil {
		return err
	}
	if err := s.mayRun(ctx, &of); err != nil {
		return err
	}
	begun, err := s.begin(ctx, id, "person")
	if err != nil || begun {
		return err
	}
	if held, err := workspace.Held(ctx, s.records.Read()); err != nil || held != nil && of.Direction == Out {
		return orElse(err, fault.Conflict("sending_held"))
	}
	return fault.Conflict("schedule_runs")
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// working is one run being worked on by this process.
type working struct {
	s     *Schedules
	of    Schedule
	run   Run
	fence int64
	more  bool // files wait that this run did not take
}

// acquire takes the lease of a run; nil when it is no longer this one's. Whoever comes with the same fence comes too late.
func (s *Schedules) acquire(ctx context.Context, id, fence int64) (w *working, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		w = nil
		taken := &working{s: s, fence: fence + 1}
		n, err := tx.Do(ctx, "update schedules set fence = fence + 1, lease_until = ? where id = ? and fence = ? and run_id is not null", millis(ctx)+leaseTime.Milliseconds(), id, fence)
		if err != nil || n == 0 {
			return err
		}
		if taken.of, err = findSchedule(ctx, tx, id); err != nil {
			return err
		}
		if taken.run, err = findRun(ctx, tx, *taken.of.RunID); err != nil {
			return err
		}
		w = taken
		return nil
	})
	return w, err
}

// hold makes sure, at the start of a transaction, that the run is still this process's.
func (w *working) hold(ctx context.Context, tx *db.Tx) error {
	n, err := tx.Do(ctx, "update schedules set lease_until = ? where id = ? and fence = ? and run_id = ?", millis(ctx)+leaseTime.Milliseconds(), w.of.ID, w.fence, w.run.ID)
	if err == nil && n == 0 {
		err = errFenced
	}
	return err
}

// keepLease holds the lease until end is called, and stops the run once it is lost.
func (w *working) keepLease(ctx context.Context, stop context.CancelFunc) (end func()) {
	return db.Renew(ctx, leaseTime/4, func() (lost bool) { return errors.Is(w.s.records.Write(ctx, w.hold), errFenced) }, stop)
}

// person gives whoever set the schedule up with the rights they have now. Fault: forbidden when they have left, or may not
// any more.
func (w *working) person(ctx context.Context) (a guard.Actor, err error) {
	a = w.of.actor()
	if a.System {
		return a, nil
	}
	if a.StaffID != 0 {
		var now []struct {
			Role   string `bun:"role"`
			TeamID *int64 `bun:"team_id"`
		}
		if err := w.s.records.Read().NewRaw("select role, team_id from staff where id = ? and active", a.StaffID).Scan(ctx, &now); err != nil {
			return a, err
		}
		if len(now) == 0 {
			return a, fault.Forbidden("staff_gone")
		}
		if a.TokenID == 0 {
			a.Role, a.TeamID = now[0].Role, now[0].TeamID
		}
	}
	if a.TokenID != 0 {
		var valid int
		if err := w.s.records.Read().NewRaw("select count(*) from api_tokens where id = ? and revoked_at is null", a.TokenID).Scan(ctx, &valid); err != nil {
			return a, err
		}
		if valid == 0 {
			return a, fault.Forbidden("staff_gone")
		}
	}
	needed := map[string]string{In: "imports.write", Out: "export"}[w.of.Direction]
	if !guard.ActorOf(guard.With(ctx, a)).Can(needed) {
		return a, fault.Forbidden("not_permitted", needed)
	}
	return a, nil
}
