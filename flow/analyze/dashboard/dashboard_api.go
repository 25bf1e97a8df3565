package dashboard

import (
	"context"
	"net/http"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/flow/analyze/report"
	"guanxi/guard"
)

// DashboardView is a dashboard as it is shown. What its tiles show is asked for tile by tile.
type DashboardView struct {
	ID          api.ID      `json:"id"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Tiles       []Tile      `json:"tiles"`
	Days        report.Days `json:"days"`
	Segment     *api.ID     `json:"segment" doc:"only customers in this segment; null for everybody"`
	Shared      string      `json:"shared" enum:"nobody,team,everybody"`
	Ready       string      `json:"ready,omitempty" doc:"the ready dashboard it was copied from"`
	Owner       string      `json:"owner,omitempty" doc:"who made it"`
	Mine        bool        `json:"mine"`
	Changeable  bool        `json:"changeable" doc:"by who asks"`
	UpdatedAt   time.Time   `json:"updated_at"`
	Version     int64       `json:"version"`
}

func (d *Dashboard) view(ctx context.Context) (DashboardView, error) {
	said, err := d.draft()
	v := DashboardView{ID: api.ID(d.ID), Name: d.Name, Description: d.Description, Tiles: said.Tiles, Days: said.Days, Shared: d.Shared, Ready: d.Ready,
		Mine: d.madeBy(guard.ActorOf(ctx)), Changeable: d.changeable(ctx), UpdatedAt: time.UnixMilli(d.UpdatedAt).UTC(), Version: d.Version}
	if d.SegmentID != nil {
		id := api.ID(*d.SegmentID)
		v.Segment = &id
	}
	if d.StaffName != nil {
		v.Owner = *d.StaffName
	}
	return v, err
}

type dashboardOut struct {
	ETag string `header:"ETag"`
	Body DashboardView
}

func (b *Dashboards) answer(ctx context.Context, id int64, err error) (*dashboardOut, error) {
	if err != nil {
		return nil, err
	}
	found, err := b.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	v, err := found.view(ctx)
	return &dashboardOut{api.ETag(found.Version), v}, err
}

// DashboardDraft is a dashboard as a person sends it.
type DashboardDraft struct {
	Name        string      `json:"name" maxLength:"80"`
	Description string      `json:"description,omitempty" maxLength:"500"`
	Tiles       []Tile      `json:"tiles" maxItems:"30"`
	Days        report.Days `json:"days,omitempty" doc:"of the whole, before those of a tile"`
	Segment     api.ID      `json:"segment,omitempty"`
	Shared      string      `json:"shared,omitempty" enum:"nobody,team,everybody" doc:"to share it takes segments.write"`
	Ready       string      `json:"ready,omitempty" maxLength:"60"`
}

// DashboardPatch is what a person changes of a dashboard; what is absent stays. Segment 0 is everybody.
type DashboardPatch struct {
	Name        *string      `json:"name,omitempty" maxLength:"80"`
	Description *string      `json:"description,omitempty" maxLength:"500"`
	Tiles       *[]Tile      `json:"tiles,omitempty" maxItems:"30"`
	Days        *report.Days `json:"days,omitempty"`
	Segment     *api.ID      `json:"segment,omitempty"`
	Shared      *string      `json:"shared,omitempty" enum:"nobody,team,everybody"`
}

func (p DashboardPatch) change(d *Draft) {
	set(&d.Name, p.Name)
	set(&d.Description, p.Description)
	set(&d.Tiles, p.Tiles)
	set(&d.Days, p.Days)
	set(&d.Shared, p.Shared)
	if p.Segment != nil {
		d.Segment = int64(*p.Segment)
	}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

type one struct {
	ID api.ID `path:"id"`
}

func op(method, path, summary string, status int) api.Op {
	return api.Op{Method: method, Path: path, Permission: "metrics.read", Tag: "dashboards", Summary: summary, Status: status}
}

// Register adds the operations on dashboards.
func (b *Dashboards) Register(a *api.API) {
	api.Register(a, op(http.MethodGet, "/dashboards", "Every dashboard one made or that is shared with one", 200),
		func(ctx context.Context, _ *struct{}) (*api.Answered[page.List[DashboardView]], error) {
			all, err := b.All(ctx)
			if err != nil {
				return nil, err
			}
			list := &page.List[DashboardView]{Items: []DashboardView{}}
			for _, each := range all {
				v, err := each.view(ctx)
				if err != nil {
					return nil, err
				}
				list.Items = append(list.Items, v)
			}
			return api.Answer(list, nil)
		})
	api.Register(a, op(http.MethodGet, "/dashboards/ready", "The dashboards the product brings, by part in the business", 200),
		func(ctx context.Context, _ *struct{}) (*api.Answered[page.List[Ready]], error) {
			return api.Answer(&page.List[Ready]{Items: b.Ready(ctx)}, nil)
		})
	api.Register(a, op(http.MethodPost, "/dashboards/tile", "What one tile shows, with the rights of who asks", 200),
		func(ctx context.Context, in *struct{ Body Asked }) (*api.Answered[TileView], error) {
			return api.Answer(b.Show(ctx, in.Body))
		})
	api.Register(a, op(http.MethodPost, "/dashboards", "Make a dashboard", 201),
		func(ctx context.Context, in *struct{ Body DashboardDraft }) (*dashboardOut, error) {
			d := in.Body
			id, err := b.Create(ctx, Draft{Name: d.Name, Description: d.Description, Tiles: d.Tiles, Days: d.Days, Segment: int64(d.Segment), Shared: d.Shared, Ready: d.Ready})
			return b.answer(ctx, id, err)
		})
	api.Register(a, op(http.MethodGet, "/dashboards/{id}", "One dashboard", 200),
		func(ctx context.Context, in *one) (*dashboardOut, error) { return b.answer(ctx, int64(in.ID), nil) })
	api.Register(a, op(http.MethodPatch, "/dashboards/{id}", "Change a dashboard", 200),
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    DashboardPatch
		}) (*dashboardOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return b.answer(ctx, int64(in.ID), b.Change(ctx, int64(in.ID), version, in.Body.change))
		})
	api.Register(a, op(http.MethodDelete, "/dashboards/{id}", "Delete a dashboard; it can be restored", 204),
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
		}) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return nil, b.Delete(ctx, int64(in.ID), version)
		})
	api.Register(a, op(http.MethodPost, "/dashboards/{id}/restore", "Bring a deleted dashboard back", 200),
		func(ctx context.Context, in *one) (*dashboardOut, error) {
			return b.answer(ctx, int64(in.ID), b.Restore(ctx, int64(in.ID)))
		})
}
