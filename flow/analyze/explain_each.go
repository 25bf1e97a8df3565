package analyze

import (
	"context"
	"fmt"
	"maps"
)

// Standing is one single condition of a tree and the value a customer has in it, in words.
type Standing struct {
	Clause Label `json:"clause"`
	Value  Label `json:"value"`
	Holds  bool  `json:"holds"`
}

// ExplainEach says on what a condition stands for each of some customers, whoever asks: it is for the program's own work, and
// meant for tens of customers. Faults: invalid, with the place in the condition.
func (s *Segments) ExplainEach(ctx context.Context, text []byte, ids []int64) (map[int64][]Standing, error) {
	c, err := ParseCondition(ctx, text, s.lookup())
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	own, err := s.columns.Aside(ctx)
	if err != nil {
		return nil, err
	}
	defer own.Close()
	near, err := narrow(ctx, own, newCompiler(ctx), unbounded(c.relations()), ids)
	if err != nil {
		return nil, err
	}
	found := map[int64][]Standing{}
	for _, id := range ids {
		k := *near
		k.tables = maps.Clone(near.tables)
		for relation, table := range near.tables {
			column := "customer_id"
			if relation == "customers" {
				column = "id"
			}
			k.tables[relation] = fmt.Sprintf("(select * from %s where %s = %d)", table, column, id)
		}
		e := &explainer{ctx: ctx, from: own, k: &k, reader: reader}
		for _, leaf := range c.leaves() {
			var n ExplainNode
			if leaf.Segment != nil {
				continue
			}
			if err := e.leaf(leaf, &n); err != nil {
				return nil, err
			}
			found[id] = append(found[id], Standing{reader.Clause(leaf), *n.Value, n.Holds})
		}
	}
	return found, nil
}
