package analyze

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"guanxi/base/fault"
)

// Bounds of a condition, so that a query stays a query.
const (
	conditionBytes = 64 << 10
	conditionDepth = 12
	conditionNodes = 200
	conditionTexts = 1000 // values in one list
	textLength     = 200  // runes in one value
)

// Lookup finds what a condition refers to. Fault of Segment and List: not found.
type Lookup struct {
	Segment func(ctx context.Context, id int64) (name string, condition json.RawMessage, err error)
	List    func(ctx context.Context, id int64) (*ListTree, error)
	// Event says whether an event of that name was ever sent; nil knows none but the product's own.
	Event func(ctx context.Context, name string) (bool, error)
}

// ListTree is a list with everything below it: Lists are the list itself and all lists below, Segments those that stand
// in one of them.
type ListTree struct {
	Name     string
	Lists    []int64
	Segments []int64
}

// ParseCondition reads and checks a condition for the actor of ctx. Faults are invalid and name the place in the tree,
// such as all[1].value: what is no JSON, unknown keys, fields, operators, types; fields the actor may not use; a
// segment that is not there or that leads back to itself; more than the bounds.
func ParseCondition(ctx context.Context, text []byte, lookup Lookup) (*Condition, error) {
	return parseConditionOf(ctx, text, lookup, 0)
}

// parseConditionOf reads the condition of segment self (0 for none), which it must not lead back to.
func parseConditionOf(ctx context.Context, text []byte, lookup Lookup, self int64) (*Condition, error) {
	p := conditionParser{ctx: ctx, lookup: lookup}
	if self != 0 {
		p.within = []int64{self}
	}
	return p.whole(text)
}

type conditionParser struct {
	ctx    context.Context
	lookup Lookup
	within []int64 // segments on the way to here
	nodes  int
	saved  bool // what is read was checked when it was saved
}

func (p *conditionParser) whole(text []byte) (*Condition, error) {
	if len(text) > conditionBytes {
		return nil, fault.Invalid("condition", "condition_too_large", conditionBytes)
	}
	if !json.Valid(text) {
		return nil, fault.Invalid("condition", "not_json")
	}
	return p.node(text, "", 1, nil)
}

// node reads one node; ev is the event whose properties it may ask for, nil for fields of the customer.
func (p *conditionParser) node(raw json.RawMessage, place string, depth int, ev *Event) (*Condition, error) {
	if p.nodes++; p.nodes > conditionNodes {
		return nil, wrong(place, "", "too_many_conditions", conditionNodes)
	}
	if depth > conditionDepth {
		return nil, wrong(place, "", "nested_too_deep", conditionDepth)
	}
	keys, err := objectKeys(raw, place)
	if err != nil {
		return nil, err
	}
	var kind string
	for _, k := range []string{"all", "any", "not", "field", "event", "segment", "tag", "list", "sequence"} {
		if _, ok := keys[k]; ok {
			if kind != "" {
				return nil, wrong(place, k, "only_one_of", kind, k)
			}
			kind = k
		}
	}
	allowed := map[string][]string{"field": {"op", "value", "calendar"}, "event": {"where", "measure", "op", "value", "window"},
		"sequence": {"within_days", "without", "window"}}[kind]
	for _, k := range sortedKeys(keys) {
		if k != kind && !slices.Contains(allowed, k) {
			return nil, wrong(place, k, "unknown_key")
		}
	}
	c := &Condition{place: place}
	switch {
	case kind == "":
		return nil, wrong(place, "", "needs_one_of", "all, any, not, field, event, sequence, segment, tag, list")
	case kind == "all" || kind == "any":
		children, err := p.children(keys[kind], inside(place, kind), depth, ev)
		if kind == "all" {
			c.All, c.everyone = children, len(children) == 0
		} else if c.Any = children; err == nil && len(children) == 0 {
			return nil, wrong(place, kind, "needs_at_least_one")
		}
		return c, err
	case kind == "not":
		c.Not, err = p.node(keys["not"], inside(place, "not"), depth+1, ev)
		return c, err
	case kind == "field":
		return c, p.field(c, keys, ev)
	case ev != nil:
		return nil, wrong(place, kind, "not_inside_where")
	case kind == "event":
		return c, p.event(c, keys, depth)
	case kind == "sequence":
		return c, p.sequence(c, keys, depth)
	case kind == "segment":
		return c, p.segment(c, keys["segment"], depth)
	case kind == "tag":
		c.Tag, err = oneText(keys["tag"], inside(place, "tag"))
		if err == nil && !customerFields["tags"].mayUse(p.ctx) {
			err = wrong(place, "tag", notYours, "tags")
		}
		if err == nil && c.Tag == "" {
			err = wrong(place, "tag", "is_empty")
		}
		return c, err
	}
	return c, p.list(c, keys["list"], depth)
}

