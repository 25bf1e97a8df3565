package analyze

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"time"

	"guanxi/base/columns"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
)

var _ customer.FigureSource = (*Scores)(nil)

// figuresSQL reads what columns know about the customers in {who}, as of the last refresh.
const figuresSQL = `
select
  c.id, c.orders_count, c.orders_gross - c.orders_refunded, coalesce(c.orders_first_at, 0), coalesce(c.orders_last_at, 0),
  coalesce(greatest(s.as_of - c.orders_last_day, 0), 0), coalesce(s.r, 0), coalesce(s.f, 0), coalesce(s.m, 0),
  s.predicted_value, s.alive_probability, coalesce(s.value_to_date, 0),
  coalesce(s.cycle_days, 0), s.next_due_day, coalesce(s.overdue_days, 0)
from (
  select id, orders_count, orders_gross, orders_refunded, orders_first_at, orders_last_at, orders_last_day
  from customers
  where {who:id} and orders_count > 0
) c
left join (
  select customer_id, as_of, r, f, m, predicted_value, alive_probability, value_to_date, cycle_days, next_due_day, overdue_days
  from customer_scores
  where {who:customer_id}
) s on s.customer_id = c.id`

var (
	figuresOfSQL    = figuresWhere("{id} between list_min($1::bigint[]) and list_max($1::bigint[]) and {id} in (select unnest($1::bigint[]))")
	figuresRangeSQL = figuresWhere("{id} >= $1 and {id} < $2")
)

func figuresWhere(who string) string {
	return strings.NewReplacer(
		"{who:id}", strings.ReplaceAll(who, "{id}", "id"),
		"{who:customer_id}", strings.ReplaceAll(who, "{id}", "customer_id"),
	).Replace(figuresSQL)
}

// Figures gives the derived block of the customers with these ids. It asks no scope: the ids are those the caller may
// see.
func (s *Scores) Figures(ctx context.Context, ids []int64) (map[int64]customer.Figures, error) {
	rows, missing, change := s.shelf.take(ids)
	if len(missing) > 0 {
		read, err := s.fetch(ctx, missing, change)
		if err != nil {
			return nil, err
		}
		for _, id := range missing {
			rows[id] = read[id]
		}
	}
	figures := make(map[int64]customer.Figures, len(rows))
	currency := workspace.Of(ctx).Currency
	for id, row := range rows {
		if row.count > 0 {
			figures[id] = row.figures(currency)
		}
	}
	return figures, nil
}

// fetch reads the figures of ids from columns: for a single one those of her whole block, which then stay at hand.
func (s *Scores) fetch(ctx context.Context, ids []int64, change uint64) (map[int64]figureRow, error) {
	if len(ids) > 1 || s.shelf.full() || s.touched.everybodyWaits() {
		return figureRows(s.columns.Query(ctx, figuresOfSQL, ids))
	}
	first := ids[0] - ids[0]%blockRows
	rows, err := figureRows(s.columns.Query(ctx, figuresRangeSQL, first, first+blockRows))
	if err == nil {
		s.shelf.put(change, first, first+blockRows, rows)
	}
	return rows, err
}

func figureRows(rows *sql.Rows, err error) (map[int64]figureRow, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	read := map[int64]figureRow{}
	for rows.Next() {
		var id int64
		var row figureRow
		var predicted sql.NullInt64
		var alive sql.NullFloat64
		var due sql.NullTime
		if err := rows.Scan(&id, &row.count, &row.total, &row.firstAt, &row.lastAt, &row.recency, &row.r, &row.f, &row.m,
			&predicted, &alive, &row.toDate, &row.cycle, &due, &row.overdue); err != nil {
			return nil, err
		}
		row.predicted, row.hasValue = predicted.Int64, predicted.Valid
		row.alive, row.hasAlive = alive.Float64, alive.Valid
		if row.hasDue = due.Valid; due.Valid {
			row.due = dayNumber(due.Time)
		}
		read[id] = row
	}
	return read, errors.Join(rows.Err(), rows.Close())
}

func (r figureRow) figures(currency string) customer.Figures {
	f := customer.Figures{Orders: &customer.OrderFigures{Count: int64(r.count), Total: money.Of(r.total, currency), FirstAt: r.firstAt, LastAt: r.lastAt}}
	if r.r > 0 {
		f.RFM = &customer.RFMFigures{RecencyDays: int64(r.recency), R: int(r.r), F: int(r.f), M: int(r.m),
			Segment: segmentOfCell[int(r.r-1)*5+int(r.f-1)]}
	}
	if r.hasValue {
		f.Value = &customer.ValueFigures{Predicted: money.Of(r.predicted, currency), ToDate: money.Of(r.toDate, currency)}
		if r.hasAlive {
			f.Value.AliveProbability = &r.alive
		}
	}
	if r.hasDue {
		f.Rhythm = &customer.RhythmFigures{CycleDays: r.cycle, SilentDays: float64(r.recency), DueDay: dayText(dayNumbered(r.due)), OverdueDays: r.overdue}
	}
	return f
}

// renew brings the figures at hand in line with the change of columns that is about to be in place, which touched ids,
// or everybody.
func (s *Scores) renew(ctx context.Context, tx *columns.Tx, ids []int64, everybody bool) {
	ctx = context.WithoutCancel(ctx)
	tx.After(func() {
		if everybody || len(ids) > refreshLimit {
			s.shelf.clear()
			return
		}
		there := s.shelf.shelved(ids)
		change := s.shelf.forget(there)
		if len(there) == 0 {
			return
		}
		rows, err := figureRows(s.columns.Query(ctx, figuresOfSQL, there))
		if err != nil {
			slog.Warn("the figures at hand could not be renewed", "error", err)
			return
		}
		for _, id := range there {
			s.shelf.put(change, id, id+1, rows)
		}
	})
}

// warm puts the figures of everybody on the shelf, as far as they fit, so that the first to open a page need not wait.
func (s *Scores) warm(ctx context.Context) error {
	var last sql.NullInt64
	if err := s.columns.QueryRow(ctx, "select max(id) from customers where orders_count > 0").Scan(&last); err != nil || !last.Valid {
		return err
	}
	const step = 8 * blockRows
	for first := int64(0); first <= last.Int64 && !s.shelf.full() && !s.touched.everybodyWaits(); first += step {
		_, _, change := s.shelf.take(nil)
		rows, err := figureRows(s.columns.Query(ctx, figuresRangeSQL, first, first+step))
		if err != nil {
			return err
		}
		s.shelf.put(change, first, first+step, rows)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond): // whoever works now goes first
		}
	}
	return nil
}
