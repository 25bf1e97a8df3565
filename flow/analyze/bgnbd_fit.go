package analyze

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/optimize"
)

// Timing says how a number of customers bought: how many repeat orders each placed (orders of one day are one), how
// many days after her first order the last one came, and how many days after her first order observation ended.
// Customers who agree in all three share one Timing; the likelihood needs no more than that.
type Timing struct {
	Repeats, LastDays, AgeDays int32
	Customers                  int32
}

// BGNBDFit is a model with its log likelihood, natural logarithm, and the number of customers it was fitted to.
type BGNBDFit struct {
	BGNBD
	LogLikelihood float64 `json:"log_likelihood"`
	Customers     int64   `json:"customers"`
}

// errNotConverged says that a likelihood has no maximum the search could settle on.
var errNotConverged = errors.New("maximum likelihood did not converge")

// FitBGNBD finds the parameters that make the timings likeliest, in a time unit of unitDays days.
func FitBGNBD(timings []Timing, unitDays float64) (BGNBDFit, error) {
	l := newBGNBDLikelihood(timings, unitDays)
	if l.customers == 0 || l.repeats == 0 {
		return BGNBDFit{}, errNotConverged
	}
	rate := l.repeats / l.age
	starts := [][]float64{
		{math.Log(0.5), math.Log(0.5 / rate), 0, math.Log(3)},
		{0, math.Log(1 / rate), math.Log(0.3), 0},
		{math.Log(3), math.Log(3 / rate), math.Log(0.1), math.Log(2)},
	}
	at, err := maximize(l.at, starts)
	if err != nil {
		return BGNBDFit{}, err
	}
	value, _ := l.at(at)
	return BGNBDFit{
		BGNBD:         BGNBD{R: math.Exp(at[0]), Alpha: math.Exp(at[1]), A: math.Exp(at[2]), B: math.Exp(at[3])},
		LogLikelihood: value * l.customers,
		Customers:     int64(l.customers),
	}, nil
}

// bgnbdLikelihood holds what the likelihood needs of the data. Gamma functions depend on the number of repeats alone
// and logarithms of time on whole days alone, so one evaluation costs an exponential and a logarithm per timing.
type bgnbdLikelihood struct {
	timings            []Timing
	unit               float64
	withRepeats        []float64 // customers by number of repeats
	customers          float64
	repeats, age       float64 // sums over customers, age in units
	lastDay            int32
	logTime            []float64 // ln(alpha + days in units), rewritten by each evaluation
	logDrop, dropOrder []float64 // by repeats: ln a - ln(b+x-1), and b+x-1
}

func newBGNBDLikelihood(timings []Timing, unitDays float64) *bgnbdLikelihood {
	l := &bgnbdLikelihood{timings: timings, unit: unitDays}
	var most int32
	for _, t := range timings {
		most, l.lastDay = max(most, t.Repeats), max(l.lastDay, t.AgeDays)
	}
	l.withRepeats = make([]float64, most+1)
	for _, t := range timings {
		n := float64(t.Customers)
		l.withRepeats[t.Repeats] += n
		l.customers += n
		l.repeats += n * float64(t.Repeats)
		l.age += n * float64(t.AgeDays) / unitDays
	}
	l.logTime = make([]float64, l.lastDay+1)
	l.logDrop, l.dropOrder = make([]float64, most+1), make([]float64, most+1)
	return l
}

