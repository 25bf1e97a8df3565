package analyze

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	place "github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/base/money"
	"guanxi/base/workspace"
)

// A formula is a text in the syntax of expr-lang over the fields of a customer. It is never run by that library: its checked
// tree becomes SQL over columns, which is reckoned wherever it is asked for, so that there is one truth and nothing to go
// stale.
const (
	longestFormula = 2000
	mostNodes      = 300   // of the tree
	longestSQL     = 40000 // with all formulas it is built on
	deepestFormula = 5     // formulas built on formulas
)

// The types of what a formula says. Nothing is the type of nil.
const (
	kindNumber  = "number"
	kindText    = "text"
	kindBoolean = "boolean"
	kindDay     = "day"
	kindSet     = "set"
	kindNothing = "nothing"
)

// term is a part of a formula as SQL over c, a row of customers.
type term struct {
	sql, kind string
	currency  string // of an amount
}

// formula translates one formula.
type formula struct {
	ctx     context.Context
	set     *field.Set
	path    []string // keys of the formulas this one is read for, itself last
	inputs  []string
	timed   bool // a day passing changes it
	scored  bool // new scores change it
	wrong   []fault.Field
	written int
}

// translated is a formula as columns reckon it.
type translated struct {
	term
	inputs        []string
	timed, scored bool
}

// translate reads a formula against a set of fields. The faults name the place in the text, counted in characters from 1.
func translate(ctx context.Context, set *field.Set, f *field.Field, path ...string) (*translated, []fault.Field) {
	t := &formula{ctx: ctx, set: set, path: append(slices.Clone(path), f.Key)}
	text := strings.TrimSpace(f.Formula)
	if text == "" {
		return nil, []fault.Field{{Field: "formula", Key: "required"}}
	}
	if len([]rune(text)) > longestFormula {
		return nil, []fault.Field{{Field: "formula", Key: "formula_too_large"}}
	}
	config := conf.CreateNew()
	config.MaxNodes = mostNodes
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		at, why := 1, err.Error()
		if said := (*place.Error)(nil); errors.As(err, &said) {
			at, why = said.From+1, said.Message
		}
		if strings.Contains(why, "exceeds maximum allowed nodes") {
			return nil, []fault.Field{{Field: "formula", Key: "formula_too_large"}}
		}
		return nil, []fault.Field{{Field: "formula", Key: "formula_unreadable", Args: []any{at, why}}}
	}
	result := t.read(tree.Node)
	switch {
	case len(t.wrong) > 0:
		return nil, t.wrong
	case result.kind == kindSet || result.kind == kindNothing:
		return nil, []fault.Field{{Field: "formula", Key: "formula_says_no_value"}}
	case len(result.sql) > longestSQL:
		return nil, []fault.Field{{Field: "formula", Key: "formula_too_large"}}
	}
	if result.kind == kindNumber {
		result.sql = "(case when isfinite(" + result.sql + ") then " + result.sql + " end)"
	}
	return &translated{result, t.inputs, t.timed, t.scored}, nil
}

// resultOf gives the type of a field whose values a formula says: an amount where its unit is a currency.
func resultOf(kind, unit string) field.Type {
	switch kind {
	case kindNumber:
		if money.Known(unit) {
			return field.Money
		}
		return field.Number
	case kindBoolean:
		return field.Boolean
	case kindDay:
		return field.Day
	}
	return field.Text
}

// fail notes what is wrong at a node.
func (t *formula) fail(n ast.Node, key string, args ...any) term {
	if len(t.wrong) == 0 {
		t.wrong = append(t.wrong, fault.Field{Field: "formula", Key: key, Args: append([]any{n.Location().From + 1}, args...)})
	}
	return term{sql: "null", kind: kindNothing}
}

func (t *formula) read(n ast.Node) term {
	if len(t.wrong) > 0 {
		return term{sql: "null", kind: kindNothing}
	}
	switch n := n.(type) {
	case *ast.NilNode:
		return term{sql: "null", kind: kindNothing}
	case *ast.IntegerNode:
		return constant(float64(n.Value))
	case *ast.FloatNode:
		return constant(n.Value)
	case *ast.BoolNode:
		if n.Value {
			return term{sql: "true", kind: kindBoolean}
		}
		return term{sql: "false", kind: kindBoolean}
	case *ast.StringNode:
		return t.text(n, n.Value)
	case *ast.IdentifierNode, *ast.MemberNode:
		if name, ok := dotted(n); ok {
			return t.input(n, name)
		}
	case *ast.UnaryNode:
		return t.unary(n)
	case *ast.BinaryNode:
		return t.binary(n)
	case *ast.ConditionalNode:
		return t.either(n)
	case *ast.BuiltinNode:
		return t.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok {
			return t.call(n, name.Value, n.Arguments)
		}
	}
	return t.fail(n, "formula_not_understood")
}

