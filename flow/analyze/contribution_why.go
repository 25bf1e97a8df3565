package analyze

import (
	"cmp"
	"context"
	"slices"
	"time"

	"guanxi/base/fault"
)

// What a period is compared with: the period before, or what was expected of it.
const (
	againstPrevious = "previous"
	againstExpected = "expected"
)

// WhyQuery asks why a metric changed. Split empty takes the split that explains most.
type WhyQuery struct {
	Period
	Against string
	Split   string
	Segment int64
}

// Why is a change and the parts it is made of.
type Why struct {
	Name      string         `json:"name"`
	Unit      Unit           `json:"unit" enum:"money,count,share,days,seconds,ratio"`
	Label     Text           `json:"label"`
	From      string         `json:"from" format:"date"`
	To        string         `json:"to" format:"date"`
	Against   string         `json:"against" enum:"previous,expected"`
	Split     string         `json:"split" doc:"empty where no split parts the rows"`
	Value     Number         `json:"value"`
	Reference Number         `json:"reference"`
	Change    float64        `json:"change" doc:"value minus reference, in the unit of the metric, money in minor units"`
	Rows      []Contribution `json:"rows" doc:"the largest contribution first; those not told apart as one"`
	Total     Contribution   `json:"total" doc:"the sum of the rows, which is the change"`
	Splits    []SplitScore   `json:"splits" doc:"the splits that part this metric, the most explanatory first"`
	AsOf      time.Time      `json:"as_of"`
}

// SplitScore is how much a split explains a change: how differently its parts make up the whole, above chance.
type SplitScore struct {
	Name     string  `json:"name"`
	Label    Text    `json:"label"`
	Surprise float64 `json:"surprise"`
}

// rowsShown is how many parts are told apart; tooFine are splits that are not tried by themselves.
const rowsShown = 10

var tooFine = map[string]bool{"product": true, "sku": true}

// Why takes the change of a metric apart. Faults: not found; invalid for a split that does not part the metric; forbidden;
// conflict for a metric without a source, without history, or without an expectation for this period.
func (m *Metrics) Why(ctx context.Context, name string, q WhyQuery) (*Why, error) {
	metric, err := fedMetric(name)
	if err != nil {
		return nil, err
	}
	if metric.source.kind == snapshot {
		return nil, fault.Conflict("metric_without_history", name)
	}
	c := &comparison{Metrics: m, metric: metric, query: q}
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	tried := slices.DeleteFunc(splitsFor(ctx, metric), func(s *splitBy) bool { return tooFine[s.Name] && s.Name != q.Split })
	if q.Split != "" {
		chosen, err := splitOf(ctx, metric, q.Split)
		if err != nil {
			return nil, err
		}
		if !chosen.partitions(metric) {
			return nil, fault.Invalid("split", "split_overlaps", q.Split, name)
		}
		q.Split = chosen.Name
	}
	w := &Why{Name: name, Unit: metric.Unit, Label: metric.Label, From: dayText(q.From), To: dayText(q.To), Against: c.query.Against,
		Rows: []Contribution{}, Splits: []SplitScore{}, AsOf: m.freshness()}
	parted := map[string][]twoSums{}
	for _, s := range tried {
		parts, score, err := c.part(ctx, s)
		if err != nil {
			return nil, err
		}
		if len(parts) < 2 && s.Name != q.Split {
			parted[""] = parts // one part explains nothing; it stands for the whole where no split has more
			continue
		}
		parted[s.Name] = parts
		w.Splits = append(w.Splits, SplitScore{s.Name, s.Label, score})
	}
	slices.SortStableFunc(w.Splits, func(a, b SplitScore) int { return cmp.Compare(b.Surprise, a.Surprise) })
	if w.Split = q.Split; w.Split == "" && len(w.Splits) > 0 {
		w.Split = w.Splits[0].Name
	}
	err = w.write(ctx, c, parted[w.Split])
	return w, err
}

func (w *Why) write(ctx context.Context, c *comparison, parts []twoSums) error {
	f := form{ctx: ctx, metric: c.metric}
	rows, change, ok := decompose(c.metric, parts)
	if !ok {
		return fault.Conflict("nothing_to_compare", w.Name)
	}
	rows = fold(rows, rowsShown)
	w.Change = exact(c.metric, rows, change)
	var now, ref sum
	names := map[string]string{}
	for i := range splits {
		if splits[i].Name == w.Split {
			var err error
			if names, err = c.names(ctx, &splits[i]); err != nil {
				return err
			}
		}
	}
	for _, r := range rows {
		now, ref = now.plus(r.now), ref.plus(r.ref)
		row := Contribution{Label: r.part.label(names), Other: r.part.other, Value: f.number(r.now), Reference: f.number(r.ref),
			Share: r.share, ReferenceShare: r.referenceShare, Amount: r.amount}
		if !r.part.null && !r.part.other {
			row.Key = &r.part.key
		}
		if c.metric.den != nil {
			row.Mix, row.Rate = &r.mix, &r.rate
		}
		w.Rows = append(w.Rows, row)
	}
	w.Value, w.Reference = f.number(now), f.number(ref)
	w.Total = Contribution{Value: w.Value, Reference: w.Reference, Share: 1, ReferenceShare: 1, Amount: w.Change}
	return nil
}

