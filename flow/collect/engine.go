package collect

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// Settings of an engine.
type Settings struct {
	Dir          string // the data folder; files are kept in Dir/files/imports
	Node         string // names this process across restarts, so that it takes up at once what it left
	MaxFileBytes int64  // 2 GiB when 0
}

// Engine runs imports of the registered kinds.
type Engine struct {
	records  *db.DB
	jobs     *job.Registry // nil where nothing is queued: imports then only run by ImportFile and Run
	dir      string
	node     string
	maxBytes int64
	kinds    map[string]Kind
	names    []string
	mails    *mails.Mails // nil where nobody is told
	naming   func(ctx context.Context, ids []int64) (map[int64]string, error)
}

// New gives an engine without kinds and adds its jobs to the registry. Call ResumeAll before the queue starts.
func New(records *db.DB, jobs *job.Registry, o Settings) (*Engine, error) {
	e := &Engine{records: records, jobs: jobs, dir: filepath.Join(o.Dir, "files", "imports"), node: o.Node, maxBytes: o.MaxFileBytes, kinds: map[string]Kind{}}
	if e.maxBytes <= 0 {
		e.maxBytes = 2 << 30
	}
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return nil, err
	}
	if jobs != nil {
		job.Register(jobs, job.Kind[runArgs]{Run: func(ctx context.Context, a runArgs) error { return e.Run(ctx, a.Import, nil) }, Timeout: -1, MaxAttempts: 25, Unique: true})
		job.Register(jobs, job.Kind[sweepArgs]{Run: func(ctx context.Context, _ sweepArgs) error { return e.sweep(ctx) }, Every: 30 * time.Second})
	}
	return e, nil
}

// NamesFrom says where findings learn what customers are called, as far as the reader may see them.
func (e *Engine) NamesFrom(names func(ctx context.Context, ids []int64) (map[int64]string, error)) {
	e.naming = names
}

// Register adds a kind.
func (e *Engine) Register(k Kind) {
	e.kinds[k.Name()] = k
	e.names = append(e.names, k.Name())
}

// KindNamed gives a registered kind. Fault: invalid.
func (e *Engine) KindNamed(name string) (Kind, error) {
	k := e.kinds[name]
	if k == nil {
		return nil, fault.Invalid("kind", "import_kind_unknown", name)
	}
	return k, nil
}

// runArgs queue one import. Fence only tells one cause from another: a cancel must not be taken for the run it ends.
type runArgs struct {
	Import int64 `json:"import"`
	Fence  int64 `json:"fence"`
}

// Kind implements job.Args.
func (runArgs) Kind() string { return "import" }

type sweepArgs struct{}

// Kind implements job.Args.
func (sweepArgs) Kind() string { return "import_sweep" }

// enqueue adds the job of an import to tx.
func (e *Engine) enqueue(ctx context.Context, tx *db.Tx, id, fence int64) error {
	if e.jobs == nil {
		return nil
	}
	return e.jobs.Insert(ctx, tx, runArgs{Import: id, Fence: fence})
}

// NewImport says what to bring in.
type NewImport struct {
	Kind    string
	Mapping Mapping
	Mode    Mode // upsert when empty
	DryRun  bool

	ReportTo   []int64 // staff who are told by mail how it ended
	ScheduleID int64   // that fetched the file, 0 = none
	// Also, where given, is called in the change that stores the import; its error stores nothing.
	Also func(ctx context.Context, tx *db.Tx, i *Import) error
}

