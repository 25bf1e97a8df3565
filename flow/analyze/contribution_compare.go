package analyze

import (
	"cmp"
	"context"
	"math"
	"strconv"
	"strings"

	"guanxi/base/fault"
	"guanxi/guard"
)

// comparison reads a metric now and in the time compared with, part by part.
type comparison struct {
	*Metrics
	metric *Metric
	query  WhyQuery
	only   []chosenPart
	before Period // the days compared with
	byDay  bool   // compared with the mean of the same weekdays
	scaled bool   // the days compared with say only how the whole is made up, which is
	whole  float64
}

// comparedWeeks is how many weeks before the period say how the expectation is made up.
const comparedWeeks = 8

func (c *comparison) open(ctx context.Context) error {
	c.query.Against = cmp.Or(c.query.Against, againstPrevious)
	p := c.query.Period
	c.before = p.Before()
	switch c.query.Against {
	case againstPrevious:
		return nil
	case againstYear:
		c.before = Period{p.From.AddDate(-1, 0, 0), p.To.AddDate(0, 0, 1).AddDate(-1, 0, -1)} // the day after moves, not the end of February
		return nil
	case againstPeriod:
		if c.query.Before.From.IsZero() {
			return fault.Invalid("before_from", "is_missing")
		}
		c.before = c.query.Before
		return nil
	case againstTarget:
		return c.openTarget(ctx, p)
	case againstExpected:
		c.before, c.byDay, c.scaled = Period{p.From.AddDate(0, 0, -7*comparedWeeks), p.From.AddDate(0, 0, -1)}, true, true
	default:
		return fault.Invalid("against", "against_unknown", c.query.Against)
	}
	if !c.metric.judged() || len(c.only) > 0 {
		return fault.Conflict("no_expectation", c.metric.Name)
	}
	first := p.From.AddDate(0, 0, -judgedDays)
	daily, err := c.daily(ctx, []*Metric{c.metric}, Period{first, p.To}, c.query.Segment)
	if err != nil {
		return err
	}
	e, ok := newBaseline(c.metric, first, daily.at[0]).over(c.metric, p, daily.at[0])
	if !ok {
		return fault.Conflict("no_expectation", c.metric.Name)
	}
	c.whole = e.Expected
	return nil
}

// openTarget compares with the metric's target, made up as the period before was. A target is for everybody and everything.
func (c *comparison) openTarget(ctx context.Context, p Period) error {
	targets, err := c.targets(ctx)
	if err != nil {
		return err
	}
	t, set := targets[c.metric.Name]
	if !set || c.query.Segment != 0 || len(c.only) > 0 {
		return fault.Conflict("no_target", c.metric.Name)
	}
	c.scaled, c.whole = true, t.view(c.metric, nil, p).Due
	return nil
}

// part reads the metric by split s in both times.
func (c *comparison) part(ctx context.Context, s *splitBy) ([]twoSums, error) {
	ms := []*Metric{c.metric}
	if c.metric.source.kind != windowed {
		ms = append(ms, c.metric.squares())
	}
	var parts []twoSums
	var err error
	if c.byDay {
		parts, err = c.byWeekday(ctx, ms, s)
	} else {
		parts, err = c.bothPeriods(ctx, ms, s)
	}
	if err != nil {
		return nil, err
	}
	if c.scaled {
		var before sum
		for _, p := range parts {
			before = before.plus(p.ref)
		}
		if was, ok := c.metric.value(before); ok && was != 0 {
			by := c.whole / was
			for i := range parts {
				parts[i].ref.num *= by
				parts[i].refSquares.num *= by * by
			}
		}
	}
	return parts, nil
}

// bothPeriods asks for one period and the other, however they lie.
func (c *comparison) bothPeriods(ctx context.Context, ms []*Metric, s *splitBy) ([]twoSums, error) {
	now, err := c.sums(ctx, ms, question{period: c.query.Period, split: s, segment: c.query.Segment, only: c.only})
	if err != nil {
		return nil, err
	}
	before, err := c.sums(ctx, ms, question{period: c.before, split: s, segment: c.query.Segment, only: c.only})
	if err != nil {
		return nil, err
	}
	var parts []twoSums
	at := map[string]int{}
	for half, a := range []*answer{now, before} {
		for _, p := range a.parts {
			key := strconv.FormatBool(p.null) + p.key
			i, seen := at[key]
			if !seen {
				i = len(parts)
				at[key], parts = i, append(parts, twoSums{part: p})
			}
			if half == 0 {
				parts[i].now, parts[i].nowSquares = p.whole[0], squaresOf(p.whole)
			} else {
				parts[i].ref, parts[i].refSquares = p.whole[0], squaresOf(p.whole)
			}
		}
	}
	return parts, nil
}

// squaresOf gives the sums of squares beside those of a metric; of counts within windows they are the counts.
func squaresOf(sums []sum) sum { return sums[len(sums)-1] }

