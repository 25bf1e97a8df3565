package guard

import (
	"context"
	"net/http"

	"guanxi/base/api"
	"guanxi/base/fault"
)

type providerView struct {
	Body struct {
		Provider
		HasSecret bool   `json:"has_secret"`
		ReturnTo  string `json:"return_to" doc:"the address to register with the provider"`
	}
}

type waysOut struct {
	Body struct {
		Passkeys bool   `json:"passkeys" doc:"whether passkeys work at this address"`
		Outside  string `json:"outside,omitempty" doc:"what the button of the sign-in provider says; absent where there is none"`
	}
}

func (g *Guard) viewProvider(ctx context.Context) (*providerView, error) {
	p, err := g.SignInProvider(ctx)
	out := &providerView{}
	out.Body.HasSecret, out.Body.ReturnTo = p.Sealed != "", g.publicURL+outsidePath
	out.Body.Provider = p
	return out, err
}

func (g *Guard) registerOutside(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/session/ways", Permission: api.Public, Tag: "sign-in", Summary: "How one may sign in here"},
		func(ctx context.Context, _ *struct{}) (*waysOut, error) {
			p, err := g.SignInProvider(ctx)
			if err != nil {
				return nil, err
			}
			out := &waysOut{}
			_, unusable := g.ceremonies()
			out.Body.Passkeys = unusable == nil
			if p.Enabled {
				if out.Body.Outside = p.Label; p.Label == "" {
					out.Body.Outside = "SSO"
				}
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/session/outside/begin", Permission: api.Public, Tag: "sign-in", Summary: "Where to go to sign in with the provider"},
		func(ctx context.Context, _ *struct{}) (*struct {
			SetCookie string `header:"Set-Cookie"`
			Body      struct {
				Address string `json:"address"`
			}
		}, error) {
			if err := g.ceremoniesByAddress.allow(ActorOf(ctx).Address); err != nil {
				return nil, err
			}
			out := &struct {
				SetCookie string `header:"Set-Cookie"`
				Body      struct {
					Address string `json:"address"`
				}
			}{}
			var err error
			out.Body.Address, out.SetCookie, err = g.beginOutside(ctx)
			if err != nil {
				return nil, err
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/session/outside", Permission: api.Public, Tag: "sign-in", Summary: "Come back from the provider"},
		func(ctx context.Context, in *struct {
			UserAgent string      `header:"User-Agent"`
			Browser   http.Cookie `cookie:"__Host-guanxi-outside"`
			Body      struct {
				Code  string `json:"code" maxLength:"4000"`
				State string `json:"state" maxLength:"200"`
			}
		}) (*sessionOut, error) {
			if err := g.ceremoniesByAddress.allow(ActorOf(ctx).Address); err != nil {
				return nil, err
			}
			s, err := g.endOutside(ctx, in.Body.Code, in.Body.State, in.Browser.Value)
			if err != nil {
				return nil, err
			}
			return g.signIn(ctx, s.ID, in.UserAgent, "outside")
		})

	api.Register(a, api.Op{Method: "GET", Path: "/sign-in/provider", Permission: "access.read", Tag: "settings", Summary: "The sign-in provider"},
		func(ctx context.Context, _ *struct{}) (*providerView, error) { return g.viewProvider(ctx) })

	api.Register(a, api.Op{Method: "PUT", Path: "/sign-in/provider", Permission: "access.write", Tag: "settings", Summary: "Set the sign-in provider"},
		func(ctx context.Context, in *struct {
			Body struct {
				Enabled   bool      `json:"enabled"`
				Label     string    `json:"label" maxLength:"60"`
				Issuer    string    `json:"issuer" maxLength:"500"`
				ProgramID string    `json:"client_id" maxLength:"300"`
				Secret    *string   `json:"secret,omitempty" maxLength:"1000" doc:"never given back; absent keeps it, unless the issuer becomes another"`
				RoleClaim string    `json:"role_claim" maxLength:"100"`
				Roles     []RoleFor `json:"roles"`
			}
		}) (*providerView, error) {
			if err := g.Proven(ctx); err != nil {
				return nil, err
			}
			b := in.Body
			if len(b.Roles) > 100 {
				return nil, fault.Invalid("roles", "too_many", 100)
			}
			if err := g.SetSignInProvider(ctx, Provider{Enabled: b.Enabled, Label: b.Label, Issuer: b.Issuer, ProgramID: b.ProgramID,
				RoleClaim: b.RoleClaim, Roles: append([]RoleFor{}, b.Roles...)}, b.Secret); err != nil {
				return nil, err
			}
			return g.viewProvider(ctx)
		})
}
