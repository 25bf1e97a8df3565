package guard

import (
	"context"

	"guanxi/base/api"
)

func (g *Guard) registerPolicy(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/sign-in/policy", Permission: "access.read", Tag: "settings", Summary: "What is asked of who signs in"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body Policy }, error) {
			p, err := g.SignInPolicy(ctx)
			return &struct{ Body Policy }{p}, err
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/sign-in/policy", Permission: "access.write", Tag: "settings", Summary: "Ask something else of who signs in"},
		func(ctx context.Context, in *struct{ Body Policy }) (*struct{ Body Policy }, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			if err := g.SetSignInPolicy(ctx, in.Body); err != nil {
				return nil, err
			}
			p, err := g.SignInPolicy(ctx)
			return &struct{ Body Policy }{p}, err
		})
}
