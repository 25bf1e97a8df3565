package analyze

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanxi/base/fault"
)

// crossKey is one part as it was read.
type crossKey struct {
	parted bool // the dimension parts the row
	known  bool
	text   string
}

// crossPlace says which figure a row of the answer belongs to.
type crossPlace struct {
	span int
	keys [2]crossKey
}

// read puts the rows of the statement into their places: by measure the sums of the whole and of each step.
func (c *crossing) read(rows *sql.Rows) (map[crossPlace]*partSums, error) {
	branches := c.branches()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	indexes := make([]map[string]int, len(c.scopes))
	for i, span := range c.scopes {
		indexes[i] = map[string]int{}
		for k, b := range span.buckets {
			indexes[i][dayText(b.at)] = k
			indexes[i][strconv.Itoa(k)] = k // windows go by their number
		}
	}
	var no int
	var place crossPlace
	var keys [2]sql.NullString
	var at sql.NullString
	var whole bool
	sums := make([]sql.NullFloat64, len(names)-7)
	into := []any{&no, &place.keys[0].parted, &place.keys[1].parted, &keys[0], &keys[1], &at, &whole}
	for i := range sums {
		into = append(into, &sums[i])
	}
	cells, count := map[crossPlace]*partSums{}, 0
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		if count++; count > mostCells {
			return nil, fault.Invalid("dimensions", "report_too_large", mostCells)
		}
		b := branches[no]
		place.span = b.span
		for i := range keys {
			place.keys[i].known, place.keys[i].text = keys[i].Valid, keys[i].String
		}
		p := cells[place]
		if p == nil {
			p = c.nothing(b.span)
			cells[place] = p
		}
		for i, measure := range b.measures {
			s := sum{sums[2*i].Float64, sums[2*i+1].Float64, sums[2*i].Valid || c.measures[measure].bare()}
			if whole {
				p.whole[measure] = s
			} else if k, ok := indexes[b.span][at.String]; ok {
				p.at[measure][k] = s
			}
		}
	}
	return cells, rows.Err()
}

// bare reports whether nothing is zero for the measure: there is no smallest of nothing.
func (m *Metric) bare() bool { return !(m.distinct && m.den == nil && extremum(m.num.agg)) }

func extremum(agg string) bool { return len(agg) > 4 && (agg[:4] == "min(" || agg[:4] == "max(") }

// nothing gives sums of no rows: zero, and known to be, where a figure can be.
func (c *crossing) nothing(span int) *partSums {
	p := &partSums{whole: make([]sum, len(c.measures)), at: make([][]sum, len(c.measures))}
	for i, m := range c.measures {
		p.at[i] = make([]sum, len(c.scopes[span].buckets))
		known := m.bare() && m.source.kind != snapshot
		p.whole[i].known = m.bare()
		for k := range p.at[i] {
			p.at[i][k].known = known
		}
	}
	return p
}

// ends turns the rows of stocks into what stood at the end of each step.
func (c *crossing) ends(p *partSums) {
	for i, m := range c.measures {
		if m.source.kind != stock {
			continue
		}
		left := p.whole[i]
		for k := len(p.at[i]) - 1; k >= 0; k-- {
			of := p.at[i][k]
			p.at[i][k] = left
			left = left.minus(of)
		}
	}
}

// settleCross makes the answer of its cells.
func (m *Metrics) settleCross(ctx context.Context, c *crossing, cells map[crossPlace]*partSums) (*Cross, error) {
	for span := range c.scopes {
		whole := crossPlace{span: span}
		if cells[whole] == nil {
			cells[whole] = c.nothing(span)
		}
		c.rest(span, cells)
	}
	for _, p := range cells {
		c.ends(p)
	}
	out := &Cross{From: dayText(c.q.From), To: dayText(c.q.To), By: c.q.By, Measures: c.heads, Dimensions: []CrossDimension{}, Steps: []string{}, Rows: []CrossRow{}, AsOf: m.freshness()}
	for _, b := range c.scopes[0].buckets {
		out.Steps = append(out.Steps, dayText(b.at))
	}
	if len(c.scopes) > 1 {
		out.BeforeFrom, out.BeforeTo = dayText(c.scopes[1].From), dayText(c.scopes[1].To)
	}
	labels := make([]map[string]Text, len(c.dims))
	for i, d := range c.dims {
		out.Dimensions = append(out.Dimensions, CrossDimension{d.name, d.label})
		var err error
		if labels[i], err = m.labelsOf(ctx, d); err != nil {
			return nil, err
		}
	}
	s := shaping{crossing: c, ctx: ctx, cells: cells, labels: labels, today: today(ctx)}
	out.Total = s.row([2]crossKey{})
	switch len(c.dims) {
	case 0:
	case 1:
		out.Rows = s.rows(true, false)
	default:
		out.Rows, out.First, out.Second = s.rows(true, true), s.rows(true, false), s.rows(false, true)
		arrange(out.Rows, out.First, out.Second)
	}
	return out, nil
}

// rest gives the rows that order lines say nothing about what the parts lack of the whole, for figures that add up: the
// amounts of orders without lines.
func (c *crossing) rest(span int, cells map[crossPlace]*partSums) {
	for i, d := range c.dims {
		for at, metric := range c.measures {
			if _, byLine := d.over(metric); !byLine || !metric.Additive() || strings.Contains(metric.num.agg, "{orders}") || c.linesOnly(metric) {
				continue
			}
			c.restOf(span, i, at, cells)
		}
	}
}

// linesOnly reports whether a filter makes everything be read from order lines.
func (c *crossing) linesOnly(m *Metric) bool {
	return slices.ContainsFunc(c.filters, func(d *dimension) bool { _, byLine := d.over(m); return byLine })
}

