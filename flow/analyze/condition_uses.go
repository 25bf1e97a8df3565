package analyze

import "context"

// Uses are the fields, events and tags that a condition asks for, those of segments in it among them.
type Uses struct{ Fields, Events, Tags map[string]bool }

// UsesOf reads what a condition asks for. Faults: invalid, with the place in the condition.
func (s *Segments) UsesOf(ctx context.Context, text []byte) (Uses, error) {
	u := Uses{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	c, err := ParseCondition(ctx, text, s.lookup())
	if err == nil {
		u.add(c)
	}
	return u, err
}

func (u Uses) add(c *Condition) {
	if c == nil {
		return
	}
	for _, list := range [][]*Condition{c.All, c.Any, c.Sequence, c.Without, {c.Not}} {
		for _, inner := range list {
			u.add(inner)
		}
	}
	switch {
	case c.Tag != "":
		u.Tags[c.Tag] = true
	case c.Segment != nil:
		u.add(c.Segment.Condition)
	case c.List != nil:
		for _, inner := range c.List.Segments {
			u.add(inner)
		}
	case c.Event != nil:
		u.Events[c.Event.Name] = true // what its where asks is of the event
	case c.Field != nil:
		u.Fields[c.Field.Name] = true
	}
}
