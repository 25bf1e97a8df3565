package analyze

import (
	"context"

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
