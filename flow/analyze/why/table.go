package why

import (
	"cmp"
	"math"
	"slices"
)

// Share is how many of a number have something.
type Share struct {
	With  int64   `json:"with"`
	Of    int64   `json:"of"`
	Share float64 `json:"share"`
}

func shareOf(with, of int64) Share {
	s := Share{With: with, Of: of}
	if of > 0 {
		s.Share = float64(with) / float64(of)
	}
	return s
}

// fourfold is two shares side by side: a of n against b of m.
type fourfold struct{ a, n, b, m float64 }

// enough reports whether every cell would hold five were both shares the same: below that the test says nothing (Cochran 1954).
func (f fourfold) enough() bool {
	with, all := f.a+f.b, f.n+f.m
	return all > 0 && min(with, all-with)*min(f.n, f.m)/all >= 5
}

// probability is that of so great a difference by chance: Pearson's test of a fourfold table.
func (f fourfold) probability() float64 {
	with, all := f.a+f.b, f.n+f.m
	pooled := with / all
	deviation := math.Sqrt(pooled * (1 - pooled) * (1/f.n + 1/f.m))
	if deviation == 0 {
		return 1
	}
	return math.Erfc(math.Abs(f.a/f.n-f.b/f.m) / deviation / math.Sqrt2)
}

// discoveries gives, for each probability, the smallest share of false discoveries at which it counts as one: the adjusted
// probabilities of Benjamini and Hochberg, JRSS B 57 (1995).
func discoveries(p []float64) []float64 {
	by := make([]int, len(p))
	for i := range p {
		by[i] = i
	}
	slices.SortFunc(by, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	q, least := make([]float64, len(p)), 1.0
	for n := len(by) - 1; n >= 0; n-- {
		least = min(least, p[by[n]]*float64(len(p))/float64(n+1))
		q[by[n]] = least
	}
	return q
}

// stratified tests whether a factor still tells the group from the rest among those alike in another: the statistic of Mantel
// and Haenszel, JNCI 22 (1959), chi-square of one degree.
func stratified(group, factor, other []bool) float64 {
	var cells [2][2][2]float64
	for i := range group {
		cells[at(other[i])][at(factor[i])][at(group[i])]++
	}
	off, variance := 0.0, 0.0
	for _, s := range cells {
		with, without := s[1][0]+s[1][1], s[0][0]+s[0][1]
		bad, good := s[0][1]+s[1][1], s[0][0]+s[1][0]
		if n := with + without; n > 1 {
			off += s[1][1] - with*bad/n
			variance += with * without * bad * good / (n * n * (n - 1))
		}
	}
	if variance == 0 {
		return 0
	}
	return off * off / variance
}

// alike is how far two factors are the same: the correlation of two yes or no.
func alike(a, b []bool) float64 {
	var c [2][2]float64
	for i := range a {
		c[at(a[i])][at(b[i])]++
	}
	d := math.Sqrt((c[1][0] + c[1][1]) * (c[0][0] + c[0][1]) * (c[0][1] + c[1][1]) * (c[0][0] + c[1][0]))
	if d == 0 {
		return 0
	}
	return (c[1][1]*c[0][0] - c[1][0]*c[0][1]) / d
}

func at(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
