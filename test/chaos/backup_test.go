package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

const writers = 8

// company is a running program that eight write to, and the folder it is backed up to.
type company struct {
	*instance
	vault string
	acked [writers]atomic.Int64 // by writer: how many of its customers were acknowledged
}

// write adds customers one after another, as each of the writers, until ctx ends.
func (c *company) write(ctx context.Context) *sync.WaitGroup {
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for ctx.Err() == nil {
				next := c.acked[w].Load() + 1
				body := map[string]any{"name": fmt.Sprintf("Writer %d Customer %d", w, next), "kind": "person"}
				if err := c.server.Call(ctx, "POST", "/customers", body, nil); err != nil {
					if ctx.Err() == nil {
						c.t.Errorf("writer %d: %v", w, err)
					}
					return
				}
				c.acked[w].Store(next)
			}
		})
	}
	return &wait
}

func (c *company) reached() (all [writers]int64) {
	for w := range all {
		all[w] = c.acked[w].Load()
	}
	return all
}

// listed gives the names of the backups there are, oldest first.
func (c *company) listed() (names []string) {
	c.t.Helper()
	said, err := c.command("restore", "--list", "--from", c.vault, "--key-file", filepath.Join(c.options.Dir, "guanxi.key")).CombinedOutput()
	if err != nil {
		c.t.Fatalf("list: %v\n%s", err, said)
	}
	for line := range strings.Lines(string(said)) {
		name, _, _ := strings.Cut(line, " ")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// restored brings a backup back into a place of its own, which also verifies it, and gives how far each writer had come.
func (c *company) restored(name string) (all [writers]int64) {
	c.t.Helper()
	ctx, dir, url := c.t.Context(), filepath.Join(c.t.TempDir(), "restored"), ""
	if c.options.URL != "" {
		url = dbtest.PostgresURL(c.t)
	}
	arguments := append([]string{"restore", "--backup", name, "--from", c.vault, "--key-file", filepath.Join(c.options.Dir, "guanxi.key")}, where(dir, url)...)
	if said, err := c.command(arguments...).CombinedOutput(); err != nil {
		c.t.Fatalf("restore %s: %v\n%s", name, err, said)
	}
	records, err := db.Open(ctx, db.Options{Dir: dir, PostgresURL: url, Schema: dbtest.Schema()})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = records.Close() }()
	var names []string
	if err := records.Read().NewRaw("select name from customers order by id").Scan(ctx, &names); err != nil {
		c.t.Fatal(err)
	}
	for _, name := range names {
		var w int
		var n int64
		if _, err := fmt.Sscanf(name, "Writer %d Customer %d", &w, &n); err != nil {
			c.t.Fatalf("%s: %v", name, err)
		}
		// at the instant of the backup each writer has written its first so many: none is missing in between
		if n != all[w]+1 {
			c.t.Errorf("%s: writer %d has %d after %d", name, w, n, all[w])
		}
		all[w] = n
	}
	return all
}

// Eight write while backups are taken and killed at random moments, and the program with them. Every backup that is there
// afterwards can be restored, is of one instant, and holds all that was acknowledged before it began (C092).
func TestBackupsSurviveKills(t *testing.T) {
	each(t, bothEngines, func(t *testing.T, begin func(...string) *instance) {
		vault := filepath.Join(t.TempDir(), "vault")
		c := &company{vault: vault, instance: begin("--backup-to", vault)}
		c.between = c.takeUp                 // the program may have committed a customer whose answer was never seen
		least := map[string][writers]int64{} // by backup: what was acknowledged before it began
		rounds := max(kills(t)/2, 1)
		c.start()
		c.survive(rounds, 0, func() bool {
			if c.kills < rounds {
				c.round(least)
			}
			return c.kills == rounds || t.Failed()
		})
		c.end()
		names := c.listed()
		t.Logf("%d backups, %d of them waited for, of %v customers", len(names), len(least), c.reached())
		for name := range least {
			if !slices.Contains(names, name) {
				t.Errorf("backup %s was done and is gone", name)
			}
		}
		before := [writers]int64{}
		for i, name := range names {
			if len(names) > 6 && i%(len(names)/6) != 0 {
				continue // each is like the others; six of them are restored
			}
			now := c.restored(name)
			for w := range now {
				if now[w] < least[name][w] || now[w] < before[w] {
					t.Errorf("%s has %d of writer %d; %d were acknowledged before it began, %d were in the backup before", name, now[w], w, least[name][w], before[w])
				}
			}
			before = now
		}
	})
}

// round takes a backup that is killed while people write, one that is not, and begins a third.
func (c *company) round(least map[string][writers]int64) {
	writing, halt := context.WithCancel(c.t.Context())
	wait := c.write(writing)
	backup := func() *exec.Cmd { return c.own("backup", "--to", c.vault) }
	pause := func(most time.Duration) { time.Sleep(rand.N(most)) }
	pause(300 * time.Millisecond)

	killed := backup()
	if err := killed.Start(); err != nil {
		c.t.Fatal(err)
	}
	pause(250 * time.Millisecond)
	_ = killed.Process.Kill()
	_ = killed.Wait()

	reached := c.reached()
	said, err := backup().Output()
	if err != nil {
		c.t.Errorf("the backup after the killed one: %v\n%s", err, complaint(err))
	}
	if words := strings.Fields(string(said)); len(words) > 1 {
		least[words[1]] = reached
	}

	// a restore over the running program is refused, and changes nothing
	refused, err := c.own("restore", "--from", c.vault).CombinedOutput()
	if err == nil || !strings.Contains(string(refused), "another guanxi is using this data folder") {
		c.t.Errorf("a restore under a running program: %v\n%s", err, refused)
	}

	c.call("POST", "/backups", nil, nil)
	pause(400 * time.Millisecond)
	halt()
	wait.Wait()
	if _, err := os.Stat(filepath.Join(c.options.Dir, "guanxi.key")); err != nil {
		c.t.Error(err)
	}
}

// complaint is what a command that failed has said of it.
func complaint(err error) []byte {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.Stderr
	}
	return nil
}