// at is the mean log likelihood of a customer (Fader, Hardie and Lee 2005, equation 6, in the arrangement of Fader and
// Hardie 2013, "Overcoming the BG/NBD Model's #NUM! Error Problem") and its gradient, both by the logarithms of
// r, alpha, a, b.
func (l *bgnbdLikelihood) at(logs []float64) (value float64, gradient [4]float64) {
	r, alpha, a, b := math.Exp(logs[0]), math.Exp(logs[1]), math.Exp(logs[2]), math.Exp(logs[3])
	for day := range l.logTime {
		l.logTime[day] = math.Log(alpha + float64(day)/l.unit)
	}
	var byR, byAlpha, byA, byB float64
	gammaR, gammaB, gammaAB := lnGamma(r), lnGamma(b), lnGamma(a+b)
	psiR, psiB, psiAB := mathext.Digamma(r), mathext.Digamma(b), mathext.Digamma(a+b)
	for repeats, n := range l.withRepeats {
		x := float64(repeats)
		l.dropOrder[repeats] = b + x - 1
		l.logDrop[repeats] = logs[2] - math.Log(b+x-1)
		if n == 0 {
			continue
		}
		value += n * (lnGamma(r+x) - gammaR + r*logs[1] + gammaAB + lnGamma(b+x) - gammaB - lnGamma(a+b+x))
		byR += n * (mathext.Digamma(r+x) - psiR + logs[1])
		byAlpha += n * r / alpha
		byA += n * (psiAB - mathext.Digamma(a+b+x))
		byB += n * (psiAB + mathext.Digamma(b+x) - psiB - mathext.Digamma(a+b+x))
	}
	for _, t := range l.timings {
		n, x := float64(t.Customers), float64(t.Repeats)
		logAge := l.logTime[t.AgeDays]
		age := alpha + float64(t.AgeDays)/l.unit
		alive := -(r + x) * logAge
		if t.Repeats == 0 {
			value += n * alive
			byR -= n * logAge
			byAlpha -= n * r / age
			continue
		}
		logLast := l.logTime[t.LastDays]
		last := alpha + float64(t.LastDays)/l.unit
		odds := math.Exp(l.logDrop[t.Repeats] - (r+x)*logLast - alive)
		left := 1.0
		if math.IsInf(odds, 1) {
			value += n * (l.logDrop[t.Repeats] - (r+x)*logLast)
		} else {
			value += n * (alive + math.Log1p(odds))
			left = odds / (1 + odds)
		}
		byR -= n * ((1-left)*logAge + left*logLast)
		byAlpha -= n * (r + x) * ((1-left)/age + left/last)
		byA += n * left / a
		byB -= n * left / l.dropOrder[t.Repeats]
	}
	each := 1 / l.customers
	return value * each, [4]float64{byR * r * each, byAlpha * alpha * each, byA * a * each, byB * b * each}
}

// maximize climbs from each start until one settles, by BFGS and, where its line search gives up, by Nelder and Mead.
// A parameter that runs off to zero or to infinity (all customers alike, say) leaves the likelihood flat: a faint
// wall beyond exp(-9) and exp(9) keeps it finite without touching any answer inside.
func maximize[G ~[3]float64 | ~[4]float64](at func([]float64) (float64, G), starts [][]float64) ([]float64, error) {
	const wall, steepness, flat = 9, 1e-3, 1e-5
	var lastX []float64 // the search asks for value and gradient of one place in turn
	var lastValue float64
	var lastGradient G
	walled := func(x []float64) (float64, G) {
		if slices.Equal(x, lastX) {
			return lastValue, lastGradient
		}
		value, gradient := at(x)
		value = -value
		for i := range x {
			beyond := x[i] - math.Max(-wall, math.Min(wall, x[i]))
			value += steepness * beyond * beyond
			gradient[i] = -gradient[i] + 2*steepness*beyond
		}
		if math.IsNaN(value) {
			value = math.Inf(1)
		}
		lastX, lastValue, lastGradient = append(lastX[:0], x...), value, gradient
		return value, gradient
	}
	problem := optimize.Problem{
		Func: func(x []float64) float64 { value, _ := walled(x); return value },
		Grad: func(gradient, x []float64) {
			_, g := walled(x)
			for i := range gradient {
				gradient[i] = g[i]
			}
		},
	}
	settings := &optimize.Settings{
		GradientThreshold: 1e-7,
		MajorIterations:   300,
		Converger:         &optimize.FunctionConverge{Absolute: 1e-13, Iterations: 15},
	}
	settled := func(x []float64) bool {
		_, gradient := walled(x)
		for i := range x {
			if !(math.Abs(gradient[i]) < flat) {
				return false
			}
		}
		return true
	}
	for _, start := range starts {
		result, _ := optimize.Minimize(problem, start, settings, &optimize.BFGS{})
		if result != nil && settled(result.X) {
			return result.X, nil
		}
		if result != nil && !math.IsInf(result.F, 0) {
			start = result.X
		}
		patient := &optimize.Settings{MajorIterations: 2000, Converger: &optimize.FunctionConverge{Absolute: 1e-13, Iterations: 200}}
		result, _ = optimize.Minimize(problem, start, patient, &optimize.NelderMead{})
		if result != nil && settled(result.X) {
			return result.X, nil
		}
	}
	return nil, errNotConverged
}

func lnGamma(x float64) float64 {
	value, _ := math.Lgamma(x)
	return value
}
