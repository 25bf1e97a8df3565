package analyze

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/expr-lang/expr/ast"

	"guanxi/base/clock"
	"guanxi/base/workspace"
)

func constant(n float64) term { return term{sql: digits(n), kind: kindNumber} }

func digits(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) + "::double" }

func pow10(n int) float64 { return math.Pow10(n) }

// text is a text as SQL. Nothing but quotes has a meaning in one.
func (t *formula) text(n ast.Node, said string) term {
	if strings.ContainsFunc(said, unicode.IsControl) {
		return t.fail(n, "formula_not_understood")
	}
	return term{sql: "'" + strings.ReplaceAll(said, "'", "''") + "'", kind: kindText}
}

func (t *formula) today() string {
	t.timed = true
	return "'" + workspace.Of(t.ctx).Day(clock.Millis(t.ctx)) + "'::date"
}

func (t *formula) unary(n *ast.UnaryNode) term {
	x := t.read(n.Node)
	switch {
	case (n.Operator == "-" || n.Operator == "+") && x.kind == kindNumber:
		return term{"(" + n.Operator + x.sql + ")", kindNumber, x.currency}
	case (n.Operator == "not" || n.Operator == "!") && x.kind == kindBoolean:
		return term{sql: "(not " + x.sql + ")", kind: kindBoolean}
	}
	return t.fail(n, "formula_types_differ", n.Operator)
}

