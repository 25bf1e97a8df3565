package customer

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/money"
	"guanxi/guard"
)

func (s *Store) timelineOrders(ctx context.Context, customerID int64, after cut, kind string, limit int) ([]timelineItem, error) {
	text, args := "", []any{customerID, after.at, after.at, after.id}
	if kind != "" {
		text, args = " and kind = ?", append(args, kind)
	}
	var rows []Order
	err := s.records.Read().NewRaw("select "+orderColumns+`
from orders
where customer_id = ?
  and (ordered_at < ? or ordered_at = ? and id < ?)
  and deleted_at is null`+text+`
order by ordered_at desc, id desc
limit ?`, append(args, limit)...).Scan(ctx, &rows)
	items := make([]timelineItem, len(rows))
	for i, o := range rows {
		amount := money.Of(o.Gross-o.Refunded, o.Currency)
		items[i] = timelineItem{ID: itemID(o.Kind, o.ID), Kind: o.Kind, At: instant(o.OrderedAt), Code: o.Kind + "_" + o.Status, Amount: &amount,
			Details: []timelineDetail{}, Values: map[string]any{"order_id": itemNumber(o.ID), "number": o.Number, "shop": o.Shop, "status": o.Status, "lines": o.Lines},
			position: timelinePosition{At: o.OrderedAt, ID: o.ID}}
	}
	return items, err
}

func (s *Store) timelineActivities(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	var rows []storedActivity
	err := s.records.Read().NewRaw("select "+qualified("a", activityColumns)+activitySelect+`
  and a.customer_id = ?
  and (a.happened_at < ? or a.happened_at = ? and a.id < ?)
order by a.happened_at desc, a.id desc
limit ?`, customerID, after.at, after.at, after.id, limit).Scan(ctx, &rows)
	items := make([]timelineItem, len(rows))
	for i := range rows {
		a := &rows[i]
		values := map[string]any{"activity_id": itemNumber(a.ID), "kind": a.Kind, "content": a.Content, "result": a.Result, "version": a.Version}
		if a.StaffName != nil {
			values["staff"] = *a.StaffName
		}
		if a.NextAt != nil {
			values["next_at"], values["next_action"] = instantText(*a.NextAt), a.NextAction
		}
		if a.NextDoneAt != nil {
			values["next_done_at"] = instantText(*a.NextDoneAt)
		}
		items[i] = timelineItem{ID: itemID("activity", a.ID), Kind: "activity", At: instant(a.HappenedAt), Code: "activity_" + a.Kind, Values: values,
			Details: []timelineDetail{}, position: timelinePosition{At: a.HappenedAt, ID: a.ID}}
	}
	return items, err
}

func (s *Store) timelineConsents(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	var rows []Consent
	err := s.records.Read().NewRaw("select "+consentColumns+`
from consents
where customer_id = ?
  and (happened_at < ? or happened_at = ? and id < ?)
order by happened_at desc, id desc
limit ?`, customerID, after.at, after.at, after.id, limit).Scan(ctx, &rows)
	items := make([]timelineItem, len(rows))
	for i, c := range rows {
		code := "consent_withdrawn"
		if c.Granted {
			code = "consent_granted"
		}
		items[i] = timelineItem{ID: itemID("consent", c.ID), Kind: "consent", At: instant(c.HappenedAt), Code: code, Details: []timelineDetail{},
			Values:   map[string]any{"purpose": c.Purpose, "channel": c.Channel, "granted": c.Granted, "source": c.Source, "notice": c.Notice, "proof_kind": c.ProofKind, "proof": c.Proof},
			position: timelinePosition{At: c.HappenedAt, ID: c.ID}}
	}
	return items, err
}

// timelineTags gives one item for all tags put on at the same instant.
func (s *Store) timelineTags(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	var rows []tagRow
	err := s.records.Read().NewRaw(`
select customer_id, tag, created_at
from customer_tags
where customer_id = ?
  and (created_at < ? or created_at = ? and ? > 0)
order by created_at desc, tag`, customerID, after.at, after.at, after.id).Scan(ctx, &rows)
	var items []timelineItem
	for _, t := range rows {
		if n := len(items); n > 0 && items[n-1].position.At == t.CreatedAt {
			items[n-1].Values["tags"] = append(items[n-1].Values["tags"].([]string), t.Tag)
			continue
		}
		if len(items) == limit {
			break
		}
		items = append(items, timelineItem{ID: itemID("tag", t.CreatedAt), Kind: "tag", At: instant(t.CreatedAt), Code: "tagged", Details: []timelineDetail{},
			Values: map[string]any{"tags": []string{t.Tag}}, position: timelinePosition{At: t.CreatedAt}})
	}
	return items, err
}

