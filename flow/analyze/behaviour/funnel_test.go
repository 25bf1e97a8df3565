package behaviour

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// site is a shop with random visitors in March 2026, asked on 9 April.
type site struct {
	*Behaviour
	ctx    context.Context
	events []told
	stays  []stay
}

// openContext is that of an administrator on 9 April 2026.
func openContext() context.Context {
	return clock.With(guard.With(context.Background(), guard.Actor{Name: "周敏", Role: "admin"}), clock.NewFake(time.Date(2026, 4, 9, 4, 0, 0, 0, time.UTC)))
}

func openSite(t testing.TB, seed uint64, visitors, each int) *site {
	t.Helper()
	return openSiteOf(t, randomEvents(seed, visitors, each, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)))
}

// openSiteOf makes a site of these events, and a customer of each that they name.
func openSiteOf(t testing.TB, events []told) *site {
	t.Helper()
	c := columnstest.Open(t)
	d := dbtest.SQLite(t)
	touched := &analyze.Touched{}
	s := &site{Behaviour: New(d, c, analyze.NewSegments(d, c, analyze.NewHot(c), touched), touched),
		ctx: openContext()}
	s.events = events
	tell(t, c, s.events)
	s.stays = staysOf(s.events, 30)
	person := columnstest.Row(t, c, "customers")
	known := map[int64]bool{}
	var people [][]any
	for _, e := range s.events {
		if e.customer != 0 && !known[e.customer] {
			known[e.customer] = true
			people = append(people, person(map[string]any{"id": e.customer, "kind": "person", "name": fmt.Sprint("客户", e.customer), "name_key": "", "gender": []string{"female", "male"}[e.customer%2],
				"lifecycle_stage": "customer", "tags": []string{}, "custom": "{}", "has_phone": true, "has_email": true, "consents": []string{}, "completeness": 0.5, "lists": []string{},
				"created_at": int64(0), "updated_at": int64(0), "orders_count": int64(0), "orders_gross": int64(0), "orders_refunded": int64(0)}))
		}
	}
	require.NoError(t, c.Write(s.ctx, func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Append(ctx, "customers", people); err != nil {
			return err
		}
		return s.Watcher().Changed(ctx, tx, nil)
	}))
	return s
}

// behind counts the customers that a condition lists.
func (s *site) behind(t testing.TB, c analyze.ConditionJSON) int64 {
	t.Helper()
	p, err := s.segments.Preview(s.ctx, c)
	require.NoError(t, err, "%s", c)
	return p.Count
}

var here = workspace.Default()

func dayOf(ms int64) string { return here.Day(ms) }

func (s *site) rows(t testing.TB, from, to string) analyze.Rows {
	t.Helper()
	p, err := analyze.PeriodOf(s.ctx, from, to, 30)
	require.NoError(t, err)
	return analyze.Rows{Period: p}
}

// step is one step of a funnel as the recomputation knows it.
type step struct {
	name string
	is   func(e told) bool
}

func named(name string) step { return step{name, func(e told) bool { return e.event == name }} }

// goThrough tries every way through the steps for each person and gives how many reached each, and the seconds that each
// took at the first time she came there.
func goThrough(events []told, who func(e told) int64, from, to string, within int64, without func(e told) bool, steps ...step) (counts []int64, gaps [][]float64) {
	of := map[int64][]told{}
	for _, e := range events {
		if id := who(e); !e.bot && e.kind != "identify" && id != 0 {
			of[id] = append(of[id], e)
		}
	}
	counts, gaps = make([]int64, len(steps)), make([][]float64, len(steps))
	for _, list := range of {
		first, gap := make([]int64, len(steps)), make([]int64, len(steps))
		for k := range first {
			first[k] = math.MaxInt64
		}
		var walk func(k int, start, before int64)
		walk = func(k int, start, before int64) {
			if k == len(steps) {
				return
			}
			again := slices.ContainsFunc(steps[:k], func(s step) bool { return s.name == steps[k].name })
			for _, e := range list {
				if !steps[k].is(e) || e.ts < before || e.ts == before && again || e.ts-start > within*86400_000 {
					continue
				}
				if slices.ContainsFunc(list, func(x told) bool { return without != nil && without(x) && x.ts > start && x.ts < e.ts }) {
					continue
				}
				if took := e.ts - before; e.ts < first[k] || e.ts == first[k] && took < gap[k] {
					first[k], gap[k] = e.ts, took
				}
				walk(k+1, start, e.ts)
			}
		}
		for _, e := range list {
			if d := dayOf(e.ts); steps[0].is(e) && d >= from && d <= to {
				first[0] = min(first[0], e.ts)
				walk(1, e.ts, e.ts)
			}
		}
		for k := range steps {
			if first[k] < math.MaxInt64 {
				counts[k]++
				gaps[k] = append(gaps[k], float64(gap[k])/1000)
			}
		}
	}
	return counts, gaps
}

