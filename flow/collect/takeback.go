package collect

import (
	"context"
	"errors"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

const takeBackStep = 2000

// Cancel stops an import and takes back what it has brought in; nothing stays half done. It answers at once; the
// import ends as cancelled. Faults: not found, conflict when it has ended already.
func (e *Engine) Cancel(ctx context.Context, id int64) (Import, error) {
	return e.turnBack(ctx, id, StateCancelled, "import.cancelled", func(i *Import) error {
		if i.Ended() || i.checkpoint().Then != "" {
			return fault.Conflict("import_not_running", i.State)
		}
		return nil
	})
}

// Undo takes back what a finished import has brought in and restores what it replaced. Records that people have
// changed since stay and are listed as findings of cause changed_since_import. Faults: not found, conflict.
func (e *Engine) Undo(ctx context.Context, id int64) (Import, error) {
	return e.turnBack(ctx, id, StateUndone, "import.undone", func(i *Import) error {
		if !i.CanUndo(clock.Millis(ctx)) {
			return fault.Conflict("import_not_undoable", i.State)
		}
		return nil
	})
}

// turnBack fences off whoever runs the import and queues taking it back.
func (e *Engine) turnBack(ctx context.Context, id int64, then State, action string, allowed func(*Import) error) (imp Import, err error) {
	err = e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// the update comes first: it waits for a batch that is being written, so that what is read next is current
		if _, err := tx.NewRaw("update imports set version = version + 1 where id = ?", id).Exec(ctx); err != nil {
			return err
		}
		if imp, err = findImport(ctx, tx, id); err != nil {
			return err
		}
		if err := allowed(&imp); err != nil {
			return err
		}
		check := imp.checkpoint()
		check.Then, check.Stage, check.Attempts = then, StageTakingBack, 0
		imp.State, imp.CheckpointJSON, imp.FinishedAt = StateRunning, check.json(), nil
		imp.Fence++
		if _, err := tx.NewRaw("update imports set state = ?, checkpoint = ?, fence = ?, lease_until = 0, finished_at = null where id = ?",
			imp.State, imp.CheckpointJSON, imp.Fence, id).Exec(ctx); err != nil {
			return err
		}
		if err := auditImport(ctx, tx, action, &imp); err != nil {
			return err
		}
		return e.enqueue(ctx, tx, id, imp.Fence)
	})
	if err == nil && e.jobs == nil {
		if err = e.Run(ctx, id, nil); err == nil {
			imp, err = e.Find(ctx, id)
		}
	}
	return imp, err
}

// takeBack undoes an import step by step and ends it in the state its checkpoint names.
func (r *run) takeBack(ctx context.Context) error {
	r.check.Stage = StageTakingBack
	if !r.imp.DryRun && r.imp.Processed > 0 {
		k, err := r.e.KindNamed(r.imp.Kind)
		if err != nil {
			return err
		}
		if err := r.dropFindings(ctx); err != nil {
			return err
		}
		for more := true; more; {
			if more, err = r.takeBackStep(ctx, k); err != nil {
				return err
			}
			r.tell()
		}
	}
	err := r.e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		r.imp.State, r.imp.FinishedAt, r.check.Stage = r.check.Then, &now, ""
		r.imp.Findings = r.check.Kept
		if r.imp.State == StateUndone {
			r.imp.UndoneAt = &now
		}
		if err := r.write(ctx, tx); err != nil {
			return err
		}
		if err := r.e.report(ctx, tx, &r.imp); err != nil {
			return err
		}
		return auditImport(ctx, tx, "import."+string(r.imp.State)+"_completed", &r.imp)
	})
	r.tell()
	return err
}

// takeBackStep is one transaction of taking back.
func (r *run) takeBackStep(ctx context.Context, k Kind) (more bool, err error) {
	check := r.check
	err = r.e.records.WriteMany(ctx, func(ctx context.Context, tx *db.Tx) error {
		r.check = check
		if err := r.hold(ctx, tx); err != nil {
			return err
		}
		step, err := k.Undo(ctx, tx, r.imp.ID, takeBackStep)
		if err != nil {
			return err
		}
		for i := range step.Kept {
			if step.Kept[i].Cause == "" {
				step.Kept[i].Cause = causeChanged
			}
		}
		if err := storeFindings(ctx, tx, r.imp.ID, step.Kept); err != nil {
			return err
		}
		if step.More && step.Removed+step.Restored+step.Parted+step.Uncounted+int64(len(step.Kept)) == 0 {
			return errors.New("undo of kind " + k.Name() + " does not come forward")
		}
		more = step.More
		r.check.Removed += step.Removed
		r.check.Restored += step.Restored
		r.check.Kept += int64(len(step.Kept))
		r.check.Attempts = 0
		return r.write(ctx, tx)
	})
	return more, err
}

// dropFindings removes the findings of rows that are taken back.
func (r *run) dropFindings(ctx context.Context) error {
	for {
		var dropped int64
		err := r.e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := r.hold(ctx, tx); err != nil {
				return err
			}
			result, err := tx.NewRaw(`
delete from findings
where id in (select id from findings where import_id = ? and cause not in (?, ?) limit ?)`, r.imp.ID, causeChanged, CauseNotParted, 5*takeBackStep).Exec(ctx)
			if err != nil {
				return err
			}
			dropped, err = result.RowsAffected()
			return err
		})
		if err != nil || dropped == 0 {
			return err
		}
	}
}

// ResumeAll queues every import that was under way when its process ended. Called at start, before the queue works,
// it takes up what this node left at once; what other nodes hold is taken up when their lease runs out.
func (e *Engine) ResumeAll(ctx context.Context) error {
	unfinished, err := e.unfinished(ctx)
	if err != nil {
		return err
	}
	for _, i := range unfinished {
		if i.checkpoint().Node == e.node || i.LeaseUntil <= clock.Millis(ctx) {
			if err := e.requeue(ctx, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweep takes up imports whose node has died, and cleans the folder of files.
func (e *Engine) sweep(ctx context.Context) error {
	unfinished, err := e.unfinished(ctx)
	if err != nil {
		return err
	}
	for _, i := range unfinished {
		if i.LeaseUntil <= clock.Millis(ctx) {
			if err := e.requeue(ctx, i); err != nil {
				return err
			}
		}
	}
	return e.cleanFiles(ctx)
}

func (e *Engine) unfinished(ctx context.Context) (found []Import, err error) {
	err = e.records.Read().NewRaw("select "+importColumns+" from imports where state in ('queued', 'running') order by id").Scan(ctx, &found)
	return found, err
}

func (e *Engine) requeue(ctx context.Context, i Import) error {
	return e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		free, err := fenced(ctx, tx, "update imports set lease_until = 0 where id = ? and fence = ? and state in ('queued', 'running')", i.ID, i.Fence)
		if err != nil || !free {
			return err
		}
		return e.enqueue(ctx, tx, i.ID, i.Fence)
	})
}
