// Package chaos kills the real binary at random moments and asks whether anything was lost, doubled or left half done.
package chaos

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"guanxi/base/columns"
	"guanxi/base/db/dbtest"
	"guanxi/flow/schema"
	"guanxi/test/served"
)

// instance is one program over one empty company, that is killed and started again.
type instance struct {
	t       *testing.T
	options served.Options
	server  *served.Server
	address atomic.Pointer[string] // nil while it is dead
	between func()                 // what is done while it is dead
	kills   int
	longest time.Duration // until it served again
}

var bothEngines = []string{"sqlite", "postgres"}

// each runs a test on the engines; begin makes a program over a company of its own, not started yet.
func each(t *testing.T, engines []string, test func(t *testing.T, begin func(flags ...string) *instance)) {
	binary, err := served.Binary(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			test(t, func(flags ...string) *instance {
				i := &instance{t: t, options: served.Options{Binary: binary, Dir: t.TempDir(), Role: "admin", Flags: flags}}
				if engine == "postgres" {
					i.options.URL = dbtest.PostgresURL(t)
				}
				return i
			})
		})
	}
}

// kills is how often each engine dies: GUANXI_CHAOS_KILLS, else a few, so that every `make test` has seen some.
func kills(t *testing.T) int {
	text := os.Getenv("GUANXI_CHAOS_KILLS")
	if text == "" {
		return 4
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (i *instance) start() {
	i.t.Helper()
	server, err := served.Start(i.t.Context(), i.options)
	if err != nil {
		i.t.Fatal(err)
	}
	i.server, i.options.Token, i.options.Role = server, server.Token, ""
	at := server.URL()
	i.address.Store(&at)
	if i.kills > 0 {
		i.longest = max(i.longest, server.Ready)
	}
}

// kill ends the program as a power failure would.
func (i *instance) kill() {
	i.address.Store(nil)
	i.server.Kill()
	i.kills++
}

func (i *instance) end() {
	i.t.Helper()
	if err := i.server.Stop(); err != nil {
		i.t.Errorf("the program ended badly: %v\n%s", err, i.server.Said())
	}
}

// survive lets the program work until done says that it has. On the way it is killed so often, at random moments that lie
// about so far apart, and started again; nothing else is done for it.
func (i *instance) survive(often int, apart time.Duration, done func() bool) {
	i.t.Helper()
	for until := time.Now().Add(5 * time.Minute); time.Now().Before(until); {
		if i.kills < often {
			time.Sleep(time.Duration(rand.ExpFloat64() * float64(apart)))
		} else {
			time.Sleep(50 * time.Millisecond)
		}
		if done() {
			return
		}
		if i.kills < often {
			i.kill()
			if i.between != nil {
				i.between()
			}
			i.start()
		}
	}
	i.t.Fatal("what it worked at did not end")
}

func (i *instance) call(method, path string, body, out any) {
	i.t.Helper()
	if err := i.server.Call(i.t.Context(), method, path, body, out); err != nil {
		i.t.Fatal(err)
	}
}

// found is how an import stands; one that has ended without being done is a fault.
func (i *instance) found(id string) served.Import {
	i.t.Helper()
	now, err := i.server.FindImport(i.t.Context(), id)
	if err != nil {
		i.t.Fatal(err)
	}
	if now.Ended() && now.State != "done" {
		i.t.Fatalf("the import is %s", now.State)
	}
	return now
}

// arrived is how many events of these days columns hold.
func (i *instance) arrived() (n int) {
	i.t.Helper()
	var got struct {
		Items []struct {
			Events int `json:"events_7d"`
		} `json:"items"`
	}
	i.call("GET", "/sources", nil, &got)
	for _, source := range got.Items {
		n += source.Events
	}
	return n
}

// where are the flags that name the data.
func where(dir, url string) []string {
	flags := []string{"--data", dir}
	if url != "" {
		flags = append(flags, "--database-url", url)
	}
	return flags
}

func (i *instance) command(arguments ...string) *exec.Cmd {
	return exec.CommandContext(i.t.Context(), i.options.Binary, arguments...)
}

// own is a command on the data of the company.
func (i *instance) own(arguments ...string) *exec.Cmd {
	return i.command(append(arguments, where(i.options.Dir, i.options.URL)...)...)
}

// holds asks columns, with the program ended: as they came, and once they are made anew from records.
func (i *instance) holds(want map[string]int) {
	i.t.Helper()
	i.counts("as they came", want)
	if said, err := i.own("verify", "--rebuild").CombinedOutput(); err != nil {
		i.t.Errorf("verify: %v\n%s", err, said)
	}
	i.counts("made anew", want)
}

func (i *instance) counts(when string, want map[string]int) {
	i.t.Helper()
	store, err := columns.Open(i.t.Context(), columns.Options{Dir: i.options.Dir, Schema: schema.Columns()})
	if err != nil {
		i.t.Fatal(err)
	}
	defer store.Close()
	for query, n := range want {
		var got int
		if err := store.QueryRow(i.t.Context(), query).Scan(&got); err != nil {
			i.t.Errorf("%s: %v", query, err)
		} else if got != n {
			i.t.Errorf("%s, %s: %d, want %d", when, query, got, n)
		}
	}
}
