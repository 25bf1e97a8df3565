// Package proportion says how far a counted share can be trusted.
package proportion

import "math"

const z95 = 1.959964

// Wilson gives the 95% limits of a share, with of all, 0..1: the whole range of none (Wilson, Probable inference, JASA 22, 1927).
func Wilson(with, all float64) (low, high float64) {
	if all == 0 {
		return 0, 1
	}
	p, z2 := with/all, z95*z95
	middle, half := (p+z2/(2*all))/(1+z2/all), z95/(1+z2/all)*math.Sqrt(p*(1-p)/all+z2/(4*all*all))
	return max(0, middle-half), min(1, middle+half)
}

// Difference gives the 95% limits of a share, a of n, less another, b of m: the hybrid score interval, method 10 of Newcombe,
// "Interval estimation for the difference between independent proportions", Statistics in Medicine 17 (1998).
func Difference(a, n, b, m float64) (low, high float64) {
	p, q := a/max(n, 1), b/max(m, 1)
	pl, ph := Wilson(a, n)
	ql, qh := Wilson(b, m)
	return p - q - math.Hypot(p-pl, qh-q), p - q + math.Hypot(ph-p, q-ql)
}