// comparison reads a metric now and in the time compared with, part by part.
type comparison struct {
	*Metrics
	metric   *Metric
	query    WhyQuery
	before   Period  // the days compared with
	expected float64 // what the whole should be, when compared with the expectation
}

// comparedWeeks is how many weeks before the period say how the expectation is made up.
const comparedWeeks = 8

func (c *comparison) open(ctx context.Context) error {
	c.query.Against = cmp.Or(c.query.Against, againstPrevious)
	p := c.query.Period
	switch c.query.Against {
	case againstPrevious:
		c.before = p.Before()
		return nil
	case againstExpected:
		c.before = Period{p.From.AddDate(0, 0, -7*comparedWeeks), p.From.AddDate(0, 0, -1)}
	default:
		return fault.Invalid("against", "against_unknown", c.query.Against)
	}
	if !c.metric.judged() {
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
	c.expected = e.Expected
	return nil
}

// part reads the metric by split s, with how surprising the parts are.
func (c *comparison) part(ctx context.Context, s *splitBy) ([]twoSums, float64, error) {
	ms := []*Metric{c.metric}
	if c.metric.Unit == UnitMoney && c.metric.source == orderSource {
		orders, err := metricOf("orders") // the rows behind the money
		if err != nil {
			return nil, 0, err
		}
		ms = append(ms, orders)
	}
	q := question{period: Period{c.before.From, c.query.To}, split: s, segment: c.query.Segment,
		buckets: []bucket{{c.before.From, c.before}, {c.query.From, c.query.Period}}}
	byDay := c.query.Against == againstExpected
	if byDay {
		q.by = "day"
		var err error
		if q.buckets, err = q.period.buckets("day"); err != nil {
			return nil, 0, err
		}
	}
	whole := q
	whole.split = nil
	a, err := c.ask(ctx, ms, q)
	if err == nil && s.byLine(c.metric) && c.metric.Additive() {
		var total *answer
		if total, err = c.ask(ctx, ms[:1], whole); err == nil {
			ms = ms[:1]
			a.rest(total.parts[0])
		}
	}
	if err != nil {
		return nil, 0, err
	}
	parts := make([]twoSums, len(a.parts))
	var nowTotal, refTotal sum
	var rows1, rows0 float64
	for i, p := range a.parts {
		parts[i].part = p
		parts[i].now, parts[i].ref = c.halves(p.at[0], byDay)
		nowTotal, refTotal = nowTotal.plus(parts[i].now), refTotal.plus(parts[i].ref)
		counted := p.at[len(ms)-1]
		now, ref := c.halves(counted, byDay)
		if ms[len(ms)-1].den != nil {
			now.num, ref.num = now.den, ref.den
		}
		rows1, rows0 = rows1+now.num, rows0+ref.num
	}
	if before, ok := c.metric.value(refTotal); byDay && ok && before != 0 {
		for i := range parts {
			parts[i].ref.num *= c.expected / before
		}
	}
	return parts, c.surprise(parts, rows1, rows0), nil
}

// halves adds up the sums of the period and of the time compared with. Compared by day, that is the mean of the same
// weekdays.
func (c *comparison) halves(at []sum, byDay bool) (now, ref sum) {
	if !byDay {
		return at[1], at[0]
	}
	split := 7 * comparedWeeks
	for i := split; i < len(at); i++ {
		now = now.plus(at[i])
		for j := i % 7; j < split; j += 7 {
			ref = ref.plus(sum{at[j].num / comparedWeeks, at[j].den / comparedWeeks, true})
		}
	}
	return now, ref
}

// surprise adds up that of the dividend and, for a quotient, of the divisor.
func (c *comparison) surprise(parts []twoSums, rows1, rows0 float64) float64 {
	nums, dens := [2][]float64{}, [2][]float64{}
	for _, p := range parts {
		nums[0], nums[1] = append(nums[0], p.now.num), append(nums[1], p.ref.num)
		dens[0], dens[1] = append(dens[0], p.now.den), append(dens[1], p.ref.den)
	}
	s := surprise(nums[0], nums[1], rows1, rows0)
	if c.metric.den != nil {
		s += surprise(dens[0], dens[1], rows1, rows0)
	}
	return s
}