// dotted gives a name of fields parted by points.
func dotted(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value, true
	case *ast.MemberNode:
		before, ok := dotted(n.Node)
		last, is := n.Property.(*ast.StringNode)
		if ok && is && !n.Optional {
			return before + "." + last.Value, true
		}
	}
	return "", false
}

// input reads a field. Amounts count in whole units of their currency, not in its smallest ones.
func (t *formula) input(n ast.Node, name string) term {
	if key, own := strings.CutPrefix(name, customPrefix); own {
		if d, known := t.set.Find(key); known && d.Type == field.Formula {
			return t.inner(n, d)
		}
	}
	f, known := customerField(field.With(t.ctx, func() *field.Set { return t.set }), name)
	if !known || f.path != "" || f.Type == TypeCustom {
		return t.fail(n, "formula_unknown_field", name)
	}
	if d, own := t.set.Find(strings.TrimPrefix(name, customPrefix)); own && strings.HasPrefix(name, customPrefix) && (d.Archived() || d.Withheld() || d.Type == field.Address) || f.blind != nil {
		return t.fail(n, "formula_field_withheld", name)
	}
	if !slices.Contains(t.inputs, name) {
		t.inputs = append(t.inputs, name)
	}
	sql := f.expr
	if f.scores {
		sql, t.scored = "(select "+sql+" from customer_scores s where s.customer_id = c.id)", true
	}
	switch f.Type {
	case TypeNumber, TypeShare:
		return term{sql: "(" + sql + ")::double", kind: kindNumber}
	case TypeMoney:
		currency := f.Unit
		if !f.own {
			currency = workspace.Of(t.ctx).Currency
		}
		return term{sql: "((" + sql + ") / " + digits(pow10(money.Exponent(currency))) + ")", kind: kindNumber, currency: currency}
	case TypeElapsed:
		t.timed = true
		unit := "day"
		if f.Unit == "years" {
			unit = "year"
		}
		return term{sql: "date_sub('" + unit + "', (" + sql + "), " + t.today() + ")::double", kind: kindNumber}
	case TypeBoolean:
		return term{sql: "(" + sql + ")", kind: kindBoolean}
	case TypeDay:
		return term{sql: "(" + sql + ")::date", kind: kindDay}
	case TypeInstant:
		if f.day != "" {
			return term{sql: "(" + f.day + ")::date", kind: kindDay}
		}
		return term{sql: "timezone('" + strings.ReplaceAll(workspace.Of(t.ctx).TimeZone, "'", "''") + "', to_timestamp((" + sql + ") / 1000.0))::date", kind: kindDay}
	case TypeSet:
		return term{sql: "(" + sql + ")", kind: kindSet}
	}
	return term{sql: "(" + sql + ")::varchar", kind: kindText}
}

// inner puts another formula in the place of its name.
func (t *formula) inner(n ast.Node, d *field.Field) term {
	switch {
	case slices.Contains(t.path, d.Key):
		return t.fail(n, "formula_in_circle", d.Key)
	case len(t.path) >= deepestFormula:
		return t.fail(n, "formula_too_deep")
	case d.Archived():
		return t.fail(n, "formula_field_withheld", customPrefix+d.Key)
	}
	of, wrong := translate(t.ctx, t.set, d, t.path...)
	if len(wrong) > 0 {
		if wrong[0].Key == "formula_in_circle" {
			return t.fail(n, "formula_in_circle", d.Key)
		}
		return t.fail(n, "formula_built_on_wrong", d.Key)
	}
	if t.written += len(of.sql); t.written > longestSQL {
		return t.fail(n, "formula_too_deep")
	}
	t.inputs = append(t.inputs, customPrefix+d.Key)
	t.timed, t.scored = t.timed || of.timed, t.scored || of.scored
	if d.Result == field.Money {
		of.currency = d.Unit
	}
	return of.term
}
