package analyze

import (
	"encoding/json"
	"fmt"
)

// Bounds of a sequence.
const (
	sequenceSteps  = 12
	sequenceWithin = 3660 // days
)

// sequence reads {"sequence": [{event, where}, ...], "within_days": n, "without": [{event, where}, ...], "window"}: who did
// the steps one after the other, the last within so many days of the first, with none of `without` in between. The window
// is that of the first step. A step may come at the same instant as the one before unless it is the same event.
func (p *conditionParser) sequence(c *Condition, keys map[string]json.RawMessage, depth int) (err error) {
	if c.Sequence, err = p.steps(keys["sequence"], inside(c.place, "sequence"), depth); err != nil {
		return err
	}
	if len(c.Sequence) == 0 || len(c.Sequence) > sequenceSteps {
		return wrong(c.place, "sequence", "needs_between_1_and", sequenceSteps)
	}
	if raw, ok := keys["without"]; ok {
		if c.Without, err = p.steps(raw, inside(c.place, "without"), depth); err != nil {
			return err
		}
		if len(c.Without) > sequenceSteps {
			return wrong(c.place, "without", "needs_between_1_and", sequenceSteps)
		}
	}
	if c.Within, err = wholeNumber(keys["within_days"], inside(c.place, "within_days"), 1, sequenceWithin); err != nil {
		return err
	}
	c.Window, err = windowOf(keys["window"], inside(c.place, "window"))
	return err
}

func (p *conditionParser) steps(raw json.RawMessage, place string, depth int) ([]*Condition, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || list == nil {
		return nil, wrong(place, "", "must_be_a_list")
	}
	steps := make([]*Condition, len(list))
	for i, r := range list {
		if p.nodes++; p.nodes > conditionNodes {
			return nil, wrong(place, "", "too_many_conditions", conditionNodes)
		}
		at := fmt.Sprintf("%s[%d]", place, i)
		keys, err := objectKeys(r, at)
		if err != nil {
			return nil, err
		}
		for _, k := range sortedKeys(keys) {
			if k != "event" && k != "where" {
				return nil, wrong(at, k, "unknown_key")
			}
		}
		steps[i] = &Condition{place: at, Measure: Measure{Name: MeasureCount}, Op: OpGte, Value: Value{Numbers: []any{int64(1)}}}
		if err := p.occurrence(steps[i], keys, depth+1); err != nil {
			return nil, err
		}
	}
	return steps, nil
}

type stepForm struct {
	Event string     `json:"event"`
	Where *Condition `json:"where,omitempty"`
}

func stepForms(steps []*Condition) (forms []stepForm) {
	for _, s := range steps {
		forms = append(forms, stepForm{s.Event.Name, s.Where})
	}
	return forms
}

// sequenceForm is the normal form of a sequence.
type sequenceForm struct {
	Sequence []stepForm     `json:"sequence"`
	Within   int            `json:"within_days"`
	Without  []stepForm     `json:"without,omitempty"`
	Window   map[string]any `json:"window"`
}

func (c *Condition) sequenceForm() sequenceForm {
	return sequenceForm{stepForms(c.Sequence), c.Within, stepForms(c.Without), c.Window.form()}
}
