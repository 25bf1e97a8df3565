package track

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/segmentio/encoding/json"
	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/workspace"
)

// One change of the resolver takes so much at most: SQLite has one writer, and others wait for it.
const (
	stepBatches = 200
	stepEvents  = 2000
	mostTries   = 3 // of a request before it waits for the next start
)

// batchRow is one request that waits.
type batchRow struct {
	ID         int64  `bun:"id"`
	SourceID   int64  `bun:"source_id"`
	Kind       string `bun:"kind"`
	Agent      string `bun:"agent"`
	Body       []byte `bun:"body"`
	Events     int64  `bun:"events"`
	ReceivedAt int64  `bun:"received_at"`

	source   *Source
	messages []message
}

// Run resolves what comes in until ctx ends. It may run beside those of other nodes.
func (t *Tracking) Run(ctx context.Context) {
	pause := time.Second
	for ctx.Err() == nil {
		n, err := t.step(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("events could not be resolved", "error", err, "retry_in", pause)
		}
		if _, err := t.forgetEvents(ctx); err != nil && ctx.Err() == nil {
			slog.Error("events of an erased person could not be taken out of records; it is tried again", "error", err)
		}
		if err := t.Settle(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("events that were refused or are not as agreed could not be counted", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-t.arrived:
			if err == nil {
				continue
			}
			<-time.After(pause)
		case <-time.After(pause): // what another node took in, or this one before it was last stopped
		}
	}
}

// Drain resolves everything that has come in.
func (t *Tracking) Drain(ctx context.Context) error {
	for {
		n, err := t.step(ctx)
		if err != nil {
			return err
		}
		more, err := t.forgetEvents(ctx)
		if err != nil || n == 0 && !more {
			return err
		}
	}
}

// step resolves some of what has come in, in the order it came, and says how many requests.
func (t *Tracking) step(ctx context.Context) (int, error) {
	batches, err := t.waiting(ctx)
	if err != nil || len(batches) == 0 {
		return 0, err
	}
	done, err := t.resolve(ctx, batches)
	if err != nil && len(batches) > 1 { // one alone tells which of them it is
		for _, b := range batches {
			n, err := t.resolve(ctx, []*batchRow{b})
			if err != nil {
				t.stuck[b.ID]++
				slog.Error("a request with events could not be resolved; it stays that waits", "batch", b.ID, "error", err)
			}
			done += n
		}
		err = nil
	}
	return done, err
}

// waiting reads the next requests. One that has failed mostTries times waits for the next start.
func (t *Tracking) waiting(ctx context.Context) ([]*batchRow, error) {
	over := []int64{0}
	for id, times := range t.stuck {
		if times >= mostTries {
			over = append(over, id)
		}
	}
	var rows []*batchRow
	if err := t.records.Read().NewRaw("select id, source_id, kind, agent, body, events, received_at from event_batches where state = 'received' and id not in (?) order by id limit ?",
		bun.List(over), stepBatches).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) < stepBatches {
		t.intake.waiting.Store(int64(len(rows)))
	}
	sources, total := map[int64]*Source{}, int64(0)
	for i, b := range rows {
		if total += b.Events; i > 0 && total > stepEvents {
			rows = rows[:i]
			break
		}
		if sources[b.SourceID] == nil {
			s, err := t.Source(ctx, t.records.Read(), b.SourceID)
			if err != nil {
				return nil, err
			}
			sources[b.SourceID] = s
		}
		b.source = sources[b.SourceID]
	}
	return slices.DeleteFunc(rows, func(b *batchRow) bool { return !t.readable(b) }), nil
}

// readable reads the messages of a request. One that cannot be read any more, of a damaged page for instance, is left where
// it is and holds up none of the others.
func (t *Tracking) readable(b *batchRow) bool {
	body, err := unpack(b.Body)
	if err == nil {
		var given *request
		if given, err = read(body, b.Kind, b.ReceivedAt); err == nil {
			b.messages = given.messages
			return true
		}
	}
	t.stuck[b.ID] = mostTries
	slog.Error("a request with events cannot be read; it stays that waits", "batch", b.ID, "error", err)
	return false
}

// resolve says of each event of the requests whose it is, and leaves its record, in one change.
func (t *Tracking) resolve(ctx context.Context, batches []*batchRow) (done int, err error) {
	err = t.records.WriteMany(ctx, func(ctx context.Context, tx *db.Tx) error {
		done = 0
		open, err := t.claim(ctx, tx, batches)
		if err != nil || len(open) == 0 {
			return err
		}
		seen := newSeen(t, tx)
		if err := seen.load(ctx, open); err != nil {
			return err
		}
		var all packs
		for _, b := range open {
			events, err := seen.events(ctx, b)
			if err != nil {
				return err
			}
			all.add(b, events)
		}
		if err := all.store(ctx, tx); err != nil {
			return err
		}
		done = len(open)
		return seen.store(ctx)
	})
	if err != nil {
		return 0, err
	}
	t.intake.waiting.Add(-int64(done))
	return done, nil
}

// resolverLock is held in PostgreSQL by who says whose events are.
const resolverLock = "hashtextextended('guanxi event resolver', 0)"

// claim gives those of the requests that nobody has resolved meanwhile. Only one node resolves at a time.
func (t *Tracking) claim(ctx context.Context, tx *db.Tx, batches []*batchRow) (open []*batchRow, err error) {
	if tx.Engine() == db.Postgres {
		var free []bool
		if err := tx.Ask(ctx, &free, "select pg_try_advisory_xact_lock("+resolverLock+")"); err != nil || !free[0] {
			return nil, err
		}
	}
	ids := make([]int64, len(batches))
	for i, b := range batches {
		ids[i] = b.ID
	}
	var still []int64
	if err := tx.NewRaw("select id from event_batches where id in (?) and state = 'received'", bun.List(ids)).Scan(ctx, &still); err != nil {
		return nil, err
	}
	left := map[int64]bool{}
	for _, id := range still {
		left[id] = true
	}
	for _, b := range batches {
		if left[b.ID] {
			open = append(open, b)
		}
	}
	return open, nil
}

// events says of a request's messages whose they are.
func (s *seen) events(ctx context.Context, b *batchRow) (events []Event, err error) {
	currency := workspace.Of(ctx).Currency
	events = make([]Event, 0, len(b.messages))
	for i := range b.messages {
		m := &b.messages[i]
		e := m.event(b.Agent, currency)
		if e.Visitor, e.Key, err = s.whose(ctx, b.source, m); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// Events gives the events of a resolved batch of records.
func Events(body []byte) ([]Event, error) {
	text, err := unpack(body)
	if err != nil {
		return nil, err
	}
	var events []Event
	err = json.Unmarshal(text, &events)
	return events, err
}
