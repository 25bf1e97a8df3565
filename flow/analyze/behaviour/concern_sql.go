package behaviour

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"guanxi/base/columns"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/likeness"
)

// concernRun holds what is asked of one period in temporary tables of a connection of its own: what was done (concern_seen) and
// how long pages were looked at (concern_looks).
type concernRun struct {
	conn                    *columns.Aside
	people, customers, base int64
	long                    sql.NullFloat64
}

// seenSQL reads events once. Of a product, category and topic field says by which property a condition asks for it.
const seenSQL = `
create or replace temp table concern_seen as
select who, customer_id, visitor_id, member, ts, day, batch_id, position, event, view, seconds, page, page_field, title,
  coalesce(told[1], told[2], told[3], told[4]) as product,
  case when told[1] is not null then 'properties.sku' when told[2] is not null then 'properties.product_id' when told[3] is not null then 'properties.productId' else 'properties.product' end as product_field,
  coalesce(told[5], told[6]) as product_name, told[7] as category,
  coalesce(told[8], {topic}) as topic, case when told[8] is not null then 'properties.topic' end as topic_field,
  {help} as help, {wrong} as wrong, said
from (
  select coalesce(e.customer_id, -e.visitor_id) as who, e.customer_id, e.visitor_id, {member} as member, e.ts, e.day, e.batch_id, e.position, e.event, e.kind <> 'track' as view, e.seconds,
    coalesce(e.path, e.title, e.event) as page, case when e.path is not null then 'path' when e.title is not null then 'title' end as page_field, e.path, e.title,
    json_extract_string(e.properties, ['/sku', '/product_id', '/productId', '/product', '/name', '/product_name', '/category', '/topic']) as told,
    case when e.kind = 'track' then hash(e.properties::varchar) end as said
  from events e
  where not e.bot and e.kind in ('track', 'page', 'screen') and {when} and {visible}
) e`

// looksSQL says how long each page was looked at: what the page itself tells (seconds) or else the time until the next one,
// or until the last thing done there. The last page of a visit on which nothing more was done has no time.
const looksSQL = `
create or replace temp table concern_looks as
with ordered as (
  select *, coalesce(ts - lag(ts) over w > {idle}, true) as late
  from concern_seen
  window w as (partition by visitor_id order by ts, batch_id, position)
),
runs as (
  select *, count(*) filter (where late) over w as run, count(*) filter (where view) over w as turn
  from ordered
  window w as (partition by visitor_id order by ts, batch_id, position rows unbounded preceding)
),
looks as (
  select visitor_id, run, turn, arg_min(who, ts) filter (where view) as who, arg_min(customer_id, ts) filter (where view) as customer_id,
    coalesce(bool_or(member) filter (where view), false) as member, min(day) as day, any_value(event) filter (where view) as event,
    any_value(page) filter (where view) as page, any_value(page_field) filter (where view) as page_field, any_value(title) filter (where view) as title,
    min(ts) filter (where view) as began, max(ts) as last, sum(seconds) as told
  from runs
  group by visitor_id, run, turn
  having count(*) filter (where view) > 0
)
select *, coalesce(told, nullif((coalesce(lead(began) over w, last) - began) / 1000.0, 0)) as stay,
  lag(page, 1) over w as before1, lag(page, 2) over w as before2, lag(page, 3) over w as before3
from looks
window w as (partition by visitor_id, run order by turn)`

