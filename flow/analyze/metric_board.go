package analyze

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guanxi/base/workspace"
)

// Item is one metric on the board. A metric that nothing feeds yet has state no_source and says what it needs.
type Item struct {
	Name       string      `json:"name"`
	Group      string      `json:"group"`
	Unit       Unit        `json:"unit" enum:"money,count,share,days,seconds,ratio"`
	Label      Text        `json:"label"`
	Definition Text        `json:"definition"`
	Good       int         `json:"good" doc:"1 when more is better, -1 when less is better"`
	State      string      `json:"state" enum:"ok,no_source"`
	Needs      *Text       `json:"needs,omitempty"`
	Splits     []string    `json:"splits,omitempty"`
	Value      Number      `json:"value"`
	Previous   Number      `json:"previous"`
	Expected   *Range      `json:"expected" doc:"in the unit of the metric, money in minor units"`
	Anomaly    bool        `json:"anomaly"`
	Spark      []*float64  `json:"spark" doc:"the 30 days up to the period's last, money in minor units"`
	Target     *TargetView `json:"target"`
	AsOf       *time.Time  `json:"as_of"`
}

// Board is every metric over one period.
type Board struct {
	From     string    `json:"from" format:"date"`
	To       string    `json:"to" format:"date"`
	Previous [2]string `json:"previous" doc:"the first and last day compared with"`
	Items    []Item    `json:"items"`
	// OtherCurrency counts the orders of the period in another currency than the workspace's: sums of money take them at
	// face value, because there are no rates to convert them by.
	OtherCurrency int64     `json:"other_currency" doc:"orders of the period in another currency than the workspace's; sums take them at face value"`
	AsOf          time.Time `json:"as_of"`
}

const (
	sparkDays = 30
	// judgedDays is how far an expectation looks back: two years for festivals, and what their own judgement needs
	judgedDays = 2*366 + historyDays + errorDays
	// longestExpected bounds periods that are compared with an expectation
	longestExpected = 35
)

// judged reports whether the metric has an expected range: what is counted day by day, and matters by itself.
func (m *Metric) judged() bool {
	return m.Fed() && m.source.kind == flow && (m.worth != worthNothing || m.source == interactionSource)
}

// read is what the board asks of one source: the period, the one before, and the days up to its end.
type read struct {
	metrics []*Metric
	halves  *partSums // at: before, period
	daily   *partSums // at: one per day from first on
	first   time.Time
	asOf    time.Time
}

// Board reads every metric over p, each source once for the totals and once for the days. Faults: invalid.
func (m *Metrics) Board(ctx context.Context, p Period, segment int64) (*Board, error) {
	return m.board(ctx, p, segment, nil)
}

// Known says that there is a metric of that name. Fault: not found.
func (m *Metrics) Known(name string) error {
	_, err := metricOf(name)
	return err
}

// Item reads one metric as the board shows it. Faults: not found, forbidden.
func (m *Metrics) Item(ctx context.Context, name string, p Period, segment int64) (*Item, error) {
	metric, err := metricOf(name)
	if err != nil {
		return nil, err
	}
	if metric.Fed() {
		if err := metric.source.mayAsk(ctx); err != nil {
			return nil, err
		}
	}
	b, err := m.board(ctx, p, segment, metric)
	if err != nil {
		return nil, err
	}
	return &b.Items[0], nil
}

// board reads every metric, or only one.
func (m *Metrics) board(ctx context.Context, p Period, segment int64, only *Metric) (*Board, error) {
	reads, err := m.readAll(ctx, p, segment, only)
	if err != nil {
		return nil, err
	}
	targets, err := m.targets(ctx)
	if err != nil {
		return nil, err
	}
	b := &Board{From: dayText(p.From), To: dayText(p.To), Previous: [2]string{dayText(p.Before().From), dayText(p.Before().To)}, AsOf: m.freshness()}
	if b.OtherCurrency, err = m.otherCurrency(ctx, question{period: p, segment: segment}); err != nil {
		return nil, err
	}
	var visited bool // no session at all means that nothing tells of them, and a zero would be a lie
	if err := m.columns.QueryRow(ctx, "select exists (select 1 from sessions)").Scan(&visited); err != nil {
		return nil, err
	}
	var spent bool // so with costs
	if err := m.columns.QueryRow(ctx, "select exists (select 1 from cost_days where kind = 'acquisition')").Scan(&spent); err != nil {
		return nil, err
	}
	for i := range metrics {
		metric := &metrics[i]
		if only != nil && metric != only || metric.Fed() && metric.source.mayAsk(ctx) != nil {
			continue
		}
		item := Item{Name: metric.Name, Group: metric.Group, Unit: metric.Unit, Label: metric.Label, Definition: metric.Definition,
			Good: metric.Good, State: "no_source", Spark: []*float64{}}
		if !metric.Fed() || metric.source == sessionSource && !visited || metric.source == costSource && !spent {
			item.Needs = &metric.Needs
			b.Items = append(b.Items, item)
			continue
		}
		item.State, item.AsOf = "ok", &reads[metric.source].asOf
		for _, s := range splitsFor(ctx, metric) {
			item.Splits = append(item.Splits, s.Name)
		}
		if metric.source == costSource {
			item.Splits = append(item.Splits, "channel", "campaign")
		}
		m.fillItem(ctx, &item, metric, reads[metric.source], p)
		if t, ok := targets[metric.Name]; ok {
			item.Target = t.view(metric, item.Value.Value, p)
		}
		b.Items = append(b.Items, item)
	}
	return b, nil
}

