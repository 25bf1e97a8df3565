package analyze

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// Choose implements customer.Finder: everybody a condition holds for, within the scope and the usable fields of the person
// asking. Faults: invalid, with the place in the tree.
func (s *Segments) Choose(ctx context.Context, filter string) (*roaring64.Bitmap, error) {
	c, err := ParseCondition(ctx, []byte(filter), s.lookup())
	if err != nil {
		return nil, err
	}
	if chosen, ok := s.hot.choose(ctx, c); ok {
		return chosen, nil
	}
	return idsWhere(ctx, s.columns, s.seen(ctx, c).put("select c.id from customers c where ", ""))
}

// choose is Segments.Choose over hot columns; ok is false when they cannot tell.
func (h *Hot) choose(ctx context.Context, c *Condition) (*roaring64.Bitmap, bool) {
	rows, done, ok := h.readFor(ctx, c)
	if !ok {
		return nil, false
	}
	defer done()
	m := rows.holds(newCompiler(ctx), c)
	m.and(rows.visible(ctx))
	chosen := roaring64.New()
	m.each(func(row int) { chosen.Add(uint64(rows.ids[row])) })
	return chosen, true
}
