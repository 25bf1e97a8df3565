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
	inside  bool // private networks too
}

// New gives a dialer that also reaches these networks: prefixes such as 10.1.0.0/16, or single addresses.
func New(networks ...string) (*Dialer, error) {
	d := &Dialer{}
	for _, text := range networks {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, wrong := netip.ParseAddr(text)
			if wrong != nil {
				return nil, fmt.Errorf("network %q: %w", text, err)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		d.allowed = append(d.allowed, prefix.Masked())
	}
	return d, nil
}

// Inside gives a dialer that reaches private networks too, for what an administrator enters and what commonly stands
// there: the company's own mail server. Addresses of machinery (link-local, where clouds keep their secrets) stay out.
func (d *Dialer) Inside() *Dialer { return &Dialer{allowed: d.allowed, inside: true} }

// DialContext opens a connection; it has the form that net/http wants. Error: ErrPrivate.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return (&net.Dialer{Timeout: connectTime, KeepAlive: 30 * time.Second, Control: d.control}).DialContext(ctx, network, address)
}

// control sees every address before it is connected to, after names are resolved.
func (d *Dialer) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !d.May(to.Addr()) {
		return ErrPrivate
	}
	return nil
}

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
