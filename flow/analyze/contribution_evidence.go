package analyze

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// evidence is how well the value of a split tells in which of the two times a row lies.
type evidence struct {
	squares []float64 // of what each part deviates, in standard deviations
	rows    float64   // effective rows behind both times
	p       float64
	score   float64
}

// chanceSplits and chanceParts are the shares of false discoveries borne among splits called clear and parts called unlike.
const (
	chanceSplits = 0.05
	chanceParts  = 0.05
)

// weigh tests whether the parts changed alike, and writes into each row how far beyond the others it changed.
//
// Of a sum, a part is expected to have changed in proportion to the whole: Pearson's statistic, where what is added up is
// not ones but amounts with their squares for variances (Kish, "Survey Sampling", 1965: effective size). Of a quotient
// the rates are expected to have changed by the same: the Q of Cochran, "The Combination of Estimates from Different
// Experiments", Biometrics 10 (1954), with one more for what the mix alone did.
func weigh(m *Metric, rows []decomposed) evidence {
	var e evidence
	var now, ref, nowSquares, refSquares sum
	for _, r := range rows {
		now, ref = now.plus(r.now), ref.plus(r.ref)
		nowSquares, refSquares = nowSquares.plus(r.nowSquares), refSquares.plus(r.refSquares)
	}
	if m.den != nil {
		return weighRates(m, rows, now, ref)
	}
	e.rows = ratio(now.num*now.num, nowSquares.num) + ratio(ref.num*ref.num, refSquares.num)
	if ref.num == 0 {
		return e
	}
	grown := now.num / ref.num
	for i := range rows {
		r := &rows[i]
		r.beyond = r.now.num - grown*r.ref.num
		if variance := r.nowSquares.num + grown*grown*r.refSquares.num; variance > 0 {
			r.z = r.beyond / math.Sqrt(variance)
			e.squares = append(e.squares, r.z*r.z)
		}
	}
	return e
}

func weighRates(m *Metric, rows []decomposed, now, ref sum) evidence {
	e := evidence{rows: now.den + ref.den}
	r1, r0 := ratio(now.num, now.den), ratio(ref.num, ref.den)
	// the variance of a part's rate: of sums of x over n rows, (sum of x² - 2 r sum of x + r² n) / n². Where next to nothing
	// varies within a part, the whole tells how much does
	variance := func(s, squares, whole sum, r float64) float64 {
		own := squares.num - 2*r*s.num + r*r*s.den
		return max(own, 0) / (s.den * s.den)
	}
	var weights, mean float64
	by := make([]float64, len(rows))
	for i, r := range rows {
		if r.now.den < fewestRows || r.ref.den < fewestRows {
			continue
		}
		by[i] = variance(r.now, r.nowSquares, now, r1) + variance(r.ref, r.refSquares, ref, r0)
		if by[i] > 0 {
			weights += 1 / by[i]
			mean += (ratio(r.now.num, r.now.den) - ratio(r.ref.num, r.ref.den)) / by[i]
		}
	}
	if weights > 0 {
		mean /= weights
	}
	mixed, mixVariance := 0.0, 0.0
	for i := range rows {
		r := &rows[i]
		r.beyond = r.amount - (r.share+r.referenceShare)/2*mean
		mixed += r.mix
		apart := (ratio(r.now.num, max(r.now.den, 1))+ratio(r.ref.num, max(r.ref.den, 1)))/2 - (r0+r1)/2
		mixVariance += apart * apart * (ratio(r.share, now.den) + ratio(r.referenceShare, ref.den))
		if by[i] > 0 {
			r.z = (ratio(r.now.num, r.now.den) - ratio(r.ref.num, r.ref.den) - mean) / math.Sqrt(by[i])
			e.squares = append(e.squares, r.z*r.z)
		}
	}
	if mixVariance > 0 && len(e.squares) > 1 {
		e.squares = append(e.squares, mixed*mixed/mixVariance)
	}
	return e
}

// fewestRows is how many rows of the divisor a part must have, now and before, for its rate to be judged.
const fewestRows = 5

// deflate divides by how much everything varies more than independent rows would: the median of all squared deviations
// against that of chance (genomic control: Devlin and Roeder, Biometrics 55, 1999). One cause is in few parts and so leaves
// the median alone.
func deflate(all []evidence, rows [][]decomposed) {
	var squares []float64
	for _, of := range rows {
		for _, r := range of {
			if r.z != 0 {
				squares = append(squares, r.z*r.z)
			}
		}
	}
	by := 1.0
	if len(squares) >= 10 {
		slices.Sort(squares)
		by = max(1, squares[len(squares)/2]/0.4549364)
	}
	for i := range all {
		for k := range all[i].squares {
			all[i].squares[k] /= by
		}
		all[i].settle()
		p := make([]float64, len(rows[i]))
		for k := range rows[i] {
			rows[i][k].z /= math.Sqrt(by)
			p[k] = math.Erfc(math.Abs(rows[i][k].z) / math.Sqrt2)
		}
		for k, real := range discoveries(p, chanceParts) {
			rows[i][k].unlike = real && rows[i][k].z != 0
		}
	}
}

// settle reckons what the deviations of the parts amount to.
//
// P is the probability of such parts by chance: of all of them together, or of the furthest of so many, the smaller of both
// doubled. The score ranks splits. A cause mostly lies in a few values, so it is the best that telling j of k parts apart
// gains in likelihood, less what j parts chosen of k gain by themselves: the extended criterion of Chen and Chen, Biometrika
// 95 (2008), j ln n + 2 ln C(k, j). Of two splits that tell the same, the one with fewer parts is ahead.
func (e *evidence) settle() {
	slices.SortFunc(e.squares, func(a, b float64) int { return cmp.Compare(b, a) })
	e.p, e.score = 1, math.Inf(-1)
	statistic, chosen, k := 0.0, 0.0, float64(len(e.squares))
	for i, square := range e.squares {
		j := float64(i + 1)
		statistic += square
		chosen += math.Log((k - j + 1) / j)
		e.score = max(e.score, statistic-j*math.Log(max(e.rows, math.E))-2*chosen)
	}
	if k > 1 {
		together := distuv.ChiSquared{K: k - 1}.Survival(statistic)
		furthest := k * math.Erfc(math.Sqrt(e.squares[0]/2))
		e.p = min(1, 2*min(together, furthest))
	} else {
		e.score = 0
	}
}

// discoveries says which of the tests with these probabilities hold so that at most the given share of them is chance: the
// procedure of Benjamini and Hochberg, JRSS B 57 (1995).
func discoveries(p []float64, share float64) []bool {
	by := make([]int, len(p))
	for i := range p {
		by[i] = i
	}
	slices.SortFunc(by, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	held, real := -1, make([]bool, len(p))
	for n, i := range by {
		if p[i] <= share*float64(n+1)/float64(len(p)) {
			held = n
		}
	}
	for n := 0; n <= held; n++ {
		real[by[n]] = true
	}
	return real
}

// squares gives the metric that adds up the squares of what m adds up: of a count, the count.
func (m *Metric) squares() *Metric {
	square := func(p part) part {
		if x, of := strings.CutPrefix(p.agg, "sum("); of {
			x = strings.TrimSuffix(x, ")")
			p.agg = "sum((" + x + ")::double * (" + x + ")::double)"
		}
		return p
	}
	s := *m
	s.num = square(m.num)
	if m.den != nil {
		s.den = per(square(*m.den))
	}
	return &s
}
