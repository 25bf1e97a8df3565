package analyze

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// passage is a sequence as a relation over columns: one row for each occurrence of a step, with who did it and when (ts). For
// step k, s<k> is when the latest first step began that leads to this row, null where none does or the row is another
// step's, and t<k> the instant of the step before. So who reached step k are those with an s<k>.
//
// One pass over the occurrences in order of time is enough, because of all first steps that lead here the latest is the one
// that lies within the window and after what must not come between, if any does.
type passage struct {
	compiler *compiler
	steps    []*Condition
	without  []*Condition
	within   int // days
	window   Window
	everyone bool  // visitors nobody knows too, each under the negative of its id
	among    piece // which customers, as a query of one column; empty for all
}

func (k *compiler) passageOf(c *Condition) passage {
	return passage{compiler: k, steps: c.Sequence, without: c.Without, within: c.Within, window: c.Window}
}

// rows gives the occurrences: f0 what must not come between, f1 and on the steps. Each relation is read once.
func (p passage) rows() piece {
	var relations []string
	all := slices.Concat(p.steps, p.without)
	for _, s := range all {
		if !slices.Contains(relations, s.Event.relation) {
			relations = append(relations, s.Event.relation)
		}
	}
	selects := make([]piece, len(relations))
	for i, relation := range relations {
		flag := func(of []*Condition) piece {
			var any []piece
			for _, s := range of {
				if s.Event.relation == relation {
					any = append(any, p.compiler.keeps(s))
				}
			}
			return both("or", any)
		}
		who := "e.customer_id"
		if p.everyone && (relation == sentRelation || relation == "sessions") {
			who = "coalesce(e.customer_id, -e.visitor_id)"
		}
		flags := []piece{flag(p.without).put("", " as f0")}
		for n, s := range p.steps {
			flags = append(flags, flag([]*Condition{s}).put("", fmt.Sprintf(" as f%d", n+1)))
		}
		where := []piece{sqlPiece(who + " is not null")}
		if from, to, bounded := p.window.days(p.compiler.today); bounded {
			where = append(where, sqlPiece("e.day between ?::date and ?::date", date(from), date(to.AddDate(0, 0, p.within+1))))
		}
		if p.among.sql != "" {
			where = append(where, p.among.put(who+" in (", ")"))
		}
		where = append(where, flag(all))
		selects[i] = glue("", glue(", ", append([]piece{sqlPiece("select " + who + " as who, e.ts, e.day")}, flags...)...),
			both("and", where).put(" from "+p.compiler.table(relation)+" e where ", ""))
	}
	return glue(" union all ", selects...)
}

// relation gives the query of the passage.
func (p passage) relation() piece {
	first := "f1"
	var args []any
	if from, to, bounded := p.window.days(p.compiler.today); bounded {
		first, args = "f1 and day between ?::date and ?::date", []any{date(from), date(to)}
	}
	text := p.rows().put("with l0 as (", "), l1 as (select *, case when "+first+" then ts end as s1, max(case when f0 then ts end) over "+
		"(partition by who order by ts range between unbounded preceding and 1 preceding) as broken from l0)")
	text.args = append(text.args, args...)
	var b strings.Builder
	b.WriteString(text.sql)
	for n := 2; n <= len(p.steps); n++ {
		edge := "current row"
		if slices.ContainsFunc(p.steps[:n-1], func(s *Condition) bool { return s.Event.Name == p.steps[n-1].Event.Name }) {
			edge = "1 preceding"
		}
		fmt.Fprintf(&b, `, c%[1]d as (select *, max(s%[2]d) over w as b%[1]d, max(case when s%[2]d is not null then ts end) over w as a%[1]d from l%[2]d
window w as (partition by who order by ts range between unbounded preceding and %[3]s))
, l%[1]d as (select * exclude (a%[1]d, b%[1]d, reached), case when reached then b%[1]d end as s%[1]d, case when reached then a%[1]d end as t%[1]d
from (select *, f%[1]d and ts - b%[1]d <= %[4]d and coalesce(broken <= b%[1]d, true) as reached from c%[1]d))`, n, n-1, edge, int64(p.within)*int64(24*time.Hour/time.Millisecond))
	}
	return piece{b.String() + fmt.Sprintf(" select * from l%d", len(p.steps)), text.args}
}

// sequence gives the customers who did all steps.
func (k *compiler) sequence(c *Condition, negated bool) piece {
	in := "c.id in ("
	if negated {
		in = "c.id not in ("
	}
	return k.passageOf(c).relation().put(in+"select who from (", fmt.Sprintf(") where s%d is not null)", len(c.Sequence)))
}

// steps gives how many steps of a sequence were done, for the one customer that k reads.
func (k *compiler) stepsDone(c *Condition) piece {
	done := make([]string, len(c.Sequence))
	for i := range c.Sequence {
		done[i] = fmt.Sprintf("case when s%d is null then 0 else %d end", i+1, i+1)
	}
	return k.passageOf(c).relation().put("select coalesce(max(greatest(0, "+strings.Join(done, ", ")+")), 0) from (", ")")
}
