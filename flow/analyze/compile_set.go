package analyze

import (
	"slices"
	"time"
)

// customerSet is the customers that pass tests over the rows of one relation; the predicate asks whether c is in it,
// or with in false whether she is not. from and to bound the civil days of the rows, empty for all time.
type customerSet struct {
	relation string
	from, to string
	in       bool
	tests    []setTest
}

// setTest keeps some rows of the relation and tests what they add up to; without a having, one row is enough.
// In customer_scores there is one row per customer, so the rows kept are the test.
type setTest struct {
	keep   piece
	having func(filter piece) piece
}

// scoreSet gives the customers whose score passes; one without scores has every score unset.
func (k *compiler) scoreSet(c *Condition, negated bool) *customerSet {
	op, opposite := positive(c.Op)
	return &customerSet{relation: "customer_scores", in: negated == opposite, tests: []setTest{{keep: k.tests(c, op)}}}
}

// eventSet gives the customers whose measure passes. Where the test holds for a customer without any occurrence the
// set is that of the others, so that nobody without a row is missed.
func (k *compiler) eventSet(c *Condition, negated bool) *customerSet {
	s := &customerSet{relation: c.Event.relation}
	from, to, bounded := c.Window.days(k.today)
	middle := from
	if bounded {
		if c.Measure.Name == MeasureRatio {
			from = from.AddDate(0, 0, -daysBetween(from, to)-1)
		}
		s.from, s.to = from.Format(time.DateOnly), to.Format(time.DateOnly)
	}
	keep := k.keeps(c)
	op, opposite := positive(c.Op)
	inverted := false
	if zero, ok := c.Measure.ofNothing(); ok && !op.ranks() {
		inverted = compareNumbers(zero, op, c.Value.Numbers)
	}
	s.in = (negated != opposite) == inverted
	test := setTest{keep: keep}
	switch {
	case op.ranks():
		test.having = k.rankedEvents(c, keep, s.from, s.to, middle)
	case !(c.Measure.Name == MeasureCount && atLeastOne(op, c.Value.Numbers, inverted)):
		test.having = func(filter piece) piece {
			p := k.compare(aggregate(c.Measure, filter, middle), op, c.Value)
			if inverted {
				p = p.put("not (", ")")
			}
			return p
		}
	}
	s.tests = []setTest{test}
	return s
}

// keeps gives which rows of the event's relation are occurrences that count.
func (k *compiler) keeps(c *Condition) piece {
	keep := piece{c.Event.kept, c.Event.keptArgs}
	if c.Where != nil {
		keep = both("and", []piece{keep, k.holds(c.Where, false)})
	}
	return keep
}

// atLeastOne says that having any occurrence is the whole test.
func atLeastOne(op Op, values []any, inverted bool) bool {
	v := asFloat(values[0])
	if inverted { // the test is that this fails
		return op == OpLte && v == 0 || op == OpEq && v == 0 || op == OpLt && v == 1
	}
	return op == OpGte && v == 1 || op == OpGt && v == 0
}

func (s *customerSet) predicate(k *compiler, connective string) piece {
	from := "select e.customer_id from " + k.table(s.relation) + " e where e.customer_id is not null"
	if s.relation == "customer_scores" {
		keeps := make([]piece, len(s.tests))
		for i, t := range s.tests {
			keeps[i] = t.keep
		}
		return s.asks(both(connective, keeps).put("select s.customer_id from "+k.table(s.relation)+" s where ", ""))
	}
	query := sqlPiece(from)
	if s.from != "" {
		query = glue("", query, sqlPiece(" and e.day between ?::date and ?::date", s.from, s.to))
	}
	var keeps []piece
	for _, t := range s.tests {
		if !slices.ContainsFunc(keeps, func(p piece) bool { return p.sql == t.keep.sql && slices.Equal(p.args, t.keep.args) }) {
			keeps = append(keeps, t.keep)
		}
	}
	query = glue(" and ", query, both("or", keeps))
	if len(s.tests) == 1 && s.tests[0].having == nil {
		return s.asks(query)
	}
	tests := make([]piece, len(s.tests))
	for i, t := range s.tests {
		filter := piece{}
		if len(keeps) > 1 {
			filter = t.keep
		}
		if t.having != nil {
			tests[i] = t.having(filter)
		} else {
			tests[i] = glue("", sqlPiece("count(*)"), filterOf(filter), sqlPiece(" > 0"))
		}
	}
	return s.asks(glue("", query, both(connective, tests).put(" group by e.customer_id having ", "")))
}

func (s *customerSet) asks(query piece) piece {
	if s.in {
		return query.put("c.id in (", ")")
	}
	return query.put("c.id not in (", ")")
}

func filterOf(filter piece) piece {
	if filter.sql == "" {
		return piece{}
	}
	return filter.put(" filter (where ", ")")
}

// aggregate gives the measure over the rows that pass filter. middle is the first day of the window, which parts it
// from the one before for the ratio.
func aggregate(m Measure, filter piece, middle time.Time) operand {
	number := func(function piece) operand {
		return operand{kind: m.field().Type, x: glue("", function, filterOf(filter))}
	}
	switch m.Name {
	case MeasureCount:
		return number(sqlPiece("count(*)"))
	case MeasureDays:
		return number(sqlPiece("count(distinct e.day)"))
	case MeasureSum:
		p := number(m.Property.added().put("sum(", ")"))
		p.x = p.x.put("coalesce(", ", 0)")
		return p
	case MeasureAvg, MeasureMin, MeasureMax:
		return number(m.Property.added().put(m.Name+"(", ")"))
	case MeasureFirst:
		o := number(sqlPiece("min(e.ts)"))
		o.day = glue("", sqlPiece("min(e.day)"), filterOf(filter))
		return o
	case MeasureLast:
		o := number(sqlPiece("max(e.ts)"))
		o.day = glue("", sqlPiece("max(e.day)"), filterOf(filter))
		return o
	}
	sum := "count(*)"
	if m.Property != nil {
		sum = "sum(" + m.Property.expr + ")"
	}
	part := func(half string) piece {
		p := sqlPiece("e.day "+half+" ?::date", middle.Format(time.DateOnly))
		if filter.sql != "" {
			p = both("and", []piece{filter, p})
		}
		return glue("", sqlPiece(sum), filterOf(p))
	}
	return operand{kind: TypeShare, x: glue(" / ",
		part(">=").put("coalesce(", ", 0)::double"),
		part("<").put("nullif(greatest(", ", 0), 0)::double"))}
}

// compareNumbers applies an operator to a number that is known already.
func compareNumbers(n int64, op Op, values []any) bool {
	x, first := float64(n), asFloat(values[0])
	switch op {
	case OpEq:
		return x == first
	case OpGt:
		return x > first
	case OpGte:
		return x >= first
	case OpLt:
		return x < first
	case OpLte:
		return x <= first
	case OpBetween:
		return x >= first && x <= asFloat(values[1])
	}
	return slices.ContainsFunc(values, func(v any) bool { return asFloat(v) == x })
}

// daysBetween counts the days from one midnight UTC to another.
func daysBetween(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }
