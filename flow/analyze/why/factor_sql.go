package why

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/likeness"
	"guanxi/guard"
)

// look is the people looked at, on a connection of its own: why_who (id, bad: of the group, ts: when it began or was done),
// why_has (id, source, value) what they have.
type look struct {
	why         *Why
	conn        *columns.Aside
	query       CommonQuery
	uses        analyze.Uses
	group, rest int64
	sampled     bool
	details     map[string]likeness.Detail
	labels      map[string]analyze.Label // of events of the product
}

const (
	mostLooked  = 100_000 // of the group, and of the rest
	mostWho     = 50_000  // at whom it is looked for what says the same
	mostValues  = 1_000   // of a detail
	hour        = int64(3_600_000)
	ofEvents    = "event"
	eventsKinds = "('track', 'page', 'screen')"
)

// look chooses the people and lets fn ask about them.
func (w *Why) look(ctx context.Context, q CommonQuery, fn func(*look) error) error {
	l := &look{why: w, query: q, uses: analyze.Uses{Fields: map[string]bool{}, Events: map[string]bool{}, Tags: map[string]bool{}}, details: map[string]likeness.Detail{}, labels: map[string]analyze.Label{}}
	people, err := l.people(ctx)
	if err != nil {
		return err
	}
	if l.conn, err = w.columns.Aside(ctx); err != nil {
		return err
	}
	defer l.conn.Close()
	if err := l.do(ctx, "create or replace temp table why_who as "+people.Text, people.Args...); err != nil {
		return err
	}
	if err := l.count(ctx); err != nil {
		return err
	}
	for bad, n := range map[string]int64{"bad": l.group, "not bad": l.rest} {
		if n > mostLooked {
			l.sampled = true
			if err := l.do(ctx, fmt.Sprintf("delete from why_who where %s and hash(id) %% 1000000 >= %d", bad, mostLooked*1_000_000/n)); err != nil {
				return err
			}
		}
	}
	if l.sampled {
		if err := l.count(ctx); err != nil {
			return err
		}
	}
	return fn(l)
}

func (l *look) do(ctx context.Context, text string, args ...any) error {
	if err := l.conn.Exec(ctx, text, args...); err != nil {
		return fmt.Errorf("common factors: %w", err)
	}
	return nil
}

func (l *look) count(ctx context.Context) error {
	return l.conn.QueryRow(ctx, "select count(*) filter (where bad), count(*) filter (where not bad) from why_who").Scan(&l.group, &l.rest)
}

// people gives who is looked at, as a query of id, bad and ts.
func (l *look) people(ctx context.Context) (out analyze.SQL, err error) {
	q := l.query
	add := func(text string, args ...any) { out.Text, out.Args = out.Text+text, append(out.Args, args...) }
	scope, scopeArgs := guard.ScopeOf(ctx, "customers").Where("c")
	step := q.Start
	if step == nil {
		step = q.Before
	}
	if step != nil {
		done, _, err := l.why.segments.OccurrencesOf(ctx, step.Event, []byte(step.Where))
		if err != nil {
			return out, err
		}
		l.uses.Events[step.Event] = true
		add("with began as (select e.customer_id, min(e.ts) as ts from ("+done.Text+") e where e.day between ?::date and ?::date group by e.customer_id)", append(done.Args, q.From, q.To)...)
	}
	if q.Before != nil { // the others are given the moment of one of the group, by chance that does not change
		add(`, moments as (select list(ts order by customer_id) as all_ts from began),
seen as (select distinct customer_id from events where customer_id is not null and not bot and day between ?::date and ?::date
  union select distinct customer_id from orders where customer_id is not null and day between ?::date and ?::date)
select c.id, b.customer_id is not null as bad, coalesce(b.ts, m.all_ts[(1 + hash(c.id) % len(m.all_ts))::bigint]) as ts
from customers c left join began b on b.customer_id = c.id cross join moments m
where len(m.all_ts) > 0 and (b.customer_id is not null or c.id in (select customer_id from seen)) and `+scope, append([]any{q.From, q.To, q.From, q.To}, scopeArgs...)...)
		return out, nil
	}
	group, err := l.chosen(ctx, q.Group)
	if err != nil {
		return out, err
	}
	base := analyze.SQL{Text: "true"}
	if len(q.Base) > 0 {
		if base, err = l.chosen(ctx, q.Base); err != nil {
			return out, err
		}
	}
	began, join := "null::bigint", ""
	if q.Start != nil {
		began, join = "b.ts", " join began b on b.customer_id = c.id and b.ts <= "+strconv.FormatInt(clock.Millis(ctx)-int64(q.Hours)*hour, 10)
	}
	add(" select id, bad, ts from (select c.id, coalesce("+group.Text+", false) as bad, coalesce(", group.Args...)
	add(base.Text+", false) as other, "+began+" as ts from customers c"+join+" where "+scope+") where bad or other", append(base.Args, scopeArgs...)...)
	return out, nil
}

