package behaviour

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pagesOf gives the pages of a session in order, those seen twice in a row once.
func (s *site) pagesOf(x stay) (pages []string) {
	var seen []told
	for _, e := range s.events {
		if e.visitor == x.visitor && !e.bot && (e.kind == "page" || e.kind == "screen") && e.ts >= x.start && e.ts <= x.end {
			seen = append(seen, e)
		}
	}
	slices.SortFunc(seen, func(a, b told) int {
		if a.ts != b.ts {
			return int(a.ts - b.ts)
		}
		return (a.batch-b.batch)*1000 + a.position - b.position
	})
	for _, e := range seen {
		if len(pages) == 0 || pages[len(pages)-1] != e.path {
			pages = append(pages, e.path)
		}
	}
	return pages
}

func TestPathsAreTheWaysOfEachSession(t *testing.T) {
	s := openSite(t, 21, 80, 20)
	for _, start := range []string{"", "/a"} {
		nodes, ends, links := map[string]int64{}, map[string]int64{}, map[[2]string]int64{}
		walkers := map[int64]bool{}
		for _, x := range s.stays {
			if d := dayOf(x.start); d < "2026-03-03" || d > "2026-03-25" {
				continue
			}
			pages := s.pagesOf(x)
			if start != "" {
				at := slices.Index(pages, start)
				if at < 0 {
					continue
				}
				pages = pages[at:]
			}
			for i, page := range pages[:min(len(pages), 4)] {
				id := string(rune('1'+i)) + ":" + page
				nodes[id]++
				switch {
				case i+1 == len(pages):
					ends[id]++
				case i < 3:
					links[[2]string{id, string(rune('2'+i)) + ":" + pages[i+1]}]++
				}
				if id == "2:/b" && x.customer != 0 {
					walkers[x.customer] = true
				}
			}
		}
		q := PathQuery{Rows: s.rows(t, "2026-03-03", "2026-03-25"), Of: "pages", Start: start, Steps: 4, Top: 10}
		got, err := s.Paths(s.ctx, q)
		require.NoError(t, err)
		told := map[string]int64{}
		for _, n := range got.Nodes {
			told[n.ID] = n.Sessions
			assert.Equal(t, ends[n.ID], n.Ends, n.ID)
		}
		assert.Equal(t, nodes, told)
		went := map[[2]string]int64{}
		for _, l := range got.Links {
			went[[2]string{l.Source, l.Target}] = l.Sessions
		}
		assert.Equal(t, links, went)

		behind, err := s.Walkers(s.ctx, q, "2:/b", "")
		require.NoError(t, err)
		assert.Equal(t, nodes["2:/b"], behind.Sessions)
		assert.EqualValues(t, len(walkers), behind.Customers)
		assert.EqualValues(t, len(walkers), s.behind(t, *behind.Opens))

		q.Top = 1
		folded, err := s.Paths(s.ctx, q)
		require.NoError(t, err)
		assert.Equal(t, got.Sessions, folded.Sessions)
		sums := map[int]int64{}
		for _, n := range folded.Nodes {
			sums[n.Step] += n.Sessions
		}
		for _, n := range got.Nodes {
			sums[n.Step] -= n.Sessions
		}
		for step, rest := range sums {
			assert.Zero(t, rest, "step %d keeps all sessions when pages are folded", step)
		}
	}
}
