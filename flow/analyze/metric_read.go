package analyze

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/workspace"
)

// MemberFilter gives the customers of a segment as a query of one column of customer ids. Faults: not found.
type MemberFilter func(ctx context.Context, segmentID int64) (sql string, args []any, err error)

// Metrics answers what a metric is, was and was expected to be. Every number is within the scope of who asks.
type Metrics struct {
	columns   *columns.Store
	records   *db.DB
	freshness func() time.Time
	members   MemberFilter
	kept      kept
}

// NewMetrics gives the metrics over columns. records keeps targets, findings and the names of staff and teams;
// freshness tells how far columns have followed records.
func NewMetrics(store *columns.Store, records *db.DB, freshness func() time.Time, members MemberFilter) *Metrics {
	return &Metrics{columns: store, records: records, freshness: freshness, members: members}
}

// Query asks for one metric. By is the step of the series, Split the name of a split or empty, Segment 0 for everybody.
// Top is how many parts of a split are told apart.
type Query struct {
	Period
	By      string
	Split   string
	Segment int64
	Top     int
}

// Point is one step of a series; At is its first day. Value is nil where there is none: nothing to divide by, or a day to come.
type Point struct {
	At    string `json:"at" format:"date"`
	Value Number `json:"value"`
}

// Band is what one day was expected to be by the days before it, and whether it fell outside.
type Band struct {
	At string `json:"at" format:"date"`
	Range
	Anomaly bool `json:"anomaly"`
}

// Part is one part of a split. Key is nil for the rows that the split says nothing about; Other are all parts not told apart.
type Part struct {
	Key    *string  `json:"key"`
	Label  string   `json:"label"`
	Other  bool     `json:"other,omitempty"`
	Value  Number   `json:"value"`
	Share  *float64 `json:"share" doc:"of the whole, where parts add up to it"`
	Series []Point  `json:"series"`
}

// Figure is a metric over a period.
type Figure struct {
	Name       string    `json:"name"`
	Unit       Unit      `json:"unit" enum:"money,count,share,days,seconds,ratio"`
	Label      Text      `json:"label"`
	Definition Text      `json:"definition"`
	From       string    `json:"from" format:"date"`
	To         string    `json:"to" format:"date"`
	By         string    `json:"by"`
	Value      Number    `json:"value"`
	Numerator  *float64  `json:"numerator,omitempty" doc:"of a metric that is a quotient"`
	Divisor    *float64  `json:"denominator,omitempty"`
	Series     []Point   `json:"series"`
	Expected   []Band    `json:"expected,omitempty" doc:"what each day was expected to be, in a series by day of up to 92 days; money in minor units"`
	Split      string    `json:"split,omitempty"`
	Additive   bool      `json:"additive" doc:"the parts of the split add up to the whole"`
	Splits     []Part    `json:"splits"`
	AsOf       time.Time `json:"as_of"`
}

const (
	defaultTop = 20
	bandDays   = 92
)

// Read gives a metric over a period, as a series and by part. Faults: not found, invalid, forbidden; conflict for a
// metric that nothing feeds yet.
func (m *Metrics) Read(ctx context.Context, name string, q Query) (*Figure, error) {
	metric, err := fedMetric(name)
	if err != nil {
		return nil, err
	}
	cut, err := q.buckets(cmp.Or(q.By, "day"))
	if err != nil {
		return nil, err
	}
	asked := question{period: q.Period, buckets: cut, by: cmp.Or(q.By, "day"), segment: q.Segment}
	whole, err := m.ask(ctx, []*Metric{metric}, asked)
	if err != nil {
		return nil, err
	}
	f := &Figure{Name: metric.Name, Unit: metric.Unit, Label: metric.Label, Definition: metric.Definition,
		From: dayText(q.From), To: dayText(q.To), By: asked.by, AsOf: m.freshness(), Split: q.Split, Splits: []Part{}}
	form := form{ctx: ctx, metric: metric, buckets: cut, today: today(ctx)}
	total := whole.parts[0]
	f.Value, f.Series = form.number(total.whole[0]), form.series(total.at[0])
	if metric.den != nil {
		f.Numerator, f.Divisor = &total.whole[0].num, &total.whole[0].den
	}
	if asked.by == "day" && metric.judged() && q.Days() <= bandDays {
		if f.Expected, err = m.bands(ctx, metric, q); err != nil {
			return nil, err
		}
	}
	if q.Split == "" {
		return f, nil
	}
	by, err := splitOf(ctx, metric, q.Split)
	if err != nil {
		return nil, err
	}
	f.Split, f.Additive = by.Name, by.partitions(metric) && metric.den == nil
	asked.split = by
	parts, err := m.parts(ctx, metric, asked, total, cmp.Or(q.Top, defaultTop))
	if err != nil {
		return nil, err
	}
	names, err := m.names(ctx, by)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		item := Part{Label: p.label(names), Other: p.other, Value: form.number(p.whole[0]), Series: form.series(p.at[0])}
		if !p.null && !p.other {
			item.Key = &p.key
		}
		if all := total.whole[0].num; f.Additive && all != 0 {
			share := p.whole[0].num / all
			item.Share = &share
		}
		f.Splits = append(f.Splits, item)
	}
	return f, nil
}

