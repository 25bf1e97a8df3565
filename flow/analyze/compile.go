package analyze

import (
	"context"
	"strings"
	"time"

	"guanxi/base/clock"
	"guanxi/base/workspace"
)

// piece is a part of an SQL text with the values bound in it, in order. Its text comes from the registry of fields and
// events only; whatever a person wrote is in args.
type piece struct {
	sql  string
	args []any
}

func sqlPiece(sql string, args ...any) piece { return piece{sql, args} }

// glue joins pieces with sep; one is itself.
func glue(sep string, pieces ...piece) piece {
	if len(pieces) == 1 {
		return pieces[0]
	}
	var text strings.Builder
	var args []any
	for i, p := range pieces {
		if i > 0 {
			text.WriteString(sep)
		}
		text.WriteString(p.sql)
		args = append(args, p.args...)
	}
	return piece{text.String(), args}
}

// put sets the piece between before and after.
func (p piece) put(before, after string) piece { return piece{before + p.sql + after, p.args} }

func both(connective string, pieces []piece) piece {
	switch len(pieces) {
	case 0:
		if connective == "and" {
			return sqlPiece("true")
		}
		return sqlPiece("false")
	case 1:
		return pieces[0]
	}
	return glue(" "+connective+" ", pieces...).put("(", ")")
}

// compiler turns conditions into SQL over columns, as seen on one day.
type compiler struct {
	workspace workspace.Workspace
	today     time.Time         // civil day, midnight UTC
	tables    map[string]string // copies to read instead of a relation, see narrow
}

// newCompiler gives a compiler for the present day of the workspace in ctx.
func newCompiler(ctx context.Context) *compiler {
	w := workspace.Of(ctx)
	return &compiler{workspace: w, today: civilDay(w, clock.Millis(ctx))}
}

// table gives the table to read for a relation.
func (k *compiler) table(relation string) string {
	if copied, ok := k.tables[relation]; ok {
		return copied
	}
	return relation
}

// holds gives the condition, or with negated its opposite, as a predicate over the row c of customers. It is true or
// false where a customer row stands, and where negated is pushed down to the comparisons no other value can come up.
func (k *compiler) holds(c *Condition, negated bool) piece {
	j := junction{compiler: k, and: true}
	j.add(c, negated)
	return j.predicate()
}

// junction collects conditions joined by one connective, so that those over the same relation and window become one
// aggregation, and the cheap comparisons with the customer's own row come first.
type junction struct {
	compiler *compiler
	and      bool
	plain    []piece
	sets     []*customerSet
}

func (j *junction) add(c *Condition, negated bool) {
	switch {
	case c.Not != nil:
		j.add(c.Not, !negated)
	case c.Segment != nil:
		j.add(c.Segment.Condition, negated)
	case c.List != nil:
		j.add(c.List.members(), negated)
	case c.Field != nil && c.Field.scores:
		j.join(j.compiler.scoreSet(c, negated))
	case c.Sequence != nil:
		j.plain = append(j.plain, j.compiler.sequence(c, negated))
	case c.Event != nil:
		j.join(j.compiler.eventSet(c, negated))
	case c.Field != nil, c.Tag != "":
		j.plain = append(j.plain, j.compiler.plain(c, negated))
	default:
		children, and := c.All, !negated
		if c.Any != nil {
			children, and = c.Any, negated
		}
		inner := j
		if and != j.and {
			inner = &junction{compiler: j.compiler, and: and}
		}
		for _, child := range children {
			inner.add(child, negated)
		}
		if inner != j {
			j.plain = append(j.plain, inner.predicate())
		}
	}
}

// join adds a set to one over the same rows, if there is one.
func (j *junction) join(s *customerSet) {
	for _, t := range j.sets {
		if t.relation == s.relation && t.in == s.in && t.from == s.from && t.to == s.to {
			t.tests = append(t.tests, s.tests...)
			return
		}
	}
	j.sets = append(j.sets, s)
}

func (j *junction) predicate() piece {
	pieces := j.plain
	for _, s := range j.sets {
		// in A and in B is in (A and B); not in A and not in B is not in (A or B); and so on
		connective := "or"
		if j.and == s.in {
			connective = "and"
		}
		pieces = append(pieces, s.predicate(j.compiler, connective))
	}
	connective := "or"
	if j.and {
		connective = "and"
	}
	return both(connective, pieces)
}
