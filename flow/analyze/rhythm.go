package analyze

import (
	"context"
	"database/sql"
	"errors"

	"guanxi/base/money"
	"guanxi/base/workspace"
)

// Rhythm is how one customer has been buying: her recent purchases, oldest first, orders of one day together, and her own
// cycle. Nothing but Orders is set for a customer who never ordered.
type Rhythm struct {
	Orders      []RhythmOrder `json:"orders"`
	OrderDays   int64         `json:"order_days" doc:"days with an order, ever"`
	FirstDay    string        `json:"first_day,omitempty"`
	CycleDays   *float64      `json:"cycle_days"`
	CycleSD     *float64      `json:"cycle_sd_days"`
	DueDay      string        `json:"due_day,omitempty"`
	SilentDays  *float64      `json:"silent_days"`
	OverdueDays *float64      `json:"overdue_days" doc:"negative while the next order is not due"`
}

// RhythmOrder is the purchases of one day.
type RhythmOrder struct {
	Day    string      `json:"day"`
	Amount money.Money `json:"amount"`
}

// rhythmOrders is how many recent purchases a rhythm shows.
const rhythmOrders = 24

const (
	rhythmSQL = `
select cycle_days, cycle_sd_days, strftime(next_due_day, '%Y-%m-%d'), overdue_days, overdue_days + (next_due_day - last_day)
from customer_scores, (select max(day) as last_day from orders where ` + IsPurchase + ` and customer_id = $1)
where customer_id = $1`

	rhythmOrdersSQL = `
select strftime(day, '%Y-%m-%d'), sum(gross)::bigint, count(*) over (), strftime(min(day) over (), '%Y-%m-%d')
from orders
where ` + IsPurchase + ` and customer_id = ?
group by day
order by day desc
limit ?`
)

// Rhythm gives how the customer has been buying. It asks no scope: callers have read the customer within theirs.
func (s *Scores) Rhythm(ctx context.Context, customerID int64) (Rhythm, error) {
	r := Rhythm{Orders: []RhythmOrder{}}
	var due sql.NullString
	err := s.columns.QueryRow(ctx, rhythmSQL, customerID).Scan(&r.CycleDays, &r.CycleSD, &due, &r.OverdueDays, &r.SilentDays)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return r, err
	}
	r.DueDay = due.String
	rows, err := s.columns.Query(ctx, rhythmOrdersSQL, customerID, rhythmOrders)
	if err != nil {
		return r, err
	}
	defer rows.Close()
	currency := workspace.Of(ctx).Currency
	for rows.Next() {
		var day string
		var gross int64
		if err := rows.Scan(&day, &gross, &r.OrderDays, &r.FirstDay); err != nil {
			return r, err
		}
		r.Orders = append(r.Orders, RhythmOrder{Day: day, Amount: money.Of(gross, currency)})
	}
	for i, j := 0, len(r.Orders)-1; i < j; i, j = i+1, j-1 {
		r.Orders[i], r.Orders[j] = r.Orders[j], r.Orders[i]
	}
	return r, rows.Err()
}
