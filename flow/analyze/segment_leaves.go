package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// leafSet asks many conditions of the same customers at once. Each distinct single condition is asked once, however many segments
// it stands in, those over the same rows together in one pass, and what segments make of them is joined in memory: a
// thousand segments cost a dozen queries.
type leafSet struct {
	k        *compiler
	known    map[string]*askedLeaf
	order    []*askedLeaf
	everyone *roaring64.Bitmap
}

// askedLeaf is a single condition and who it holds for.
type askedLeaf struct {
	c       *Condition
	members *roaring64.Bitmap
	others  bool // what is asked is its opposite
}

// leavesAtOnce is how many answers fit into one number of a row.
const leavesAtOnce = 60

func newLeafSet(k *compiler) *leafSet { return &leafSet{k: k, known: map[string]*askedLeaf{}} }

// askLeaves finds out for whom of ids, for nil of everybody, the single conditions of some trees hold.
func askLeaves(ctx context.Context, to columnWriter, k *compiler, conditions []*Condition, ids []int64) (*leafSet, error) {
	if ids != nil {
		var err error
		if k, err = narrow(ctx, to, k, reachOf(conditions, k.today), ids); err != nil {
			return nil, err
		}
	}
	asked := newLeafSet(k)
	for _, c := range conditions {
		asked.collect(c)
	}
	if err := asked.ask(ctx, to, ids); err != nil {
		return nil, err
	}
	return asked, nil
}

// expanded gives what a segment or a list stands for, nil for any other condition.
func (c *Condition) expanded() *Condition {
	switch {
	case c.Segment != nil:
		return c.Segment.Condition
	case c.List != nil:
		return c.List.members()
	}
	return nil
}

func (c *Condition) single() bool {
	return c.Field != nil || c.Event != nil || c.Sequence != nil || c.Tag != ""
}

// key tells equal single conditions.
func (c *Condition) key() string {
	if c.keyed == "" {
		text, _ := json.Marshal(c) // a checked condition always can be
		c.keyed = string(text)
	}
	return c.keyed
}

// collect takes in the single conditions of a tree.
func (l *leafSet) collect(c *Condition) {
	if inner := c.expanded(); inner != nil {
		l.collect(inner)
		return
	}
	switch {
	case c.Not != nil:
		l.collect(c.Not)
	case c.single():
		if l.known[c.key()] == nil {
			leaf := &askedLeaf{c: c, members: roaring64.New()}
			l.known[c.key()] = leaf
			l.order = append(l.order, leaf)
		}
	default:
		for _, children := range [][]*Condition{c.All, c.Any} {
			for _, child := range children {
				l.collect(child)
			}
		}
	}
}

// bit is one question in a pass: whether a row, or a group of rows, stands for somebody the leaf holds for.
type bit struct {
	leaf *askedLeaf
	asks piece
	from string // the first day it asks for; empty for all time
}

// ask finds out whom of ids each leaf holds for, the compiler reading copies of theirs; of everybody where ids are nil.
func (l *leafSet) ask(ctx context.Context, from columnReader, ids []int64) (err error) {
	k := l.k
	rest, err := l.askRows(ctx, from, ids)
	if err != nil {
		return err
	}
	if l.everyone, err = idsWhere(ctx, from, sqlPiece("select c.id from "+k.table("customers")+" c")); err != nil {
		return err
	}
	passes := map[string][]bit{}
	var relations []string
	put := func(relation string, b bit) {
		if passes[relation] == nil {
			relations = append(relations, relation)
		}
		passes[relation] = append(passes[relation], b)
	}
	for i, leaf := range rest {
		switch c := leaf.c; {
		case c.Sequence != nil: // a plan of its own, which grows faster than the number of those in it
			put(fmt.Sprint("customers ", i), bit{leaf: leaf, asks: k.holds(c, false)})
		case c.Event != nil:
			s := k.eventSet(c, false)
			leaf.others = !s.in
			put(s.relation, bit{leaf, s.tests[0].of(s), s.from})
		case c.Field != nil && c.Field.scores:
			s := k.scoreSet(c, false)
			leaf.others = !s.in
			put(s.relation, bit{leaf: leaf, asks: s.tests[0].keep})
		default:
			put("customers", bit{leaf: leaf, asks: k.plain(c, false)})
		}
	}
	for _, relation := range relations {
		bits := passes[relation]
		slices.SortStableFunc(bits, func(a, b bit) int { return strings.Compare(b.from, a.from) }) // those of few days in a pass of few days
		for len(bits) > 0 {
			n := min(leavesAtOnce, len(bits))
			if err := l.pass(ctx, from, relation, bits[:n]); err != nil {
				return err
			}
			bits = bits[n:]
		}
	}
	for _, leaf := range l.order {
		leaf.members.And(l.everyone)
		if leaf.others {
			leaf.members = roaring64.AndNot(l.everyone, leaf.members)
		}
	}
	return nil
}

