// Package dial opens connections to the outside world. What people may enter as an address must not become a way into the
// company's own network: the address a name resolves to is looked at when the connection is made, so that neither a
// redirect nor a name that resolves differently the second time gets past it.
package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// ErrPrivate says that an address lies in a network that is not for everybody to reach through this program.
var ErrPrivate = errors.New("address in a private network")

// connectTime bounds how long making a connection may take.
const connectTime = 15 * time.Second

// Dialer opens TCP connections to public addresses, and to those networks that were allowed.
type Dialer struct {
	allowed []netip.Prefix
	more    func(ctx context.Context) ([]netip.Prefix, error)
	inside  bool // private networks too
}

// New gives a dialer that also reaches these networks: prefixes such as 10.1.0.0/16, or single addresses.
func New(networks ...string) (*Dialer, error) {
	d := &Dialer{}
	for _, text := range networks {
		prefix, err := Network(text)
		if err != nil {
			return nil, fmt.Errorf("network %q: %w", text, err)
		}
		d.allowed = append(d.allowed, prefix)
	}
	return d, nil
}

// Network reads a network as people write it: a prefix, or a single address.
func Network(text string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		address, wrong := netip.ParseAddr(text)
		if wrong != nil {
			return prefix, err
		}
		prefix = netip.PrefixFrom(address, address.BitLen())
	}
	return prefix.Masked(), nil
}

// Asking lets the dialer also reach the networks that more gives, which is asked at every connection to an address that is
// not public. It must be called before the dialer, or one made of it by Inside, is used.
func (d *Dialer) Asking(more func(ctx context.Context) ([]netip.Prefix, error)) { d.more = more }

// Allowed are the networks that the dialer was made with.
func (d *Dialer) Allowed() []netip.Prefix { return d.allowed }

// Inside gives a dialer that reaches private networks too, for what an administrator enters and what commonly stands
// there: the company's own mail server. Addresses of machinery (link-local, where clouds keep their secrets) stay out.
func (d *Dialer) Inside() *Dialer { return &Dialer{allowed: d.allowed, more: d.more, inside: true} }

// DialContext opens a connection; it has the form that net/http wants. Error: ErrPrivate.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: connectTime, KeepAlive: 30 * time.Second, ControlContext: d.control}).DialContext(ctx, network, address)
}

// control sees every address before it is connected to, after names are resolved.
func (d *Dialer) control(ctx context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if d.May(to.Addr()) {
		return nil
	}
	if d.more == nil {
		return ErrPrivate
	}
	more, err := d.more(ctx)
	if err != nil {
		return fmt.Errorf("networks: %w", err)
	}
	if !(&Dialer{allowed: more}).May(to.Addr()) {
		return ErrPrivate
	}
	return nil
}

// never are addresses that nothing lets this program reach: there clouds keep the secrets of their machines. Link-local ones
// (AWS, Azure, Google, Tencent and others), and those that stand elsewhere: AWS by IPv6, Alibaba, Oracle, Azure.
var never = prefixes("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "fd20:ce::/32", "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32")

// Never gives the networks that are not reached whatever is allowed.
func Never() []netip.Prefix { return slices.Clone(never) }

// special are blocks of IPv4 and IPv6 that are not the public internet (IANA special-purpose registries), beyond those
// the address itself tells of.
var special = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "fec0::/10")

func prefixes(texts ...string) (made []netip.Prefix) {
	for _, text := range texts {
		made = append(made, netip.MustParsePrefix(text))
	}
	return made
}

// May says whether the dialer connects to an address. An IPv4 address written as IPv6 is the IPv4 address.
func (d *Dialer) May(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	for _, prefix := range never {
		if prefix.Contains(address) {
			return false
		}
	}
	for _, prefix := range d.allowed {
		if prefix.Contains(address) {
			return true
		}
	}
	if address.IsLinkLocalUnicast() || address.IsMulticast() || address.IsUnspecified() || !address.IsValid() {
		return false
	}
	if address.IsLoopback() || address.IsPrivate() {
		return d.inside
	}
	for _, prefix := range special {
		if prefix.Contains(address) {
			return false
		}
	}
	return true
}
