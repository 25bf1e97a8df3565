package learn

import (
	"math"
	"slices"
)

// leastVariance keeps a group from shrinking to a point; columns have variance 1.
const leastVariance = 1e-3

// Mixture finds k groups as normal distributions whose columns are independent within a group, by expectation and maximization
// (Dempster, Laird and Rubin 1977) from where k-means ends. Unlike k-means, groups may be wide or narrow, and in each column
// differently. A row belongs to the group that is likeliest to have made it.
func Mixture(x [][]float64, k int, seed uint64) *Clustering {
	start := KMeans(x, k, seed)
	n, p := len(x), len(x[0])
	share, mean, variance := make([]float64, k), start.Centers, make([][]float64, k)
	for g := range k {
		share[g], variance[g] = float64(max(1, start.Sizes[g]))/float64(n), make([]float64, p)
	}
	for i, row := range x {
		g := start.Of[i]
		for j, v := range row {
			variance[g][j] += (v - mean[g][j]) * (v - mean[g][j]) / float64(start.Sizes[g])
		}
	}
	for g := range k {
		for j := range p {
			variance[g][j] = max(variance[g][j], leastVariance)
		}
	}
	belongs := make([][]float64, n)
	for i := range belongs {
		belongs[i] = make([]float64, k)
	}
	reached := math.Inf(-1)
	for range 200 {
		likelihood := expect(x, share, mean, variance, belongs)
		if likelihood-reached < 1e-7*math.Abs(likelihood) {
			reached = likelihood
			break
		}
		reached = likelihood
		maximizeMixture(x, share, mean, variance, belongs)
	}
	c := &Clustering{K: k, Centers: mean, Of: make([]int, n), Sizes: make([]int, k), Spread: -reached}
	for i := range x {
		for g := range k {
			if belongs[i][g] > belongs[i][c.Of[i]] {
				c.Of[i] = g
			}
		}
		c.Sizes[c.Of[i]]++
	}
	free := float64(k-1) + 2*float64(k*p)
	c.Score = -2*reached + free*math.Log(float64(n))
	c.largestFirst()
	return c
}

// expect says how much of each row belongs to each group, and gives the log likelihood of all rows.
func expect(x [][]float64, share []float64, mean, variance, belongs [][]float64) (likelihood float64) {
	for i, row := range x {
		logs := belongs[i]
		for g := range share {
			logs[g] = math.Log(share[g])
			for j, v := range row {
				d := v - mean[g][j]
				logs[g] -= (math.Log(2*math.Pi*variance[g][j]) + d*d/variance[g][j]) / 2
			}
		}
		most, sum := slices.Max(logs), 0.0
		for g := range logs {
			logs[g] = math.Exp(logs[g] - most)
			sum += logs[g]
		}
		for g := range logs {
			logs[g] /= sum
		}
		likelihood += most + math.Log(sum)
	}
	return likelihood
}

func maximizeMixture(x [][]float64, share []float64, mean, variance, belongs [][]float64) {
	p := len(x[0])
	for g := range share {
		weight, first, second := 1e-12, make([]float64, p), make([]float64, p)
		for i, row := range x {
			b := belongs[i][g]
			weight += b
			for j, v := range row {
				first[j] += b * v
			}
		}
		for j := range p {
			first[j] /= weight
		}
		for i, row := range x {
			b := belongs[i][g]
			for j, v := range row {
				second[j] += b * (v - first[j]) * (v - first[j])
			}
		}
		for j := range p {
			second[j] = max(second[j]/weight, leastVariance)
		}
		share[g], mean[g], variance[g] = weight/float64(len(x)), first, second
	}
}

// BestMixture tries from one to most groups and gives the one with the smallest Bayesian information criterion (Schwarz 1978).
func BestMixture(x [][]float64, most int, seed uint64) (best *Clustering, tried []Tried) {
	for k := 1; k <= most; k++ {
		c := Mixture(x, k, seed)
		tried = append(tried, Tried{k, c.Score})
		if best == nil || c.Score < best.Score {
			best = c
		}
	}
	return best, tried
}
