package churn

import (
	"context"
	"math"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/learn"
	"guanxi/guard"
)

// ChurnModel is how well it is known who leaves, and what moves the risk.
type ChurnModel struct {
	State      string          `json:"state" enum:"ok,none" doc:"none: the estimate of the value model stands in"`
	Reason     *ChurnReason    `json:"reason,omitempty"`
	Definition ChurnDefinition `json:"definition"`
	Limit      float64         `json:"limit" doc:"the definition as settled by the data: days of silence, own cycles, or days of grace"`
	Horizon    int             `json:"horizon_days" doc:"how far ahead is told"`
	Kind       string          `json:"kind,omitempty" enum:"logistic,boosted"`
	TrainedAt  *time.Time      `json:"trained_at"`
	TrainedOn  string          `json:"trained_on,omitempty" doc:"the day whose customers it was tried on first"`
	JudgedOn   string          `json:"judged_on,omitempty" doc:"the later day whose customers it was judged by"`
	JudgedTo   string          `json:"judged_to,omitempty" doc:"until when it was looked who had left"`
	Report     *learn.Report   `json:"report"`
	Tried      []ChurnTried    `json:"tried"`
	Drivers    []ChurnDriver   `json:"drivers"`
}

// ChurnReason says why there is no model.
type ChurnReason struct {
	Code string `json:"code" enum:"not_learned_yet,short_history,few_customers,no_better"`
	analyze.Text
}

// ChurnTried is one of the models that were tried; plain is the days of silence alone.
type ChurnTried struct {
	Kind string  `json:"kind" enum:"logistic,boosted,plain"`
	AUC  float64 `json:"auc"`
}

// ChurnDriver is a detail by which the risk moves.
type ChurnDriver struct {
	Feature string         `json:"feature"`
	Label   analyze.Label  `json:"label"`
	Unit    string         `json:"unit,omitempty" enum:"days,orders,share,money,times,"`
	Weight  float64        `json:"weight" doc:"mean distance by which it moves the log odds"`
	Course  []ChurnDriving `json:"course" doc:"what it does along its values, the small first; texts by how many have them"`
}

// ChurnDriving is what a detail does to the odds of leaving where it has about this value.
type ChurnDriving struct {
	Value *float64 `json:"value" doc:"mean of a fifth of the customers; minor units of money"`
	Level string   `json:"level,omitempty"`
	Times float64  `json:"times" doc:"the odds of leaving are so many times those of the average"`
	Rows  int      `json:"rows"`
}

var reasons = map[string]analyze.Text{
	"not_learned_yet": {ZH: "模型还没有训练过", EN: "The model has not been trained yet"},
	reasonShort:       {ZH: "订单历史太短：需要两个预测期再加一个月", EN: "The history of orders is too short: two horizons and a month are needed"},
	reasonFew:         {ZH: "流失或留下的客户不足 30 人，模型无从学起", EN: "Fewer than 30 customers have left, or stayed"},
	reasonBlind:       {ZH: "模型在后一时段的表现不比猜测好", EN: "On the later period the model was no better than guessing"},
}

// ChurnOverview is how many customers run which risk, of those the reader may see.
type ChurnOverview struct {
	AsOf      string      `json:"as_of,omitempty"`
	Customers int64       `json:"customers" doc:"who have bought"`
	Gone      int64       `json:"gone" doc:"have left already"`
	Expected  float64     `json:"expected" doc:"how many of the others are expected to leave within the horizon: their risks added up"`
	Horizon   int         `json:"horizon_days"`
	Bands     []ChurnBand `json:"bands" doc:"the others by risk, in tenths, the small first"`
}

// bands is into how many parts risks are told.
const bands = 10

// ChurnBand is how many customers have a risk from From up to To.
type ChurnBand struct {
	From      float64 `json:"from"`
	To        float64 `json:"to"`
	Customers int64   `json:"customers"`
}

func (c *Churn) registerModel(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/churn", Permission: "metrics.read", Tag: "value", Summary: "How many customers run which risk of leaving"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body *ChurnOverview }, error) {
			o, err := c.Overview(ctx)
			return &struct{ Body *ChurnOverview }{o}, err
		})
	api.Register(a, api.Op{Method: "GET", Path: "/churn/model", Permission: "models.read", Tag: "value", Summary: "How well it is known who leaves, judged on a later period, and what moves the risk"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body *ChurnModel }, error) {
			m, err := c.Model(ctx)
			return &struct{ Body *ChurnModel }{m}, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/churn/model", Permission: "metrics.write", Tag: "value", Status: 202, Summary: "Learn anew who leaves, in the background"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			return nil, c.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return c.jobs.Insert(ctx, tx, trainJob{Asked: clock.Millis(ctx)})
			})
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/churn/definition", Permission: "settings.write", Tag: "value", Status: 202, Summary: "Say what leaving means; a model of it is learned in the background"},
		func(ctx context.Context, in *struct{ Body ChurnDefinition }) (*struct{}, error) {
			return nil, c.Define(ctx, in.Body)
		})
}

