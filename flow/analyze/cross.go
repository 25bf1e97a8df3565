package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"guanxi/base/fault"
)

// CrossQuery asks for figures crossed by up to two dimensions and the calendar: what a report is made of. By is the step of
// the series, empty for none. Against is previous, year or empty. Group is a segment, a list below zero, 0 for everybody;
// Condition narrows the customers further. Top is how many parts of a dimension are told apart, the others being one.
type CrossQuery struct {
	Period
	By         string
	Against    string
	Measures   []CrossMeasure
	Dimensions []string
	Where      []CrossFilter
	Group      int64
	Condition  ConditionJSON
	Sort       CrossSort
	Top        [2]int
}

// CrossMeasure is one figure: a metric of the registry, or something reckoned from the facts of one kind.
type CrossMeasure struct {
	Metric string `json:"metric,omitempty" maxLength:"60" doc:"a metric of the registry; else fact and do"`
	Fact   string `json:"fact,omitempty" maxLength:"40" doc:"a kind of facts, see GET /reports/parts"`
	Do     string `json:"do,omitempty" enum:"count,customers,sum,average,minimum,maximum" doc:"count rows, count their customers, or reckon with one of their numbers"`
	Of     string `json:"of,omitempty" maxLength:"40" doc:"the number, for all but count and customers"`
}

// CrossFilter keeps the rows whose part of the dimension is one of Values; with Not those of no such part. "" is the part
// that nothing is known of.
type CrossFilter struct {
	Dimension string   `json:"dimension" maxLength:"120"`
	Not       bool     `json:"not,omitempty"`
	Values    []string `json:"values" minItems:"1" maxItems:"200"`
}

// CrossSort is the order of the parts: by the figure of a measure, or by their names.
type CrossSort struct {
	Measure   int  `json:"measure,omitempty" minimum:"0" maximum:"7" doc:"the place of a measure"`
	Name      bool `json:"name,omitempty" doc:"by the names of the parts instead"`
	Ascending bool `json:"ascending,omitempty"`
}

// The bounds of a question.
const (
	mostMeasures   = 8
	mostDimensions = 2
	mostCells      = 60_000
	defaultParts   = 50
	mostParts      = 1_000
)

// CrossHead describes a measure of an answer.
type CrossHead struct {
	CrossMeasure
	Label      Text `json:"label"`
	Definition Text `json:"definition"`
	Unit       Unit `json:"unit" enum:"money,count,share,days,seconds,ratio"`
	Good       int  `json:"good" doc:"1 when more is better, -1 when less is, 0 when neither"`
	Additive   bool `json:"additive" doc:"parts and steps add up to the whole"`
	Steady     bool `json:"steady" doc:"as of now: it has no history"`
}

// CrossPart is one value of a dimension. Key is nil for what nothing is known of; Other are all parts not told apart.
type CrossPart struct {
	Key   *string `json:"key"`
	Label Text    `json:"label"`
	Other bool    `json:"other,omitempty"`
}

// CrossRow is the figures of one part, or of one part of each dimension: by measure, and by measure and step.
type CrossRow struct {
	Parts        []CrossPart `json:"parts"`
	Values       []Number    `json:"values"`
	Before       []Number    `json:"before,omitempty"`
	Series       [][]Number  `json:"series,omitempty"`
	SeriesBefore [][]Number  `json:"series_before,omitempty"`

	keys [2]crossKey
}

// CrossDimension is a dimension of an answer.
type CrossDimension struct {
	Name  string `json:"name"`
	Label Text   `json:"label"`
}

// Cross is an answer. Rows are the figures by all dimensions, First by the first of two alone, Second by the second alone;
// Total is the figure of everything, which is not always what the rows add up to.
type Cross struct {
	From       string           `json:"from" format:"date"`
	To         string           `json:"to" format:"date"`
	BeforeFrom string           `json:"before_from,omitempty"`
	BeforeTo   string           `json:"before_to,omitempty"`
	By         string           `json:"by,omitempty"`
	Measures   []CrossHead      `json:"measures"`
	Dimensions []CrossDimension `json:"dimensions"`
	Steps      []string         `json:"steps" doc:"the first day of each step"`
	Rows       []CrossRow       `json:"rows"`
	First      []CrossRow       `json:"first,omitempty"`
	Second     []CrossRow       `json:"second,omitempty"`
	Total      CrossRow         `json:"total"`
	AsOf       time.Time        `json:"as_of"`
}

// crossing is a question whose names have been looked up.
type crossing struct {
	q        CrossQuery
	measures []*Metric
	heads    []CrossHead
	dims     []*dimension
	filters  []*dimension
	among    piece // what the customers must be, empty for everybody
	scopes   []crossSpan
}

// crossSpan is one of the periods that are compared.
type crossSpan struct {
	Period
	buckets []bucket
}

// Cross answers the question in one statement. Faults: invalid with the place, forbidden, not found, conflict.
func (m *Metrics) Cross(ctx context.Context, segments *Segments, q CrossQuery) (*Cross, error) {
	c, err := m.crossing(ctx, segments, q)
	if err != nil {
		return nil, err
	}
	text, err := m.crossSQL(ctx, c)
	if err != nil {
		return nil, err
	}
	rows, err := m.columns.Query(ctx, text.sql, text.args...)
	if err != nil {
		return nil, fmt.Errorf("cross: %w", err)
	}
	defer rows.Close()
	cells, err := c.read(rows)
	if err != nil {
		return nil, err
	}
	return m.settleCross(ctx, c, cells)
}

