// Package feed carries record changes into columns: one ordered stream, each entry applied exactly once. The position
// it has reached commits in the same transaction as the rows it wrote, so that a crash at any point neither loses nor
// doubles; and it copies the current state of the rows an entry names, so that applying an entry again is harmless.
//
// On PostgreSQL ids become visible out of order, so the stream is ordered by (transaction, id) and never passes a
// transaction that is not older than every running one.
package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
)

// Projection copies the current state of the named rows of one subject into columns; a row that is gone is deleted
// there. It must be idempotent. The subject is the name of the record table whose ids it is given.
type Projection interface {
	Subject() string
	Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error
	// Empty deletes everything this projection has ever written.
	Empty(ctx context.Context, to *columns.Tx) error
}

// Watcher follows each batch after the projections, in the same transaction. changed holds ids by subject.
type Watcher interface {
	Changed(ctx context.Context, to *columns.Tx, changed map[string][]int64) error
}

// Position is a place in the stream.
type Position struct{ Tx, ID int64 }

func (p Position) before(q Position) bool { return p.Tx < q.Tx || p.Tx == q.Tx && p.ID < q.ID }

// rebuilding marks columns whose rebuild has not finished.
const rebuilding = -2

// Feed moves the stream. One runs per columnar store.
type Feed struct {
	records     *db.DB
	columns     *columns.Store
	projections []Projection
	watchers    []Watcher

	stepping sync.Mutex // one step or rebuild at a time
	state    sync.Mutex
	reached  Position
	fresh    time.Time
	moved    chan struct{} // closed and replaced after each step
	wanted   chan struct{} // holds a token when somebody waits for the next step
}

// New gives a feed; projections run in the given order within a batch.
func New(records *db.DB, store *columns.Store, projections []Projection, watchers []Watcher) *Feed {
	return &Feed{records: records, columns: store, projections: projections, watchers: watchers,
		reached: Position{Tx: -1}, moved: make(chan struct{}), wanted: make(chan struct{}, 1)}
}

const (
	idle       = 100 * time.Millisecond
	stepIDs    = 20000
	stepRows   = 1024
	longest    = 400 * time.Millisecond // that single changes are gathered for one step while there are many
	keepBehind = 7 * 24 * time.Hour
)

// Run moves the stream until ctx ends. Failures are logged and tried again with growing pauses.
func (f *Feed) Run(ctx context.Context) {
	pause := idle
	var pruned time.Time
	for ctx.Err() == nil {
		began := time.Now() //nolint:forbidigo // how long a step takes, whatever the product's clock says
		applied, err := f.step(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			slog.Error("the feed could not move on", "error", err, "retry_in", pause)
			pause = min(2*pause, 30*time.Second)
		case applied >= stepIDs/4:
			pause = idle
			continue
		case applied > 0: // a step costs much the same for one change as for a hundred, so it lets a few come together
			pause = min(5*time.Since(began), longest) //nolint:forbidigo // as above
		default:
			pause = idle
		}
		if now := clock.Now(ctx); now.Sub(pruned) > time.Hour && err == nil {
			if err := f.prune(ctx, now); err != nil {
				slog.Warn("old feed entries could not be deleted", "error", err)
			}
			pruned = now
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		case <-f.wanted:
		}
	}
}

// Drain moves the stream until nothing is left that may be passed.
func (f *Feed) Drain(ctx context.Context) error {
	for {
		if applied, err := f.step(ctx); err != nil || applied == 0 {
			return err
		}
	}
}

type entry struct {
	Tx      int64  `bun:"txid"`
	ID      int64  `bun:"id"`
	Subject string `bun:"subject"`
	IDs     string `bun:"ids"`
}

