package behaviour

import (
	"context"
	"slices"
)

// goodsNames are the names of products by the keys that stand for one: a SKU, or the path of a page that ends with it.
type goodsNames map[string]string

// of gives the name of the product a key stands for, else what else there is.
func (g goodsNames) of(key string, otherwise *string) *string {
	if name, known := g[key]; known {
		return &name
	}
	return otherwise
}

// nameConcerns puts the names of the catalogue in the place of what was sent with events.
func (b *Behaviour) nameConcerns(ctx context.Context, parts ...[]Concern) error {
	var keys []string
	for _, c := range slices.Concat(parts...) {
		if keys = append(keys, c.Key); c.Page != nil {
			keys = append(keys, *c.Page)
		}
	}
	names, err := b.segments.Goods(ctx, keys)
	if err != nil {
		return err
	}
	for _, part := range parts {
		for i := range part {
			c := &part[i]
			if c.Kind != "topic" && c.Kind != "category" && c.Kind != "error" && c.Kind != "rage" {
				c.Label = goodsNames(names).of(c.Key, c.Label)
			}
			if c.Page != nil {
				c.PageLabel = goodsNames(names).of(*c.Page, nil)
			}
		}
	}
	return nil
}

// nameNodes says of which products the pages of a flow are.
func (b *Behaviour) nameNodes(ctx context.Context, nodes []PathNode) error {
	var keys []string
	for _, n := range nodes {
		if n.Page != nil {
			keys = append(keys, *n.Page)
		}
	}
	names, err := b.segments.Goods(ctx, keys)
	for i := range nodes {
		if nodes[i].Page != nil {
			nodes[i].Label = goodsNames(names).of(*nodes[i].Page, nil)
		}
	}
	return err
}

// nameWays does the same for the sessions of one customer.
func (b *Behaviour) nameWays(ctx context.Context, ways []Way) error {
	var keys []string
	for _, w := range ways {
		for _, s := range w.Steps {
			if s.Page != nil {
				keys = append(keys, *s.Page)
			}
		}
	}
	names, err := b.segments.Goods(ctx, keys)
	for _, w := range ways {
		for i := range w.Steps {
			if s := &w.Steps[i]; s.Page != nil {
				s.Label = goodsNames(names).of(*s.Page, nil)
			}
		}
	}
	return err
}

// namePages does the same for the pages that sessions begin or end on.
func (b *Behaviour) namePages(ctx context.Context, parts []VisitsOf) error {
	var keys []string
	for _, p := range parts {
		keys = append(keys, p.Label)
	}
	names, err := b.segments.Goods(ctx, keys)
	for i := range parts {
		parts[i].Label = *goodsNames(names).of(parts[i].Label, &parts[i].Label)
	}
	return err
}
