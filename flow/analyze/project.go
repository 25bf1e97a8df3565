package analyze

import (
	"context"
	"database/sql"
	"slices"
	"sync"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"guanxi/base/columns"
	"guanxi/base/feed"
)

// Projections gives the copies that analysis reads, in the order the feed must run them: customers before their
// orders. What they touch is noted in touched for whoever follows single customers in the same batch.
func Projections(touched *Touched) []feed.Projection {
	orders := &orderProjection{touched: touched}
	return []feed.Projection{
		&customerProjection{touched: touched, orders: orders},
		orders,
		&activityProjection{touched: touched},
		&visitorProjection{touched: touched},
		&eventProjection{touched: touched},
	}
}

// Touched collects the customers a batch of the feed changed anything about: their record, an order, an activity.
// It holds more than the ids the batch names, because an order may have moved from one customer to another.
type Touched struct {
	mu        sync.Mutex
	customers map[int64]struct{}
	visitors  []int64
	everybody bool
}

// touchVisitors notes visitors whose events went.
func (t *Touched) touchVisitors(ids ...int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.visitors = append(t.visitors, ids...)
}

// TakeVisitors gives the visitors whose events went since the last call: what was made of those is to be made anew.
func (t *Touched) TakeVisitors() []int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	ids := t.visitors
	t.visitors = nil
	return ids
}

// touchedLimit is where re-evaluating single customers costs more than evaluating everybody.
const touchedLimit = 200_000

// Touch notes customers about whom something changed that no projection of this package brings, such as their events.
func (t *Touched) Touch(ids ...int64) { t.add(ids...) }

func (t *Touched) add(ids ...int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.everybody {
		return
	}
	if t.customers == nil {
		t.customers = make(map[int64]struct{}, len(ids))
	}
	for _, id := range ids {
		t.customers[id] = struct{}{}
	}
	if len(t.customers) > touchedLimit {
		t.customers, t.everybody = nil, true
	}
}

func (t *Touched) all() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.customers, t.everybody = nil, true
}

// take gives what was touched since the last take, sorted. A batch that is taken back and applied again touches the
// same customers again, so nothing is lost.
func (t *Touched) take() (ids []int64, everybody bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id := range t.customers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	everybody = t.everybody
	t.customers, t.everybody = nil, false
	return ids, everybody
}

// Peek gives what was touched since the segments last took it in and leaves it there, for a watcher that stands before them.
func (t *Touched) Peek() (ids []int64, everybody bool) { return t.peek() }

// peek gives what was touched since the last take and leaves it there, for whoever follows the batch before the last.
func (t *Touched) peek() (ids []int64, everybody bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id := range t.customers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, t.everybody
}

// rowsOf gives the condition that column is one of the sorted ids; a run without gaps, as imports make them, is read
// as a range.
func rowsOf(column string, ids []int64) schema.QueryAppender {
	first, last := ids[0], ids[len(ids)-1]
	if int(last-first) == len(ids)-1 {
		return between(column, first, last)
	}
	return bun.SafeQuery("(? in (?))", bun.Ident(column), bun.List(ids))
}

func between(column string, first, last int64) schema.QueryAppender {
	return bun.SafeQuery("(? between ? and ?)", bun.Ident(column), first, last)
}

// sortedIDs gives ids in order, each once, without touching the caller's slice.
func sortedIDs(ids []int64) []int64 {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// isNew says that no row of table can hold any of the sorted ids yet, which spares looking for them.
func isNew(ctx context.Context, to *columns.Tx, table string, ids []int64) (bool, error) {
	var top sql.NullInt64
	if err := to.QueryRow(ctx, "select max(id) from "+table).Scan(&top); err != nil {
		return false, err
	}
	return !top.Valid || ids[0] > top.Int64, nil
}

func distinctCustomers(ctx context.Context, to *columns.Tx, query string, args ...any) (ids []int64, err error) {
	rows, err := to.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// nullText gives nil for the empty text, which is how columns say that a value is not known.
func nullText(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func nullable[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}
