package behaviour

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"guanxi/flow/analyze"
)

// sum is what a plain loop over sessions adds up.
type sum struct {
	sessions, pages, bounced int64
	millis                   int64
	visitors, customers      map[int64]bool
}

func (s *sum) add(x stay) {
	if s.visitors == nil {
		s.visitors, s.customers = map[int64]bool{}, map[int64]bool{}
	}
	s.sessions++
	s.pages += int64(x.pages)
	s.millis += x.end - x.start
	if x.bounced {
		s.bounced++
	}
	s.visitors[x.visitor] = true
	if x.customer != 0 {
		s.customers[x.customer] = true
	}
}

func (s *sum) same(t *testing.T, v Visits, name string) {
	t.Helper()
	n := float64(s.sessions)
	assert.Equal(t, []int64{s.sessions, int64(len(s.visitors)), int64(len(s.customers)), s.pages}, []int64{v.Sessions, v.Visitors, v.Customers, v.PageViews}, name)
	assert.InDelta(t, float64(s.pages)/n, *v.Depth, 1e-9, name)
	assert.InDelta(t, float64(s.bounced)/n, *v.Bounce, 1e-9, name)
	assert.InEpsilon(t, float64(s.millis)/1000/n, *v.Duration, 1e-9, name)
}

// Sessions, depth, bounce, funnel, retention and stickiness of a million events, each against loops and maps that share
// nothing with what is tested: one visitor, one event, one day at a time.
func TestAMillionEventsByPlainLoops(t *testing.T) {
	const from, to = "2026-03-03", "2026-03-20"
	s := openSite(t, 2026, 39_300, 25)
	require.Greater(t, len(s.events), 1_000_000)
	t.Run("sessions", func(t *testing.T) { sameStays(t, slices.Clone(s.stays), staysIn(t, s.columns)) })

	t.Run("figures of sessions", func(t *testing.T) {
		var whole sum
		byDay, landing, source, exits := map[string]*sum{}, map[string]*sum{}, map[string]*sum{}, map[string]int64{}
		depth := map[int]int64{}
		var seconds []float64
		tally := func(m map[string]*sum, key string, x stay) {
			if m[key] == nil {
				m[key] = &sum{}
			}
			m[key].add(x)
		}
		for _, x := range s.stays {
			day := dayOf(x.start)
			if day < from || day > to {
				continue
			}
			whole.add(x)
			tally(byDay, day, x)
			tally(landing, x.entry, x)
			tally(source, x.from, x)
			exits[x.exit]++
			depth[x.pages]++
			seconds = append(seconds, float64(x.end-x.start)/1000)
		}
		board, err := s.Board(s.ctx, BoardQuery{Rows: s.rows(t, from, to), By: "day", Top: 100})
		require.NoError(t, err)
		whole.same(t, board.Whole, "whole")
		require.Greater(t, whole.sessions, int64(100_000))
		for _, q := range []struct{ of, is float64 }{{0.25, board.Spread.P25}, {0.5, board.Spread.P50}, {0.75, board.Spread.P75}, {0.9, board.Spread.P90}, {0.95, board.Spread.P95}} {
			assert.InDelta(t, quartile(seconds, q.of), q.is, 1e-6)
		}
		require.Len(t, board.Series, len(byDay))
		for _, at := range board.Series {
			byDay[at.At].same(t, at.Visits, at.At)
		}
		for _, band := range board.Depths {
			var n int64
			for pages, sessions := range depth {
				if int64(pages) >= band.Least && (band.Most == nil || int64(pages) <= *band.Most) {
					n += sessions
				}
			}
			assert.Equal(t, n, band.Sessions, "sessions of %d pages and more", band.Least)
		}
		key := func(k *string) string {
			if k == nil {
				return ""
			}
			return *k
		}
		require.Len(t, board.Landing, len(landing))
		for _, v := range board.Landing {
			landing[key(v.Key)].same(t, v.Visits, "landing on "+v.Label)
		}
		require.Len(t, board.Sources, len(source))
		for _, v := range board.Sources {
			source[key(v.Key)].same(t, v.Visits, "coming from "+v.Label)
		}
		for _, x := range board.Exits {
			assert.Equal(t, exits[x.Page], x.Exits, "leaving from %s", x.Page)
		}
		assert.Equal(t, int64(len(whole.customers)), s.behind(t, board.Opens), "the customers behind")
	})

	t.Run("a funnel", func(t *testing.T) {
		for _, everyone := range []bool{false, true} {
			who := func(e told) int64 {
				if e.customer == 0 && everyone {
					return -e.visitor
				}
				return e.customer
			}
			broken := func(e told) bool { return e.event == "add_to_cart" && e.properties["gift"] == true }
			want, gaps := goThrough(s.events, who, from, to, 7, broken, named("page_viewed"), named("search"), named("add_to_cart"))
			got, err := s.Funnel(s.ctx, FunnelQuery{PassageQuery: analyze.PassageQuery{Rows: s.rows(t, from, to), Within: 7, Everyone: everyone,
				Steps:   json.RawMessage(`[{"event":"page_viewed"},{"event":"search"},{"event":"add_to_cart"}]`),
				Without: json.RawMessage(`[{"event":"add_to_cart","where":{"field":"properties.gift","op":"eq","value":true}}]`)}})
			require.NoError(t, err)
			for k, step := range got.Steps {
				assert.Equal(t, want[k], step.Count, "step %d", k+1)
				if k > 0 {
					assert.InDelta(t, quartile(gaps[k], 0.5), *step.Median, 1e-6, "how long step %d takes", k+1)
				}
			}
			assert.Greater(t, want[2], int64(4_000), "says something")
		}
	})

	metrics := analyze.NewMetrics(s.columns, s.records, time.Now, nil)
	on := func(name string) map[int64]map[string]bool { // the days on which each customer did it
		all := map[int64]map[string]bool{}
		for _, e := range s.events {
			if e.event == name && e.customer != 0 && !e.bot {
				if all[e.customer] == nil {
					all[e.customer] = map[string]bool{}
				}
				all[e.customer][dayOf(e.ts)] = true
			}
		}
		return all
	}
	week := func(day string) string { // its Monday
		d, err := time.Parse(time.DateOnly, day)
		require.NoError(t, err)
		return d.AddDate(0, 0, -(int(d.Weekday())+6)%7).Format(time.DateOnly)
	}
	viewed, searched := on("page_viewed"), on("search")

	t.Run("retention", func(t *testing.T) {
		size, back := map[string]int64{}, map[[2]string]int64{}
		for id, seen := range viewed {
			first := "9"
			for day := range seen {
				first = min(first, day)
			}
			size[week(first)]++
			weeks := map[string]bool{}
			for day := range searched[id] {
				if day >= first {
					weeks[week(day)] = true
				}
			}
			for w := range weeks {
				back[[2]string{week(first), w}]++
			}
		}
		r, err := metrics.Retention(s.ctx, analyze.RetentionQuery{Period: s.rows(t, "2026-03-02", "2026-03-29").Period, First: "page_viewed", Return: "search", By: "week"})
		require.NoError(t, err)
		require.Len(t, r.Cohorts, 4)
		for i, c := range r.Cohorts {
			assert.Equal(t, size[c.Start], c.Size, "the cohort of %s", c.Start)
			for k := 1; k < len(c.Counts); k++ {
				assert.Equal(t, back[[2]string{c.Start, r.Cohorts[i+k].Start}], *c.Counts[k], "cohort %s after %d weeks", c.Start, k)
			}
		}
		assert.Greater(t, r.Cohorts[0].Size, int64(1_000))
	})

	t.Run("stickiness", func(t *testing.T) {
		p := s.rows(t, from, to).Period
		got, err := metrics.Stickiness(s.ctx, analyze.StickinessQuery{Period: p, Event: "search"})
		require.NoError(t, err)
		active := map[int64]int64{}
		for i, at := range got.Days {
			last := p.From.AddDate(0, 0, i)
			least := func(n int) string { return last.AddDate(0, 0, 1-n).Format(time.DateOnly) }
			lows, counts := [3]string{least(1), least(7), least(30)}, [3]int64{}
			for id, seen := range searched {
				for k, low := range lows {
					for day := range seen {
						if day >= low && day <= at.At {
							counts[k]++
							break
						}
					}
				}
				if seen[at.At] {
					active[id]++
				}
			}
			assert.Equal(t, counts, [3]int64{at.Day, at.Week, at.Month}, at.At)
		}
		histogram := map[int64]int64{}
		for _, n := range active {
			histogram[n]++
		}
		for _, a := range got.Histogram {
			assert.Equal(t, histogram[a.Days], a.Customers, fmt.Sprintf("active on %d days", a.Days))
		}
		assert.EqualValues(t, len(active), got.Active)
	})
}
