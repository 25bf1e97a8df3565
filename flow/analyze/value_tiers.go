package analyze

import (
	"context"
	"strings"

	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// ValueTier is a part of the customers that deserves one way of being treated: how much they have brought (the top fifth,
// the top half, the rest) by whether they are likelier to stay than to leave.
type ValueTier struct {
	Name      string      `json:"name"`
	Label     Text        `json:"label"`
	Reason    Text        `json:"reason"`
	Level     string      `json:"level" enum:"high,medium,low"`
	Stays     bool        `json:"stays" doc:"churn risk at most one half"`
	Customers int64       `json:"customers"`
	ToDate    money.Money `json:"to_date"`
	Predicted money.Money `json:"predicted" doc:"of the coming twelve months"`
	Condition any         `json:"condition" doc:"the condition that lists them"`
}

// valueTiers stand in the order in which a day's effort pays.
var valueTiers = []ValueTier{
	{Name: "rescue", Level: "high", Label: Text{"全力挽回", "Win back in person"},
		Reason: Text{"贡献居前两成，但更可能已经离开：值得由专人联系", "Brought the most and is likelier gone than not: worth a person's call"}},
	{Name: "invest", Level: "high", Stays: true, Label: Text{"重点投入", "Invest"},
		Reason: Text{"贡献居前两成且仍会回来：优先给权益与专属服务", "Brought the most and keeps coming: rights and service first"}},
	{Name: "develop", Level: "medium", Stays: true, Label: Text{"培养", "Develop"},
		Reason: Text{"贡献中等且仍会回来：提高频次或客单价的空间最大", "Brought a fair amount and keeps coming: most room to order more, or more often"}},
	{Name: "remind", Level: "medium", Label: Text{"低成本召回", "Remind"},
		Reason: Text{"贡献中等，但更可能已经离开：用自动触达召回", "Brought a fair amount and is likelier gone: automatic messages only"}},
	{Name: "maintain", Level: "low", Stays: true, Label: Text{"维持", "Maintain"},
		Reason: Text{"贡献较低但仍会回来：保持日常触达即可", "Brought little and keeps coming: everyday messages"}},
	{Name: "let_go", Level: "low", Label: Text{"不再投入", "Let go"},
		Reason: Text{"贡献较低且多半已经离开：不再花费预算", "Brought little and has probably left: spend nothing"}},
}

const valueTiersSQL = `
with known as (
  select value_to_date, predicted_value, coalesce(churn_risk, 1) <= 0.5 as stays
  from customer_scores
  where true{scope}
),
borders as (
  select coalesce(quantile_disc(value_to_date, 0.5), 0) as medium, coalesce(quantile_disc(value_to_date, 0.8), 0) as high
  from known
)
select
  case when value_to_date >= high then 'high' when value_to_date >= medium then 'medium' else 'low' end as level,
  stays, count(*), coalesce(sum(value_to_date), 0)::bigint, coalesce(sum(predicted_value), 0)::bigint,
  any_value(medium)::bigint, any_value(high)::bigint
from known, borders
group by level, stays`

type tiersOutput struct {
	Body struct {
		AsOf  string      `json:"as_of"`
		Items []ValueTier `json:"items"`
	}
}

func (s *Scores) getTiers(ctx context.Context, _ *struct{}) (*tiersOutput, error) {
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	rows, err := s.columns.Query(ctx, strings.ReplaceAll(valueTiersSQL, "{scope}", inScope(scope, 0)), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type part struct {
		level string
		stays bool
	}
	type sums struct{ customers, toDate, predicted int64 }
	counted := map[part]sums{}
	var medium, high int64
	for rows.Next() {
		var p part
		var c sums
		if err := rows.Scan(&p.level, &p.stays, &c.customers, &c.toDate, &c.predicted, &medium, &high); err != nil {
			return nil, err
		}
		counted[p] = c
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	out := &tiersOutput{}
	currency := workspace.Of(ctx).Currency
	for _, t := range valueTiers {
		c := counted[part{t.Level, t.Stays}]
		t.Customers, t.ToDate, t.Predicted = c.customers, money.Of(c.toDate, currency), money.Of(c.predicted, currency)
		t.Condition = tierCondition(t, medium, high)
		out.Body.Items = append(out.Body.Items, t)
	}
	if v, err := s.Valuation(ctx); err != nil {
		return nil, err
	} else if v != nil {
		out.Body.AsOf = v.AsOf
	}
	return out, nil
}

// tierCondition says the same as the tier in the language of segments.
func tierCondition(t ValueTier, medium, high int64) any {
	leaf := func(field, op string, value any) map[string]any {
		return map[string]any{"field": field, "op": op, "value": value}
	}
	var all []any
	switch t.Level {
	case "high":
		all = append(all, leaf("value.to_date", "gte", high))
	case "medium":
		all = append(all, leaf("value.to_date", "gte", medium), leaf("value.to_date", "lt", high))
	default:
		all = append(all, leaf("value.to_date", "lt", medium))
	}
	if t.Stays {
		all = append(all, leaf("churn.risk", "lte", 0.5))
	} else {
		all = append(all, leaf("churn.risk", "gt", 0.5))
	}
	return map[string]any{"all": all}
}
