package analyze

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// passage is a sequence as a relation over columns: a row for each occurrence that reaches a step, with who did it and when (ts).
// In a row that reaches step k, s<k> is when the latest first step began that leads to it, t<k> the instant of the step before,
// and both are null for the other steps. So who reached step k are those with an s<k>.
//
// One pass over the occurrences of two steps in order of time is enough for each step, because of all first steps that lead to it
// the latest is the one that lies within the window and after what must not come between, if any does. What did not reach a step
// is not looked at for the next.
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

// occurrences gives the rows of columns that are one of some steps, as select: one query for each relation they stand in.
func (p passage) occurrences(of []*Condition, chosen string) piece {
	var relations []string
	for _, s := range of {
		if !slices.Contains(relations, s.Event.relation) {
			relations = append(relations, s.Event.relation)
		}
	}
	selects := make([]piece, len(relations))
	for i, relation := range relations {
		var any []piece
		for _, s := range of {
			if s.Event.relation == relation {
				any = append(any, p.compiler.keeps(s))
			}
		}
		who := "e.customer_id"
		if p.everyone && (relation == sentRelation || relation == "sessions") {
			who = "coalesce(e.customer_id, -e.visitor_id)"
		}
		where := []piece{sqlPiece(who + " is not null")}
		if from, to, bounded := p.window.days(p.compiler.today); bounded {
			where = append(where, sqlPiece("e.day between ?::date and ?::date", date(from), date(to.AddDate(0, 0, p.within+1))))
		}
		if p.among.sql != "" {
			where = append(where, p.among.put(who+" in (", ")"))
		}
		selects[i] = both("and", append(where, both("or", any))).put("select "+who+" as who, e.ts, "+chosen+" from "+p.compiler.table(relation)+" e where ", "")
	}
	return glue(" union all ", selects...)
}

// relation gives the query of the passage.
func (p passage) relation() piece {
	first := p.occurrences(p.steps[:1], "e.day").put("", "")
	if from, to, bounded := p.window.days(p.compiler.today); bounded {
		first = glue("", first.put("select * from (", ")"), sqlPiece(" where day between ?::date and ?::date", date(from), date(to)))
	}
	parts := []piece{first.put("with l1 as not materialized (select who, ts, ts as s, null::bigint as t from (", "))")}
	all := []string{"select who, ts, s as s1 from l1"}
	for k := 2; k <= len(p.steps); k++ {
		parts = append(parts, p.level(k))
		all = append(all, fmt.Sprintf("select who, ts, s as s%[1]d, t as t%[1]d from l%[1]d", k))
	}
	return glue(", ", parts...).put("", " "+strings.Join(all, " union all by name "))
}

// level gives the relation of those who reached step k, from that of the step before.
func (p passage) level(k int) piece {
	step, edge := p.steps[k-1], "current row"
	if slices.ContainsFunc(p.steps[:k-1], func(s *Condition) bool { return s.Event.Name == step.Event.Name }) {
		edge = "1 preceding"
	}
	rows := []piece{sqlPiece(fmt.Sprintf("select who, ts, s, 0 as kind from l%d", k-1)), p.occurrences([]*Condition{step}, "null::bigint as s, 1 as kind")}
	broken, unbroken := "", ""
	if len(p.without) > 0 {
		rows = append(rows, p.occurrences(p.without, "null::bigint as s, 2 as kind"))
		broken = ", max(case when kind = 2 then ts end) over (partition by who order by ts range between unbounded preceding and 1 preceding) as broken"
		unbroken = " and coalesce(broken <= s, true)"
	}
	over := " over (partition by who order by ts range between unbounded preceding and " + edge + ")"
	return glue(" union all ", rows...).put(
		fmt.Sprintf("l%d as materialized (select who, ts, s, t from (select who, ts, kind, max(s)%[2]s as s, max(case when s is not null then ts end)%[2]s as t%s from (", k, over, broken),
		fmt.Sprintf(")) where kind = 1 and ts - s <= %d%s)", int64(p.within)*int64(24*time.Hour/time.Millisecond), unbroken))
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
