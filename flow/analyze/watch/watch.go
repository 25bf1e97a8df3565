package watch

import (
	"context"
	"errors"
	"sync"
	"time"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/job"
	"guanxi/flow/analyze"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// Watch keeps rules and the alerts they have raised.
type Watch struct {
	records  *db.DB
	columns  *columns.Store
	metrics  *analyze.Metrics
	jobs     *job.Registry // nil: looks only when it is told to
	segments *analyze.Segments
	mails    *mails.Mails                                            // nil: nobody is written to
	closed   func(ctx context.Context, tx *db.Tx, alert int64) error // told when an alert was closed on its own page

	looking sync.Mutex
	looked  map[int64]look // by rule, what this process last looked at
}

// look is what a rule was last looked at with: while nothing of it changes, looking again says the same.
type look struct {
	state   string
	version int64 // of the rule: one that was changed does not wait
	at      time.Time
	took    time.Duration
}

// New gives the watch over metrics and segments.
func New(records *db.DB, store *columns.Store, metrics *analyze.Metrics, segments *analyze.Segments) *Watch {
	return &Watch{records: records, columns: store, metrics: metrics, segments: segments, looked: map[int64]look{}}
}

// Closing names what is told, inside the change, that an alert was closed. It must be called before the watch serves anybody.
func (w *Watch) Closing(told func(ctx context.Context, tx *db.Tx, alert int64) error) {
	w.closed = told
}

type lookJob struct{}

// Kind implements job.Args.
func (lookJob) Kind() string { return "alerts.look" }

// lookNowJob looks once more. The job of each minute may be at work already, and have read the rules as they were before.
type lookNowJob struct{}

// Kind implements job.Args.
func (lookNowJob) Kind() string { return "alerts.look_now" }

// RegisterJobs adds the looking, every minute and when it is asked for.
func (w *Watch) RegisterJobs(r *job.Registry) {
	w.jobs = r
	job.Register(r, job.Kind[lookNowJob]{Timeout: 10 * time.Minute, MaxAttempts: 1, Run: func(ctx context.Context, _ lookNowJob) error { return w.Look(ctx) }})
	job.Register(r, job.Kind[lookJob]{Every: time.Minute, Timeout: 10 * time.Minute, MaxAttempts: 1, Unique: true,
		Run: func(ctx context.Context, _ lookJob) error { return w.Look(ctx) }})
}

// soon has a look at the rules once the change has been made, so that who saves a rule sees what it says.
func (w *Watch) soon(ctx context.Context, tx *db.Tx) error {
	if w.jobs == nil {
		return nil
	}
	return w.jobs.Insert(ctx, tx, lookNowJob{})
}

// Register adds the operations.
func (w *Watch) Register(a *api.API) {
	w.registerRules(a)
	w.registerAlerts(a)
}

// Look looks at every rule that something may have changed for, and escalates what nobody has handled in time. A rule that
// cannot be looked at says so and holds up none of the others. Looking twice changes nothing the second time.
func (w *Watch) Look(ctx context.Context) error {
	w.looking.Lock()
	defer w.looking.Unlock()
	ctx = guard.System(ctx)
	rules, err := w.rules(ctx)
	if err != nil {
		return err
	}
	waited, err := w.metrics.Waited(ctx)
	if err != nil {
		return err
	}
	var failures []error
	for i := range rules {
		if rules[i].Active {
			failures = append(failures, w.lookAt(ctx, &rules[i], waited))
		}
	}
	return errors.Join(append(failures, w.cameIn(ctx, waited), w.escalate(ctx), w.tellOverdue(ctx, rules))...)
}
