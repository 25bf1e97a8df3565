package report

import (
	"context"
	"net/http"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// ReportView is a report as it is shown.
type ReportView struct {
	ID          api.ID     `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Definition  Definition `json:"definition"`
	Roles       []string   `json:"roles" doc:"with whom it is shared"`
	Ready       string     `json:"ready,omitempty" doc:"the ready report it was copied from"`
	Owner       string     `json:"owner,omitempty" doc:"who made it"`
	Mine        bool       `json:"mine"`
	Changeable  bool       `json:"changeable" doc:"by who asks"`
	CreatedAt   time.Time  `json:"created_at"`
	UpdatedAt   time.Time  `json:"updated_at"`
	Version     int64      `json:"version"`
}

func (r *Report) view(ctx context.Context) (ReportView, error) {
	d, err := r.Asks()
	v := ReportView{ID: api.ID(r.ID), Name: r.Name, Description: r.Description, Definition: d, Roles: r.roles(), Ready: r.Ready,
		Mine: r.madeBy(guard.ActorOf(ctx)), Changeable: r.changeable(ctx), CreatedAt: time.UnixMilli(r.CreatedAt).UTC(), UpdatedAt: time.UnixMilli(r.UpdatedAt).UTC(), Version: r.Version}
	if r.StaffName != nil {
		v.Owner = *r.StaffName
	}
	return v, err
}

type reportOut struct {
	ETag string `header:"ETag"`
	Body ReportView
}

func (r *Reports) answer(ctx context.Context, id int64, err error) (*reportOut, error) {
	if err != nil {
		return nil, err
	}
	found, err := r.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	v, err := found.view(ctx)
	return &reportOut{ETag: api.ETag(found.Version), Body: v}, err
}

// DraftBody is a report as a person sends it.
type DraftBody struct {
	Name        string     `json:"name" maxLength:"80"`
	Description string     `json:"description,omitempty" maxLength:"500"`
	Definition  Definition `json:"definition"`
	Roles       []string   `json:"roles,omitempty" maxItems:"50" doc:"share it with these roles"`
	Ready       string     `json:"ready,omitempty" maxLength:"60" doc:"the ready report it was made from"`
}

func (b DraftBody) draft() Draft { return Draft(b) }

// NarrowInput is what a reader adds to a report.
type NarrowInput struct {
	From    string `query:"from" format:"date" doc:"other days than those of the report; both ends"`
	To      string `query:"to" format:"date"`
	Segment api.ID `query:"segment" doc:"only customers in this segment"`
	List    api.ID `query:"list" doc:"only customers in this list"`
}

func (in NarrowInput) narrowed() Narrowed {
	return Narrowed{From: in.From, To: in.To, Segment: int64(in.Segment), List: int64(in.List)}
}

// Asked is a definition that need not be saved, narrowed by its reader.
type Asked struct {
	Definition Definition `json:"definition"`
	From       string     `json:"from,omitempty" format:"date"`
	To         string     `json:"to,omitempty" format:"date"`
	Segment    api.ID     `json:"segment,omitempty"`
	List       api.ID     `json:"list,omitempty"`
}

func (a Asked) narrowed() Narrowed {
	return Narrowed{From: a.From, To: a.To, Segment: int64(a.Segment), List: int64(a.List)}
}

type one struct {
	ID api.ID `path:"id"`
}

type changing struct {
	ID      api.ID `path:"id"`
	IfMatch string `header:"If-Match"`
}

type crossOut struct{ Body *analyze.Cross }

func crossed(c *analyze.Cross, err error) (*crossOut, error) {
	if err != nil {
		return nil, err
	}
	return &crossOut{c}, nil
}

func op(method, path, permission, summary string, status int) api.Op {
	return api.Op{Method: method, Path: path, Permission: permission, Tag: "reports", Summary: summary, Status: status}
}

// Register adds the operations on reports.
func (r *Reports) Register(a *api.API) {
	api.Register(a, op(http.MethodGet, "/reports", "metrics.read", "Every report one made or that is shared with one", 200),
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[ReportView] }, error) {
			all, err := r.All(ctx)
			if err != nil {
				return nil, err
			}
			list := page.List[ReportView]{Items: []ReportView{}}
			for _, each := range all {
				v, err := each.view(ctx)
				if err != nil {
					return nil, err
				}
				list.Items = append(list.Items, v)
			}
			return &struct{ Body page.List[ReportView] }{list}, nil
		})
	api.Register(a, op(http.MethodGet, "/reports/parts", "metrics.read", "What reports can be made of: metrics, facts with their numbers, and dimensions", 200),
		func(ctx context.Context, _ *struct{}) (*struct{ Body *analyze.CrossParts }, error) {
			parts, err := r.metrics.Parts(ctx)
			return &struct{ Body *analyze.CrossParts }{parts}, err
		})
	api.Register(a, op(http.MethodPost, "/reports", "segments.write", "Save a report", 201),
		func(ctx context.Context, in *struct{ Body DraftBody }) (*reportOut, error) {
			id, err := r.Create(ctx, in.Body.draft())
			return r.answer(ctx, id, err)
		})
	api.Register(a, op(http.MethodGet, "/reports/{id}", "metrics.read", "One report", 200),
		func(ctx context.Context, in *one) (*reportOut, error) { return r.answer(ctx, int64(in.ID), nil) })
	api.Register(a, op(http.MethodPut, "/reports/{id}", "segments.write", "Save a report anew", 200),
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    DraftBody
		}) (*reportOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return r.answer(ctx, int64(in.ID), r.Change(ctx, int64(in.ID), version, in.Body.draft()))
		})
	api.Register(a, op(http.MethodDelete, "/reports/{id}", "segments.write", "Delete a report; it can be restored", 204),
		func(ctx context.Context, in *changing) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return nil, r.Delete(ctx, int64(in.ID), version)
		})
	api.Register(a, op(http.MethodPost, "/reports/{id}/restore", "segments.write", "Bring a deleted report back", 200),
		func(ctx context.Context, in *one) (*reportOut, error) {
			return r.answer(ctx, int64(in.ID), r.Restore(ctx, int64(in.ID)))
		})
	r.registerRuns(a)
	r.registerReady(a)
	r.registerSQL(a)
}

func (r *Reports) registerRuns(a *api.API) {
	api.Register(a, op(http.MethodGet, "/reports/{id}/run", "metrics.read", "The figures of a report, with the rights of who asks", 200),
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
			NarrowInput
		}) (*crossOut, error) {
			found, err := r.Get(ctx, int64(in.ID))
			if err != nil {
				return nil, err
			}
			d, err := found.Asks()
			if err != nil {
				return nil, err
			}
			return crossed(r.Run(ctx, d, in.narrowed()))
		})
	api.Register(a, op(http.MethodPost, "/reports/run", "metrics.read", "The figures of a report that is not saved", 200),
		func(ctx context.Context, in *struct{ Body Asked }) (*crossOut, error) {
			return crossed(r.Run(ctx, in.Body.Definition, in.Body.narrowed()))
		})
	api.Register(a, op(http.MethodPost, "/reports/open", "metrics.read", "The orders or customers behind one figure of a report, and the condition that lists its customers", 200),
		func(ctx context.Context, in *struct {
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
			Body   struct {
				Asked
				Cell analyze.CrossCell `json:"cell"`
			}
		}) (*struct{ Body *analyze.CrossOpened }, error) {
			q, err := r.query(ctx, in.Body.Definition, in.Body.narrowed())
			if err != nil {
				return nil, err
			}
			opened, err := r.metrics.OpenCross(ctx, r.segments, q, in.Body.Cell, in.Limit, in.Cursor)
			return &struct{ Body *analyze.CrossOpened }{opened}, err
		})
	api.Register(a, op(http.MethodPost, "/reports/export", "export", "The figures of a report as a file", 200),
		func(ctx context.Context, in *struct {
			Format   string `query:"format" enum:"csv,xlsx" default:"csv"`
			Language string `query:"language" enum:"zh-CN,en-US" default:"zh-CN"`
			Body     struct {
				Asked
				Name string `json:"name,omitempty" maxLength:"80"`
			}
		}) (*file, error) {
			return r.export(ctx, in.Body.Name, in.Format, in.Language, in.Body.Asked)
		})
}