// chosen reads a condition and keeps in mind what it asks for: that is no reason, but what the group was chosen by.
func (l *look) chosen(ctx context.Context, text []byte) (analyze.SQL, error) {
	of, err := l.why.segments.Choosing(ctx, text)
	if err != nil {
		return analyze.SQL{}, err
	}
	uses, err := l.why.segments.UsesOf(ctx, text)
	for _, pair := range [][2]map[string]bool{{l.uses.Fields, uses.Fields}, {l.uses.Events, uses.Events}, {l.uses.Tags, uses.Tags}} {
		for name := range pair[1] {
			pair[0][name] = true
		}
	}
	return of.SQL, err
}

// ownEvents are those of the product itself that may be a reason, with whether they tell of purchases.
var ownEvents = map[string]bool{"order_placed": true, "order_cancelled": true, "order_refunded": true, "call_logged": false, "follow_up_logged": false, "session": false}

// within gives when what is done by e counts.
func (l *look) within() string {
	ms := strconv.FormatInt(int64(l.query.Hours)*hour, 10)
	switch {
	case l.query.Start != nil:
		return "e.ts >= w.ts and e.ts <= w.ts + " + ms
	case l.query.Before != nil:
		return "e.ts < w.ts and e.ts >= w.ts - " + ms
	}
	return "e.day between date '" + l.query.From.Format("2006-01-02") + "' and date '" + l.query.To.Format("2006-01-02") + "'"
}

// gather writes down what everybody has, of what the reader may know.
func (l *look) gather(ctx context.Context) error {
	if err := l.do(ctx, "create or replace temp table why_has (id bigint, source varchar, value varchar)"); err != nil {
		return err
	}
	if err := l.do(ctx, "insert into why_has select distinct w.id, '"+ofEvents+"', e.event from why_who w join events e on e.customer_id = w.id where not e.bot and e.kind in "+eventsKinds+" and "+l.within()); err != nil {
		return err
	}
	mayKnow := guard.FieldsOf(ctx, "customers").Right(guard.Purchases) != guard.None
	for name, purchases := range ownEvents {
		if l.uses.Events[name] || purchases && !mayKnow || purchases && l.uses.Events["item_purchased"] {
			continue
		}
		done, label, err := l.why.segments.OccurrencesOf(ctx, name, nil)
		if err != nil {
			return err
		}
		l.labels[name] = label
		if err := l.do(ctx, "insert into why_has select distinct w.id, '"+ofEvents+"', '"+name+"' from why_who w join ("+done.Text+") e on e.customer_id = w.id where "+l.within(), done.Args...); err != nil {
			return err
		}
	}
	for _, d := range likeness.Details(ctx) {
		if l.query.Before != nil || !l.tells(d) { // who she is, is nothing she did before
			continue
		}
		l.details[d.Name] = d
		rows := "select w.id, (" + d.SQL + ")::varchar as value from why_who w join customers c on c.id = w.id left join customer_scores s on s.customer_id = c.id"
		if d.Set {
			rows = "select w.id, x.value::varchar as value from why_who w join (" + d.SQL + ") x on x.customer_id = w.id"
		}
		if err := l.do(ctx, "insert into why_has select distinct id, ?, value from ("+rows+") where coalesce(value, '') <> ''", d.Name); err != nil {
			return err
		}
	}
	return nil
}

