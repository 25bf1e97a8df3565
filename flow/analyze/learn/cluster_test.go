package learn

import (
	"math"
	"math/rand/v2"
	"testing"
)

// clouds deals rows around centers, each as wide as its spread in every column.
func clouds(seed uint64, each int, centers [][]float64, spreads [][]float64) (x [][]float64, of []int) {
	chance := rand.New(rand.NewPCG(seed, 3))
	for c, center := range centers {
		for range each {
			row := make([]float64, len(center))
			for j, m := range center {
				row[j] = m + chance.NormFloat64()*spreads[c][j]
			}
			x, of = append(x, row), append(of, c)
		}
	}
	return x, of
}

// agreement is the adjusted Rand index of Hubert and Arabie (1985), counted pair by pair: 1 is the same partition, 0 chance.
func agreement(a, b []int) float64 {
	var both, inA, inB, pairs float64
	for i := range a {
		for j := range i {
			pairs++
			sameA, sameB := a[i] == a[j], b[i] == b[j]
			if sameA {
				inA++
			}
			if sameB {
				inB++
			}
			if sameA && sameB {
				both++
			}
		}
	}
	expected := inA * inB / pairs
	return (both - expected) / ((inA+inB)/2 - expected)
}

func TestKMeansFindsWhatWasPlanted(t *testing.T) {
	for _, w := range []struct {
		name    string
		centers [][]float64
	}{
		{"three apart", [][]float64{{0, 0}, {6, 0}, {0, 6}}},
		{"five in three columns", [][]float64{{0, 0, 0}, {7, 0, 0}, {0, 7, 0}, {0, 0, 7}, {7, 7, 7}}},
	} {
		spreads := make([][]float64, len(w.centers))
		for i := range spreads {
			spreads[i] = []float64{1, 1, 1}
		}
		x, of := clouds(1, 120, w.centers, spreads)
		c, tried := BestKMeans(x, 8, 1)
		if c.K != len(w.centers) || len(tried) != 7 {
			t.Errorf("%s: %d groups, tried %v", w.name, c.K, tried)
		}
		if a := agreement(c.Of, of); a < .98 {
			t.Errorf("%s: agreement %.3f", w.name, a)
		}
		for g := 1; g < c.K; g++ {
			if c.Sizes[g] > c.Sizes[g-1] {
				t.Errorf("%s: sizes %v", w.name, c.Sizes)
			}
		}
	}
}

// At the end every row is at its nearest center and every center the mean of its rows, so neither step makes it better.
func TestKMeansStandsStill(t *testing.T) {
	x, _ := clouds(2, 100, [][]float64{{0, 0}, {2, 1}, {1, 3}}, [][]float64{{1, 1}, {1, 1}, {1, 1}})
	c := KMeans(x, 4, 7)
	sums, counts, spread := make([][]float64, 4), make([]float64, 4), 0.0
	for g := range sums {
		sums[g] = make([]float64, 2)
	}
	for i, row := range x {
		own := squared(row, c.Centers[c.Of[i]])
		spread += own
		for g := range c.Centers {
			if squared(row, c.Centers[g]) < own-1e-9 {
				t.Fatalf("row %d is nearer to another center", i)
			}
		}
		counts[c.Of[i]]++
		for j, v := range row {
			sums[c.Of[i]][j] += v
		}
	}
	for g, sum := range sums {
		for j := range sum {
			if math.Abs(sum[j]/counts[g]-c.Centers[g][j]) > 1e-9 {
				t.Fatalf("center %d is not the mean of its rows", g)
			}
		}
	}
	if math.Abs(spread-c.Spread) > 1e-6 {
		t.Errorf("spread %.9f, told %.9f", spread, c.Spread)
	}
}

// A narrow and a wide group that reach into one another: the mixture parts them, k-means cannot.
func TestMixtureSeesWidths(t *testing.T) {
	x, of := clouds(3, 400, [][]float64{{0, 0}, {0, 3}}, [][]float64{{4, .3}, {.3, 1}})
	c, tried := BestMixture(x, 5, 1)
	if c.K != 2 {
		t.Errorf("%d groups, tried %v", c.K, tried)
	}
	m, k := agreement(Mixture(x, 2, 1).Of, of), agreement(KMeans(x, 2, 1).Of, of)
	if m < .9 || k > m-.2 {
		t.Errorf("agreement of the mixture %.3f, of k-means %.3f", m, k)
	}
}

func TestOneCloudIsOneGroup(t *testing.T) {
	x, _ := clouds(4, 600, [][]float64{{1, 1}}, [][]float64{{1, 1}})
	if c, tried := BestMixture(x, 5, 1); c.K != 1 {
		t.Errorf("%d groups, tried %v", c.K, tried)
	}
}

// Each round of expectation and maximization makes what was seen at least as likely.
func TestMixtureClimbs(t *testing.T) {
	x, _ := clouds(5, 150, [][]float64{{0, 0}, {3, 0}}, [][]float64{{1, 1}, {1, 2}})
	share, mean, variance := []float64{.5, .5}, [][]float64{{-1, 0}, {1, 1}}, [][]float64{{2, 2}, {2, 2}}
	belongs := make([][]float64, len(x))
	for i := range belongs {
		belongs[i] = make([]float64, 2)
	}
	before := math.Inf(-1)
	for range 40 {
		now := expect(x, share, mean, variance, belongs)
		if now < before-1e-9 {
			t.Fatalf("from %.9f to %.9f", before, now)
		}
		before = now
		maximizeMixture(x, share, mean, variance, belongs)
	}
}
