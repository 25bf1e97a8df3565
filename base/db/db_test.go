package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		set := func(ctx context.Context, tx *db.Tx, key string) error {
			_, err := tx.NewRaw("insert into settings (key, value, updated_at) values (?, '{}', 1)", key).Exec(ctx)
			return err
		}
		count := func() (n int) {
			if err := d.Read().NewRaw("select count(*) from settings").Scan(ctx, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}

		t.Run("two hundred at once, the odd ones fail, the even ones are kept", func(t *testing.T) {
			var wait sync.WaitGroup
			refused := errors.New("refused")
			for i := range 200 {
				wait.Go(func() {
					err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
						if err := set(ctx, tx, fmt.Sprint(i)); err != nil {
							return err
						}
						tx.Feed("settings", int64(i))
						if i%2 == 1 {
							return refused
						}
						return nil
					})
					if want := i%2 == 1; errors.Is(err, refused) != want || (err != nil && !want) {
						t.Errorf("change %d: %v", i, err)
					}
				})
			}
			wait.Wait()
			if n := count(); n != 100 {
				t.Errorf("%d rows, want the 100 that succeeded", n)
			}
			var entries int
			if err := d.Read().NewRaw("select count(*) from feed_entries").Scan(ctx, &entries); err != nil || entries != 100 {
				t.Errorf("%d feed entries, want 100 (%v)", entries, err)
			}
		})

		t.Run("large changes between small ones fail and are kept by themselves", func(t *testing.T) {
			before := count()
			var wait sync.WaitGroup
			refused := errors.New("refused")
			for i := range 60 {
				wait.Go(func() {
					write := d.Write
					if i%3 == 0 {
						write = d.WriteMany
					}
					err := write(ctx, func(ctx context.Context, tx *db.Tx) error {
						if err := set(ctx, tx, fmt.Sprint("mixed ", i)); err != nil {
							return err
						}
						if i%2 == 1 {
							return refused
						}
						return nil
					})
					if want := i%2 == 1; errors.Is(err, refused) != want || (err != nil && !want) {
						t.Errorf("change %d: %v", i, err)
					}
				})
			}
			wait.Wait()
			if n := count() - before; n != 30 {
				t.Errorf("%d rows, want the 30 that succeeded", n)
			}
		})

		t.Run("a panic is an error and leaves nothing", func(t *testing.T) {
			before := count()
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if err := set(ctx, tx, "panic"); err != nil {
					return err
				}
				panic("boom")
			})
			if err == nil || count() != before {
				t.Errorf("err %v, rows %d, want an error and %d", err, count(), before)
			}
		})

		t.Run("a broken statement fails alone and is told apart as a taken key", func(t *testing.T) {
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return set(ctx, tx, "0") })
			if !db.IsUnique(err) {
				t.Errorf("got %v, want a taken key", err)
			}
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return set(ctx, tx, "after") }); err != nil {
				t.Error(err)
			}
		})

		t.Run("a caller that has gone writes nothing", func(t *testing.T) {
			gone, cancel := context.WithCancel(ctx)
			cancel()
			before := count()
			if err := d.Write(gone, func(ctx context.Context, tx *db.Tx) error { return set(ctx, tx, "gone") }); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if count() != before {
				t.Error("written")
			}
		})

		t.Run("ids are taken in runs that never overlap", func(t *testing.T) {
			var mutex sync.Mutex
			var wait sync.WaitGroup
			taken := map[int64]bool{}
			for i := range 40 {
				wait.Go(func() {
					err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
						n := 1 + i%7
						first, err := tx.NextIDs(ctx, "customers", n)
						mutex.Lock()
						defer mutex.Unlock()
						for id := first; id < first+int64(n); id++ {
							if taken[id] || id < 1 {
								t.Errorf("id %d given twice or below one", id)
							}
							taken[id] = true
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
		})
	})
}
