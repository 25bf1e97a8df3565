package analyze

import (
	"cmp"
	"strings"
	"time"
)

// operand is what a comparison stands on: the value in SQL, for an instant also its civil day, and the type.
type operand struct {
	kind FieldType
	unit string
	x    piece
	day  piece
	json string
	path string
}

func operandOf(f *Field) operand {
	return operand{kind: f.Type, unit: f.Unit, x: sqlPiece(f.expr), day: sqlPiece(f.day), json: cmp.Or(f.json, "c.custom"), path: f.path}
}

// positive gives the operator whose opposite a negative one is.
func positive(op Op) (Op, bool) {
	switch op {
	case OpNe:
		return OpEq, true
	case OpNotIn:
		return OpIn, true
	case OpIsNotSet:
		return OpIsSet, true
	case OpNotInLast:
		return OpInLastDays, true
	}
	return op, false
}

// plain gives a comparison with the row of the customer (c) or, inside `where`, of the event (e).
func (k *compiler) plain(c *Condition, negated bool) piece {
	if c.Tag != "" {
		p := sqlPiece("list_contains(c.tags, ?)", c.Tag)
		if negated {
			p = p.put("not ", "")
		}
		return p
	}
	op, opposite := positive(c.Op)
	o := operandOf(c.Field)
	p := k.tests(c, op)
	if negated == opposite {
		return p
	}
	if c.Field.never || op == OpIsSet {
		return p.put("not (", ")")
	}
	return glue("", o.value(c.Value, op), p.put(" is null or not (", ")")).put("(", ")")
}

// value gives what is compared: a custom field read as the type of the value it is compared with.
func (o operand) value(v Value, op Op) piece {
	if o.kind != TypeCustom {
		return o.x
	}
	text := sqlPiece("json_extract_string("+o.json+", ?)", o.path)
	switch {
	case v.Numbers != nil:
		return text.put("try_cast(", " as double)")
	case v.Moments != nil || op == OpInLastDays || op == OpAnniversary:
		return text.put("try_cast(", " as date)")
	}
	return text
}

// compare applies a positive operator. The result is null where the operand is unset.
func (k *compiler) compare(o operand, op Op, v Value) piece {
	x := o.value(v, op)
	switch {
	case op == OpAnniversary && v.Lunar:
		return k.lunarAnniversary(o, x, int(v.Days))
	case op == OpIsSet && o.kind == TypeSet:
		return x.put("len(", ") > 0")
	case op == OpIsSet:
		return x.put("(", " is not null)")
	case o.kind == TypeElapsed:
		return k.compareElapsed(o, op, v.Numbers)
	case op == OpInLastDays && o.kind == TypeInstant:
		return insideSpan(x, dayStart(k.workspace, k.today.AddDate(0, 0, 1-int(v.Days))), dayStart(k.workspace, k.today.AddDate(0, 0, 1)))
	case op == OpInLastDays:
		return glue("", x, sqlPiece(" between ?::date and ?::date", date(k.today.AddDate(0, 0, 1-int(v.Days))), date(k.today)))
	case op == OpAnniversary && o.kind == TypeMonthDay:
		return k.comesRound(x, int(v.Days))
	case op == OpAnniversary:
		return k.anniversary(o, x, int(v.Days))
	case o.kind == TypeSet && op == OpIn:
		return glue("", x, sqlPiece(", ?::varchar[])", v.Texts)).put("list_has_any(", "")
	case o.kind == TypeSet:
		return glue("", x, sqlPiece(", ?)", v.Texts[0])).put("list_contains(", "")
	case op == OpContains:
		return glue("", x, sqlPiece("), lower(?))", v.Texts[0])).put("contains(lower(", "")
	case op == OpStartsWith:
		return glue("", x, sqlPiece("), lower(?))", v.Texts[0])).put("starts_with(lower(", "")
	case v.Moments != nil && o.kind == TypeInstant:
		return k.compareInstant(x, op, v.Moments)
	case v.Moments != nil:
		days := make([]any, len(v.Moments))
		for i, m := range v.Moments {
			days[i] = date(m.Day)
		}
		return ordered(x, op, "?::date", days)
	case v.Flag != nil:
		return glue("", x, sqlPiece(" = ?", *v.Flag))
	case v.Numbers != nil:
		return ordered(x, op, "?", v.Numbers)
	}
	if v.held != nil {
		return ordered(x, OpIn, "?", anys(v.held))
	}
	return ordered(x, op, "?", anys(v.Texts))
}

func anys(texts []string) []any {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
}

var signs = map[Op]string{OpEq: " = ", OpGt: " > ", OpGte: " >= ", OpLt: " < ", OpLte: " <= "}

