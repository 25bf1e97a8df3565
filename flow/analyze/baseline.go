package analyze

import (
	"math"
	"slices"
	"time"
)

// The expected value of a day is reckoned from the twelve weeks before it, by medians only, so that a promotion or an
// outage in them does not bend it:
//
//   - the slope is the median of the slopes between days of the same weekday (Hirsch, Slack and Smith, "Techniques of
//     trend analysis for monthly water quality data", Water Resources Research 18 (1982) 107-121);
//   - the season is the median of each weekday after taking the slope out;
//   - the level is corrected by the median of what the last two weeks lie off their season.
//
// Counts and money are reckoned as square roots, which evens out their spread (Bartlett 1936). The range is as wide as the
// method's own errors of the last eight weeks: 3.5 times their scaled median, the bound of Iglewicz and Hoaglin, "How to
// Detect and Handle Outliers" (1993), for a robust z. Outside of it a day is an anomaly.
const (
	historyDays   = 84
	errorDays     = 56
	levelDays     = 14
	leastHistory  = 28
	leastErrors   = 14
	threshold     = 3.5
	madToSigma    = 1.4826 // the median absolute error of a normal distribution is sigma / 1.4826
	rootOfPoisson = 0.5    // the spread of the square root of a Poisson count
)

// Range is what a number was expected to be, in the unit of the metric.
type Range struct {
	Expected float64 `json:"expected"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// baseline expects the days of one daily series. A day without a value is NaN.
type baseline struct {
	first   time.Time // the day of values[0]
	values  []float64 // as square roots where root
	floor   []float64 // the least spread of a day
	root    bool
	whole   bool // the values cannot be below zero
	shares  bool
	courses map[int]course // by the day they are reckoned for
	feasts  map[int]bool   // days about a public holiday
}

// newBaseline takes the sums of a metric per day from first on.
func newBaseline(m *Metric, first time.Time, sums []sum) *baseline {
	b := &baseline{first: first, values: make([]float64, len(sums)), floor: make([]float64, len(sums)),
		root: m.Unit == UnitMoney || m.Unit == UnitCount, whole: m.Name != "net_sales", shares: m.Unit == UnitShare, courses: map[int]course{}, feasts: map[int]bool{}}
	for i, s := range sums {
		v, ok := m.value(s)
		if !ok {
			b.values[i] = math.NaN()
			continue
		}
		b.values[i] = b.to(v)
		switch {
		case m.Unit == UnitCount:
			b.floor[i] = rootOfPoisson
		case m.Unit == UnitMoney:
			b.floor[i] = 0.02 * math.Abs(b.values[i])
		case b.shares && s.den > 0: // of a proportion, with the rule of succession so that it is never zero
			p := (s.num + 1) / (s.den + 2)
			b.floor[i] = math.Sqrt(p * (1 - p) / s.den)
		}
	}
	return b
}

func (b *baseline) to(v float64) float64 {
	if b.root {
		return math.Copysign(math.Sqrt(math.Abs(v)), v)
	}
	return v
}

func (b *baseline) from(v float64) float64 {
	if b.root {
		v = math.Copysign(v*v, v)
	}
	if b.whole {
		v = max(v, 0)
	}
	if b.shares {
		v = min(v, 1)
	}
	return v
}

// course is what the twelve weeks before a day say about it and the days after.
type course struct {
	slope float64
	usual [7]float64 // by index of the day modulo 7, level included; NaN for a weekday without days
	known bool
}

// expect gives the expected value of day at, as far as the days before origin tell (origin <= at). ok is false with
// less than four weeks of days before it.
func (b *baseline) expect(at, origin int) (value float64, ok bool) {
	c, seen := b.courses[origin]
	if !seen {
		c = b.courseAt(origin)
		b.courses[origin] = c
	}
	value = c.usual[at%7] + c.slope*float64(at-origin)
	return value, c.known && !math.IsNaN(value)
}

func (b *baseline) courseAt(origin int) (c course) {
	start := max(0, origin-historyDays)
	known, slopes := 0, make([]float64, 0, 7*66)
	for i := start; i < origin; i++ {
		if math.IsNaN(b.values[i]) {
			continue
		}
		known++
		for j := i + 7; j < origin; j += 7 {
			if !math.IsNaN(b.values[j]) {
				slopes = append(slopes, (b.values[j]-b.values[i])/float64(j-i))
			}
		}
	}
	if known < leastHistory {
		return c
	}
	c.known, c.slope = true, median(slopes)
	var season [7][]float64
	for i := start; i < origin; i++ {
		if !math.IsNaN(b.values[i]) {
			season[i%7] = append(season[i%7], b.values[i]+c.slope*float64(origin-i))
		}
	}
	for w := range season {
		c.usual[w] = median(season[w])
	}
	var off []float64
	for i := max(start, origin-levelDays); i < origin; i++ {
		if !math.IsNaN(b.values[i]) && !b.festive(i) { // a week of holidays is no new level
			off = append(off, b.values[i]+c.slope*float64(origin-i)-c.usual[i%7])
		}
	}
	if level := median(off); !math.IsNaN(level) {
		for w := range c.usual {
			c.usual[w] += level
		}
	}
	return c
}

// spread is the scaled median error of the expectations of the last eight weeks before origin.
func (b *baseline) spread(origin int) (sigma float64, ok bool) {
	var errs, floors []float64
	for i := max(0, origin-errorDays); i < origin; i++ {
		if math.IsNaN(b.values[i]) {
			continue
		}
		if e, ok := b.expect(i, i); ok {
			errs = append(errs, math.Abs(b.values[i]-e))
			floors = append(floors, b.floor[i])
		}
	}
	if len(errs) < leastErrors {
		return 0, false
	}
	return max(madToSigma*median(errs), median(floors), 1e-9), true
}

// judgement is what was expected of one day, and how far off it was.
type judgement struct {
	Range
	Z float64 // robust z of the value; 0 where there is none
}

// judge gives what was expected of day at before it came. On a day that was off its path in an earlier year by date or by
// the Spring Festival, the range takes in that it may be so again. ok is false where the history is too short: six weeks.
func (b *baseline) judge(at, origin int) (j judgement, ok bool) {
	expected, ok := b.expect(at, origin)
	if !ok {
		return j, false
	}
	sigma, ok := b.spread(origin)
	if !ok {
		return j, false
	}
	return b.judgeWithin(at, expected, sigma), true
}

// judgeWithin sets the range around what was expected, by the metric's usual error.
func (b *baseline) judgeWithin(at int, expected, sigma float64) (j judgement) {
	low, high, above := expected, expected, sigma
	for _, past := range b.comparable(at) {
		before, ok := b.expect(past, past)
		if ok && math.Abs(b.values[past]-before) > threshold*sigma {
			again := expected + b.values[past] - before
			if b.root && before > 0 { // festivals multiply, and so does their own spread
				again = expected * b.values[past] / before
				above = max(above, sigma*b.values[past]/before)
			}
			low, high = min(low, again), max(high, again)
		}
	}
	j.Range = Range{b.from(expected), b.from(low - threshold*sigma), b.from(high + threshold*above)}
	if at < len(b.values) && !math.IsNaN(b.values[at]) {
		switch v := b.values[at]; {
		case v < low:
			j.Z = (v - low) / sigma
		case v > high:
			j.Z = (v - high) / above
		}
		if low == high {
			j.Z = (b.values[at] - expected) / sigma
		}
	}
	return j
}

func (j judgement) anomaly() bool { return math.Abs(j.Z) > threshold }

// median gives the middle of values, NaN for none. It reorders them.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}
