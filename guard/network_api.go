package guard

import (
	"context"
	"net/netip"

	"guanxi/base/api"
	"guanxi/base/dial"
)

type networksOut struct {
	Body struct {
		Flags []string  `json:"flags" doc:"allowed where the program was started"`
		Items []Network `json:"items" doc:"allowed here"`
		Never []string  `json:"never" doc:"never reached, whatever is allowed"`
	}
}

func (g *Guard) networks(ctx context.Context) (*networksOut, error) {
	out := &networksOut{}
	texts := func(prefixes []netip.Prefix) []string {
		all := []string{}
		for _, p := range prefixes {
			all = append(all, p.String())
		}
		return all
	}
	networks, err := g.Networks(ctx)
	out.Body.Items, out.Body.Flags, out.Body.Never = append([]Network{}, networks...), []string{}, texts(dial.Never())
	if g.dialer != nil {
		out.Body.Flags = texts(g.dialer.Allowed())
	}
	return out, err
}

func (g *Guard) registerNetworks(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/settings/networks", Permission: "settings.read", Tag: "settings", Summary: "Private networks that the program may reach"},
		func(ctx context.Context, _ *struct{}) (*networksOut, error) { return g.networks(ctx) })
	api.Register(a, api.Op{Method: "POST", Path: "/settings/networks", Permission: "settings.write", Tag: "settings", Status: 201, Summary: "Let the program reach a private network; needs a fresh proof"},
		func(ctx context.Context, in *struct {
			Body struct {
				Range string `json:"range" maxLength:"60" doc:"such as 10.1.0.0/16, or one address"`
				Why   string `json:"why" maxLength:"200"`
			}
		}) (*networksOut, error) {
			if err := g.AllowNetwork(ctx, in.Body.Range, in.Body.Why); err != nil {
				return nil, err
			}
			return g.networks(ctx)
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/settings/networks", Permission: "settings.write", Tag: "settings", Status: 204, Summary: "Take a private network back; needs a fresh proof"},
		func(ctx context.Context, in *struct {
			Range string `query:"range" required:"true" maxLength:"60"`
		}) (*struct{}, error) {
			return nil, g.ForgetNetwork(ctx, in.Range)
		})
}
