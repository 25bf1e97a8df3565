package analyze

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"guanxi/base/fault"
)

// What a period is compared with: the period before, the same days a year before, days of one's own, what was expected, or the target.
const (
	againstPrevious = "previous"
	againstYear     = "year"
	againstPeriod   = "period"
	againstExpected = "expected"
	againstTarget   = "target"
)

// WhyQuery asks why a metric changed. Split empty takes the split that explains most; Before is read against a period of
// one's own; In are the parts gone into, each as split:key.
type WhyQuery struct {
	Period
	Against string
	Before  Period
	Split   string
	In      []string
	Segment int64
}

// Why is a change and the parts it is made of.
type Why struct {
	Name       string         `json:"name"`
	Unit       Unit           `json:"unit" enum:"money,count,share,days,seconds,ratio"`
	Label      Text           `json:"label"`
	From       string         `json:"from" format:"date"`
	To         string         `json:"to" format:"date"`
	Against    string         `json:"against" enum:"previous,year,period,expected,target"`
	BeforeFrom string         `json:"before_from" format:"date" doc:"the days compared with; against the expectation or a target, those that say how it is made up"`
	BeforeTo   string         `json:"before_to" format:"date"`
	In         []WhyIn        `json:"in" doc:"the parts gone into"`
	Split      string         `json:"split" doc:"empty where no split parts the rows"`
	Value      Number         `json:"value"`
	Reference  Number         `json:"reference"`
	Change     float64        `json:"change" doc:"value minus reference, in the unit of the metric, money in minor units"`
	Rows       []Contribution `json:"rows" doc:"the largest contribution first; those not told apart as one"`
	Total      Contribution   `json:"total" doc:"the sum of the rows, which is the change"`
	Splits     []SplitScore   `json:"splits" doc:"the splits that part this metric, the most explanatory first"`
	AsOf       time.Time      `json:"as_of"`
}

// WhyIn is a part gone into. Key is nil for the rows that the split says nothing about.
type WhyIn struct {
	Split      string  `json:"split"`
	SplitLabel Text    `json:"split_label"`
	Key        *string `json:"key"`
	Label      string  `json:"label"`
}

// SplitScore is how well a split explains a change. Clear is false where chance may have made its parts differ as they do:
// then everything changed alike. Lead is the part that went furthest its own way.
type SplitScore struct {
	Name  string        `json:"name"`
	Label Text          `json:"label"`
	Score float64       `json:"score" doc:"evidence that parts changed differently, less what so many parts show by chance"`
	P     float64       `json:"p" doc:"probability of such differences by chance"`
	Clear bool          `json:"clear" doc:"more than chance, false discoveries among splits held to one in twenty"`
	Lead  *Contribution `json:"lead,omitempty"`
}

// rowsShown is how many parts are told apart. Some splits are tried only when asked for: sku says what product does, and a
// split reckoned from the very orders of the period explains them trivially.
const rowsShown = 10

var onlyAsked = map[string]bool{"sku": true, "rfm_segment": true, "first_category": true}

// Why takes the change of a metric apart. Faults: not found; invalid for a split that does not part the metric; forbidden;
// conflict for a metric without a source, without history, without an expectation for this period, or without a target.
func (m *Metrics) Why(ctx context.Context, name string, q WhyQuery) (*Why, error) {
	metric, err := fedMetric(name)
	if err != nil {
		return nil, err
	}
	if metric.source.kind == snapshot {
		return nil, fault.Conflict("metric_without_history", name)
	}
	c := &comparison{Metrics: m, metric: metric, query: q}
	if c.only, err = m.partsNamed(ctx, metric, q.In); err != nil {
		return nil, err
	}
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	tried, err := c.splits(ctx)
	if err != nil {
		return nil, err
	}
	w := &Why{Name: name, Unit: metric.Unit, Label: metric.Label, From: dayText(q.From), To: dayText(q.To), Against: c.query.Against,
		BeforeFrom: dayText(c.before.From), BeforeTo: dayText(c.before.To), In: []WhyIn{},
		Rows: []Contribution{}, Splits: []SplitScore{}, AsOf: m.freshness()}
	for _, p := range c.only {
		in := WhyIn{Split: p.by.Name, SplitLabel: p.by.Label}
		if !p.null {
			names, err := c.names(ctx, p.by)
			if err != nil {
				return nil, err
			}
			in.Key, in.Label = &p.key, (&partSums{key: p.key}).label(names)
		}
		w.In = append(w.In, in)
	}
	of := &ranked{}
	for _, s := range tried {
		parts, err := c.part(ctx, s)
		if err != nil {
			return nil, err
		}
		if len(parts) < 2 && s.Name != q.Split {
			of.whole = parts // one part explains nothing; it stands for the whole where no split has more
			continue
		}
		if err := of.add(c.metric, s, parts); err != nil {
			return nil, err
		}
	}
	err = w.write(ctx, c, of)
	return w, err
}

