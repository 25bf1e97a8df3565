package analyze

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// question is one about metrics of one source: which days, in which buckets, parted how.
type question struct {
	period  Period
	buckets []bucket // ascending; may overlap for windowed sources only
	by      string   // the step of the buckets; "" when they are two halves: before the period's From, and from there on
	split   *splitBy
	keep    []string // parts to tell apart, the others are one; nil tells all apart
	segment int64    // 0 is everybody
	only    []chosenPart
	// bucketsOnly leaves out the whole, which costs where customers are counted
	bucketsOnly bool
}

// chosenPart narrows a question to one part of a split; null is the rows that the split says nothing about.
type chosenPart struct {
	by   *splitBy
	key  string
	null bool
}

// relation gives the rows asked, and whether they are of order lines: they are where the split, or a part gone into, says
// something about lines. What is told of orders alone is then brought in.
func (q question) relation(m *Metric) (text string, byLine bool) {
	all := q.only
	if q.split != nil {
		all = append(all[:len(all):len(all)], chosenPart{by: q.split})
	}
	ofOrders, each := false, q.segment != 0
	for _, p := range all {
		each = each || p.by.cost == ""
		byLine = byLine || p.by.byLine(m)
		ofOrders = ofOrders || p.by.order != ""
	}
	switch {
	case each && m.source.each != "":
		return m.source.each, false
	case !byLine:
		return m.source.relation, false
	case ofOrders:
		return "(select x.*, o.shop, o.country, o.province, o.city from " + m.source.lines + " x join orders o on o.id = x.id)", true
	}
	return m.source.lines, true
}

// answer holds sums by part and bucket. Without a split there is one part.
type answer struct {
	parts []*partSums
}

// partSums are the sums of one part: whole is the period's, at those of the buckets. Index of the outer slice: metric.
type partSums struct {
	key   string
	null  bool // rows that the split says nothing about
	other bool // the parts that were not kept, together
	whole []sum
	at    [][]sum
}

const otherKey = "\x01other"

