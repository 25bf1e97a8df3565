package behaviour

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func mean[T any](list []T, of func(T) float64) float64 {
	total := 0.0
	for _, x := range list {
		total += of(x)
	}
	return total / float64(len(list))
}

func TestBoardIsWhatTheSessionsAddUpTo(t *testing.T) {
	s := openSite(t, 11, 150, 25)
	in := func(of []stay, keep func(stay) bool) []stay {
		return slices.DeleteFunc(slices.Clone(of), func(x stay) bool { return !keep(x) })
	}
	days := in(s.stays, func(x stay) bool { return dayOf(x.start) >= "2026-03-03" && dayOf(x.start) <= "2026-03-20" })
	people := func(of []stay) int64 {
		seen := map[int64]bool{}
		for _, x := range of {
			if x.customer != 0 {
				seen[x.customer] = true
			}
		}
		return int64(len(seen))
	}
	same := func(of []stay, v Visits) {
		t.Helper()
		assert.EqualValues(t, len(of), v.Sessions)
		assert.Equal(t, people(of), v.Customers)
		if len(of) == 0 {
			return
		}
		assert.InDelta(t, mean(of, func(x stay) float64 { return float64(x.end-x.start) / 1000 }), *v.Duration, 1e-6)
		assert.InDelta(t, mean(of, func(x stay) float64 { return float64(x.pages) }), *v.Depth, 1e-9)
		assert.InDelta(t, mean(of, func(x stay) float64 {
			if x.bounced {
				return 1
			}
			return 0
		}), *v.Bounce, 1e-9)
	}
	board, err := s.Board(s.ctx, BoardQuery{Rows: s.rows(t, "2026-03-03", "2026-03-20"), Split: "gender", Top: 50})
	require.NoError(t, err)
	require.Greater(t, len(days), 500)
	same(days, board.Whole)
	same(in(s.stays, func(x stay) bool { return dayOf(x.start) >= "2026-02-13" && dayOf(x.start) <= "2026-03-02" }), board.Before)
	assert.Equal(t, people(days), s.behind(t, board.Opens), "the customers behind all sessions")

	seconds := make([]float64, len(days))
	for i, x := range days {
		seconds[i] = float64(x.end-x.start) / 1000
	}
	assert.InDelta(t, quartile(seconds, 0.5), board.Spread.P50, 1e-6)
	assert.InDelta(t, quartile(seconds, 0.95), board.Spread.P95, 1e-6)

	for _, at := range board.Series {
		same(in(days, func(x stay) bool { return dayOf(x.start) == at.At }), at.Visits)
	}
	for _, depth := range board.Depths {
		of := in(days, func(x stay) bool {
			return int64(x.pages) >= depth.Least && (depth.Most == nil || int64(x.pages) <= *depth.Most)
		})
		assert.EqualValues(t, len(of), depth.Sessions)
		assert.Equal(t, people(of), s.behind(t, *depth.Opens), "the customers of depth %d", depth.Least)
	}
	total := int64(0)
	for _, length := range board.Lengths {
		total += length.Sessions
	}
	assert.EqualValues(t, len(days), total, "each session is in one band")
	for _, landing := range board.Landing {
		of := in(days, func(x stay) bool { return x.entry == *landing.Key })
		same(of, landing.Visits)
		assert.Equal(t, people(of), s.behind(t, *landing.Opens))
	}
	for _, source := range board.Sources {
		of := in(days, func(x stay) bool {
			return source.Key == nil && x.from == "" || source.Key != nil && x.from == *source.Key
		})
		same(of, source.Visits)
		assert.Equal(t, people(of), s.behind(t, *source.Opens))
	}
	for _, exit := range board.Exits {
		assert.EqualValues(t, len(in(days, func(x stay) bool { return x.exit == exit.Page })), exit.Exits)
	}
	for _, part := range board.Parts {
		of := in(days, func(x stay) bool {
			return part.Key == nil && x.customer == 0 || part.Key != nil && x.customer != 0 && []string{"female", "male"}[x.customer%2] == *part.Key
		})
		same(of, part.Visits)
	}
}
