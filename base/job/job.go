// Package job runs work that outlives a request: River's queue on both engines. A job commits with the fact that
// causes it; a job that a dead process left running is taken up again at the next start.
package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"guanxi/base/db"
)

// Args are the arguments of one kind of job, stored as JSON.
type Args interface{ Kind() string }

// Kind says how jobs of one kind are run.
type Kind[A Args] struct {
	Run         func(ctx context.Context, args A) error
	Timeout     time.Duration // one minute when 0, none when negative
	MaxAttempts int           // 5 when 0
	Every       time.Duration // also run by itself this often, and at start, with the zero value of A
	Unique      bool          // a job with the same arguments that waits or runs already is not inserted again
}

// Registry collects the kinds before the queue starts.
type Registry struct {
	workers  *river.Workers
	periodic []*river.PeriodicJob
	options  map[string]river.InsertOpts
	queue    *Queue
}

// Insert adds a job that runs once the change tx has committed. In a process that only writes and works no jobs it
// waits for the next start of the server.
func (r *Registry) Insert(ctx context.Context, tx *db.Tx, args Args) error {
	if r.queue == nil {
		return errors.New("job: inserted before the queue was made")
	}
	options, known := r.options[args.Kind()]
	if !known {
		return fmt.Errorf("job: unknown kind %s", args.Kind())
	}
	_, err := r.queue.client.InsertTx(ctx, tx.Tx.Tx, args, &options)
	return err
}

// NewRegistry gives an empty registry.
func NewRegistry() *Registry {
	return &Registry{workers: river.NewWorkers(), options: map[string]river.InsertOpts{}}
}

type worker[A Args] struct {
	river.WorkerDefaults[A]
	kind Kind[A]
}

func (w *worker[A]) Work(ctx context.Context, j *river.Job[A]) error { return w.kind.Run(ctx, j.Args) }

func (w *worker[A]) Timeout(*river.Job[A]) time.Duration {
	switch {
	case w.kind.Timeout < 0:
		return -1
	case w.kind.Timeout == 0:
		return time.Minute
	}
	return w.kind.Timeout
}

// Register adds a kind of job.
func Register[A Args](r *Registry, k Kind[A]) {
	river.AddWorker(r.workers, &worker[A]{kind: k})
	var zero A
	options := river.InsertOpts{MaxAttempts: k.MaxAttempts}
	if options.MaxAttempts == 0 {
		options.MaxAttempts = 5
	}
	if k.Unique || k.Every > 0 {
		options.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
			rivertype.JobStateRetryable, rivertype.JobStateScheduled}}
	}
	r.options[zero.Kind()] = options
	if k.Every > 0 {
		r.periodic = append(r.periodic, river.NewPeriodicJob(river.PeriodicInterval(k.Every),
			func() (river.JobArgs, *river.InsertOpts) { return zero, &options },
			&river.PeriodicJobOpts{RunOnStart: true}))
	}
}

// Queue is the running queue.
type Queue struct {
	client  *river.Client[*sql.Tx]
	node    string
	records *db.DB
}

func driver(records *db.DB) riverdriver.Driver[*sql.Tx] {
	if records.Engine() == db.Postgres {
		return riverdatabasesql.New(records.Pool())
	}
	return riversqlite.New(records.Pool())
}

// Migrate brings the queue's own tables up to date.
func Migrate(ctx context.Context, records *db.DB) error {
	migrator, err := rivermigrate.New(driver(records), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// New gives a queue that works nothing until Start. node names this process across restarts. base prepares the
// context of every job: its clock, workspace and actor.
func New(records *db.DB, r *Registry, node string, base func(ctx context.Context) context.Context) (*Queue, error) {
	client, err := river.NewClient(driver(records), &river.Config{
		ID:                node,
		Workers:           r.workers,
		PeriodicJobs:      r.periodic,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}},
		FetchPollInterval: 200 * time.Millisecond,
		FetchCooldown:     50 * time.Millisecond,
		// a job may run for hours (an import of many millions); what a dead process left is taken up at start
		RescueStuckJobsAfter: 24 * time.Hour,
		Logger:               slog.New(quiet{slog.Default().Handler()}),
		WorkerMiddleware:     []rivertype.WorkerMiddleware{&baseContext{base: base}},
	})
	if err != nil {
		return nil, err
	}
	r.queue = &Queue{client: client, node: node, records: records}
	return r.queue, nil
}

// Start takes up what this node left running when it ended and begins to work. The queue ends with Stop.
func (q *Queue) Start(ctx context.Context) error {
	if err := q.takeUp(ctx); err != nil {
		return err
	}
	return q.client.Start(ctx)
}

// takeUp makes jobs available again that were running under this node's name: it is starting, so nobody runs them.
func (q *Queue) takeUp(ctx context.Context) error {
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		text := `update river_job set state = 'available', max_attempts = max_attempts + 1
where state = 'running' and json_extract(attempted_by, '$[#-1]') = ?`
		if tx.Engine() == db.Postgres {
			text = `update river_job set state = 'available', max_attempts = max_attempts + 1
where state = 'running' and attempted_by[array_length(attempted_by, 1)] = ?`
		}
		_, err := tx.NewRaw(text, q.node).Exec(ctx)
		return err
	})
}

// Stop lets running jobs end for as long as ctx allows, then cancels them; they are taken up at the next start.
func (q *Queue) Stop(ctx context.Context) error {
	soft, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := q.client.Stop(soft)
	if errors.Is(err, context.DeadlineExceeded) {
		return q.client.StopAndCancel(ctx)
	}
	return err
}

type baseContext struct {
	river.MiddlewareDefaults
	base func(ctx context.Context) context.Context
}

func (b *baseContext) Work(ctx context.Context, j *rivertype.JobRow, next func(ctx context.Context) error) error {
	if b.base != nil {
		ctx = b.base(ctx)
	}
	err := next(ctx)
	if err != nil && ctx.Err() == nil {
		slog.Error("job failed", "kind", j.Kind, "attempt", j.Attempt, "error", err)
	}
	return err
}

// quiet passes on warnings and errors only: River tells of every start and stop.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }
func (q quiet) WithAttrs(a []slog.Attr) slog.Handler             { return quiet{q.Handler.WithAttrs(a)} }
func (q quiet) WithGroup(name string) slog.Handler               { return quiet{q.Handler.WithGroup(name)} }
