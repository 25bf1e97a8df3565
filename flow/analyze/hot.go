package analyze

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"guanxi/base/columns"
	"guanxi/base/feed"
)

// Hot keeps the columns of customers that people ask of all day packed in memory, one slice for each field and a row
// for each customer, as columns had them at their last change: counts, lists and pages need none of the milliseconds
// that the engine takes to plan and to scan, which a person who types a condition waits for. What is not hot, not yet or
// not at all, is asked of the engine; both give the same answer.
type Hot struct {
	columns *columns.Store
	due     chan struct{} // holds a token when the rows have to be read anew

	mu      sync.RWMutex
	rows    *hotRows // nil while there is nothing to rely on
	stale   uint64   // counts what made all rows unreliable
	loading bool
	missed  []int64           // whose row has changed while the rows were being read
	wanted  map[string]*Field // what to keep, by its SQL: age and birthday are one
}

// hotFields are kept from the start: what pages and lists show of every customer, and what conditions ask most.
var hotFields = []string{
	"gender", "province", "city", "lifecycle_stage", "birthday", "tags", "owner", "team", "created_at",
	"orders.count", "orders.total", "orders.first_at", "orders.last_at", "rfm.r", "rfm.f", "rfm.m", "rfm.segment",
	"rhythm.cycle_days", "rhythm.due_day", "rhythm.overdue_days", "value.predicted", "value.to_date", "value.alive_probability",
}

// recencyField is the recency that scores were reckoned with. Conditions do not know it: theirs moves with the day.
var recencyField = &Field{Name: "rfm.scored_recency", Type: TypeNumber, expr: "greatest(s.as_of - c.orders_last_day, 0)", scores: true}

// NewHot gives hot columns of a store; they are read once Run runs.
func NewHot(store *columns.Store) *Hot {
	h := &Hot{columns: store, due: make(chan struct{}, 1), wanted: map[string]*Field{recencyField.expr: recencyField, listField.expr: listField}}
	for _, name := range hotFields {
		f := customerFields[name]
		h.wanted[f.expr] = f
	}
	return h
}

// hotRows are the rows: row i is the customer ids[i]. The first sorted rows are in the order of ids, those that came
// later are found through late. A customer who is gone is no longer live.
type hotRows struct {
	ids    []int64
	sorted int
	late   map[int64]int
	live   mask
	fields map[string]hotColumn // by their SQL
}

// of gives the column of a field, nil when it is not hot.
func (r *hotRows) of(f *Field) hotColumn { return r.fields[f.expr] }

// named gives the column of one of the fields that always are.
func named[C hotColumn](r *hotRows, name string) C { return r.fields[customerFields[name].expr].(C) }

func (r *hotRows) find(id int64) (row int, known bool) {
	if row, known = slices.BinarySearch(r.ids[:r.sorted], id); known {
		return row, true
	}
	row, known = r.late[id]
	return row, known
}

// add appends a row of a customer who is there, with nothing in it yet.
func (r *hotRows) add(id int64) int {
	row := len(r.ids)
	r.ids = append(r.ids, id)
	if row%64 == 0 {
		r.live = append(r.live, 0)
	}
	r.live.set(row)
	if r.late != nil {
		r.late[id] = row
	}
	for _, c := range r.fields {
		c.grow()
	}
	return row
}

// read gives the rows as long as they hold the fields, and a function to call when done with them. The fields that
// are missing will be there some time later.
func (h *Hot) read(fields ...*Field) (*hotRows, func(), bool) {
	h.mu.RLock()
	if h.rows != nil && !slices.ContainsFunc(fields, func(f *Field) bool { c := h.rows.of(f); return c == nil || c.tooVaried() }) {
		return h.rows, h.mu.RUnlock, true
	}
	h.mu.RUnlock()
	h.want(fields)
	return nil, nil, false
}

func (h *Hot) want(fields []*Field) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range fields {
		if !f.cold && h.wanted[f.expr] == nil {
			h.wanted[f.expr] = f
			h.dueNow()
		}
	}
}

func (h *Hot) dueNow() {
	select {
	case h.due <- struct{}{}:
	default:
	}
}

// forget gives up all rows until they have been read anew.
func (h *Hot) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rows = nil
	h.stale++
	h.dueNow()
}

type hotWatcher struct {
	hot     *Hot
	touched *Touched
}

// Watcher gives what follows the feed. It must stand after the scores, whose changes it takes in, and before the
// segments, which empty touched.
func (h *Hot) Watcher(touched *Touched) feed.Watcher { return hotWatcher{h, touched} }

// Changed implements feed.Watcher.
func (w hotWatcher) Changed(ctx context.Context, to *columns.Tx, _ map[string][]int64) error {
	ids, everybody := w.touched.peek()
	ctx = context.WithoutCancel(ctx)
	to.After(func() {
		if everybody || len(ids) > refreshLimit {
			w.hot.forget()
			return
		}
		if err := w.hot.renew(ctx, ids); err != nil {
			slog.Warn("hot columns could not follow a change", "error", err)
			w.hot.forget()
		}
	})
	return nil
}

