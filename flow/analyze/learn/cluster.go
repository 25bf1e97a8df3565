package learn

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Clustering puts rows of numbers into K groups. Rows stand on one scale: each column by its distance from the mean in
// standard deviations is usual.
type Clustering struct {
	K       int
	Centers [][]float64 // of each group, one number a column
	Of      []int       // the group of each row, the largest group first
	Sizes   []int
	// Score is what K was chosen by: for k-means the mean silhouette to the centers, -1..1, the greater the better; for a mixture
	// the Bayesian information criterion, the smaller the better.
	Score  float64
	Spread float64 // k-means: sum of squared distances to the centers. Mixture: minus the log likelihood
}

// Tried is a number of groups with its score.
type Tried struct {
	K     int     `json:"k"`
	Score float64 `json:"score"`
}

const (
	clusterStarts = 8   // from which k-means sets out; the best ends are kept
	clusterRounds = 100 // at most
)

// KMeans finds k groups whose rows lie near their centers: Lloyd's algorithm from starts chosen as k-means++ does (Arthur and
// Vassilvitskii 2007). seed fixes the starts.
func KMeans(x [][]float64, k int, seed uint64) *Clustering {
	chance := rand.New(rand.NewPCG(seed, uint64(k))) //nolint:gosec // a number of groups
	var best *Clustering
	for range clusterStarts {
		c := lloyd(x, spreadOut(x, k, chance))
		if best == nil || c.Spread < best.Spread {
			best = c
		}
	}
	best.Score = silhouette(x, best)
	best.largestFirst()
	return best
}

// BestKMeans tries from two to most groups and gives the clustering with the greatest silhouette, with what the others had.
func BestKMeans(x [][]float64, most int, seed uint64) (best *Clustering, tried []Tried) {
	for k := 2; k <= most; k++ {
		c := KMeans(x, k, seed)
		tried = append(tried, Tried{k, c.Score})
		if best == nil || c.Score > best.Score {
			best = c
		}
	}
	return best, tried
}

// spreadOut chooses starts, each with a chance in proportion to its squared distance from those chosen before.
func spreadOut(x [][]float64, k int, chance *rand.Rand) [][]float64 {
	centers := [][]float64{slices.Clone(x[chance.IntN(len(x))])}
	far := make([]float64, len(x))
	for i := range far {
		far[i] = math.Inf(1)
	}
	for len(centers) < k {
		sum := 0.0
		for i, row := range x {
			far[i] = min(far[i], squared(row, centers[len(centers)-1]))
			sum += far[i]
		}
		at, left := len(x)-1, chance.Float64()*sum
		for i, d := range far {
			if left -= d; left < 0 {
				at = i
				break
			}
		}
		centers = append(centers, slices.Clone(x[at]))
	}
	return centers
}

func lloyd(x, centers [][]float64) *Clustering {
	c := &Clustering{K: len(centers), Centers: centers, Of: make([]int, len(x)), Sizes: make([]int, len(centers))}
	for round := range clusterRounds {
		moved := false
		c.Spread = 0
		clear(c.Sizes)
		for i, row := range x {
			at, d := nearest(row, c.Centers)
			moved = moved || at != c.Of[i]
			c.Of[i] = at
			c.Sizes[at]++
			c.Spread += d
		}
		if round > 0 && !moved {
			break
		}
		c.center(x)
	}
	return c
}

// center moves each center to the mean of its rows; one without rows stays.
func (c *Clustering) center(x [][]float64) {
	sums := make([][]float64, c.K)
	for i := range sums {
		sums[i] = make([]float64, len(x[0]))
	}
	for i, row := range x {
		for j, v := range row {
			sums[c.Of[i]][j] += v
		}
	}
	for i, sum := range sums {
		if c.Sizes[i] == 0 {
			continue
		}
		for j := range sum {
			sum[j] /= float64(c.Sizes[i])
		}
		c.Centers[i] = sum
	}
}

func nearest(row []float64, centers [][]float64) (at int, least float64) {
	least = math.Inf(1)
	for i, c := range centers {
		if d := squared(row, c); d < least {
			at, least = i, d
		}
	}
	return at, least
}

func squared(a, b []float64) (sum float64) {
	for i, v := range a {
		d := v - b[i]
		sum += d * d
	}
	return sum
}

// silhouette is how much nearer rows are to their own center than to the next, on average: the simplified silhouette
// (Hruschka, de Castro and Campello 2004), which is Rousseeuw's with centers in place of all pairs.
func silhouette(x [][]float64, c *Clustering) (mean float64) {
	for i, row := range x {
		own, next := math.Sqrt(squared(row, c.Centers[c.Of[i]])), math.Inf(1)
		for other, center := range c.Centers {
			if other != c.Of[i] && c.Sizes[other] > 0 {
				next = min(next, math.Sqrt(squared(row, center)))
			}
		}
		if far := max(own, next); far > 0 && !math.IsInf(next, 1) {
			mean += (next - own) / far
		}
	}
	return mean / float64(len(x))
}

func (c *Clustering) largestFirst() {
	order := make([]int, c.K)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return c.Sizes[b] - c.Sizes[a] })
	place, centers, sizes := make([]int, c.K), make([][]float64, c.K), make([]int, c.K)
	for to, from := range order {
		place[from], centers[to], sizes[to] = to, c.Centers[from], c.Sizes[from]
	}
	for i, of := range c.Of {
		c.Of[i] = place[of]
	}
	c.Centers, c.Sizes = centers, sizes
}
