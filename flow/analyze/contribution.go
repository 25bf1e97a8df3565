package analyze

import (
	"cmp"
	"math"
	"slices"
)

// Contribution is what one part of a split adds to a change. Value and Reference are the metric within the part, now and
// in the time compared with; Share and ReferenceShare are the part's share of the whole (of the divisor, for a quotient).
// Amount is signed, in the unit of the metric, and the amounts of all parts add up to the change. For a quotient it is
// Mix, the part having become larger or smaller, plus Rate, the metric having changed within the part.
type Contribution struct {
	Key            *string  `json:"key"`
	Label          string   `json:"label"`
	Other          bool     `json:"other,omitempty"`
	Value          Number   `json:"value"`
	Reference      Number   `json:"reference"`
	Share          float64  `json:"share"`
	ReferenceShare float64  `json:"reference_share"`
	Amount         float64  `json:"contribution"`
	Mix            *float64 `json:"mix,omitempty"`
	Rate           *float64 `json:"rate,omitempty"`
}

// twoSums is a part now and in the time compared with.
type twoSums struct {
	part     *partSums
	now, ref sum
}

// decomposed is a part with its contribution.
type decomposed struct {
	twoSums
	amount, mix, rate     float64
	share, referenceShare float64
}

// decompose says what each part adds to the change of the whole; the amounts add up to it but for the last bits, which
// the largest one takes.
//
// A sum changes by the sum of the changes. A quotient R = sum of w r over parts with weight w (share of the divisor) and
// rate r changes by (w1 - w0)((r0 + r1)/2 - (R0 + R1)/2) for the mix and (w0 + w1)/2 (r1 - r0) for the rate: the
// symmetric form of the decomposition of Kitagawa, "Components of a Difference Between Two Rates", JASA 50 (1955).
func decompose(m *Metric, parts []twoSums) (rows []decomposed, change float64, ok bool) {
	var now, ref sum
	for _, p := range parts {
		now, ref = now.plus(p.now), ref.plus(p.ref)
	}
	after, ok1 := m.value(sum{now.num, now.den, true})
	before, ok0 := m.value(sum{ref.num, ref.den, true})
	if !ok1 || !ok0 {
		return nil, 0, false
	}
	change = after - before
	rows = make([]decomposed, len(parts))
	for i, p := range parts {
		rows[i].twoSums = p
		if m.den == nil {
			rows[i].amount = p.now.num - p.ref.num
			rows[i].share, rows[i].referenceShare = ratio(p.now.num, now.num), ratio(p.ref.num, ref.num)
			continue
		}
		w1, w0 := p.now.den/now.den, p.ref.den/ref.den
		r1, r0 := ratio(p.now.num, p.now.den), ratio(p.ref.num, p.ref.den)
		if p.now.den == 0 {
			r1 = r0 // a part that went away changed the mix only
		}
		if p.ref.den == 0 {
			r0 = r1
		}
		rows[i].share, rows[i].referenceShare = w1, w0
		rows[i].mix = (w1 - w0) * ((r0+r1)/2 - (before+after)/2)
		rows[i].rate = (w0 + w1) / 2 * (r1 - r0)
		rows[i].amount = rows[i].mix + rows[i].rate
	}
	slices.SortStableFunc(rows, func(a, b decomposed) int {
		return cmp.Or(cmp.Compare(math.Abs(b.amount), math.Abs(a.amount)), cmp.Compare(a.part.key, b.part.key))
	})
	return rows, change, true
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// fold keeps the rows with the largest amounts and adds up the others as one.
func fold(rows []decomposed, keep int) []decomposed {
	if len(rows) <= keep {
		return rows
	}
	rest := decomposed{twoSums: twoSums{part: &partSums{other: true}}}
	for _, r := range rows[keep-1:] {
		rest.now, rest.ref = rest.now.plus(r.now), rest.ref.plus(r.ref)
		rest.amount, rest.mix, rest.rate = rest.amount+r.amount, rest.mix+r.mix, rest.rate+r.rate
		rest.share, rest.referenceShare = rest.share+r.share, rest.referenceShare+r.referenceShare
	}
	return append(rows[:keep-1:keep-1], rest)
}

// exact rounds money to minor units and lets the largest row take what the others lack, so that the rows add up to the
// change to the last digit.
func exact(m *Metric, rows []decomposed, change float64) float64 {
	round := func(v float64) float64 { return v }
	if m.Unit == UnitMoney {
		round = math.Round
	}
	change = round(change)
	if len(rows) == 0 {
		return change
	}
	left := change
	for i := len(rows) - 1; i > 0; i-- {
		rows[i].amount = round(rows[i].amount)
		left -= rows[i].amount
	}
	rows[0].amount = left
	return change
}

// surprise measures how differently the parts make up the whole than before: the Jensen-Shannon divergence of their shares,
// as in Bhagwan et al., "Adtributor: Revenue Debugging in Advertising Systems", NSDI (2014), less what chance alone gives
// with so many parts and so few rows (a quarter of the degrees of freedom over the harmonic number of rows).
// n1 and n0 are the rows behind the shares.
func surprise(now, ref []float64, n1, n0 float64) float64 {
	p, q := shares(ref), shares(now)
	s, parts := 0.0, 0.0
	for i := range p {
		if p[i] > 0 || q[i] > 0 {
			parts++
		}
		if p[i] > 0 {
			s += p[i] / 2 * math.Log(2*p[i]/(p[i]+q[i]))
		}
		if q[i] > 0 {
			s += q[i] / 2 * math.Log(2*q[i]/(p[i]+q[i]))
		}
	}
	if n1 > 0 && n0 > 0 && parts > 1 {
		s -= (parts - 1) / 8 * (1/n1 + 1/n0)
	}
	return s
}

func shares(values []float64) []float64 {
	total := 0.0
	for _, v := range values {
		total += max(v, 0)
	}
	out := make([]float64, len(values))
	if total > 0 {
		for i, v := range values {
			out[i] = max(v, 0) / total
		}
	}
	return out
}
