package track

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/guard"
)

// SourceView is a source as staff see it. The write key is for who may set sources.
type SourceView struct {
	ID              api.ID     `json:"id"`
	Name            string     `json:"name"`
	Kind            string     `json:"kind"`
	WriteKey        string     `json:"write_key,omitempty" doc:"absent where the source sends no events, or the reader may not set sources"`
	Sends           bool       `json:"sends" doc:"it has a write key"`
	Origins         []string   `json:"origins" doc:"web origins that may send; empty for all"`
	EventsPerSecond int64      `json:"events_per_second" doc:"0 is no bound"`
	ExpectedHours   *int64     `json:"expected_hours" doc:"facts are late when none came for so long"`
	LastFactAt      *time.Time `json:"last_fact_at"`
	CreatedAt       time.Time  `json:"created_at"`
	Events7D        int64      `json:"events_7d" doc:"events of the last seven days"`
	Refused         int64      `json:"refused" doc:"events not taken, ever"`
	Version         int64      `json:"version"`
}

func view(ctx context.Context, s *Source) SourceView {
	v := SourceView{ID: api.ID(s.ID), Name: s.Name, Kind: s.Kind, Sends: s.WriteKey != "", Origins: s.origins, EventsPerSecond: s.EventsPerSecond, ExpectedHours: s.ExpectedHours,
		CreatedAt: time.UnixMilli(s.CreatedAt).UTC(), Version: s.Version}
	if v.Origins == nil {
		v.Origins = []string{}
	}
	if guard.ActorOf(ctx).Can("sources.write") {
		v.WriteKey = s.WriteKey
	}
	if s.LastFactAt != nil {
		at := time.UnixMilli(*s.LastFactAt).UTC()
		v.LastFactAt = &at
	}
	return v
}

type sourceOne struct {
	ETag string `header:"ETag"`
	Body SourceView
}

// SourceNamed is the source an operation changes. It is exported because huma reads embedded inputs only where they are.
type SourceNamed struct {
	ID      api.ID `path:"id"`
	IfMatch string `header:"If-Match"`
}

// Register adds what staff do with sources.
func (t *Tracking) Register(a *api.API) {
	const tag = "sources"
	one := func(ctx context.Context, id int64) (*sourceOne, error) {
		s, err := t.Source(ctx, t.records.Read(), id)
		if err != nil {
			return nil, err
		}
		v := view(ctx, s)
		if err := t.figures(ctx, []*SourceView{&v}); err != nil {
			return nil, err
		}
		return &sourceOne{ETag: api.ETag(s.Version), Body: v}, nil
	}
	api.Register(a, api.Op{Method: "GET", Path: "/sources", Permission: "sources.read", Tag: tag, Summary: "Where facts come from, and when the last one came"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[SourceView] }, error) {
			all, err := t.Sources(ctx)
			out := &struct{ Body page.List[SourceView] }{}
			out.Body.Items = all
			return out, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/sources", Permission: "sources.write", Tag: tag, Status: 201, Summary: "Add a source that sends events; the answer holds its write key"},
		func(ctx context.Context, in *struct {
			Body struct {
				Name            string   `json:"name" minLength:"1" maxLength:"60" pattern:"^[^:#]+$"`
				Kind            string   `json:"kind" enum:"web,app,server,shop,till,partner"`
				Origins         []string `json:"origins,omitempty" maxItems:"50"`
				EventsPerSecond int64    `json:"events_per_second,omitempty" minimum:"0" maximum:"1000000"`
				ExpectedHours   *int64   `json:"expected_hours,omitempty" minimum:"1" maximum:"8760"`
			}
		}) (*sourceOne, error) {
			s, err := t.Create(ctx, SourceDraft{in.Body.Name, in.Body.Kind, in.Body.Origins, in.Body.EventsPerSecond, in.Body.ExpectedHours})
			if err != nil {
				return nil, err
			}
			return one(ctx, s.ID)
		})
	api.Register(a, api.Op{Method: "GET", Path: "/sources/{id}", Permission: "sources.read", Tag: tag, Summary: "One source"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*sourceOne, error) {
			return one(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/sources/{id}", Permission: "sources.write", Tag: tag, Summary: "Set which origins may send, how much, and when facts of it are late"},
		func(ctx context.Context, in *struct {
			SourceNamed
			Body struct {
				Origins         []string `json:"origins" maxItems:"50"`
				EventsPerSecond int64    `json:"events_per_second" minimum:"0" maximum:"1000000"`
				ExpectedHours   *int64   `json:"expected_hours" minimum:"1" maximum:"8760"`
			}
		}) (*sourceOne, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			if err := t.Change(ctx, int64(in.ID), version, SourceDraft{Origins: in.Body.Origins, EventsPerSecond: in.Body.EventsPerSecond, ExpectedHours: in.Body.ExpectedHours}); err != nil {
				return nil, err
			}
			return one(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "POST", Path: "/sources/{id}/key", Permission: "sources.write", Tag: tag, Summary: "Give a source a new write key, or its first; the old one is refused from now on"},
		func(ctx context.Context, in *SourceNamed) (*sourceOne, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			if _, err := t.Rekey(ctx, int64(in.ID), version, false); err != nil {
				return nil, err
			}
			return one(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/sources/{id}/key", Permission: "sources.write", Tag: tag, Status: 204, Summary: "Take the write key away: the source sends nothing any more"},
		func(ctx context.Context, in *SourceNamed) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err == nil {
				_, err = t.Rekey(ctx, int64(in.ID), version, true)
			}
			return nil, err
		})
	t.registerLive(a)
}

// Sources gives all sources by name.
func (t *Tracking) Sources(ctx context.Context) ([]SourceView, error) {
	var rows []*Source
	if err := t.records.Read().NewRaw("select "+sourceColumns+" from sources order by name limit 500").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	views := make([]SourceView, len(rows))
	of := make([]*SourceView, len(rows))
	for i, s := range rows {
		s.readOrigins()
		views[i] = view(ctx, s)
		of[i] = &views[i]
	}
	return views, t.figures(ctx, of)
}
