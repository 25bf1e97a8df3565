package analyze

import (
	"context"

	"guanxi/base/api"
	"guanxi/base/page"
)

type listOut struct {
	ETag string `header:"ETag"`
	Body GroupView
}

func (s *Segments) answerList(ctx context.Context, id int64, err error) (*listOut, error) {
	if err != nil {
		return nil, err
	}
	v, err := s.list(ctx, id)
	if err != nil {
		return nil, err
	}
	return &listOut{ETag: api.ETag(v.Version), Body: *v}, nil
}

// GroupPlace is the place of a group in a request: what is absent stays, "" or "0" takes it away.
type GroupPlace struct {
	Parent *api.ID `json:"parent_id,omitempty" doc:"the list it stands under; 0 for none"`
	Owner  *api.ID `json:"owner_id,omitempty" doc:"who is answerable for its members; 0 for nobody"`
	Team   *api.ID `json:"team_id,omitempty" doc:"the team its members belong to; 0 for none"`
}

func (b GroupPlace) apply(p *Place) {
	set := func(to **int64, id *api.ID) {
		switch {
		case id == nil:
		case *id == 0:
			*to = nil
		default:
			n := int64(*id)
			*to = &n
		}
	}
	set(&p.ParentID, b.Parent)
	set(&p.OwnerID, b.Owner)
	set(&p.TeamID, b.Team)
}

func (b GroupPlace) sent() bool { return b.Parent != nil || b.Owner != nil || b.Team != nil }

// ListAddress names one list in a path, and the version the caller has seen.
type ListAddress struct {
	ID      api.ID `path:"id"`
	IfMatch string `header:"If-Match"`
}

func (s *Segments) registerLists(a *api.API) {
	op := func(method, path, permission, summary string, status int) api.Op {
		return api.Op{Method: method, Path: path, Permission: permission, Tag: "lists", Summary: summary, Status: status}
	}

	api.Register(a, op("GET", "/groups", "segments.read", "Every list and segment with its place in the tree, its count and to whom it belongs", 200),
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[GroupView] }, error) {
			all, err := s.Groups(ctx)
			return &struct{ Body page.List[GroupView] }{page.List[GroupView]{Items: all}}, err
		})

	api.Register(a, op("GET", "/lists", "segments.read", "Every list", 200),
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[GroupView] }, error) {
			all, err := s.Groups(ctx)
			lists := []GroupView{}
			for _, v := range all {
				if v.Type == GroupList {
					lists = append(lists, v)
				}
			}
			return &struct{ Body page.List[GroupView] }{page.List[GroupView]{Items: lists}}, err
		})

	api.Register(a, op("POST", "/lists", "segments.write", "Make an empty list", 201),
		func(ctx context.Context, in *struct {
			Body struct {
				Name        string `json:"name" maxLength:"80"`
				Description string `json:"description,omitempty" maxLength:"500"`
				GroupPlace
			}
		}) (*listOut, error) {
			d := ListDraft{Name: in.Body.Name, Description: in.Body.Description}
			in.Body.apply(&d.Place)
			id, err := s.CreateList(ctx, d)
			return s.answerList(ctx, id, err)
		})

	api.Register(a, op("GET", "/lists/{id}", "segments.read", "One list", 200),
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*listOut, error) {
			return s.answerList(ctx, int64(in.ID), nil)
		})

	api.Register(a, op("PATCH", "/lists/{id}", "segments.write", "Change a list's name or place, or to whom it belongs", 200),
		func(ctx context.Context, in *struct {
			ListAddress
			Body struct {
				Name        *string `json:"name,omitempty" maxLength:"80"`
				Description *string `json:"description,omitempty" maxLength:"500"`
				GroupPlace
			}
		}) (*listOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return s.answerList(ctx, int64(in.ID), s.ChangeList(ctx, int64(in.ID), version, func(d *ListDraft) {
				if in.Body.Name != nil {
					d.Name = *in.Body.Name
				}
				if in.Body.Description != nil {
					d.Description = *in.Body.Description
				}
				in.Body.apply(&d.Place)
			}))
		})

	api.Register(a, op("DELETE", "/lists/{id}", "segments.write", "Delete a list; it can be restored", 204),
		func(ctx context.Context, in *ListAddress) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return nil, s.DeleteList(ctx, int64(in.ID), version)
		})

	api.Register(a, op("POST", "/lists/{id}/restore", "segments.write", "Bring a deleted list back with who was in it", 200),
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*listOut, error) {
			return s.answerList(ctx, int64(in.ID), s.RestoreList(ctx, int64(in.ID)))
		})

	api.Register(a, op("GET", "/lists/{id}/members", "segments.read", "Who is in a list, or in anything below it", 200),
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
			page.Query
		}) (*struct{ Body page.List[SegmentMember] }, error) {
			list, err := s.ListMembers(ctx, int64(in.ID), in.Query)
			if err != nil {
				return nil, err
			}
			return &struct{ Body page.List[SegmentMember] }{*list}, nil
		})
	s.registerPlans(a)
}

func (s *Segments) registerPlans(a *api.API) {
	type plans struct {
		Body struct {
			Items []GroupPlan `json:"items" doc:"newest first"`
		}
	}
	show := func(ctx context.Context, kind string, id api.ID, err error) (*plans, error) {
		if err != nil {
			return nil, err
		}
		out := &plans{}
		out.Body.Items, err = s.Plans(ctx, kind, int64(id))
		return out, err
	}
	for kind, path := range map[string]string{GroupList: "/lists/{id}/plan", GroupSegment: "/segments/{id}/plan"} {
		api.Register(a, api.Op{Method: "GET", Path: path, Permission: "segments.read", Tag: "lists", Summary: "The plan a group is worked with, every version of it"},
			func(ctx context.Context, in *struct {
				ID api.ID `path:"id"`
			}) (*plans, error) {
				return show(ctx, kind, in.ID, nil)
			})
		api.Register(a, api.Op{Method: "PUT", Path: path, Permission: "segments.write", Tag: "lists", Summary: "Write a new version of a group's plan"},
			func(ctx context.Context, in *struct {
				ID   api.ID `path:"id"`
				Body struct {
					Content string `json:"content" maxLength:"20000"`
					Over    int64  `json:"over" doc:"the version the writer has seen, 0 for none"`
				}
			}) (*plans, error) {
				return show(ctx, kind, in.ID, s.WritePlan(ctx, kind, int64(in.ID), in.Body.Over, in.Body.Content))
			})
	}
}