var compared = map[string]string{"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

// binary reads two parts with a sign between. Of an empty part comes nothing, but for and, or, ?? and the comparison with nil.
func (t *formula) binary(n *ast.BinaryNode) term {
	if n.Operator == "in" {
		return t.among(n)
	}
	a, b := t.read(n.Left), t.read(n.Right)
	if len(t.wrong) > 0 {
		return a
	}
	if a.currency != "" && b.currency != "" && a.currency != b.currency {
		return t.fail(n, "formula_currencies_differ", a.currency, b.currency)
	}
	currency, numbers := a.currency+b.currency, a.kind == kindNumber && b.kind == kindNumber
	if a.currency == b.currency {
		currency = a.currency
	}
	join := func(kind string) term { return term{"(" + a.sql + " " + n.Operator + " " + b.sql + ")", kind, ""} }
	switch op := n.Operator; {
	case compared[op] != "" && (a.kind == kindNothing || b.kind == kindNothing) && (op == "==" || op == "!="):
		one := a.sql
		if a.kind == kindNothing {
			one = b.sql
		}
		return term{sql: "(" + one + " is " + map[bool]string{true: "null", false: "not null"}[op == "=="] + ")", kind: kindBoolean}
	case compared[op] != "" && a.kind == b.kind && a.kind != kindSet && a.kind != kindNothing:
		return term{sql: "(" + a.sql + " " + compared[op] + " " + b.sql + ")", kind: kindBoolean}
	case (op == "and" || op == "&&" || op == "or" || op == "||") && a.kind == kindBoolean && b.kind == kindBoolean:
		return term{sql: "(" + a.sql + map[bool]string{true: " and ", false: " or "}[op == "and" || op == "&&"] + b.sql + ")", kind: kindBoolean}
	case op == "+" && a.kind == kindText && b.kind == kindText:
		return term{sql: "(" + a.sql + " || " + b.sql + ")", kind: kindText}
	case (op == "+" || op == "-") && numbers:
		x := join(kindNumber)
		x.currency = currency
		return x
	case op == "*" && numbers:
		x := join(kindNumber)
		x.currency = currency
		return x
	case op == "/" && numbers:
		return term{"(" + a.sql + " / nullif(" + b.sql + ", 0))", kindNumber, a.currency}
	case op == "%" && numbers:
		return term{"fmod(" + a.sql + ", nullif(" + b.sql + ", 0))", kindNumber, ""}
	case (op == "**" || op == "^") && numbers:
		return term{"pow(" + a.sql + ", " + b.sql + ")", kindNumber, ""}
	case op == "-" && a.kind == kindDay && b.kind == kindDay:
		return term{sql: "date_diff('day', " + b.sql + ", " + a.sql + ")::double", kind: kindNumber}
	case (op == "+" || op == "-") && a.kind == kindDay && b.kind == kindNumber:
		return addDays(a, b, op)
	case op == "??" && a.kind == b.kind && a.kind != kindNothing:
		return term{"coalesce(" + a.sql + ", " + b.sql + ")", a.kind, currency}
	case op == "contains" && a.kind == kindText && b.kind == kindText:
		return term{sql: "contains(" + a.sql + ", " + b.sql + ")", kind: kindBoolean}
	case op == "contains" && a.kind == kindSet && b.kind == kindText:
		return term{sql: "list_contains(" + a.sql + ", " + b.sql + ")", kind: kindBoolean}
	case op == "startsWith" && a.kind == kindText && b.kind == kindText:
		return term{sql: "starts_with(" + a.sql + ", " + b.sql + ")", kind: kindBoolean}
	case op == "endsWith" && a.kind == kindText && b.kind == kindText:
		return term{sql: "suffix(" + a.sql + ", " + b.sql + ")", kind: kindBoolean}
	}
	return t.fail(n, "formula_types_differ", n.Operator)
}

// addDays moves a day by a number of days, at most about a century.
func addDays(day, days term, op string) term {
	return term{sql: "(case when abs(" + days.sql + ") < 40000 then " + day.sql + " " + op + " cast(" + days.sql + " as integer) end)", kind: kindDay}
}

// among reads x in [a, b] and x in a field of several values.
func (t *formula) among(n *ast.BinaryNode) term {
	x := t.read(n.Left)
	if list, is := n.Right.(*ast.ArrayNode); is && len(list.Nodes) > 0 {
		parts := make([]string, len(list.Nodes))
		for i, each := range list.Nodes {
			one := t.read(each)
			if one.kind != x.kind {
				return t.fail(each, "formula_types_differ", "in")
			}
			parts[i] = one.sql
		}
		return term{sql: "(" + x.sql + " in (" + strings.Join(parts, ", ") + "))", kind: kindBoolean}
	}
	if set := t.read(n.Right); set.kind == kindSet && x.kind == kindText {
		return term{sql: "list_contains(" + set.sql + ", " + x.sql + ")", kind: kindBoolean}
	}
	return t.fail(n, "formula_types_differ", "in")
}

// either reads a ? b : c and if a { b } else { c }. What is neither true nor false is false.
func (t *formula) either(n *ast.ConditionalNode) term {
	when, a, b := t.read(n.Cond), t.read(n.Exp1), t.read(n.Exp2)
	kind := a.kind
	if kind == kindNothing {
		kind = b.kind
	}
	switch {
	case len(t.wrong) > 0:
		return a
	case when.kind != kindBoolean, a.kind != b.kind && a.kind != kindNothing && b.kind != kindNothing, kind == kindSet:
		return t.fail(n, "formula_types_differ", "? :")
	case a.currency != "" && b.currency != "" && a.currency != b.currency:
		return t.fail(n, "formula_currencies_differ", a.currency, b.currency)
	}
	return term{"(case when " + when.sql + " then " + a.sql + " else " + b.sql + " end)", kind, a.currency}
}

// function is one that a formula may call: the types it takes, "..." at the end for more of the last, and what it says.
type function struct {
	takes []string
	says  string
	sql   string // $1, $2 are the arguments, $* all
}

var functions = map[string]function{
	"round":      {[]string{kindNumber}, kindNumber, "round($1)"},
	"round/2":    {[]string{kindNumber, kindNumber}, kindNumber, "round($1, greatest(-9, least(9, cast($2 as integer))))"},
	"abs":        {[]string{kindNumber}, kindNumber, "abs($1)"},
	"floor":      {[]string{kindNumber}, kindNumber, "floor($1)"},
	"ceil":       {[]string{kindNumber}, kindNumber, "ceil($1)"},
	"min":        {[]string{kindNumber, "..."}, kindNumber, "least($*)"},
	"max":        {[]string{kindNumber, "..."}, kindNumber, "greatest($*)"},
	"lower":      {[]string{kindText}, kindText, "lower($1)"},
	"upper":      {[]string{kindText}, kindText, "upper($1)"},
	"trim":       {[]string{kindText}, kindText, "trim($1)"},
	"len":        {[]string{kindText}, kindNumber, "length($1)::double"},
	"string":     {[]string{kindNumber}, kindText, "regexp_replace(printf('%.6f', $1), '\\.?0+$', '')"},
	"join":       {[]string{kindText, kindText, "..."}, kindText, "nullif(concat_ws($*), '')"},
	"year":       {[]string{kindDay}, kindNumber, "year($1)::double"},
	"month":      {[]string{kindDay}, kindNumber, "month($1)::double"},
	"day":        {[]string{kindDay}, kindNumber, "day($1)::double"},
	"days":       {[]string{kindDay, kindDay}, kindNumber, "date_diff('day', $2, $1)::double"},
	"months":     {[]string{kindDay, kindDay}, kindNumber, "date_sub('month', $2, $1)::double"},
	"years":      {[]string{kindDay, kindDay}, kindNumber, "date_sub('year', $2, $1)::double"},
	"daysSince":  {[]string{kindDay}, kindNumber, "date_diff('day', $1, $today)::double"},
	"yearsSince": {[]string{kindDay}, kindNumber, "date_sub('year', $1, $today)::double"},
	"today":      {nil, kindDay, "$today"},
}

// call reads a function of its arguments. Of an empty argument comes nothing, but join leaves it out, and min and max too.
func (t *formula) call(n ast.Node, name string, nodes []ast.Node) term {
	if name == "date" && len(nodes) == 1 {
		if said, is := nodes[0].(*ast.StringNode); is {
			if _, err := time.Parse(time.DateOnly, said.Value); err == nil {
				return term{sql: "'" + said.Value + "'::date", kind: kindDay}
			}
		}
		return t.fail(n, "formula_arguments", name)
	}
	if name == "isSet" && len(nodes) == 1 {
		x := t.read(nodes[0])
		if x.kind == kindSet {
			return term{sql: "(len(" + x.sql + ") > 0)", kind: kindBoolean}
		}
		return term{sql: "(" + x.sql + " is not null)", kind: kindBoolean}
	}
	f, known := functions[name]
	if more, also := functions[name+"/"+strconv.Itoa(len(nodes))]; also {
		f = more
	}
	if !known {
		return t.fail(n, "formula_unknown_function", name)
	}
	takes, open := f.takes, false
	if len(takes) > 0 && takes[len(takes)-1] == "..." {
		takes, open = takes[:len(takes)-1], true
	}
	if len(nodes) < len(takes) || len(nodes) > len(takes) && !open || len(nodes) > 20 {
		return t.fail(n, "formula_arguments", name)
	}
	currency, args := "", make([]string, len(nodes))
	for i, each := range nodes {
		x := t.read(each)
		if len(t.wrong) > 0 {
			return x
		}
		if x.kind != takes[min(i, len(takes)-1)] {
			return t.fail(each, "formula_arguments", name)
		}
		if f.says == kindNumber && x.currency != "" {
			if currency != "" && currency != x.currency {
				return t.fail(each, "formula_currencies_differ", currency, x.currency)
			}
			currency = x.currency
		}
		args[i] = x.sql
	}
	pairs := []string{"$*", strings.Join(args, ", ")}
	for i, arg := range args {
		pairs = append(pairs, "$"+strconv.Itoa(i+1), arg)
	}
	if strings.Contains(f.sql, "$today") {
		pairs = append(pairs, "$today", t.today())
	}
	return term{strings.NewReplacer(pairs...).Replace(f.sql), f.says, currency}
}
