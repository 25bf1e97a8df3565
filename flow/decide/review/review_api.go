package review

import (
	"context"
	"net/http"

	"guanxi/base/api"
)

// ActionDraft is an action as a person sends it.
type ActionDraft struct {
	Every  string `json:"every" enum:"week,month"`
	Day    string `json:"day,omitempty" format:"date" doc:"a day in the review it is raised in; by default the last that is over"`
	Title  string `json:"title" maxLength:"200"`
	Metric string `json:"metric,omitempty" maxLength:"60" doc:"what it is to change"`
	Owner  api.ID `json:"owner_id"`
	DueDay string `json:"due_day" format:"date"`
	Note   string `json:"note,omitempty" maxLength:"1000"`
}

// ActionPatch is what a person changes of an action; what is absent stays.
type ActionPatch struct {
	Title  *string `json:"title,omitempty" maxLength:"200"`
	Owner  *api.ID `json:"owner_id,omitempty"`
	DueDay *string `json:"due_day,omitempty" format:"date"`
	State  *string `json:"state,omitempty" enum:"open,done,dropped"`
	Note   *string `json:"note,omitempty" maxLength:"1000"`
}

func (p ActionPatch) change(d *Draft) {
	for to, from := range map[*string]*string{&d.Title: p.Title, &d.DueDay: p.DueDay, &d.State: p.State, &d.Note: p.Note} {
		if from != nil {
			*to = *from
		}
	}
	if p.Owner != nil {
		d.Owner = int64(*p.Owner)
	}
}

type actionOut struct {
	ETag string `header:"ETag"`
	Body Action
}

func (r *Reviews) answer(ctx context.Context, id int64, err error) (*actionOut, error) {
	if err != nil {
		return nil, err
	}
	of, err := find(ctx, r.records.Read(), id)
	if err != nil {
		return nil, err
	}
	p, _, err := period(ctx, of.Every, "")
	if err != nil {
		return nil, err
	}
	v, err := r.view(ctx, of, p)
	return &actionOut{api.ETag(of.Version), v}, err
}

func op(method, path, summary string, status int) api.Op {
	return api.Op{Method: method, Path: path, Permission: "metrics.read", Tag: "reviews", Summary: summary, Status: status}
}

// Register adds the operations on reviews.
func (r *Reviews) Register(a *api.API) {
	api.Register(a, op(http.MethodGet, "/review", "What changed in a week or month and why, what was done, and what is to be done", 200),
		func(ctx context.Context, in *struct {
			Every string `query:"every" enum:"week,month" default:"week"`
			Day   string `query:"day" format:"date" doc:"a day in it; by default the last that is over"`
		}) (*api.Answered[Review], error) {
			return api.Answer(r.Of(ctx, in.Every, in.Day))
		})
	api.Register(a, op(http.MethodPost, "/review/actions", "Say what is to be done, by whom, until when", 201),
		func(ctx context.Context, in *struct{ Body ActionDraft }) (*actionOut, error) {
			b := in.Body
			id, err := r.Raise(ctx, b.Every, b.Day, Draft{Title: b.Title, Metric: b.Metric, Owner: int64(b.Owner), DueDay: b.DueDay, Note: b.Note})
			return r.answer(ctx, id, err)
		})
	api.Register(a, op(http.MethodPatch, "/review/actions/{id}", "Settle an action, or say it otherwise", 200),
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    ActionPatch
		}) (*actionOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return r.answer(ctx, int64(in.ID), r.Change(ctx, int64(in.ID), version, in.Body.change))
		})
}
