package churn

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/job"
	"guanxi/guard"
)

// Churn learns who leaves and keeps a risk for everybody who has bought.
type Churn struct {
	records *db.DB
	columns *columns.Store
	jobs    *job.Registry
	scored  func() // asks for scores to take the new risks over

	training sync.Mutex
	current  atomic.Pointer[Learned] // nil until the first training or load
}

// New gives a Churn over records and columns; scored is called after the risks have changed.
func New(records *db.DB, store *columns.Store, scored func()) *Churn {
	return &Churn{records: records, columns: store, scored: scored}
}

// trainJob learns anew; Asked tells one wish from another.
type trainJob struct {
	Asked int64 `json:"asked"`
}

// Kind implements job.Args.
func (trainJob) Kind() string { return "churn.train" }

type scoreJob struct{}

// Kind implements job.Args.
func (scoreJob) Kind() string { return "churn.score" }

// RegisterJobs adds the learning, weekly and whenever it is asked for, and the telling of every day.
func (c *Churn) RegisterJobs(r *job.Registry) {
	c.jobs = r
	job.Register(r, job.Kind[trainJob]{Run: func(ctx context.Context, _ trainJob) error { return c.Train(guard.System(ctx)) }, Timeout: 30 * time.Minute, MaxAttempts: 2, Unique: true})
	job.Register(r, job.Kind[scoreJob]{Run: func(ctx context.Context, _ scoreJob) error { return c.tellWhenDue(guard.System(ctx)) }, Timeout: 30 * time.Minute, Every: time.Hour})
}

// Register adds the operations.
func (c *Churn) Register(a *api.API) {
	c.registerModel(a)
	c.registerCustomer(a)
	c.registerPatterns(a)
}

// Learned gives what is known of who leaves; nil before the first training.
func (c *Churn) Learned(ctx context.Context) (*Learned, error) {
	if l := c.current.Load(); l != nil {
		return l, nil
	}
	var l Learned
	if kept, err := db.Setting(ctx, c.records.Read(), modelKey, &l); err != nil || !kept {
		return nil, err
	}
	l.settle()
	c.current.CompareAndSwap(nil, &l)
	return c.current.Load(), nil
}