// concerns begins to ask of a period, and gives what ends it.
func (b *Behaviour) concerns(ctx context.Context, q ConcernQuery) (r *concernRun, end func(), err error) {
	s, err := b.Settings(ctx)
	if err != nil {
		return nil, nil, err
	}
	reading, err := b.Reading(ctx)
	if err != nil {
		return nil, nil, err
	}
	scope, err := b.segments.Among(ctx, 0)
	if err != nil {
		return nil, nil, err
	}
	conn, err := b.columns.Aside(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	r = &concernRun{conn: conn}
	visible, member := "true", "true"
	if scope.Text != "" {
		visible = "%s.customer_id in (select id from concern_scope)"
		if err := r.do(ctx, "create or replace temp table concern_scope as "+scope.Text, scope.Args...); err != nil {
			return nil, nil, err
		}
	} else if q.Group != 0 {
		visible = "%s.customer_id is not null" // customers are compared with customers
	}
	if q.Group != 0 {
		group, err := b.segments.Among(ctx, q.Group)
		if err != nil {
			return nil, nil, err
		}
		member = "%s.customer_id in (select id from concern_members)"
		if err := r.do(ctx, "create or replace temp table concern_members as "+group.Text, group.Args...); err != nil {
			return nil, nil, err
		}
	}
	of := func(text, alias string) string { return strings.ReplaceAll(text, "%s", alias) }
	when := fmt.Sprintf("day between date '%s' and date '%s'", q.From.Format(time.DateOnly), q.To.Format(time.DateOnly))
	topic, args := reading.topicOf("page")
	help, more := fits(reading.Help, "page", "title")
	args = append(args, more...)
	wrong, more := fits(reading.Errors, "event", "page")
	args = append(args, more...)
	if err := r.do(ctx, strings.NewReplacer("{topic}", topic, "{help}", help, "{wrong}", wrong, "{when}", "e."+when, "{member}", of(member, "e"), "{visible}", of(visible, "e")).Replace(seenSQL), args...); err != nil {
		return nil, nil, err
	}
	if err := r.do(ctx, strings.ReplaceAll(looksSQL, "{idle}", fmt.Sprint(int64(s.IdleMinutes)*60_000))); err != nil {
		return nil, nil, err
	}
	if err := r.do(ctx, "create or replace temp table concern_exits as select coalesce(f.customer_id, -f.visitor_id) as who, f.customer_id, "+of(member, "f")+" as member, f.day, f.exit_page as page from sessions f where f."+
		when+" and "+of(visible, "f")); err != nil {
		return nil, nil, err
	}
	err = conn.QueryRow(ctx, "select count(distinct who) filter (where member), count(distinct customer_id) filter (where member), count(distinct who), (select quantile_cont(stay, 0.75) from concern_looks) from concern_seen").
		Scan(&r.people, &r.customers, &r.base, &r.long)
	return r, conn.Close, err
}

func (r *concernRun) do(ctx context.Context, text string, args ...any) error {
	if err := r.conn.Exec(ctx, text, args...); err != nil {
		return fmt.Errorf("concerns: %w", err)
	}
	return nil
}

// signs gives, of each part, one row for each time that somebody showed a concern; counts is false for what only stands
// below in a rate. field and value are what a condition on the event asks for.
var signs = map[string]string{
	interest: `
select 'page' as kind, page as key, null::varchar as page, title as label, who, customer_id, member, day, true as counts, null::double as stay, event, page_field as field, page as value from concern_seen where view
union all select 'product', product, null, product_name, who, customer_id, member, day, true, null, event, product_field, product from concern_seen where product is not null and seconds is null
union all select 'category', category, null, null, who, customer_id, member, day, true, null, event, 'properties.category', category from concern_seen where category is not null and seconds is null
union all select 'topic', topic, null, null, who, customer_id, member, day, true, null, event, coalesce(topic_field, page_field), case when topic_field is null then page else topic end from concern_seen where topic is not null and seconds is null`,
	focus: `
select 'page' as kind, page as key, null::varchar as page, title as label, who, customer_id, member, day, coalesce(stay > (select quantile_cont(stay, 0.75) from concern_looks), false) as counts, stay, null::varchar as event, null::varchar as field, null::varchar as value
from concern_looks where stay is not null`,
	pain: `
select 'exit' as kind, page as key, null::varchar as page, title as label, who, customer_id, member, day, false as counts, null::double as stay, null::varchar as event, null::varchar as field, null::varchar as value from concern_seen where view
union all select 'exit', page, null, null, who, customer_id, member, day, true, null, 'session', 'exit_page', page from concern_exits
union all select 'error', event, page, null, who, customer_id, member, day, true, null, event, page_field, page from concern_seen where wrong and seconds is null
union all select 'rage', event, page, null, who, customer_id, member, day, true, null, null, null, null from (
  select *, ts - lag(ts, 2) over (partition by visitor_id, event, page, said order by ts, batch_id, position) <= 2000 as hasty from concern_seen where not view and seconds is null) where hasty
union all select 'loop', least(page, before1), greatest(page, before1), null, who, customer_id, member, day, true, null, null, null, null from concern_looks
  where page = before2 and before1 = before3 and page <> before1
union all select 'help', page, null, title, who, customer_id, member, day, count(*) over (partition by who, page) >= 2, null, null, null, null from concern_seen where help and view`,
}

// concernOrder puts what weighs most first: of exits those beyond what any page loses.
var concernOrder = map[string]string{
	interest: "people desc, times desc, key",
	focus:    "total desc nulls last, key",
	pain:     "case when kind = 'exit' then times - n * lost end desc nulls last, people desc, times desc, key",
}

// mostAsked bounds the ways in which a condition asks for one concern.
const mostAsked = 20

// part reads the concerns of one part.
func (r *concernRun) part(ctx context.Context, b *Behaviour, q ConcernQuery, part string) ([]Concern, error) {
	text := "with signs as (" + signs[part] + `),
days as (select kind, key, page, who, member from signs where counts group by all having count(distinct day) > 1),
again as (select kind as of_kind, key as of_key, page as of_page, count(distinct who) as returned from days where member group by all),
folded as (
  select kind, key, page, any_value(label) as label, count(distinct who) filter (where member and counts) as people, count(distinct customer_id) filter (where member and counts) as customers,
    count(*) filter (where member and counts) as times, count(*) filter (where member and (kind <> 'exit' or not counts)) as n, quantile_cont(stay, 0.5) filter (where member) as median, sum(stay) filter (where member) as total,
    count(distinct who) filter (where counts) as base,
    to_json(list_sort(list(distinct [coalesce(event, ''), coalesce(field, ''), coalesce(value, '')]) filter (where counts and member)))::varchar as asks
  from signs
  group by kind, key, page
),
judged as (select *, sum(times) over (partition by kind) / nullif(sum(n) over (partition by kind), 0) as lost from folded)
select j.kind, j.key, j.page, j.label, j.people, j.customers, j.times, j.n, coalesce(a.returned, 0), j.median, j.total, j.base, j.asks
from judged j
left join again a on a.of_kind = j.kind and a.of_key = j.key and a.of_page is not distinct from j.page
where j.people > 0 and (j.kind <> 'exit' or j.times > j.n * j.lost)
qualify row_number() over (partition by j.kind order by ` + concernOrder[part] + fmt.Sprintf(") <= %d order by j.kind, %s", q.Top, concernOrder[part])
	rows, err := r.conn.Query(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("concerns: %s: %w", part, err)
	}
	defer rows.Close()
	all := []Concern{}
	for rows.Next() {
		var c Concern
		var asks sql.NullString
		if err := rows.Scan(&c.Kind, &c.Key, &c.Page, &c.Label, &c.People, &c.Customers, &c.Times, &c.Of, &c.Returned, &c.Median, &c.Total, &c.Base, &asks); err != nil {
			return nil, err
		}
		c.Share, c.BaseShare = share(c.People, r.people), share(c.Base, r.base)
		if q.Group != 0 {
			told := likeness.Compare(c.People, r.people, c.Base, r.base)
			c.Index, c.Low, c.High, c.Sure = &told.Index, &told.Low, &told.High, told.Sure
		}
		if c.Opens, err = b.asking(q.Rows, asks.String); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// asking writes the condition that lists who showed a concern in one of the ways given as a list of event, field and value;
// null where one of them has no event or they are too many.
func (b *Behaviour) asking(q analyze.Rows, list string) (*analyze.ConditionJSON, error) {
	var ways [][3]string
	if list != "" {
		if err := json.Unmarshal([]byte(list), &ways); err != nil {
			return nil, err
		}
	}
	if len(ways) == 0 || len(ways) > mostAsked {
		return nil, nil
	}
	var all []map[string]any
	for _, way := range ways {
		if way[0] == "" {
			return nil, nil
		}
		did := map[string]any{"event": way[0], "measure": "count", "op": "gte", "value": 1, "window": map[string]string{"from": q.From.Format(time.DateOnly), "to": q.To.Format(time.DateOnly)}}
		if way[1] != "" {
			did["where"] = map[string]any{"field": way[1], "op": "eq", "value": way[2]}
		}
		all = append(all, did)
	}
	var of map[string]any
	if of = all[0]; len(all) > 1 {
		of = map[string]any{"any": all}
	}
	text, err := b.segments.InGroup(q.Group, of)
	said := analyze.ConditionJSON(text)
	return &said, err
}

// Concerns reads what people of a group care about. Faults: not found, invalid.
func (b *Behaviour) Concerns(ctx context.Context, q ConcernQuery) (*Concerns, error) {
	r, end, err := b.concerns(ctx, q)
	if err != nil {
		return nil, err
	}
	defer end()
	c := &Concerns{From: q.From.Format(time.DateOnly), To: q.To.Format(time.DateOnly), People: r.people, Customers: r.customers, Base: r.base, Compared: q.Group != 0, AsOf: b.freshness()}
	if r.long.Valid {
		c.LongSeconds = &r.long.Float64
	}
	for part, into := range map[string]*[]Concern{interest: &c.Interest, focus: &c.Focus, pain: &c.Pain} {
		if *into, err = r.part(ctx, b, q, part); err != nil {
			return nil, err
		}
	}
	return c, b.nameConcerns(ctx, c.Interest, c.Focus, c.Pain)
}

// Concerned finds the customers who have one concern.
func (b *Behaviour) Concerned(ctx context.Context, q ConcernQuery, part, kind, key, page string) (*Concerned, error) {
	r, end, err := b.concerns(ctx, q)
	if err != nil {
		return nil, err
	}
	defer end()
	rows, err := r.conn.Query(ctx, "select distinct customer_id from ("+signs[part]+") where member and counts and customer_id is not null and kind = ? and key = ? and coalesce(page, '') = ? order by customer_id", kind, key, page)
	if err != nil {
		return nil, fmt.Errorf("concerned: %w", err)
	}
	defer rows.Close()
	c := &Concerned{}
	var ids []string
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		if c.Customers++; len(ids) < 1000 {
			ids = append(ids, fmt.Sprint(id))
		}
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return c, err
	}
	text, err := json.Marshal(map[string]any{"field": "id", "op": "in", "value": ids})
	opens := analyze.ConditionJSON(text)
	c.Opens = &opens
	return c, err
}
