package analyze

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// CustomerValue is what one customer is expected to bring in the coming twelve months, and what she has brought.
// A customer without an order has no expectations: those fields are null.
type CustomerValue struct {
	CustomerID             api.ID       `json:"customer_id"`
	AsOf                   string       `json:"as_of,omitempty"`
	HorizonDays            int          `json:"horizon_days"`
	Model                  string       `json:"model,omitempty" enum:"bg_nbd,rfm"`
	ExpectedOrders         *float64     `json:"expected_orders"`
	AliveProbability       *float64     `json:"alive_probability" doc:"that she will order again; 1 by construction without a repeat order under bg_nbd"`
	AliveProbabilityBefore *float64     `json:"alive_probability_before" doc:"the same 30 days ago"`
	ExpectedOrderValue     *money.Money `json:"expected_order_value"`
	ExpectedValue          *money.Money `json:"expected_value" doc:"of the coming twelve months, discounted"`
	ChurnRisk              *float64     `json:"churn_risk"`
	ToDate                 money.Money  `json:"to_date" doc:"gross orders minus refunds"`
	Rhythm
}

type customerValueInput struct {
	ID api.ID `path:"id"`
}

type customerValueOutput struct{ Body CustomerValue }

const customerValueSQL = `
select
  coalesce(strftime(s.as_of, '%Y-%m-%d'), ''), coalesce(s.model, ''), s.expected_orders, s.alive_probability,
  s.alive_probability_before, s.expected_order_value, s.predicted_value, s.churn_risk,
  coalesce(s.value_to_date, c.orders_gross - c.orders_refunded, 0)
from customers c
left join customer_scores s on s.customer_id = c.id
where c.id = ? and `

func (s *Scores) getCustomerValue(ctx context.Context, in *customerValueInput) (*customerValueOutput, error) {
	if err := guard.MayRead(ctx, "customers", guard.Purchases); err != nil {
		return nil, err
	}
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	currency := workspace.Of(ctx).Currency
	v := CustomerValue{CustomerID: in.ID, HorizonDays: horizonDays}
	var order, predicted sql.NullFloat64
	var toDate int64
	err := s.columns.QueryRow(ctx, customerValueSQL+scope, append([]any{int64(in.ID)}, args...)...).Scan(
		&v.AsOf, &v.Model, &v.ExpectedOrders, &v.AliveProbability, &v.AliveProbabilityBefore, &order, &predicted, &v.ChurnRisk, &toDate)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.NotFound("customer", in.ID)
	}
	if err != nil {
		return nil, err
	}
	v.ToDate = money.Of(toDate, currency)
	v.ExpectedOrderValue, v.ExpectedValue = amount(order, currency), amount(predicted, currency)
	if v.Rhythm, err = s.Rhythm(ctx, int64(in.ID)); err != nil {
		return nil, err
	}
	return &customerValueOutput{Body: v}, nil
}

// amount rounds to minor units; null stays null.
func amount(minor sql.NullFloat64, currency string) *money.Money {
	if !minor.Valid {
		return nil
	}
	m := money.Of(int64(math.Round(minor.Float64)), currency)
	return &m
}
