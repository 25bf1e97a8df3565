package guard

import (
	"context"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
)

func lower(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// StaffItem is a member of staff as lists show it. Email and last use are for those who manage staff.
type StaffItem struct {
	ID              api.ID     `json:"id"`
	Email           string     `json:"email"`
	Name            string     `json:"name"`
	Role            string     `json:"role"`
	TeamID          *api.ID    `json:"team_id,omitempty"`
	Language        string     `json:"language"`
	CapacityMinutes int        `json:"capacity_minutes"`
	Active          bool       `json:"active"`
	Joined          bool       `json:"joined" doc:"has chosen a password"`
	LastSeenAt      *time.Time `json:"last_seen_at,omitempty"`
	CreatedAt       time.Time  `json:"created_at"`
	Version         int64      `json:"version"`
}

func itemOf(s Staff, full bool) StaffItem {
	item := StaffItem{ID: api.ID(s.ID), Name: s.Name, Role: s.Role, TeamID: (*api.ID)(s.TeamID), Active: s.Active,
		Language: s.Language, CapacityMinutes: s.CapacityMinutes, Joined: s.HasPassword,
		CreatedAt: time.UnixMilli(s.CreatedAt).UTC(), Version: s.Version}
	if full {
		item.Email = s.Email
		if s.LastSeenAt != nil {
			seen := time.UnixMilli(*s.LastSeenAt).UTC()
			item.LastSeenAt = &seen
		}
	}
	return item
}

type staffOut struct {
	ETag string `header:"ETag"`
	Body StaffItem
}

func (g *Guard) registerStaff(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/users", Permission: "staff.read", Tag: "users", Summary: "Everyone who uses the product"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[StaffItem] }, error) {
			all, err := g.ListStaff(ctx)
			if err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[StaffItem] }{}
			out.Body.Items = make([]StaffItem, 0, len(all))
			for _, s := range all {
				out.Body.Items = append(out.Body.Items, itemOf(s, ActorOf(ctx).Can("staff.write")))
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/users", Permission: "staff.write", Tag: "users", Summary: "Add somebody; answers an invitation link"},
		func(ctx context.Context, in *struct {
			Body struct {
				Email    string  `json:"email"`
				Name     string  `json:"name"`
				Role     string  `json:"role"`
				TeamID   *api.ID `json:"team_id,omitempty"`
				Language string  `json:"language,omitempty"`
			}
		}) (*invitation, error) {
			id, err := g.AddStaff(ctx, NewStaff{Email: in.Body.Email, Name: in.Body.Name, Role: in.Body.Role,
				Language: in.Body.Language, TeamID: (*int64)(in.Body.TeamID)})
			if err != nil {
				return nil, err
			}
			return g.invite(ctx, id)
		})

	api.Register(a, api.Op{Method: "POST", Path: "/users/{id}/invite", Permission: "staff.write", Tag: "users", Summary: "A new invitation link"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*invitation, error) {
			if _, err := g.StaffByID(ctx, int64(in.ID)); err != nil {
				return nil, err
			}
			return g.invite(ctx, int64(in.ID))
		})

	api.Register(a, api.Op{Method: "PATCH", Path: "/users/{id}", Permission: "staff.write", Tag: "users", Summary: "Change role, team, capacity or activity"},
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    struct {
				Name            *string `json:"name,omitempty"`
				Role            *string `json:"role,omitempty"`
				Language        *string `json:"language,omitempty"`
				TeamID          *api.ID `json:"team_id,omitempty"`
				CapacityMinutes *int    `json:"capacity_minutes,omitempty"`
				Active          *bool   `json:"active,omitempty"`
			}
		}) (*staffOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			if err := g.ChangeStaff(ctx, int64(in.ID), version, StaffChange{Name: in.Body.Name, Role: in.Body.Role, Language: in.Body.Language,
				TeamID: (*int64)(in.Body.TeamID), CapacityMinutes: in.Body.CapacityMinutes, Active: in.Body.Active}); err != nil {
				return nil, err
			}
			s, err := g.StaffByID(ctx, int64(in.ID))
			return &staffOut{ETag: api.ETag(s.Version), Body: itemOf(s, true)}, err
		})

}

type invitation struct {
	Body struct {
		StaffItem
		Link string `json:"link" doc:"valid once, for three days"`
	}
}

func (g *Guard) invite(ctx context.Context, id int64) (*invitation, error) {
	s, err := g.StaffByID(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &invitation{}
	out.Body.StaffItem = itemOf(s, true)
	out.Body.Link, err = g.CreateLink(ctx, PurposeInvite, &id)
	return out, err
}
