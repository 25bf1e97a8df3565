package analyze

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// Reference values: equation 10 of Fader, Hardie and Lee (2005), computed with 40 digits by mpmath's hyp2f1.
func TestExpectedOrders(t *testing.T) {
	for _, row := range []struct {
		why                               string
		r, alpha, a, b                    float64
		repeats, lastAt, age, horizon, is float64
	}{
		{"no repeat order in 39 weeks", .243, 4.414, .793, 2.426, 0, 0, 38.86, 39, 0.1950980520113},
		{"the paper's example customer", .243, 4.414, .793, 2.426, 2, 30.43, 38.86, 39, 1.226028174767},
		{"first order today", .243, 4.414, .793, 2.426, 0, 0, 0, 52.18, 1.449263844943},
		{"so busy that the plain formula overflows", .243, 4.414, .793, 2.426, 400, 100, 101, 52.18, 154.1370284743},
		{"next to the pole at a = 1", .243, 4.414, 1.0000001, 2.426, 3, 20, 30, 52, 2.028396525251},
		{"a above b", .243, 4.414, 2.7, .4, 3, 20, 30, 52, 0.4489760078551},
		{"a + b below 1 without repeats", .5, 4, .3, .2, 0, 0, 1, 520, 7.89290974084},
		{"steady buyers: r far above a + b", 60, 100, .8, 2.4, 5, 20, 30, 52, 0.5552530831252},
		{"steady buyers, long horizon", 60, 30, 1.2, 2.4, 0, 0, 10, 200, 8.213491832787},
		{"horizon far beyond the history", 3, .01, 30, 900, 20, 1, 1.5, 500, 0.09609638987123},
		{"all customers leave alike", .6, 10, 400, 5000, 3, 20, 30, 52, 3.10517979709},
		{"steady buyers with a + b below 1", 80, 20, .3, .2, 0, 0, 1, 400, 93.80493745435},
		{"leaving after every other order", 2.2, 5, 8000, 7000, 3, 2, 3, 52, 0.5701920168226},
	} {
		t.Run(row.why, func(t *testing.T) {
			m := BGNBD{R: row.r, Alpha: row.alpha, A: row.a, B: row.b}
			within(t, "expected orders", m.Expected(row.repeats, row.lastAt, row.age, row.horizon), row.is, 1e-9*row.is)
		})
	}
}

// c = a+b+x-1 = 0 is a pole of the textbook form but not of the quantity.
func TestExpectedOrdersPassesSmoothlyThroughTheTextbookPoles(t *testing.T) {
	at := func(a, b float64) float64 { return BGNBD{R: .4, Alpha: 4, A: a, B: b}.Expected(0, 0, 10, 52) }
	within(t, "at a + b = 1", at(.3, .7), (at(.3, .7-1e-6)+at(.3, .7+1e-6))/2, 1e-9)
	within(t, "at a = 1", at(1, 2), (at(1-1e-6, 2)+at(1+1e-6, 2))/2, 1e-9)
}

func anyModel(t *rapid.T) BGNBD {
	scale := func(name string, low, high float64) float64 {
		return math.Exp(rapid.Float64Range(low, high).Draw(t, "ln "+name))
	}
	m := BGNBD{R: scale("r", -4, 5), A: scale("a", -4, 5), B: scale("b", -4, 5)}
	m.Alpha = m.R / scale("orders per week", -6, 2)
	return m
}

func TestAliveAndExpectedForEveryModelAndHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyModel(t)
		repeats := float64(rapid.IntRange(0, 500).Draw(t, "repeats"))
		lastAt := rapid.Float64Range(0, 150).Draw(t, "last order at")
		if repeats == 0 {
			lastAt = 0
		}
		silence := rapid.Float64Range(0, 300).Draw(t, "silence")
		horizon := rapid.Float64Range(0.1, 100).Draw(t, "horizon")

		alive, later := m.Alive(repeats, lastAt, lastAt+silence), m.Alive(repeats, lastAt, lastAt+silence+10)
		if !(alive >= 0 && alive <= 1) || later > alive {
			t.Fatalf("alive %v, after ten more silent weeks %v", alive, later)
		}
		expected := m.Expected(repeats, lastAt, lastAt+silence, horizon)
		longer := m.Expected(repeats, lastAt, lastAt+silence, horizon*2)
		mostly := horizon * (m.R + repeats) / (m.Alpha + lastAt + silence) // if nobody could ever leave
		if !(expected >= -1e-12 && expected <= mostly*(1+1e-6)) || longer < expected*(1-1e-6) {
			t.Fatalf("expected %v, in twice the time %v, never more than %v", expected, longer, mostly)
		}
		silent := m.Silent(repeats, lastAt, lastAt+silence, horizon)
		if !(silent >= 0 && silent <= 1) || expected < (1-silent)*(1-1e-6)-1e-9 {
			t.Fatalf("no order with probability %v although %v are expected", silent, expected)
		}
	})
}

