package analyze

import (
	"context"
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
	everyone bool      // visitors nobody knows too, each under the negative of its id
	among    piece     // which customers, as a query of one column; empty for all
	turn     *[2]int64 // only those with an id from the first to the last
}

func (k *compiler) passageOf(c *Condition) passage {
	return passage{compiler: k, steps: c.Sequence, without: c.Without, within: c.Within, window: c.Window}
}

// occurrences gives the rows of columns that are one of some steps, as select: one query for each relation they stand in.
func (p passage) occurrences(of []*Condition, chosen func(relation string) piece) piece {
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
		if relation == sentRelation { // said by itself too, for what columns look at while they read
			where = append(where, sentNames(of))
		}
		if p.turn != nil {
			where = append(where, sqlPiece(who+" between ? and ?", p.turn[0], p.turn[1]))
		}
		if p.among.sql != "" {
			where = append(where, p.among.put(who+" in (", ")"))
		}
		selects[i] = glue("", sqlPiece("select "+who+" as who"), chosen(relation), both("and", append(where, both("or", any))).put(" from "+p.compiler.table(relation)+" e where ", ""))
	}
	return glue(" union all ", selects...)
}

// sentNames says that an event is called as one of some steps is.
func sentNames(of []*Condition) piece {
	var names []any
	for _, s := range of {
		if s.Event.sent {
			names = append(names, s.Event.Name)
		}
	}
	return sqlPiece("e.event in ("+strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ")+")", names...)
}

// marks gives every occurrence once, with the steps that it is: mark has 1 for the first (within the window), 2 for the second, 4 for
// the third and so on, and what must not come between above them. Columns are so read once, however many steps there are.
func (p passage) marks() piece {
	from, to, bounded := p.window.days(p.compiler.today)
	return p.occurrences(p.every(), func(relation string) piece {
		marks := []piece{sqlPiece("0")}
		for i, s := range p.every() {
			if s.Event.relation != relation {
				continue
			}
			is := p.compiler.keeps(s)
			if i == 0 && bounded {
				is = both("and", []piece{is, sqlPiece("e.day between ?::date and ?::date", date(from), date(to))})
			}
			marks = append(marks, is.put("case when ", fmt.Sprintf(" then %d else 0 end", 1<<min(i, len(p.steps)))))
		}
		return glue(" | ", marks...).put(", e.ts, ", " as mark")
	})
}

// every gives the steps, and after them what must not come between.
func (p passage) every() []*Condition { return slices.Concat(p.steps, p.without) }

// relation gives the query of the passage.
func (p passage) relation() piece {
	parts := []piece{p.marks().put("with marks as materialized (", "), l1 as not materialized (select who, ts, ts as s, null::bigint as t from marks where mark & 1 > 0)")}
	all := []string{"select who, ts, s as s1 from l1"}
	for k := 2; k <= len(p.steps); k++ {
		parts = append(parts, sqlPiece(p.level(k)))
		all = append(all, fmt.Sprintf("select who, ts, s as s%[1]d, t as t%[1]d from l%[1]d", k))
	}
	return glue(", ", parts...).put("", " "+strings.Join(all, " union all by name "))
}

// level gives the relation of those who reached step k, from that of the step before.
func (p passage) level(k int) string {
	order := "ts, kind" // what reached the step before counts from its instant on
	if slices.ContainsFunc(p.steps[:k-1], func(s *Condition) bool { return s.Event.Name == p.steps[k-1].Event.Name }) {
		order = "ts, kind desc" // from after it, where it could be the same event
	}
	marked := func(i, kind int) string {
		return fmt.Sprintf("select who, ts, null::bigint as s, %d as kind from marks where mark & %d > 0", kind, 1<<i)
	}
	rows := fmt.Sprintf("select who, ts, s, 0 as kind from l%d union all ", k-1) + marked(k-1, 1)
	broken, unbroken := "", ""
	if len(p.without) > 0 {
		rows += " union all " + marked(len(p.steps), 2)
		broken = ", max(case when kind = 2 then ts end) over (partition by who order by ts range between unbounded preceding and 1 preceding) as broken"
		unbroken = " and coalesce(broken <= s, true)"
	}
	// the later a row reached the step before, the later the first step behind it: the last is the latest
	over := " ignore nulls) over (partition by who order by " + order + " rows between unbounded preceding and current row)"
	return fmt.Sprintf("l%d as materialized (select who, ts, s, t from (select who, ts, kind, last_value(s%[2]s as s, last_value(case when kind = 0 then ts end%[2]s as t%s from (%s)) where kind = 1 and ts - s <= %d%s)",
		k, over, broken, rows, int64(p.within)*int64(24*time.Hour/time.Millisecond), unbroken)
}

// putInOrder is how many occurrences are put in order at once: about what has room in the memory of columns.
const putInOrder = 6_000_000

// turns parts the passage by people, so many occurrences to a part, where ids are given one after the other; people's bounds are what
// columns are read by.
func (p passage) turns(ctx context.Context, from columnReader, atOnce int64) ([]passage, error) {
	var rows, low, high int64
	all := p.occurrences(p.every(), func(string) piece { return piece{} }).put("select count(*), coalesce(min(who), 0), coalesce(max(who), 0) from (", ")")
	if err := from.QueryRow(ctx, all.sql, all.args...).Scan(&rows, &low, &high); err != nil {
		return nil, err
	}
	n := rows/atOnce + 1
	if n == 1 {
		return []passage{p}, nil
	}
	turns, width := make([]passage, 0, n), (high-low)/n+1
	for ; low <= high; low += width {
		turn := p
		turn.turn = &[2]int64{low, low + width - 1}
		turns = append(turns, turn)
	}
	return turns, nil
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
