package behaviour

import (
	"context"
	"fmt"
	"strings"

	"guanxi/base/columns"
	"guanxi/base/feed"
	"guanxi/flow/analyze"
)

// Subjects of the feed that sessions follow: batches of events, and visitors who became known or were parted again.
const (
	batches  = "event_batches"
	visitors = "visitors"
)

// Watcher gives what keeps sessions, and the names that conditions can ask for, up with events. It must stand before
// whatever asks for sessions in the same batch.
func (b *Behaviour) Watcher() feed.Watcher { return watcher{b} }

type watcher struct{ *Behaviour }

// Changed implements feed.Watcher: it makes the sessions around the events of a batch anew, and all of them when columns
// were rebuilt or the time a visitor may be still has changed.
func (w watcher) Changed(ctx context.Context, to *columns.Tx, changed map[string][]int64) error {
	s, err := w.Settings(ctx)
	if err != nil {
		return err
	}
	var made int
	if err := to.QueryRow(ctx, "select idle_minutes from session_state").Scan(&made); err != nil {
		return err
	}
	whole := append(w.touched.TakeVisitors(), changed[visitors]...)
	if err := w.follow(ctx, to, changed, whole); err != nil {
		return err
	}
	if changed == nil || made != s.IdleMinutes {
		return remakeAll(ctx, to, s.IdleMinutes, changed == nil)
	}
	if ids := changed[batches]; len(ids) > 0 {
		if err := learnNames(ctx, to, "batch_id in (select unnest(?::bigint[]))", ids); err != nil {
			return err
		}
	}
	if err := remake(ctx, to, s.IdleMinutes, changed[batches], whole); err != nil {
		return err
	}
	return w.touch(ctx, to, changed[batches], changed[visitors])
}

// touch tells live segments whose events came or changed hands.
func (b *Behaviour) touch(ctx context.Context, to *columns.Tx, batches, visitors []int64) error {
	if len(batches)+len(visitors) == 0 {
		return nil
	}
	// two questions: columns skip by one of both, not by either
	rows, err := to.Query(ctx, `
select customer_id from events where customer_id is not null and batch_id in (select unnest(?::bigint[]))
union
select customer_id from events where customer_id is not null and visitor_id in (select unnest(?::bigint[]))`, batches, visitors)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		b.touched.Touch(id)
	}
	return rows.Err()
}

// atOnce bounds the events that one statement works on, in memory.
const atOnce = 2_000_000

// inTurns goes through all events with as many visitors at a time as memory wants; which says so of events e.
func inTurns(ctx context.Context, to *columns.Tx, fn func(which string) error) error {
	var events, low, high int64
	if err := to.QueryRow(ctx, "select count(*), coalesce(min(visitor_id), 0), coalesce(max(visitor_id), 0) from events").Scan(&events, &low, &high); err != nil {
		return err
	}
	for width := (high-low)/(events/atOnce+1) + 1; low <= high; low += width {
		if err := fn(fmt.Sprintf("e.visitor_id between %d and %d", low, low+width-1)); err != nil {
			return err
		}
	}
	return nil
}

// remakeAll makes every session anew.
func remakeAll(ctx context.Context, to *columns.Tx, idle int, names bool) error {
	if err := to.Empty(ctx, "session_runs"); err != nil {
		return err
	}
	if err := inTurns(ctx, to, func(which string) error {
		return to.Exec(ctx, sessionsOf("select e.* from events e where "+which, idle))
	}); err != nil {
		return err
	}
	if names {
		for _, table := range []string{"event_names", "event_properties"} {
			if err := to.Exec(ctx, "delete from "+table); err != nil {
				return err
			}
		}
		if err := learnNames(ctx, to, "true"); err != nil {
			return err
		}
	}
	return to.Exec(ctx, "update session_state set idle_minutes = ?", idle)
}

// remake makes the sessions around the events of some batches anew, and those of some visitors from their first event
// on. What is read of a visitor grows until it neither cuts a session nor leaves one nearer than the idle time, since a
// late event can join two.
func remake(ctx context.Context, to *columns.Tx, idle int, batches, visitors []int64) error {
	if len(batches)+len(visitors) == 0 {
		return nil
	}
	if err := to.Exec(ctx, `
create or replace temp table remade as
select visitor_id, min(low) as low, max(high) as high
from (
  select visitor_id, min(ts) as low, max(ts) as high
  from events
  where batch_id in (select unnest(?::bigint[]))
  group by visitor_id
  union all
  select unnest(?::bigint[]), -9000000000000000, 9000000000000000
)
group by visitor_id`, batches, visitors); err != nil {
		return err
	}
	still := int64(idle) * 60_000
	whose, err := visitorsOf(ctx, to)
	if err != nil || whose.Text == "" {
		return err
	}
	for {
		// said with values, so that columns skip what is not near without looking at it
		near, err := spanOf(ctx, to, still)
		if err != nil {
			return err
		}
		near = fmt.Sprintf("s.visitor_id = r.visitor_id and s.ended_at >= r.low - %d and s.ts <= r.high + %[1]d and %s and %s", still, near, whose.Text)
		var grown int64
		if err := to.QueryRow(ctx, "select count(*) from remade r where exists (select 1 from session_runs s where "+near+" and (s.ts < r.low or s.ended_at > r.high))",
			whose.Args...).Scan(&grown); err != nil {
			return err
		}
		if grown == 0 {
			break
		}
		if err := to.Exec(ctx, `
create or replace temp table remade as
select r.visitor_id, least(r.low, coalesce(min(s.ts), r.low)) as low, greatest(r.high, coalesce(max(s.ended_at), r.high)) as high
from remade r
left join session_runs s on `+near+`
group by r.visitor_id, r.low, r.high`, whose.Args...); err != nil {
			return err
		}
	}
	span, err := spanOf(ctx, to, 0)
	if err != nil {
		return err
	}
	if err := to.Exec(ctx, "delete from session_runs s using remade r where s.visitor_id = r.visitor_id and s.ts between r.low and r.high and "+span+" and "+whose.Text, whose.Args...); err != nil {
		return err
	}
	ofEvents := strings.NewReplacer("s.visitor_id", "e.visitor_id", "s.ended_at", "e.ts", "s.ts", "e.ts").Replace(span + " and " + whose.Text)
	return to.Exec(ctx, sessionsOf("select e.* from events e join remade r on e.visitor_id = r.visitor_id and e.ts between r.low and r.high where "+ofEvents, idle), whose.Args...)
}

// visitorsOf says of sessions s that they are of a visitor of remade; nothing where there is none.
func visitorsOf(ctx context.Context, to *columns.Tx) (analyze.SQL, error) {
	rows, err := to.Query(ctx, "select visitor_id from remade")
	if err != nil {
		return analyze.SQL{}, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return analyze.SQL{}, err
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return analyze.SQL{}, rows.Err()
	}
	return analyze.OneOf("s.visitor_id", ids), rows.Err()
}

// spanOf says of sessions s that they lie within what remade spans, or no further from it than still.
func spanOf(ctx context.Context, to *columns.Tx, still int64) (string, error) {
	var low, high int64
	err := to.QueryRow(ctx, "select min(low), max(high) from remade").Scan(&low, &high)
	return fmt.Sprintf("s.ended_at >= %d and s.ts <= %d", low-still, high+still), err
}
