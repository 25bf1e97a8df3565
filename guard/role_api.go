package guard

import (
	"context"

	"guanxi/base/api"
	"guanxi/base/fault"
)

type rolesOut struct {
	Body struct {
		Items       []Role   `json:"items"`
		Permissions []string `json:"permissions" doc:"every permission there is"`
		Fields      []string `json:"fields" doc:"fields of a customer that a role can have a right of its own to"`
		Maskable    []string `json:"maskable" doc:"those of them that can be shown in part"`
		Separated   bool     `json:"separated" doc:"the administrators' work is divided: roles that reach into two of the three works are given to nobody"`
	}
}

type roleOut struct {
	ETag string `header:"ETag"`
	Body Role
}

type effectsOut struct {
	Body struct {
		Effects []Effect `json:"effects" doc:"everybody for whom something changes"`
		Matches *int64   `json:"matches,omitempty" doc:"customers a sharing condition holds for now"`
	}
}

func roleNow(ctx context.Context, name string) (*roleOut, error) {
	r, known := RoleOf(ctx, name)
	if !known {
		return nil, fault.NotFound("role", name)
	}
	return &roleOut{ETag: api.ETag(r.Version), Body: r}, nil
}

func (g *Guard) registerRoles(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/roles", Permission: "staff.read", Tag: "users", Summary: "Roles with their permissions, reach and field rights"},
		func(ctx context.Context, _ *struct{}) (*rolesOut, error) {
			rules := g.Rules()
			out := &rolesOut{}
			out.Body.Items, out.Body.Permissions, out.Body.Fields, out.Body.Separated = rules.roles, Permissions(), GovernedFields(ctx), rules.apart
			for _, name := range out.Body.Fields {
				if maskable(name) {
					out.Body.Maskable = append(out.Body.Maskable, name)
				}
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/roles", Permission: "access.write", Tag: "users", Status: 201, Summary: "Make a role of one's own by copying another"},
		func(ctx context.Context, in *struct {
			Body struct {
				RoleChange
				Role string `json:"role" doc:"its name in the API: a-z, 0-9 and _" maxLength:"40"`
				From string `json:"from" doc:"the role it is a copy of, whose part it plays in the day's work" maxLength:"40"`
			}
		}) (*roleOut, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			if err := g.CopyRole(ctx, in.Body.Role, in.Body.From, in.Body.RoleChange); err != nil {
				return nil, err
			}
			return roleNow(ctx, in.Body.Role)
		})

	api.Register(a, api.Op{Method: "PUT", Path: "/roles/{role}", Permission: "access.write", Tag: "users", Summary: "Change a role"},
		func(ctx context.Context, in *struct {
			Role    string `path:"role"`
			IfMatch string `header:"If-Match"`
			Body    RoleChange
		}) (*roleOut, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			if err := g.ChangeRole(ctx, in.Role, version, in.Body); err != nil {
				return nil, err
			}
			return roleNow(ctx, in.Role)
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/roles/{role}", Permission: "access.write", Tag: "users", Summary: "Take a role of one's own away, or give one of the product's its first form back"},
		func(ctx context.Context, in *struct {
			Role string `path:"role"`
		}) (*struct{}, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			return nil, g.RemoveRole(ctx, in.Role)
		})

	api.Register(a, api.Op{Method: "POST", Path: "/roles/{role}/effect", Permission: "access.write", Tag: "users", Summary: "Who would gain and lose what by a change of the role"},
		func(ctx context.Context, in *struct {
			Role string `path:"role"`
			Body RoleChange
		}) (*effectsOut, error) {
			before, known := RoleOf(ctx, in.Role)
			if !known {
				return nil, fault.NotFound("role", in.Role)
			}
			if before.BuiltIn {
				in.Body.Label = before.Label
			}
			rules := g.Rules()
			if err := in.Body.check(ctx, rules.apart); err != nil {
				return nil, err
			}
			after := rules.with(in.Body.role(in.Role, before.Base))
			if err := g.stillLed(ctx, g.records.Read(), after); err != nil {
				return nil, err
			}
			out := &effectsOut{}
			var err error
			out.Body.Effects, err = g.effectOf(ctx, after)
			return out, err
		})
}
