package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// purpose of the key that secrets are sealed with.
const purpose = "schedules"

// pauses are how long to wait after the first, second ... failure in a row that may mend itself; the last repeats.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// toldAfter is how many failures in a row that may mend themselves are borne before people are told.
const toldAfter = 3

// work does a run, or what a dead process left of it. It ends by writing down how it went: nothing is tried again but by
// the clock.
func (s *Schedules) work(ctx context.Context, id, fence int64) error {
	w, err := s.acquire(ctx, id, fence)
	if err != nil || w == nil {
		return err
	}
	outer := ctx
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	end := w.keepLease(ctx, stop)
	err = w.do(ctx)
	end() // before the lease is given back
	switch {
	case errors.Is(err, errFenced), errors.Is(err, context.Canceled) && outer.Err() == nil:
		return nil // another process has it
	case outer.Err() != nil:
		return w.release(outer) // the program is ending: again at the next start
	}
	return w.end(ctx, err)
}

// do works on the run as the person who set the schedule up.
func (w *working) do(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a schedule: %v", p)
		}
	}()
	actor, err := w.person(ctx)
	if err != nil {
		return err
	}
	ctx = guard.With(ctx, actor)
	secret, err := w.s.secretOf(ctx, &w.of)
	if err != nil {
		return err
	}
	if w.of.Direction == Out {
		return w.takeOut(ctx, secret)
	}
	return w.bringIn(guard.Changing(ctx), secret)
}

// secretOf opens the secret of a schedule.
func (s *Schedules) secretOf(ctx context.Context, of *Schedule) (secret Secret, err error) {
	if of.Secret == "" {
		return secret, nil
	}
	text, err := keys.Unseal(ctx, purpose, of.Secret, of.place().about())
	if err != nil {
		return secret, err
	}
	err = json.Unmarshal([]byte(text), &secret)
	return secret, err
}

// release gives a run back, so that it is taken up at once.
func (w *working) release(ctx context.Context) error {
	return w.s.records.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Do(ctx, "update schedules set lease_until = 0 where id = ? and fence = ? and run_id = ?", w.of.ID, w.fence, w.run.ID)
		return err
	})
}

// why gives the code, the detail and whether it may mend itself, of what ended a run.
func why(err error) (code, detail string, temporary bool) {
	var place *PlaceError
	var named *fault.Error
	switch {
	case errors.As(err, &place):
		return place.Code, place.Detail, place.Temporary
	case errors.As(err, &named) && len(named.Fields) > 0:
		f := named.Fields[0]
		for _, a := range f.Args {
			detail += fmt.Sprint(" ", a)
		}
		return f.Key, f.Field + detail, false
	case errors.As(err, &named) && named.Kind != fault.KindInternal:
		return named.Key, "", named.Kind == fault.KindUnavailable
	}
	return "internal_error", "", true
}

// end writes down how a run ended, and when the next is due. A failure that may mend itself is tried again soon.
func (w *working) end(ctx context.Context, result error) error {
	state, code, detail, temporary := "done", "", "", false
	if result != nil {
		state = "failed"
		if code, detail, temporary = why(result); code == "internal_error" {
			slog.Error("a schedule failed", "schedule", w.of.ID, "error", result)
		}
	} else if w.run.Failed > 0 {
		state, code, detail = "failed", w.run.ErrorCode, w.run.ErrorDetail
	}
	if runes := []rune(detail); len(runes) > 300 {
		detail = string(runes[:300])
	}
	err := w.s.records.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		now := millis(ctx)
		if err := w.hold(ctx, tx); err != nil {
			return err
		}
		of, err := findSchedule(ctx, tx, w.of.ID) // it may have been changed meanwhile
		if err != nil {
			return err
		}
		failures, marks := int64(0), of.Marks
		var retry *int64
		if state == "failed" {
			failures = of.Failures + 1
			pause := now + pauses[min(int(failures), len(pauses))-1].Milliseconds()
			if temporary && pause < of.NextAt {
				retry = &pause
			}
		}
		if of.Version == w.of.Version && w.of.Marks != "" {
			marks = w.of.Marks
		}
		w.run.State, w.run.ErrorCode, w.run.ErrorDetail, w.run.FinishedAt = state, code, detail, &now
		if _, err := tx.NewRaw(`
update schedule_runs
set state = ?, finished_at = ?, files = ?, known = ?, failed = ?, written = ?, file_name = ?, export_id = ?, error_code = ?, error_detail = ?
where id = ?`, state, now, w.run.Files, w.run.Known, w.run.Failed, w.run.Written, w.run.FileName, w.run.ExportID, code, detail, w.run.ID).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("update schedules set run_id = null, lease_until = 0, failures = ?, error_code = ?, marks = ?, retry_at = ? where id = ?",
			failures, code, marks, retry, of.ID).Exec(ctx); err != nil {
			return err
		}
		of.Failures = failures
		if state == "done" && w.more {
			if _, err := tx.Do(ctx, "update schedules set retry_at = ? where id = ?", now, of.ID); err != nil {
				return err
			}
		}
		if err := pruneRuns(ctx, tx, of.ID); err != nil {
			return err
		}
		if w.run.Files+w.run.Failed+w.run.Written > 0 || result != nil {
			if err := guard.Audit(ctx, tx, "schedule.ran", "schedule", id(of.ID), map[string]any{"name": of.Name, "state": state, "files": w.run.Files,
				"known": w.run.Known, "failed": w.run.Failed, "rows": w.run.Written, "error": code}); err != nil {
				return err
			}
		}
		return w.s.report(ctx, tx, &of, &w.run, temporary, workspace.Of(ctx))
	})
	if errors.Is(err, errFenced) || fault.Is(err, fault.KindNotFound) {
		return nil
	}
	return err
}
