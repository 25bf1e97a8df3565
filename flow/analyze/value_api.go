package analyze

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
)

func (s *Scores) registerValue(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/value/model", Permission: "models.read", Tag: "value", Timeout: time.Minute,
		Summary: "Models of lifetime value fitted to all customers of the company, or why there is none"}, s.getModel)
	api.Register(a, api.Op{Method: "GET", Path: "/value/tiers", Permission: "metrics.read", Tag: "value",
		Summary: "Whom to invest in: customers by expected value and by how likely they stay"}, s.getTiers)
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/value", Permission: "customers.read", Tag: "value",
		Summary: "Expected orders, probability alive and expected value of one customer"}, s.getCustomerValue)
}

type modelInput struct {
	TrainUntil string `query:"train_until" doc:"last day of training, YYYY-MM-DD; the models in use when absent"`
	Unit       string `query:"unit" enum:"week,day" default:"week" doc:"unit of time of alpha"`
}

// ValueModel is the answer about the models. Where a model is missing the RFM rule stands in for it.
type ValueModel struct {
	State      string          `json:"state" enum:"ok,fallback,none" doc:"none: nothing has been scored yet"`
	Reasons    []ValueReason   `json:"reasons"`
	Unit       string          `json:"unit"`
	TrainedTo  string          `json:"trained_until,omitempty"`
	FittedAt   *time.Time      `json:"fitted_at,omitempty"`
	BGNBD      *BGNBDFit       `json:"bg_nbd"`
	GammaGamma *GammaGammaFit  `json:"gamma_gamma" doc:"v is in major units of the currency"`
	Currency   string          `json:"currency"`
	Settings   *ValueSettings  `json:"settings,omitempty"`
	Repeats    *RepeatRates    `json:"rfm_rule,omitempty"`
	Cycle      *CycleBase      `json:"purchase_cycle,omitempty"`
	Spread     *SpendingSpread `json:"spending,omitempty"`
}

// SpendingSpread is what was looked at before the Gamma-Gamma model was trusted.
type SpendingSpread struct {
	Correlation float64 `json:"correlation" doc:"between number and mean amount of repeat orders"`
	Limit       float64 `json:"limit"`
}

// ValueReason says why a model is missing.
type ValueReason struct {
	Model string `json:"model" enum:"bg_nbd,gamma_gamma"`
	Code  string `json:"code"`
	Text
}

type modelOutput struct{ Body ValueModel }

func (s *Scores) getModel(ctx context.Context, in *modelInput) (*modelOutput, error) {
	currency := workspace.Of(ctx).Currency
	v, err := s.Valuation(ctx)
	if err != nil {
		return nil, err
	}
	if in.TrainUntil == "" && in.Unit != "day" {
		if v == nil {
			return &modelOutput{Body: ValueModel{State: "none", Reasons: []ValueReason{}, Unit: in.Unit, Currency: currency}}, nil
		}
		out := describe(v.Buying, v.Spending, in.Unit)
		fitted := time.UnixMilli(v.FittedAt).UTC()
		out.TrainedTo, out.FittedAt, out.Currency = v.TrainedTo, &fitted, currency
		out.Settings, out.Repeats, out.Cycle = &v.Settings, v.Repeats, &v.Cycle
		return &modelOutput{Body: out}, nil
	}
	until := civilDay(workspace.Of(ctx), clock.Millis(ctx))
	if in.TrainUntil != "" {
		if until, err = dayOf(in.TrainUntil); err != nil {
			return nil, fault.Invalid("train_until", "not_a_day", in.TrainUntil)
		}
	} else if v != nil {
		if until, err = dayOf(v.TrainedTo); err != nil {
			return nil, err
		}
	}
	unitDays := 7.0
	if in.Unit == "day" {
		unitDays = 1
	}
	s.fitting.Lock() // one at a time: each takes memory in proportion to the customers
	defer s.fitting.Unlock()
	buying, spending, err := s.fitUntil(ctx, until, unitDays)
	if err != nil {
		return nil, err
	}
	out := describe(buying, spending, in.Unit)
	out.TrainedTo, out.Currency = until.Format(time.DateOnly), currency
	return &modelOutput{Body: out}, nil
}

func describe(buying Buying, spending Spending, unit string) ValueModel {
	m := ValueModel{State: "ok", Unit: unit, Reasons: []ValueReason{}, Spread: &SpendingSpread{spending.Correlation, mostCorrelation}}
	if buying.Reason == "" {
		m.BGNBD = &buying.BGNBDFit
	} else {
		m.State = "fallback"
		m.Reasons = append(m.Reasons, ValueReason{Model: modelBGNBD, Code: buying.Reason, Text: whyNoModel[buying.Reason]})
	}
	if spending.Reason == "" {
		m.GammaGamma = &spending.GammaGammaFit
	} else {
		m.State = "fallback"
		m.Reasons = append(m.Reasons, ValueReason{Model: "gamma_gamma", Code: spending.Reason, Text: whyNoModel[spending.Reason]})
	}
	return m
}

var whyNoModel = map[string]Text{
	reasonFewCustomers: {"下过单的客户不足 100 人，模型无从估计", "Fewer than 100 customers have ordered"},
	reasonFewRepeaters: {"复购客户不足 30 人，模型无从估计", "Fewer than 30 customers have ordered again"},
	reasonShortSpan:    {"订单历史不足 8 周", "The orders span less than 8 weeks"},
	reasonUnsettled:    {"最大似然估计未能收敛", "The maximum likelihood search did not settle"},
	reasonCorrelated: {"客单价与购买频次的相关性超过 0.3，Gamma-Gamma 模型的前提不成立",
		"Amount per order and frequency correlate by more than 0.3, which Gamma-Gamma takes to be independent"},
	reasonNoMean: {"客单价差异过大，平均值没有意义", "Amounts differ so much between customers that they have no mean"},
}
