package guard

import (
	"context"

	"guanxi/base/api"
)

type separationOut struct {
	Body struct {
		On    bool          `json:"on"`
		Staff []EffectStaff `json:"staff" doc:"active staff whose role reaches into two works and has to become another"`
	}
}

func (g *Guard) registerSeparation(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/administration", Permission: "access.read", Tag: "settings", Summary: "Whether the administrators' work is divided among system, security and audit"},
		func(ctx context.Context, _ *struct{}) (*separationOut, error) {
			out := &separationOut{}
			out.Body.On, out.Body.Staff = g.Rules().apart, []EffectStaff{}
			staff, err := g.ListStaff(ctx)
			if err != nil {
				return nil, err
			}
			for _, s := range staff {
				if role, _ := RoleOf(ctx, s.Role); s.Active && spans(role.Permissions) {
					out.Body.Staff = append(out.Body.Staff, EffectStaff{api.ID(s.ID), s.Name, s.Role})
				}
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/administration/divide", Permission: "access.write", Tag: "settings",
		Summary: "Divide the administrators' work among three persons; only the command line on the machine unites it again"},
		func(ctx context.Context, in *struct {
			Body struct {
				Appointments []Appointment `json:"appointments" maxItems:"200"`
			}
		}) (*struct{}, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			return nil, g.Separate(ctx, in.Body.Appointments)
		})
}
