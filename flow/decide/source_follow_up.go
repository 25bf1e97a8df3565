package decide

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
)

// followUps finds agreed next actions that are due today or late (C143). It is the promise of the one who made it, or of
// the customer's owner when she has left. At stake: what is expected of the customer, at least one ordinary order (somebody found
// her worth an agreement), × how much likelier people leave over a broken promise, a prior until complaints teach better.
type followUps struct {
	records *db.DB
	columns *columns.Store
}

const leaveOverPromise = 0.1

// Kinds implements Source.
func (followUps) Kinds() []string { return []string{FollowUpDue} }

type followUpRow struct {
	ID           int64  `bun:"id"`
	CustomerID   int64  `bun:"customer_id"`
	CustomerName string `bun:"customer_name"`
	NextAction   string `bun:"next_action"`
	NextAt       int64  `bun:"next_at"`
	HappenedAt   int64  `bun:"happened_at"`
	OwnerID      *int64 `bun:"owner_id"`
	TeamID       *int64 `bun:"team_id"`
	HasPhone     bool   `bun:"has_phone"`
}

// Signals implements Source.
func (s followUps) Signals(ctx context.Context) ([]Signal, error) {
	w := workspace.Of(ctx)
	tomorrow := w.DayStart(clock.Now(ctx).In(w.Location).AddDate(0, 0, 1))
	var rows []followUpRow
	if err := s.records.Read().NewRaw(`
select a.id, a.customer_id, c.name as customer_name, a.next_action, a.next_at, a.happened_at,
  case when st.active then st.id else c.owner_id end as owner_id,
  case when st.active then st.team_id else c.team_id end as team_id,
  exists (select 1 from contact_points p where p.customer_id = c.id and p.kind = 'phone' and p.state = 'ok') as has_phone
from activities a
join customers c on c.id = a.customer_id
left join staff st on st.id = a.staff_id
where a.next_at < ? and a.next_done_at is null and c.deleted_at is null
order by a.next_at desc, a.id
limit ?`, tomorrow, TopPerKind).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	predicted, ordinary, err := s.predicted(ctx, rows)
	if err != nil {
		return nil, err
	}
	var signals []Signal
	for _, r := range rows {
		customer := strconv.FormatInt(r.CustomerID, 10)
		g := Signal{
			Key: fmt.Sprintf("%s:activity:%d", FollowUpDue, r.ID), Kind: FollowUpDue,
			Subject: Subject{Type: "customer", ID: customer, Name: r.CustomerName}, OwnerID: r.OwnerID, TeamID: r.TeamID,
			Reason: Reason{FollowUpDue, Values{"activity_id": strconv.FormatInt(r.ID, 10), "agreed_at": r.HappenedAt,
				"due_at": r.NextAt, "next_action": r.NextAction}},
			DueAt:   &r.NextAt,
			Actions: []TodayAction{{Code: "log_contact", Primary: !r.HasPhone, Target: customer}},
		}
		if r.HasPhone {
			g.Actions = append([]TodayAction{{Code: "call", Primary: true, Target: customer}}, g.Actions...)
		}
		g.Basis = Reason{"promise_kept", Values{"predicted": predicted[r.CustomerID], "leaving": leaveOverPromise}}
		if predicted[r.CustomerID] < ordinary {
			g.Basis = Reason{"promise_ordinary", Values{"predicted": ordinary, "leaving": leaveOverPromise}}
		}
		if worth := max(predicted[r.CustomerID], ordinary); worth > 0 {
			g.AtStake = stake(worth * leaveOverPromise)
		}
		signals = append(signals, g)
	}
	return signals, nil
}

// predicted gives what is expected of the customers in 12 months, and what one ordinary order is; minor units.
func (s followUps) predicted(ctx context.Context, of []followUpRow) (worth map[int64]float64, ordinary float64, err error) {
	worth = map[int64]float64{}
	if len(of) == 0 {
		return worth, 0, nil
	}
	if err := s.columns.QueryRow(ctx, ordinaryOrderSQL).Scan(&ordinary); err != nil {
		return nil, 0, err
	}
	ids := make([]int64, len(of))
	for i, r := range of {
		ids[i] = r.CustomerID
	}
	rows, err := s.columns.Query(ctx, `
select customer_id, predicted_value
from customer_scores
where predicted_value is not null and customer_id in (select unnest(?::bigint[]))`, ids)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var value float64
		if err := rows.Scan(&id, &value); err != nil {
			return nil, 0, err
		}
		worth[id] = value
	}
	return worth, ordinary, rows.Err()
}

// ordinaryOrderSQL gives what one ordinary order is worth: the mean of all, rounded, in minor units.
const ordinaryOrderSQL = "select coalesce(round(sum(orders_gross) / nullif(sum(orders_count), 0)), 0) from customers"

// lateSources finds sources that are silent longer than a quarter beyond their rhythm (C090). Every figure rests on them, none says
// how much: it is not valued.
type lateSources struct{ records *db.DB }

// Kinds implements Source.
func (lateSources) Kinds() []string { return []string{SourceLate} }

// Signals implements Source.
func (s lateSources) Signals(ctx context.Context) ([]Signal, error) {
	rows, err := analyze.LateSources(ctx, s.records.Read())
	if err != nil {
		return nil, err
	}
	now := clock.Now(ctx)
	var signals []Signal
	for _, r := range rows {
		silent := now.Sub(time.UnixMilli(r.LastFactAt)).Hours()
		id := strconv.FormatInt(r.ID, 10)
		signals = append(signals, Signal{
			Key: fmt.Sprintf("%s:source:%s:%d", SourceLate, id, r.LastFactAt), Kind: SourceLate,
			Subject: Subject{Type: "source", ID: id, Name: r.Name},
			Reason:  Reason{SourceLate, Values{"expected_hours": r.ExpectedHours, "silent_hours": float64(int64(silent)), "last_at": r.LastFactAt}},
			Actions: []TodayAction{{Code: "open_source", Primary: true, Target: id}},
		})
	}
	return signals, nil
}
