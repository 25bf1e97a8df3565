package guard

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/dial"
	"guanxi/base/fault"
)

// Network is a private network that the program may reach besides those its flags allow: for imports by URL and SFTP, for the
// mail server and the sign-in provider.
type Network struct {
	Range string    `json:"range"`
	Why   string    `json:"why"`
	By    string    `json:"by" doc:"name of who allowed it"`
	At    time.Time `json:"at"`
}

const (
	networksKey  = "networks"
	mostNetworks = 50
)

// Dials lets the guard decide by its settings what dialer reaches, and speak with the sign-in provider through it. It must be
// called before anything dials.
func (g *Guard) Dials(dialer *dial.Dialer) {
	dialer.Asking(g.allowedNetworks)
	g.dialer = dialer
	g.provider = callProviderBy(dialer)
}

func (g *Guard) allowedNetworks(ctx context.Context) (allowed []netip.Prefix, err error) {
	networks, err := g.Networks(ctx)
	for _, n := range networks {
		if prefix, err := dial.Network(n.Range); err == nil {
			allowed = append(allowed, prefix)
		}
	}
	return allowed, err
}

// Networks gives the private networks that were allowed in the settings.
func (g *Guard) Networks(ctx context.Context) (networks []Network, err error) {
	_, err = db.Setting(ctx, g.records.Read(), networksKey, &networks)
	return networks, err
}

// AllowNetwork lets the program reach a private network. Faults: invalid; forbidden, until the person has shown again who
// she is.
func (g *Guard) AllowNetwork(ctx context.Context, text, why string) error {
	prefix, err := dial.Network(strings.TrimSpace(text))
	if err != nil {
		return fault.Invalid("range", "network_unreadable")
	}
	if prefix.Bits() < 8 || prefix.Addr().Is6() && prefix.Bits() < 32 {
		return fault.Invalid("range", "network_too_wide")
	}
	for _, never := range dial.Never() {
		if never.Contains(prefix.Addr()) && never.Bits() <= prefix.Bits() {
			return fault.Invalid("range", "network_never")
		}
	}
	if why = strings.TrimSpace(why); why == "" {
		return fault.Invalid("why", "required")
	}
	n := Network{prefix.String(), why, ActorOf(ctx).Name, clock.Now(ctx).UTC()}
	return g.changeNetworks(ctx, "network.added", n, func(networks []Network) ([]Network, error) {
		if len(networks) >= mostNetworks {
			return nil, fault.Invalid("range", "networks_enough", mostNetworks)
		}
		if slices.ContainsFunc(networks, func(each Network) bool { return each.Range == n.Range }) {
			return nil, fault.Conflict("network_known")
		}
		return append(networks, n), nil
	})
}

// ForgetNetwork takes a private network back. Faults: not found; forbidden, as for AllowNetwork.
func (g *Guard) ForgetNetwork(ctx context.Context, text string) error {
	return g.changeNetworks(ctx, "network.removed", Network{Range: text}, func(networks []Network) ([]Network, error) {
		at := slices.IndexFunc(networks, func(each Network) bool { return each.Range == text })
		if at < 0 {
			return nil, fault.NotFound("network", 0)
		}
		return slices.Delete(networks, at, at+1), nil
	})
}

func (g *Guard) changeNetworks(ctx context.Context, action string, n Network, change func([]Network) ([]Network, error)) error {
	if err := g.Proven(ctx); err != nil {
		return err
	}
	return g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var networks []Network
		if _, err := db.Setting(ctx, tx, networksKey, &networks); err != nil {
			return err
		}
		networks, err := change(networks)
		if err != nil {
			return err
		}
		if err := db.KeepSetting(ctx, tx, networksKey, networks); err != nil {
			return err
		}
		return Audit(ctx, tx, action, "workspace", "", map[string]any{"range": n.Range, "why": n.Why})
	})
}
