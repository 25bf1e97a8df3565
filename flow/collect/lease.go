package collect

import (
	"context"
	"errors"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
)

const leaseTime = 30 * time.Second

var errFenced = errors.New("another process has taken the import over")

// acquire takes the lease, or says that there is nothing to do.
func (r *run) acquire(ctx context.Context, id int64) (taken bool, err error) {
	err = r.e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		if taken, err = fenced(ctx, tx, `
update imports
set fence = fence + 1, lease_until = ?, state = 'running', started_at = coalesce(started_at, ?)
where id = ? and state in ('queued', 'running') and lease_until <= ?`, now+leaseTime.Milliseconds(), now, id, now); err != nil || !taken {
			return err
		}
		if r.imp, err = findImport(ctx, tx, id); err != nil {
			return err
		}
		r.id, r.fence = r.imp.ID, r.imp.Fence
		r.check = r.imp.checkpoint()
		r.check.Node = r.e.node
		r.check.Attempts++
		if r.check.Then != StateFailed {
			r.imp.ErrorCode, r.imp.ErrorDetail = "", ""
		}
		if r.check.Then == "" {
			r.check.Stage = StageChecking
		}
		r.made = Corrections{byCode: r.imp.Corrections()}
		return r.write(ctx, tx)
	})
	return taken, err
}

// write stores the run's present standing in tx; errFenced when the import is no longer this run's.
func (r *run) write(ctx context.Context, tx *db.Tx) error {
	r.imp.CheckpointJSON, r.imp.CorrectionsJSON = r.check.json(), toJSON(r.made.byCode)
	if r.made.byCode == nil {
		r.imp.CorrectionsJSON = "{}"
	}
	r.imp.LeaseUntil = 0
	if !r.imp.Ended() {
		r.imp.LeaseUntil = clock.Millis(ctx) + leaseTime.Milliseconds()
	}
	held, err := saveProgress(ctx, tx, &r.imp)
	if err == nil && !held {
		err = errFenced
	}
	return err
}

func (r *run) save(ctx context.Context) error {
	return r.e.records.Write(ctx, r.write)
}

// hold makes sure, at the start of a transaction, that the import is still this run's.
func (r *run) hold(ctx context.Context, tx *db.Tx) error {
	held, err := fenced(ctx, tx, "update imports set lease_until = ? where id = ? and fence = ? and state = 'running'",
		clock.Millis(ctx)+leaseTime.Milliseconds(), r.id, r.fence)
	if err == nil && !held {
		err = errFenced
	}
	return err
}

// keepLease holds the lease through long steps until end is called, and stops the run once it is lost.
func (r *run) keepLease(ctx context.Context, stop context.CancelFunc) (end func()) {
	return db.Renew(ctx, leaseTime/3, func() (lost bool) { return errors.Is(r.e.records.Write(ctx, r.hold), errFenced) }, stop)
}

// release gives the lease back, so that another run can go on at once; waitingFor says what stopped this one, "" if
// nothing that people should see.
func (r *run) release(ctx context.Context, waitingFor string) error {
	r.endLease()
	return r.e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := fenced(ctx, tx, "update imports set lease_until = 0, error_code = ? where id = ? and fence = ?", waitingFor, r.id, r.fence)
		return err
	})
}
