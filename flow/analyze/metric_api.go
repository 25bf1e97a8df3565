package analyze

import (
	"cmp"
	"context"
	"net/http"

	"guanxi/base/api"
	"guanxi/base/fault"
)

// PeriodInput is the period, step, split and segment that operations on metrics share.
type PeriodInput struct {
	From    string `query:"from" format:"date" doc:"first day; by default 30 days before to"`
	To      string `query:"to" format:"date" doc:"last day, included; by default yesterday, or the last day with an order"`
	Segment api.ID `query:"segment" doc:"only customers in this segment"`
	List    api.ID `query:"list" doc:"only customers in this list"`
}

// group gives the group asked for as MemberQuery knows it: a segment, or a list below zero.
func (in PeriodInput) group() int64 {
	if in.List != 0 {
		return -int64(in.List)
	}
	return int64(in.Segment)
}

// period reads the days asked for. Without any it is the last thirty complete days.
func (in PeriodInput) period(ctx context.Context, m *Metrics) (Period, error) {
	if in.From != "" && in.To != "" {
		return parsePeriod(in.From, in.To)
	}
	p, err := m.lastPeriod(ctx)
	if err != nil {
		return p, err
	}
	switch {
	case in.From != "":
		return parsePeriod(in.From, dayText(p.To))
	case in.To != "":
		if p, err = parsePeriod(in.To, in.To); err == nil {
			p.From = p.To.AddDate(0, 0, 1-sparkDays)
		}
	}
	return p, err
}

type metricInput struct {
	Name string `path:"name" maxLength:"60"`
	PeriodInput
	By    string `query:"by" enum:"day,week,month,quarter,year" doc:"step of the series; by default by the length of the period"`
	Split string `query:"split" maxLength:"40"`
	Top   int    `query:"top" minimum:"1" maximum:"200" default:"20" doc:"parts to tell apart; the others are one"`
}

func (in *metricInput) query(ctx context.Context, m *Metrics) (Query, error) {
	p, err := in.period(ctx, m)
	q := Query{Period: p, By: in.By, Split: in.Split, Segment: in.group(), Top: in.Top}
	if q.By == "" {
		switch days := p.Days(); {
		case days <= 92:
			q.By = "day"
		case days <= 366:
			q.By = "week"
		default:
			q.By = "month"
		}
	}
	return q, err
}

type whyInput struct {
	Name string `path:"name" maxLength:"60"`
	PeriodInput
	Against    string   `query:"against" enum:"previous,year,period,expected,target" default:"previous"`
	BeforeFrom string   `query:"before_from" format:"date" doc:"against a period: its first day"`
	BeforeTo   string   `query:"before_to" format:"date" doc:"its last day"`
	Split      string   `query:"split" maxLength:"80" doc:"by default the split that explains most; segment:ID for who is in a segment"`
	In         []string `query:"in,explode" maxItems:"6" doc:"only this part: split:key, of rows without a value split:; again for a part within it"`
}

func (in *whyInput) query(ctx context.Context, m *Metrics) (q WhyQuery, err error) {
	q = WhyQuery{Against: in.Against, Split: in.Split, In: in.In, Segment: in.group()}
	if q.Period, err = in.period(ctx, m); err != nil || in.BeforeFrom == "" && in.BeforeTo == "" {
		return q, err
	}
	if q.Before, err = parsePeriod(in.BeforeFrom, cmp.Or(in.BeforeTo, in.BeforeFrom)); err != nil {
		return q, fault.Invalid("before_from", "period_invalid")
	}
	if in.Against == againstPrevious { // days that are named are meant
		q.Against = againstPeriod
	}
	return q, nil
}