// A simulated population must order, after the day we look, as often as its members are expected to; in total and
// in each class of past orders.
func TestExpectedOrdersAgreeWithASimulationOfTheModel(t *testing.T) {
	const customers, age, horizon, classes = 60000, 40.0, 52.0, 4
	m := BGNBD{R: .6, Alpha: 5, A: .7, B: 2.2}
	random := rand.New(rand.NewPCG(7, 11))
	var expected, placed, square, stayed, alive [classes]float64
	for range customers {
		repeats, lastAt, future, here := simulate(m, age, horizon, random)
		class := min(int(repeats), classes-1)
		expected[class] += m.Expected(repeats, lastAt, age, horizon)
		alive[class] += m.Alive(repeats, lastAt, age)
		placed[class] += future
		square[class] += future * future
		if here {
			stayed[class]++
		}
	}
	for class := range classes {
		within(t, "orders placed", expected[class], placed[class], 4*math.Sqrt(square[class]))
		within(t, "customers alive", alive[class], stayed[class], 4*math.Sqrt(stayed[class]+1))
	}
}

// simulate draws one customer: her repeats and last order until age, her orders in the horizon, and whether she was
// still a customer at age.
func simulate(m BGNBD, age, horizon float64, random *rand.Rand) (repeats, lastAt, future float64, alive bool) {
	rate := distuv.Gamma{Alpha: m.R, Beta: m.Alpha, Src: random}.Rand()
	leaves := distuv.Beta{Alpha: m.A, Beta: m.B, Src: random}.Rand()
	at := 0.0
	for {
		at += random.ExpFloat64() / rate
		if at > age+horizon {
			return repeats, lastAt, future, true
		}
		if at <= age {
			repeats, lastAt = repeats+1, at
		} else {
			future++
		}
		if random.Float64() < leaves {
			return repeats, lastAt, future, at > age
		}
	}
}

func TestFitFindsTheModelThatMadeTheData(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	m := BGNBD{R: .8, Alpha: 6, A: .6, B: 2}
	fit, err := FitBGNBD(simulatedTimings(m, 100000, random), 7)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "r", fit.R, m.R, .05)
	within(t, "alpha", fit.Alpha, m.Alpha, .4)
	within(t, "a", fit.A, m.A, .06)
	within(t, "b", fit.B, m.B, .25)
}

// simulatedTimings draws customers who came within the first year and are observed for two.
func simulatedTimings(m BGNBD, customers int, random *rand.Rand) []Timing {
	count := map[Timing]int32{}
	for range customers {
		age := 365 + random.Int32N(365)
		repeats, lastAt, _, _ := simulate(m, float64(age)/7, 0, random)
		count[Timing{Repeats: int32(repeats), LastDays: int32(lastAt * 7), AgeDays: age}]++
	}
	timings := make([]Timing, 0, len(count))
	for timing, n := range count {
		timing.Customers = n
		timings = append(timings, timing)
	}
	return timings
}

func TestFitSaysSoWhenThereIsNothingToFit(t *testing.T) {
	for why, timings := range map[string][]Timing{
		"nobody":         nil,
		"nobody repeats": {{AgeDays: 100, Customers: 50}, {AgeDays: 30, Customers: 10}},
	} {
		if fit, err := FitBGNBD(timings, 7); err == nil {
			t.Errorf("%s: fitted %+v", why, fit)
		}
	}
}

func TestLikelihoodGradientsAgreeWithFiniteDifferences(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	timing := newBGNBDLikelihood(simulatedTimings(BGNBD{R: .8, Alpha: 6, A: .6, B: 2}, 2000, random), 7)
	spend := newGammaGammaLikelihood([]Spend{{1, 20}, {2, 31.5}, {7, 12}, {3, 44}, {1, 90}, {12, 25}})
	rapid.Check(t, func(t *rapid.T) {
		at := make([]float64, 4)
		for i := range at {
			at[i] = rapid.Float64Range(-2, 3).Draw(t, "logarithm")
		}
		_, byTiming := timing.at(at)
		slopes(t, at, byTiming[:], func(x []float64) float64 { value, _ := timing.at(x); return value })
		_, bySpend := spend.at(at[:3])
		slopes(t, at[:3], bySpend[:], func(x []float64) float64 { value, _ := spend.at(x); return value })
	})
}

func slopes(t *rapid.T, at, gradient []float64, value func([]float64) float64) {
	for i := range at {
		const step = 1e-5
		up, down := append([]float64(nil), at...), append([]float64(nil), at...)
		up[i] += step
		down[i] -= step
		slope := (value(up) - value(down)) / (2 * step)
		if math.Abs(slope-gradient[i]) > 1e-5*(1+math.Abs(slope)) {
			t.Fatalf("at %v the slope along %d is %v, said to be %v", at, i, slope, gradient[i])
		}
	}
}
