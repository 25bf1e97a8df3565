package analyze

import (
	"cmp"
	"context"
	"slices"
)

// hotPreview is what a preview takes from hot columns.
type hotPreview struct {
	count, total int64
	parts        []int64 // by leaf
	composition  []Composition
}

// preview counts for Segments.Preview; ok is false when hot columns cannot tell.
func (h *Hot) preview(ctx context.Context, c *Condition) (p hotPreview, ok bool) {
	fields := composed(ctx)
	rows, done, ok := h.readFor(ctx, c, fields...)
	if !ok {
		return p, false
	}
	defer done()
	k := newCompiler(ctx)
	seen := rows.visible(ctx)
	members := rows.holds(k, c)
	members.and(seen)
	p.count, p.total = members.count(), seen.count()
	for _, leaf := range c.leaves() {
		m := rows.holds(k, leaf)
		m.and(seen)
		p.parts = append(p.parts, m.count())
	}
	p.composition = make([]Composition, len(fields))
	for i, f := range fields {
		p.composition[i] = rows.compose(f, members, seen)
	}
	return p, true
}

// compose counts members and everybody by the value of a field.
func (r *hotRows) compose(f *Field, members, seen mask) Composition {
	column := r.of(f).(*textColumn)
	items := make([]CompositionItem, len(column.texts))
	for code, text := range column.texts {
		items[code].Value = text
	}
	seen.each(func(row int) { items[column.values[row]].Base++ })
	members.each(func(row int) { items[column.values[row]].Members++ })
	items = slices.DeleteFunc(items, func(i CompositionItem) bool { return i.Base == 0 })
	slices.SortFunc(items, func(a, b CompositionItem) int {
		return cmp.Or(cmp.Compare(b.Members, a.Members), cmp.Compare(b.Base, a.Base), cmp.Compare(a.Value, b.Value))
	})
	c := Composition{Field: f.Name, Label: f.Label, Items: []CompositionItem{}}
	for _, item := range items {
		c.add(item, f)
	}
	return c
}
