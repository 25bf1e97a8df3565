package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/job"
)

type greet struct {
	Name string `json:"name"`
}

func (greet) Kind() string { return "greet" }

type tick struct{}

func (tick) Kind() string { return "tick" }

func TestQueue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := job.Migrate(ctx, d); err != nil {
			t.Fatal(err)
		}
		greeted, ticked := make(chan string, 10), make(chan struct{}, 10)
		started := make(chan struct{}, 1)
		registry := func(block bool) *job.Registry {
			r := job.NewRegistry()
			job.Register(r, job.Kind[greet]{Unique: true, Timeout: -1, Run: func(ctx context.Context, a greet) error {
				if a.Name == "slow" && block {
					started <- struct{}{}
					<-ctx.Done()
					return ctx.Err()
				}
				greeted <- a.Name
				return nil
			}})
			job.Register(r, job.Kind[tick]{Every: time.Hour, Run: func(context.Context, tick) error {
				ticked <- struct{}{}
				return nil
			}})
			return r
		}
		open := func(block bool) (*job.Queue, *job.Registry) {
			r := registry(block)
			q, err := job.New(d, r, "node-1", nil)
			if err != nil {
				t.Fatal(err)
			}
			return q, r
		}
		insert := func(q *job.Registry, name string, end error) {
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if err := q.Insert(ctx, tx, greet{name}); err != nil {
					return err
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
		}
		wait := func(want string) {
			t.Helper()
			select {
			case got := <-greeted:
				if got != want {
					t.Errorf("ran %q, want %q", got, want)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("%q did not run", want)
			}
		}

		q, r := open(true)
		insert(r, "taken back", errors.New("the change failed"))
		insert(r, "kept", nil)
		insert(r, "kept", nil)
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		wait("kept")
		<-ticked
		insert(r, "slow", nil)
		<-started
		// what a killed process leaves behind: a job marked as running by this node
		killed, cancel := context.WithCancel(ctx)
		cancel()
		_ = q.Stop(killed)
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("update river_job set state = 'running', finalized_at = null where kind = 'greet' and state in ('retryable', 'cancelled', 'available')").Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		again, _ := open(false)
		if err := again.Start(ctx); err != nil {
			t.Fatal(err)
		}
		wait("slow")
		if err := again.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		select {
		case extra := <-greeted:
			t.Errorf("%q ran too", extra)
		default:
		}
	})
}