// ordered compares x with values of a type that SQL orders as we do; place is how one value is bound.
func ordered(x piece, op Op, place string, values []any) piece {
	switch op {
	case OpIn:
		return glue("", x, sqlPiece(" in ("+strings.Repeat(place+", ", len(values)-1)+place+")", values...))
	case OpBetween:
		return glue("", x, sqlPiece(" between "+place+" and "+place, values...)).put("(", ")")
	}
	return glue("", x, sqlPiece(signs[op]+place, values...))
}

// compareInstant compares by the span of the value: a whole day unless it is an instant itself.
func (k *compiler) compareInstant(x piece, op Op, moments []Moment) piece {
	low, high := moments[0].span(k.workspace)
	switch op {
	case OpGt:
		return glue("", x, sqlPiece(" >= ?", high))
	case OpGte:
		return glue("", x, sqlPiece(" >= ?", low))
	case OpLt:
		return glue("", x, sqlPiece(" < ?", low))
	case OpLte:
		return glue("", x, sqlPiece(" < ?", high))
	case OpBetween:
		_, high = moments[1].span(k.workspace)
	}
	return insideSpan(x, low, high)
}

// insideSpan gives low <= x < high.
func insideSpan(x piece, low, high int64) piece {
	return glue("", x, sqlPiece(" >= ? and ", low), x, sqlPiece(" < ?", high)).put("(", ")")
}

// compareElapsed compares whole years or days since a day by turning the bounds into days, which needs no arithmetic
// on rows: at least n years means born on or before the day n years ago.
func (k *compiler) compareElapsed(o operand, op Op, values []any) piece {
	ago := func(v any, more int) string {
		n := int(v.(int64)) + more
		if o.unit == "years" {
			return date(yearsBefore(k.today, n))
		}
		return date(k.today.AddDate(0, 0, -n))
	}
	exactly := func(v any) piece {
		return glue("", o.x, sqlPiece(" > ?::date and ", ago(v, 1)), o.x, sqlPiece(" <= ?::date", ago(v, 0))).put("(", ")")
	}
	first := values[0]
	switch op {
	case OpGt:
		return glue("", o.x, sqlPiece(" <= ?::date", ago(first, 1)))
	case OpGte:
		return glue("", o.x, sqlPiece(" <= ?::date", ago(first, 0)))
	case OpLt:
		return glue("", o.x, sqlPiece(" > ?::date", ago(first, 0)))
	case OpLte:
		return glue("", o.x, sqlPiece(" > ?::date", ago(first, 1)))
	case OpBetween:
		return glue("", o.x, sqlPiece(" > ?::date and ", ago(values[1], 1)), o.x, sqlPiece(" <= ?::date", ago(first, 0))).put("(", ")")
	}
	each := make([]piece, len(values))
	for i, v := range values {
		each[i] = exactly(v)
	}
	return both("or", each)
}

// anniversary holds for a day before today whose month and day come up today or in the next days. Someone born on
// 29 February has her day on the 28th in other years.
func (k *compiler) anniversary(o operand, x piece, days int) piece {
	if o.kind == TypeInstant && o.day.sql == "" {
		return k.anniversaryOfInstant(x, days)
	}
	if o.kind == TypeInstant {
		x = o.day
	}
	var when []any
	for i := range days + 1 {
		d := k.today.AddDate(0, 0, i)
		when = append(when, int64(d.Month())*100+int64(d.Day()))
		if d.Month() == time.February && d.Day() == 28 && d.AddDate(0, 0, 1).Day() == 1 {
			when = append(when, int64(229))
		}
	}
	return glue("", x, sqlPiece(" < ?::date and month(", date(k.today)), x, sqlPiece(") * 100 + day("), x, ordered(piece{}, OpIn, "?", when).put(")", "")).put("(", ")")
}

// anniversaryOfInstant does the same where only the instant is kept: one range of instants per year passed.
func (k *compiler) anniversaryOfInstant(x piece, days int) piece {
	var years []piece
	for n := 1; n <= k.today.Year()-1969; n++ {
		first := yearsBefore(k.today.AddDate(0, 0, -1), n).AddDate(0, 0, 1)
		last := yearsBefore(k.today.AddDate(0, 0, days), n)
		if !last.Before(first) {
			years = append(years, insideSpan(x, dayStart(k.workspace, first), dayStart(k.workspace, last.AddDate(0, 0, 1))))
		}
	}
	return both("or", years)
}

// yearsBefore gives the last day whose n-th anniversary is on or before day. The anniversary of 29 February is the
// 28th in years without it.
func yearsBefore(day time.Time, n int) time.Time {
	y, m, d := day.Date()
	if m == time.February && d >= 28 {
		end := time.Date(y-n, time.March, 0, 0, 0, 0, 0, time.UTC)
		if d == 29 || day.AddDate(0, 0, 1).Month() == time.March {
			return end
		}
	}
	return time.Date(y-n, m, d, 0, 0, 0, 0, time.UTC)
}

func date(day time.Time) string { return day.Format(time.DateOnly) }
