// Package learn fits models to rows of what is known about somebody and whether something came to be, judges them on rows
// they have not seen, and says what in a row speaks for and against.
//
// Two models are fitted: logistic regression with a ridge penalty, which says much with little data, and gradient boosted
// trees, which see thresholds and combinations. Neither knows where its rows come from; that they hold nothing of what came
// afterwards is the caller's to see to.
package learn

import (
	"errors"
	"math"
	"math/rand/v2"
)

// Feature is one thing known of a row: a number, or one of some levels.
type Feature struct {
	Name   string   `json:"name"`
	Levels []string `json:"levels,omitempty"`
}

// Set is rows with what came of each. X[i][j] is feature j of row i: a number, or the index of a level; NaN where it is not
// known. Y[i] says whether it came to be.
type Set struct {
	Features []Feature
	X        [][]float64
	Y        []bool
}

// Only gives the rows with these indexes; they are shared, not copied.
func (s *Set) Only(rows []int) *Set {
	part := &Set{Features: s.Features, X: make([][]float64, len(rows)), Y: make([]bool, len(rows))}
	for i, r := range rows {
		part.X[i], part.Y[i] = s.X[r], s.Y[r]
	}
	return part
}

// Rate gives the share of rows in which it came to be, 0..1.
func (s *Set) Rate() float64 {
	n := 0
	for _, y := range s.Y {
		if y {
			n++
		}
	}
	return float64(n) / float64(max(1, len(s.Y)))
}

// Model tells how likely something is for a row.
type Model interface {
	// Probability is between 0 and 1.
	Probability(x []float64) float64
	// Drivers gives for each feature by how much it moves the log odds of this row away from Base; together with it they add
	// up to the log odds of Probability.
	Drivers(x []float64) []float64
	// Base is the log odds of which nothing is known.
	Base() float64
}

// ErrTooFew says that there are not enough rows of either outcome to learn from.
var ErrTooFew = errors.New("too few rows of either outcome")

// fewest is how many rows of the rarer outcome a model needs at least.
const fewest = 30

func (s *Set) enough() error {
	came := 0
	for _, y := range s.Y {
		if y {
			came++
		}
	}
	if min(came, len(s.Y)-came) < fewest {
		return ErrTooFew
	}
	return nil
}

// folds deals the rows into k parts with the same share of either outcome in each, by chance that seed fixes.
func (s *Set) folds(k int, seed uint64) [][]int {
	chance := rand.New(rand.NewPCG(seed, 0))
	parts, next := make([][]int, k), 0
	for _, outcome := range []bool{true, false} {
		var rows []int
		for i, y := range s.Y {
			if y == outcome {
				rows = append(rows, i)
			}
		}
		chance.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		for _, r := range rows {
			parts[next%k] = append(parts[next%k], r)
			next++
		}
	}
	return parts
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

// value is 1 where it came to be, else 0.
func value(y bool) float64 {
	if y {
		return 1
	}
	return 0
}
