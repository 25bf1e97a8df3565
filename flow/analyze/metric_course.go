package analyze

import (
	"context"
	"math"
	"time"

	"guanxi/base/fault"
)

// CourseQuery asks how a metric went, as one sees who watches it: on each day from From to To the value of the Days days
// that end on it, beside that of the Days days before those. Group is a segment, a list below zero, or 0 for everybody; with
// Split only the rows of its part SplitValue count, empty for those the split says nothing about. Expected asks for what each
// day was expected to be, which only single days of metrics that are counted by day have.
type CourseQuery struct {
	Group      int64
	Split      string
	SplitValue string
	Days       int
	From, To   time.Time // midnights UTC of civil days
	Expected   bool
}

// CourseDay is one day of a course. Values are in the unit of the metric, money in minor units; nil where there is none. Rows
// is what stands behind the value: what it was divided by, or how many rows it was counted from.
type CourseDay struct {
	Day      string   `json:"day" format:"date"`
	Value    *float64 `json:"value"`
	Before   *float64 `json:"before"`
	Rows     float64  `json:"rows"`
	Expected *Range   `json:"expected,omitempty"`
}

// Watched is what is known of a metric before it is watched.
type Watched struct {
	Name     string
	Unit     Unit
	Label    Text
	Good     int
	Expected bool // its days have an expected range
	Past     bool // its past can be told
}

// Watchable gives what can be watched of a metric, with the rights of the person asking. split may be empty. Faults: not
// found, conflict for one that nothing feeds, invalid and forbidden for the split.
func (m *Metrics) Watchable(ctx context.Context, name, split string) (Watched, error) {
	metric, err := fedMetric(name)
	if err != nil {
		return Watched{}, err
	}
	if split != "" {
		if _, err := splitOf(ctx, metric, split); err != nil {
			return Watched{}, err
		}
	}
	return Watched{metric.Name, metric.Unit, metric.Label, metric.Good, metric.judged(), metric.source.kind != snapshot}, nil
}

// Today gives the present civil day of the workspace, midnight UTC.
func Today(ctx context.Context) time.Time { return today(ctx) }

// longestCourse bounds what one question looks at: two years of days.
const longestCourse = 2 * 366

// Course tells how a metric went. Faults: not found, invalid, forbidden, conflict for a metric that nothing feeds.
func (m *Metrics) Course(ctx context.Context, name string, q CourseQuery) ([]CourseDay, error) {
	metric, err := fedMetric(name)
	if err != nil {
		return nil, err
	}
	q.Days = max(q.Days, 1)
	if q.To.Before(q.From) || (Period{q.From, q.To}).Days() > longestCourse || q.Days > 366 {
		return nil, fault.Invalid("to", "period_invalid")
	}
	c := &oneCourse{m, metric, q, nil}
	if q.Split != "" {
		if c.split, err = splitOf(ctx, metric, q.Split); err != nil {
			return nil, err
		}
	}
	switch kind := metric.source.kind; {
	case kind == snapshot:
		return c.now(ctx)
	case kind == windowed:
		return c.atOnce(ctx)
	case metric.distinct && q.Days > 1:
		return c.oneByOne(ctx)
	}
	return c.byDay(ctx)
}

// oneCourse is one question about a course.
type oneCourse struct {
	*Metrics
	metric *Metric
	q      CourseQuery
	split  *splitBy
}

// metrics are the one that is watched and, for a sum of money, the count of what it was made of.
func (c *oneCourse) metrics() []*Metric {
	if c.metric.den == nil && c.metric.Unit != UnitCount && c.metric.source.kind == flow {
		return []*Metric{c.metric, {Name: "rows", Unit: UnitCount, source: c.metric.source, num: part{"count(*)", "true"}}}
	}
	return []*Metric{c.metric}
}

// put gives the sums of the part watched, zeros where it has no rows.
func (c *oneCourse) put(ctx context.Context, ms []*Metric, q question) (*partSums, error) {
	q.segment = c.q.Group
	if c.split != nil {
		q.split, q.keep = c.split, []string{c.q.SplitValue}
	}
	a, err := c.ask(ctx, ms, q)
	if err != nil {
		return nil, err
	}
	for _, p := range a.parts {
		if c.split == nil || c.q.SplitValue == "" && p.null || !p.null && !p.other && p.key == c.q.SplitValue {
			return p, nil
		}
	}
	p := &partSums{whole: make([]sum, len(ms)), at: make([][]sum, len(ms))}
	for i := range p.at {
		p.at[i] = make([]sum, len(q.buckets))
	}
	p.settle(ms)
	return p, nil
}

