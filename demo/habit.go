package demo

import "math"

// cast is the part a customer plays. Most are ordinary; a few are given a
// history that today's list must notice.
type cast uint8

const (
	ordinary cast = iota
	newcomer      // spent a great deal for the first time in the last two days
	overdue       // a faithful high spender, well past the own rhythm
	browser       // registered, has never bought
)

// habit is how one customer buys: the rate is gamma distributed over customers
// and a customer leaves for good with some probability after each purchase, as
// in BG/NBD (Fader, Hardie and Lee 2005); gaps are gamma distributed, so that
// the regular ones have a rhythm (shape above 1). Times are demand time.
type habit struct {
	cast       cast
	joined     float64 // first purchase, below 0 for those from before the history began
	gap        float64 // mean days between purchases
	regularity float64 // shape of the gaps; 1 is memoryless
	dropout    float64 // probability to leave after a purchase
	spend      float64 // how much more than others, median 1
	taste      [6]float64
	shop       int
}

// Of all customers, 30% are older than the history; the rest join in proportion
// to demand, so that the shopping festivals bring waves of new ones.
const olderShare = 0.3

// shortestGap is how often, in days, the most eager shop here.
const shortestGap = 9

// habitOf gives customer i (from 0) of n. Customers are numbered in the order
// they join.
func (m *maker) habitOf(c *chance, i int) habit {
	n := m.options.Customers
	c.of(streamHabit, i, 0)
	h := habit{spend: c.lognormal(0.55)}
	place := (float64(i) + c.Float64()) / float64(n)
	end := m.season.end()
	if place < olderShare {
		h.joined = (place/olderShare - 1) * end
	} else {
		h.joined = (place - olderShare) / (1 - olderShare) * end
	}
	h.gap = max(shortestGap, min(1/c.gamma(1.3, 1.0/21), 4*end))
	h.dropout = c.beta(0.7, 8)
	h.regularity = 1
	if c.yes(0.5) {
		h.regularity = 2 + 6*c.Float64()
	}
	favourite := c.IntN(len(categories))
	for j := range h.taste {
		h.taste[j] = c.gamma(0.7, 1)
	}
	h.taste[favourite] += 2.5
	h.shop = m.shops.pick(c)
	switch {
	case i >= n-max(6, n/800):
		h.cast, h.spend = newcomer, 3.2+c.Float64()
		h.joined = end - 0.05 - 0.9*m.season.demand[len(m.season.demand)-2]*c.Float64()
		h.taste = [6]float64{3, 1, 2}
	case i%160 == 37 && place < 0.75:
		h.cast, h.spend = overdue, 2+c.Float64()
		h.gap, h.regularity, h.dropout = 24+18*c.Float64(), 40, 0
		h.taste = [6]float64{4, 1, 1, 0.5}
	case c.yes(0.04):
		h.cast = browser
	case isOrganization(i, h):
		h.gap = 20 + h.gap/2
	}
	return h
}

// moments calls yield with the demand time of each purchase, oldest first.
// Customers from before the history keep buying into it as if they had been
// watched all along.
func (m *maker) moments(c *chance, h habit, yield func(t float64)) {
	end := m.season.end()
	switch h.cast {
	case browser:
		return
	case newcomer:
		yield(h.joined)
		return
	case overdue:
		end -= h.gap * (1.55 + 0.6*c.Float64())
	}
	for t := h.joined; t < end; t += max(c.gamma(h.regularity, h.gap), 0.02) {
		if t >= 0 {
			yield(t)
		}
		if c.yes(h.dropout) {
			return
		}
	}
}

// worth is what a customer with this habit may be expected to spend in a year,
// in units of the median order; it decides tiers and who gets an owner.
//
// goldWorth and silverWorth are where the two customer cards begin.
func (h habit) worth() float64 {
	if h.cast == browser {
		return 0
	}
	return h.spend * math.Min(365/h.gap, 40)
}

const goldWorth, silverWorth = 52, 22