func (p *conditionParser) children(raw json.RawMessage, place string, depth int, ev *Event) ([]*Condition, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || list == nil {
		return nil, wrong(place, "", "must_be_a_list")
	}
	out := make([]*Condition, len(list))
	for i, r := range list {
		c, err := p.node(r, fmt.Sprintf("%s[%d]", place, i), depth+1, ev)
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

func (p *conditionParser) field(c *Condition, keys map[string]json.RawMessage, ev *Event) error {
	name, err := oneText(keys["field"], inside(c.place, "field"))
	if err != nil {
		return err
	}
	var known bool
	if ev != nil {
		c.Field, known = ev.propertyIn(p.ctx, name)
	} else {
		c.Field, known = customerField(p.ctx, name)
	}
	if !known {
		return wrong(c.place, "field", "unknown_field", name)
	}
	if ev == nil && !c.Field.mayUse(p.ctx) {
		return wrong(c.place, "field", notYours, name)
	}
	ops := c.Field.Ops()
	if ev == nil {
		ops = c.Field.customerOps()
	}
	if c.Op, err = operator(keys, c.place, ops); err != nil {
		return err
	}
	if c.Value, err = parseValue(keys["value"], inside(c.place, "value"), c.Field, c.Op); err != nil {
		return err
	}
	if c.Value.Lunar, err = lunarOf(keys["calendar"], inside(c.place, "calendar"), c.Op); err == nil && c.Value.Lunar && c.Value.Days > lunarMax {
		err = wrong(c.place, "value", "out_of_bounds", 0, lunarMax)
	}
	return err
}

// occurrence reads which event, and where.
func (p *conditionParser) occurrence(c *Condition, keys map[string]json.RawMessage, depth int) error {
	name, err := oneText(keys["event"], inside(c.place, "event"))
	if err != nil {
		return err
	}
	ev, err := p.eventNamed(p.ctx, name)
	if err != nil {
		return err
	}
	if ev == nil {
		return wrong(c.place, "event", "unknown_event", name)
	}
	if !ev.mayAsk(p.ctx) {
		return wrong(c.place, "event", notYours, name)
	}
	c.Event = ev
	if raw, ok := keys["where"]; ok && string(raw) != "null" {
		c.Where, err = p.node(raw, inside(c.place, "where"), depth+1, ev)
	}
	return err
}

func (p *conditionParser) event(c *Condition, keys map[string]json.RawMessage, depth int) error {
	err := p.occurrence(c, keys, depth)
	if err != nil {
		return err
	}
	ev := c.Event
	if c.Measure, err = measureOf(keys["measure"], inside(c.place, "measure"), ev); err != nil {
		return err
	}
	if c.Window, err = windowOf(keys["window"], inside(c.place, "window")); err != nil {
		return err
	}
	if _, _, bounded := c.Window.days(someDay); c.Measure.Name == MeasureRatio && !bounded {
		return wrong(c.place, "window", "ratio_needs_a_bounded_window")
	}
	if keys["op"] == nil && keys["value"] == nil && c.Measure.Name == MeasureCount {
		c.Op, c.Value = OpGte, Value{Numbers: []any{int64(1)}}
		return nil
	}
	as := c.Measure.field()
	ops := slices.DeleteFunc(slices.Clone(as.customerOps()), func(o Op) bool { return o == OpIsSet || o == OpIsNotSet })
	if c.Op, err = operator(keys, c.place, ops); err != nil {
		return err
	}
	c.Value, err = parseValue(keys["value"], inside(c.place, "value"), as, c.Op)
	return err
}

func (p *conditionParser) segment(c *Condition, raw json.RawMessage, depth int) error {
	place := inside(c.place, "segment")
	id, err := oneID(raw, place)
	if err != nil {
		return err
	}
	c.Segment, err = p.reference(id, place, depth)
	return err
}

// list reads a list with all that stands below it. A segment in it whose condition asks for the list again would never end.
func (p *conditionParser) list(c *Condition, raw json.RawMessage, depth int) error {
	place := inside(c.place, "list")
	id, err := oneID(raw, place)
	if err != nil {
		return err
	}
	tree, err := p.lookup.List(p.ctx, id)
	if fault.Is(err, fault.KindNotFound) {
		return fault.Invalid(place, "unknown_list", id)
	}
	if err != nil {
		return err
	}
	c.List = &ListReference{ID: id, Name: tree.Name, Lists: tree.Lists}
	for _, segment := range tree.Segments {
		within, err := p.reference(segment, place, depth)
		if err != nil {
			return err
		}
		c.List.Segments = append(c.List.Segments, &Condition{Segment: within, place: c.place})
	}
	return nil
}

// reference reads the condition of a segment that another condition builds on.
func (p *conditionParser) reference(id int64, place string, depth int) (*SegmentReference, error) {
	if slices.Contains(p.within, id) {
		return nil, fault.Invalid(place, "segment_leads_back_to_itself", id)
	}
	name, text, err := p.lookup.Segment(p.ctx, id)
	if fault.Is(err, fault.KindNotFound) {
		return nil, fault.Invalid(place, "unknown_segment", id)
	}
	if err != nil {
		return nil, err
	}
	p.within = append(p.within, id)
	defer func(saved bool) { p.within, p.saved = p.within[:len(p.within)-1], saved }(p.saved)
	p.saved = true
	inner, err := p.node(text, place, depth+1, nil)
	if err != nil {
		return nil, err
	}
	return &SegmentReference{ID: id, Name: name, Condition: inner}, nil
}

// objectKeys reads a JSON object key by key, so that a key written twice is seen.
func objectKeys(raw json.RawMessage, place string) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, wrong(place, "", "must_be_an_object")
	}
	keys := map[string]json.RawMessage{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, wrong(place, "", "not_json")
		}
		key := t.(string) // the decoder gives nothing else here
		if _, twice := keys[key]; twice {
			return nil, wrong(place, key, "key_twice")
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, wrong(place, key, "not_json")
		}
		keys[key] = v
	}
	return keys, nil
}

