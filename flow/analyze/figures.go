package analyze

import (
	"context"
	"database/sql"
	"errors"

	"guanxi/base/clock"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
)

var _ customer.FigureSource = (*Scores)(nil)

// figuresSQL reads what columns know about the customers with these ids, as of the last refresh.
const figuresSQL = `
select
  c.id, c.orders_count, c.orders_gross - c.orders_refunded, coalesce(c.orders_first_at, 0), coalesce(c.orders_last_at, 0),
  greatest(s.as_of - c.orders_last_day, 0), s.r, s.f, s.m, s.rfm_segment,
  s.predicted_value, s.alive_probability, s.value_to_date,
  s.cycle_days, strftime(s.next_due_day, '%Y-%m-%d'), s.overdue_days
from (
  select id, orders_count, orders_gross, orders_refunded, orders_first_at, orders_last_at, orders_last_day
  from customers
  where id between list_min($1::bigint[]) and list_max($1::bigint[]) and id in (select unnest($1::bigint[]))
    and orders_count > 0
) c
left join (
  select customer_id, as_of, r, f, m, rfm_segment, predicted_value, alive_probability, value_to_date, cycle_days, next_due_day,
    overdue_days
  from customer_scores
  where customer_id between list_min($1::bigint[]) and list_max($1::bigint[]) and customer_id in (select unnest($1::bigint[]))
) s on s.customer_id = c.id`

// last12MSQL adds up one customer's year.
const last12MSQL = `
select count(*) filter (where kind = 'order'), coalesce(sum(gross - refunded), 0)::bigint
from orders
where ` + countsMoney + ` and customer_id = $1 and day > $2::date - 365 and day <= $2::date`

// Figures gives the derived block of the customers with these ids in one query, for a single one with her last
// twelve months too. It asks no scope: the ids are those the caller may see.
func (s *Scores) Figures(ctx context.Context, ids []int64) (map[int64]customer.Figures, error) {
	figures := make(map[int64]customer.Figures, len(ids))
	if len(ids) == 0 {
		return figures, nil
	}
	w := workspace.Of(ctx)
	rows, err := s.columns.Query(ctx, figuresSQL, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, total int64
		var orders customer.OrderFigures
		var recency, r, f, m, predicted, toDate sql.NullInt64
		var segment, due sql.NullString
		var alive *float64
		var cycle, overdue sql.NullFloat64
		if err := rows.Scan(&id, &orders.Count, &total, &orders.FirstAt, &orders.LastAt,
			&recency, &r, &f, &m, &segment, &predicted, &alive, &toDate, &cycle, &due, &overdue); err != nil {
			return nil, err
		}
		orders.Total = money.Of(total, w.Currency)
		block := customer.Figures{Orders: &orders}
		if segment.Valid {
			block.RFM = &customer.RFMFigures{RecencyDays: recency.Int64, R: int(r.Int64), F: int(f.Int64), M: int(m.Int64), Segment: segment.String}
		}
		if predicted.Valid {
			block.Value = &customer.ValueFigures{Predicted: money.Of(predicted.Int64, w.Currency), AliveProbability: alive,
				ToDate: money.Of(toDate.Int64, w.Currency)}
		}
		if cycle.Valid {
			block.Rhythm = &customer.RhythmFigures{CycleDays: cycle.Float64, SilentDays: float64(recency.Int64), DueDay: due.String,
				OverdueDays: overdue.Float64}
		}
		figures[id] = block
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	if block, has := figures[ids[0]]; has && len(ids) == 1 {
		var year customer.PeriodFigures
		var total int64
		today := civilDay(w, clock.Millis(ctx))
		if err := s.columns.QueryRow(ctx, last12MSQL, ids[0], today).Scan(&year.Orders, &total); err != nil {
			return nil, err
		}
		year.Total = money.Of(total, w.Currency)
		block.Last12M = &year
		figures[ids[0]] = block
	}
	return figures, nil
}