func (c *crossing) restOf(span, dim, at int, cells map[crossPlace]*partSums) {
	named := map[crossPlace][]*partSums{} // by the place of the whole
	for place, p := range cells {
		if place.span != span || !place.keys[dim].parted || !place.keys[dim].known {
			continue
		}
		whole := place
		whole.keys[dim] = crossKey{}
		named[whole] = append(named[whole], p)
	}
	for place, whole := range cells {
		if place.span != span || place.keys[dim].parted {
			continue
		}
		left, steps := whole.whole[at], slices.Clone(whole.at[at])
		for _, p := range named[place] {
			left = left.minus(p.whole[at])
			for k := range steps {
				steps[k] = steps[k].minus(p.at[at][k])
			}
		}
		none := place
		none.keys[dim] = crossKey{parted: true}
		if cells[none] == nil {
			if left.num == 0 && !slices.ContainsFunc(steps, func(s sum) bool { return s.num != 0 }) {
				continue
			}
			cells[none] = c.nothing(span)
		}
		cells[none].whole[at], cells[none].at[at] = left, steps
	}
}

// shaping turns cells into rows.
type shaping struct {
	*crossing
	ctx    context.Context
	cells  map[crossPlace]*partSums
	labels []map[string]Text
	today  time.Time
}

func (s *shaping) row(keys [2]crossKey) CrossRow {
	r := CrossRow{Parts: []CrossPart{}, keys: keys}
	for i, k := range keys {
		if k.parted {
			r.Parts = append(r.Parts, s.part(i, k))
		}
	}
	r.Values, r.Series = s.figures(0, keys)
	if len(s.scopes) > 1 {
		r.Before, r.SeriesBefore = s.figures(1, keys)
	}
	return r
}

func (s *shaping) part(dim int, k crossKey) CrossPart {
	switch {
	case !k.known:
		return CrossPart{}
	case k.text == otherParts:
		return CrossPart{Other: true}
	}
	label, said := s.labels[dim][k.text]
	if !said {
		label = Text{k.text, k.text}
	}
	return CrossPart{Key: &k.text, Label: label}
}

func (s *shaping) figures(span int, keys [2]crossKey) (values []Number, series [][]Number) {
	p := s.cells[crossPlace{span, keys}]
	if p == nil {
		p = s.nothing(span)
	}
	for i, m := range s.measures {
		f := form{ctx: s.ctx, metric: m, buckets: s.scopes[span].buckets, today: s.today}
		figure := p.whole[i]
		if span > 0 && m.source.kind == snapshot {
			figure.known = false
		}
		values = append(values, s.number(f, figure))
		if s.q.By == "" {
			continue
		}
		steps := make([]Number, len(p.at[i]))
		for k, at := range p.at[i] {
			if !f.buckets[k].From.After(s.today) {
				steps[k] = s.number(f, at)
			}
		}
		series = append(series, steps)
	}
	return values, series
}

func (s *shaping) number(f form, of sum) Number {
	if !of.known {
		return Number{}
	}
	return f.number(of)
}

// rows lists the parts of the dimensions asked for in the order of the question: others and what nothing is known of last.
func (s *shaping) rows(byFirst, bySecond bool) []CrossRow {
	rows := []CrossRow{}
	seen := map[[2]crossKey]bool{}
	for place := range s.cells {
		if place.keys[0].parted == byFirst && place.keys[1].parted == bySecond && !seen[place.keys] {
			seen[place.keys] = true
			rows = append(rows, s.row(place.keys))
		}
	}
	slices.SortFunc(rows, func(a, b CrossRow) int {
		for i := range a.keys {
			if n := cmp.Compare(a.keys[i].late(), b.keys[i].late()); n != 0 {
				return n
			}
		}
		if !s.q.Sort.Name {
			if n := s.bySize(a, b); n != 0 {
				return n
			}
		}
		return s.byName(a, b)
	})
	return rows
}

func (k crossKey) late() int {
	switch {
	case k.parted && !k.known:
		return 2
	case k.text == otherParts:
		return 1
	}
	return 0
}

func (s *shaping) bySize(a, b CrossRow) int {
	x, y := a.Values[s.q.Sort.Measure].size(), b.Values[s.q.Sort.Measure].size()
	switch {
	case math.IsNaN(x) || math.IsNaN(y):
		return cmp.Compare(boolOrder(math.IsNaN(x)), boolOrder(math.IsNaN(y)))
	case s.q.Sort.Ascending:
		return cmp.Compare(x, y)
	}
	return cmp.Compare(y, x)
}

func (s *shaping) byName(a, b CrossRow) int {
	return cmp.Or(cmp.Compare(a.keys[0].text, b.keys[0].text), cmp.Compare(a.keys[1].text, b.keys[1].text))
}

func (n Number) size() float64 {
	if n.Value == nil {
		return math.NaN()
	}
	return *n.Value
}

func boolOrder(b bool) int {
	if b {
		return 1
	}
	return 0
}

// arrange puts the crossed rows into the order of the first dimension, then of the second.
func arrange(rows, firsts, seconds []CrossRow) {
	place := func(of []CrossRow, dim int) map[crossKey]int {
		at := map[crossKey]int{}
		for i, r := range of {
			at[r.keys[dim]] = i
		}
		return at
	}
	x, y := place(firsts, 0), place(seconds, 1)
	slices.SortFunc(rows, func(a, b CrossRow) int {
		return cmp.Or(cmp.Compare(x[a.keys[0]], x[b.keys[0]]), cmp.Compare(y[a.keys[1]], y[b.keys[1]]))
	})
}
