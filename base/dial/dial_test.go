package dial

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"guanxi/test/testdata"
)

func TestMay(t *testing.T) {
	plain, err := New()
	if err != nil {
		t.Fatal(err)
	}
	office, err := New("10.1.0.0/16", "127.0.0.2")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		address               string
		plain, office, inside bool
	}{
		{"93.184.215.14", true, true, true},
		{"2606:2800:21f:cb07:6820:80da:af6b:8b2c", true, true, true},
		{"127.0.0.1", false, false, true},
		{"127.0.0.2", false, true, true},
		{"::1", false, false, true},
		{"::ffff:127.0.0.1", false, false, true},
		{"::ffff:127.0.0.2", false, true, true},
		{"10.1.2.3", false, true, true},
		{"10.2.2.3", false, false, true},
		{"172.16.0.1", false, false, true},
		{"192.168.1.1", false, false, true},
		{"fd00::1", false, false, true},
		{"169.254.169.254", false, false, false},
		{"fe80::1%eth0", false, false, false},
		{"0.0.0.0", false, false, false},
		{"::", false, false, false},
		{"100.64.0.1", false, false, false},
		{"224.0.0.1", false, false, false},
		{"255.255.255.255", false, false, false},
		{"64:ff9b::7f00:1", false, false, false},
		{"2002:7f00:1::", false, false, false},
	} {
		address := netip.MustParseAddr(row.address)
		if got := [3]bool{plain.May(address), office.May(address), office.Inside().May(address)}; got != [3]bool{row.plain, row.office, row.inside} {
			t.Errorf("%s: %v", row.address, got)
		}
	}
	if _, err := New("10.1.0.0/99"); err == nil {
		t.Error("a network that is none was taken")
	}
}

// Where clouds keep the secrets of their machines nobody gets, whatever networks were allowed.
func TestNever(t *testing.T) {
	wide, err := New("0.0.0.0/0", "::/0")
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"169.254.169.254", "::ffff:169.254.169.254", "169.254.170.2", "fe80::a9fe:a9fe", "fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"} {
		if wide.May(netip.MustParseAddr(address)) || wide.Inside().May(netip.MustParseAddr(address)) {
			t.Errorf("%s may be reached", address)
		}
	}
	if !wide.May(netip.MustParseAddr("100.100.100.201")) {
		t.Error("the addresses beside them were allowed")
	}
}

// Networks allowed later hold at the next connection, and no longer once they are taken back.
func TestAsking(t *testing.T) {
	open := httptest.NewServer(http.NotFoundHandler())
	defer open.Close()
	d, _ := New()
	var allowed []netip.Prefix
	d.Asking(func(context.Context) ([]netip.Prefix, error) { return allowed, nil })
	reach := func() error {
		c, err := d.DialContext(context.Background(), "tcp", open.Listener.Addr().String())
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	if err := reach(); !errors.Is(err, ErrPrivate) {
		t.Errorf("before: %v", err)
	}
	allowed = prefixes("127.0.0.0/8")
	if err := reach(); err != nil {
		t.Errorf("allowed: %v", err)
	}
	allowed = nil
	if err := reach(); !errors.Is(err, ErrPrivate) {
		t.Errorf("taken back: %v", err)
	}
}

// Names are not trusted, however an address is written: the refusal stands where the connection is made, and so after
// a redirect too.
func TestDial(t *testing.T) {
	hidden := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the hidden server was asked") }))
	defer hidden.Close()
	_, port, _ := net.SplitHostPort(hidden.Listener.Addr().String())
	plain, _ := New()
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1.2.3"} {
		if c, err := plain.DialContext(context.Background(), "tcp", host+":"+port); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: %v %v", host, c, err)
		}
	}

	listener, err := net.Listen("tcp", "127.0.0.2:0")
	if err != nil {
		testdata.LeaveOut(t, "this machine has no second loopback address")
	}
	open := &http.Server{Handler: http.RedirectHandler(hidden.URL, http.StatusFound)} //nolint:gosec // a server of a test
	go func() { _ = open.Serve(listener) }()
	defer open.Close()
	office, _ := New("127.0.0.2")
	caller := &http.Client{Transport: &http.Transport{DialContext: office.DialContext}}
	answer, err := caller.Get("http://" + listener.Addr().String())
	if !errors.Is(err, ErrPrivate) {
		t.Errorf("behind a redirect: %v %v", answer, err)
	}
}
