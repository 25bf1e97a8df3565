package customer

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/base/workspace"
	"guanxi/guard"
)

type exportSweepJob struct{}

// Kind implements job.Args.
func (exportSweepJob) Kind() string { return "customers.export_sweep" }

// ExportTo says in which folder files of exports lie until they are fetched. It is not one of those a backup keeps: a file
// taken out must not come back. It must be called before the store serves anybody.
func (s *Store) ExportTo(dir string) error {
	s.exportDir = dir
	return os.MkdirAll(dir, 0o700)
}

func (s *Store) registerExportJobs(r *job.Registry) {
	job.Register(r, job.Kind[exportJob]{Run: func(ctx context.Context, a exportJob) error { return s.runExport(ctx, a.ID) }, Timeout: -1, MaxAttempts: 25, Unique: true})
	job.Register(r, job.Kind[exportSweepJob]{Run: func(ctx context.Context, _ exportSweepJob) error { return s.sweepExports(ctx) }, Every: 10 * time.Minute})
}

// endExport notes how an export ended.
func (s *Store) endExport(ctx context.Context, e *Export, state, code string) error {
	err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		kept, err := workspace.KeptFilesOf(ctx, tx)
		if err != nil {
			return err
		}
		expires := now + workspace.Days(kept.ExportDays).Milliseconds()
		e.State, e.ErrorCode, e.FinishedAt = state, code, &now
		if state == ExportDone {
			e.ExpiresAt = &expires
		}
		if err := saveExport(ctx, tx, e, ExportQueued, ExportRunning); err != nil {
			return err
		}
		if err := s.reportExport(ctx, tx, e); err != nil {
			return err
		}
		return auditExport(ctx, tx, "export."+state, e, map[string]any{"kind": e.Kind, "rows": e.Written, "size": e.Size, "sha256": e.SHA256, "error": code, "asked_by": e.ByName})
	})
	if errors.Is(err, errExportStopped) {
		s.discardExport(e.StoredAs)
		return nil
	}
	return err
}

// CancelExport stops an export that has not ended. Faults: not found, conflict.
func (s *Store) CancelExport(ctx context.Context, id int64) (e Export, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e, err = s.ownExport(ctx, tx, id); err != nil {
			return err
		}
		if e.ended() {
			return fault.Conflict("export_has_ended")
		}
		now := clock.Millis(ctx)
		e.State, e.FinishedAt = ExportCancelled, &now
		if err := saveExport(ctx, tx, &e, ExportQueued, ExportRunning); err != nil {
			return err
		}
		return auditExport(ctx, tx, "export.cancelled", &e, map[string]any{"kind": e.Kind, "rows": e.Written})
	})
	return e, err
}

// ownExport reads an export of whoever asks; those of others are not there for them, except for who reads the audit log.
func (s *Store) ownExport(ctx context.Context, from bun.IDB, id int64) (Export, error) {
	e, err := findExport(ctx, from, id)
	if actor := guard.ActorOf(ctx); err == nil && e.ActorKey != actor.Key() && !actor.Can("audit.read") {
		return e, fault.NotFound("export", id)
	}
	return e, err
}

// DropExport takes the file of an export away before its time. Faults: not found, conflict.
func (s *Store) DropExport(ctx context.Context, id int64) (e Export, err error) {
	if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e, err = s.ownExport(ctx, tx, id); err != nil {
			return err
		}
		if e.State != ExportDone {
			return fault.Conflict("export_has_no_file")
		}
		return expireExport(ctx, tx, &e)
	}); err != nil {
		return e, err
	}
	s.discardExport(e.StoredAs)
	return e, nil
}

func expireExport(ctx context.Context, tx *db.Tx, e *Export) error {
	e.State = ExportExpired
	if err := saveExport(ctx, tx, e, ExportDone); err != nil {
		return err
	}
	return auditExport(ctx, tx, "export.expired", e, map[string]any{"kind": e.Kind, "downloads": e.Downloads})
}

func (s *Store) discardExport(name string) {
	if name == "" {
		return
	}
	if err := os.Remove(filepath.Join(s.exportDir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		slog.Error("the file of an export was not removed; the next sweep tries again", "error", err)
	}
}

// sweepExports takes the files away whose time is over.
func (s *Store) sweepExports(ctx context.Context) error { return s.dropExports(ctx, clock.Millis(ctx)) }

// forgetExports takes all files away: one who was erased may stand in any of them. What is being written begins anew.
func (s *Store) forgetExports(ctx context.Context) error { return s.dropExports(ctx, 1<<62) }

func (s *Store) dropExports(ctx context.Context, until int64) error {
	if s.exportDir == "" {
		return nil
	}
	var over []Export
	if err := s.records.Read().NewRaw("select "+exportColumns+" from exports where state = ? and expires_at <= ?", ExportDone, until).Scan(ctx, &over); err != nil {
		return err
	}
	for i := range over {
		err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return expireExport(ctx, tx, &over[i]) })
		if err != nil && !errors.Is(err, errExportStopped) {
			return err
		}
		s.discardExport(over[i].StoredAs)
	}
	return s.cleanExports(ctx)
}

// cleanExports removes files that no export knows: those of a process that died. One that is being written is young.
func (s *Store) cleanExports(ctx context.Context) error {
	entries, err := os.ReadDir(s.exportDir)
	if err != nil {
		return err
	}
	var needed []string
	if err := s.records.Read().NewRaw("select stored_as from exports where state = ?", ExportDone).Scan(ctx, &needed); err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, name := range needed {
		keep[name] = true
	}
	var errs []error
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || keep[entry.Name()] || time.Since(info.ModTime()) < 24*time.Hour { //nolint:forbidigo // ages of files are real time
			continue
		}
		errs = append(errs, os.RemoveAll(filepath.Join(s.exportDir, entry.Name())))
	}
	return errors.Join(errs...)
}

// ExportFile takes a table out to a file of the caller's own, at once. progress, where given, is told as it goes.
func (s *Store) ExportFile(ctx context.Context, n NewExport, path string, progress func(Export)) (Export, error) {
	e, err := s.newExport(ctx, n)
	if err != nil {
		return e, err
	}
	if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return insertExport(ctx, tx, &e) }); err != nil {
		return e, err
	}
	draft := path + ".part"
	err = s.exportTo(ctx, &e, draft, forItsOwner, func(e *Export) {
		if progress != nil {
			progress(*e)
		}
	})
	if err == nil {
		err = os.Rename(draft, path)
	}
	if err != nil {
		_ = os.Remove(draft)
		err = errors.Join(err, s.endExport(ctx, &e, ExportFailed, exportErrorCode(err)))
		return e, err
	}
	if err := s.endExport(ctx, &e, ExportDone, ""); err != nil {
		return e, err
	}
	return e, nil
}