// ask answers a question about metrics of one source in one statement.
func (m *Metrics) ask(ctx context.Context, ms []*Metric, q question) (*answer, error) {
	text, args, err := m.sqlOf(ctx, ms, q)
	if err != nil {
		return nil, err
	}
	rows, err := m.columns.Query(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("metrics of %s: %w", ms[0].source.name, err)
	}
	defer rows.Close()
	index := map[string]int{}
	for i, b := range q.buckets {
		index[bucketKey(ms[0], q, i, b)] = i
	}
	found := map[string]*partSums{}
	a := &answer{}
	for rows.Next() {
		var part, at sql.NullString
		var noPart, whole bool
		values := make([]sql.NullFloat64, 2*len(ms))
		into := []any{&part, &at, &noPart, &whole}
		for i := range values {
			into = append(into, &values[i])
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		key := part.String
		if !part.Valid && q.split != nil {
			key = "\x00"
		}
		p := found[key]
		if p == nil {
			p = &partSums{key: part.String, null: !part.Valid, other: key == otherKey, whole: make([]sum, len(ms)), at: make([][]sum, len(ms))}
			for i := range p.at {
				p.at[i] = make([]sum, len(q.buckets))
			}
			found[key] = p
			a.parts = append(a.parts, p)
		}
		for i := range ms {
			s := sum{values[2*i].Float64, values[2*i+1].Float64, true}
			if whole {
				p.whole[i] = s
			} else if k, ok := index[at.String]; ok {
				p.at[i][k] = s
			} else if ms[i].source.kind == windowed {
				p.whole[i] = s
			} // else: rows of a stock from before the first bucket, which whole holds
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if q.split == nil && len(a.parts) == 0 {
		p := &partSums{whole: make([]sum, len(ms)), at: make([][]sum, len(ms))}
		for i := range p.at {
			p.at[i] = make([]sum, len(q.buckets))
		}
		a.parts = append(a.parts, p)
	}
	for _, p := range a.parts {
		p.settle(ms)
	}
	return a, nil
}

// settle turns the rows of stocks into what stood at the end of each bucket, and marks what is known to be zero.
func (p *partSums) settle(ms []*Metric) {
	for i, m := range ms {
		p.whole[i].known = true
		if m.source.kind == snapshot {
			continue
		}
		if m.source.kind == stock {
			left := p.whole[i]
			for k := len(p.at[i]) - 1; k >= 0; k-- {
				of := p.at[i][k]
				p.at[i][k] = left
				left = left.minus(of)
			}
		}
		for k := range p.at[i] {
			p.at[i][k].known = true
		}
	}
}

func bucketKey(m *Metric, q question, i int, b bucket) string {
	if m.source.kind == windowed || q.by == "" {
		return fmt.Sprint(i)
	}
	return dayText(b.at)
}

// sqlOf writes the statement: rows of the source with their part v and bucket b, within the reader's scope and the
// segment, added up by both, by part, and in whole.
func (m *Metrics) sqlOf(ctx context.Context, ms []*Metric, q question) (string, []any, error) {
	src := ms[0].source
	if err := src.mayAsk(ctx); err != nil {
		return "", nil, err
	}
	relation, byLine := q.relation(ms[0])
	count := "count(*)"
	if byLine {
		count = "count(distinct f.id)"
	}
	v := "null"
	var args []any
	if q.split != nil {
		v = q.split.over(ms[0])
	}
	if q.keep != nil {
		v = fmt.Sprintf("(select case when x is null then null when list_contains(cast(? as varchar[]), x) then x else '%s' end from (select %s as x))", otherKey, v)
		args = append(args, q.keep)
	}
	if q.split != nil {
		args = append(args, q.split.args...)
	}
	where, whereArgs, err := m.within(ctx, src, q)
	if err == nil {
		where, whereArgs = q.narrowed(ms[0], where, whereArgs)
	}
	if err != nil {
		return "", nil, err
	}
	args = append(args, whereArgs...)
	relation, err = m.fill(ctx, ms[0], relation, q)
	if err != nil {
		return "", nil, err
	}
	var sums strings.Builder
	for _, metric := range ms {
		den := part{"0", ""}
		if metric.den != nil {
			den = *metric.den
		}
		for _, p := range []part{metric.num, den} {
			sums.WriteString(", cast(" + strings.Replace(p.agg, "{orders}", count, 1))
			if p.in != "" {
				sums.WriteString(" filter (where " + p.in + ")")
			}
			sums.WriteString(" as double)")
		}
	}
	if src.kind == windowed {
		return windowedSQL(v, relation, where, q), args, nil
	}
	return fmt.Sprintf(`
select v, cast(b as varchar), grouping(v) = 1, grouping(b) = 1%s
from (
  select f.*, %s as v, %s as b
  from %s f
  %s
  where %s
) f
group by grouping sets (%s)`, sums.String(), v, q.bucketSQL(src), relation, joins(v+where), where, q.sets()), args, nil
}

// mayAsk refuses what tells of the company to who does not see all its customers. Fault: forbidden.
func (s *source) mayAsk(ctx context.Context) error {
	if s.company && !guard.ScopeOf(ctx, "customers").All() {
		return fault.Forbidden("scope_all_needed")
	}
	return nil
}

// joins brings in the customer and her scores where a text speaks of them.
func joins(text string) string {
	j := ""
	if strings.Contains(text, "c.") || strings.Contains(text, "s.") {
		j = "left join customers c on c.id = f.customer_id"
	}
	if strings.Contains(text, "s.") {
		j += " left join customer_scores s on s.customer_id = f.customer_id"
	}
	return j
}

// within gives the condition on the rows: the days, the reader's scope over customers, the segment.
func (m *Metrics) within(ctx context.Context, src *source, q question) (string, []any, error) {
	where := []string{"true"}
	switch src.kind {
	case flow:
		where = append(where, fmt.Sprintf("f.day between %s and %s", literal(q.period.From), literal(q.period.To)))
	case stock:
		where = append(where, "f.day <= "+literal(q.period.To))
	}
	var args []any
	if scope, scopeArgs := guard.ScopeOf(ctx, "customers").Where("c"); scope != "(true)" {
		where = append(where, "c.id is not null", scope)
		args = append(args, scopeArgs...)
	}
	if q.segment != 0 {
		if m.members == nil {
			return "", nil, fault.Invalid("segment", "segment_unknown", q.segment)
		}
		members, memberArgs, err := m.members(ctx, q.segment)
		if err != nil {
			return "", nil, err
		}
		where = append(where, "f.customer_id in ("+members+")")
		args = append(args, memberArgs...)
	}
	return strings.Join(where, " and "), args, nil
}

// narrowed adds the parts gone into to a condition on the rows.
func (q question) narrowed(m *Metric, where string, args []any) (string, []any) {
	args = args[:len(args):len(args)]
	for _, p := range q.only {
		over := p.by.over(m)
		args = append(args, p.by.args...)
		if p.null {
			where += " and " + over + " is null"
			continue
		}
		where, args = where+" and "+over+" = ?", append(args, p.key)
	}
	return where, args
}

func (q question) bucketSQL(src *source) string {
	switch {
	case src.kind == snapshot || len(q.buckets) == 0:
		return "null"
	case q.by == "":
		return fmt.Sprintf("case when f.day < %s then 0 else 1 end", literal(q.buckets[len(q.buckets)-1].From))
	}
	return fmt.Sprintf("cast(date_trunc('%s', f.day) as date)", q.by)
}

// sets says what is added up: each part by bucket and, unless only buckets were asked for, over all of them.
func (q question) sets() string {
	if q.bucketsOnly {
		return "(v, b)"
	}
	return "(v, b), (v)"
}

// fill fills the places of the relation.
func (m *Metrics) fill(ctx context.Context, metric *Metric, relation string, q question) (string, error) {
	if metric.source.kind == windowed {
		return windowedRelation(relation, append(append([]bucket(nil), q.buckets...), bucket{q.period.From, q.period}), metric.least), nil
	}
	pairs := []string{
		"{zone}", "'" + strings.ReplaceAll(workspace.Of(ctx).TimeZone, "'", "''") + "'",
		"{from}", literal(q.period.From), "{to}", literal(q.period.To),
	}
	if strings.Contains(relation, "{flagged}") {
		ids, err := m.flagged(ctx)
		if err != nil {
			return "", err
		}
		pairs = append(pairs, "{flagged}", ids)
	}
	return strings.NewReplacer(pairs...).Replace(relation), nil
}
