package chaos

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guanxi/base/db/dbtest"
	"guanxi/test/served"
)

// relations writes a file of organizations, their contacts and orders, some named many times over.
func relations(t *testing.T, dir string) {
	t.Helper()
	file, err := os.Create(filepath.Join(dir, "relations.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	fmt.Fprintln(w, "公司名称,联系人姓名,联系人手机,职务,订单号,下单时间,订单金额")
	for i := range 12_000 {
		fmt.Fprintf(w, "公司%d,人%d,139%08d,经理,N%d,2026-01-02,%d\n", i%900, i%5000, i%5000, i, i%70)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// A file that a schedule fetches is imported once, however often the program is killed on the way: while it fetches, and while
// organizations, contacts and orders come in (C007, C242).
func TestScheduledRelationsSurviveKills(t *testing.T) {
	incoming := t.TempDir()
	relations(t, incoming)
	binary, err := served.Binary(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	engines := map[string]func() string{"sqlite": func() string { return "" }}
	if os.Getenv("GUANXI_CHAOS_KILLS") != "" { // a run that was killed waits there until its lease has ended
		engines["postgres"] = func() string { return dbtest.PostgresURL(t) }
	}
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			begin := func() *instance {
				return &instance{t: t, options: served.Options{Binary: binary, Dir: t.TempDir(), URL: url(), Role: "admin", Flags: []string{"--import-folder", incoming}}}
			}
			quiet := begin()
			began := time.Now()
			quiet.fetch(0, 0, nil)
			undisturbed := time.Since(began)
			killed := begin()
			killed.fetch(max(2, kills(t)/2), undisturbed, rand.New(rand.NewPCG(rand.Uint64(), 1)))
			if got, want := killed.digest(), quiet.digest(); got != want {
				t.Fatalf("after %d kills\n%s\nundisturbed\n%s", killed.kills, got, want)
			}
		})
	}
}

// fetch sets a schedule up, runs it and waits for its end, killing the program so many times on the way.
func (i *instance) fetch(most int, undisturbed time.Duration, random *rand.Rand) {
	ctx := i.t.Context()
	s := i.start(ctx)
	defer func() { i.end(s) }()
	var made struct{ ID string }
	if err := s.Call(ctx, "POST", "/schedules", map[string]any{"name": "till", "direction": "in", "kind": "relations", "mode": "upsert",
		"place": map[string]any{"type": "folder", "pattern": "*.csv"}, "repeat": map[string]any{"at": "03:00"}}, &made); err != nil {
		i.t.Fatal(err)
	}
	if err := s.Call(ctx, "POST", "/schedules/"+made.ID+"/run", nil, nil); err != nil {
		i.t.Fatal(err)
	}
	for until := time.Now().Add(5 * time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if i.kills < most {
			time.Sleep(time.Duration(random.ExpFloat64() * float64(undisturbed) / float64(2*most)))
		}
		var runs struct {
			Items []struct {
				State   string
				Imports []struct{ State string }
			}
		}
		if err := s.Call(ctx, "GET", "/schedules/"+made.ID+"/runs", nil, &runs); err != nil {
			i.t.Fatal(err)
		}
		if len(runs.Items) > 0 && runs.Items[0].State == "done" && len(runs.Items[0].Imports) == 1 && runs.Items[0].Imports[0].State == "done" {
			if len(runs.Items) != 1 {
				i.t.Errorf("%d runs, want the one that was asked for", len(runs.Items))
			}
			return
		}
		if i.kills < most {
			s.Kill()
			i.kills++
			s = i.start(ctx)
		}
	}
	i.t.Fatal("the schedule's import did not end")
}