const overviewSQL = `
select least(floor(s.risk * 10), 9)::integer, s.state, count(*), sum(s.risk)
from churn_scores s join customers c on c.id = s.customer_id
where `

// Overview counts customers by risk, within the reader's scope. Fault: forbidden.
func (c *Churn) Overview(ctx context.Context) (*ChurnOverview, error) {
	if err := guard.MayRead(ctx, "customers", guard.Purchases); err != nil {
		return nil, err
	}
	o := &ChurnOverview{Bands: make([]ChurnBand, bands)}
	for i := range o.Bands {
		o.Bands[i] = ChurnBand{From: float64(i) / bands, To: float64(i+1) / bands}
	}
	l, err := c.Learned(ctx)
	if err != nil || l == nil || l.model() == nil {
		return o, err
	}
	o.AsOf, o.Horizon = l.ToldOn, l.Limit.Horizon
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	rows, err := c.columns.Query(ctx, overviewSQL+scope+" group by all", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var band int
		var state string
		var customers int64
		var risks float64
		if err := rows.Scan(&band, &state, &customers, &risks); err != nil {
			return nil, err
		}
		o.Customers += customers
		if state == "gone" {
			o.Gone += customers
			continue
		}
		o.Bands[band].Customers += customers
		o.Expected += risks
	}
	return o, rows.Err()
}

// Model tells of the model. Details of customers that the reader may not see are left out. Fault: forbidden.
func (c *Churn) Model(ctx context.Context) (*ChurnModel, error) {
	if err := guard.MayRead(ctx, "customers", guard.Purchases); err != nil {
		return nil, err
	}
	d, err := c.Definition(ctx)
	if err != nil {
		return nil, err
	}
	l, err := c.Learned(ctx)
	if err != nil {
		return nil, err
	}
	m := &ChurnModel{State: "none", Definition: d, Tried: []ChurnTried{}, Drivers: []ChurnDriver{}}
	if l == nil {
		m.Reason = &ChurnReason{"not_learned_yet", reasons["not_learned_yet"]}
		return m, nil
	}
	at := time.UnixMilli(l.TrainedAt).UTC()
	m.TrainedAt, m.Horizon, m.Limit = &at, l.Limit.Horizon, float64(l.Limit.Days)
	if l.Limit.Kind == Rhythm {
		m.Limit = l.Limit.Times
	}
	m.Kind, m.TrainedOn, m.JudgedOn, m.JudgedTo = l.Kind, l.TrainedOn, l.JudgedOn, l.JudgedTo
	for _, kind := range []string{kindBoosted, kindLogistic, kindPlain} {
		if r, tried := l.Reports[kind]; tried {
			m.Tried = append(m.Tried, ChurnTried{kind, r.AUC})
		}
	}
	if l.Reason != "" {
		m.Reason = &ChurnReason{l.Reason, reasons[l.Reason]}
		return m, nil
	}
	report := l.Reports[l.Kind]
	m.State, m.Report = "ok", &report
	for _, d := range l.Drivers {
		f := featureOf(d.Feature)
		if f == nil || !mayBeTold(ctx, f) {
			continue
		}
		told := ChurnDriver{Feature: f.name, Label: f.label, Unit: f.unit, Weight: d.Weight, Course: []ChurnDriving{}}
		for _, p := range d.Course {
			point := ChurnDriving{Level: p.Level, Times: math.Exp(p.Effect), Rows: p.Rows}
			if !f.levels {
				point.Value = &p.Value
			}
			told.Course = append(told.Course, point)
		}
		m.Drivers = append(m.Drivers, told)
	}
	return m, nil
}

func featureOf(name string) *feature {
	for i := range features {
		if features[i].name == name {
			return &features[i]
		}
	}
	return nil
}

// mayBeTold says whether the reader may know of the detail. What is reckoned from purchases is asked for before.
func mayBeTold(ctx context.Context, f *feature) bool {
	return f.field == "" || guard.FieldsOf(ctx, "customers").CanUse(f.field)
}
