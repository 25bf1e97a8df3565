package customer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	secret "guanxi/base/keys"
	"guanxi/base/sheet"
	"guanxi/base/workspace"
	"guanxi/guard"
)

type exportJob struct {
	ID int64 `json:"id"`
}

// Kind implements job.Args.
func (exportJob) Kind() string { return "customers.export" }

// exporter writes one export, as the person who asked for it.
type exporter struct {
	s        *Store
	e        *Export
	rights   guard.Fields
	zone     workspace.Workspace
	code     string         // of this instance
	sameName map[string]int // how many active staff are called so, in lower case
	to       io.Writer
	scratch  string
	w        sheet.Writer
	cells    []sheet.Cell
	saved    time.Time
	tell     func(*Export) // told of progress, may be nil
}

// errExportStopped says that somebody cancelled the export.
var errExportStopped = errors.New("export stopped")

// runExport writes the file of an export that waits, or that a dead process left; from the beginning, for rows may have
// changed meanwhile. What cannot be mended by trying again ends it as failed.
func (s *Store) runExport(ctx context.Context, id int64) error {
	e, err := findExport(ctx, s.records.Read(), id)
	if err != nil || e.ended() {
		return err
	}
	name := hex.EncodeToString(random16())
	path := filepath.Join(s.exportDir, name)
	err = s.exportTo(ctx, &e, path, sealedAtRest, nil)
	switch {
	case err == nil:
		e.StoredAs = name
		return s.endExport(ctx, &e, ExportDone, "")
	case ctx.Err() != nil:
		return errors.Join(err, os.Remove(path)) // the program is ending: again at the next start
	}
	_ = os.Remove(path)
	if errors.Is(err, errExportStopped) {
		return nil
	}
	return errors.Join(s.endExport(ctx, &e, ExportFailed, exportErrorCode(err)), unnamed(err))
}

// unnamed gives err where nobody said what it is, so that it stands in the log.
func unnamed(err error) error {
	if exportErrorCode(err) == "internal_error" {
		return err
	}
	return nil
}

func exportErrorCode(err error) string {
	var f *fault.Error
	switch {
	case errors.Is(err, sheet.ErrTooManyRows):
		return "too_many_rows_for_xlsx"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "disk_full"
	case errors.As(err, &f) && len(f.Fields) > 0:
		return f.Fields[0].Key
	case errors.As(err, &f) && f.Kind != fault.KindInternal:
		return f.Key
	}
	return "internal_error"
}

// sealing gives what stands between an export and its file.
type sealing func(ctx context.Context, file io.Writer, path string) (io.WriteCloser, error)

// sealedAtRest is for files that wait on the server to be fetched.
func sealedAtRest(ctx context.Context, file io.Writer, path string) (io.WriteCloser, error) {
	return secret.SealFile(ctx, file, filepath.Base(path))
}

// forItsOwner is for files that somebody on the machine takes at once.
func forItsOwner(_ context.Context, file io.Writer, _ string) (io.WriteCloser, error) {
	return nothingToClose{file}, nil
}

type nothingToClose struct{ io.Writer }

func (nothingToClose) Close() error { return nil }

// exportTo writes the export to a file and notes its size and sum, which are of what is in it.
func (s *Store) exportTo(ctx context.Context, e *Export, path string, seal sealing, tell func(*Export)) error {
	actor, err := s.asker(ctx, e)
	if err != nil {
		return err
	}
	ctx = guard.With(ctx, actor)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	sealed, err := seal(ctx, file, path)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	counted := &counter{w: io.MultiWriter(sealed, sum)}
	x := &exporter{s: s, e: e, rights: guard.FieldsOf(ctx, noun), zone: workspace.Of(ctx), to: counted, scratch: filepath.Dir(path), tell: tell}
	err = x.run(ctx)
	if err == nil {
		err = sealed.Close()
	}
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	e.Size, e.SHA256, e.Shortened = counted.n, hex.EncodeToString(sum.Sum(nil)), x.w.Shortened()
	e.FileName = x.fileName()
	return nil
}

