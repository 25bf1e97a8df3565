package track

import (
	"context"
	"sort"
	"time"

	"guanxi/base/api"
)

// PlanView is what has been agreed on about an event, as staff see it.
type PlanView struct {
	Lock        string            `json:"lock" enum:"open,told,blocked" doc:"what becomes of an event that is not so: nothing, a finding, or it is not taken"`
	Description string            `json:"description"`
	Properties  []PlannedProperty `json:"properties"`
	UpdatedAt   time.Time         `json:"updated_at"`
	Version     int64             `json:"version"`
}

// SourceSchema is what a source sends, and what it has agreed to send.
type SourceSchema struct {
	Items         []EventShape `json:"items"`
	Names         int64        `json:"names" doc:"different events; the most frequent are listed"`
	Others        OtherEvents  `json:"others"`
	UnknownEvents string       `json:"unknown_events" enum:"taken,told,blocked" doc:"what becomes of events without a plan"`
	Violations    []Violation  `json:"violations" doc:"the latest first"`
	Version       int64        `json:"version" doc:"of the source"`
}

// OtherEvents are those beyond the ones that are listed, in one row.
type OtherEvents struct {
	Names int64 `json:"names"`
	Count int64 `json:"count"`
}

func (t *Tracking) registerPlans(a *api.API) {
	const tag = "sources"
	one := func(ctx context.Context, source int64) (*api.Answered[SourceSchema], error) {
		schema, err := t.schema(ctx, source)
		return api.Answer(schema, err)
	}
	api.Register(a, api.Op{Method: "GET", Path: "/sources/{id}/schema", Permission: "sources.read", Tag: tag, Summary: "The events a source sends and what stands in them, as found and as agreed on, and what was not as agreed"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*api.Answered[SourceSchema], error) {
			return one(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/sources/{id}/schema", Permission: "sources.write", Tag: tag, Summary: "Say what becomes of unknown events; with a lock, agree on all events as they were found"},
		func(ctx context.Context, in *struct {
			SourceNamed
			Body struct {
				UnknownEvents string `json:"unknown_events" enum:"taken,told,blocked"`
				Lock          string `json:"lock,omitempty" enum:"open,told,blocked"`
			}
		}) (*api.Answered[SourceSchema], error) {
			version, err := api.Version(in.IfMatch)
			if err == nil {
				err = t.Agree(ctx, int64(in.ID), version, in.Body.UnknownEvents, in.Body.Lock)
			}
			if err != nil {
				return nil, err
			}
			return one(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/sources/{id}/schema/event", Permission: "sources.write", Tag: tag, Summary: "Agree on an event: its description, properties, types, what is required, and what becomes of one that is not so; If-Match is the version of its plan, 0 for the first"},
		func(ctx context.Context, in *struct {
			SourceNamed
			Body struct {
				Event       string            `json:"event" minLength:"1" maxLength:"200"`
				Lock        string            `json:"lock" enum:"open,told,blocked"`
				Description string            `json:"description" maxLength:"500"`
				Properties  []PlannedProperty `json:"properties" maxItems:"300"`
			}
		}) (*api.Answered[SourceSchema], error) {
			version, err := api.Version(in.IfMatch)
			if err == nil {
				err = t.SetPlan(ctx, int64(in.ID), version, Plan{Event: in.Body.Event, Lock: in.Body.Lock, Description: in.Body.Description, Properties: in.Body.Properties})
			}
			if err != nil {
				return nil, err
			}
			return one(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/sources/{id}/schema/event", Permission: "sources.write", Tag: tag, Status: 204, Summary: "Take back what was agreed on about an event"},
		func(ctx context.Context, in *struct {
			SourceNamed
			Event string `query:"event" required:"true"`
		}) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err == nil {
				err = t.DropPlan(ctx, int64(in.ID), version, in.Event)
			}
			return nil, err
		})
}

// schema puts what was found and what was agreed on together.
func (t *Tracking) schema(ctx context.Context, source int64) (*SourceSchema, error) {
	s, err := t.Source(ctx, t.records.Read(), source)
	if err != nil {
		return nil, err
	}
	out := &SourceSchema{UnknownEvents: s.UnknownEvents, Version: s.Version}
	if out.Items, out.Names, err = t.shapes(ctx, source); err != nil {
		return out, err
	}
	var all, listed int64
	if err := t.columns.QueryRow(ctx, "select count(*) from events where source_id = ?", source).Scan(&all); err != nil {
		return out, err
	}
	at := map[string]int{}
	for i, e := range out.Items {
		at[e.Event] = i
		listed += e.Count
	}
	out.Others = OtherEvents{Names: max(0, out.Names-int64(len(out.Items))), Count: max(0, all-listed)}
	plans, err := plansOf(ctx, t.records.Read(), source)
	if err != nil {
		return out, err
	}
	for _, p := range plans {
		i, found := at[p.Event]
		if !found {
			i = len(out.Items)
			out.Items = append(out.Items, EventShape{Event: p.Event, Kind: Track, Properties: []PropertyShape{}})
		}
		out.Items[i].Plan = &PlanView{Lock: p.Lock, Description: p.Description, Properties: p.Properties, UpdatedAt: time.UnixMilli(p.UpdatedAt).UTC(), Version: p.Version}
	}
	sort.SliceStable(out.Items, func(i, j int) bool { return out.Items[i].Count > out.Items[j].Count })
	out.Violations, err = t.violationsOf(ctx, source)
	return out, err
}
