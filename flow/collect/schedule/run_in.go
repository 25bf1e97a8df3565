package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/collect"
	"guanxi/guard/mails"
)

// filesAtOnce bounds the files of one run; the rest come with one right behind it.
const filesAtOnce = 200

// bringIn fetches the files that are new and imports them, one after the other in the order of their names.
func (w *working) bringIn(ctx context.Context, secret Secret) error {
	if err := w.resume(ctx); err != nil {
		return err
	}
	n, err := w.s.intoImport(ctx, &w.of)
	if err != nil {
		return err
	}
	files, err := w.fetch(ctx, secret)
	defer func() {
		for _, f := range files {
			_ = w.s.imports.Discard(f)
		}
	}()
	if err != nil {
		return err
	}
	for len(files) > 0 {
		err := w.importFile(ctx, files[0], n)
		if err != nil {
			return err
		}
		files = files[1:]
	}
	return nil
}

// intoImport gives what the schedule says about its imports. Fault: not found, when the mapping is gone.
func (s *Schedules) intoImport(ctx context.Context, of *Schedule) (n collect.NewImport, err error) {
	n = collect.NewImport{Kind: of.Kind, Mode: of.Mode, ScheduleID: of.ID, ReportTo: mails.Of(of.ReportTo)}
	if of.MappingID != nil {
		m, err := s.imports.SavedMappingOf(ctx, *of.MappingID)
		if err != nil {
			return n, err
		}
		n.Mapping = m
	}
	if of.Assign != "" {
		err = json.Unmarshal([]byte(of.Assign), &n.Mapping.Options.Assign)
	}
	return n, err
}

// resume waits for the imports that this run had begun before a process died.
func (w *working) resume(ctx context.Context) error {
	begun, err := filesOf(ctx, w.s.records.Read(), []int64{w.run.ID})
	if err != nil {
		return err
	}
	for _, f := range begun {
		if err := w.finish(ctx, f.ImportID); err != nil {
			return err
		}
	}
	return nil
}

// fetch stores the files that are new at the place. What it gives must be discarded or imported.
func (w *working) fetch(ctx context.Context, secret Secret) (files []collect.Stored, err error) {
	at, err := w.s.open(ctx, w.of.place(), secret, In)
	if err != nil {
		return nil, err
	}
	defer at.Close()
	seen := map[string]bool{}
	known, more, err := at.fetch(ctx, w.of.marks(), filesAtOnce, func(name string, r io.Reader) error {
		stored, err := w.s.imports.Store(ctx, r, name)
		if err != nil {
			return err
		}
		var before []int64 // the run that brought the same
		if err := w.s.records.Read().NewRaw("select run_id from schedule_files where schedule_id = ? and sha256 = ?", w.of.ID, stored.SHA256).Scan(ctx, &before); err != nil {
			return errors.Join(err, w.s.imports.Discard(stored))
		}
		if len(before) > 0 || seen[stored.SHA256] {
			if len(before) == 0 || before[0] != w.run.ID {
				w.run.Known++
			}
			return w.s.imports.Discard(stored)
		}
		seen[stored.SHA256] = true
		files = append(files, stored)
		return nil
	})
	if err == nil {
		w.of.Marks, w.more = jsonText(known), more
	}
	return files, err
}

// importFile makes an import of a stored file and works on it until it has ended. A file that cannot be one is counted as
// failed, and fetched again next time; the others go on.
func (w *working) importFile(ctx context.Context, f collect.Stored, n collect.NewImport) error {
	n.Also = func(ctx context.Context, tx *db.Tx, i *collect.Import) error {
		if err := w.hold(ctx, tx); err != nil {
			return err
		}
		_, err := tx.NewRaw("insert into schedule_files (schedule_id, sha256, name, size, run_id, import_id, created_at) values (?, ?, ?, ?, ?, ?, ?)",
			w.of.ID, f.SHA256, f.Name, f.Size, w.run.ID, i.ID, i.CreatedAt).Exec(ctx)
		return err
	}
	imp, err := w.s.imports.Begin(ctx, f, n)
	switch {
	case fault.Is(err, fault.KindInvalid):
		w.run.Failed++
		w.run.ErrorCode, w.run.ErrorDetail, _ = why(err)
		w.of.Marks = "{}"
		return nil
	case db.IsUnique(err): // another run, which this one did not know to be under way, was first
		w.run.Known++
		return nil
	case err != nil:
		return err
	}
	return w.finish(ctx, imp.ID)
}

func (w *working) finish(ctx context.Context, imported int64) error {
	imp, err := w.s.imports.Finish(ctx, imported)
	if err != nil {
		return err
	}
	if imp.State == collect.StateFailed {
		w.run.Failed++
		w.run.ErrorCode, w.run.ErrorDetail = "import_failed", strconv.FormatInt(imp.ID, 10)
		return nil
	}
	w.run.Files++
	return nil
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