// renew reads the rows of ids again. Nobody has to wait while the engine is asked.
func (h *Hot) renew(ctx context.Context, ids []int64) error {
	h.mu.Lock()
	if h.loading {
		h.missed = append(h.missed, ids...)
	}
	rows := h.rows
	h.mu.Unlock()
	if rows == nil || len(ids) == 0 {
		return nil
	}
	fresh, err := rows.ask(ctx, h.columns, ids)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rows == rows { // otherwise they have been read anew meanwhile, with these changes
		rows.take(fresh, ids)
	}
	return nil
}

// ask reads the rows of ids by themselves.
func (r *hotRows) ask(ctx context.Context, from columnReader, ids []int64) (*hotRows, error) {
	some := &hotRows{fields: make(map[string]hotColumn, len(r.fields)), late: make(map[int64]int, len(ids))}
	for expr, c := range r.fields {
		some.fields[expr] = c.empty()
	}
	err := some.fill(ctx, from, "{id} in (select unnest(?::bigint[]))", ids)
	return some, err
}

// take puts what fresh says of ids in the place of what was known; an id it has no row of is gone.
func (r *hotRows) take(fresh *hotRows, ids []int64) {
	for _, id := range ids {
		row, known := r.find(id)
		at, there := fresh.late[id]
		switch {
		case !there && known:
			r.live.clear(row)
			continue
		case !there:
			continue
		case !known:
			row = r.add(id)
		}
		r.live.set(row)
		for expr, c := range r.fields {
			c.take(fresh.fields[expr], at, row)
		}
	}
}

// fill adds the rows of customers it does not hold yet, in the order of ids; which says of whom, by {id}.
func (r *hotRows) fill(ctx context.Context, from columnReader, which string, args ...any) error {
	var id int64
	exprs, dests, inOrder := []string{"c.id"}, []any{&id}, make([]hotColumn, 0, len(r.fields))
	for _, c := range r.fields {
		exprs, dests, inOrder = append(exprs, c.expr()), append(dests, c.dest()), append(inOrder, c)
	}
	of := func(column string) string { return strings.ReplaceAll(which, "{id}", column) }
	rows, err := from.Query(ctx, "select "+strings.Join(exprs, ", ")+`
from customers c
left join (select * from customer_scores where `+of("customer_id")+`) s on s.customer_id = c.id
where `+of("c.id")+`
order by c.id`, slices.Concat(args, args)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(dests...); err != nil {
			return err
		}
		row := r.add(id)
		for _, c := range inOrder {
			c.put(row)
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// load reads all rows. What changes meanwhile is read again at its end; what makes all of it unreliable makes it begin
// again later.
func (h *Hot) load(ctx context.Context) error {
	h.mu.Lock()
	rows := &hotRows{fields: map[string]hotColumn{}}
	for expr, f := range h.wanted {
		rows.fields[expr] = newHotColumn(f)
	}
	stale := h.stale
	h.loading, h.missed = true, nil
	h.mu.Unlock()

	err := rows.readAll(ctx, h.columns)

	h.mu.Lock()
	defer h.mu.Unlock()
	h.loading = false
	if err != nil || stale != h.stale {
		return err
	}
	if len(h.missed) > 0 {
		ids := sortedIDs(h.missed)
		fresh, err := rows.ask(ctx, h.columns, ids)
		if err != nil {
			return err
		}
		rows.take(fresh, ids)
	}
	h.rows = rows
	return nil
}

// atATime bounds the rows of one query, and so the memory that the engine takes to answer it.
const atATime = 50_000

// readAll appends every row in the order of ids.
func (r *hotRows) readAll(ctx context.Context, from columnReader) error {
	var n int
	if err := from.QueryRow(ctx, "select count(*) from customers").Scan(&n); err != nil {
		return err
	}
	r.ids, r.live = make([]int64, 0, n), make(mask, 0, n/64+1)
	for _, c := range r.fields {
		c.reserve(n)
	}
	for end := int64(math.MinInt64); ; {
		var next sql.NullInt64
		if err := from.QueryRow(ctx, "select min(id) from customers where id >= ?", end).Scan(&next); err != nil {
			return err
		}
		if !next.Valid {
			break
		}
		end = next.Int64 + atATime
		if err := r.fill(ctx, from, "{id} >= ? and {id} < ?", next.Int64, end); err != nil {
			return err
		}
	}
	r.sorted, r.late = len(r.ids), map[int64]int{}
	return nil
}

// Run reads the rows at the start and whenever they have become unreliable, once that has settled, until ctx ends.
func (h *Hot) Run(ctx context.Context) {
	h.dueNow()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.due:
		}
		awaitQuiet(ctx, h.due, settle/4)
		if err := h.load(ctx); err != nil && ctx.Err() == nil {
			slog.Error("hot columns could not be read", "error", err)
		}
		debug.FreeOSMemory() // what reading took, and the rows before these
	}
}