// step applies one batch and says how many rows it named.
func (f *Feed) step(ctx context.Context) (applied int, err error) {
	f.stepping.Lock()
	defer f.stepping.Unlock()
	position, err := f.Position(ctx)
	if err != nil {
		return 0, err
	}
	if lost, err := f.outrun(ctx, position); err != nil {
		return 0, err
	} else if lost {
		return stepIDs, f.rebuild(ctx)
	}
	horizon, err := f.horizon(ctx)
	if err != nil {
		return 0, err
	}
	now := clock.Now(ctx)
	var entries []entry
	if err := f.records.Read().NewRaw(`
select txid, id, subject, ids
from feed_entries
where (txid, id) > (?, ?) and txid < ?
order by txid, id
limit ?`, position.Tx, position.ID, horizon, stepRows).Scan(ctx, &entries); err != nil {
		return 0, fmt.Errorf("read the feed: %w", err)
	}
	if len(entries) == 0 {
		f.note(position, now)
		return 0, nil
	}
	changed := map[string][]int64{}
	for i, e := range entries {
		var ids []int64
		if err := json.Unmarshal([]byte(e.IDs), &ids); err != nil {
			return 0, fmt.Errorf("feed entry %d: %w", e.ID, err)
		}
		changed[e.Subject] = append(changed[e.Subject], ids...)
		position = Position{e.Tx, e.ID}
		if applied += len(ids); applied >= stepIDs {
			entries = entries[:i+1]
			break
		}
	}
	for subject, ids := range changed {
		changed[subject] = unique(ids)
	}
	if err := f.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
		if err := f.apply(ctx, to, changed); err != nil {
			return err
		}
		for _, w := range f.watchers {
			if err := w.Changed(ctx, to, changed); err != nil {
				return err
			}
		}
		return writePosition(ctx, to, position, clock.Millis(ctx))
	}); err != nil {
		return 0, err
	}
	f.note(position, time.Time{})
	return max(applied, 1), nil
}

func (f *Feed) apply(ctx context.Context, to *columns.Tx, changed map[string][]int64) error {
	for _, p := range f.projections {
		if ids := changed[p.Subject()]; len(ids) > 0 {
			if err := p.Project(ctx, f.records.Read(), to, ids); err != nil {
				return fmt.Errorf("project %s: %w", p.Subject(), err)
			}
		}
	}
	return nil
}

// horizon gives the transaction that must not be passed.
func (f *Feed) horizon(ctx context.Context) (tx int64, err error) {
	if f.records.Engine() == db.SQLite {
		return math.MaxInt64, nil // one writer: ids are in the order of commits
	}
	err = f.records.Read().NewRaw("select change_horizon()").Scan(ctx, &tx)
	return tx, err
}

// Position reads the place reached from columns.
func (f *Feed) Position(ctx context.Context) (p Position, err error) {
	err = f.columns.QueryRow(ctx, "select txid, id from feed_position").Scan(&p.Tx, &p.ID)
	return p, err
}

func writePosition(ctx context.Context, to *columns.Tx, p Position, now int64) error {
	return to.Exec(ctx, "update feed_position set txid = ?, id = ?, moved_at = ?", p.Tx, p.ID, now)
}

func (f *Feed) head(ctx context.Context) (p Position, err error) {
	var heads []entry
	err = f.records.Read().NewRaw("select txid, id from feed_entries order by txid desc, id desc limit 1").Scan(ctx, &heads)
	if err == nil && len(heads) == 1 {
		p = Position{heads[0].Tx, heads[0].ID}
	} else {
		p = Position{Tx: -1}
	}
	return p, err
}

func (f *Feed) note(p Position, fresh time.Time) {
	f.state.Lock()
	defer f.state.Unlock()
	f.reached = p
	if !fresh.IsZero() {
		f.fresh = fresh
	}
	close(f.moved)
	f.moved = make(chan struct{})
}

// Freshness gives the last instant at which columns held everything that records held.
func (f *Feed) Freshness() time.Time {
	f.state.Lock()
	defer f.state.Unlock()
	return f.fresh
}

// WaitFor waits until everything committed so far is in columns, at most d, so that people read what they wrote.
func (f *Feed) WaitFor(ctx context.Context, d time.Duration) {
	head, err := f.head(ctx)
	if err != nil {
		return
	}
	deadline := time.NewTimer(d)
	defer deadline.Stop()
	for {
		f.state.Lock()
		reached, moved := f.reached, f.moved
		f.state.Unlock()
		if !reached.before(head) {
			return
		}
		select {
		case f.wanted <- struct{}{}:
		default:
		}
		select {
		case <-moved:
		case <-deadline.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func unique(ids []int64) []int64 {
	seen := make(map[int64]struct{}, len(ids))
	kept := ids[:0]
	for _, id := range ids {
		if _, again := seen[id]; !again {
			seen[id] = struct{}{}
			kept = append(kept, id)
		}
	}
	return kept
}

var errEmptySubject = errors.New("a projection without a subject")
