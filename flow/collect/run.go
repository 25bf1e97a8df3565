package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

const (
	leaseTime   = 30 * time.Second
	maxAttempts = 5 // runs without any progress before an import is given up
)

var (
	errFenced = errors.New("another process has taken the import over")
	errDryRun = errors.New("dry run: taken back")
)

// run is one import being worked on by this process.
type run struct {
	e        *Engine
	id       int64
	fence    int64
	imp      Import
	check    checkpoint
	made     Corrections
	progress func(Progress)
	state    RunState
	began    time.Time // of the batch before, for the rate
}

// Run works on an import until it ends or ctx does; it does nothing when another process works on it. An error means
// that it should be tried again; what is wrong with the file or the mapping ends the import as failed instead.
func (e *Engine) Run(ctx context.Context, id int64, progress func(Progress)) error {
	r := &run{e: e, progress: progress}
	taken, err := r.acquire(ctx, id)
	if err != nil || !taken {
		return err
	}
	outer := ctx
	ctx, cancel := context.WithCancel(r.check.actor(ctx))
	defer cancel()
	go r.keepLease(ctx, cancel)
	if r.check.Then == "" {
		err = r.bringIn(ctx)
	}
	if err == nil && r.check.Then != "" {
		err = r.takeBack(ctx)
	}
	lost := errors.Is(err, context.Canceled) && outer.Err() == nil
	if err == nil || lost || errors.Is(err, errFenced) {
		return nil
	}
	return r.end(ctx, err)
}

// end sorts out why a run stopped: to be tried again, or for good.
func (r *run) end(ctx context.Context, cause error) error {
	ctx = context.WithoutCancel(ctx)
	code, detail := failure(cause)
	if code == "" && (r.check.Attempts < maxAttempts || fault.Is(cause, fault.KindUnavailable) || errors.Is(cause, context.Canceled)) {
		return errors.Join(cause, r.release(ctx))
	}
	slog.Info("import failed", "import", r.imp.ID, "code", code, "error", cause)
	if code == "" {
		slog.Error("import given up", "import", r.imp.ID, "error", cause)
		code, detail = "internal_error", "{}"
	}
	if r.check.Then != "" { // taking back itself fails for good: leave it to a person, the rows stay marked
		return errors.Join(cause, r.release(ctx))
	}
	r.imp.ErrorCode, r.imp.ErrorDetail = code, detail
	r.check.Then, r.check.Attempts = StateFailed, 0
	if err := r.save(ctx); err != nil {
		return err
	}
	if err := r.takeBack(ctx); err != nil && !errors.Is(err, errFenced) {
		return err
	}
	return nil
}

// failure gives the code of errors that trying again cannot mend, "" for others.
func failure(err error) (code, detail string) {
	var broken *FileError
	var named *fault.Error
	switch {
	case errors.As(err, &broken):
		return broken.Code, toJSON(ErrorPlace{Line: broken.Line, Detail: broken.Detail})
	case errors.As(err, &named) && named.Kind != fault.KindInternal && named.Kind != fault.KindUnavailable:
		if len(named.Fields) > 0 {
			return named.Fields[0].Key, toJSON(ErrorPlace{Detail: named.Fields[0].Field + " " + fmt.Sprint(named.Fields[0].Args...)})
		}
		return named.Key, "{}"
	}
	return "", ""
}

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

// keepLease holds the lease through long steps, and stops the run once it is lost.
func (r *run) keepLease(ctx context.Context, stop context.CancelFunc) {
	ticker := time.NewTicker(leaseTime / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := r.e.records.Write(ctx, r.hold); errors.Is(err, errFenced) {
				stop()
				return
			}
		}
	}
}

// release gives the lease back, so that another run can go on at once.
func (r *run) release(ctx context.Context) error {
	return r.e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := fenced(ctx, tx, "update imports set lease_until = 0 where id = ? and fence = ?", r.id, r.fence)
		return err
	})
}

// bringIn checks the whole file, then applies it from the checkpoint on.
func (r *run) bringIn(ctx context.Context) error {
	k, err := r.e.KindNamed(r.imp.Kind)
	if err != nil {
		return err
	}
	text, sheet, err := asText(ctx, filepath.Join(r.e.dir, r.imp.StoredAs))
	if err != nil {
		return err
	}
	s, err := surveyFile(ctx, text, k, r.imp.Mapping(), sheet)
	if err != nil {
		return err
	}
	r.imp.Total, r.imp.DetectedJSON = s.rows, toJSON(s.file.layout)
	r.check.Stage = StageApplying
	if s.converted && r.made.isNew("encoding_converted") {
		r.made.Add("encoding_converted", s.file.layout.Encoding, "utf-8")
		r.made.byCode["encoding_converted"].Count = s.rows
	}
	if err := r.save(ctx); err != nil {
		return err
	}
	r.tell()
	r.began = clock.Now(ctx)
	if err := r.applyAll(ctx, k, s); err != nil {
		return err
	}
	return r.finish(ctx, s.plan)
}

