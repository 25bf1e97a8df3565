package learn

import (
	"math"
	"testing"
)

// Groups that were planted are strong in their number and weaker in more; of one cloud no number is.
func TestStrengthTellsHowManyGroupsThereAre(t *testing.T) {
	centers := [][]float64{{0, 0, 0}, {8, 0, 0}, {0, 8, 0}, {0, 0, 8}}
	spreads := [][]float64{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}}
	x, of := clouds(4, 100, centers, spreads)
	c, tried, ok := StrongKMeans(x, 8, 1)
	if !ok || c.K != 4 || agreement(of, c.Of) < .99 {
		t.Errorf("%d groups, agreement %v, tried %+v", c.K, agreement(of, c.Of), tried)
	}
	cloud, _ := clouds(4, 400, [][]float64{{0, 0, 0}}, [][]float64{{1, 1, 1}})
	for k := 4; k <= 6; k++ {
		if s := PredictionStrength(cloud, k, 1); s >= strongEnough {
			t.Errorf("%d groups of one cloud have strength %v", k, s)
		}
	}
}

// The index counted in sums is the one counted pair by pair.
func TestAdjustedRand(t *testing.T) {
	for _, w := range [][2][]int{
		{{0, 0, 1, 1, 2, 2}, {1, 1, 0, 0, 2, 2}},
		{{0, 0, 1, 1, 2, 2}, {0, 1, 0, 1, 0, 1}},
		{{0, 0, 0, 1, 1, 1, 2, 2, 2, 0}, {0, 0, 1, 1, 1, 1, 2, 2, 0, 0}},
	} {
		if got, want := AdjustedRand(w[0], w[1]), agreement(w[0], w[1]); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v: %v, want %v", w, got, want)
		}
	}
}

// Rows on a plane in space are shown without loss, and keep their distances.
func TestPlane(t *testing.T) {
	var x [][]float64
	for i := range 60 {
		a, b := math.Sin(float64(i))*5, math.Cos(float64(3*i))*2
		x = append(x, []float64{a/math.Sqrt2 + 1, b - 4, a / math.Sqrt2})
	}
	p := PlaneOf(x)
	if lost := 1 - p.Shares[0] - p.Shares[1]; math.Abs(lost) > 1e-9 {
		t.Errorf("%v of the spread is lost", lost)
	}
	for i := range x {
		for j := range i {
			u, v := p.Of(x[i]), p.Of(x[j])
			if shown, real := math.Hypot(u[0]-v[0], u[1]-v[1]), math.Sqrt(squared(x[i], x[j])); math.Abs(shown-real) > 1e-6 {
				t.Fatalf("rows %d and %d are %v apart, shown as %v", i, j, real, shown)
			}
		}
	}
}
