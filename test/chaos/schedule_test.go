package chaos

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
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
	engines := bothEngines[:1]
	if os.Getenv("GUANXI_CHAOS_KILLS") != "" { // a run that was killed waits on PostgreSQL until its lease has ended
		engines = bothEngines
	}
	each(t, engines, func(t *testing.T, begin func(...string) *instance) {
		quiet, killed := begin("--import-folder", incoming), begin("--import-folder", incoming)
		began := time.Now()
		quiet.fetch(0, 0)
		often := max(2, kills(t)/2)
		killed.fetch(often, time.Since(began)/time.Duration(2*often))
		if got, want := killed.digest(), quiet.digest(); got != want {
			t.Fatalf("after %d kills\n%s\nundisturbed\n%s", killed.kills, got, want)
		}
	})
}

// fetch sets a schedule up, runs it and waits for its end, killing the program so often on the way.
func (i *instance) fetch(often int, apart time.Duration) {
	i.start()
	defer i.end()
	var made struct{ ID string }
	i.call("POST", "/schedules", map[string]any{"name": "till", "direction": "in", "kind": "relations", "mode": "upsert",
		"place": map[string]any{"type": "folder", "pattern": "*.csv"}, "repeat": map[string]any{"at": "03:00"}}, &made)
	i.call("POST", "/schedules/"+made.ID+"/run", nil, nil)
	i.survive(often, apart, func() bool {
		var runs struct {
			Items []struct {
				State   string
				Imports []struct{ State string }
			}
		}
		i.call("GET", "/schedules/"+made.ID+"/runs", nil, &runs)
		if len(runs.Items) == 0 || runs.Items[0].State != "done" || len(runs.Items[0].Imports) != 1 || runs.Items[0].Imports[0].State != "done" {
			return false
		}
		if len(runs.Items) != 1 {
			i.t.Errorf("%d runs, want the one that was asked for", len(runs.Items))
		}
		return true
	})
}
