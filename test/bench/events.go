package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"guanxi/base/columns"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/behaviour"
	"guanxi/test/served"
)

const (
	eventsEach   = 100 // of a customer, over a year
	liveSegments = 1000
)

// shop is the funnel of the events, with how many of a thousand are of each step.
var shop = []struct {
	event string
	kind  string
	share int
}{{"page_viewed", "page", 700}, {"product_viewed", "track", 150}, {"cart_updated", "track", 80}, {"checkout_started", "track", 40}, {"order_paid", "track", 30}}

// fillEvents gives every customer events in columns, in the order of time, as they would have come.
func (b *bench) fillEvents(ctx context.Context, s *stores) error {
	event, kind := "case", "case"
	sum := 0
	for _, step := range shop {
		sum += step.share
		event += fmt.Sprintf(" when hash(i, 1) %% 1000 < %d then '%s'", sum, step.event)
		kind += fmt.Sprintf(" when hash(i, 1) %% 1000 < %d then '%s'", sum, step.kind)
	}
	total := int64(b.customers) * eventsEach
	end := time.Now().Truncate(24 * time.Hour)
	ts := fmt.Sprintf("%d + (i * %d) // %d", end.AddDate(-1, 0, 0).UnixMilli(), end.Sub(end.AddDate(-1, 0, 0)).Milliseconds(), total)
	const turn = 10_000_000
	for from := int64(0); from < total; from += turn {
		err := s.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
			return tx.Exec(ctx, fmt.Sprintf(`
insert into events by name
select i // 2000 as batch_id, (i %% 2000)::integer as position, 1 as source_id, 'm' || i as message_id, ts, make_timestamp_ms(ts + 28800000)::date as day, ts as received_at,
  %s end as kind, %s end as event, 1 + (hash(i, 2) %% %d)::bigint as visitor_id, 1 + (hash(i, 2) %% %d)::bigint as customer_id, false as bot,
  'shop.example.com' as host, '/p/' || (hash(i, 3) %% 500) as path
from (select i, %s as ts from range(%d, %d) r(i))`, kind, event, b.customers, b.customers, ts, from, min(total, from+turn)))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// measureSessions makes the sessions of all events, as after columns were made anew.
func (b *bench) measureSessions(ctx context.Context, s *stores) error {
	ctx = workspace.With(ctx, workspace.Default())
	const work = "sessions of all events (a hundred a customer), made anew"
	if !b.wants(work) {
		return nil
	}
	made := behaviour.New(s.records, s.columns, nil, &analyze.Touched{}).Watcher()
	took, err := once(ctx, func(ctx context.Context) error {
		return s.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error { return made.Changed(ctx, tx, nil) })
	})
	if err != nil {
		return err
	}
	b.add(b.customers, row{work: work, unit: "rows/s", rate: true},
		figure{ours: float64(b.customers) * eventsEach / took * 1000})
	return nil
}

// measureScans reads the columns that the questions below are about, once each.
func (f *floors) measureScans(ctx context.Context) (err error) {
	month := time.Now().AddDate(0, 0, -29).Format(time.DateOnly)
	if f.behaviour, err = best(ctx, 5, func(ctx context.Context) error {
		var n int64
		return f.columns.QueryRow(ctx, `
select count(*)
from (
  select customer_id from events
  where day >= ?::date and event in ('product_viewed', 'checkout_started') and customer_id is not null
  group by customer_id
  having count(*) filter (where event = 'product_viewed') >= 3 and count(*) filter (where event = 'checkout_started') = 0)`, month).Scan(&n)
	}); err != nil {
		return err
	}
	f.steps, err = best(ctx, 3, func(ctx context.Context) error {
		var n, last int64
		return f.columns.QueryRow(ctx, "select count(*) filter (where event = 'checkout_started'), max(ts + coalesce(customer_id, 0)) from events").Scan(&n, &last)
	})
	return err
}

// measureEvents asks about events, sends some, and looks how soon they count, through the real binary.
func (b *bench) measureEvents(ctx context.Context, f *floors) (err error) {
	s, err := served.Start(ctx, served.Options{Binary: b.binary, Dir: b.data(), Role: "admin"})
	if err != nil {
		return err
	}
	defer func() {
		if stopped := s.Stop(); err == nil {
			err = stopped
		}
	}()
	if err := s.Settle(ctx, 10*time.Minute); err != nil { // models of a million customers are fitted after a start
		return err
	}
	for _, step := range []func(context.Context, *served.Server, *floors) error{b.behaviour, b.funnel, b.ingest, b.singles, b.membership} {
		if err := step(ctx, s, f); err != nil {
			return err
		}
	}
	peak, err := s.Memory("VmHWM")
	b.add(b.customers, row{work: "memory, most under the rows about events", unit: "MiB", aim: "2,048 MiB"}, figure{ours: peak})
	return err
}

func did(event, op string, times, days int) map[string]any {
	return map[string]any{"event": event, "measure": "count", "op": op, "value": times, "window": map[string]any{"last_days": days}}
}

func (b *bench) behaviour(ctx context.Context, s *served.Server, f *floors) error {
	const work = "segment of behaviour: three times or more in 30 days, and not another: count, p95"
	if !b.wants(work) {
		return nil
	}
	count, _, err := counted(ctx, s, 20, func(i int) any {
		return map[string]any{"all": []any{did("product_viewed", "gte", 2+i%3, 28+i%4), map[string]any{"not": did("checkout_started", "gte", 1, 28+i%4)}}}
	})
	if err != nil {
		return err
	}
	b.add(b.customers, row{work: work, unit: "ms", floor: "the engine's raw SQL", aim: "200 ms"}, figure{count, f.behaviour})
	return nil
}

func (b *bench) funnel(ctx context.Context, s *served.Server, f *floors) error {
	const work = "funnel of five steps over a year of events"
	if !b.wants(work) {
		return nil
	}
	steps := []any{}
	for _, step := range shop {
		steps = append(steps, map[string]any{"event": step.event})
	}
	today := time.Now()
	ours, err := best(ctx, 2, func(ctx context.Context) error {
		return s.Call(ctx, "POST", "/behaviour/funnel", map[string]any{"steps": steps, "window_days": 7,
			"from": today.AddDate(-1, 0, 1).Format(time.DateOnly), "to": today.Format(time.DateOnly)}, nil)
	})
	b.add(b.customers, row{work: work, unit: "ms", floor: "one scan of three columns", aim: "3 times the scan"}, figure{ours, f.steps})
	return err
}

const perRequest = 500

func message(n int) map[string]any {
	return map[string]any{"type": "track", "event": "product_viewed", "userId": fmt.Sprintf("bench %d", n%1000), "messageId": fmt.Sprintf("bench %d %d", time.Now().UnixNano(), n),
		"timestamp": time.Now().UTC(), "properties": map[string]any{"sku": fmt.Sprintf("A%d", n%500), "price": 19.9, "category": "护肤"}}
}

// ingest sends events in requests of many from eight clients, which are of this process and machine too.
func (b *bench) ingest(ctx context.Context, s *served.Server, _ *floors) error {
	const work = "events in over HTTP, on disk before the answer, 8 clients, 500 a request"
	if !b.wants(work) {
		return nil
	}
	key, err := source(ctx, s, "bench")
	if err != nil {
		return err
	}
	rate, err := perSecond(ctx, 8, 10, func(ctx context.Context, i int) error {
		batch := make([]any, perRequest)
		for n := range batch {
			batch[n] = message(i*perRequest + n)
		}
		return s.Send(ctx, key, "/v1/batch", map[string]any{"batch": batch})
	})
	if err != nil {
		return err
	}
	floor, err := b.insertFloor(ctx)
	if err != nil {
		return err
	}
	b.add(b.customers, row{work: work, unit: "/s", rate: true, floor: "the engine's bulk insert of the same events", aim: "50,000/s"}, figure{rate * perRequest, floor})
	return s.Settle(ctx, 5*time.Minute) // until the last of them counts
}

// singles sends events one by one from a hundred clients: they share what it costs to be on disk.
func (b *bench) singles(ctx context.Context, s *served.Server, f *floors) error {
	const work = "single events in over HTTP, on disk before the answer, 100 clients"
	if !b.wants(work) {
		return nil
	}
	key, err := source(ctx, s, "bench")
	if err != nil {
		return err
	}
	rate, err := perSecond(ctx, 100, 3, func(ctx context.Context, i int) error { return s.Send(ctx, key, "/v1/track", message(i)) })
	if err != nil {
		return err
	}
	b.add(b.customers, row{work: work, unit: "/s", rate: true, floor: "engine commit of one update, one at a time", aim: "the floor"}, figure{rate, f.commitRate})
	return s.Settle(ctx, time.Minute)
}

// insertFloor gives how many events a second the engine puts into a table, a row each, as JSON, many to a transaction.
func (b *bench) insertFloor(ctx context.Context) (float64, error) {
	path := filepath.Join(b.dir, "events.sqlite")
	defer func() {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(path + suffix)
		}
	}()
	d, err := sql.Open("sqlite3", "file:"+url.PathEscape(path)+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate")
	if err != nil {
		return 0, err
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	if _, err := d.ExecContext(ctx, "create table c (id integer primary key, phone text, email text, body text not null)"); err != nil {
		return 0, err
	}
	rows := make([][3]any, 200_000)
	for i := range rows {
		text, err := json.Marshal(message(i))
		if err != nil {
			return 0, err
		}
		rows[i] = [3]any{fmt.Sprint(i), "product_viewed", string(text)}
	}
	took, err := once(ctx, func(ctx context.Context) error { return loadRows(ctx, d, rows) })
	return float64(len(rows)) / took * 1000, err
}

// source makes a source of events, or finds it, and gives its write key.
func source(ctx context.Context, s *served.Server, name string) (string, error) {
	var made struct {
		Key string `json:"write_key"`
	}
	err := s.Call(ctx, "POST", "/sources", map[string]any{"name": fmt.Sprintf("%s %d", name, time.Now().UnixNano()), "kind": "server"}, &made)
	return made.Key, err
}

// liveCondition is the i-th of a thousand segments: most ask for the profile and figures, a tenth for behaviour.
func liveCondition(i int) map[string]any {
	field := func(name, op string, value any) map[string]any {
		return map[string]any{"field": name, "op": op, "value": value}
	}
	switch i % 10 {
	case 0:
		return did(shop[i/10%len(shop)].event, "gte", 1+i/50, 7+i/10%24)
	case 1:
		return map[string]any{"all": []any{field("orders.last_at", "not_in_last_days", 60+i), field("orders.count", "gte", 2)}}
	default:
		return condition(10_000 + 500*i)
	}
}

// membership keeps a thousand live segments, and looks how long an event takes until its customer counts as a member.
func (b *bench) membership(ctx context.Context, s *served.Server, _ *floors) (err error) {
	const work = "event to membership beside 1,000 live segments, p99"
	if !b.wants(work) {
		return nil
	}
	key, err := source(ctx, s, "live")
	if err != nil {
		return err
	}
	// what has never happened cannot be asked for
	if err := s.Send(ctx, key, "/v1/track", map[string]any{"event": "played", "userId": "nobody else"}); err != nil {
		return err
	}
	if err := s.Settle(ctx, 5*time.Minute); err != nil {
		return err
	}
	person := rand.Int64()
	var made []string
	defer func() {
		for _, id := range made {
			err = errors.Join(err, s.Call(ctx, "DELETE", "/segments/"+id, nil, nil))
		}
	}()
	for i := range liveSegments {
		condition := did("played", "gte", 1, 30)
		if i > 0 {
			condition = liveCondition(i)
		}
		var segment struct {
			ID string `json:"id"`
		}
		if err := s.Call(ctx, "POST", "/segments", map[string]any{"name": fmt.Sprintf("live %d %d", person, i), "condition": condition}, &segment); err != nil {
			return err
		}
		made = append(made, segment.ID)
	}
	members := func() (n int64, err error) {
		var got struct {
			Count int64 `json:"count"`
		}
		err = s.Call(ctx, "GET", "/segments/"+made[0], nil, &got)
		return got.Count, err
	}
	before, err := members()
	if err != nil {
		return err
	}
	var took []float64
	for i := range 110 {
		event := map[string]any{"type": "track", "event": "played", "userId": fmt.Sprintf("player %d %d", person, i), "messageId": fmt.Sprintf("played %d %d", person, i)}
		began := time.Now()
		if err := s.Send(ctx, key, "/v1/track", event); err != nil {
			return err
		}
		for now := before; now == before; {
			if time.Since(began) > time.Minute {
				return errors.New("an event did not count within a minute")
			}
			time.Sleep(2 * time.Millisecond)
			if now, err = members(); err != nil {
				return err
			}
		}
		before++
		if i >= 10 {
			took = append(took, time.Since(began).Seconds()*1000)
		}
	}
	slices.Sort(took)
	b.add(b.customers, row{work: work, unit: "ms", aim: "1,000 ms"}, figure{ours: took[len(took)*99/100]})
	return nil
}