type behindInput struct {
	Name string `path:"name" maxLength:"60"`
	PeriodInput
	Part       string   `query:"part" enum:"numerator,denominator" default:"numerator"`
	Split      string   `query:"split" maxLength:"80"`
	SplitValue string   `query:"split_value" maxLength:"400" doc:"key of the part; empty for rows the split says nothing about"`
	In         []string `query:"in,explode" maxItems:"6" doc:"parts gone into, each as split:key"`
	Limit      int      `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor     string   `query:"cursor"`
}

func (in *behindInput) query(ctx context.Context, m *Metrics) (Behind, error) {
	p, err := in.period(ctx, m)
	return Behind{Period: p, Part: in.Part, Split: in.Split, SplitValue: in.SplitValue, In: in.In, Segment: in.group(),
		Limit: in.Limit, Cursor: in.Cursor}, err
}

type eventInput struct {
	Event string `json:"event" maxLength:"200" doc:"order_placed, order_cancelled, order_refunded, call_logged, follow_up, session, or the name of any event that was sent"`
}

type retentionInput struct {
	Body struct {
		First   *eventInput `json:"first,omitempty" doc:"what opens a cohort; by default the first order"`
		Return  *eventInput `json:"return,omitempty" doc:"what counts as coming back; by default the same"`
		Period  string      `json:"period,omitempty" enum:"week,month,quarter" default:"month"`
		From    string      `json:"from,omitempty" format:"date" doc:"by default twelve months back"`
		To      string      `json:"to,omitempty" format:"date"`
		Segment api.ID      `json:"segment,omitempty"`
		List    api.ID      `json:"list,omitempty"`
		Counts  string      `json:"counts,omitempty" enum:"on,since" default:"on" doc:"who came back in a step: who did it then, or then or later"`
	}
}

func (in *retentionInput) query(ctx context.Context, m *Metrics) (RetentionQuery, error) {
	b := in.Body
	p, err := PeriodInput{From: b.From, To: b.To}.period(ctx, m)
	if b.From == "" {
		p.From = p.To.AddDate(-1, 0, 0)
	}
	q := RetentionQuery{Period: p, By: cmp.Or(b.Period, "month"), Segment: PeriodInput{Segment: b.Segment, List: b.List}.group(), Since: b.Counts == "since"}
	if b.First != nil {
		q.First = b.First.Event
	}
	if b.Return != nil {
		q.Return = b.Return.Event
	}
	return q, err
}

// Register adds the operations on metrics and retention.
func (m *Metrics) Register(a *api.API) {
	read := func(path, summary string) api.Op {
		return api.Op{Method: http.MethodGet, Path: path, Permission: "metrics.read", Summary: summary, Tag: "metrics"}
	}
	api.Register(a, read("/metrics", "Every metric over a period: value, period before, expected range, last days, target"),
		func(ctx context.Context, in *PeriodInput) (*api.Answered[Board], error) {
			p, err := in.period(ctx, m)
			if err != nil {
				return nil, err
			}
			return api.Answer(m.Board(ctx, p, in.group()))
		})
	api.Register(a, read("/metrics/{name}", "One metric as a series, by part of a split"),
		func(ctx context.Context, in *metricInput) (*api.Answered[Figure], error) {
			q, err := in.query(ctx, m)
			if err != nil {
				return nil, err
			}
			return api.Answer(m.Read(ctx, in.Name, q))
		})
	api.Register(a, read("/metrics/{name}/why", "Which parts explain the change of a metric"),
		func(ctx context.Context, in *whyInput) (*api.Answered[Why], error) {
			q, err := in.query(ctx, m)
			if err != nil {
				return nil, err
			}
			return api.Answer(m.Why(ctx, in.Name, q))
		})
	api.Register(a, read("/metrics/{name}/behind", "The orders, customers or follow-ups behind a number"),
		func(ctx context.Context, in *behindInput) (*api.Answered[Opened], error) {
			q, err := in.query(ctx, m)
			if err != nil {
				return nil, err
			}
			return api.Answer(m.Open(ctx, in.Name, q))
		})
	api.Register(a, api.Op{Method: http.MethodPost, Path: "/behaviour/retention", Permission: "metrics.read", Tag: "behaviour",
		Summary: "How cohorts of first-time buyers come back"},
		func(ctx context.Context, in *retentionInput) (*api.Answered[Retention], error) {
			q, err := in.query(ctx, m)
			if err != nil {
				return nil, err
			}
			return api.Answer(m.Retention(ctx, q))
		})
	m.registerStickiness(a)
	m.registerBridge(a)
	m.registerTargets(a)
	m.registerCSV(a)
}

type targetInput struct {
	Name string `path:"name" maxLength:"60"`
	Body Target
}

type nameInput struct {
	Name string `path:"name" maxLength:"60"`
}

func (m *Metrics) registerTargets(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodPut, Path: "/metrics/{name}/target", Permission: "metrics.write", Tag: "metrics",
		Summary: "Set what a metric should reach"},
		func(ctx context.Context, in *targetInput) (*api.Answered[Target], error) {
			return api.Answer(&in.Body, m.SetTarget(ctx, in.Name, &in.Body))
		})
	api.Register(a, api.Op{Method: http.MethodDelete, Path: "/metrics/{name}/target", Permission: "metrics.write", Tag: "metrics",
		Summary: "Take a target away"},
		func(ctx context.Context, in *nameInput) (*struct{}, error) {
			return nil, m.SetTarget(ctx, in.Name, nil)
		})
}
