package decide

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strconv"

	"guanxi/base/columns"
)

// firstOrder finds new customers whose first order, within a week, is among the largest tenth of a year's first orders.
// At stake: what is expected of her in 12 months, or else her first order once more as often as new customers come again.
type firstOrder struct{ columns *columns.Store }

// Kinds implements Source.
func (firstOrder) Kinds() []string { return []string{ThankFirstOrder} }

// fewestFirsts is how many first orders a year must have had before one can be called large among them.
const fewestFirsts = 20

const firstOrderSQL = `
with today as (
  select coalesce((select max(as_of) from customer_scores), (select max(orders_last_day) from customers)) as day
),
firsts as (
  select c.id, o.gross, c.orders_first_day, c.orders_count,
    percent_rank() over (order by o.gross) as larger_than,
    count(*) over () as firsts,
    avg((c.orders_count > 1)::integer) over () as repeats
  from customers c
  join orders o on o.customer_id = c.id and o.ts = c.orders_first_at and o.kind = 'order' and o.status <> 'cancelled'
  where c.orders_first_day > (select day from today) - 365 and o.day > (select day from today) - 365
)
select f.id, coalesce(c.name, ''), c.owner_id, c.team_id, coalesce(c.has_phone, false), coalesce(c.has_email, false), (select day from today), f.orders_first_day,
  (select day from today) - f.orders_first_day as days_ago, f.gross, f.larger_than, f.repeats, s.predicted_value
from firsts f
join customers c on c.id = f.id
left join customer_scores s on s.customer_id = f.id
where f.orders_count = 1 and f.orders_first_day > (select day from today) - 7 and f.larger_than >= 0.9 and f.firsts >= ?
  and f.gross > 0
order by coalesce(s.predicted_value, f.gross * f.repeats) desc, f.id
limit ?`

// Signals implements Source.
func (s firstOrder) Signals(ctx context.Context) ([]Signal, error) {
	rows, err := s.columns.Query(ctx, firstOrderSQL, fewestFirsts, TopPerKind)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var signals []Signal
	for rows.Next() {
		var f customerFacts
		var daysAgo, larger, repeats float64
		var gross int64
		if err := rows.Scan(&f.ID, &f.Name, &f.Owner, &f.Team, &f.HasPhone, &f.HasEmail, &f.AsOf, &f.LastDay, &daysAgo, &gross, &larger, &repeats, &f.Predicted); err != nil {
			return nil, err
		}
		if !fresh(ctx, f.AsOf) {
			break
		}
		basis := Reason{"repeat_like_first", Values{"amount": gross, "repeat": share(repeats)}}
		f.Stake = float64(gross) * repeats
		if f.Predicted.Valid {
			f.Stake = f.Predicted.Float64
			basis = Reason{"first_year", Values{"predicted": math.Round(f.Predicted.Float64)}}
		}
		g := f.signal(ThankFirstOrder, "thank")
		g.Basis = basis
		g.Reason.Values["days_ago"], g.Reason.Values["amount"], g.Reason.Values["larger_than"] = daysAgo, gross, share(larger)
		if f.Predicted.Valid && f.Predicted.Float64 > 0 {
			g.Reason.Values["predicted"] = math.Round(f.Predicted.Float64)
		}
		signals = append(signals, g)
	}
	return signals, rows.Err()
}

// unreachable counts the valuable customers without any contact point. At stake: what reaching them would add in a month,
// a tenth (a prior) of a month's share of what is expected of them.
type unreachable struct{ columns *columns.Store }

// Kinds implements Source.
func (unreachable) Kinds() []string { return []string{CustomersUnreachable} }

const (
	reachableBrings = 0.1
	unreachableSQL  = `
with bars as (
  select quantile_cont(predicted_value, 0.8) as valuable from customer_scores where predicted_value > 0
)
select max(bars.valuable), count(*), count(*) filter (where not coalesce(c.has_phone, false) and not coalesce(c.has_email, false)),
  coalesce(sum(s.predicted_value) filter (where not coalesce(c.has_phone, false) and not coalesce(c.has_email, false)), 0)
from customer_scores s, bars
join customers c on c.id = s.customer_id
where s.predicted_value > 0 and s.predicted_value >= bars.valuable`
)

// Signals implements Source.
func (s unreachable) Signals(ctx context.Context) ([]Signal, error) {
	var bar sql.NullFloat64
	var valuable, without int64
	var predicted float64
	err := s.columns.QueryRow(ctx, unreachableSQL).Scan(&bar, &valuable, &without, &predicted)
	if err != nil || without == 0 {
		return nil, err
	}
	filter := map[string]any{"all": []any{
		map[string]any{"field": "value.predicted", "op": "gte", "value": math.Floor(bar.Float64)},
		map[string]any{"field": "has_phone", "op": "eq", "value": false},
		map[string]any{"field": "has_email", "op": "eq", "value": false},
	}}
	return []Signal{{
		Key: CustomersUnreachable, Kind: CustomersUnreachable,
		Subject: Subject{Type: "customers", ID: strconv.FormatInt(without, 10), Name: fmt.Sprint(without)},
		Reason:  Reason{CustomersUnreachable, Values{"count": without, "share": share(float64(without) / float64(valuable)), "predicted": math.Round(predicted)}},
		AtStake: stake(predicted / 12 * reachableBrings),
		Basis:   Reason{"unreachable_month", Values{"predicted": math.Round(predicted), "share": reachableBrings}},
		Actions: []TodayAction{{Code: "open_customers", Primary: true, Filter: filter}},
	}}, nil
}
