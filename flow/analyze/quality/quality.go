package quality

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"guanxi/base/api"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/feed"
	"guanxi/base/job"
	"guanxi/flow/analyze"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// Quality keeps judgements of all records at hand: it follows every change of a customer, and searches all of them when
// asked or scheduled.
type Quality struct {
	records   *db.DB
	columns   *columns.Store
	customers *customer.Store
	segments  Conditions
	touched   *analyze.Touched
	jobs      *job.Registry

	inStep func(context.Context)

	mu        sync.Mutex
	pending   map[int64]struct{}
	everybody bool
	due       chan struct{}
	settling  sync.Mutex
	searching atomic.Bool
}

// Conditions tell whom a condition holds for, of those of ids or of everybody for nil. Faults: invalid.
type Conditions interface {
	Holding(ctx context.Context, condition string, ids []int64) ([]int64, error)
}

// New gives a Quality over records and columns; it repairs through customers.
func New(records *db.DB, store *columns.Store, customers *customer.Store, segments Conditions, touched *analyze.Touched) *Quality {
	return &Quality{records: records, columns: store, customers: customers, segments: segments, touched: touched,
		inStep: func(context.Context) {}, pending: map[int64]struct{}{}, due: make(chan struct{}, 1)}
}

// Waiting has readers wait, as wait does, until columns hold what was changed before: whom to judge anew is known by then.
func (q *Quality) Waiting(wait func(context.Context)) { q.inStep = wait }

// Register adds the operations.
func (q *Quality) Register(a *api.API) {
	q.registerScore(a)
	q.registerFindings(a)
	q.registerRules(a)
	q.registerRuns(a)
	q.registerFixes(a)
	q.registerFigures(a)
}

// RegisterJobs adds the search and the repairs, which run as jobs.
func (q *Quality) RegisterJobs(r *job.Registry) {
	q.jobs = r
	job.Register(r, job.Kind[runJob]{Run: func(ctx context.Context, j runJob) error { return q.run(guard.System(ctx), j.ID) }, Timeout: time.Hour, MaxAttempts: 2})
	job.Register(r, job.Kind[scheduleJob]{Run: func(ctx context.Context, _ scheduleJob) error { return q.runWhenDue(guard.System(ctx)) }, Every: 5 * time.Minute})
	job.Register(r, job.Kind[fixJob]{Run: func(ctx context.Context, j fixJob) error { return q.runFix(guard.System(ctx), j.ID) }, Timeout: 6 * time.Hour, Unique: true})
}

type watcher struct{ *Quality }

// Watcher gives what follows the feed. It must stand before the segments, which empty what was touched.
func (q *Quality) Watcher() feed.Watcher { return watcher{q} }

// Changed implements feed.Watcher: whom the batch has touched is judged anew once it is in place. Whose score has changed is
// handed on to the segments, and not judged again for that.
func (w watcher) Changed(_ context.Context, to *columns.Tx, changed map[string][]int64) error {
	ids, everybody := w.touched.Peek()
	if len(ids) > 0 || everybody {
		to.After(func() { w.want(ids, everybody) })
	}
	w.touched.Touch(changed[scoresSubject]...)
	return nil
}

// scoresSubject is what the feed calls changes of scores.
const scoresSubject = "quality_scores"

// follow tells the feed whose scores have changed, where a live segment asks for the score: it takes them in or lets them go
// at once. One that a crash keeps from being told is found by the daily sweep.
func (q *Quality) follow(ctx context.Context, changed []int64) error {
	if len(changed) == 0 {
		return nil
	}
	var asking int
	if err := q.records.Read().NewRaw("select count(*) from segments where deleted_at is null and condition like '%quality.score%'").Scan(ctx, &asking); err != nil || asking == 0 {
		return err
	}
	return q.records.Write(ctx, func(_ context.Context, tx *db.Tx) error {
		tx.Feed(scoresSubject, changed...)
		return nil
	})
}

func (q *Quality) want(ids []int64, everybody bool) {
	q.mu.Lock()
	q.everybody = q.everybody || everybody
	for _, id := range ids {
		q.pending[id] = struct{}{}
	}
	q.mu.Unlock()
	select {
	case q.due <- struct{}{}:
	default:
	}
}

func (q *Quality) take() (ids []int64, everybody bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id := range q.pending {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	everybody = q.everybody
	q.pending, q.everybody = map[int64]struct{}{}, false
	return ids, everybody
}

// Run judges whoever has changed, until ctx ends.
func (q *Quality) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.due:
		}
		if err := q.Settle(ctx); err != nil && ctx.Err() == nil {
			slog.Error("quality could not follow a change", "error", err)
		}
	}
}

// Settle judges whoever has changed since the last time. Before the first search nobody is judged: there is nothing yet
// to measure by.
func (q *Quality) Settle(ctx context.Context) error {
	q.settling.Lock()
	defer q.settling.Unlock()
	ids, everybody := q.take()
	if len(ids) == 0 && !everybody {
		return nil
	}
	ctx = guard.System(ctx)
	last, err := q.lastRun(ctx)
	if err != nil || last == nil {
		return err
	}
	e, err := q.examiner(ctx, last)
	if err != nil {
		return err
	}
	if everybody {
		return q.judgeAll(ctx, e, func(float64) error { return nil })
	}
	for some := range slices.Chunk(ids, 2000) {
		if err := q.judge(ctx, e, among(some), "customer_id in (select unnest(?::bigint[]))", some, some); err != nil {
			return err
		}
	}
	return nil
}

// await lets a reader see what was changed before: it settles what waits, if that is not much.
func (q *Quality) await(ctx context.Context) {
	q.inStep(ctx)
	q.mu.Lock()
	waiting, everybody := len(q.pending), q.everybody
	q.mu.Unlock()
	if everybody || waiting > 5000 || q.searching.Load() { // a search takes a minute of a million; what changed meanwhile follows it
		return
	}
	if err := q.Settle(ctx); err != nil && ctx.Err() == nil {
		slog.Warn("quality could not be brought up to date", "error", err)
	}
}

// examiner gives one that measures by what a search has learned.
func (q *Quality) examiner(ctx context.Context, r *runRow) (*examiner, error) {
	rules, err := q.rules(ctx)
	if err != nil {
		return nil, err
	}
	l := newLearned()
	if r != nil {
		if err := json.Unmarshal([]byte(r.Learned), l); err != nil {
			return nil, err
		}
	}
	return newExaminer(ctx, rules, l), nil
}