func (s *Store) timelineCreated(ctx context.Context, customerID int64, after cut, _ string, _ int) ([]timelineItem, error) {
	var rows []Customer
	err := s.records.Read().NewRaw("select "+customerColumns+" from customers where id = ? and (created_at < ? or created_at = ? and ? > 0)",
		customerID, after.at, after.at, after.id).Scan(ctx, &rows)
	items := make([]timelineItem, len(rows))
	for i, c := range rows {
		values, code := map[string]any{}, "created"
		if guard.FieldsOf(ctx, noun).Right("source") != guard.None {
			values["source"] = c.Source
		}
		if c.CreatedImportID != nil {
			code, values["import_id"] = "created_by_import", itemNumber(*c.CreatedImportID)
		}
		items[i] = timelineItem{ID: itemID("created", c.ID), Kind: "created", At: instant(c.CreatedAt), Code: code, Values: values,
			Details: []timelineDetail{}, position: timelinePosition{At: c.CreatedAt}}
	}
	return items, err
}

func (s *Store) timelineMerges(ctx context.Context, customerID int64, after cut, _ string, limit int) ([]timelineItem, error) {
	var rows []struct {
		mergeRow
		Name string `bun:"name"`
	}
	err := s.records.Read().NewRaw(`
select m.id, m.kept_id, m.merged_id, m.created_at, c.name
from merges m
join customers c on c.id = m.merged_id
where m.kept_id = ?
  and m.undone_at is null
  and (m.created_at < ? or m.created_at = ? and m.id < ?)
order by m.created_at desc, m.id desc
limit ?`, customerID, after.at, after.at, after.id, limit).Scan(ctx, &rows)
	items := make([]timelineItem, len(rows))
	for i, m := range rows {
		items[i] = timelineItem{ID: itemID("merged", m.ID), Kind: "merged", At: instant(m.CreatedAt), Code: "merged", Details: []timelineDetail{},
			Values: map[string]any{"merge_id": itemNumber(m.ID), "name": m.Name}, position: timelinePosition{At: m.CreatedAt, ID: m.ID}}
	}
	return items, err
}

type timelineCount struct {
	Kind  string `bun:"kind"`
	Count int64  `bun:"count"`
}

// timelineCounts gives how many items of each kind there are, and "all" together, as far as the reader may see them.
func (s *Store) timelineCounts(ctx context.Context, customerID int64) (map[string]int64, error) {
	var rows []timelineCount
	err := s.records.Read().NewRaw(`
select kind, count(*) as count from orders where customer_id = ? and deleted_at is null group by kind
union all
select 'activity', count(*) from activities where customer_id = ?
union all
select 'consent', count(*) from consents where customer_id = ?
union all
select 'tag', count(distinct created_at) from customer_tags where customer_id = ?
union all
select 'merged', count(*) from merges where kept_id = ? and undone_at is null
union all
select 'changed', count(distinct h.happened_at) from field_history h join customers c on c.id = h.customer_id
where h.customer_id = ? and h.source <> ? and h.field not in (?) and h.happened_at > c.created_at
union all
select 'visitor', (select count(*) from visitors where customer_id = ? and tied_at is not null and kind <> 'external_id')
  + (select count(*) from visitor_partings where customer_id = ?)
  + (select count(*) from (
    select case when s.happened_at - lag(s.happened_at) over (partition by s.visitor_id order by s.happened_at, s.id) < ? then 0 else 1 end as begins
    from visitor_sightings s
    join visitors v on v.id = s.visitor_id
    where v.customer_id = ?) t where t.begins = 1)
union all
select 'contact', count(*)`+speakersInSight+`
union all
select 'created', 1`, customerID, customerID, customerID, customerID, customerID, customerID, saidByMerge, bun.List(closedFields(ctx)),
		customerID, customerID, visitGap, customerID, customerID, customerID, scope(ctx, "o"), scope(ctx, "p")).Scan(ctx, &rows)
	if err == nil && s.visits != nil {
		visits, failed := s.visits.CountVisits(ctx, customerID)
		for i := range rows {
			if rows[i].Kind == "visitor" {
				rows[i].Count += visits
			}
		}
		err = failed
	}
	counts := map[string]int64{}
	if err == nil && s.stageMoves != nil && mayRead(ctx, "stage") {
		moves, failed := s.stageMoves.CountStageMoves(ctx, customerID)
		rows, err = append(rows, timelineCount{"stage", moves}), failed
	}
	if err == nil && s.segmentMoves != nil && mayRead(ctx, "segment") {
		moves, failed := s.segmentMoves.CountSegmentMoves(ctx, customerID)
		rows, err = append(rows, timelineCount{"segment", moves}), failed
	}
	for _, row := range rows {
		if row.Count > 0 && mayRead(ctx, row.Kind) {
			counts[row.Kind] = row.Count
			counts["all"] += row.Count
		}
	}
	return counts, err
}