// CheckCross says what is wrong with a question, without asking it. Faults as of Cross.
func (m *Metrics) CheckCross(ctx context.Context, segments *Segments, q CrossQuery) error {
	_, err := m.crossing(ctx, segments, q)
	return err
}

func (m *Metrics) crossing(ctx context.Context, segments *Segments, q CrossQuery) (*crossing, error) {
	c := &crossing{q: q}
	if len(q.Measures) == 0 || len(q.Measures) > mostMeasures {
		return nil, fault.Invalid("measures", "out_of_range", 1, mostMeasures)
	}
	if len(q.Dimensions) > mostDimensions || len(q.Dimensions) == 2 && q.Dimensions[0] == q.Dimensions[1] {
		return nil, fault.Invalid("dimensions", "dimensions_too_many", mostDimensions)
	}
	if q.Sort.Measure < 0 || q.Sort.Measure >= len(q.Measures) {
		return nil, fault.Invalid("sort.measure", "out_of_range", 0, len(q.Measures)-1)
	}
	for i, measure := range q.Measures {
		metric, head, err := crossMeasure(ctx, measure)
		if err != nil {
			return nil, inPlace(err, fmt.Sprintf("measures[%d]", i))
		}
		c.measures, c.heads = append(c.measures, metric), append(c.heads, head)
	}
	find := func(name, place string) (*dimension, error) {
		d, err := m.dimensionOf(ctx, name)
		if err != nil {
			return nil, inPlace(err, place)
		}
		for i, metric := range c.measures {
			if text, _ := d.over(metric); text == "" {
				return nil, fault.Invalid(place, "dimension_not_for_measure", name, c.heads[i].Label.EN)
			}
		}
		return d, nil
	}
	for i, name := range q.Dimensions {
		d, err := find(name, fmt.Sprintf("dimensions[%d]", i))
		if err != nil {
			return nil, err
		}
		c.dims = append(c.dims, d)
	}
	for i, f := range q.Where {
		d, err := find(f.Dimension, fmt.Sprintf("where[%d].dimension", i))
		if err != nil {
			return nil, err
		}
		if len(f.Values) == 0 {
			return nil, fault.Invalid(fmt.Sprintf("where[%d].values", i), "required")
		}
		c.filters = append(c.filters, d)
	}
	if err := c.span(q); err != nil {
		return nil, err
	}
	if err := c.narrow(ctx, m, segments); err != nil {
		return nil, err
	}
	return c, nil
}

// span cuts the periods into steps.
func (c *crossing) span(q CrossQuery) error {
	periods := []Period{q.Period}
	switch q.Against {
	case "":
	case "previous":
		periods = append(periods, q.Before())
	case "year":
		periods = append(periods, q.yearBefore())
	default:
		return fault.Invalid("against", "comparison_unknown", q.Against)
	}
	for _, p := range periods {
		span := crossSpan{Period: p}
		if q.By != "" {
			var err error
			if span.buckets, err = p.buckets(q.By); err != nil {
				return err
			}
		}
		c.scopes = append(c.scopes, span)
	}
	return nil
}

// narrow compiles whose figures are asked for.
func (c *crossing) narrow(ctx context.Context, m *Metrics, segments *Segments) error {
	var pieces []piece
	if c.q.Group != 0 {
		if m.members == nil {
			return fault.Invalid("segment", "segment_unknown", c.q.Group)
		}
		text, args, err := m.members(ctx, c.q.Group)
		if err != nil {
			return err
		}
		pieces = append(pieces, sqlPiece("f.customer_id in ("+text+")", args...))
	}
	if len(c.q.Condition) > 0 {
		checked, err := ParseCondition(ctx, c.q.Condition, segments.lookup())
		if err != nil {
			return inPlace(err, "condition")
		}
		pieces = append(pieces, newCompiler(ctx).holds(checked, false).put("f.customer_id in (select c.id from customers c where ", ")"))
	}
	if len(pieces) > 0 {
		c.among = glue(" and ", pieces...)
	}
	return nil
}

// yearBefore gives the same days a year earlier; the 29th of February is the 28th then.
func (p Period) yearBefore() Period {
	return Period{yearEarlier(p.From), yearEarlier(p.To)}
}

func yearEarlier(t time.Time) time.Time {
	earlier := t.AddDate(-1, 0, 0)
	if earlier.Month() != t.Month() {
		return earlier.AddDate(0, 0, -1)
	}
	return earlier
}

// LastDay gives the last day that is over and has figures: yesterday, or where nothing has come in for a month the last day
// with an order.
func (m *Metrics) LastDay(ctx context.Context) (time.Time, error) {
	p, err := m.lastPeriod(ctx)
	return p.To, err
}

// ParsePeriod reads days written YYYY-MM-DD. Faults: invalid.
func ParsePeriod(from, to string) (Period, error) { return parsePeriod(from, to) }

// NormalCondition gives a condition in its normal form, as it may be stored. Faults: invalid with the place, forbidden.
func (s *Segments) NormalCondition(ctx context.Context, text ConditionJSON) (ConditionJSON, error) {
	c, err := ParseCondition(ctx, text, s.lookup())
	if err != nil {
		return nil, inPlace(err, "condition")
	}
	normal, err := json.Marshal(c)
	return ConditionJSON(normal), err
}
