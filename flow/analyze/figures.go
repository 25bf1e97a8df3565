package analyze

import (
	"context"
	"database/sql"
	"errors"

	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
)

var _ customer.FigureSource = (*Scores)(nil)

// figuresSQL reads what columns know about the customers with these ids, as of the last refresh.
const figuresSQL = `
select
  c.id, c.orders_count, c.orders_gross - c.orders_refunded, coalesce(c.orders_first_at, 0), coalesce(c.orders_last_at, 0),
  coalesce(greatest(s.as_of - c.orders_last_day, 0), 0), coalesce(s.r, 0), coalesce(s.f, 0), coalesce(s.m, 0),
  s.predicted_value, s.alive_probability, coalesce(s.value_to_date, 0),
  coalesce(s.cycle_days, 0), s.next_due_day, coalesce(s.overdue_days, 0)
from (
  select id, orders_count, orders_gross, orders_refunded, orders_first_at, orders_last_at, orders_last_day
  from customers
  where id between list_min($1::bigint[]) and list_max($1::bigint[]) and id in (select unnest($1::bigint[])) and orders_count > 0
) c
left join (
  select customer_id, as_of, r, f, m, predicted_value, alive_probability, value_to_date, cycle_days, next_due_day, overdue_days
  from customer_scores
  where customer_id between list_min($1::bigint[]) and list_max($1::bigint[]) and customer_id in (select unnest($1::bigint[]))
) s on s.customer_id = c.id`

// Figures gives the derived block of the customers with these ids. It asks no scope: the ids are those the caller may
// see.
func (s *Scores) Figures(ctx context.Context, ids []int64) (map[int64]customer.Figures, error) {
	rows, err := s.hot.figures(ctx, ids)
	if err != nil {
		return nil, err
	}
	figures := make(map[int64]customer.Figures, len(rows))
	currency := workspace.Of(ctx).Currency
	for id, row := range rows {
		figures[id] = row.block(currency)
	}
	stages, err := stagesOf(ctx, s.columns, ids)
	for id, stage := range stages {
		f := figures[id]
		f.Stage = stage
		figures[id] = f
	}
	return figures, err
}

// figures gives what columns know about these customers, as far as they have ordered.
func (h *Hot) figures(ctx context.Context, ids []int64) (map[int64]figureRow, error) {
	figures := make(map[int64]figureRow, len(ids))
	if len(ids) == 0 {
		return figures, nil
	}
	if rows, done, ok := h.read(); ok {
		defer done()
		for _, id := range ids {
			if row, known := rows.find(id); known && rows.live.has(row) {
				if f := rows.figures(row); f.count > 0 {
					figures[id] = f
				}
			}
		}
		return figures, nil
	}
	rows, err := h.columns.Query(ctx, figuresSQL, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var f figureRow
		if err := rows.Scan(&id, &f.count, &f.total, &f.firstAt, &f.lastAt, &f.recency, &f.r, &f.f, &f.m,
			&f.predicted, &f.alive, &f.toDate, &f.cycle, &f.due, &f.overdue); err != nil {
			return nil, err
		}
		figures[id] = f
	}
	return figures, errors.Join(rows.Err(), rows.Close())
}

// figureRow is what columns know about one customer; money in minor units.
type figureRow struct {
	count, total, firstAt, lastAt, toDate int64
	recency, r, f, m                      int64
	predicted                             sql.NullInt64
	alive                                 *float64
	cycle, overdue                        float64
	due                                   sql.NullTime
}

// figures gathers a row from hot columns, which always hold these.
func (r *hotRows) figures(row int) (f figureRow) {
	f.count, _ = whole[int32](r, "orders.count", row)
	if f.count <= 0 {
		return f
	}
	f.total, _ = whole[int64](r, "orders.total", row)
	f.firstAt, _ = whole[int64](r, "orders.first_at", row)
	f.lastAt, _ = whole[int64](r, "orders.last_at", row)
	var known bool
	if f.r, known = whole[int8](r, "rfm.r", row); known {
		f.f, _ = whole[int8](r, "rfm.f", row)
		f.m, _ = whole[int8](r, "rfm.m", row)
		silent, _ := r.of(recencyField).(*numberColumn[int32]).at(row)
		f.recency = int64(silent)
	}
	if f.predicted.Int64, f.predicted.Valid = whole[int64](r, "value.predicted", row); f.predicted.Valid {
		f.toDate, _ = whole[int64](r, "value.to_date", row)
		if alive, known := named[*numberColumn[float64]](r, "value.alive_probability").at(row); known {
			f.alive = &alive
		}
	}
	if due, known := named[*numberColumn[int32]](r, "rhythm.due_day").at(row); known {
		f.due = sql.NullTime{Time: dayNumbered(due), Valid: true}
		f.cycle, _ = named[*numberColumn[float64]](r, "rhythm.cycle_days").at(row)
		f.overdue, _ = named[*numberColumn[float64]](r, "rhythm.overdue_days").at(row)
	}
	return f
}

func whole[T numeric](r *hotRows, name string, row int) (n int64, known bool) {
	v, known := named[*numberColumn[T]](r, name).at(row)
	if !known {
		return 0, false
	}
	return int64(v), true
}

func (f figureRow) block(currency string) customer.Figures {
	block := customer.Figures{Orders: &customer.OrderFigures{Count: f.count, Total: money.Of(f.total, currency), FirstAt: f.firstAt, LastAt: f.lastAt}}
	if f.r > 0 {
		block.RFM = &customer.RFMFigures{RecencyDays: f.recency, R: int(f.r), F: int(f.f), M: int(f.m), Segment: f.segment()}
	}
	if f.predicted.Valid {
		block.Value = &customer.ValueFigures{Predicted: money.Of(f.predicted.Int64, currency), AliveProbability: f.alive, ToDate: money.Of(f.toDate, currency)}
	}
	if f.due.Valid {
		block.Rhythm = &customer.RhythmFigures{CycleDays: f.cycle, SilentDays: float64(f.recency), DueDay: date(f.due.Time), OverdueDays: f.overdue}
	}
	return block
}

// segment names the part of the grid that the scores lie in.
func (f figureRow) segment() string { return segmentOfCell[(f.r-1)*5+f.f-1] }
