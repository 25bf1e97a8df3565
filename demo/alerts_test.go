package demo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/base/feed"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/watch"
	"guanxi/guard"
)

// The rules of the company have a course behind them when somebody opens it: alerts of each kind, open and closed, handed up,
// each with figures, an owner and a due time.
func TestWatched(t *testing.T) {
	ctx := guard.System(at(present))
	d, store := dbtest.SQLite(t), columnstest.Open(t)
	o := Small()
	o.Customers = 1500
	require.NoError(t, Fill(ctx, d, o))
	touched := &analyze.Touched{}
	segments := analyze.NewSegments(d, store, analyze.NewHot(store), touched)
	require.NoError(t, feed.New(d, store, analyze.Projections(touched), []feed.Watcher{segments}).Rebuild(ctx))
	w := watch.New(d, store, analyze.NewMetrics(store, d, func() time.Time { return clock.Now(ctx) }, segments.MemberQuery), segments)
	require.NoError(t, Watched(ctx, d, w))

	var alerts []struct {
		State    string `bun:"state"`
		Customer *int64 `bun:"customer_id"`
		Evidence string `bun:"evidence"`
		DueAt    int64  `bun:"due_at"`
		OpenedAt int64  `bun:"opened_at"`
		Times    int64  `bun:"escalations"`
	}
	require.NoError(t, d.Read().NewRaw("select state, customer_id, evidence, due_at, opened_at, escalations from alerts order by id").Scan(ctx, &alerts))
	seen := map[string]int{}
	for _, a := range alerts {
		seen[a.State]++
		if a.Customer == nil {
			seen["figures"]++
		}
		if a.Times > 0 {
			seen["handed up"]++
		}
		require.Greater(t, a.DueAt, a.OpenedAt)
		require.LessOrEqual(t, a.OpenedAt, clock.Millis(ctx))
		require.Contains(t, a.Evidence, `"day"`)
	}
	for _, what := range []string{watch.Open, watch.Closed, "figures", "handed up"} {
		require.Positive(t, seen[what], "%s of %v", what, seen)
	}
}
