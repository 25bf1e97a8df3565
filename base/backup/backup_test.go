package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/base/keys"
	"guanxi/base/vault"
	"guanxi/base/workspace"
)

// instance is a company's records and files, and the vault they are backed up to.
type instance struct {
	t       *testing.T
	records *db.DB
	source  Source
	vault   string
	keys    *keys.Keys
}

func each(t *testing.T, fn func(t *testing.T, i *instance)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, newInstance(t, "")) })
	t.Run("postgres", func(t *testing.T) { fn(t, newInstance(t, dbtest.PostgresURL(t))) })
}

func newInstance(t *testing.T, url string) *instance {
	t.Helper()
	i := &instance{t: t, vault: filepath.Join(t.TempDir(), "vault"), source: Source{Dir: t.TempDir(), PostgresURL: url, Reason: "test"}}
	i.records = openRecords(t, i.source.Dir, url)
	i.source.Records = i.records
	var err error
	if i.keys, err = keys.OpenOrCreate(filepath.Join(t.TempDir(), keys.FileName)); err != nil {
		t.Fatal(err)
	}
	return i
}

func openRecords(t *testing.T, dir, url string) *db.DB {
	t.Helper()
	records, err := db.Open(t.Context(), db.Options{Dir: dir, PostgresURL: url, Schema: dbtest.Schema()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = records.Close() })
	if err := job.Migrate(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	return records
}

func (i *instance) open(t *testing.T) *vault.Vault {
	t.Helper()
	v, err := vault.OpenOrCreate(i.vault, i.keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func (i *instance) take(t *testing.T) Backup {
	t.Helper()
	b, err := Take(t.Context(), i.open(t), i.source)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// target is an empty place for the instance's engine.
func (i *instance) target(t *testing.T) Target {
	t.Helper()
	target := Target{Dir: filepath.Join(t.TempDir(), "restored"), Schema: dbtest.Schema(), Lasting: i.source.Lasting}
	if i.source.PostgresURL != "" {
		target.PostgresURL = dbtest.PostgresURL(t)
	}
	return target
}

func (i *instance) restore(t *testing.T, b Backup) (Target, *db.DB) {
	t.Helper()
	v, target := i.open(t), i.target(t)
	g, err := v.Generation(b.Name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), v, g, target); err != nil {
		t.Fatal(err)
	}
	return target, openRecords(t, target.Dir, target.PostgresURL)
}

// write is one change of a writer: its nth note and its count of notes, which so always agree.
func write(ctx context.Context, records *db.DB, writer, n int) error {
	return records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Feed("settings", int64(writer), int64(n))
		if _, err := tx.NewRaw("insert into settings (key, value, updated_at) values (?, ?, ?)",
			fmt.Sprintf("note.%d.%d", writer, n), fmt.Sprintf(`{"tab":"a\tb","line":"c\nd","text":"%s 客户 \\N"}`, strings.Repeat("x", n%700)), n).Exec(ctx); err != nil {
			return err
		}
		if n%3 == 2 {
			if _, err := tx.NewRaw("update settings set value = '{}' where key = ?", fmt.Sprintf("note.%d.%d", writer, n/2)).Exec(ctx); err != nil {
				return err
			}
		}
		_, err := tx.NewRaw(`insert into settings (key, value, updated_at) values (?, '{}', ?)
on conflict (key) do update set updated_at = excluded.updated_at`, fmt.Sprintf("count.%d", writer), n).Exec(ctx)
		return err
	})
}

func fill(t *testing.T, records *db.DB, writer, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if err := write(t.Context(), records, writer, n); err != nil {
			t.Fatal(err)
		}
	}
}

// whole says what does not fit: a note without its count, its feed entry, or the other way round.
func whole(ctx context.Context, records *db.DB, writers int) error {
	var errs []error
	feed := 0
	for w := range writers {
		var count, notes int
		if err := records.Read().NewRaw("select coalesce(max(updated_at) + 1, 0) from settings where key = ?", fmt.Sprintf("count.%d", w)).Scan(ctx, &count); err != nil {
			return err
		}
		if err := records.Read().NewRaw("select count(*) from settings where key like ?", fmt.Sprintf("note.%d.%%", w)).Scan(ctx, &notes); err != nil {
			return err
		}
		if feed += notes; notes != count {
			errs = append(errs, fmt.Errorf("writer %d has %d notes and counts %d", w, notes, count))
		}
	}
	var entries int
	if err := records.Read().NewRaw("select count(*) from feed_entries").Scan(ctx, &entries); err != nil {
		return err
	}
	if entries != feed {
		errs = append(errs, fmt.Errorf("%d feed entries of %d changes", entries, feed))
	}
	return errors.Join(errs...)
}

