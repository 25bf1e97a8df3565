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