// asker gives whoever asked for the export with the rights they have now. Fault: forbidden when they have left.
func (s *Store) asker(ctx context.Context, e *Export) (a guard.Actor, err error) {
	if err = json.Unmarshal([]byte(e.Actor), &a); err != nil || a.System {
		return a, err
	}
	if a.StaffID != 0 {
		var now []struct {
			Role   string `bun:"role"`
			TeamID *int64 `bun:"team_id"`
		}
		if err := s.records.Read().NewRaw("select role, team_id from staff where id = ? and active", a.StaffID).Scan(ctx, &now); err != nil {
			return a, err
		}
		if len(now) == 0 {
			return a, fault.Forbidden("staff_gone")
		}
		if a.TokenID == 0 {
			a.Role, a.TeamID = now[0].Role, now[0].TeamID
		}
	}
	if !a.Can("export") || !a.Can(exportKinds[e.Kind]) {
		return a, fault.Forbidden("not_permitted", "export")
	}
	return a, nil
}

// run writes the whole table.
func (x *exporter) run(ctx context.Context) (err error) {
	if err := x.s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		x.code, err = makeInstanceCode(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	var names []string
	if err := x.s.records.Read().NewRaw("select name from staff where active").Scan(ctx, &names); err != nil {
		return err
	}
	x.sameName = map[string]int{}
	for _, name := range names {
		x.sameName[strings.ToLower(name)]++
	}
	now := clock.Millis(ctx)
	x.e.State, x.e.StartedAt, x.e.Processed, x.e.Written = ExportRunning, &now, 0, 0
	if err := x.save(ctx); err != nil {
		return err
	}
	x.saved = clock.Now(ctx)
	switch x.e.Kind {
	case "customers":
		err = x.customers(ctx)
	case "orders":
		err = x.orders(ctx)
	case "order_lines":
		err = x.lines(ctx)
	case "products":
		err = x.products(ctx)
	default:
		err = x.activities(ctx)
	}
	if err != nil {
		return err
	}
	return x.w.Close()
}

// begin writes the header.
func (x *exporter) begin(fields []exportField) (err error) {
	x.w, err = sheet.New(x.to, x.e.Format, headers(x.s.kindOf(x.e.Kind), fields, x.e.Language), x.e.BOM, x.mark(), x.scratch)
	return err
}

func (x *exporter) row() error {
	x.e.Written++
	err := x.w.Row(x.cells)
	x.cells = x.cells[:0]
	return err
}

// passed notes that so many more were gone through, and stops when somebody has cancelled.
func (x *exporter) passed(ctx context.Context, n int) error {
	x.e.Processed += int64(n)
	if x.tell != nil {
		x.tell(x.e)
	}
	if now := clock.Now(ctx); now.Sub(x.saved) >= time.Second {
		x.saved = now
		return x.save(ctx)
	}
	return ctx.Err()
}

// save writes how far the export is.
func (x *exporter) save(ctx context.Context) error {
	return x.s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return saveExport(ctx, tx, x.e, ExportQueued, ExportRunning)
	})
}

// mark is what tells of the file who took it out, when, why and under which number.
func (x *exporter) mark() sheet.Mark {
	words, known := noteWords[x.e.Language]
	if !known {
		words = noteWords["en-US"]
	}
	at := x.zone.Time(x.e.CreatedAt)
	m := sheet.Mark{Title: words.title, By: x.e.ByName, ID: fmt.Sprintf("%s-%d", x.code, x.e.ID), At: at, Lines: []string{
		fmt.Sprintf(words.by, x.e.ByName, at.Format("2006-01-02 15:04 -07:00"), x.e.ID),
		fmt.Sprintf(words.reason, x.e.Reason),
		fmt.Sprintf(words.what, words.kinds[x.e.Kind], x.zone.Name),
		words.personal,
		words.trace,
	}}
	if x.e.Condition != "" {
		m.Lines = append(m.Lines, x.e.Condition)
	}
	return m
}

// fileName names the kind, the day, the number of the export and who took it out: it is the mark of a CSV.
func (x *exporter) fileName() string {
	by := strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune(`/\:*?"<>|.,;'`, r) {
			return -1
		}
		return r
	}, x.e.ByName)
	if runes := []rune(by); len(runes) > 40 {
		by = string(runes[:40])
	}
	return fmt.Sprintf("%s-%s-%s-%d-%s.%s", x.e.Kind, x.zone.Time(x.e.CreatedAt).Format("20060102"), x.code, x.e.ID, by, x.e.Format)
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func random16() []byte {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return b
}
