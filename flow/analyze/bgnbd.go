package analyze

import "math"

// BGNBD is the beta-geometric / negative binomial model of repeat buying by Fader, Hardie and Lee, "Counting Your
// Customers the Easy Way", Marketing Science 24 (2005) 275-284: while alive a customer orders at a Poisson rate drawn
// from Gamma(R, Alpha); after every order she leaves for good with a probability drawn from Beta(A, B).
// Alpha is in the time unit the model was fitted in; all times given to its methods are in that unit.
type BGNBD struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
}

// InUnit expresses the same model in a time unit that is factor of the present ones long; from weeks to days, 1.0/7.
func (m BGNBD) InUnit(factor float64) BGNBD {
	m.Alpha /= factor
	return m
}

// Alive is the probability, 0 to 1, that a customer with the given number of repeat orders, the last of them lastAt
// after the first order, is still a customer at age after the first order (Fader, Hardie and Lee 2008, "Computing
// P(alive) Using the BG/NBD Model"). The model lets nobody leave before a second order: without repeats it is 1.
func (m BGNBD) Alive(repeats, lastAt, age float64) float64 {
	if repeats == 0 {
		return 1
	}
	odds := math.Log(m.A) - math.Log(m.B+repeats-1) + (m.R+repeats)*math.Log((m.Alpha+age)/(m.Alpha+lastAt))
	return 1 / (1 + math.Exp(odds))
}

// Silent is the probability, 0 to 1, that the customer places no order at all in the horizon after age: she left, or
// she is alive and her Poisson process gives none.
func (m BGNBD) Silent(repeats, lastAt, age, horizon float64) float64 {
	alive := m.Alive(repeats, lastAt, age)
	return 1 - alive + alive*math.Exp((m.R+repeats)*math.Log((m.Alpha+age)/(m.Alpha+age+horizon)))
}

// Expected is the number of orders expected in the horizon after age (Fader, Hardie and Lee 2005, equation 10).
func (m BGNBD) Expected(repeats, lastAt, age, horizon float64) float64 {
	return m.Alive(repeats, lastAt, age) * m.ExpectedIfAlive(repeats, age, horizon)
}

// ExpectedIfAlive is the same for a customer known to be alive at age; it does not depend on when she last ordered.
//
// Equation 10 without its denominator is c/e (1 - (1-z)^(r+x) F(r+x, b+x; c; z)) with c = a+b+x-1, e = a-1 and
// z = t/(alpha+T+t). As it stands it overflows for busy customers and is 0/0 at a = 1. Euler's transformation
// turns it into c/e (1 - (1-z)^e F(e, c-r-x; c; z)); every term of that series after the first carries the factor e,
// which therefore cancels:
//
//	-c expm1(e ln(1-z))/e - (1-z)^e (h z + h (h+1)(e+1) z^2 / (2 (c+1)) + ...),  h = a+b-1-r
//
// finite for every a, and for c = 0 too. Its terms alternate for h far below zero; then equation 10 itself, whose
// terms all have one sign, is summed with the growth kept in a logarithm.
func (m BGNBD) ExpectedIfAlive(repeats, age, horizon float64) float64 {
	if horizon <= 0 {
		return 0
	}
	z := horizon / (m.Alpha + age + horizon)
	decay := math.Log1p(-z)
	c, e, h := m.A+m.B+repeats-1, m.A-1, m.A+m.B-1-m.R
	if h > -8 {
		sum, scale := scaledSeries(h*z, e, h, c, z)
		return -c*expm1Over(e, decay) - sum*math.Exp(e*decay+scale)
	}
	if math.Abs(e) < 1e-6 { // beside the pole at a = 1, where the function is smooth and the quotient is not
		c, e = c-e+1e-6, 1e-6
	}
	p, q := m.R+repeats, m.B+repeats
	sum, scale := scaledSeries(p*q*z, p, q, c, z)
	return (c - c*math.Exp(p*decay) - sum*math.Exp(p*decay+scale)) / e
}

// expm1Over is (exp(e*y) - 1) / e, which tends to y.
func expm1Over(e, y float64) float64 {
	if e == 0 {
		return y
	}
	return math.Expm1(e*y) / e
}

// scaledSeries sums first, and from each term u(n) the next u(n) (p+n)(q+n) z / ((c+n)(n+1)), n from 1: c times the
// hypergeometric series F(p, q; c; z) without its leading 1, when first = p q z. The sum is sum * exp(scale).
func scaledSeries(first, p, q, c, z float64) (sum, scale float64) {
	const enough, tooBig, terms = 1e-16, 1e200, 1_000_000
	term := first
	for n := 1.0; n < terms; n++ {
		sum += term
		ratio := (p + n) * (q + n) * z / ((c + n) * (n + 1))
		if math.Abs(term) <= enough*math.Abs(sum)*(1-ratio) {
			break
		}
		term *= ratio
		if math.Abs(term) > tooBig {
			term, sum, scale = term/tooBig, sum/tooBig, scale+math.Log(tooBig)
		}
	}
	return sum, scale
}
