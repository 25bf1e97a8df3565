package decide

import (
	"cmp"
	"slices"
	"time"
)

// Setting is what orders a list besides its rows.
type Setting struct {
	Now           time.Time
	Hours         Hours
	OrdinaryOrder float64 // minor units: what stands in for a stake that cannot be valued
	Minutes       float64 // what the reader has for today
	Unseen        unseen  // what the reader may not know, and the order must not tell
}

// Line is one line of the list: a row, or several of one kind folded into one.
type Line struct {
	Row
	Members []Row // at least groupSize when folded, else none
	Factors Factors
	Score   Score
	Ordered float64 // the score it is ordered by: moves only when the score really changes
	Fits    bool    // within the reader's minutes for today
}

// Grouped says whether the line stands for several.
func (l *Line) Grouped() bool { return len(l.Members) > 0 }

// Arrange makes one reader's list of her rows: folds, orders, and fills her minutes from the top. Pinned lines come
// first, then by score, ties by the older. The same rows in any sequence give the same list.
func Arrange(rows []Row, set Setting) []Line {
	lines := fold(rows, set)
	slices.SortFunc(lines, before)
	left, full := set.Minutes, false
	for i := range lines {
		effort := lines[i].Factors.EffortMinutes
		full = full || effort > left // the day ends at the first line that does not fit: one line is drawn, not many
		lines[i].Fits = !full
		if !full {
			left -= effort
		}
	}
	return lines
}

func before(a, b Line) int {
	if a.Pinned != b.Pinned {
		if a.Pinned {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(b.Ordered, a.Ordered), cmp.Compare(a.FirstSeenAt, b.FirstSeenAt), cmp.Compare(a.Key, b.Key))
}

func single(r Row, set Setting) Line {
	f := r.factors(set)
	s := Rate(f, set.Now, set.Hours)
	if set.Unseen.hides(&r) {
		r.RankScore = 0 // the order so far rests on what is hidden
	}
	return Line{Row: r, Factors: f, Score: s, Ordered: settle(r.RankScore, s.PerMinute)}
}
