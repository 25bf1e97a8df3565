package likeness

import (
	"context"

	"guanxi/flow/analyze"
)

// Detail is one thing in which customers differ. SQL reads the value from the row c of customers and s of their scores; of a
// Set it gives rows (customer_id, value). Ask gives the condition for one value.
type Detail struct {
	Name   string
	Label  analyze.Label
	Field  string // that one must be able to use
	Set    bool
	SQL    string
	Values map[string]analyze.Label
	Ask    func(value string) any
}

// Details gives the details with values, numbers left out, that the actor of ctx may be told of.
func Details(ctx context.Context) (all []Detail) {
	for _, d := range told(ctx) {
		if d.kind != number && d.ask != nil {
			all = append(all, Detail{d.name, d.label, d.field, d.kind == set, fill(ctx, d.sql), d.values, d.ask})
		}
	}
	return all
}
