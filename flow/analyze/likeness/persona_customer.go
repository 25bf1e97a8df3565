package likeness

import (
	"cmp"
	"context"
	"slices"

	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// rare is the share of everybody below which a detail of one customer is worth telling first.
const rare = .25

// OfCustomer describes one customer: of each detail what she has now, and how common that is among everybody the reader may see,
// as counted not long ago. Fault: not found.
func (l *Likeness) OfCustomer(ctx context.Context, id int64) (*Persona, error) {
	all := told(ctx)
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	everybody, err := l.census(ctx, all)
	if err != nil {
		return nil, err
	}
	p := &Persona{Condition: analyze.ConditionJSON("{}"), Differences: []PersonaItem{}}
	return p, l.groupWhere(ctx, analyze.SQL{Text: "true"}, analyze.SQL{Text: "c.id = ? and " + scope, Args: append([]any{id}, args...)}, func(g *group) error {
		if g.members == 0 {
			return fault.NotFound("customer", id)
		}
		g.only = id
		p.Members, p.Base = 1, max(everybody.base, 1)
		for _, part := range []string{basics, behaviour, spending} {
			of := PersonaPart{Part: part, Details: []PersonaDetail{}}
			for _, d := range all {
				if d.part != part {
					continue
				}
				found, err := g.place(ctx, d, everybody)
				if err != nil {
					return err
				}
				if found.Known == 0 {
					continue
				}
				for _, i := range found.Items {
					if i.BaseShare <= rare {
						p.Differences = append(p.Differences, i)
					}
				}
				found.Items = found.Items[:min(len(found.Items), mostItems)]
				of.Details = append(of.Details, *found)
			}
			p.Parts = append(p.Parts, of)
		}
		slices.SortStableFunc(p.Differences, func(a, b PersonaItem) int { return cmp.Compare(a.BaseShare, b.BaseShare) })
		p.Differences = p.Differences[:min(len(p.Differences), mostDifference)]
		p.Headline = headline(p.Differences)
		return nil
	})
}