// takeUp reads how far each writer has come, as an unanswered call may have been done.
func (c *company) takeUp() {
	url := c.options.URL
	if url != "" {
		url += "&application_name=chaos"
	}
	records, err := db.Open(c.t.Context(), db.Options{Dir: c.options.Dir, PostgresURL: url})
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = records.Close() }()
	alone(c.t, records)
	for w := range writers {
		var n int64
		if err := records.Read().NewRaw("select count(*) from customers where name like ?", fmt.Sprintf("Writer %d Customer %%", w)).Scan(c.t.Context(), &n); err != nil {
			c.t.Fatal(err)
		}
		if n < c.acked[w].Load() {
			c.t.Errorf("writer %d: %d acknowledged, %d there", w, c.acked[w].Load(), n)
		}
		c.acked[w].Store(n)
	}
}

// alone waits until PostgreSQL has noticed that the killed program is gone: until then it may still commit what was sent.
func alone(t *testing.T, records *db.DB) {
	t.Helper()
	for others := 1; records.Engine() == db.Postgres && others > 0; {
		if err := records.Read().NewRaw("select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and application_name <> 'chaos'").
			Scan(t.Context(), &others); err != nil {
			t.Fatal(err)
		}
	}
}

// A backup that somebody damaged, a wrong key, and a place that is taken are refused at the command line, in words that name
// what is wrong, and nothing is restored.
func TestDamagedBackupsAreRefused(t *testing.T) {
	each(t, bothEngines[:1], func(t *testing.T, begin func(...string) *instance) {
		vault := filepath.Join(t.TempDir(), "vault")
		c := &company{vault: vault, instance: begin()}
		c.start()
		c.end()
		key := filepath.Join(c.options.Dir, "guanxi.key")
		run := func(arguments ...string) (string, error) {
			said, err := c.command(arguments...).CombinedOutput()
			return string(said), err
		}
		if said, err := run("backup", "--data", c.options.Dir, "--to", vault); err != nil {
			t.Fatal(said)
		}
		packs, err := filepath.Glob(filepath.Join(vault, "packs", "*"))
		if err != nil || len(packs) != 1 {
			t.Fatal(packs, err)
		}
		whole, err := os.ReadFile(packs[0])
		if err != nil {
			t.Fatal(err)
		}
		flipped := slices.Clone(whole)
		flipped[len(flipped)/2] ^= 4
		taken := t.TempDir()
		if err := os.WriteFile(filepath.Join(taken, "records.sqlite"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(t.TempDir(), "other")
		if said, err := run("backup", "--data", c.options.Dir, "--to", other+"-vault", "--key-file", other); err != nil {
			t.Fatal(said)
		}
		for _, row := range []struct {
			name, dir, key string
			pack           []byte
			words          string
		}{
			{"a flipped bit", "", key, flipped, filepath.Base(packs[0])},
			{"a truncated file", "", key, whole[:len(whole)/2], filepath.Base(packs[0])},
			{"a file that is gone", "", key, nil, "packs"},
			{"another key", "", other, whole, "sealed with the key"},
			{"no key", "", other + "-none", whole, "there is no key file"},
			{"a folder that is taken", taken, key, whole, "is not empty"},
		} {
			t.Run(row.name, func(t *testing.T) {
				if row.pack == nil {
					err = os.Remove(packs[0])
				} else {
					err = os.WriteFile(packs[0], row.pack, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				dir := row.dir
				if dir == "" {
					dir = filepath.Join(t.TempDir(), "new")
				}
				said, err := run("restore", "--from", vault, "--key-file", row.key, "--data", dir)
				if err == nil || !strings.Contains(said, row.words) {
					t.Errorf("%v, %s; it should say %q", err, said, row.words)
				}
				if left, err := os.Stat(filepath.Join(dir, "records.sqlite")); err == nil && left.Size() > 0 {
					t.Error("something was restored")
				}
				if row.dir == "" && row.key == key {
					if said, err := run("verify", "--from", vault, "--key-file", key); err == nil || !strings.Contains(said, "BROKEN") || !strings.Contains(said, row.words) {
						t.Errorf("verify: %v, %s", err, said)
					}
				}
			})
		}
		if err := os.WriteFile(packs[0], whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if said, err := run("restore", "--from", vault, "--key-file", key, "--data", filepath.Join(t.TempDir(), "new")); err != nil {
			t.Errorf("put right, and still: %v\n%s", err, said)
		}
	})
}