// sums asks, and gives the orders without lines to the rows that a split by product says nothing about.
func (c *comparison) sums(ctx context.Context, ms []*Metric, q question) (*answer, error) {
	a, err := c.ask(ctx, ms, q)
	if err != nil || !q.split.byLine(c.metric) || !c.metric.Additive() {
		return a, err
	}
	for _, p := range q.only {
		if p.by.byLine(c.metric) {
			return a, nil // lines alone were asked for
		}
	}
	whole := q
	whole.split = nil
	total, err := c.ask(ctx, ms, whole)
	if err != nil {
		return nil, err
	}
	a.rest(total.parts[0])
	for _, p := range a.parts {
		if p.null && len(p.whole) < len(ms) { // amounts of whole orders are fewer and larger than those of lines
			p.whole = append(p.whole, sum{math.Abs(p.whole[0].num) * ratio(total.parts[0].whole[1].num, math.Abs(total.parts[0].whole[0].num)), 0, true})
			for len(p.at) < len(ms) {
				p.at = append(p.at, make([]sum, len(q.buckets)))
			}
		}
	}
	return a, nil
}

// byWeekday compares with the mean of the same weekdays in the weeks before.
func (c *comparison) byWeekday(ctx context.Context, ms []*Metric, s *splitBy) ([]twoSums, error) {
	q := question{period: Period{c.before.From, c.query.To}, split: s, segment: c.query.Segment, by: "day"}
	var err error
	if q.buckets, err = q.period.buckets("day"); err != nil {
		return nil, err
	}
	a, err := c.sums(ctx, ms, q)
	if err != nil {
		return nil, err
	}
	parts := make([]twoSums, len(a.parts))
	for i, p := range a.parts {
		parts[i].part = p
		parts[i].now, parts[i].ref = halves(p.at[0], comparedWeeks)
		parts[i].nowSquares, parts[i].refSquares = halves(p.at[len(p.at)-1], comparedWeeks*comparedWeeks)
	}
	return parts, nil
}

// halves adds up the sums of the period, and those of the same weekdays before divided by the given number.
func halves(at []sum, by float64) (now, ref sum) {
	split := 7 * comparedWeeks
	for i := split; i < len(at); i++ {
		now = now.plus(at[i])
		for j := i % 7; j < split; j += 7 {
			ref = ref.plus(sum{at[j].num / by, at[j].den / by, true})
		}
	}
	return now, ref
}

// SegmentSplit is what the name of a split by one segment begins with: its id follows.
const SegmentSplit = "segment:"

// splitNamed finds a split, or makes one of a segment: who is in it now, and who is not. Faults: those of splitOf, not found.
func (m *Metrics) splitNamed(ctx context.Context, metric *Metric, name string) (*splitBy, error) {
	text, of := strings.CutPrefix(name, SegmentSplit)
	if !of {
		return splitOf(ctx, metric, name)
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || m.members == nil {
		return nil, fault.Invalid("split", "split_unknown", name)
	}
	if err := guard.Authorize(ctx, "segments.read"); err != nil {
		return nil, err
	}
	members, args, err := m.members(ctx, id)
	if err != nil {
		return nil, err
	}
	var called []string
	if err := m.records.Read().NewRaw("select name from segments where id = ?", id).Scan(ctx, &called); err != nil {
		return nil, fault.Wrap(err)
	}
	s := &splitBy{Name: name, Label: Text{"客群", "Segment"}, args: args,
		customer: "case when c.id is null then null when c.id in (" + members + ") then 'in' else 'out' end"}
	if len(called) > 0 {
		s.Label, s.named = Text{called[0], called[0]}, map[string]string{"in": called[0]}
	}
	return s, nil
}

// mostGoneInto is how deep one may go into parts of parts.
const mostGoneInto = 6

// partsNamed reads parts gone into, each as split:key; without a key it is the rows the split says nothing about. Faults:
// invalid, forbidden.
func (m *Metrics) partsNamed(ctx context.Context, metric *Metric, in []string) (only []chosenPart, err error) {
	if len(in) > mostGoneInto {
		return nil, fault.Invalid("in", "too_many", mostGoneInto)
	}
	for _, text := range in {
		name, key, told := strings.Cut(text, ":")
		if id, rest, of := strings.Cut(key, ":"); name+":" == SegmentSplit && of {
			name, key = name+":"+id, rest
		}
		if !told {
			return nil, fault.Invalid("in", "split_unknown", text)
		}
		by, err := m.splitNamed(ctx, metric, name)
		if err != nil {
			return nil, err
		}
		if key == "" && by.byLine(metric) {
			return nil, fault.Invalid("in", "part_unknown", text) // orders without lines have none to go into
		}
		only = append(only, chosenPart{by, key, key == ""})
	}
	return only, nil
}