// create stores the import of an uploaded file. The file's head is checked against the mapping first, so that a wrong
// mapping is refused at once; what only the whole file shows comes with the run.
func (e *Engine) create(ctx context.Context, f Stored, n NewImport, queue bool) (Import, error) {
	k, err := e.KindNamed(n.Kind)
	if err != nil {
		return Import{}, err
	}
	switch n.Mode {
	case "":
		n.Mode = ModeUpsert
	case ModeCreate, ModeUpdate, ModeUpsert:
	default:
		return Import{}, fault.Invalid("mode", "not_one_of", "create, update, upsert")
	}
	if err := n.Mapping.Options.check(); err != nil {
		return Import{}, err
	}
	h, err := e.inspectHead(ctx, f, k, n.Mapping.Options)
	if err != nil {
		return Import{}, asFault(err)
	}
	if len(n.Mapping.Columns) == 0 {
		n.Mapping.Columns, _ = Guess(k, h.headers, h.rows)
	}
	if _, err := n.Mapping.bind(k, h.headers, dateForm{zone: time.UTC}); err != nil {
		return Import{}, err
	}
	imp := Import{Kind: n.Kind, FileName: f.Name, FileSize: f.Size, FileSHA256: f.SHA256, StoredAs: f.StoredAs, MappingJSON: toJSON(n.Mapping),
		Mode: n.Mode, DryRun: n.DryRun, State: StateQueued, DetectedJSON: toJSON(h.layout), CorrectionsJSON: "{}", ReportTo: mails.Stored(n.ReportTo), Version: 1}
	if n.ScheduleID != 0 {
		imp.ScheduleID = &n.ScheduleID
	}
	actor := guard.ActorOf(ctx)
	imp.CheckpointJSON = checkpoint{Actor: &actor}.json()
	if actor.StaffID != 0 {
		imp.StaffID = &actor.StaffID
	}
	err = e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		imp.CreatedAt = clock.Millis(ctx)
		if err := insertImport(ctx, tx, &imp); err != nil {
			return err
		}
		if err := auditImport(ctx, tx, "import.created", &imp); err != nil {
			return err
		}
		if n.Also != nil {
			if err := n.Also(ctx, tx, &imp); err != nil {
				return err
			}
		}
		if !queue {
			return nil
		}
		return e.enqueue(ctx, tx, imp.ID, 0)
	})
	return imp, err
}

// inspectHead reads the beginning of a stored file, as text.
func (e *Engine) inspectHead(ctx context.Context, f Stored, k Kind, o Options) (head, error) {
	text, sheet, err := asText(ctx, filepath.Join(e.dir, f.StoredAs))
	if err != nil {
		return head{}, err
	}
	h, err := readHead(ctx, text, k, o)
	h.layout.Sheet, h.layout.Date1904 = sheet.Sheet, sheet.Date1904
	return h, err
}

// asFault turns what is wrong with a file into a fault of the field "file"; other errors stay.
func asFault(err error) error {
	var broken *FileError
	if errors.As(err, &broken) {
		var args []any
		if broken.Line > 0 {
			args = append(args, "line", broken.Line)
		}
		if broken.Detail != "" {
			args = append(args, broken.Detail)
		}
		f := fault.Invalid("file", broken.Code, args...)
		f.Cause = err
		return f
	}
	return err
}

// ImportFile brings in the file at path within this process and returns when it has ended. progress, where given, is
// told after every batch. Another process with the same records may do the work instead; progress then follows it.
func (e *Engine) ImportFile(ctx context.Context, path string, n NewImport, progress func(Progress)) (Import, error) {
	file, err := os.Open(path)
	if err != nil {
		return Import{}, err
	}
	defer file.Close()
	stored, err := e.store(ctx, file, filepath.Base(path), -1)
	if err != nil {
		return Import{}, err
	}
	imp, err := e.create(ctx, stored, n, false)
	if err != nil {
		return imp, errors.Join(err, e.discard(stored.StoredAs))
	}
	return e.finish(ctx, imp.ID, progress)
}

// Store keeps what r gives until an import or Discard takes it; name is shown to people. Faults: too large, unavailable (disk full).
func (e *Engine) Store(ctx context.Context, r io.Reader, name string) (Stored, error) {
	return e.store(ctx, r, name, -1)
}

// Discard forgets a stored file that no import has taken.
func (e *Engine) Discard(f Stored) error { return e.discard(f.StoredAs) }

// Begin makes an import of a stored file. It waits for Finish, or for the next sweep over what nobody works on. Faults:
// invalid; what the file lets be seen at once.
func (e *Engine) Begin(ctx context.Context, f Stored, n NewImport) (Import, error) {
	return e.create(ctx, f, n, false)
}

// Finish works on an import until it has ended, or follows another process that does.
func (e *Engine) Finish(ctx context.Context, id int64) (Import, error) { return e.finish(ctx, id, nil) }

func (e *Engine) finish(ctx context.Context, id int64, progress func(Progress)) (imp Import, err error) {
	for {
		if err := e.Run(ctx, id, progress); err != nil {
			return imp, err
		}
		if imp, err = e.Find(ctx, id); err != nil || imp.Ended() {
			return imp, err
		}
		if progress != nil {
			progress(imp.progress())
		}
		select {
		case <-ctx.Done():
			return imp, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}