// parts gives the sums of the top parts, the largest first, then all others as one, then the rows without a part.
// Amounts of orders that have no lines are such rows in a split by product.
func (m *Metrics) parts(ctx context.Context, metric *Metric, q question, total *partSums, top int) ([]*partSums, error) {
	rough := q
	rough.buckets, rough.by = []bucket{{q.period.From, q.period}}, ""
	ranked, err := m.ask(ctx, []*Metric{metric}, rough)
	if err != nil {
		return nil, err
	}
	named := slices.DeleteFunc(slices.Clone(ranked.parts), func(p *partSums) bool { return p.null })
	slices.SortFunc(named, largerFirst(metric))
	if len(named) > top {
		q.keep = make([]string, top)
		for i, p := range named[:top] {
			q.keep[i] = p.key
		}
	}
	a, err := m.ask(ctx, []*Metric{metric}, q)
	if err != nil {
		return nil, err
	}
	switch {
	case !q.split.byLine(metric) || !metric.Additive():
	case q.split.partitions(metric):
		a.rest(total)
	default:
		if err := m.unlined(ctx, metric, q, a, total); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(a.parts, func(x, y *partSums) int {
		return cmp.Or(cmp.Compare(last(x), last(y)), largerFirst(metric)(x, y))
	})
	return a.parts, nil
}

func last(p *partSums) int {
	switch {
	case p.null:
		return 2
	case p.other:
		return 1
	}
	return 0
}

func largerFirst(m *Metric) func(x, y *partSums) int {
	weight := func(p *partSums) float64 {
		if m.den != nil {
			return math.Abs(p.whole[0].den)
		}
		return math.Abs(p.whole[0].num)
	}
	return func(x, y *partSums) int {
		return cmp.Or(cmp.Compare(weight(y), weight(x)), cmp.Compare(x.key, y.key))
	}
}

// unlined adds the orders without lines to the rows without a part. Orders are counted in each part they have a line of, so that
// the parts together are more than the whole, and what they lack of it says nothing.
func (m *Metrics) unlined(ctx context.Context, metric *Metric, q question, a *answer, total *partSums) error {
	q.split, q.keep = &splitBy{Name: q.split.Name, line: "'line'"}, nil
	lined, err := m.ask(ctx, []*Metric{metric}, q)
	if err != nil {
		return err
	}
	bare := &answer{parts: lined.parts}
	bare.rest(total)
	for _, left := range bare.parts {
		if !left.null {
			continue
		}
		at := slices.IndexFunc(a.parts, func(p *partSums) bool { return p.null })
		if at < 0 {
			a.parts = append(a.parts, left)
			break
		}
		none := a.parts[at]
		none.whole[0] = none.whole[0].plus(left.whole[0])
		for k := range none.at[0] {
			none.at[0][k] = none.at[0][k].plus(left.at[0][k])
		}
	}
	return nil
}

// rest adds what the parts lack of the whole to the rows without a part.
func (a *answer) rest(total *partSums) {
	left := &partSums{null: true, whole: []sum{total.whole[0]}, at: [][]sum{slices.Clone(total.at[0])}}
	var none *partSums
	for _, p := range a.parts {
		if p.null {
			none = p
			continue
		}
		left.whole[0] = left.whole[0].minus(p.whole[0])
		for k := range left.at[0] {
			left.at[0][k] = left.at[0][k].minus(p.at[0][k])
		}
	}
	if none != nil {
		*none = *left
	} else if left.whole[0].num != 0 || slices.ContainsFunc(left.at[0], func(s sum) bool { return s.num != 0 }) {
		a.parts = append(a.parts, left)
	}
}

// form turns sums into numbers as they are shown.
type form struct {
	ctx     context.Context
	metric  *Metric
	buckets []bucket
	today   time.Time
}

func (f form) number(s sum) Number {
	v, ok := f.metric.value(s)
	if !ok {
		return Number{}
	}
	return numberOf(f.metric.Unit, v, workspace.Of(f.ctx).Currency)
}

func (f form) series(sums []sum) []Point {
	points := make([]Point, len(sums))
	for i, s := range sums {
		points[i].At = dayText(f.buckets[i].at)
		if !f.buckets[i].From.After(f.today) {
			points[i].Value = f.number(s)
		}
	}
	return points
}