// inside names the place of key within place.
func inside(place, key string) string {
	if place == "" {
		return key
	}
	if key == "" {
		return place
	}
	return place + "." + key
}

// wrong gives the fault of key at place; the root itself is called condition.
// notYours is what is wrong with a condition that asks for what the reader may not use.
const notYours = "field_not_yours_to_use"

func wrong(place, key, message string, args ...any) *fault.Error {
	at := inside(place, key)
	if at == "" {
		at = "condition"
	}
	return fault.Invalid(at, message, args...)
}

func sortedKeys(m map[string]json.RawMessage) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func jsonID(id int64) string { return strconv.FormatInt(id, 10) }

// operator reads "op", which must be one of ops.
func operator(keys map[string]json.RawMessage, place string, ops []Op) (Op, error) {
	text, err := oneText(keys["op"], inside(place, "op"))
	if err != nil {
		return "", err
	}
	if _, known := phrases[Op(text)]; !known {
		return "", wrong(place, "op", "unknown_operator", text)
	}
	if !slices.Contains(ops, Op(text)) {
		names := make([]string, len(ops))
		for i, o := range ops {
			names[i] = string(o)
		}
		return "", wrong(place, "op", "operator_not_for_this_type", text, strings.Join(names, ", "))
	}
	return Op(text), nil
}