// quartile interpolates as the usual definition does (type 7).
func quartile(values []float64, q float64) float64 {
	slices.Sort(values)
	at := q * float64(len(values)-1)
	low := int(at)
	if low+1 == len(values) {
		return values[low]
	}
	return values[low] + (at-float64(low))*(values[low+1]-values[low])
}

func TestFunnelIsWhatEveryWayThroughGives(t *testing.T) {
	s := openSite(t, 3, 120, 25)
	customer := func(e told) int64 { return e.customer }
	everyone := func(e told) int64 {
		if e.customer != 0 {
			return e.customer
		}
		return -e.visitor
	}
	dear := step{"add_to_cart", func(e told) bool { return e.event == "add_to_cart" && e.properties["price"].(int) >= 250 }}
	for _, row := range []struct {
		name           string
		steps, without string
		within         int
		everyone       bool
		hand           []step
		broken         func(e told) bool
	}{
		{"two steps", `[{"event":"page_viewed"},{"event":"search"}]`, ``, 30, false, []step{named("page_viewed"), named("search")}, nil},
		{"within a day", `[{"event":"page_viewed"},{"event":"search"},{"event":"add_to_cart"}]`, ``, 1, false, []step{named("page_viewed"), named("search"), named("add_to_cart")}, nil},
		{"visitors nobody knows, too", `[{"event":"page_viewed"},{"event":"search"},{"event":"add_to_cart"}]`, ``, 3, true, []step{named("page_viewed"), named("search"), named("add_to_cart")}, nil},
		{"the same twice", `[{"event":"search"},{"event":"search"},{"event":"search"}]`, ``, 7, false, []step{named("search"), named("search"), named("search")}, nil},
		{"where a property says so", `[{"event":"search"},{"event":"add_to_cart","where":{"field":"properties.price","op":"gte","value":250}}]`, ``, 7, false, []step{named("search"), dear}, nil},
		{"with something that must not come between", `[{"event":"page_viewed"},{"event":"add_to_cart"},{"event":"page_viewed"}]`, `[{"event":"search"}]`, 7, false,
			[]step{named("page_viewed"), named("add_to_cart"), named("page_viewed")}, func(e told) bool { return e.event == "search" }},
	} {
		t.Run(row.name, func(t *testing.T) {
			who := customer
			if row.everyone {
				who = everyone
			}
			want, gaps := goThrough(s.events, who, "2026-03-03", "2026-03-20", int64(row.within), row.broken, row.hand...)
			q := FunnelQuery{PassageQuery: analyze.PassageQuery{Rows: s.rows(t, "2026-03-03", "2026-03-20"), Steps: json.RawMessage(row.steps), Without: json.RawMessage(row.without), Within: row.within, Everyone: row.everyone}}
			got, err := s.Funnel(s.ctx, q)
			require.NoError(t, err)
			q.AtOnce = 100
			turns, err := s.Funnel(s.ctx, q)
			require.NoError(t, err)
			assert.Equal(t, got, turns, "in turns of people")
			for k, step := range got.Steps {
				assert.Equal(t, want[k], step.Count, "step %d", k+1)
				assert.Positive(t, step.Count, "says something")
				if !row.everyone {
					assert.Equal(t, want[k], s.behind(t, step.Reached), "the customers behind step %d", k+1)
				}
				if k == 0 {
					continue
				}
				assert.InDelta(t, quartile(gaps[k], 0.5), *step.Median, 1e-6)
				assert.InDelta(t, quartile(gaps[k], 0.25), step.Quarters[0], 1e-6)
				assert.InDelta(t, float64(want[k])/float64(want[0]), *step.Rate, 1e-12)
				assert.Equal(t, want[k-1]-want[k], step.Lost)
				if !row.everyone {
					assert.Equal(t, step.Lost, s.behind(t, *step.Dropped), "the customers who dropped out before step %d", k+1)
				}
			}
			if row.everyone {
				return
			}
			q.Split = "gender"
			split, err := s.Funnel(s.ctx, q)
			require.NoError(t, err)
			sums := make([]int64, len(want))
			for _, part := range split.Parts {
				of, _ := goThrough(s.events, func(e told) int64 {
					if e.customer != 0 && []string{"female", "male"}[e.customer%2] == *part.Key {
						return e.customer
					}
					return 0
				}, "2026-03-03", "2026-03-20", int64(row.within), row.broken, row.hand...)
				assert.Equal(t, of, part.Count)
				for k := range sums {
					sums[k] += part.Count[k]
				}
			}
			assert.Equal(t, want, sums, "the parts add up")
		})
	}
}
