package analyze

import (
	"context"
	"encoding/json"

	"guanxi/base/columns"
)

// Holding gives the customers that a condition holds for, of those of ids, of everybody for nil, whoever asks: it is for
// the program's own work. Faults: invalid, with the place in the condition.
func (s *Segments) Holding(ctx context.Context, condition string, ids []int64) (found []int64, err error) {
	c, err := ParseCondition(ctx, []byte(condition), s.lookup())
	if err != nil {
		return nil, err
	}
	matching := newCompiler(ctx).holds(c, false)
	if ids != nil {
		matching = glue(" and ", matching, sqlPiece("c.id in (select unnest(?::bigint[]))", ids))
	}
	rows, err := s.columns.Query(ctx, "select c.id from customers c where "+matching.sql+" order by c.id", matching.args...)
	if err != nil {
		return nil, err
	}
	return columns.Collect[int64](rows)
}

// Chosen is a checked condition: as a predicate over the row c of customers, in words, and in its normal form.
type Chosen struct {
	SQL
	Sentence  Label
	Condition json.RawMessage
}

// Choosing checks a condition with the rights of the person asking, for what is to be told of whom it chooses. Faults:
// invalid, with the place in the condition.
func (s *Segments) Choosing(ctx context.Context, text []byte) (*Chosen, error) {
	c, err := ParseCondition(ctx, text, s.lookup())
	if err != nil {
		return nil, err
	}
	normal, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	return &Chosen{newCompiler(ctx).holds(c, false).whole(), reader.Sentence(c), normal}, nil
}

// HeldCustomer is one a condition holds for: whose she is, what is expected of her in the coming 12 months (minor units) and how
// likely she leaves (0..1), where that is known.
type HeldCustomer struct {
	ID        int64
	OwnerID   *int64
	TeamID    *int64
	Predicted *int64
	Leaving   *float64
}

// HoldingMost gives those a condition holds for of whom most is at stake, without those of except, and how many there are in
// all without these, whoever asks. Faults: invalid, with the place in the condition.
func (s *Segments) HoldingMost(ctx context.Context, condition string, except []int64, limit int) (most []HeldCustomer, total int64, err error) {
	c, err := ParseCondition(ctx, []byte(condition), s.lookup())
	if err != nil {
		return nil, 0, err
	}
	query := glue("", sqlPiece(`
select c.id, c.owner_id, c.team_id, s.predicted_value, coalesce(s.churn_risk, 1 - s.alive_probability), count(*) over ()
from customers c
left join customer_scores s on s.customer_id = c.id
where `), newCompiler(ctx).holds(c, false), sqlPiece(`
  and not list_contains(?::bigint[], c.id)
order by s.predicted_value * coalesce(s.churn_risk, 1 - s.alive_probability) desc nulls last, c.id
limit ?`, append([]int64{}, except...), limit))
	rows, err := s.columns.Query(ctx, query.sql, query.args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var h HeldCustomer
		if err := rows.Scan(&h.ID, &h.OwnerID, &h.TeamID, &h.Predicted, &h.Leaving, &total); err != nil {
			return nil, 0, err
		}
		most = append(most, h)
	}
	return most, total, rows.Err()
}

// CheckCondition reads a condition with the rights of the person asking and gives it in its normal form with its sentence.
// past says that it can be asked as of a day in the past: it speaks of nothing but events. Faults: invalid, with the place.
func (s *Segments) CheckCondition(ctx context.Context, text []byte) (normal []byte, said Label, past bool, err error) {
	c, err := ParseCondition(ctx, text, s.lookup())
	if err != nil {
		return nil, Label{}, false, err
	}
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, Label{}, false, err
	}
	past = true
	for _, l := range c.leaves() {
		past = past && l.Event != nil && l.Window.LastDays > 0
	}
	normal, err = c.MarshalJSON()
	return normal, reader.Sentence(c), past, err
}
