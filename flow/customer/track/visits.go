package track

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"guanxi/flow/customer"
)

// visitGap parts two visits, in milliseconds.
const visitGap = 30 * 60 * 1000

// hers cuts what a customer did into visits: runs of one visitor without a gap of half an hour. Robots do not visit.
const hers = `
with acts as (
  select *, case when ts - lag(ts) over (partition by visitor_id order by ts, batch_id, position) < ? then 0 else 1 end as begins
  from events
  where customer_id = ? and not bot
), numbered as (
  select *, sum(begins) over (partition by visitor_id order by ts, batch_id, position) as n from acts
), visits as (
  select visitor_id, min(ts) as began, max(ts) as ended, count(*) as acts, min(batch_id * 4096 + position) as id,
    to_json(list({'event': event, 'at': ts, 'path': path, 'properties': properties} order by ts, batch_id, position)[1:20])::varchar as told
  from numbered
  group by visitor_id, n
)`

// VisitsOf implements customer.Visits.
func (t *Tracking) VisitsOf(ctx context.Context, customerID, before, beforeID int64, limit int) ([]customer.Visit, error) {
	rows, err := t.columns.Query(ctx, hers+`
select visitor_id, began, ended, acts, id, told from visits where began < ? or began = ? and id < ? order by began desc, id desc limit ?`,
		visitGap, customerID, before, before, beforeID, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var visits []customer.Visit
	ids := []int64{0}
	for rows.Next() {
		var v customer.Visit
		var began, ended int64
		var told string
		if err := rows.Scan(&v.Visitor, &began, &ended, &v.Count, &v.ID, &told); err != nil {
			return nil, err
		}
		var acts []struct {
			Event      string         `json:"event"`
			At         int64          `json:"at"`
			Path       string         `json:"path"`
			Properties map[string]any `json:"properties"`
		}
		if err := json.Unmarshal([]byte(told), &acts); err != nil {
			return nil, err
		}
		v.Began, v.Ended = time.UnixMilli(began).UTC(), time.UnixMilli(ended).UTC()
		for _, a := range acts {
			if (a.Event == PageViewed || a.Event == ScreenViewed || len(a.Properties) == 0) && a.Path != "" {
				a.Properties = map[string]any{"page": a.Path}
			}
			v.Acts = append(v.Acts, customer.Sighting{Event: a.Event, Properties: a.Properties, At: time.UnixMilli(a.At).UTC()})
		}
		visits, ids = append(visits, v), append(ids, v.Visitor)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var known []struct {
		ID      int64  `bun:"id"`
		Source  string `bun:"source"`
		Kind    string `bun:"kind"`
		TiedAt  *int64 `bun:"tied_at"`
		Another bool   `bun:"another"`
	}
	if err := t.records.Read().NewRaw("select id, source, kind, tied_at, coalesce(customer_id, 0) <> ? as another from visitors where id in (?)", customerID, bun.List(ids)).Scan(ctx, &known); err != nil {
		return nil, err
	}
	for i := range visits {
		for _, k := range known {
			if k.ID == visits[i].Visitor {
				visits[i].Source, visits[i].Kind = k.Source, k.Kind
				visits[i].Known = k.Another || k.TiedAt != nil && *k.TiedAt <= visits[i].Ended.UnixMilli()
			}
		}
	}
	return visits, nil
}

// CountVisits implements customer.Visits.
func (t *Tracking) CountVisits(ctx context.Context, customerID int64) (n int64, err error) {
	err = t.columns.QueryRow(ctx, hers+" select count(*) from visits", visitGap, customerID).Scan(&n)
	return n, err
}
