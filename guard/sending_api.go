package guard

import (
	"context"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/workspace"
)

type sendingOut struct {
	Body struct {
		Held *workspace.Hold `json:"held,omitempty" doc:"absent when sending is free"`
	}
}

func (g *Guard) sending(ctx context.Context) (*sendingOut, error) {
	held, err := workspace.Held(ctx, g.records.Read())
	out := &sendingOut{}
	out.Body.Held = held
	return out, err
}

func (g *Guard) registerSending(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/sending", Permission: "settings.read", Tag: "settings", Summary: "Whether sending is held"},
		func(ctx context.Context, _ *struct{}) (*sendingOut, error) { return g.sending(ctx) })
	api.Register(a, api.Op{Method: "POST", Path: "/sending/hold", Permission: "settings.write", Tag: "settings", Summary: "Hold everything that would leave the building"},
		func(ctx context.Context, _ *struct{}) (*sendingOut, error) {
			if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if held, err := workspace.Held(ctx, tx); err != nil || held != nil {
					return err
				}
				if err := workspace.HoldSending(ctx, tx, workspace.Hold{Since: clock.Now(ctx).UTC(), Reason: workspace.HoldPerson}); err != nil {
					return err
				}
				return Audit(ctx, tx, "sending.held", "workspace", "", struct{}{})
			}); err != nil {
				return nil, err
			}
			return g.sending(ctx)
		})
	api.Register(a, api.Op{Method: "POST", Path: "/sending/release", Permission: "settings.write", Tag: "settings", Summary: "Let sending go on"},
		func(ctx context.Context, _ *struct{}) (*sendingOut, error) {
			if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				held, err := workspace.Held(ctx, tx)
				if err != nil || held == nil {
					return err
				}
				if err := workspace.ReleaseSending(ctx, tx); err != nil {
					return err
				}
				return Audit(ctx, tx, "sending.released", "workspace", "", held)
			}); err != nil {
				return nil, err
			}
			return g.sending(ctx)
		})
}
