package analyze

import (
	"context"
	"log/slog"
	"time"

	"guanxi/base/clock"
	"guanxi/base/job"
	"guanxi/base/workspace"
)

// refreshScores is the job that recomputes every score.
type refreshScores struct{}

// Kind implements job.Args.
func (refreshScores) Kind() string { return "scores.refresh" }

// Jobs registers the hourly refresh.
func (s *Scores) Jobs(r *job.Registry) {
	job.Register(r, job.Kind[refreshScores]{
		Run:     func(ctx context.Context, _ refreshScores) error { return s.refreshWhenDue(ctx) },
		Timeout: 10 * time.Minute,
		Every:   refreshEvery,
	})
}

const refreshEvery = time.Hour

// refreshWhenDue leaves scores alone that were reckoned today, not long ago: a program that has just been started again
// has better things to do.
func (s *Scores) refreshWhenDue(ctx context.Context) error {
	v, err := s.Valuation(ctx)
	if err != nil {
		return err
	}
	today := date(civilDay(workspace.Of(ctx), clock.Millis(ctx)))
	if v != nil && v.AsOf == today && clock.Millis(ctx)-v.RefreshedAt < refreshEvery.Milliseconds()*3/4 {
		return nil
	}
	return s.Refresh(ctx)
}

// A refresh that many changes ask for, an import's for instance, starts when nothing has asked again for settle, and
// after patience at the latest.
const (
	settle   = 2 * time.Second
	patience = 30 * time.Second
)

// Run refreshes the scores whenever the feed has changed so many customers that they were not scored one by one, until
// ctx ends.
func (s *Scores) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.due:
		}
		awaitQuiet(ctx, s.due, settle)
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			slog.Error("the scores could not be refreshed", "error", err)
		}
	}
}

// awaitQuiet waits until nothing has been due again for as long as calm, at most patience.
func awaitQuiet(ctx context.Context, due <-chan struct{}, calm time.Duration) {
	latest := time.NewTimer(patience)
	defer latest.Stop()
	for {
		quiet := time.NewTimer(calm)
		select {
		case <-due:
			quiet.Stop()
		case <-quiet.C:
			return
		case <-latest.C:
			quiet.Stop()
			return
		case <-ctx.Done():
			quiet.Stop()
			return
		}
	}
}