// askRows answers from the customers' own rows, packed as hot columns are, what those can tell, and gives the other leaves.
func (l *leafSet) askRows(ctx context.Context, from columnReader, ids []int64) (rest []*askedLeaf, err error) {
	rows := &hotRows{fields: map[string]hotColumn{}, late: make(map[int64]int, len(ids))}
	needs := make(map[*askedLeaf][]*Field, len(l.order))
	for _, leaf := range l.order {
		fields, hot := asksHot(leaf.c)
		if !hot || slices.ContainsFunc(fields, func(f *Field) bool { return f.cold }) {
			rest = append(rest, leaf)
			continue
		}
		needs[leaf] = fields
		for _, f := range fields {
			if rows.fields[f.expr] == nil {
				rows.fields[f.expr] = newHotColumn(f)
			}
		}
	}
	if len(needs) == 0 {
		return rest, nil
	}
	if ids == nil {
		err = rows.readAll(ctx, from)
	} else {
		err = rows.fill(ctx, from, "{id} in (select unnest(?::bigint[]))", ids)
	}
	if err != nil {
		return nil, err
	}
	for leaf, fields := range needs {
		if slices.ContainsFunc(fields, func(f *Field) bool { return rows.of(f).tooVaried() }) {
			rest = append(rest, leaf)
			continue
		}
		m := rows.holds(l.k, leaf.c)
		m.and(rows.live)
		m.each(func(row int) { leaf.members.Add(uint64(rows.ids[row])) }) //nolint:gosec // ids are above zero
	}
	return rest, nil
}

// of gives the test over all rows of one customer, of which those that count fall into the days of the set.
func (t setTest) of(s *customerSet) piece {
	filter := t.keep
	if s.from != "" {
		filter = both("and", []piece{filter, sqlPiece("e.day between ?::date and ?::date", s.from, s.to)})
	}
	if t.having != nil {
		return t.having(filter)
	}
	return glue("", sqlPiece("count(*)"), filterOf(filter), sqlPiece(" > 0"))
}

// pass reads a relation once and notes the answers to all questions, which come as the bits of one number.
func (l *leafSet) pass(ctx context.Context, from columnReader, relation string, bits []bit) error {
	asks := make([]piece, len(bits))
	for i, b := range bits {
		asks[i] = b.asks.put("case when ", fmt.Sprintf(" then %d else 0 end", int64(1)<<i))
	}
	var query piece
	switch sum := glue(" + ", asks...); {
	case strings.HasPrefix(relation, "customers"):
		query = sum.put("select c.id, (", ")::bigint from "+l.k.table("customers")+" c")
	case relation == "customer_scores":
		query = sum.put("select s.customer_id, (", ")::bigint from "+l.k.table(relation)+" s")
	default:
		query = sum.put("select e.customer_id, (", ")::bigint from "+l.k.table(relation)+" e where e.customer_id is not null")
		if from := bits[len(bits)-1].from; from != "" { // the earliest
			query = glue("", query, sqlPiece(" and e.day >= ?::date", from))
		}
		query = query.put("", " group by e.customer_id")
	}
	query = query.put("select * from (", ") a(id, answers) where answers <> 0")
	rows, err := from.Query(ctx, query.sql, query.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, answers int64
		if err := rows.Scan(&id, &answers); err != nil {
			return err
		}
		for i, b := range bits {
			if answers>>i&1 == 1 {
				b.leaf.members.Add(uint64(id))
			}
		}
	}
	return rows.Err()
}

// members gives whom a tree holds for. What it gives must not be changed: it may be that of a leaf.
func (l *leafSet) members(c *Condition) *roaring64.Bitmap {
	if inner := c.expanded(); inner != nil {
		return l.members(inner)
	}
	switch {
	case c.Not != nil:
		return roaring64.AndNot(l.everyone, l.members(c.Not))
	case c.single():
		return l.known[c.key()].members
	case c.Any != nil:
		some := roaring64.New()
		for _, child := range c.Any {
			some.Or(l.members(child))
		}
		return some
	}
	all := l.everyone
	for i, child := range c.All {
		if i == 0 {
			all = l.members(child)
			continue
		}
		all = roaring64.And(all, l.members(child))
	}
	return all
}
