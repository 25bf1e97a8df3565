package review

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/watch"
	"guanxi/flow/decide"
	"guanxi/guard"
)

// A week in which orders tripled is told as such, with her own figures to who sees less; what was decided is carried over until
// it is done, beside what the figure was and is.
func TestReview(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		noon := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC) // a Monday
		moved := clock.NewFake(noon)
		store := columnstest.Open(t)
		order := columnstest.Row(t, store, "orders")
		person := columnstest.Row(t, store, "customers")
		var orders [][]any
		for i, before := range []int{12, 5, 4, 3} { // the first in the week before; customer 2, Bob's, has the last
			on := noon.Truncate(24*time.Hour).AddDate(0, 0, -before)
			customer := int64(1)
			if i == 3 {
				customer = 2
			}
			orders = append(orders, order(map[string]any{"id": int64(i + 1), "number": "N", "kind": "order", "status": "completed", "customer_id": customer, "ts": on.UnixMilli(), "day": on,
				"gross": int64(1000), "refunded": int64(0), "shop": "web", "currency": "CNY"}))
		}
		require.NoError(t, store.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
			if err := tx.Append(ctx, "customers", [][]any{person(map[string]any{"id": int64(1), "kind": "person", "owner_id": int64(1), "tags": []string{}}),
				person(map[string]any{"id": int64(2), "kind": "person", "owner_id": int64(2), "tags": []string{}})}); err != nil {
				return err
			}
			return tx.Append(ctx, "orders", orders)
		}))
		ctx := clock.With(guard.System(workspace.With(context.Background(), workspace.Default())), moved)
		require.NoError(t, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Do(ctx, `insert into staff (id, email, name, role, password_hash, created_at, updated_at) values
(1, 'a@x.example', 'Ann', 'operator', '', 1, 1), (2, 'b@x.example', 'Bob', 'sales', '', 1, 1), (3, 'c@x.example', 'Cy', 'service', '', 1, 1)`)
			return err
		}))
		segments := analyze.NewSegments(d, store, analyze.NewHot(store), &analyze.Touched{})
		metrics := analyze.NewMetrics(store, d, func() time.Time { return noon }, segments.MemberQuery)
		w := watch.New(d, store, metrics, segments)
		r := New(d, metrics, segments, w, decide.New(d, store, decide.MetricSource(metrics)))
		as := func(staff int64, role string) context.Context {
			return guard.With(ctx, guard.Actor{StaffID: staff, Name: role, Role: role})
		}
		ann, bob := as(1, "operator"), as(2, "sales")
		ordersOf := func(who context.Context) []float64 {
			v, err := r.Of(who, Week, "")
			require.NoError(t, err)
			require.Equal(t, []string{"2026-11-16", "2026-11-22", "2026-11-15", "2026-11-23"}, []string{v.From, v.To, v.Before, v.After})
			for _, c := range v.Changed {
				if c.Metric.Name == "orders" {
					return []float64{*c.Metric.Value.Value, *c.Metric.Previous.Value}
				}
			}
			return nil
		}
		require.Equal(t, []float64{3, 1}, ordersOf(ann))
		require.Equal(t, []float64{1, 0}, ordersOf(bob), "his own customer's")

		raise := func(owner int64, metric string) error {
			_, err := r.Raise(ann, Week, "", Draft{Title: "Call who bought", Metric: metric, Owner: owner, DueDay: "2026-11-25"})
			return err
		}
		require.NoError(t, raise(2, "orders"))
		require.True(t, fault.Is(raise(3, ""), fault.KindInvalid), "service reads no figures and would not see it")
		require.True(t, fault.Is(raise(2, "moon"), fault.KindNotFound))
		moved.Advance(7 * 24 * time.Hour)
		next, err := r.Of(bob, Week, "")
		require.NoError(t, err)
		require.Len(t, next.Actions, 1)
		a := next.Actions[0]
		require.Equal(t, []any{1, true, true, 1.0, 0.0}, []any{a.Carried, a.Overdue, a.Changeable, *a.Then.Value, *a.Now.Value}, "carried over, with his figures of then and now")
		require.NoError(t, r.Change(bob, 1, 1, func(d *Draft) { d.State, d.Note = Done, "called both" }))
		require.True(t, fault.Is(r.Change(bob, 1, 1, func(d *Draft) { d.State = Open }), fault.KindStale))
		require.True(t, fault.Is(r.Change(as(4, "sales"), 1, 0, func(*Draft) {}), fault.KindNotFound), "another's is not there for who sees only her own")
		moved.Advance(14 * 24 * time.Hour)
		later, err := r.Of(ann, Week, "")
		require.NoError(t, err)
		require.Empty(t, later.Actions, "what is settled is carried no further")
		p, err := r.Paper(ann, Week, "en-US")
		require.NoError(t, err)
		require.Contains(t, p.Title, "Review of the week 2026-12-07")
		_, err = r.Paper(ann, "year", "en-US")
		require.True(t, fault.Is(err, fault.KindInvalid))
	})
}