func dump(t *testing.T, records *db.DB) (all []string) {
	t.Helper()
	if err := records.Read().NewRaw("select key || ' ' || value || ' ' || updated_at from settings where key not in ('sending.hold', 'backup.restored') order by key").Scan(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTakeAndRestore(t *testing.T) {
	each(t, func(t *testing.T, i *instance) {
		fill(t, i.records, 0, 0, 3000)
		for name, text := range map[string]string{"imports/a.csv": strings.Repeat("row\n", 700_000), "imports/empty": "", "照片/b.txt": "b"} {
			path := filepath.Join(i.source.Dir, "files", name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		first := i.take(t)
		before := dump(t, i.records)
		fill(t, i.records, 1, 0, 20)
		second := i.take(t)
		after := dump(t, i.records)

		t.Run("the second takes little room", func(t *testing.T) {
			if second.NewBytes > 60_000 || first.NewBytes < 2*second.NewBytes || first.Files != 3 || second.Size < first.Size {
				t.Errorf("%d bytes of %d, then %d of %d; %d files", first.NewBytes, first.Size, second.NewBytes, second.Size, first.Files)
			}
		})
		t.Run("each brings back its own instant, with files, held", func(t *testing.T) {
			for _, row := range []struct {
				backup Backup
				want   []string
			}{{first, before}, {second, after}} {
				target, records := i.restore(t, row.backup)
				if from, err := RestoredFrom(t.Context(), records); err != nil || from == nil || from.Backup != row.backup.Name {
					t.Errorf("it says it was restored from %+v, %v", from, err)
				}
				if got := dump(t, records); !slices.Equal(got, row.want) {
					t.Errorf("%d settings, want %d", len(got), len(row.want))
				}
				text, err := os.ReadFile(filepath.Join(target.Dir, "files", "imports", "a.csv"))
				if err != nil || string(text) != strings.Repeat("row\n", 700_000) {
					t.Error(len(text), err)
				}
				for _, name := range []string{"imports/empty", "照片/b.txt"} {
					if _, err := os.Stat(filepath.Join(target.Dir, "files", name)); err != nil {
						t.Error(err)
					}
				}
				if held, err := workspace.Held(t.Context(), records.Read()); err != nil || held == nil || held.Backup != row.backup.Name || held.Reason != workspace.HoldRestored {
					t.Errorf("hold %+v %v", held, err)
				}
				if held, _ := workspace.Held(t.Context(), i.records.Read()); held != nil {
					t.Error("the running instance is held")
				}
				if left, _ := filepath.Glob(filepath.Join(target.Dir, ".*")); len(left) != 0 {
					t.Error(left)
				}
			}
		})
		t.Run("life goes on in what was restored: new ids, new changes, another backup into the same vault", func(t *testing.T) {
			target, records := i.restore(t, second)
			fill(t, records, 1, 20, 40)
			if err := whole(t.Context(), records, 2); err != nil {
				t.Error(err)
			}
			source := i.source
			source.Dir, source.PostgresURL, source.Records = target.Dir, target.PostgresURL, records
			third, err := Take(t.Context(), i.open(t), source)
			if err != nil || third.NewBytes > first.NewBytes/2 {
				t.Error(third.NewBytes, err)
			}
		})
		t.Run("a target that holds anything is refused and left alone", func(t *testing.T) {
			v := i.open(t)
			g, _ := v.Generation(second.Name)
			target := i.target(t)
			_ = os.MkdirAll(target.Dir, 0o700)
			_ = os.WriteFile(filepath.Join(target.Dir, "records.sqlite"), []byte("mine"), 0o600)
			if _, err := Restore(t.Context(), v, g, target); !fault.Is(err, fault.KindConflict) || !strings.Contains(err.Error(), "restore_folder_not_empty") {
				t.Error(err)
			}
			if text, _ := os.ReadFile(filepath.Join(target.Dir, "records.sqlite")); string(text) != "mine" {
				t.Error("overwritten")
			}
			if i.source.PostgresURL != "" {
				target = i.target(t)
				target.PostgresURL = i.source.PostgresURL
				if _, err := Restore(t.Context(), v, g, target); !fault.Is(err, fault.KindConflict) || !strings.Contains(err.Error(), "restore_database_not_empty") {
					t.Error(err)
				}
			}
		})
		t.Run("the other engine and a newer release's backup are refused", func(t *testing.T) {
			v := i.open(t)
			g, _ := v.Generation(second.Name)
			target := i.target(t)
			target.PostgresURL = map[bool]string{true: "", false: "postgres://nowhere"}[target.PostgresURL != ""]
			if _, err := Restore(t.Context(), v, g, target); !fault.Is(err, fault.KindConflict) {
				t.Error(err)
			}
			g.About = []byte(strings.Replace(string(g.About), fmt.Sprintf(`"schema":%d`, second.Schema), `"schema":99999`, 1))
			if _, err := Restore(t.Context(), v, g, i.target(t)); !fault.Is(err, fault.KindConflict) || !strings.Contains(err.Error(), "restore_newer_release") {
				t.Error(err)
			}
		})
	})
}

// Eight write without pause while backups are taken one after another: in each of them every change is whole or absent.
func TestTakeWhileOthersWrite(t *testing.T) {
	each(t, func(t *testing.T, i *instance) {
		ctx, stop := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		written := make(chan struct{})
		for w := range 8 {
			wait.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					if err := write(ctx, i.records, w, n); err != nil && ctx.Err() == nil {
						t.Error(err)
						return
					}
					select {
					case written <- struct{}{}:
					default:
					}
				}
			})
		}
		var taken []Backup
		for range 6 {
			<-written // something has changed since the backup before
			taken = append(taken, i.take(t))
		}
		stop()
		wait.Wait()
		rows := int64(0)
		for n, b := range taken {
			if b.Rows() <= rows {
				t.Errorf("%d rows after %d: nobody wrote", b.Rows(), rows)
			}
			if rows = b.Rows(); n%2 == 1 {
				continue
			}
			_, records := i.restore(t, b)
			if err := whole(t.Context(), records, 8); err != nil {
				t.Errorf("%s: %v", b.Name, err)
			}
		}
		if err := whole(t.Context(), i.records, 8); err != nil {
			t.Error("the running instance: ", err)
		}
	})
}

// erased is a lasting list: keys of settings that must not come back.
type erased struct{ keys []string }

func (e *erased) Name() string { return "erased" }

func (e *erased) Collect(_ context.Context, _ *db.DB, kept []byte) ([]byte, error) {
	all := append(strings.Fields(string(kept)), e.keys...)
	slices.Sort(all)
	return []byte(strings.Join(slices.Compact(all), "\n")), nil
}

func (e *erased) Reapply(ctx context.Context, records *db.DB, _ string, kept []byte) ([]Redone, error) {
	return []Redone{{What: "erased", Count: len(strings.Fields(string(kept)))}}, records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, key := range strings.Fields(string(kept)) {
			if _, err := tx.NewRaw("delete from settings where key = ?", key).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestWhatWasErasedStaysErased(t *testing.T) {
	each(t, func(t *testing.T, i *instance) {
		list := &erased{}
		i.source.Lasting = []Lasting{list}
		fill(t, i.records, 0, 0, 10)
		old := i.take(t)
		has := func(records *db.DB, key string) (n int) {
			if err := records.Read().NewRaw("select count(*) from settings where key = ?", key).Scan(t.Context(), &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if _, records := i.restore(t, old); has(records, "note.0.4") != 1 {
			t.Fatal("nothing was erased yet")
		}
		// erased after the backup, and kept at once, without another backup
		list.keys = []string{"note.0.4"}
		if err := Keep(t.Context(), i.open(t), i.records, list); err != nil {
			t.Fatal(err)
		}
		// a program that knows nothing of it makes the next backup: the list may only grow
		list.keys = []string{"note.0.5"}
		i.take(t)
		_, records := i.restore(t, old)
		if has(records, "note.0.4")+has(records, "note.0.5") != 0 || has(records, "note.0.6") != 1 {
			t.Error("the erased are back, or others are gone")
		}
		// a list that was tampered with stops the restore: nobody may come back in silence
		path := filepath.Join(i.vault, "notes", "lasting", "erased")
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		v := i.open(t)
		g, _ := v.Generation(old.Name)
		target := i.target(t)
		if _, err := Restore(t.Context(), v, g, target); err == nil || !strings.Contains(err.Error(), "notes/lasting/erased") {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(target.Dir, "records.sqlite")); err == nil {
			t.Error("restored all the same")
		}
	})
}

func TestTrial(t *testing.T) {
	each(t, func(t *testing.T, i *instance) {
		fill(t, i.records, 0, 0, 2000)
		b := i.take(t)
		trial := Trial{Scratch: t.TempDir(), PostgresURL: i.source.PostgresURL, Schema: dbtest.Schema(),
			Look: func(ctx context.Context, records *db.DB, _ string) ([]Check, error) {
				err := whole(ctx, records, 1)
				return []Check{{Name: "whole", OK: err == nil}}, nil
			}}
		try := func() Result {
			v := i.open(t)
			g, err := v.Generation(b.Name)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Try(t.Context(), v, g, trial)
			if err != nil {
				t.Fatal(err)
			}
			if kept, err := Results(v); err != nil || kept[b.Name].OK != r.OK || len(kept[b.Name].Checks) != len(r.Checks) {
				t.Error("not kept", kept, err)
			}
			return r
		}
		if r := try(); !r.OK || len(r.Checks) != 2 {
			t.Errorf("%+v", r)
		}
		if left, _ := os.ReadDir(trial.Scratch); len(left) != 0 {
			t.Error("it left", left)
		}
		if i.source.PostgresURL != "" {
			var n int
			if err := i.records.Read().NewRaw("select count(*) from pg_namespace where nspname = 'guanxi_trial'").Scan(t.Context(), &n); err != nil || n != 0 {
				t.Error("a schema was left", err)
			}
		}
		packs, _ := filepath.Glob(filepath.Join(i.vault, "packs", "*"))
		text, _ := os.ReadFile(packs[0])
		text[len(text)/3] ^= 1
		if err := os.WriteFile(packs[0], text, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := try(); r.OK || !strings.Contains(r.Reason, filepath.Base(packs[0])) {
			t.Errorf("a damaged backup passed: %+v", r)
		}
		if err := whole(t.Context(), i.records, 1); err != nil {
			t.Error(err)
		}
	})
}

// Records of a cluster that has counted further come to one that has not: what is written next comes after all of them.
func TestTransactionsCountOnAfterARestore(t *testing.T) {
	i := newInstance(t, dbtest.PostgresURL(t))
	if err := i.records.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("create or replace function transaction_base() returns bigint language sql immutable as 'select 1000000000000::bigint'").Exec(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	fill(t, i.records, 0, 0, 5)
	_, records := i.restore(t, i.take(t))
	fill(t, records, 0, 5, 6)
	dbtest.Settle(t, records)
	var order []string
	if err := records.Read().NewRaw("select ids from feed_entries where txid < change_horizon() order by txid, id").Scan(t.Context(), &order); err != nil {
		t.Fatal(err)
	}
	if want := []string{"[0,0]", "[0,1]", "[0,2]", "[0,3]", "[0,4]", "[0,5]"}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
}

func TestKeeping(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(hours int) vault.Generation {
		taken := now.Add(-time.Duration(hours) * time.Hour)
		return vault.Generation{Name: fmt.Sprint(hours), TakenAt: taken}
	}
	var hourly []vault.Generation
	for h := 0; h < 24*400; h++ {
		hourly = append(hourly, at(h))
	}
	for _, row := range []struct {
		name string
		keep Keeping
		all  []vault.Generation
		want int
	}{
		{"hours alone, both ends", Keeping{Hours: 48}, hourly, 49},
		{"one a day besides: 48 hours touch three days, of which each has its newest already", Keeping{Hours: 48, Days: 14}, hourly, 49 + 12},
		{"weeks and months reach further back", Keeping{Hours: 1, Weeks: 8, Months: 12}, hourly, 2 + 8 + 12},
		{"the newest stays whatever its age", Keeping{Hours: 1}, []vault.Generation{at(9000), at(9001)}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			if stays := len(row.all) - len(row.keep.drop(row.all, now, time.UTC)); stays != row.want {
				t.Errorf("%d stay, want %d", stays, row.want)
			}
		})
	}
}
