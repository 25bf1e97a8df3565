package analyze

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"guanxi/guard"
)

// otherParts is the key of all parts that are not told apart.
const otherParts = "\x01other"

// crossBranch is one reading of one source: the measures it answers, for which of the periods, and by which dimensions.
type crossBranch struct {
	span     int
	source   *source
	measures []int // places in the question
	lines    bool  // from the source's order lines
	dims     [2]bool
	needed   [2]bool // without any of these dimensions the orders are read instead
}

// branches parts the question into readings. A dimension that order lines alone know is read from them; what is true of
// whole orders, the totals, still is read from the orders.
func (c *crossing) branches() (all []crossBranch) {
	var sources []*source
	of := map[*source][]int{}
	for i, m := range c.measures {
		if of[m.source] == nil {
			sources = append(sources, m.source)
		}
		of[m.source] = append(of[m.source], i)
	}
	for span := range c.scopes {
		for _, s := range sources {
			b := crossBranch{span: span, source: s, measures: of[s]}
			m := c.measures[of[s][0]]
			for _, d := range c.filters {
				if _, byLine := d.over(m); byLine {
					b.lines = true
				}
			}
			split := false
			for i, d := range c.dims {
				_, byLine := d.over(m)
				b.dims[i] = true
				if byLine && !b.lines {
					b.needed[i], split = true, true
				}
			}
			if !split {
				all = append(all, b)
				continue
			}
			whole := b
			for i := range c.dims {
				whole.dims[i] = !b.needed[i]
			}
			b.lines = true
			all = append(all, b, whole)
		}
	}
	return all
}

// wideLines are the lines of orders with what is known of the whole order.
const wideLines = `(
  select l.order_id as id, l.customer_id, l.day, l.ts, l.kind, l.status, greatest(l.amount, 0) as gross, greatest(-l.amount, 0) as refunded,
    l.sku, l.product, l.category, l.brand, l.shop, l.country, o.province, o.city
  from order_lines l
  left join orders o on o.id = l.order_id
)`

// crossReader writes the texts of one question.
type crossReader struct {
	*crossing
	ctx     context.Context
	metrics *Metrics
	fill    *strings.Replacer
}

// crossSQL writes the whole statement: first which parts are told apart, then every reading, one below the other.
func (m *Metrics) crossSQL(ctx context.Context, c *crossing) (piece, error) {
	r := &crossReader{crossing: c, ctx: ctx, metrics: m, fill: strings.NewReplacer("{zone}", zoneSQL(ctx), "{today}", todaySQL(ctx))}
	tops, err := r.tops()
	if err != nil {
		return piece{}, err
	}
	most := 0
	branches := c.branches()
	for _, b := range branches {
		most = max(most, len(b.measures))
	}
	readings := make([]piece, len(branches))
	for i, b := range branches {
		if readings[i], err = r.reading(i, b, 2*most); err != nil {
			return piece{}, err
		}
	}
	whole := glue("\nunion all\n", readings...).put("select * from (", fmt.Sprintf(") limit %d", mostCells+1))
	if len(tops) > 0 {
		whole = glue("\n", glue(",\n", tops...).put("with ", ""), whole)
	}
	return whole, nil
}

// tops ranks the parts of each dimension, as CTEs top0 and top1 of one column x.
func (r *crossReader) tops() (all []piece, err error) {
	at := r.q.Sort.Measure
	m := r.measures[at]
	for i, d := range r.dims {
		b := crossBranch{source: m.source, measures: []int{at}}
		text, byLine := d.over(m)
		b.lines = byLine
		for _, f := range r.filters {
			if _, byLine := f.over(m); byLine {
				b.lines = true
			}
		}
		whole := crossSpan{Period: r.scopes[0].Period}
		from, err := r.rows(b, whole, sqlPiece(text+" as x"))
		if err != nil {
			return nil, err
		}
		figures := "count(*) filter (where f.hit) as n, count(*) filter (where not f.hit) as d"
		if m.source.kind != windowed {
			figures = aggregates([]*Metric{m}, b.lines, "n", "d")
		}
		order := "abs(n) desc nulls last"
		switch {
		case m.den != nil && r.q.Sort.Name:
			order = "abs(d) desc nulls last"
		case m.den != nil:
			order = "n / nullif(d, 0)" + direction(r.q.Sort.Ascending)
		case !r.q.Sort.Name:
			order = "n" + direction(r.q.Sort.Ascending)
		}
		all = append(all, from.put(fmt.Sprintf("top%d as (select x from (select x, %s from (", i, figures),
			fmt.Sprintf(") f where x is not null group by x) order by %s, x limit %d)", order, r.most(i))))
	}
	return all, nil
}

