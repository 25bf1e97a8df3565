package report

import (
	"context"
	"time"

	"guanxi/base/fault"
	"guanxi/flow/analyze"
)

// Definition is what a report asks: figures, by what they are parted, of which days and whose, and how they are drawn; or one
// statement of SQL.
type Definition struct {
	Measures   []analyze.CrossMeasure `json:"measures,omitempty" maxItems:"8"`
	SQL        string                 `json:"sql,omitempty" maxLength:"60000" doc:"instead of figures: a SELECT over GET /sql/schema; of the rest only chart is read"`
	Dimensions []string               `json:"dimensions,omitempty" maxItems:"2" doc:"by what figures are parted, see GET /reports/parts"`
	By         string                 `json:"by,omitempty" enum:",day,week,month,quarter,year" doc:"the step of the calendar"`
	Period     Days                   `json:"period,omitempty"`
	Against    string                 `json:"against,omitempty" enum:",previous,year" doc:"compare with the period before, or the same days a year earlier"`
	Where      []analyze.CrossFilter  `json:"where,omitempty" maxItems:"10"`
	Condition  analyze.ConditionJSON  `json:"condition,omitempty" doc:"only customers it holds for"`
	Sort       analyze.CrossSort      `json:"sort,omitempty"`
	Top        []int                  `json:"top,omitempty" maxItems:"2" doc:"how many parts of each dimension are told apart; the others are one"`
	Chart      string                 `json:"chart,omitempty" enum:",table,line,bar,stacked,pivot,heat,number"`
}

// Days says which days a report is about: a span that moves with the calendar, or fixed days.
type Days struct {
	Span string `json:"span,omitempty" enum:",last_7_days,last_30_days,last_90_days,last_12_months,this_month,last_month,this_quarter,last_quarter,this_year,last_year" doc:"by default the last 30 days"`
	From string `json:"from,omitempty" format:"date" doc:"instead of a span"`
	To   string `json:"to,omitempty" format:"date"`
}

// Narrowed is what a reader adds to a report: other days, and a segment or list.
type Narrowed struct {
	From    string
	To      string
	Segment int64
	List    int64
}

// Given says that days are said at all.
func (d Days) Given() bool { return d != Days{} }

// Period gives the days as of last, the last day that is over. Fault: invalid.
func (d Days) Period(last time.Time) (analyze.Period, error) {
	if d.From != "" || d.To != "" {
		return analyze.ParsePeriod(d.From, d.To)
	}
	month := time.Date(last.Year(), last.Month(), 1, 0, 0, 0, 0, time.UTC)
	quarter := month.AddDate(0, -(int(month.Month())-1)%3, 0)
	year := time.Date(last.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	switch d.Span {
	case "last_7_days":
		return analyze.Period{From: last.AddDate(0, 0, -6), To: last}, nil
	case "", "last_30_days":
		return analyze.Period{From: last.AddDate(0, 0, -29), To: last}, nil
	case "last_90_days":
		return analyze.Period{From: last.AddDate(0, 0, -89), To: last}, nil
	case "last_12_months":
		return analyze.Period{From: month.AddDate(0, -11, 0), To: last}, nil
	case "this_month":
		return analyze.Period{From: month, To: last}, nil
	case "last_month":
		return analyze.Period{From: month.AddDate(0, -1, 0), To: month.AddDate(0, 0, -1)}, nil
	case "this_quarter":
		return analyze.Period{From: quarter, To: last}, nil
	case "last_quarter":
		return analyze.Period{From: quarter.AddDate(0, -3, 0), To: quarter.AddDate(0, 0, -1)}, nil
	case "this_year":
		return analyze.Period{From: year, To: last}, nil
	case "last_year":
		return analyze.Period{From: year.AddDate(-1, 0, 0), To: year.AddDate(0, 0, -1)}, nil
	}
	return analyze.Period{}, fault.Invalid("period.span", "span_unknown", d.Span)
}

// query makes the question of a definition, narrowed by its reader.
func (r *Reports) query(ctx context.Context, d Definition, n Narrowed) (analyze.CrossQuery, error) {
	q := analyze.CrossQuery{By: d.By, Against: d.Against, Measures: d.Measures, Dimensions: d.Dimensions, Where: d.Where, Condition: d.Condition, Sort: d.Sort,
		Group: analyze.GroupOf(n.Segment, n.List)}
	if d.SQL != "" {
		return q, fault.Conflict("report_of_sql")
	}
	for i, top := range d.Top {
		if i < len(q.Top) {
			q.Top[i] = top
		}
	}
	days := d.Period
	if n.From != "" || n.To != "" {
		days = Days{From: n.From, To: n.To}
	}
	last, err := r.metrics.LastDay(ctx)
	if err != nil {
		return q, err
	}
	q.Period, err = days.Period(last)
	return q, err
}

// checkDefinition says what is wrong with a definition, for who saves it.
func (r *Reports) checkDefinition(ctx context.Context, d Definition) error {
	if d.SQL != "" {
		return r.checkSQL(ctx, d)
	}
	q, err := r.query(ctx, d, Narrowed{})
	if err != nil {
		return err
	}
	return r.metrics.CheckCross(ctx, r.segments, q)
}

// Run answers a definition for who asks. Faults: invalid with the place, forbidden, not found, conflict.
func (r *Reports) Run(ctx context.Context, d Definition, n Narrowed) (*analyze.Cross, error) {
	q, err := r.query(ctx, d, n)
	if err != nil {
		return nil, err
	}
	return r.metrics.Cross(ctx, r.segments, q)
}
