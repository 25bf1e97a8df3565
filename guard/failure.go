package guard

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

const (
	freeFailures     = 5 // wrong answers in a row that cost nothing
	firstWait        = 5 * time.Second
	longestWait      = 15 * time.Minute
	failuresForgiven = 24 * time.Hour
)

// failureKey names what is tried by what, so that the table tells nobody which addresses exist.
func failureKey(what, whom string) string { return hashSecret(what + ":" + whom) }

// waitAfter gives how long one waits after so many wrong answers in a row: nothing at first, then twice as long each
// time, never so long that somebody else's guessing locks a person out for the day.
func waitAfter(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	return min(firstWait<<min(failures-freeFailures, 20), longestWait)
}

// slowed refuses to look at an answer as long as the wait after the last wrong one lasts. Fault: too many.
func (g *Guard) slowed(ctx context.Context, key string) error {
	var rows []struct {
		Failures int   `bun:"failures"`
		FailedAt int64 `bun:"failed_at"`
	}
	if err := g.records.Read().NewRaw("select failures, failed_at from sign_in_failures where key = ?", key).Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return err
	}
	left := time.UnixMilli(rows[0].FailedAt).Add(waitAfter(rows[0].Failures)).Sub(clock.Now(ctx))
	if left > 0 {
		return fault.TooMany(int(left/time.Second) + 1)
	}
	return nil
}

// countFailure counts one more wrong answer.
func countFailure(ctx context.Context, tx *db.Tx, key string) error {
	now := clock.Now(ctx)
	if _, err := tx.NewRaw("delete from sign_in_failures where failed_at < ?", now.Add(-failuresForgiven).UnixMilli()).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw(`
insert into sign_in_failures (key, failures, failed_at) values (?, 1, ?)
on conflict (key) do update set failures = sign_in_failures.failures + 1, failed_at = excluded.failed_at`, key, now.UnixMilli()).Exec(ctx)
	return err
}

func forgetFailures(ctx context.Context, tx *db.Tx, key string) error {
	_, err := tx.NewRaw("delete from sign_in_failures where key = ?", key).Exec(ctx)
	return err
}