func direction(ascending bool) string {
	if ascending {
		return " asc nulls last"
	}
	return " desc nulls last"
}

// most gives how many parts of a dimension are told apart.
func (r *crossReader) most(i int) int {
	switch n := r.q.Top[i]; {
	case n <= 0:
		return defaultParts
	default:
		return min(n, mostParts)
	}
}

// rows gives the rows of a branch in a span with further columns, within the reader's scope, the filters and the group.
func (r *crossReader) rows(b crossBranch, s crossSpan, columns ...piece) (piece, error) {
	m := r.measures[b.measures[0]]
	relation := b.source.relation
	if b.lines {
		relation = wideLines
	}
	asked := question{period: s.Period, buckets: s.buckets}
	relation, err := r.metrics.fill(r.ctx, m, r.fill.Replace(relation), asked)
	if err != nil {
		return piece{}, err
	}
	var wheres []piece
	switch b.source.kind {
	case flow:
		wheres = append(wheres, sqlPiece(fmt.Sprintf("f.day between %s and %s", literal(s.From), literal(s.To))))
	case stock:
		wheres = append(wheres, sqlPiece("f.day <= "+literal(s.To)))
	}
	scope, scopeArgs := guard.ScopeOf(r.ctx, "customers").Where("c")
	if scope != "(true)" {
		wheres = append(wheres, sqlPiece("c.id is not null and "+scope, scopeArgs...))
	}
	for i, d := range r.filters {
		text, _ := d.over(m)
		wheres = append(wheres, r.q.Where[i].over(r.fill.Replace(text)))
	}
	known := scope
	for _, p := range append(wheres, columns...) {
		known += p.sql
	}
	if r.among.sql != "" {
		wheres = append(wheres, r.among)
	}
	list := []piece{sqlPiece("f.*")}
	for _, p := range columns {
		list = append(list, piece{r.fill.Replace(p.sql), p.args})
	}
	text := glue("", glue(", ", list...).put("select ", ""), sqlPiece("\nfrom "+relation+" f "+joins(known)))
	if len(wheres) > 0 {
		text = glue("\nwhere ", text, glue(" and ", wheres...))
	}
	return text, nil
}

// over writes the filter on a text.
func (f CrossFilter) over(text string) piece {
	var known []any
	unknown := false
	for _, v := range f.Values {
		if v == "" {
			unknown = true
		} else {
			known = append(known, v)
		}
	}
	var either []piece
	if len(known) > 0 {
		either = append(either, sqlPiece("coalesce("+text+" in (?"+strings.Repeat(", ?", len(known)-1)+"), false)", known...))
	}
	if unknown {
		either = append(either, sqlPiece("("+text+") is null"))
	}
	p := glue(" or ", either...).put("(", ")")
	if f.Not {
		return p.put("not ", "")
	}
	return p
}