func (m *Metrics) fillItem(ctx context.Context, item *Item, metric *Metric, r *read, p Period) {
	at := 0
	for i := range r.metrics {
		if r.metrics[i] == metric {
			at = i
		}
	}
	f := form{ctx: ctx, metric: metric}
	if metric.source.kind == snapshot {
		item.Value = f.number(r.halves.whole[at])
		return
	}
	item.Previous, item.Value = f.number(r.halves.at[at][0]), f.number(r.halves.at[at][1])
	days := r.daily.at[at]
	item.Spark = make([]*float64, 0, sparkDays)
	for _, s := range days[max(0, len(days)-sparkDays):] {
		item.Spark = append(item.Spark, f.number(s).Value)
	}
	if metric.judged() && p.To.Before(today(ctx)) {
		if e, ok := newBaseline(metric, r.first, days).over(metric, p, days); ok {
			item.Expected = &e.Range
			item.Anomaly = e.anomaly
		}
	}
}

// otherCurrency counts orders within scope and segment that are not in the workspace's currency.
func (m *Metrics) otherCurrency(ctx context.Context, q question) (n int64, err error) {
	where, args, err := m.within(ctx, orderSource, q)
	if err != nil {
		return 0, err
	}
	err = m.columns.QueryRow(ctx, "select count(*) from orders f "+joins(where)+" where f.currency <> ? and "+where,
		append([]any{currency(ctx)}, args...)...).Scan(&n)
	return n, err
}

