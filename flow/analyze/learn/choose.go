package learn

import (
	"math"
	"math/rand/v2"
)

// Standing is a number of groups with its silhouette and its prediction strength.
type Standing struct {
	K          int     `json:"k"`
	Silhouette float64 `json:"silhouette"`
	Strength   float64 `json:"strength"`
}

// StrongKMeans tries from two to most groups. Of the numbers of groups that come again when half of the rows are clustered
// without the other half (whose prediction strength is at least 0.8, as Tibshirani and Walther 2005 take it), it gives the one
// with the greatest silhouette (Rousseeuw 1987); where no number does, that of all, and ok is false.
func StrongKMeans(x [][]float64, most int, seed uint64) (best *Clustering, tried []Standing, ok bool) {
	for k := 2; k <= most && k*10 <= len(x); k++ {
		c := KMeans(x, k, seed)
		s := Standing{k, c.Score, PredictionStrength(x, k, seed)}
		tried = append(tried, s)
		strong := s.Strong()
		if best == nil || strong && !ok || strong == ok && c.Score > best.Score {
			best = c
		}
		ok = ok || strong
	}
	return best, tried, ok
}

// Strong says that so many groups come again.
func (s Standing) Strong() bool { return s.Strength >= strongEnough }

const (
	strongEnough   = .8
	strengthRounds = 4
)

// PredictionStrength is how surely k groups come again: the rows are halved by chance and either half is clustered; of the
// pairs of rows that stand in one group of the second half, the share that the centers of the first put together too, in the
// group where that is least; the mean over some halvings (Tibshirani and Walther 2005).
func PredictionStrength(x [][]float64, k int, seed uint64) (mean float64) {
	chance := rand.New(rand.NewPCG(seed, 77))
	for range strengthRounds {
		order := chance.Perm(len(x))
		var halves [2][][]float64
		for i, at := range order {
			halves[i%2] = append(halves[i%2], x[at])
		}
		first, second := KMeans(halves[0], k, seed), KMeans(halves[1], k, seed)
		together := make([][]float64, k)
		for g := range together {
			together[g] = make([]float64, k)
		}
		for i, row := range halves[1] {
			at, _ := nearest(row, first.Centers)
			together[second.Of[i]][at]++
		}
		least := 1.
		for g, counts := range together {
			n, pairs := float64(second.Sizes[g]), 0.
			for _, c := range counts {
				pairs += c * (c - 1)
			}
			if n > 1 {
				least = min(least, pairs/(n*(n-1)))
			}
		}
		mean += least / strengthRounds
	}
	return mean
}

// Nearest gives the group whose center is nearest to a row, and how far that is.
func (c *Clustering) Nearest(row []float64) (group int, distance float64) {
	group, squares := nearest(row, c.Centers)
	return group, math.Sqrt(squares)
}

// Plane is the two directions in which rows spread most, through their mean.
type Plane struct {
	Mean   []float64    `json:"mean"`
	Axes   [2][]float64 `json:"axes"`
	Shares [2]float64   `json:"shares"` // of the variance
}

// PlaneOf finds the two first principal components by power iteration on the covariance, the second after the first is taken
// out of it (Hotelling 1933).
func PlaneOf(x [][]float64) *Plane {
	p := len(x[0])
	plane := &Plane{Mean: make([]float64, p)}
	for _, row := range x {
		for j, v := range row {
			plane.Mean[j] += v / float64(len(x))
		}
	}
	covariance, total := make([][]float64, p), 0.
	for j := range covariance {
		covariance[j] = make([]float64, p)
	}
	for _, row := range x {
		for i := range p {
			for j := range p {
				covariance[i][j] += (row[i] - plane.Mean[i]) * (row[j] - plane.Mean[j]) / float64(len(x))
			}
		}
	}
	for j := range p {
		total += covariance[j][j]
	}
	for a := range plane.Axes {
		axis, size := make([]float64, p), 0.
		for j := range axis {
			axis[j] = 1 / math.Sqrt(float64(p)+float64(j)) // no direction of chance
		}
		for range 200 {
			next := make([]float64, p)
			for i := range p {
				for j := range p {
					next[i] += covariance[i][j] * axis[j]
				}
			}
			if size = math.Sqrt(squared(next, make([]float64, p))); size < 1e-12 {
				break
			}
			for j := range next {
				next[j] /= size
			}
			axis = next
		}
		for i := range p {
			for j := range p {
				covariance[i][j] -= size * axis[i] * axis[j]
			}
		}
		plane.Axes[a], plane.Shares[a] = axis, size/max(total, 1e-12)
	}
	return plane
}

// Of gives the place of a row in the plane.
func (p *Plane) Of(row []float64) (place [2]float64) {
	for a, axis := range p.Axes {
		for j, v := range row {
			place[a] += (v - p.Mean[j]) * axis[j]
		}
	}
	return place
}

// AdjustedRand is how far two partitions of the same rows agree: 1 is the same, 0 what chance gives (Hubert and Arabie 1985,
// equation 5).
func AdjustedRand(a, b []int) float64 {
	pairs := func(n float64) float64 { return n * (n - 1) / 2 }
	both, ofA, ofB := map[[2]int]float64{}, map[int]float64{}, map[int]float64{}
	for i := range a {
		both[[2]int{a[i], b[i]}]++
		ofA[a[i]]++
		ofB[b[i]]++
	}
	var together, inA, inB float64
	for _, n := range both {
		together += pairs(n)
	}
	for _, n := range ofA {
		inA += pairs(n)
	}
	for _, n := range ofB {
		inB += pairs(n)
	}
	expected := inA * inB / pairs(float64(len(a)))
	if most := (inA + inB) / 2; most != expected {
		return (together - expected) / (most - expected)
	}
	return 1
}
