package customer

import (
	"context"
	"strings"

	"guanxi/guard"
)

// visitGap parts two visits of one visitor, as it parts sessions.
const visitGap = 30 * 60 * 1000

// timelineVisits gives one item for what a visitor who is hers did in one visit, also before anybody knew whose it is.
func (s *Store) timelineVisits(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	var rows []struct {
		VisitorID int64  `bun:"visitor_id"`
		First     int64  `bun:"first"`
		Began     int64  `bun:"began"`
		Ended     int64  `bun:"ended"`
		Count     int64  `bun:"count"`
		Source    string `bun:"source"`
		Kind      string `bun:"kind"`
		TiedAt    *int64 `bun:"tied_at"`
	}
	read := s.records.Read()
	err := read.NewRaw(`
with seen as (
  select s.id, s.visitor_id, s.happened_at,
    case when s.happened_at - lag(s.happened_at) over (partition by s.visitor_id order by s.happened_at, s.id) < ? then 0 else 1 end as begins
  from visitor_sightings s
  join visitors v on v.id = s.visitor_id
  where v.customer_id = ?
), numbered as (
  select id, visitor_id, happened_at, sum(begins) over (partition by visitor_id order by happened_at, id) as visit
  from seen
), visits as (
  select visitor_id, min(id) as first, min(happened_at) as began, max(happened_at) as ended, count(*) as count
  from numbered
  group by visitor_id, visit
)
select t.visitor_id, t.first, t.began, t.ended, t.count, v.source, v.kind, v.tied_at
from visits t
join visitors v on v.id = t.visitor_id
where t.began < ? or t.began = ? and t.first < ?
order by t.began desc, t.first desc
limit ?`, visitGap, customerID, after.at, after.at, after.id, limit).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	items := make([]timelineItem, len(rows))
	for i, v := range rows {
		items[i] = timelineItem{ID: itemID("visit", v.First), Kind: "visitor", At: instant(v.Began), Code: "visit", Details: []timelineDetail{}, position: timelinePosition{At: v.Began, ID: v.First},
			Values: map[string]any{"visitor_id": itemNumber(v.VisitorID), "source": v.Source, "kind": v.Kind, "count": v.Count, "known": v.TiedAt != nil && *v.TiedAt <= v.Began}}
		var seen []struct {
			Event      string `bun:"event"`
			Properties string `bun:"properties"`
			HappenedAt int64  `bun:"happened_at"`
		}
		if err := read.NewRaw("select event, properties, happened_at from visitor_sightings where visitor_id = ? and happened_at between ? and ? order by happened_at, id limit ?",
			v.VisitorID, v.Began, v.Ended, shownLines).Scan(ctx, &seen); err != nil {
			return nil, err
		}
		for _, e := range seen {
			items[i].Details = append(items[i].Details, timelineDetail{e.Event, map[string]any{"properties": customFields(e.Properties), "at": instantText(e.HappenedAt)}})
		}
	}
	return items, nil
}

// timelineKnown tells since when a visitor is known to be hers, by what, and where it was first seen.
func (s *Store) timelineKnown(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	var rows []visitorRow
	err := s.records.Read().NewRaw("select "+visitorColumns+`
from visitors
where customer_id = ? and tied_at is not null and kind <> 'external_id'
  and (tied_at < ? or tied_at = ? and id < ?)
order by tied_at desc, id desc
limit ?`, customerID, after.at, after.at, after.id, limit).Scan(ctx, &rows)
	items := make([]timelineItem, len(rows))
	for i, v := range rows {
		values := v.told(ctx)
		values["first_seen_at"], values["tied_by"] = instantText(v.FirstSeenAt), v.TiedBy
		values["tied_with"] = strings.FieldsFunc(v.TiedWith, func(r rune) bool { return r == ',' })
		items[i] = timelineItem{ID: itemID("known", v.ID), Kind: "visitor", At: instant(*v.TiedAt), Code: "visitor_known", Values: values,
			Details: []timelineDetail{}, position: timelinePosition{At: *v.TiedAt, ID: v.ID}}
	}
	return items, err
}

// timelineParted tells of visitors that a person has parted from her.
func (s *Store) timelineParted(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	var rows []struct {
		visitorRow
		Actor    string `bun:"actor"`
		PartedAt int64  `bun:"parted_at"`
	}
	err := s.records.Read().NewRaw(`
select v.id, v.source, v.kind, v.value, p.actor, p.parted_at
from visitor_partings p
join visitors v on v.id = p.visitor_id
where p.customer_id = ?
  and (p.parted_at < ? or p.parted_at = ? and v.id < ?)
order by p.parted_at desc, v.id desc
limit ?`, customerID, after.at, after.at, after.id, limit).Scan(ctx, &rows)
	items := make([]timelineItem, len(rows))
	for i, v := range rows {
		values := v.told(ctx)
		values["actor"] = v.Actor
		items[i] = timelineItem{ID: itemID("parted", v.ID), Kind: "visitor", At: instant(v.PartedAt), Code: "visitor_parted", Values: values,
			Details: []timelineDetail{}, position: timelinePosition{At: v.PartedAt, ID: v.ID}}
	}
	return items, err
}

// told is what an item says of a visitor; its key only to who may see keys of sources.
func (v *visitorRow) told(ctx context.Context) map[string]any {
	values := map[string]any{"visitor_id": itemNumber(v.ID), "source": v.Source, "kind": v.Kind}
	if guard.FieldsOf(ctx, noun).Right("external_id") != guard.None {
		values["value"] = v.Value
	}
	return values
}