// aggregates writes both sums of each measure; names are those of their columns, made up where none are given.
func aggregates(ms []*Metric, lines bool, names ...string) string {
	count := "count(*)"
	if lines {
		count = "count(distinct f.id)"
	}
	var texts []string
	for _, m := range ms {
		den := part{"0", ""}
		if m.den != nil {
			den = *m.den
		}
		for _, p := range []part{m.num, den} {
			text := "cast(" + strings.Replace(p.agg, "{orders}", count, 1)
			if p.in != "" {
				text += " filter (where " + p.in + ")"
			}
			text += " as double)"
			if len(names) > 0 {
				text += " as " + names[len(texts)]
			}
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, ", ")
}

// reading writes one branch: its number, which dimensions part the row, their parts, the step (null for the whole), and the
// sums, filled up to so many columns.
func (r *crossReader) reading(no int, b crossBranch, width int) (piece, error) {
	span := r.scopes[b.span]
	ms := make([]*Metric, len(b.measures))
	for i, at := range b.measures {
		ms[i] = r.measures[at]
	}
	var columns []piece
	for i := range r.dims {
		text := "cast(null as varchar)"
		if b.dims[i] {
			of, _ := r.dims[i].over(ms[0])
			text = fmt.Sprintf("(select case when x is null then null when x in (select t.x from top%d t) then x else '%s' end from (select %s as x))", i, otherParts, of)
		}
		columns = append(columns, sqlPiece(text+numberedAs("v", i)))
	}
	if b.source.kind == windowed {
		return r.windowedReading(no, b, span, width, columns)
	}
	b0 := "cast(null as date)"
	if r.q.By != "" && b.source.kind != snapshot {
		b0 = fmt.Sprintf("cast(date_trunc('%s', f.day) as date)", r.q.By)
	}
	columns = append(columns, sqlPiece(b0+" as b"))
	rows, err := r.rows(b, span, columns...)
	if err != nil {
		return piece{}, err
	}
	steps := r.q.By != "" && b.source.kind != snapshot
	step := "null, true"
	if steps {
		step = "cast(b as varchar), grouping(b) = 1"
	}
	return rows.put(fmt.Sprintf("select %d, %s, %s, %s%s\nfrom (", no, r.keys(b), step, aggregates(ms, b.lines), padding(width-2*len(ms))),
		fmt.Sprintf(") f\ngroup by grouping sets (%s)", r.sets(b, steps, "b"))), nil
}

// windowedReading adds up a windowed source: the customers of each run of windows first, then the runs over each window.
func (r *crossReader) windowedReading(no int, b crossBranch, span crossSpan, width int, columns []piece) (piece, error) {
	rows, err := r.rows(b, span, columns...)
	if err != nil {
		return piece{}, err
	}
	group := ""
	for i := range r.dims {
		group += fmt.Sprintf("v%d, ", i)
	}
	sums := "sum(n) filter (where hit), sum(n) filter (where not hit)"
	return rows.put(fmt.Sprintf("select %d, %s, cast(w.k as varchar), w.k = %d, %s%s\nfrom (\nselect %sk_from, k_to, hit, count(*) as n from (", no, r.keys(b), len(span.buckets),
		strings.TrimSuffix(strings.Repeat(sums+", ", len(b.measures)), ", "), padding(width-2*len(b.measures)), group),
		fmt.Sprintf(") group by all\n) g\njoin range(%d) w(k) on w.k between g.k_from and g.k_to\ngroup by grouping sets (%s)", len(span.buckets)+1, r.windowSets(b))), nil
}

// keys gives whether each dimension parts a row, and into what.
func (r *crossReader) keys(b crossBranch) string {
	texts := []string{"false", "false", "null", "null"}
	for i := range r.dims {
		if !b.dims[i] {
			continue
		}
		texts[i], texts[2+i] = fmt.Sprintf("grouping(v%d) = 0", i), numbered("v", i)
	}
	return strings.Join(texts, ", ")
}

// combinations lists the dimensions that part the rows together, for each of the sets that are asked for.
func (r *crossReader) combinations(b crossBranch) (all [][]string) {
	for set := range 1 << len(r.dims) {
		var names []string
		fits, lines := true, !b.lines || b.needed == [2]bool{}
		for i := range r.dims {
			if set&(1<<i) == 0 {
				continue
			}
			names = append(names, numbered("v", i))
			fits = fits && b.dims[i]
			lines = lines || b.needed[i]
		}
		if fits && lines {
			all = append(all, names)
		}
	}
	return all
}

func (r *crossReader) sets(b crossBranch, steps bool, step string) string {
	var texts []string
	for _, names := range r.combinations(b) {
		texts = append(texts, "("+strings.Join(names, ", ")+")")
		if steps {
			texts = append(texts, "("+strings.Join(append(names, step), ", ")+")")
		}
	}
	return strings.Join(texts, ", ")
}

func (r *crossReader) windowSets(b crossBranch) string {
	var texts []string
	for _, names := range r.combinations(b) {
		texts = append(texts, "("+strings.Join(append(names, "w.k"), ", ")+")")
	}
	return strings.Join(texts, ", ")
}

func padding(n int) string { return strings.Repeat(", null", n) }

func numbered(prefix string, n int) string { return prefix + strconv.Itoa(n) }

func numberedAs(prefix string, n int) string { return " as " + numbered(prefix, n) }
