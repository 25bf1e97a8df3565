package likeness

import (
	"cmp"
	"context"
	"slices"

	"guanxi/base/fault"
	"guanxi/flow/analyze"
)

// rare is the share of everybody below which a detail of one customer is worth telling first.
const rare = .25

// OfCustomer describes one customer: of each detail what she has, and how common that is. Fault: not found.
func (l *Likeness) OfCustomer(ctx context.Context, id int64) (*Persona, error) {
	p := &Persona{Condition: analyze.ConditionJSON("{}")}
	if err := l.describe(ctx, analyze.SQL{Text: "c.id = ?", Args: []any{id}}, p); err != nil {
		return nil, err
	}
	if p.Members == 0 {
		return nil, fault.NotFound("customer", id)
	}
	for _, part := range p.Parts {
		for i := range part.Details {
			d := &part.Details[i]
			d.Items = slices.DeleteFunc(d.Items, func(i PersonaItem) bool { return i.Members == 0 })
			slices.SortStableFunc(d.Items, func(a, b PersonaItem) int { return cmp.Compare(a.BaseShare, b.BaseShare) })
			for _, i := range d.Items {
				if i.BaseShare <= rare {
					p.Differences = append(p.Differences, i)
				}
			}
		}
	}
	slices.SortStableFunc(p.Differences, func(a, b PersonaItem) int { return cmp.Compare(a.BaseShare, b.BaseShare) })
	p.Differences = p.Differences[:min(len(p.Differences), mostDifference)]
	p.Headline = headline(p.Differences)
	return p, nil
}
