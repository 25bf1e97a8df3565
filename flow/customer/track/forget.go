package track

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// heldEvent is what a person is told of one event of hers.
type heldEvent struct {
	At         time.Time       `json:"at"`
	Source     string          `json:"source"`
	Event      string          `json:"event"`
	Host       string          `json:"host,omitempty"`
	Path       string          `json:"path,omitempty"`
	Title      string          `json:"title,omitempty"`
	Referrer   string          `json:"referrer,omitempty"`
	Device     string          `json:"device,omitempty"`
	Properties json.RawMessage `json:"properties,omitempty"`
}

// mostHeld bounds the events a person is handed; they are the latest.
const mostHeld = 100_000

// Held implements customer.Holder.
func (t *Tracking) Held(ctx context.Context, ids []int64) (any, error) {
	held := []heldEvent{}
	if t.columns == nil {
		return held, nil
	}
	var names []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	if err := t.records.Read().NewRaw("select id, name from sources").Scan(ctx, &names); err != nil {
		return nil, err
	}
	named := map[int64]string{}
	for _, n := range names {
		named[n.ID] = n.Name
	}
	rows, err := t.columns.Query(ctx, `
select ts, source_id, event, coalesce(host, ''), coalesce(path, ''), coalesce(title, ''), coalesce(referrer_host, ''), coalesce(device, ''), coalesce(properties::varchar, '')
from events
where customer_id in (select unnest(?::bigint[]))
order by ts desc, batch_id desc, position desc
limit ?`, ids, mostHeld)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e heldEvent
		var at, source int64
		var properties string
		if err := rows.Scan(&at, &source, &e.Event, &e.Host, &e.Path, &e.Title, &e.Referrer, &e.Device, &properties); err != nil {
			return nil, err
		}
		e.At, e.Source, e.Properties = time.UnixMilli(at).UTC(), named[source], json.RawMessage(properties)
		held = append(held, e)
	}
	return held, rows.Err()
}

// Forget implements customer.Holder. The visitors go with the customer, and with them her events from columns, at the feed's
// next step. Records of events name nobody; what was hers is taken out of them right after, see forgetEvents.
func (*Tracking) Forget(ctx context.Context, tx *db.Tx, ids []int64) error {
	var visitors []struct {
		ID    int64 `bun:"id"`
		First int64 `bun:"first_seen_at"`
	}
	if err := tx.NewRaw("select id, first_seen_at from visitors where customer_id in (?)", bun.List(ids)).Scan(ctx, &visitors); err != nil || len(visitors) == 0 {
		return err
	}
	first, hers := visitors[0].First, make([]int64, len(visitors))
	for i, v := range visitors {
		first, hers[i] = min(first, v.First), v.ID
	}
	list, err := json.Marshal(hers)
	if err != nil {
		return err
	}
	id, err := tx.NextID(ctx, "event_erasures")
	if err != nil {
		return err
	}
	_, err = tx.Do(ctx, "insert into event_erasures (id, visitors, first_at, created_at) values (?, ?, ?, ?)", id, string(list), first, clock.Millis(ctx))
	return err
}

// forgetEvents takes the events of erased visitors out of records, and says whether there was anything to do. Killed, it
// begins again.
func (t *Tracking) forgetEvents(ctx context.Context) (bool, error) {
	var rows []struct {
		ID       int64  `bun:"id"`
		Visitors string `bun:"visitors"`
		First    int64  `bun:"first_at"`
	}
	if err := t.records.Read().NewRaw("select id, visitors, first_at from event_erasures order by id limit 50").Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return false, err
	}
	gone, first, done := map[int64]bool{}, rows[0].First, make([]int64, len(rows))
	for i, r := range rows {
		var ids []int64
		if err := json.Unmarshal([]byte(r.Visitors), &ids); err != nil {
			return false, err
		}
		for _, id := range ids {
			gone[id] = true
		}
		first, done[i] = min(first, r.First), r.ID
	}
	theirs := func(e Event) bool { return gone[e.Visitor] || gone[e.Key] }
	if err := t.rewrite(ctx, "received_at >= ?", first, mentions(gone), theirs); err != nil {
		return false, err
	}
	return true, t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// an example of what broke an agreement might be hers
		for _, text := range []string{"update event_violations set examples = '[]' where examples <> '[]'", "update findings set value = '' where subject_type = 'source'"} {
			if _, err := tx.Do(ctx, text); err != nil {
				return err
			}
		}
		_, err := tx.NewRaw("delete from event_erasures where id in (?)", bun.List(done)).Exec(ctx)
		return err
	})
}

// mentions looks whether a body names one of the visitors, without taking it apart.
func mentions(visitors map[int64]bool) func(body []byte) bool {
	var names [][]byte
	for id := range visitors {
		names = append(names, strconv.AppendInt([]byte(`"v":`), id, 10), strconv.AppendInt([]byte(`"u":`), id, 10))
	}
	return func(body []byte) bool {
		return slices.ContainsFunc(names, func(name []byte) bool { return bytes.Contains(body, name) })
	}
}

// rewrite takes events out of the resolved batches that meet a condition, as many at a time as leave room for others, and
// has columns follow.
func (t *Tracking) rewrite(ctx context.Context, where string, arg int64, may func(body []byte) bool, out func(Event) bool) error {
	for after := int64(0); ; {
		var some []batchRow
		if err := t.records.Read().NewRaw("select id, body from event_batches where id > ? and state = 'resolved' and ? order by id limit 200", after, bun.SafeQuery(where, arg)).Scan(ctx, &some); err != nil {
			return err
		}
		if len(some) == 0 {
			return nil
		}
		for _, b := range some {
			after = b.ID
			body, err := unpack(b.Body)
			if err != nil {
				return err
			}
			if !may(body) {
				continue
			}
			if err := t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return takeOut(ctx, tx, b.ID, out) }); err != nil {
				return err
			}
		}
	}
}

// takeOut writes a batch anew without some of its events; one that is empty then goes.
func takeOut(ctx context.Context, tx *db.Tx, id int64, out func(Event) bool) error {
	var rows []batchRow
	if err := tx.Ask(ctx, &rows, "select id, body from event_batches where id = ? and state = 'resolved'", id); err != nil || len(rows) == 0 {
		return err
	}
	events, err := Events(rows[0].Body)
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(events), out)
	if len(left) == len(events) {
		return nil
	}
	tx.Feed("event_batches", id)
	if len(left) == 0 {
		_, err := tx.Do(ctx, "delete from event_batches where id = ?", id)
		return err
	}
	body, err := json.Marshal(left)
	if err != nil {
		return err
	}
	first, last := left[0].At, left[0].At
	for _, e := range left {
		first, last = min(first, e.At), max(last, e.At)
	}
	_, err = tx.Do(ctx, "update event_batches set body = ?, events = ?, first_ts = ?, last_ts = ? where id = ?", pack(body), len(left), first, last, id)
	return err
}
