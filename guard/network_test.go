package guard_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/dial"
)

// A system administrator who has just shown who she is lets the program reach a private network; it holds at the next connection,
// stands in the audit log, and ends when it is taken back. Where clouds keep their secrets nobody gets.
func TestNetworks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.setUp()
		dialer, err := dial.New("10.9.0.0/16")
		if err != nil {
			t.Fatal(err)
		}
		k.g.Dials(dialer)
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		reach := func(want error) {
			t.Helper()
			c, err := dialer.DialContext(clock.With(context.Background(), k.clock), "tcp", listener.Addr().String())
			if err == nil {
				_ = c.Close()
			}
			if !errors.Is(err, want) {
				t.Errorf("reached with %v, want %v", err, want)
			}
		}
		shown := func() (int, string) {
			got := k.want(200, "GET", "/settings/networks", nil)
			items, _ := got["items"].([]any)
			flags, _ := got["flags"].([]any)
			return len(items), flags[0].(string)
		}
		reach(dial.ErrPrivate)
		k.clock.Advance(time.Hour)
		office := fields{"range": "127.0.0.0/8", "why": "the till's server"}
		if got := k.want(403, "POST", "/settings/networks", office); got["code"] != "prove_yourself" {
			t.Errorf("allowed to a session left open: %v", got)
		}
		k.want(204, "POST", "/session/proof", fields{"password": password})
		for _, text := range []string{"the office", "0.0.0.0/0", "2000::/8", "169.254.169.254", "100.100.100.200/32", ""} {
			k.want(422, "POST", "/settings/networks", fields{"range": text, "why": "x"})
		}
		k.want(422, "POST", "/settings/networks", fields{"range": "10.1.0.0/16", "why": " "})
		if n, flag := shown(); n != 0 || flag != "10.9.0.0/16" {
			t.Errorf("%d allowed, by flag %s", n, flag)
		}
		k.want(201, "POST", "/settings/networks", office)
		k.want(409, "POST", "/settings/networks", fields{"range": "127.1.2.3/8", "why": "the same, written otherwise"})
		reach(nil)
		k.want(204, "DELETE", "/settings/networks?range=127.0.0.0%2F8", nil)
		k.want(404, "DELETE", "/settings/networks?range=127.0.0.0%2F8", nil)
		reach(dial.ErrPrivate)
		if got := k.actions(); !strings.Contains(got, "network.added") || !strings.Contains(got, "network.removed") {
			t.Errorf("audit %s", got)
		}
	})
}
