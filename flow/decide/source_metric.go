package decide

import (
	"context"
	"fmt"
	"math"
)

// Anomaly is a metric that left its expected range for the worse on a day.
type Anomaly struct {
	Metric         string
	Label          Sentence
	Unit           string // money, count, share, days, ratio
	Day            string // YYYY-MM-DD, the day it began
	Value          float64
	Expected       float64
	Low, High      float64  // the expected range
	Shortfall      *int64   // minor units lost against the expected path; nil when money cannot say
	CauseLabel     Sentence // the part of the business that explains most of it, empty when none stands out
	CauseShare     float64  // 0..1 of the deviation that is from there
	StandardErrors float64  // how far out it is; the measure of how bad where money cannot say
}

// Anomalies finds them. Analysis implements it by way of cmd/guanxi.
type Anomalies interface {
	Anomalies(ctx context.Context) ([]Anomaly, error)
}

type brokenMetrics struct{ from Anomalies }

// MetricSource makes signals of anomalies.
func MetricSource(from Anomalies) Source { return brokenMetrics{from} }

// Kinds implements Source.
func (brokenMetrics) Kinds() []string { return []string{MetricBroke} }

// Signals implements Source.
func (s brokenMetrics) Signals(ctx context.Context) ([]Signal, error) {
	list, err := s.from.Anomalies(ctx)
	var signals []Signal
	for _, a := range list {
		code := "metric_below"
		if a.Value > a.Expected {
			code = "metric_above"
		}
		values := Values{"metric": a.Metric, "label_zh": a.Label.ZH, "label_en": a.Label.EN, "unit": a.Unit, "day": a.Day,
			"value": a.Value, "expected": a.Expected, "low": a.Low, "high": a.High, "severity": math.Abs(a.StandardErrors)}
		if a.Expected != 0 {
			values["gap"] = math.Abs(a.Value-a.Expected) / math.Abs(a.Expected)
		}
		if a.CauseLabel.ZH != "" && a.CauseShare > 0 {
			values["cause_zh"], values["cause_en"], values["cause_share"] = a.CauseLabel.ZH, a.CauseLabel.EN, share(a.CauseShare)
		}
		g := Signal{
			Key: fmt.Sprintf("%s:%s:%s", MetricBroke, a.Metric, a.Day), Kind: MetricBroke,
			Subject: Subject{Type: "metric", ID: a.Metric, Name: a.Label.ZH},
			Reason:  Reason{code, values},
			Actions: []Action{{Code: "open_metric", Primary: true, Target: a.Metric}},
		}
		if a.Shortfall != nil {
			g.AtStake = stake(float64(*a.Shortfall))
			g.Basis = Reason{"shortfall", Values{"amount": *g.AtStake}}
		}
		signals = append(signals, g)
	}
	return signals, err
}
