package backups

import (
	"context"
	"time"

	"guanxi/base/backup"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/job"
)

// dueArgs is the job that looks each minute whether something is due.
type dueArgs struct{}

// Kind implements job.Args.
func (dueArgs) Kind() string { return "backup_due" }

// nowArgs is the job somebody asked for: a backup, or the trial of one.
type nowArgs struct {
	Do   string `json:"do"`
	Name string `json:"name,omitempty"`
}

// Kind implements job.Args.
func (nowArgs) Kind() string { return "backup_now" }

// RegisterJobs registers the schedule.
func (b *Backups) RegisterJobs(r *job.Registry) {
	// a backup that failed is not tried again at once: the next minute looks anew
	job.Register(r, job.Kind[dueArgs]{Run: func(ctx context.Context, _ dueArgs) error { return b.doDue(ctx) },
		Every: time.Minute, Timeout: -1, MaxAttempts: 1})
	job.Register(r, job.Kind[nowArgs]{Run: func(ctx context.Context, a nowArgs) error {
		if a.Do == "trial" {
			_, err := b.Try(ctx, a.Name)
			return noted(err)
		}
		_, err := b.BackUp(ctx, "person")
		return noted(err)
	}, Timeout: -1, MaxAttempts: 1, Unique: true})
}

// noted lets a failure that people are told of end its job; anything else is a mistake of the program.
func noted(err error) error {
	if f := fault.Wrap(err); f != nil && f.Kind != fault.KindInternal {
		return nil
	}
	return err
}

// ask inserts a job that a person wants now.
func (b *Backups) ask(ctx context.Context, r *job.Registry, a nowArgs) error {
	return b.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.Insert(ctx, tx, a) })
}

// retry is how long after a failure the schedule tries again.
const retry = 10 * time.Minute

// doDue takes the backup, or makes the trial, that is due.
func (b *Backups) doDue(ctx context.Context) error {
	if err := b.keepNews(ctx); err != nil {
		return noted(err)
	}
	s, err := b.Settings(ctx)
	if err != nil {
		return err
	}
	var failure Failure
	if _, err := db.Setting(ctx, b.records.Read(), failureKey, &failure); err != nil {
		return err
	}
	now := clock.Now(ctx)
	listed, err := b.look(ctx)
	if fault.Is(err, fault.KindConflict) {
		return nil // in use; the next minute looks anew
	}
	if err != nil {
		return noted(err)
	}
	paused := func(kind string) bool { return failure.Kind == kind && now.Sub(failure.At) < retry }
	if next := b.nextBackup(listed, s); next != nil && !next.After(now) && !paused("backup") {
		_, err := b.BackUp(ctx, "schedule")
		return noted(err)
	}
	if s.TrialHours > 0 && len(listed.all) > 0 && !paused("trial") && !lastTrial(listed).Add(time.Duration(s.TrialHours)*time.Hour).After(now) {
		_, err := b.Try(ctx, "")
		return noted(err)
	}
	return nil
}

// nextBackup says when the next is due, nil for never. An instance that has none yet waits one period from its start.
func (b *Backups) nextBackup(l *listing, s Settings) *time.Time {
	if s.EveryMinutes == 0 {
		return nil
	}
	last := b.started
	if len(l.all) > 0 {
		last = l.all[0].TakenAt
	}
	next := last.Add(time.Duration(s.EveryMinutes) * time.Minute).UTC()
	return &next
}

func lastTrial(l *listing) (last time.Time) {
	for _, r := range l.trials {
		if r.At.After(last) {
			last = r.At
		}
	}
	return last
}

// listing is what lies in the folder.
type listing struct {
	all      []backup.Backup
	trials   map[string]backup.Result
	problems []problem
	stored   int64
}
