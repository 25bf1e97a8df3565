package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
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
	endLease func()    // holds the lease no longer; what is given back afterwards stays so
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
	r.endLease = r.keepLease(ctx, cancel)
	defer r.endLease()
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
	source := newRowSource(ctx, s, r.check.position)
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
		if err := maker.fill(b); errors.Is(err, io.EOF) {
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
		Custom: p.custom, Mapped: p.mapped, Fixed: p.fixed, RefundPrefix: p.refundPrefix, Assign: p.assign, Alike: p.alike, Run: &r.state}
	if r.imp.StaffID != nil {
		b.StaffID = *r.imp.StaffID
	}
	return b
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
		if err := r.e.report(ctx, tx, &r.imp); err != nil {
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