// splits gives those to try: all that part the metric and are not gone into, and the one asked for.
func (c *comparison) splits(ctx context.Context) ([]*splitBy, error) {
	tried := slices.DeleteFunc(splitsFor(ctx, c.metric), func(s *splitBy) bool {
		return s.Name != c.query.Split && (onlyAsked[s.Name] || slices.ContainsFunc(c.only, func(p chosenPart) bool { return p.by.Name == s.Name }))
	})
	if c.query.Split == "" {
		return tried, nil
	}
	chosen, err := c.splitNamed(ctx, c.metric, c.query.Split)
	if err != nil {
		return nil, err
	}
	if !chosen.partitions(c.metric) {
		return nil, fault.Invalid("split", "split_overlaps", c.query.Split, c.metric.Name)
	}
	if c.query.Split = chosen.Name; !slices.ContainsFunc(tried, func(s *splitBy) bool { return s.Name == chosen.Name }) {
		tried = append(tried, chosen)
	}
	return tried, nil
}

// ranked are the splits that part a metric, with the rows and the evidence of each.
type ranked struct {
	whole         []twoSums
	splits        []*splitBy
	rows          [][]decomposed
	found         []evidence
	before, after float64
}

func (r *ranked) add(m *Metric, s *splitBy, parts []twoSums) error {
	rows, before, after, ok := decompose(m, parts)
	if !ok {
		return fault.Conflict("nothing_to_compare", m.Name)
	}
	r.before, r.after = before, after
	r.splits, r.rows, r.found = append(r.splits, s), append(r.rows, rows), append(r.found, weigh(m, rows))
	return nil
}

func (w *Why) write(ctx context.Context, c *comparison, of *ranked) error {
	if len(of.splits) == 0 {
		if err := of.add(c.metric, &splitBy{}, of.whole); err != nil {
			return err
		}
	}
	deflate(of.found, of.rows)
	p := make([]float64, len(of.found))
	for i, e := range of.found {
		p[i] = e.p
	}
	real := discoveries(p, chanceSplits)
	by := make([]int, len(of.splits))
	for i := range by {
		by[i] = i
	}
	slices.SortStableFunc(by, func(a, b int) int { return cmp.Compare(of.found[b].score, of.found[a].score) })
	form := form{ctx: ctx, metric: c.metric}
	value, reference := form.number(sum{of.after, 1, true}), form.number(sum{of.before, 1, true})
	w.Value, w.Reference, w.Change = value, reference, *value.Value-*reference.Value
	shown := by[0]
	for _, i := range by {
		s := of.splits[i]
		if s.Name == "" {
			break
		}
		score := SplitScore{Name: s.Name, Label: s.Label, Score: of.found[i].score, P: of.found[i].p, Clear: real[i]}
		if !real[i] { // what stands out in one of many splits by chance is no mark
			for k := range of.rows[i] {
				of.rows[i][k].unlike = false
			}
		}
		if lead := furthest(of.rows[i]); lead != nil {
			names, err := c.names(ctx, s)
			if err != nil {
				return err
			}
			row := c.contribution(form, *lead, names)
			score.Lead = &row
		}
		w.Splits = append(w.Splits, score)
		if s.Name == c.query.Split {
			shown = i
		}
	}
	w.Split = of.splits[shown].Name
	names, err := c.names(ctx, of.splits[shown])
	if err != nil {
		return err
	}
	rows := fold(of.rows[shown], rowsShown)
	exact(c.metric, rows, w.Change)
	for _, r := range rows {
		w.Rows = append(w.Rows, c.contribution(form, r, names))
	}
	w.Total = Contribution{Value: w.Value, Reference: w.Reference, Share: 1, ReferenceShare: 1, Amount: w.Change}
	return nil
}

// furthest gives the part that went furthest its own way, of those that did so by more than chance.
func furthest(rows []decomposed) (lead *decomposed) {
	for i := range rows {
		if r := &rows[i]; r.unlike && (lead == nil || math.Abs(r.beyond) > math.Abs(lead.beyond)) {
			lead = r
		}
	}
	return lead
}

func (c *comparison) contribution(f form, r decomposed, names map[string]string) Contribution {
	row := Contribution{Label: r.part.label(names), Other: r.part.other, Value: f.number(r.now), Reference: f.number(r.ref),
		Share: r.share, ReferenceShare: r.referenceShare, Amount: r.amount, Unlike: r.unlike}
	if !r.part.null && !r.part.other {
		row.Key = &r.part.key
	}
	if c.metric.den != nil {
		row.Mix, row.Rate = &r.mix, &r.rate
	}
	return row
}
