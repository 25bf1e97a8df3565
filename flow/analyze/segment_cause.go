package analyze

import (
	"context"
	"encoding/json"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"guanxi/base/columns"
)

const (
	causeParts  = 6     // single conditions told of one move
	causesAtall = 5_000 // movers of one sweep up to whom each is told why
)

// causePart is a single condition that decided a move, and whether it holds now.
type causePart struct {
	Condition json.RawMessage `json:"c"`
	Holds     bool            `json:"h"`
}

// holds says whether a tree holds for a customer.
func (l *leafSet) holds(c *Condition, id uint64) bool {
	if inner := c.expanded(); inner != nil {
		return l.holds(inner, id)
	}
	switch {
	case c.Not != nil:
		return !l.holds(c.Not, id)
	case c.single():
		return l.known[c.key()].members.Contains(id)
	case c.Any != nil:
		for _, child := range c.Any {
			if l.holds(child, id) {
				return true
			}
		}
		return false
	}
	for _, child := range c.All {
		if !l.holds(child, id) {
			return false
		}
	}
	return l.everyone.Contains(id)
}

// deciding gives the single conditions that make a tree hold for a customer, or not: of those that must all hold the ones that
// do not, of those of which one is enough the ones that do, and all of them otherwise.
func (l *leafSet) deciding(c *Condition, id uint64) (parts []*Condition) {
	if inner := c.expanded(); inner != nil {
		return l.deciding(inner, id)
	}
	switch {
	case c.Not != nil:
		return l.deciding(c.Not, id)
	case c.single():
		return []*Condition{c}
	}
	children, holds := c.All, l.holds(c, id)
	if c.Any != nil {
		children = c.Any
	}
	for _, child := range children {
		if l.holds(child, id) == holds {
			parts = append(parts, l.deciding(child, id)...)
		}
	}
	return parts
}

// because tells why a customer came into a segment or left it: by what cause, and by which single conditions as JSON.
func (l *leafSet) because(c *Condition, id uint64, cause string) (why string, parts any) {
	if !l.everyone.Contains(id) {
		return whyGone, nil
	}
	if cause == whyRule {
		return cause, nil
	}
	var told []causePart
	for _, part := range l.deciding(c, id) {
		if len(told) < causeParts {
			told = append(told, causePart{json.RawMessage(part.key()), l.holds(part, id)})
		}
	}
	if len(told) == 0 {
		return cause, nil
	}
	text, _ := json.Marshal(told) // checked conditions always can be
	return cause, string(text)
}

// askCauses finds out what is needed to tell of each of those who moved why, nil where they are too many.
func askCauses(ctx context.Context, to *columns.Tx, k *compiler, all []settling) (*leafSet, error) {
	movers := roaring64.New()
	var conditions []*Condition
	for _, one := range all {
		if one.moves {
			movers.Or(roaring64.Xor(one.was, one.now))
			conditions = append(conditions, one.condition)
		}
	}
	if movers.IsEmpty() || movers.GetCardinality() > causesAtall {
		return nil, nil
	}
	ids := make([]int64, 0, movers.GetCardinality())
	for it := movers.Iterator(); it.HasNext(); {
		ids = append(ids, int64(it.Next()))
	}
	return askLeaves(ctx, to, k, conditions, ids)
}
