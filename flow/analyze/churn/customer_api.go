package churn

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"guanxi/base/api"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// CustomerChurn is how likely a customer leaves, and what speaks for it and against.
type CustomerChurn struct {
	CustomerID api.ID        `json:"customer_id"`
	State      string        `json:"state" enum:"active,gone,none" doc:"none: she has not bought, or there is no model"`
	Risk       *float64      `json:"risk" doc:"that she is gone within the horizon, 0..1"`
	Average    float64       `json:"average" doc:"mean risk of those who are not gone"`
	Horizon    int           `json:"horizon_days"`
	AsOf       string        `json:"as_of,omitempty"`
	Drivers    []ChurnEffect `json:"drivers" doc:"the strongest first, at most six"`
}

// ChurnEffect is what a detail of hers does to the odds of leaving.
type ChurnEffect struct {
	Feature string        `json:"feature"`
	Label   analyze.Label `json:"label"`
	Unit    string        `json:"unit,omitempty" enum:"days,orders,share,money,times,"`
	Value   *float64      `json:"value" doc:"minor units of money; null where it is not known or a text"`
	Level   string        `json:"level,omitempty"`
	Times   float64       `json:"times" doc:"the odds of leaving are so many times those without it"`
}

func (c *Churn) registerCustomer(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/churn", Permission: "customers.read", Tag: "value",
		Summary: "How likely a customer leaves, and what speaks for it and against"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{ Body *CustomerChurn }, error) {
			of, err := c.OfCustomer(ctx, int64(in.ID))
			return &struct{ Body *CustomerChurn }{of}, err
		})
}

// mostEffects is how many details are told of.
const mostEffects = 6

// OfCustomer tells of one customer as of the day risks are of. Faults: not found, forbidden.
func (c *Churn) OfCustomer(ctx context.Context, id int64) (*CustomerChurn, error) {
	if err := guard.MayRead(ctx, "customers", guard.Purchases); err != nil {
		return nil, err
	}
	if err := analyze.FindCustomer(ctx, c.columns, c.records, id); err != nil {
		return nil, err
	}
	of := &CustomerChurn{CustomerID: api.ID(id), State: "none", Drivers: []ChurnEffect{}}
	l, err := c.Learned(ctx)
	if err != nil || l == nil || l.model() == nil {
		return of, err
	}
	day, err := time.Parse(time.DateOnly, l.ToldOn)
	if err != nil {
		return nil, err
	}
	of.AsOf, of.Horizon = l.ToldOn, l.Limit.Horizon
	rows, err := c.columns.Query(ctx, rowsSQL(l.Limit.ChurnDefinition, "true", true), day, l.Limit.Days, l.Limit.Times, l.Limit.Horizon, l.Limit.Cycle, []int64{id})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	r, x := newReader(l.Features), make([]float64, len(features))
	if !rows.Next() {
		return of, rows.Err()
	}
	if err := r.read(rows, x); err != nil {
		return nil, err
	}
	if r.gone {
		of.State = "gone"
		return of, nil
	}
	m := l.model()
	risk := m.Probability(x)
	of.State, of.Risk, of.Average = "active", &risk, l.Reports[l.Kind].Rate
	for i, effect := range m.Drivers(x) {
		f := &features[i]
		if math.Abs(effect) < .05 || !mayBeTold(ctx, f) {
			continue
		}
		e := ChurnEffect{Feature: f.name, Label: f.label, Unit: f.unit, Times: math.Exp(effect)}
		if f.levels {
			e.Level = r.words[i].String
		} else if !math.IsNaN(x[i]) {
			e.Value = &x[i]
		}
		of.Drivers = append(of.Drivers, e)
	}
	slices.SortStableFunc(of.Drivers, func(a, b ChurnEffect) int {
		return cmp.Compare(math.Abs(math.Log(b.Times)), math.Abs(math.Log(a.Times)))
	})
	of.Drivers = of.Drivers[:min(len(of.Drivers), mostEffects)]
	return of, nil
}
