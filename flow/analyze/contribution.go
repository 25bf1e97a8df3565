package analyze

import (
	"cmp"
	"math"
	"slices"
)

// Contribution is what one part of a split adds to a change. Value and Reference are the metric within the part, now and
// in the time compared with; Share and ReferenceShare are the part's share of the whole (of the divisor, for a quotient).
// Amount is signed, in the unit of the metric, and the amounts of all parts add up to the change. For a quotient it is
// Mix, the part having become larger or smaller, plus Rate, the metric having changed within the part. Unlike are parts
// that changed otherwise than the rest, more than chance would have it.
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
	Unlike         bool     `json:"unlike" doc:"it changed otherwise than the others, more than chance would have it"`
}

// twoSums is a part now and in the time compared with. The squares are sums of the squares of what is added up: of a count
// the count itself.
type twoSums struct {
	part                   *partSums
	now, ref               sum
	nowSquares, refSquares sum
}

// decomposed is a part with its contribution. Beyond is how much of it is not what every part did.
type decomposed struct {
	twoSums
	amount, mix, rate     float64
	share, referenceShare float64
	beyond, z             float64
	unlike                bool
}

// decompose says what each part adds to the change of the whole; the amounts add up to it but for the last bits, which
// exact takes care of.
//
// A sum changes by the sum of the changes. A quotient R = sum of w r over parts with weight w (share of the divisor) and
// rate r changes by (w1 - w0)((r0 + r1)/2 - (R0 + R1)/2) for the mix and (w0 + w1)/2 (r1 - r0) for the rate: the
// symmetric form of the decomposition of Kitagawa, "Components of a Difference Between Two Rates", JASA 50 (1955), which
// halves the interaction between the two. A part that is new or gone has no rate on one side and changes the mix only.
func decompose(m *Metric, parts []twoSums) (rows []decomposed, before, after float64, ok bool) {
	var now, ref sum
	for _, p := range parts {
		now, ref = now.plus(p.now), ref.plus(p.ref)
	}
	after, ok1 := m.value(sum{now.num, now.den, true})
	before, ok0 := m.value(sum{ref.num, ref.den, true})
	if !ok1 || !ok0 {
		return nil, 0, 0, false
	}
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
			r1 = r0
		}
		if p.ref.den == 0 {
			r0 = r1
		}
		rows[i].share, rows[i].referenceShare = w1, w0
		rows[i].mix = (w1 - w0) * ((r0+r1)/2 - (before+after)/2)
		rows[i].rate = (w0 + w1) / 2 * (r1 - r0)
		rows[i].amount = rows[i].mix + rows[i].rate
		if p.now.den == 0 && p.ref.den == 0 { // rows of the dividend without one of the divisor, as a refund of nobody's order
			rows[i].rate = p.now.num/now.den - p.ref.num/ref.den
			rows[i].amount = rows[i].rate
		}
	}
	slices.SortStableFunc(rows, func(a, b decomposed) int {
		return cmp.Or(cmp.Compare(math.Abs(b.amount), math.Abs(a.amount)), cmp.Compare(a.part.key, b.part.key))
	})
	return rows, before, after, true
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
		rest.nowSquares, rest.refSquares = rest.nowSquares.plus(r.nowSquares), rest.refSquares.plus(r.refSquares)
		rest.amount, rest.mix, rest.rate = rest.amount+r.amount, rest.mix+r.mix, rest.rate+r.rate
		rest.share, rest.referenceShare = rest.share+r.share, rest.referenceShare+r.referenceShare
	}
	return append(rows[:keep-1:keep-1], rest)
}

// exact makes the rows add up to the change to the last digit. Money is rounded to minor units so that the largest remainders
// are rounded up, as seats are dealt by the method of Hamilton; of other units the largest row takes the last bits.
func exact(m *Metric, rows []decomposed, change float64) {
	if len(rows) == 0 {
		return
	}
	if m.Unit != UnitMoney {
		left := change
		for i := len(rows) - 1; i > 0; i-- {
			left -= rows[i].amount
		}
		rows[0].amount = left
		return
	}
	left, by := change, make([]int, len(rows))
	remainder := func(i int) float64 { return rows[i].amount - math.Floor(rows[i].amount) }
	for i := range rows {
		by[i] = i
		left -= math.Floor(rows[i].amount)
	}
	slices.SortStableFunc(by, func(a, b int) int { return cmp.Compare(remainder(b), remainder(a)) })
	for n, i := range by {
		rows[i].amount = math.Floor(rows[i].amount)
		if float64(n) < left {
			rows[i].amount++
		}
	}
	// what rounding both ends of the change has added or taken beyond one unit for each row
	if over := left - float64(len(rows)); over > 0 {
		rows[0].amount += over
	} else if left < 0 {
		rows[0].amount += left
	}
	for i := range rows {
		rows[i].mix = math.Round(rows[i].mix)
		rows[i].rate = rows[i].amount - rows[i].mix
	}
}