func (c *oneCourse) day(at time.Time, now, before, rows sum) CourseDay {
	d := CourseDay{Day: dayText(at), Rows: rows.num}
	if v, ok := c.metric.value(now); ok {
		d.Value = &v
	}
	if v, ok := c.metric.value(before); ok {
		d.Before = &v
	}
	switch {
	case c.metric.den != nil:
		d.Rows = now.den
	case c.metric.Unit == UnitCount:
		d.Rows = now.num
	}
	return d
}

// byDay adds up days; a stock is what stood at the end of each.
func (c *oneCourse) byDay(ctx context.Context) ([]CourseDay, error) {
	judged := c.q.Expected && c.q.Days == 1 && c.metric.judged()
	first := c.q.From.AddDate(0, 0, 1-2*c.q.Days)
	if judged {
		first = c.q.From.AddDate(0, 0, -judgedDays)
	}
	p := Period{first, c.q.To}
	cut, err := p.buckets("day")
	if err != nil {
		return nil, err
	}
	ms := c.metrics()
	sums, err := c.put(ctx, ms, question{period: p, buckets: cut, by: "day", bucketsOnly: c.metric.source.kind == flow})
	if err != nil {
		return nil, err
	}
	daily, rows := sums.at[0], sums.at[len(ms)-1]
	var b *baseline
	if judged {
		b = newBaseline(c.metric, first, daily)
	}
	over := func(of []sum, from, to int) (total sum) {
		for _, s := range of[max(from, 0) : to+1] {
			total = total.plus(s)
		}
		return total
	}
	var days []CourseDay
	for at := c.q.From; !at.After(c.q.To); at = at.AddDate(0, 0, 1) {
		i := (Period{first, at}).Days() - 1
		var d CourseDay
		if c.metric.source.kind == stock {
			d = c.day(at, daily[i], daily[max(i-c.q.Days, 0)], daily[i])
		} else {
			d = c.day(at, over(daily, i+1-c.q.Days, i), over(daily, i+1-2*c.q.Days, i-c.q.Days), over(rows, i+1-c.q.Days, i))
		}
		if b != nil {
			if j, ok := b.judge(i, i); ok {
				d.Expected = &j.Range
			}
		}
		days = append(days, d)
	}
	return days, nil
}

// ends are the last days of all windows that the days of the course look at.
func (c *oneCourse) ends() (all []bucket) {
	for at := c.q.From.AddDate(0, 0, -c.q.Days); !at.After(c.q.To); at = at.AddDate(0, 0, 1) {
		all = append(all, bucket{at, Period{at.AddDate(0, 0, 1-c.q.Days), at}})
	}
	return all
}

func (c *oneCourse) fromWindows(windows []bucket, sums []sum) (days []CourseDay) {
	for i := c.q.Days; i < len(windows); i++ {
		days = append(days, c.day(windows[i].at, sums[i], sums[i-c.q.Days], sums[i]))
	}
	return days
}

// atOnce asks for all windows in one statement.
func (c *oneCourse) atOnce(ctx context.Context) ([]CourseDay, error) {
	windows := c.ends()
	sums, err := c.put(ctx, []*Metric{c.metric}, question{period: windows[len(windows)-1].Period, buckets: windows})
	if err != nil {
		return nil, err
	}
	return c.fromWindows(windows, sums.at[0]), nil
}

// oneByOne asks for each window: customers counted in one may be counted in the next.
func (c *oneCourse) oneByOne(ctx context.Context) ([]CourseDay, error) {
	windows := c.ends()
	of := make([]sum, len(windows))
	for i, w := range windows {
		p, err := c.put(ctx, []*Metric{c.metric}, question{period: w.Period, buckets: []bucket{{w.From, w.Period}}})
		if err != nil {
			return nil, err
		}
		of[i] = p.whole[0]
	}
	return c.fromWindows(windows, of), nil
}

// now is all there is of what has no history.
func (c *oneCourse) now(ctx context.Context) ([]CourseDay, error) {
	at := today(ctx)
	p, err := c.put(ctx, []*Metric{c.metric}, question{period: Period{at, at}, buckets: []bucket{{at, Period{at, at}}}})
	if err != nil {
		return nil, err
	}
	return []CourseDay{c.day(at, p.whole[0], sum{}, p.whole[0])}, nil
}

// Cost prices how far a metric was off to the bad side on the days from to to, in minor units: 0 where it has no price. The
// reader's scope applies.
func (m *Metrics) Cost(ctx context.Context, name string, p Period, off, rows float64) (int64, error) {
	metric, err := fedMetric(name)
	if err != nil || off*float64(metric.Good) >= 0 {
		return 0, err
	}
	return m.shortfall(ctx, metric, p, math.Abs(off), rows)
}