// readAll asks all sources side by side, or only the one of a metric.
func (m *Metrics) readAll(ctx context.Context, p Period, segment int64, only *Metric) (map[*source]*read, error) {
	reads := map[*source]*read{}
	for i := range metrics {
		if metrics[i].Fed() && (only == nil || metrics[i].source == only.source) && metrics[i].source.mayAsk(ctx) == nil {
			r := reads[metrics[i].source]
			if r == nil {
				r = &read{}
				reads[metrics[i].source] = r
			}
			r.metrics = append(r.metrics, &metrics[i])
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	var filling sync.Mutex
	for src, r := range maps.Clone(reads) {
		group.Go(func() error {
			fresh, err := m.kept.read(ctx, m, src, r.metrics, p, segment)
			filling.Lock()
			defer filling.Unlock()
			reads[src] = fresh
			return err
		})
	}
	return reads, group.Wait()
}

func (m *Metrics) readSource(ctx context.Context, src *source, r *read, p Period, segment int64) error {
	r.asOf = m.freshness()
	spark := Period{p.To.AddDate(0, 0, 1-sparkDays), p.To}
	if src.kind == windowed {
		// one statement for all windows; a point of the spark is the period as it would have ended on that day
		windows := []bucket{{p.Before().From, p.Before()}}
		for ago := sparkDays - 1; ago >= 0; ago-- {
			then := Period{p.From.AddDate(0, 0, -ago), p.To.AddDate(0, 0, -ago)}
			windows = append(windows, bucket{then.To, then})
		}
		a, err := m.ask(ctx, r.metrics, question{period: p, buckets: windows, segment: segment})
		if err != nil {
			return err
		}
		r.halves, r.daily, r.first = &partSums{at: make([][]sum, len(r.metrics))}, &partSums{at: make([][]sum, len(r.metrics))}, spark.From
		for i := range r.metrics {
			r.daily.at[i] = a.parts[0].at[i][1:]
			r.halves.at[i] = []sum{a.parts[0].at[i][0], a.parts[0].whole[i]}
		}
		return nil
	}
	halves := []bucket{{p.Before().From, p.Before()}, {p.From, p}}
	a, err := m.ask(ctx, r.metrics, question{period: Period{p.Before().From, p.To}, buckets: halves, segment: segment})
	if err != nil {
		return err
	}
	r.halves = a.parts[0]
	if src.kind == snapshot {
		return nil
	}
	if slices.ContainsFunc(r.metrics, (*Metric).judged) {
		spark.From = p.From.AddDate(0, 0, -judgedDays)
		if limit := p.To.AddDate(0, 0, 1-sparkDays); limit.Before(spark.From) {
			spark.From = limit
		}
	}
	if r.daily, err = m.daily(ctx, r.metrics, spark, segment); err == nil {
		r.first = spark.From
	}
	return err
}

// daily gives the sums of each day of p.
func (m *Metrics) daily(ctx context.Context, ms []*Metric, p Period, segment int64) (*partSums, error) {
	days, err := p.buckets("day")
	if err != nil {
		return nil, err
	}
	a, err := m.ask(ctx, ms, question{period: p, buckets: days, by: "day", segment: segment, bucketsOnly: true})
	if err != nil {
		return nil, err
	}
	return a.parts[0], nil
}

// bands gives what each complete day of q was expected to be; days without enough history are left out.
func (m *Metrics) bands(ctx context.Context, metric *Metric, q Query) ([]Band, error) {
	first := q.From.AddDate(0, 0, -judgedDays)
	daily, err := m.daily(ctx, []*Metric{metric}, Period{first, q.To}, q.Segment)
	if err != nil {
		return nil, err
	}
	b, now := newBaseline(metric, first, daily.at[0]), today(ctx)
	var bands []Band
	for at := len(daily.at[0]) - q.Days(); at < len(daily.at[0]); at++ {
		on := first.AddDate(0, 0, at)
		if j, ok := b.judge(at, at); ok && on.Before(now) {
			bands = append(bands, Band{dayText(on), j.Range, j.anomaly()})
		}
	}
	return bands, nil
}

// periodJudgement is what was expected of a period.
type periodJudgement struct {
	Range
	anomaly bool
}

// over gives what was expected of period p by the days before it; the errors of its days are taken as independent. days
// are those the baseline was made of. ok is false for long periods, short histories, and where days do not add up.
func (b *baseline) over(m *Metric, p Period, days []sum) (e periodJudgement, ok bool) {
	from := int(p.From.Sub(b.first) / (24 * time.Hour))
	n := p.Days()
	if from < 0 || from+n > len(days) {
		return e, false
	}
	if n == 1 {
		j, ok := b.judge(from, from)
		return periodJudgement{j.Range, j.anomaly()}, ok
	}
	if n > longestExpected || m.distinct {
		return e, false
	}
	var weights, below, above float64
	whole := sum{known: true}
	for at := from; at < from+n; at++ {
		whole = whole.plus(days[at])
		weight := 1.0
		if m.den != nil {
			if weight = days[at].den; weight == 0 {
				continue
			}
		}
		j, ok := b.judge(at, from)
		if !ok {
			return e, false
		}
		weights += weight
		e.Expected += weight * j.Expected
		below += math.Pow(weight*(j.Expected-j.Low), 2)
		above += math.Pow(weight*(j.High-j.Expected), 2)
	}
	if m.den == nil {
		weights = 1
	}
	if weights == 0 {
		return e, false
	}
	e.Expected /= weights
	e.Low, e.High = e.Expected-math.Sqrt(below)/weights, e.Expected+math.Sqrt(above)/weights
	v, ok := m.value(whole)
	e.anomaly = ok && (v < e.Low || v > e.High)
	return e, true
}

// lastPeriod is the default period: the thirty days up to yesterday, or up to the last day with an order when none of
// them has any, so that a history that was just imported is seen.
func (m *Metrics) lastPeriod(ctx context.Context) (Period, error) {
	to := today(ctx).AddDate(0, 0, -1)
	var latest *time.Time
	if err := m.columns.QueryRow(ctx, "select max(day) from orders where day <= "+literal(to)).Scan(&latest); err != nil {
		return Period{}, err
	}
	if latest != nil && latest.Before(to.AddDate(0, 0, 1-sparkDays)) {
		to = latest.UTC()
	}
	return Period{to.AddDate(0, 0, 1-sparkDays), to}, nil
}

func currency(ctx context.Context) string { return workspace.Of(ctx).Currency }
