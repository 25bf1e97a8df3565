package analyze

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Customers 1, 2, 3 and 6 of the CDNOW sample, as the Python library lifetimes publishes them in its documentation.
func TestExpectedSpend(t *testing.T) {
	m := GammaGamma{P: 6.249571, Q: 3.744225, V: 15.443523}
	for _, row := range []struct{ orders, mean, is float64 }{
		{2, 22.35, 24.658619},
		{1, 11.77, 18.911489},
		{0, 0, 35.170981},
		{7, 73.74, 71.462843},
	} {
		within(t, "spend per order", m.Expected(row.orders, row.mean), row.is, 2e-3*row.is)
	}
	within(t, "spend per order of somebody new", m.Mean(), 35.170981, .05)
}

func TestExpectedSpendLiesBetweenOwnAndEverybodysAverage(t *testing.T) {
	m := GammaGamma{P: 6.25, Q: 3.74, V: 15.44}
	before := m.Mean()
	for orders := 1.0; orders < 100; orders++ {
		now := m.Expected(orders, 80)
		if now <= before || now >= 80 {
			t.Fatalf("after %v orders of 80 on average %v is expected, before that %v", orders, now, before)
		}
		before = now
	}
}

func TestGammaGammaFitFindsTheModelThatMadeTheDataInAnyCurrency(t *testing.T) {
	m := GammaGamma{P: 6, Q: 4, V: 15}
	random := rand.New(rand.NewPCG(5, 9))
	var spends, inCents []Spend
	for range 30000 {
		nu := distuv.Gamma{Alpha: m.Q, Beta: m.V, Src: random}.Rand()
		orders := 1 + random.Int32N(6)
		mean := distuv.Gamma{Alpha: m.P * float64(orders), Beta: nu * float64(orders), Src: random}.Rand()
		spends = append(spends, Spend{orders, mean})
		inCents = append(inCents, Spend{orders, mean * 100})
	}
	fit, err := FitGammaGamma(append(spends, Spend{Orders: 3, Mean: 0}, Spend{Orders: 0, Mean: 12}))
	if err != nil {
		t.Fatal(err)
	}
	if fit.Customers != 30000 {
		t.Errorf("fitted to %d, want the 30000 who spent something on repeat orders", fit.Customers)
	}
	within(t, "p", fit.P, m.P, .3)
	within(t, "q", fit.Q, m.Q, .2)
	within(t, "v", fit.V, m.V, 1.2)
	cents, err := FitGammaGamma(inCents)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "v in cents", cents.V, fit.V*100, .01*fit.V)
}