// applyAll parses the next batch while the one before is applied.
func (r *run) applyAll(ctx context.Context, k Kind, s *survey) error {
	ctx, cancel := context.WithCancel(ctx)
	source := newRowSource(s, r.check.position)
	maker := &batchMaker{source: source, plan: s.plan, cells: cellReader{form: s.form}}
	same := r.template(s.plan)
	free, ready := make(chan *madeBatch, 2), make(chan *madeBatch)
	free <- &madeBatch{}
	free <- &madeBatch{}
	var makeErr error
	go func() {
		defer close(ready)
		defer source.close()
		defer func() {
			if p := recover(); p != nil {
				makeErr = fmt.Errorf("panic while reading rows: %v", p)
			}
		}()
		makeErr = makeBatches(ctx, k, maker, same, free, ready)
	}()
	defer func() { // the reader must be gone before the file may be
		cancel()
		for range ready {
		}
	}()
	for b := range ready {
		if err := r.apply(ctx, k, b); err != nil {
			return err
		}
		free <- b
		r.tell()
	}
	return makeErr
}

func makeBatches(ctx context.Context, k Kind, maker *batchMaker, same Batch, free <-chan *madeBatch, ready chan<- *madeBatch) error {
	preparer, prepares := k.(Preparer)
	for {
		var b *madeBatch
		select {
		case b = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := maker.fill(b); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		same.Now = clock.Millis(ctx)
		b.describe(same)
		if prepares {
			if err := preparer.Prepare(&b.Batch); err != nil {
				return err
			}
		}
		select {
		case ready <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// template is what all batches of a run have in common.
func (r *run) template(p *plan) Batch {
	b := Batch{ImportID: r.imp.ID, Mode: r.imp.Mode, DryRun: r.imp.DryRun, FileSHA256: r.imp.FileSHA256, Source: p.source,
		Custom: p.custom, Mapped: p.mapped, RefundPrefix: p.refundPrefix, Run: &r.state}
	if r.imp.StaffID != nil {
		b.StaffID = *r.imp.StaffID
	}
	return b
}

// apply brings one batch in: rows, rejects, findings, before-images, counts and checkpoint in one transaction.
func (r *run) apply(ctx context.Context, k Kind, b *madeBatch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	before, check, made := r.imp, r.check, r.made.clone()
	reset := func() { r.imp, r.check, r.made = before, check, made.clone() }
	err := r.e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		reset() // on PostgreSQL a transaction may run again
		b.rewind()
		if !b.DryRun { // a dry run must not keep others waiting behind its own row
			if err := r.hold(ctx, tx); err != nil {
				return err
			}
		}
		if err := k.Apply(ctx, tx, &b.Batch); err != nil {
			return err
		}
		if b.DryRun {
			return errDryRun
		}
		return r.record(ctx, tx, b)
	})
	if errors.Is(err, errDryRun) {
		err = r.e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			reset()
			return r.record(ctx, tx, b)
		})
	}
	if err != nil {
		reset()
	}
	return err
}

// record stores a batch's outcomes and moves the checkpoint.
func (r *run) record(ctx context.Context, tx *db.Tx, b *madeBatch) error {
	if err := r.count(b); err != nil {
		return err
	}
	if err := storeRejects(ctx, tx, b); err != nil {
		return err
	}
	if b.DryRun {
		r.check.Found = addCauses(r.check.Found, b.findings)
	} else {
		if err := storeFindings(ctx, tx, r.imp.ID, b.findings); err != nil {
			return err
		}
		if err := storeChanges(ctx, tx, r.imp.ID, b.changes); err != nil {
			return err
		}
	}
	r.made.merge(b.cleaned)
	r.made.merge(b.corrections)
	r.check.position, r.check.Attempts = b.after, 0
	r.measure(ctx, len(b.Rows))
	return r.write(ctx, tx)
}

func (r *run) count(b *madeBatch) error {
	for i, outcome := range b.Outcomes {
		switch outcome.State {
		case Created:
			r.imp.Created++
		case Updated:
			r.imp.Updated++
		case Unchanged:
			r.imp.Unchanged++
		case Duplicate:
			r.imp.Duplicates++
		case Rejected:
			r.imp.Rejected++
		default:
			return fmt.Errorf("kind %s left row %d without an outcome", r.imp.Kind, b.Rows[i].Number)
		}
	}
	r.imp.Processed += int64(len(b.Rows))
	r.imp.Findings += int64(len(b.findings))
	return nil
}

func addCauses(counts map[string]int64, findings []Finding) map[string]int64 {
	sum := map[string]int64{}
	for cause, n := range counts {
		sum[cause] = n
	}
	for _, f := range findings {
		sum[f.Cause]++
	}
	return sum
}

// measure keeps a smoothed rate of rows a second.
func (r *run) measure(ctx context.Context, rows int) {
	now := clock.Now(ctx)
	seconds := now.Sub(r.began).Seconds()
	r.began = now
	if seconds <= 0 {
		return
	}
	if r.check.Rate == 0 {
		r.check.Rate = float64(rows) / seconds
	}
	r.check.Rate += 0.3 * (float64(rows)/seconds - r.check.Rate)
}

func (r *run) tell() {
	if r.progress != nil {
		r.imp.CheckpointJSON = r.check.json()
		r.progress(r.imp.progress())
	}
}

// finish ends an import whose rows are all in.
func (r *run) finish(ctx context.Context, p *plan) error {
	err := r.e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		r.imp.State, r.imp.FinishedAt, r.check.Stage = StateDone, &now, ""
		if err := r.write(ctx, tx); err != nil {
			return err
		}
		if !r.imp.DryRun {
			if err := touchSource(ctx, tx, p.source, "import"); err != nil {
				return err
			}
		}
		return auditImport(ctx, tx, "import.done", &r.imp)
	})
	r.tell()
	return err
}
