// Package scenario plays the worked examples T01 to T30 through the real binary, as a program would over HTTP.
package scenario

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guanxi/demo"
	"guanxi/test/served"
)

var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "guanxi-scenario-")
	if err == nil {
		binary, err = served.Binary(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// company is an empty company with a program over it.
type company struct {
	*served.Server
	t      *testing.T
	folder string   // of the sample files
	data   string   // of the program
	url    string   // of PostgreSQL, empty for SQLite
	looked []string // uploads that were inspected and not imported
}

func open(t *testing.T) *company {
	t.Helper()
	return openWith(t, served.Options{})
}

// openWith opens a company with an administrator's token. Where o names no data folder it gets one of its own.
func openWith(t *testing.T, o served.Options) *company {
	t.Helper()
	o.Binary, o.Role, o.Dir = binary, "admin", cmp.Or(o.Dir, t.TempDir())
	// the program outlives the context of the test, which ends before its cleanup
	s, err := served.Start(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	c := &company{Server: s, t: t, folder: t.TempDir(), data: o.Dir, url: o.URL}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("the program ended badly: %v\n%s", err, s.Said())
		}
	})
	samples, err := demo.Samples(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, sample := range samples {
		if err := os.WriteFile(filepath.Join(c.folder, sample.Name), sample.Content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// play runs a part of the scenario as a test of its own.
func (c *company) play(name string, part func()) {
	whole := c.t
	defer func() { c.t = whole }()
	whole.Run(name, func(t *testing.T) {
		c.t = t
		part()
	})
}

// load imports a sample file without any mapping: the headers must be enough.
func (c *company) load(name, kind string) served.Import {
	c.t.Helper()
	i, err := c.Import(c.t.Context(), filepath.Join(c.folder, name), map[string]string{"kind": kind})
	if err != nil {
		c.t.Fatal(err)
	}
	return i
}

func (c *company) get(path string, out any) {
	c.t.Helper()
	if err := c.Call(c.t.Context(), "GET", path, nil, out); err != nil {
		c.t.Fatal(err)
	}
}

// customers lists everybody.
func (c *company) customers() (names []string, phones map[string]string) {
	c.t.Helper()
	var list struct {
		Items []struct {
			Name  string
			Phone *string
		}
	}
	c.get("/customers?limit=50&sort="+url.QueryEscape("name"), &list)
	phones = map[string]string{}
	for _, item := range list.Items {
		names = append(names, item.Name)
		if item.Phone != nil {
			phones[item.Name] = *item.Phone
		}
	}
	return names, phones
}

func (c *company) count(condition map[string]any) int {
	c.t.Helper()
	var answer struct{ Count int }
	if err := c.Call(c.t.Context(), "POST", "/segments/preview", map[string]any{"condition": condition}, &answer); err != nil {
		c.t.Fatal(err)
	}
	return answer.Count
}

func (c *company) expect(what string, got, want any) {
	c.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		c.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// patience is how long facts may take to become visible to analysis.
const patience = 30 * time.Second

// await waits until an import is in the given state.
func (c *company) await(id, state string) {
	c.t.Helper()
	c.eventually("the state of the import", func() any {
		i, err := c.FindImport(c.t.Context(), id)
		if err != nil {
			c.t.Fatal(err)
		}
		return i.State
	}, state)
}

// eventually asks until the answer is as wanted: the feed carries facts to analysis a moment after they are recorded.
func (c *company) eventually(what string, ask func() any, want any) {
	c.t.Helper()
	for until := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		got := ask()
		if fmt.Sprint(got) == fmt.Sprint(want) {
			return
		}
		if time.Now().After(until) {
			c.expect(what, got, want)
			return
		}
	}
}
