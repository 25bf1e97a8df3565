package learn

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// rows makes a set of two numbers, three levels and gaps, whose outcome hangs on a combination.
func rows(n int, seed uint64) *Set {
	chance := rand.New(rand.NewPCG(seed, 7))
	s := &Set{Features: []Feature{{Name: "a"}, {Name: "b"}, {Name: "c", Levels: []string{"x", "y", "z"}}, {Name: "d"}}}
	for range n {
		x := []float64{chance.NormFloat64(), chance.Float64() * 10, float64(chance.IntN(3)), chance.NormFloat64()}
		if chance.Float64() < .2 {
			x[1] = math.NaN()
		}
		z := x[0] - 1
		if x[2] == 1 {
			z += 2
		}
		if !math.IsNaN(x[1]) && x[1] > 6 && x[0] > 0 {
			z += 2
		}
		s.X, s.Y = append(s.X, x), append(s.Y, chance.Float64() < sigmoid(z))
	}
	return s
}

// With one input of two levels the maximum of the likelihood is known: the intercept and weight give the shares back.
func TestLogisticGivesTheSharesOfATableBack(t *testing.T) {
	s := &Set{Features: []Feature{{Name: "contract"}}}
	for _, cell := range []struct {
		x    float64
		y    bool
		rows int
	}{{0, true, 40}, {0, false, 160}, {1, true, 90}, {1, false, 60}} {
		for range cell.rows {
			s.X, s.Y = append(s.X, []float64{cell.x}), append(s.Y, cell.y)
		}
	}
	m, err := FitLogistic(s, 0)
	if err != nil {
		t.Fatal(err)
	}
	for x, want := range map[float64]float64{0: .2, 1: .6} {
		if p := m.Probability([]float64{x}); math.Abs(p-want) > 1e-7 {
			t.Errorf("x = %v: %.9f, want %v", x, p, want)
		}
	}
}

// At the maximum the likelihood falls whichever weight is moved.
func TestLogisticStandsAtTheMaximum(t *testing.T) {
	s := rows(2000, 1)
	for _, penalty := range []float64{.5, 20} {
		m, err := FitLogistic(s, penalty)
		if err != nil {
			t.Fatal(err)
		}
		height := func() (sum float64) {
			for i, x := range s.X {
				p := m.Probability(x)
				if !s.Y[i] {
					p = 1 - p
				}
				sum += math.Log(p)
			}
			for _, w := range m.Weights {
				sum -= penalty / 2 * w * w
			}
			return sum
		}
		top := height()
		for j := range m.Weights {
			for _, d := range []float64{-1e-3, 1e-3} {
				m.Weights[j] += d
				if h := height(); h > top {
					t.Errorf("penalty %v, weight %d moved by %v: %.9f above %.9f", penalty, j, d, h, top)
				}
				m.Weights[j] -= d
			}
		}
	}
}

// worth is what a tree tells when only the features in known are: elsewhere rows flow both ways as they did in fitting.
func worth(t *Tree, x []float64, known int, at int) float64 {
	n := &t.Nodes[at]
	if n.Feature == leaf {
		return n.Value
	}
	if known&(1<<n.Feature) != 0 {
		if n.left(x) {
			return worth(t, x, known, n.Left)
		}
		return worth(t, x, known, n.Right)
	}
	return (t.Nodes[n.Left].Rows*worth(t, x, known, n.Left) + t.Nodes[n.Right].Rows*worth(t, x, known, n.Right)) / n.Rows
}

// What each feature gives equals Shapley's sum over all sets of the others (Shapley 1953), written out.
func TestDriversAreShapleyValues(t *testing.T) {
	s := rows(3000, 2)
	g := UsualGrowth
	g.Depth, g.Most = 5, 12
	m, err := FitBoosted(s, g)
	if err != nil {
		t.Fatal(err)
	}
	const features = 4
	factorial := []float64{1, 1, 2, 6, 24}
	for _, x := range s.X[:200] {
		want := make([]float64, features)
		for f := range features {
			for known := range 1 << features {
				if known&(1<<f) != 0 {
					continue
				}
				size := 0
				for j := range features {
					size += known >> j & 1
				}
				share := factorial[size] * factorial[features-size-1] / factorial[features]
				for i := range m.Trees {
					want[f] += share * (worth(&m.Trees[i], x, known|1<<f, 0) - worth(&m.Trees[i], x, known, 0))
				}
			}
		}
		for f, got := range m.Drivers(x) {
			if math.Abs(got-want[f]) > 1e-9 {
				t.Fatalf("feature %d of %v: %.12f, want %.12f", f, x, got, want[f])
			}
		}
	}
}

// Trees see what logistic regression cannot: that two things count only together.
func TestTreesSeeCombinations(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 3))
	s := &Set{Features: []Feature{{Name: "a"}, {Name: "b"}}}
	for range 4000 {
		x := []float64{chance.Float64() - .5, chance.Float64() - .5}
		s.X, s.Y = append(s.X, x), append(s.Y, (x[0] > 0) == (x[1] > 0) == (chance.Float64() < .9))
	}
	auc := func(fit func(*Set) (Model, error)) float64 {
		told, err := CrossValidate(s, 5, 1, fit)
		if err != nil {
			t.Fatal(err)
		}
		return AUC(told, s.Y)
	}
	if a := auc(func(s *Set) (Model, error) { return FitBoosted(s, UsualGrowth) }); a < .87 {
		t.Errorf("trees: %.3f", a)
	}
	if a := auc(func(s *Set) (Model, error) { return FitLogistic(s, 1) }); a > .56 {
		t.Errorf("logistic regression: %.3f", a)
	}
}

// Outcomes of chance are not found in anything.
func TestNothingIsLearnedFromChance(t *testing.T) {
	s := rows(3000, 4)
	chance := rand.New(rand.NewPCG(5, 5))
	for i := range s.Y {
		s.Y[i] = chance.Float64() < .3
	}
	for _, fit := range []func(*Set) (Model, error){func(s *Set) (Model, error) { return FitBoosted(s, UsualGrowth) }, func(s *Set) (Model, error) { return FitLogistic(s, 1) }} {
		told, err := CrossValidate(s, 5, 1, fit)
		if err != nil {
			t.Fatal(err)
		}
		if a := AUC(told, s.Y); a < .45 || a > .55 {
			t.Errorf("AUC %.3f", a)
		}
	}
}

func TestTooFew(t *testing.T) {
	s := rows(40, 6)
	if _, err := FitLogistic(s, 1); !errors.Is(err, ErrTooFew) {
		t.Errorf("%v", err)
	}
	if _, err := FitBoosted(s, UsualGrowth); !errors.Is(err, ErrTooFew) {
		t.Errorf("%v", err)
	}
}

// The area equals the share of pairs in the right order, ties half.
func TestAUC(t *testing.T) {
	chance := rand.New(rand.NewPCG(8, 8))
	for range 50 {
		var told []float64
		var came []bool
		for range 60 {
			told, came = append(told, float64(chance.IntN(12))), append(came, chance.IntN(3) == 0)
		}
		var right, pairs float64
		for i := range told {
			for j := range told {
				if came[i] && !came[j] {
					pairs++
					switch {
					case told[i] > told[j]:
						right++
					case told[i] == told[j]:
						right += .5
					}
				}
			}
		}
		if pairs == 0 {
			continue
		}
		if a := AUC(told, came); math.Abs(a-right/pairs) > 1e-12 {
			t.Fatalf("%.12f, want %.12f", a, right/pairs)
		}
	}
}
