package feed_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/feed"
)

// teams projects the smallest record there is into a table of the test's own.
type teams struct{ projected int }

func (*teams) Subject() string { return "teams" }

func (*teams) Empty(ctx context.Context, to *columns.Tx) error {
	return to.Exec(ctx, "delete from teams")
}

func (p *teams) Project(ctx context.Context, from bun.IDB, to *columns.Tx, ids []int64) error {
	var rows []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	if err := from.NewRaw("select id, name from teams where id in (?)", bun.List(ids)).Scan(ctx, &rows); err != nil {
		return err
	}
	for _, id := range ids {
		if err := to.Exec(ctx, "delete from teams where id = ?", id); err != nil {
			return err
		}
	}
	for _, r := range rows {
		p.projected++
		if err := to.Exec(ctx, "insert into teams values (?, ?)", r.ID, r.Name); err != nil {
			return err
		}
	}
	return nil
}

func put(ctx context.Context, d *db.DB, id int64, name string) error {
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Feed("teams", id)
		_, err := tx.NewRaw("insert into teams (id, name, created_at) values (?, ?, 0) on conflict (id) do update set name = excluded.name", id, name).Exec(ctx)
		return err
	})
}

func open(t *testing.T, d *db.DB) (*columns.Store, *feed.Feed, *teams) {
	t.Helper()
	s := columnstest.Open(t)
	if _, err := s.DB().Exec("create table teams (id bigint, name varchar)"); err != nil {
		t.Fatal(err)
	}
	p := &teams{}
	return s, feed.New(d, s, []feed.Projection{p}, nil), p
}

func names(t *testing.T, s *columns.Store) map[int64]string {
	t.Helper()
	rows, err := s.Query(t.Context(), "select id, name from teams")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	got := map[int64]string{}
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			t.Fatal(err)
		}
		if _, twice := got[id]; twice {
			t.Errorf("row %d is there twice", id)
		}
		got[id] = name
	}
	return got
}

func TestFeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, f, p := open(t, d)

		t.Run("carries concurrent changes, each once, while it runs", func(t *testing.T) {
			running, stop := context.WithCancel(ctx)
			ended := make(chan struct{})
			go func() { f.Run(running); close(ended) }()
			var wait sync.WaitGroup
			for w := range 8 {
				wait.Go(func() {
					for i := range 25 {
						id := int64(w*100 + i + 1)
						if err := put(ctx, d, id, fmt.Sprintf("%d-%d", id, rand.Int64())); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wait.Wait()
			f.WaitFor(ctx, 20*time.Second)
			stop()
			<-ended
			dbtest.Settle(t, d)
			if err := f.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			var want []struct {
				ID   int64  `bun:"id"`
				Name string `bun:"name"`
			}
			if err := d.Read().NewRaw("select id, name from teams").Scan(ctx, &want); err != nil {
				t.Fatal(err)
			}
			got := names(t, s)
			if len(got) != 200 || len(want) != 200 {
				t.Fatalf("%d rows in columns, %d in records, want 200", len(got), len(want))
			}
			for _, w := range want {
				if got[w.ID] != w.Name {
					t.Errorf("team %d is %q in columns, %q in records", w.ID, got[w.ID], w.Name)
				}
			}
		})

		t.Run("does not apply again what it has passed", func(t *testing.T) {
			before := p.projected
			dbtest.Settle(t, d)
			if err := feed.New(d, s, []feed.Projection{p}, nil).Drain(ctx); err != nil {
				t.Fatal(err)
			}
			if p.projected != before {
				t.Errorf("%d rows projected again", p.projected-before)
			}
		})

		t.Run("rebuilds the same, and recognises columns older than its memory", func(t *testing.T) {
			old := clock.With(ctx, clock.NewFake(time.Now().Add(8*24*time.Hour)))
			short, cancel := context.WithTimeout(old, 300*time.Millisecond)
			defer cancel()
			f.Run(short) // its first round deletes entries passed more than a week ago
			var left int
			if err := d.Read().NewRaw("select count(*) from feed_entries").Scan(ctx, &left); err != nil || left > 1 {
				t.Fatalf("%d feed entries left, want the last one at most (%v)", left, err)
			}
			want := names(t, s)
			fresh, f2, _ := open(t, d)
			dbtest.Settle(t, d)
			if err := f2.Drain(ctx); err != nil {
				t.Fatal(err)
			}
			got := names(t, fresh)
			if len(got) != len(want) {
				t.Errorf("%d rows after the rebuild, want %d", len(got), len(want))
			}
			for id, name := range want {
				if got[id] != name {
					t.Errorf("team %d is %q, want %q", id, got[id], name)
				}
			}
		})
	})
}

// A transaction that commits late must not be passed, although later ids are visible already.
func TestFeedWaitsForRunningTransactions(t *testing.T) {
	d := dbtest.Postgres(t)
	ctx := context.Background()
	s, f, _ := open(t, d)
	started, release, late := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		late <- d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.NewRaw("insert into feed_entries (subject, ids, created_at) values ('teams', '[1]', 0)").Exec(ctx); err != nil {
				return err
			}
			if _, err := tx.NewRaw("insert into teams (id, name, created_at) values (1, 'late', 0)").Exec(ctx); err != nil {
				return err
			}
			close(started)
			<-release
			return nil
		})
	}()
	<-started
	if err := put(ctx, d, 2, "early"); err != nil {
		t.Fatal(err)
	}
	if err := f.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if got := names(t, s); len(got) != 0 {
		t.Errorf("passed a running transaction: %v", got)
	}
	close(release)
	if err := <-late; err != nil {
		t.Fatal(err)
	}
	dbtest.Settle(t, d)
	if err := f.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if got := names(t, s); got[1] != "late" || got[2] != "early" {
		t.Errorf("got %v, want both", got)
	}
}
