package analyze

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// GammaGamma is the model of spend per order by Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013):
// a customer's orders vary around her own mean as Gamma(P, nu), and nu varies between customers as Gamma(Q, V).
// V is in the unit of money the model was fitted in.
type GammaGamma struct {
	P float64 `json:"p"`
	Q float64 `json:"q"`
	V float64 `json:"v"`
}

// Spend is the average over one customer's repeat orders, in whatever unit of money, and how many they are.
type Spend struct {
	Orders int32
	Mean   float64
}

// GammaGammaFit is a model with the number of customers it was fitted to.
type GammaGammaFit struct {
	GammaGamma
	LogLikelihood float64 `json:"log_likelihood"`
	Customers     int64   `json:"customers"`
}

// Mean is the expected spend per order over all customers: a customer without repeat orders is expected to spend this.
func (m GammaGamma) Mean() float64 { return m.P * m.V / (m.Q - 1) }

// Expected is the spend per order expected of a customer whose given number of repeat orders averaged mean
// (Fader and Hardie 2013, equation 5): her own average, drawn towards everybody's the fewer orders it rests on.
func (m GammaGamma) Expected(orders, mean float64) float64 {
	return m.P * (m.V + orders*mean) / (m.P*orders + m.Q - 1)
}

// FitGammaGamma finds the parameters that make the spends likeliest. Spends without orders or without money say
// nothing to this model and are left out.
func FitGammaGamma(spends []Spend) (GammaGammaFit, error) {
	l := newGammaGammaLikelihood(spends)
	if l.customers == 0 {
		return GammaGammaFit{}, errNotConverged
	}
	at, err := maximize(l.at, [][]float64{
		{math.Log(5), math.Log(4), math.Log(0.5)},
		{0, math.Log(2), 0},
		{math.Log(20), math.Log(3), math.Log(0.1)},
	})
	if err != nil {
		return GammaGammaFit{}, err
	}
	value, _ := l.at(at)
	return GammaGammaFit{
		GammaGamma:    GammaGamma{P: math.Exp(at[0]), Q: math.Exp(at[1]), V: math.Exp(at[2]) * l.mean},
		LogLikelihood: (value - math.Log(l.mean)) * l.customers,
		Customers:     int64(l.customers),
	}, nil
}

// gammaGammaLikelihood holds what the likelihood needs, with money counted in the mean of all spends, so that the search
// is the same in every currency. Gamma functions depend on the number of orders alone.
type gammaGammaLikelihood struct {
	spends     []Spend
	withOrders []float64 // customers by number of orders
	logMean    []float64 // sum of ln(mean) by number of orders
	customers  float64
	mean       float64
}

func newGammaGammaLikelihood(spends []Spend) *gammaGammaLikelihood {
	l := &gammaGammaLikelihood{spends: make([]Spend, 0, len(spends))}
	var most int32
	for _, s := range spends {
		if s.Orders > 0 && s.Mean > 0 {
			l.spends = append(l.spends, s)
			most = max(most, s.Orders)
			l.mean += s.Mean
		}
	}
	l.customers = float64(len(l.spends))
	l.mean /= l.customers
	l.withOrders, l.logMean = make([]float64, most+1), make([]float64, most+1)
	for i, s := range l.spends {
		s.Mean /= l.mean
		l.spends[i] = s
		l.withOrders[s.Orders]++
		l.logMean[s.Orders] += math.Log(s.Mean)
	}
	return l
}

// at is the mean log likelihood of a customer (Fader and Hardie 2013, equation 1a) and its gradient, both by the
// logarithms of p, q, v.
func (l *gammaGammaLikelihood) at(logs []float64) (value float64, gradient [3]float64) {
	p, q, v := math.Exp(logs[0]), math.Exp(logs[1]), math.Exp(logs[2])
	var byP, byQ, byV float64
	gammaQ, psiQ := lnGamma(q), mathext.Digamma(q)
	for orders, n := range l.withOrders {
		if n == 0 {
			continue
		}
		x, logs0 := float64(orders), l.logMean[orders]
		logX, psiPXQ := math.Log(x), mathext.Digamma(p*x+q)
		value += n*(lnGamma(p*x+q)-lnGamma(p*x)-gammaQ+q*logs[2]+p*x*logX) + (p*x-1)*logs0
		byP += n*x*(psiPXQ-mathext.Digamma(p*x)+logX) + x*logs0
		byQ += n * (psiPXQ - psiQ + logs[2])
		byV += n * q / v
	}
	for _, s := range l.spends {
		x := float64(s.Orders)
		sum := v + x*s.Mean
		logSum := math.Log(sum)
		value -= (p*x + q) * logSum
		byP -= x * logSum
		byQ -= logSum
		byV -= (p*x + q) / sum
	}
	each := 1 / l.customers
	return value * each, [3]float64{byP * p * each, byQ * q * each, byV * v * each}
}
