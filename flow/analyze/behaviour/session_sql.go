package behaviour

import (
	"context"
	"fmt"
	"strconv"

	"guanxi/base/columns"
)

// view holds for an event that shows something: a page or a screen.
const view = "kind in ('page', 'screen')"

// sessionsOf writes the statement that adds the sessions of the given rows of events. A session ends where a visitor is
// still for longer than idle minutes, where a campaign brings her that is not the one of the session, and where somebody
// else signs in on the device. Bots make none.
func sessionsOf(rows string, idle int) string {
	return fmt.Sprintf(`
insert into session_runs
with
heard as (
  select visitor_id, customer_id, source_id, ts, day, kind, coalesce(path, title, event) as page, host, referrer_host, utm_source, utm_medium, utm_campaign,
    device, seconds, batch_id, position,
    nullif(coalesce(utm_source, '') || chr(31) || coalesce(utm_medium, '') || chr(31) || coalesce(utm_campaign, ''), chr(31) || chr(31)) as campaign
  from (%[1]s) e
  where not bot and kind in ('track', 'page', 'screen')
),
ordered as (
  select *, row_number() over w as n, coalesce(ts - lag(ts) over w > %[2]d, true) as late
  from heard
  window w as (partition by visitor_id order by ts, batch_id, position)
),
runs as (
  select *, count(*) filter (where late) over (partition by visitor_id order by n rows unbounded preceding) as run
  from ordered
),
parted as (
  select *, not late and (
      coalesce(campaign is distinct from last_value(campaign ignore nulls) over w and campaign is not null, false)
      or coalesce(customer_id <> last_value(customer_id ignore nulls) over w, false)) as parts
  from runs
  window w as (partition by visitor_id, run order by n rows between unbounded preceding and 1 preceding)
),
numbered as (
  select *, count(*) filter (where parts) over (partition by visitor_id, run order by n rows unbounded preceding) as part
  from parted
),
added as (
  select visitor_id, arg_max(customer_id, n) as customer_id, min(ts) as ts, max(ts) as ended_at, min(day) as day,
    count(*) filter (where %[3]s) as pages, count(*) as events,
    count(*) filter (where kind = 'track' and seconds is null) as deeds,
    arg_min({'source_id': source_id, 'page': page, 'host': host, 'referrer': case when referrer_host is distinct from host then referrer_host end, 'device': device}, n) filter (where %[3]s) as entry,
    arg_max(page, n) filter (where %[3]s) as exit_page,
    arg_min(utm_source, n) as utm_source, arg_min(utm_medium, n) as utm_medium, arg_min(utm_campaign, n) as utm_campaign
  from numbered
  group by visitor_id, run, part
)
select visitor_id, customer_id, entry.source_id, ts, ended_at, day, (ended_at - ts) / 1000.0, pages, events, pages = 1 and deeds = 0,
  entry.page, exit_page, entry.host, coalesce(utm_source, entry.referrer), entry.referrer, utm_source, utm_medium, utm_campaign, entry.device
from added`, rows, int64(idle)*60_000, view)
}

// Bounds of what is learned: different names of events, and kinds of properties of one. A source that puts ids into names would
// fill the lists people choose from, and memory. Events beyond keep their names; nothing is offered by them.
const (
	mostNames      = 10_000
	mostProperties = 300
)

// learnNames notes the names of events that the condition on events holds for, when each was seen last, and what their
// properties are called and hold; first come, first learned.
func learnNames(ctx context.Context, to *columns.Tx, where string, args ...any) error {
	seen := " from events e where not e.bot and e.kind in ('track', 'page', 'screen') and " + where
	if err := to.Exec(ctx, `
create or replace temp table names_seen as
select e.event, any_value(e.kind) as kind, max(e.ts) as last_ts`+seen+` group by e.event`, args...); err != nil {
		return err
	}
	if err := to.Exec(ctx, `
create or replace temp table names_now as
select event, any_value(kind) as kind, max(last_ts) as last_ts
from (select event, kind, last_ts from event_names where event in (select event from names_seen) union all select event, kind, last_ts from names_seen)
group by event`); err != nil {
		return err
	}
	if err := to.Exec(ctx, `
delete from names_now
where event in (
  select event
  from names_now
  where event not in (select event from event_names)
  order by last_ts, event
  offset (select greatest(0, ? - count(*)) from event_names)
)`, mostNames); err != nil {
		return err
	}
	if err := to.Exec(ctx, "delete from event_names where event in (select event from names_now)"); err != nil {
		return err
	}
	if err := to.Exec(ctx, "insert into event_names select event, kind, last_ts from names_now"); err != nil {
		return err
	}
	return to.Exec(ctx, `
insert into event_properties
with told as (
select distinct event, name, case when type in ('UBIGINT', 'BIGINT', 'DOUBLE', 'HUGEINT') then 'number' when type = 'BOOLEAN' then 'boolean' when type in ('ARRAY', 'OBJECT') then 'other' else 'text' end as kind
from (
  select event, name, json_type(properties, '/' || replace(replace(name, '~', '~0'), '/', '~1')) as type
  from (select e.event, e.properties, unnest(json_keys(e.properties)) as name`+seen+` and e.properties is not null)
)
where type <> 'NULL' and event in (select event from names_now)
)
select f.event, f.name, f.kind
from told f
left join (select event, count(*) as n from event_properties group by event) k on k.event = f.event
where (f.event, f.name, f.kind) not in (select (event, name, type) from event_properties)
qualify row_number() over (partition by f.event order by f.name, f.kind) + coalesce(k.n, 0) <= `+strconv.Itoa(mostProperties), args...)
}
