package learn

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Logistic is a logistic regression. A number enters by its distance from the mean in standard deviations and by whether it
// is known; a level by whether it is the one, less its share.
type Logistic struct {
	Inputs    []Input   `json:"inputs"`
	Weights   []float64 `json:"weights"` // of the inputs, log odds per standard deviation or per level
	Intercept float64   `json:"intercept"`
}

// Input is one number that a row is turned into.
type Input struct {
	Feature int     `json:"feature"`
	Level   int     `json:"level"` // the level it asks for; isNumber, or isMissing
	Mean    float64 `json:"mean"`
	Scale   float64 `json:"scale"`
}

const (
	isNumber  = -1
	isMissing = -2
)

// OfNumber is the level of an input that is a number itself.
const OfNumber = isNumber

func (in Input) raw(x []float64) float64 {
	v := x[in.Feature]
	switch {
	case in.Level == isMissing:
		return value(math.IsNaN(v))
	case in.Level == isNumber && math.IsNaN(v):
		return in.Mean
	case in.Level == isNumber:
		return v
	default:
		return value(v == float64(in.Level))
	}
}

func (in Input) of(x []float64) float64 { return (in.raw(x) - in.Mean) / in.Scale }

// inputsOf says how rows like these become numbers. What is the same in every row is left out.
func inputsOf(s *Set) (inputs []Input) {
	for f, feature := range s.Features {
		levels := []int{isNumber, isMissing}
		if feature.Levels != nil {
			levels = levels[:0]
			for l := range feature.Levels {
				levels = append(levels, l)
			}
		}
		for _, level := range levels {
			in := Input{Feature: f, Level: level}
			var n, sum, squares float64
			for _, x := range s.X {
				if level == isNumber && math.IsNaN(x[f]) {
					continue
				}
				v := in.raw(x)
				n++
				d := v - sum/max(1, n-1)
				sum += v
				squares += d * (v - sum/n)
			}
			if n == 0 || squares <= 1e-12*n {
				continue
			}
			in.Mean, in.Scale = sum/n, math.Sqrt(squares/n)
			inputs = append(inputs, in)
		}
	}
	return inputs
}

// FitLogistic finds the weights that make the outcomes likeliest, less penalty/2 times the sum of their squares, by Newton's
// method (iteratively reweighted least squares; Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 4.4).
func FitLogistic(s *Set, penalty float64) (*Logistic, error) {
	if err := s.enough(); err != nil {
		return nil, err
	}
	m := &Logistic{Inputs: inputsOf(s)}
	n, p := len(s.X), len(m.Inputs)+1
	design := make([]float64, 0, n*p)
	for _, x := range s.X {
		design = append(design, 1)
		for _, in := range m.Inputs {
			design = append(design, in.of(x))
		}
	}
	weights := make([]float64, p)
	weights[0] = logit(s.Rate())
	at := objective(design, s.Y, weights, penalty)
	for range 100 {
		step, err := newton(design, s.Y, weights, penalty)
		if err != nil {
			return nil, err
		}
		next, size := make([]float64, p), 1.0
		var reached float64
		for {
			for j := range next {
				next[j] = weights[j] + size*step[j]
			}
			if reached = objective(design, s.Y, next, penalty); reached >= at-1e-12*math.Abs(at) || size < 1e-8 {
				break
			}
			size /= 2
		}
		gain := reached - at
		weights, at = next, reached
		if gain < 1e-9*(1+math.Abs(at)) {
			m.Intercept, m.Weights = weights[0], weights[1:]
			return m, nil
		}
	}
	return nil, errors.New("maximum likelihood did not converge")
}

// objective is the log likelihood less the penalty; the intercept is free of it.
func objective(design []float64, y []bool, weights []float64, penalty float64) (sum float64) {
	p := len(weights)
	for i := range y {
		z := dot(design[i*p:(i+1)*p], weights)
		if !y[i] {
			z = -z
		}
		sum -= softplus(-z)
	}
	for _, w := range weights[1:] {
		sum -= penalty / 2 * w * w
	}
	return sum
}

func newton(design []float64, y []bool, weights []float64, penalty float64) ([]float64, error) {
	p := len(weights)
	gradient, curvature := make([]float64, p), mat.NewSymDense(p, nil)
	upper := make([]float64, p*p)
	for i := range y {
		row := design[i*p : (i+1)*p]
		q := sigmoid(dot(row, weights))
		g, h := value(y[i])-q, q*(1-q)
		for a, v := range row {
			gradient[a] += g * v
			line, hv := upper[a*p:], h*v
			for b := a; b < p; b++ {
				line[b] += hv * row[b]
			}
		}
	}
	for a := range p {
		for b := a; b < p; b++ {
			v := upper[a*p+b]
			if a == b && a > 0 {
				v += penalty
			}
			curvature.SetSym(a, b, v)
		}
		if a > 0 {
			gradient[a] -= penalty * weights[a]
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(curvature) {
		return nil, errors.New("the inputs depend on one another; a penalty is needed")
	}
	step := mat.NewVecDense(p, nil)
	if err := factor.SolveVecTo(step, mat.NewVecDense(p, gradient)); err != nil {
		return nil, err
	}
	return step.RawVector().Data, nil
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// softplus is log(1 + exp(z)).
func softplus(z float64) float64 {
	if z > 30 {
		return z
	}
	return math.Log1p(math.Exp(z))
}

// Probability implements Model.
func (m *Logistic) Probability(x []float64) float64 {
	z := m.Intercept
	for i, in := range m.Inputs {
		z += m.Weights[i] * in.of(x)
	}
	return sigmoid(z)
}

// Drivers implements Model.
func (m *Logistic) Drivers(x []float64) []float64 {
	drivers := make([]float64, len(x))
	for i, in := range m.Inputs {
		drivers[in.Feature] += m.Weights[i] * in.of(x)
	}
	return drivers
}

// Base implements Model: the log odds of a row that is average in everything.
func (m *Logistic) Base() float64 { return m.Intercept }
