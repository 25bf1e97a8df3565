package decide

import (
	"context"
	"fmt"
	"math"
	"slices"

	"guanxi/flow/analyze"
)

// Anomalies finds metrics that left their expected range; analyze.Metrics does.
type Anomalies interface {
	Anomalies(ctx context.Context) ([]analyze.Anomaly, error)
}

type brokenMetrics struct{ from Anomalies }

// MetricSource makes signals of the anomalies that do harm. At stake: the shortfall in money.
func MetricSource(from Anomalies) Source { return brokenMetrics{from} }

// Kinds implements Source.
func (brokenMetrics) Kinds() []string { return []string{MetricBroke, VisitsBroke} }

// volume metrics rise and fall together: of several that broke the one that costs most speaks for all.
var volume = []string{"net_sales", "gross_sales", "orders", "buyers", "active_customers", "activity"}

// Signals implements Source.
func (s brokenMetrics) Signals(ctx context.Context) ([]Signal, error) {
	list, err := s.from.Anomalies(ctx)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(a analyze.Anomaly) bool { return !a.Harmful })
	worst := -1
	for i, a := range list {
		if slices.Contains(volume, a.Metric) && (worst < 0 || a.Shortfall > list[worst].Shortfall) {
			worst = i
		}
	}
	var signals []Signal
	for i, a := range list {
		if i == worst || !slices.Contains(volume, a.Metric) {
			signals = append(signals, broken(a))
		}
	}
	return signals, nil
}

func broken(a analyze.Anomaly) Signal {
	code := "metric_below"
	if a.Value > a.Expected.Expected {
		code = "metric_above"
	}
	values := Values{"metric": a.Metric, "label_zh": a.Label.ZH, "label_en": a.Label.EN, "unit": string(a.Unit), "day": a.Day, "since": a.Since,
		"value": a.Value, "expected": a.Expected.Expected, "low": a.Expected.Low, "high": a.Expected.High, "severity": math.Abs(a.Z)}
	kind := MetricBroke
	if a.Group == "behaviour" {
		kind = VisitsBroke
	}
	off := math.Abs(a.Value - a.Expected.Expected)
	switch {
	case a.Unit == analyze.UnitShare:
		values["gap"] = cents(off*100) / 100 // in points: a share of a share says nothing
	case a.Expected.Expected != 0:
		values["gap"] = cents(off / math.Abs(a.Expected.Expected))
	}
	if label, of := mainCause(a); label != "" {
		values["cause_zh"], values["cause_en"], values["cause_share"] = label, label, of
		if field := analyze.FieldOfSplit(a.Split); field != "" {
			values["cause_field"] = field
		}
	}
	g := Signal{
		Key: fmt.Sprintf("%s:%s:%s", kind, a.Metric, a.Since), Kind: kind,
		Subject: Subject{Type: "metric", ID: a.Metric, Name: a.Label.ZH},
		Reason:  Reason{code, values},
		Actions: []TodayAction{{Code: "open_metric", Primary: true, Target: a.Metric}},
	}
	if a.Shortfall > 0 {
		g.AtStake = stake(float64(a.Shortfall))
		g.Basis = Reason{"shortfall", Values{"amount": *g.AtStake}}
	}
	return g
}

// mainCause names the part of the business that most of the deviation comes from, if one part has at least a third of it.
func mainCause(a analyze.Anomaly) (label string, of float64) {
	off := a.Value - a.Expected.Expected
	for _, c := range a.Causes {
		if part := c.Amount / off; off != 0 && !c.Other && c.Label != "" && part >= 1.0/3 && part <= 1 && part > of {
			label, of = c.Label, share(part)
		}
	}
	return label, of
}
