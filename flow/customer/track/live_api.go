package track

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
)

// LiveEvent is an event as it has arrived in columns.
type LiveEvent struct {
	ID         string          `json:"id" doc:"the request it came in, and its place there"`
	At         time.Time       `json:"at"`
	ReceivedAt time.Time       `json:"received_at"`
	Kind       string          `json:"kind"`
	Event      string          `json:"event"`
	Visitor    api.ID          `json:"visitor_id"`
	Customer   *api.ID         `json:"customer_id"`
	Bot        bool            `json:"bot"`
	Host       string          `json:"host"`
	Path       string          `json:"path"`
	Device     string          `json:"device"`
	Properties json.RawMessage `json:"properties"`
}

// EventShape is one event of a source as it was found to look: how often it came, when last, and its properties.
type EventShape struct {
	Event      string          `json:"event"`
	Kind       string          `json:"kind"`
	Count      int64           `json:"count"`
	LastAt     *time.Time      `json:"last_at"`
	Plan       *PlanView       `json:"plan,omitempty"`
	Properties []PropertyShape `json:"properties" doc:"of the latest events"`
}

// PropertyShape is one property: its types among the latest events, and in how many of them it stood.
type PropertyShape struct {
	Name  string   `json:"name"`
	Types []string `json:"types"`
	Share float64  `json:"share" doc:"0..1"`
}

const (
	shownLive    = 100
	shownShapes  = 200
	shapedEvents = 20_000
)

func (t *Tracking) registerLive(a *api.API) {
	const tag = "sources"
	type named struct {
		ID api.ID `path:"id"`
	}
	api.Register(a, api.Op{Method: "GET", Path: "/sources/{id}/events", Permission: "sources.read", Tag: tag, Summary: "The latest events of a source, and what of it was not taken"},
		func(ctx context.Context, in *named) (*struct {
			Body struct {
				Items   []LiveEvent    `json:"items"`
				Refused []RefusalCount `json:"refused"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items   []LiveEvent    `json:"items"`
					Refused []RefusalCount `json:"refused"`
				}
			}{}
			if _, err := t.Source(ctx, t.records.Read(), int64(in.ID)); err != nil {
				return nil, err
			}
			var err error
			if out.Body.Items, err = t.latest(ctx, int64(in.ID)); err != nil {
				return nil, err
			}
			out.Body.Refused, err = t.refusalsOf(ctx, int64(in.ID))
			return out, err
		})
	t.registerPlans(a)
	t.registerHooks(a)
}

// latest gives the events that arrived last. Whose they are is shown to who sees all customers, for the reader of a source
// may be somebody who sees none.
func (t *Tracking) latest(ctx context.Context, source int64) ([]LiveEvent, error) {
	rows, err := t.columns.Query(ctx, `
select batch_id || '-' || position, ts, received_at, kind, event, visitor_id, customer_id, bot, coalesce(host, ''), coalesce(path, ''), coalesce(device, ''), coalesce(properties::varchar, '{}')
from events
where source_id = ?
order by received_at desc, batch_id desc, position desc
limit ?`, source, shownLive)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	see := seesCustomers(ctx)
	live := []LiveEvent{}
	for rows.Next() {
		var e LiveEvent
		var at, received, visitor int64
		var who sql.NullInt64
		var properties string
		if err := rows.Scan(&e.ID, &at, &received, &e.Kind, &e.Event, &visitor, &who, &e.Bot, &e.Host, &e.Path, &e.Device, &properties); err != nil {
			return nil, err
		}
		e.At, e.ReceivedAt, e.Visitor, e.Properties = time.UnixMilli(at).UTC(), time.UnixMilli(received).UTC(), api.ID(visitor), json.RawMessage(properties)
		if who.Valid && see {
			id := api.ID(who.Int64)
			e.Customer = &id
		}
		live = append(live, e)
	}
	return live, rows.Err()
}

func (t *Tracking) shapes(ctx context.Context, source int64) (shapes []EventShape, names int64, err error) {
	if err := t.columns.QueryRow(ctx, "select count(distinct event) from events where source_id = ?", source).Scan(&names); err != nil {
		return nil, 0, err
	}
	rows, err := t.columns.Query(ctx, `
select event, min(kind), count(*), max(ts)
from events
where source_id = ?
group by event
order by count(*) desc, event
limit ?`, source, shownShapes)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	shapes = []EventShape{}
	at := map[string]int{}
	for rows.Next() {
		s := EventShape{Properties: []PropertyShape{}}
		var last int64
		if err := rows.Scan(&s.Event, &s.Kind, &s.Count, &last); err != nil {
			return nil, 0, err
		}
		s.LastAt = new(time.UnixMilli(last).UTC())
		at[s.Event] = len(shapes)
		shapes = append(shapes, s)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, err
	}
	return shapes, names, t.properties(ctx, source, shapes, at)
}

// properties adds what stands in the latest events.
func (t *Tracking) properties(ctx context.Context, source int64, shapes []EventShape, at map[string]int) error {
	rows, err := t.columns.Query(ctx, `
with latest as (
  select event, properties from events where source_id = ? order by received_at desc limit ?
), sizes as (
  select event, count(*) as n from latest group by event
), found as (
  select event, unnest(json_keys(properties)) as name, properties from latest where properties is not null
), typed as (
  select event, name, json_type(properties, '$."' || name || '"') as type, count(*) as n from found where not contains(name, '"') group by event, name, type
)
select t.event, t.name, string_agg(lower(t.type), ',' order by t.n desc), sum(t.n) / any_value(s.n)
from typed t
join sizes s on s.event = t.event
group by t.event, t.name
order by t.event, sum(t.n) desc, t.name`, source, shapedEvents)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var event, types string
		var p PropertyShape
		if err := rows.Scan(&event, &p.Name, &types, &p.Share); err != nil {
			return err
		}
		if i, shown := at[event]; shown && len(shapes[i].Properties) < 100 {
			p.Types = typeWords(types)
			shapes[i].Properties = append(shapes[i].Properties, p)
		}
	}
	return rows.Err()
}

// figures adds how much sources send.
func (t *Tracking) figures(ctx context.Context, views []*SourceView) error {
	if len(views) == 0 {
		return nil
	}
	ids, of := make([]int64, len(views)), map[int64]*SourceView{}
	for i, v := range views {
		ids[i], of[int64(v.ID)] = int64(v.ID), v
	}
	var refused []struct {
		ID    int64 `bun:"source_id"`
		Count int64 `bun:"count"`
	}
	if err := t.records.Read().NewRaw("select source_id, cast(sum(count) as bigint) as count from source_refusals where source_id in (?) group by source_id", bun.List(ids)).Scan(ctx, &refused); err != nil {
		return err
	}
	for _, r := range refused {
		of[r.ID].Refused = r.Count
	}
	rows, err := t.columns.Query(ctx, "select source_id, count(*) from events where received_at >= ? group by source_id", clock.Now(ctx).AddDate(0, 0, -7).UnixMilli())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, n int64
		if err := rows.Scan(&id, &n); err != nil {
			return err
		}
		if v := of[id]; v != nil {
			v.Events7D = n
		}
	}
	return rows.Err()
}