// tells reports whether a detail may be a reason: not what the group was chosen by, nor what follows from having ordered
// at all when that is what it was chosen by, nor events and pages, which are counted by their time.
func (l *look) tells(d likeness.Detail) bool {
	switch d.Name {
	case "did", "looked_at", "lifecycle_stage", "daytime", "follow_up":
		return false
	}
	if l.uses.Fields[d.Name] || l.uses.Fields[d.Field] || d.Name == "age" && (l.uses.Fields["age"] || l.uses.Fields["birthday"]) {
		return false
	}
	if d.Field != guard.Purchases {
		return true
	}
	for name := range l.uses.Fields {
		for _, of := range []string{"orders.", "rfm.", "value.", "rhythm.", "churn."} {
			if strings.HasPrefix(name, of) {
				return false
			}
		}
	}
	for _, name := range []string{"order_placed", "order_paid", "order_cancelled", "order_refunded", "item_purchased"} {
		if l.uses.Events[name] {
			return false
		}
	}
	return true
}

// factors counts and judges.
func (l *look) factors(ctx context.Context) ([]Factor, int, error) {
	if l.group == 0 || l.rest == 0 {
		return nil, 0, nil
	}
	if err := l.gather(ctx); err != nil {
		return nil, 0, err
	}
	rows, err := l.conn.Query(ctx, `
select h.source, h.value, count(*) filter (where w.bad), count(*) filter (where not w.bad)
from why_has h join why_who w on w.id = h.id
group by h.source, h.value
qualify row_number() over (partition by h.source order by count(*) desc, h.value) <= `+strconv.Itoa(mostValues))
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var all []counted
	for rows.Next() {
		var c counted
		if err := rows.Scan(&c.source, &c.Value, &c.with, &c.restWith); err != nil {
			return nil, 0, err
		}
		if l.named(&c) {
			all = append(all, c)
		}
	}
	found, tested := judge(all, l.group, l.rest)
	for i := range found {
		found[i].word(l)
	}
	return found, tested, rows.Err()
}

// named says what a factor is, and whether it may be a reason.
func (l *look) named(c *counted) bool {
	if c.source == ofEvents {
		c.Kind, c.Name, c.Value = ofEvents, c.Value, ""
		return !l.uses.Events[c.Name]
	}
	d := l.details[c.source]
	c.Kind, c.Name, c.only, c.ask = "detail", d.Name, true, d.Ask(c.Value)
	return !(d.Name == "tags" && l.uses.Tags[c.Value])
}

// who gives for the same people whether they are of the group and whether each factor holds for them.
func (l *look) who(ctx context.Context, found []Factor) (group []bool, have [][]bool, err error) {
	have = make([][]bool, len(found))
	if len(found) == 0 {
		return nil, have, nil
	}
	if err := l.do(ctx, fmt.Sprintf(`create or replace temp table why_who as
select id, bad, ts, row_number() over (order by hash(id), id) - 1 as place from why_who qualify place < %d`, mostWho)); err != nil {
		return nil, nil, err
	}
	rows, err := l.conn.Query(ctx, "select bad from why_who order by place")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var bad bool
		if err := rows.Scan(&bad); err != nil {
			return nil, nil, err
		}
		group = append(group, bad)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	for i, f := range found {
		value := f.Value
		if f.source == ofEvents {
			value = f.Name
		}
		if have[i], err = l.places(ctx, len(group), f.source, value, f.Done); err != nil {
			return nil, nil, err
		}
	}
	return group, have, nil
}

func (l *look) places(ctx context.Context, n int, source, value string, done bool) ([]bool, error) {
	has := make([]bool, n)
	rows, err := l.conn.Query(ctx, "select w.place from why_has h join why_who w on w.id = h.id where h.source = ? and h.value = ?", source, value)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var place int64
		if err := rows.Scan(&place); err != nil {
			return nil, err
		}
		has[place] = true
	}
	if !done {
		for i := range has {
			has[i] = !has[i]
		}
	}
	return has, rows.Err()
}
