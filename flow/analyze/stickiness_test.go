package analyze

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/fault"
)

// Against counting customer by customer and day by day.
func TestStickiness_by_brute_force(t *testing.T) {
	ctx, m := smallShop(t, nil, 33)
	rows, err := m.columns.Query(ctx, "select customer_id, day from orders where customer_id is not null and kind = 'order' and status <> 'cancelled'")
	require.NoError(t, err)
	defer rows.Close()
	bought := map[int64]map[string]bool{}
	for rows.Next() {
		var id int64
		var on time.Time
		require.NoError(t, rows.Scan(&id, &on))
		if bought[id] == nil {
			bought[id] = map[string]bool{}
		}
		bought[id][dayText(on)] = true
	}
	require.NoError(t, rows.Err())
	q := StickinessQuery{Period: days(t, "2026-01-05", "2026-04-20"), Event: "order_placed"}
	s, err := m.Stickiness(ctx, q)
	require.NoError(t, err)
	require.Len(t, s.Days, 106)
	within := func(id int64, last time.Time, n int) bool {
		for back := range n {
			if bought[id][dayText(last.AddDate(0, 0, -back))] {
				return true
			}
		}
		return false
	}
	seen := int64(0)
	for i, got := range s.Days {
		on := q.From.AddDate(0, 0, i)
		want := ActiveAt{At: dayText(on)}
		for id := range bought {
			for n, count := range map[int]*int64{1: &want.Day, 7: &want.Week, 30: &want.Month} {
				if within(id, on, n) {
					*count++
				}
			}
		}
		require.Equal(t, want, got)
		seen += got.Day
	}
	require.Positive(t, seen)
	histogram := map[int64]int64{}
	for id := range bought {
		var n int64
		for i := range s.Days {
			if bought[id][dayText(q.From.AddDate(0, 0, i))] {
				n++
			}
		}
		if n > 0 {
			histogram[n]++
		}
	}
	require.Len(t, s.Histogram, len(histogram))
	for _, a := range s.Histogram {
		require.Equal(t, histogram[a.Days], a.Customers, "on %d days", a.Days)
		require.Equal(t, a.Customers, fitting(ctx, t, m, a.Opens), "who opens")
	}
	_, err = m.Stickiness(ctx, StickinessQuery{Period: days(t, "2024-01-01", "2026-04-20"), Event: "order_placed"})
	require.True(t, fault.Is(err, fault.KindInvalid), fmt.Sprint(err))
}

// Who came in a step or later is who came in any step from there on, and opens as such.
func TestRetention_since_a_step(t *testing.T) {
	ctx, m := smallShop(t, nil, 22)
	ask := func(since bool, again string) *Retention {
		r, err := m.Retention(ctx, RetentionQuery{Period: days(t, "2026-01-01", "2026-06-30"), By: "month", Since: since, First: "order_placed", Return: again})
		require.NoError(t, err)
		return r
	}
	on, since := ask(false, "order_placed"), ask(true, "order_placed")
	for i, c := range since.Cohorts {
		for k, n := range c.Counts {
			if n == nil {
				continue
			}
			require.GreaterOrEqual(t, *n, *on.Cohorts[i].Counts[k])
			if k+1 < len(c.Counts) && c.Counts[k+1] != nil {
				require.GreaterOrEqual(t, *n, *c.Counts[k+1], "it never rises")
			} else {
				require.Equal(t, *on.Cohorts[i].Counts[k], *n, "nothing is later than the last step")
			}
			if k > 0 {
				require.Equal(t, *n, fitting(ctx, t, m, c.Members, since.Steps[i+k].Returned), "cohort %d step %d", i, k)
			}
		}
	}
	require.NotEmpty(t, ask(false, "item_purchased").Cohorts, "any event conditions know can bring them back")
}
