package quality

import (
	"context"
	"slices"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// QualityUsable says how much of the data behind a figure can be relied on.
type QualityUsable struct {
	Basis  string         `json:"basis" enum:"orders,buyers,customers" doc:"the rows the figure is reckoned from: orders of the period, those orders as the behaviour of known customers, customers"`
	Total  int64          `json:"total"`
	Usable int64          `json:"usable"`
	Share  *float64       `json:"share" doc:"0..1; null where there is no row"`
	Causes []QualityCause `json:"causes" doc:"why rows are not usable, most first; a row may have several"`
}

// QualityCause is one reason why rows behind a figure are not usable.
type QualityCause struct {
	Cause string `json:"cause" enum:"no_customer,other_currency,order_outlier,duplicate,name_placeholder"`
	Count int64  `json:"count"`
}

// QualityOfFigures is how much can be relied on of the data behind the figures of a period.
type QualityOfFigures struct {
	Bases   []QualityUsable   `json:"bases"`
	Figures map[string]string `json:"figures" doc:"the basis of each metric, of rfm and of cohorts"`
}

// bases of figures: those that add up orders rest on orders; those about what customers do need the customer of each
// order to be known and kept once; the rest count customers.
var bases = map[string]string{
	"orders": "orders", "gross_sales": "orders", "refunds": "orders", "net_sales": "orders", "average_order_value": "orders", "cancel_rate": "orders",
	"buyers": "buyers", "active_customers": "buyers", "activity": "buyers", "purchase_cycle_days": "buyers", "purchase_frequency": "buyers", "repurchase_rate": "buyers",
	"retention_rate": "buyers", "churn_rate": "buyers", "clv_to_date": "buyers", "clv_predicted": "buyers", "rfm": "buyers", "cohorts": "buyers",
	"customers": "customers", "new_customers": "customers", "data_quality": "customers",
}

func (q *Quality) registerFigures(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/quality/figures", Permission: "metrics.read", Tag: "quality",
		Summary: "How much of the data behind the figures of a period can be relied on"},
		func(ctx context.Context, in *struct {
			From string `query:"from" doc:"first day; without, everything up to the last day"`
			To   string `query:"to" doc:"last day, included; today when absent"`
		}) (*struct{ Body *QualityOfFigures }, error) {
			f, err := q.Figures(ctx, in.From, in.To)
			return &struct{ Body *QualityOfFigures }{f}, err
		})
}

// Figures says how much of what stands behind the figures of a period is usable, within the reader's scope. Fault: invalid.
func (q *Quality) Figures(ctx context.Context, from, to string) (*QualityOfFigures, error) {
	w := workspace.Of(ctx)
	if to == "" {
		to = w.Day(clock.Millis(ctx))
	}
	if from == "" {
		from = "1900-01-01"
	}
	for name, day := range map[string]string{"from": from, "to": to} {
		if _, err := w.ParseDay(day); err != nil {
			return nil, fault.Invalid(name, "day_invalid")
		}
	}
	scope, mine := "true", []any(nil)
	if s := guard.ScopeOf(ctx, "customers"); !s.All() {
		scope, mine = s.Where("c")
	}
	var total, unknown, foreign, outlier, twin, usable, known int64
	if err := q.columns.QueryRow(ctx, `
with rows as (
  select o.customer_id is null as nobody, o.currency <> ? as abroad,
    o.id in (select subject_id from quality_findings where subject_type = 'order') as odd,
    coalesce(o.customer_id in (select customer_id from quality_findings where rule = 'duplicate'), false) as twin
  from orders o
  left join customers c on c.id = o.customer_id
  where o.kind = 'order' and o.day between ?::date and ?::date and `+scope+`
)
select count(*), count(*) filter (nobody), count(*) filter (abroad), count(*) filter (odd), count(*) filter (twin),
  count(*) filter (not abroad and not odd), count(*) filter (not abroad and not odd and not nobody and not twin)
from rows`, append([]any{w.Currency, from, to}, mine...)...).Scan(&total, &unknown, &foreign, &outlier, &twin, &usable, &known); err != nil {
		return nil, err
	}
	f := &QualityOfFigures{Figures: bases}
	f.Bases = append(f.Bases,
		usableOf("orders", total, usable, QualityCause{"other_currency", foreign}, QualityCause{"order_outlier", outlier}),
		usableOf("buyers", total, known, QualityCause{"no_customer", unknown}, QualityCause{"duplicate", twin}, QualityCause{"other_currency", foreign}, QualityCause{"order_outlier", outlier}))
	var customers, twins, nameless, good int64
	if err := q.columns.QueryRow(ctx, `
with rows as (
  select c.id in (select customer_id from quality_findings where rule = 'duplicate') as twin,
    c.id in (select customer_id from quality_findings where rule = 'name_placeholder') as nameless
  from customers c
  where `+scope+`
)
select count(*), count(*) filter (twin), count(*) filter (nameless), count(*) filter (not twin and not nameless) from rows`, mine...).Scan(&customers, &twins, &nameless, &good); err != nil {
		return nil, err
	}
	f.Bases = append(f.Bases, usableOf("customers", customers, good, QualityCause{"duplicate", twins}, QualityCause{"name_placeholder", nameless}))
	return f, nil
}

func usableOf(basis string, total, usable int64, causes ...QualityCause) QualityUsable {
	u := QualityUsable{Basis: basis, Total: total, Usable: usable}
	if total > 0 {
		u.Share = new(float64(usable) / float64(total))
	}
	u.Causes = slices.DeleteFunc(causes, func(c QualityCause) bool { return c.Count == 0 })
	slices.SortStableFunc(u.Causes, func(a, b QualityCause) int { return int(b.Count - a.Count) })
	return u
}
