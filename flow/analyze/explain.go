package analyze

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"guanxi/base/fault"
	"guanxi/guard"
)

// Explanation says why a customer is in a segment or not, condition by condition. Next is when that changes by time
// alone, if nothing else happens, as far as two years ahead can tell.
type Explanation struct {
	Member bool        `json:"member"`
	Tree   ExplainNode `json:"tree"`
	Next   *NextChange `json:"next"`
}

// NextChange is the civil day on which the customer enters (Member true) or leaves.
type NextChange struct {
	Day    string `json:"day"`
	Member bool   `json:"member"`
}

// ExplainNode is one node of the condition: whether it holds for the customer and, for a single condition, the
// customer's own value in words. Of counts the children of all and any, Hold those of them that hold.
type ExplainNode struct {
	Path     string        `json:"path"`
	Kind     string        `json:"kind" enum:"all,any,not,field,event,sequence,tag,segment,list"`
	Holds    bool          `json:"holds"`
	Clause   Label         `json:"clause"`
	Value    *Label        `json:"value,omitempty"`
	Hold     int           `json:"hold,omitempty"`
	Of       int           `json:"of,omitempty"`
	Children []ExplainNode `json:"children,omitempty"`
}

// Explain says why a customer is in segment id or not. Faults: not found for the segment and for a customer who is not
// there or not in the reader's scope.
func (s *Segments) Explain(ctx context.Context, id, customerID int64) (*Explanation, error) {
	c, err := s.conditionOf(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.explain(ctx, c, customerID)
}

// ExplainCondition does the same for a condition that is not saved.
func (s *Segments) ExplainCondition(ctx context.Context, text []byte, customerID int64) (*Explanation, error) {
	c, err := ParseCondition(ctx, text, s.lookup())
	if err != nil {
		return nil, err
	}
	return s.explain(ctx, c, customerID)
}

func (s *Segments) explain(ctx context.Context, c *Condition, customerID int64) (*Explanation, error) {
	where, args := guard.ScopeOf(ctx, "customers").Where("c")
	var there int
	err := s.columns.QueryRow(ctx, "select count(*) from customers c where c.id = ? and "+where, append([]any{customerID}, args...)...).Scan(&there)
	if err != nil {
		return nil, err
	}
	if there == 0 {
		return nil, fault.NotFound("customer", customerID)
	}
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	own, err := s.columns.Aside(ctx)
	if err != nil {
		return nil, err
	}
	defer own.Close()
	k, err := narrow(ctx, own, newCompiler(ctx), unbounded(c.relations()), []int64{customerID})
	if err != nil {
		return nil, err
	}
	e := &explainer{ctx: ctx, from: own, k: k, reader: reader}
	tree, err := e.node(c)
	if err != nil {
		return nil, err
	}
	out := &Explanation{Member: tree.Holds, Tree: tree}
	out.Next, err = e.next(c, tree.Holds)
	return out, err
}

type explainer struct {
	ctx    context.Context
	from   columnReader
	k      *compiler
	reader Reader
}

func (e *explainer) node(c *Condition) (ExplainNode, error) {
	n := ExplainNode{Path: c.place, Clause: e.reader.Clause(c)}
	var children []*Condition
	switch {
	case c.Not != nil:
		n.Kind, children = "not", []*Condition{c.Not}
	case c.Segment != nil:
		n.Kind, children = "segment", []*Condition{c.Segment.Condition}
	case c.List != nil && len(c.List.Segments) > 0:
		n.Kind, children = "list", append([]*Condition{c.List.picked(c.place)}, c.List.Segments...)
	case c.Any != nil:
		n.Kind, children = "any", c.Any
	case c.Field != nil, c.Event != nil, c.Sequence != nil, c.Tag != "", c.List != nil:
		err := e.leaf(c, &n)
		return n, err
	default:
		n.Kind, children = "all", c.All
	}
	for _, child := range children {
		inner, err := e.node(child)
		if err != nil {
			return n, err
		}
		n.Children = append(n.Children, inner)
		if inner.Holds {
			n.Hold++
		}
	}
	n.Of = len(children)
	switch n.Kind {
	case "any", "list":
		n.Holds = n.Hold > 0
	case "not":
		n.Holds, n.Hold, n.Of = n.Hold == 0, 0, 0
	default:
		n.Holds = n.Hold == n.Of
	}
	return n, nil
}

// leaf asks columns whether the condition holds and for the value it stands on.
func (e *explainer) leaf(c *Condition, n *ExplainNode) error {
	value, f := e.k.valueOf(c)
	query := glue("", e.k.holds(c, false).put("select coalesce(", ", false), "), value.put("(", ")::varchar from "+e.k.table("customers")+" c"))
	var text sql.NullString
	if err := e.from.QueryRow(e.ctx, query.sql, query.args...).Scan(&n.Holds, &text); err != nil {
		return err
	}
	switch {
	case c.Tag != "":
		n.Kind = "tag"
	case c.List != nil:
		n.Kind = "list"
	case c.Event != nil:
		n.Kind = "event"
	case c.Sequence != nil:
		n.Kind = "sequence"
	default:
		n.Kind = "field"
	}
	said := e.say(c, f, text)
	n.Value = &said
	return nil
}

// valueOf gives what a single condition stands on for the one customer that k reads, and the field it compares like.
func (k *compiler) valueOf(c *Condition) (piece, *Field) {
	switch {
	case c.Tag != "":
		return sqlPiece("list_contains(c.tags, ?)", c.Tag), &Field{Type: TypeBoolean}
	case c.List != nil:
		return k.holds(c, false), &Field{Type: TypeBoolean}
	case c.Sequence != nil:
		return k.stepsDone(c), &Field{Type: TypeNumber}
	case c.Event != nil:
		s := k.eventSet(c, false)
		from, _, _ := c.Window.days(k.today)
		query := aggregate(c.Measure, piece{}, from).x.put("select ", " from "+k.table(s.relation)+" e where ")
		query = glue("", query, s.tests[0].keep)
		if s.from != "" {
			query = glue("", query, sqlPiece(" and e.day between ?::date and ?::date", s.from, s.to))
		}
		return query, c.Measure.field()
	case c.Field.scores:
		return sqlPiece("select " + c.Field.expr + " from " + k.table("customer_scores") + " s"), c.Field
	case c.Field.Type == TypeCustom:
		return operandOf(c.Field).value(Value{}, OpEq), c.Field
	}
	return operandOf(c.Field).x, c.Field
}

// say puts a value in words: 7 次, 12 天, 92%.
func (e *explainer) say(c *Condition, f *Field, text sql.NullString) Label {
	if !text.Valid || text.String == "" || text.String == "[]" {
		return Label{"无", "none"}
	}
	var v Value
	switch f.Type {
	case TypeBoolean:
		if text.String == "true" {
			return Label{"是", "yes"}
		}
		return Label{"否", "no"}
	case TypeElapsed:
		day, err := time.Parse(time.DateOnly, text.String)
		if err != nil {
			return Label{text.String, text.String}
		}
		v.Numbers = []any{int64(elapsed(f, day, e.k.today))}
	case TypeInstant:
		ms, err := strconv.ParseInt(text.String, 10, 64)
		if err != nil {
			return Label{text.String, text.String}
		}
		v.Texts = []string{e.k.workspace.Day(ms)}
	case TypeNumber, TypeMoney, TypeShare, TypeReference:
		number, err := strconv.ParseFloat(text.String, 64)
		if err != nil {
			return Label{text.String, text.String}
		}
		if v.Numbers = []any{number}; f.Type == TypeReference {
			v.Numbers = []any{int64(number)}
		}
	default:
		v.Texts = []string{text.String}
	}
	zh, en := chineseUnits[f.Unit], englishUnits[f.Unit]
	switch {
	case c.Event != nil && c.Measure.Name == MeasureCount:
		zh, en = " 次", "time"
	case c.Sequence != nil:
		zh, en = " 步", "step"
	case c.Event != nil && c.Measure.Name == MeasureDays:
		zh, en = " 天", "day"
	}
	return Label{
		e.reader.values(v, f, "zh-CN", func(n string, _ bool) string { return n + zh })[0],
		e.reader.values(v, f, "en-US", func(n string, one bool) string { return count(n, en, one) })[0],
	}
}

// elapsed gives the whole years or days from day to today.
func elapsed(f *Field, day, today time.Time) int {
	if f.Unit != "years" {
		return daysBetween(day, today)
	}
	years := today.Year() - day.Year()
	for day.After(yearsBefore(today, years)) {
		years--
	}
	return years
}
