package schedule

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"guanxi/base/fault"
	"guanxi/base/workspace"
)

// takeOut writes the table to a file of our own and then puts it in its place. The name tells the instant it was due at, so
// that a run that is done again replaces its own file and no other.
func (w *working) takeOut(ctx context.Context, secret Secret) error {
	if err := os.MkdirAll(w.s.Dir, 0o700); err != nil {
		return err
	}
	draft := filepath.Join(w.s.Dir, "run-"+id(w.run.ID)+"-"+id(w.fence))
	defer func() { _ = os.Remove(draft) }()
	_ = os.Remove(draft)
	written, err := w.s.Outgoing.Write(ctx, w.of.Kind, w.of.content(), draft)
	if err != nil {
		return err
	}
	w.run.ExportID = &written.ExportID
	file, err := os.Open(draft)
	if err != nil {
		return err
	}
	defer file.Close()
	// asked again: making the table may have taken long
	if held, err := workspace.Held(ctx, w.s.records.Read()); err != nil || held != nil {
		return orElse(err, fault.Unavailable("sending_held", nil))
	}
	if err := w.s.records.Write(ctx, w.hold); err != nil {
		return err
	}
	at, err := w.s.open(ctx, w.of.place(), secret, Out)
	if err != nil {
		return err
	}
	due := workspace.Of(ctx).Time(w.run.DueAt)
	name := strings.Join([]string{w.of.Kind, due.Format("20060102-1504"), "s" + id(w.of.ID)}, "-") + "." + written.Format
	if err := errors.Join(at.put(ctx, name, file), at.Close()); err != nil {
		return err
	}
	w.run.FileName, w.run.Written = name, written.Rows
	return nil
}
