package analyze

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"guanxi/guard"
)

// asksHot gives the fields a condition reads, as long as all of it can be answered from hot columns: what customers did,
// custom fields, names and anniversaries cannot.
func asksHot(c *Condition) (fields []*Field, ok bool) {
	ok = true
	c.walk(func(n *Condition) {
		switch {
		case n.Event != nil:
			ok = false
		case n.Tag != "":
			fields = append(fields, customerFields["tags"])
		case n.List != nil:
			fields = append(fields, listField)
		case n.Field != nil:
			ok = ok && canBeHot(n.Field) && n.Op != OpAnniversary && !n.Op.ranks()
			fields = append(fields, n.Field)
		}
	})
	return fields, ok
}

// canBeHot leaves out what has a different value for nearly every customer.
func canBeHot(f *Field) bool {
	return f.Type != TypeCustom && !f.own && f.Name != "id" && f.Name != "name" && f.Name != "company"
}

// readFor gives the rows when they hold all that the condition, the scope of the person asking and further fields
// need; see read.
func (h *Hot) readFor(ctx context.Context, c *Condition, further ...*Field) (*hotRows, func(), bool) {
	fields, ok := asksHot(c)
	if !ok || h == nil || guard.ScopeOf(ctx, "customers").Shared() {
		return nil, nil, false
	}
	return h.read(append(append(fields, scopeFields(ctx)...), further...)...)
}

func scopeFields(ctx context.Context) []*Field {
	if guard.ScopeOf(ctx, "customers").All() {
		return nil
	}
	return []*Field{customerFields["owner"], customerFields["team"]}
}

// visible gives the rows in the scope of the person asking.
func (r *hotRows) visible(ctx context.Context) mask {
	seen := slices.Clone(r.live)
	scope := guard.ScopeOf(ctx, "customers")
	if scope.All() {
		return seen
	}
	owners, teams := named[*numberColumn[int64]](r, "owner"), named[*numberColumn[int64]](r, "team")
	reference := func(c *numberColumn[int64], row int) *int64 {
		if v := c.values[row]; v != c.unset {
			return &v
		}
		return nil
	}
	seen.each(func(row int) {
		if !scope.Sees(reference(owners, row), reference(teams, row)) {
			seen.clear(row)
		}
	})
	return seen
}

// holds gives the rows the condition holds for, gone ones among them. It is compiler.holds over hot columns.
func (r *hotRows) holds(k *compiler, c *Condition) mask {
	m := make(mask, len(r.live))
	switch {
	case c.Not != nil:
		copy(m, r.live)
		m.without(r.holds(k, c.Not))
	case c.Segment != nil:
		return r.holds(k, c.Segment.Condition)
	case c.List != nil:
		return r.holds(k, c.List.members())
	case c.Tag != "":
		named[*setColumn](r, "tags").holding(c.Tag, m)
	case c.Field != nil:
		op, opposite := positive(c.Op)
		r.compare(k, c.Field, op, c.Value, m)
		if opposite {
			all := slices.Clone(r.live)
			all.without(m)
			return all
		}
	case c.Any != nil:
		for _, child := range c.Any {
			m.or(r.holds(k, child))
		}
	default:
		copy(m, r.live)
		for _, child := range c.All {
			m.and(r.holds(k, child))
		}
	}
	return m
}

// compare sets the rows for which a positive operator holds; see compiler.compare.
func (r *hotRows) compare(k *compiler, f *Field, op Op, v Value, to mask) {
	switch column := r.of(f).(type) {
	case *textColumn:
		column.which(textTest(op, v.Texts), to)
	case *setColumn:
		if op == OpIsSet {
			column.some(to)
		}
		for _, text := range v.Texts {
			column.holding(text, to)
		}
	case interface{ within(s span, to mask) }:
		for _, s := range k.spans(f, op, v) {
			column.within(s, to)
		}
	}
}

// textTest gives the test a text has to pass; what is tested is never unset.
func textTest(op Op, texts []string) func(string) bool {
	switch op {
	case OpIsSet:
		return func(string) bool { return true }
	case OpContains:
		part := strings.ToLower(texts[0])
		return func(text string) bool { return strings.Contains(strings.ToLower(text), part) }
	case OpStartsWith:
		start := strings.ToLower(texts[0])
		return func(text string) bool { return strings.HasPrefix(strings.ToLower(text), start) }
	}
	return func(text string) bool { return slices.Contains(texts, text) }
}

var (
	lowest  = math.Inf(-1)
	highest = math.Inf(1)
)

func above(v float64) float64 { return math.Nextafter(v, highest) }
func below(v float64) float64 { return math.Nextafter(v, lowest) }

// spans gives the numbers for which an operator holds: days since 1970, milliseconds, or the value itself.
func (k *compiler) spans(f *Field, op Op, v Value) []span {
	day := func(t time.Time) float64 { return float64(t.Unix() / 86400) }
	switch {
	case op == OpIsSet:
		return []span{{lowest, highest}}
	case op == OpInLastDays && f.Type == TypeInstant:
		first, end := dayStart(k.workspace, k.today.AddDate(0, 0, 1-int(v.Days))), dayStart(k.workspace, k.today.AddDate(0, 0, 1))
		return []span{{float64(first), float64(end - 1)}}
	case op == OpInLastDays:
		return []span{{day(k.today.AddDate(0, 0, 1-int(v.Days))), day(k.today)}}
	case f.Type == TypeElapsed:
		ago := func(i, more int) float64 {
			n := int(v.Numbers[i].(int64)) + more
			if f.Unit == "years" {
				return day(yearsBefore(k.today, n))
			}
			return day(k.today.AddDate(0, 0, -n))
		}
		return spansBetween(op, len(v.Numbers), func(i int) span { return span{ago(i, 1) + 1, ago(i, 0)} }, true)
	case v.Moments != nil && f.Type == TypeInstant:
		return spansBetween(op, len(v.Moments), func(i int) span {
			low, high := v.Moments[i].span(k.workspace)
			return span{float64(low), float64(high - 1)}
		}, false)
	case v.Moments != nil:
		return spansBetween(op, len(v.Moments), func(i int) span { return span{day(v.Moments[i].Day), day(v.Moments[i].Day)} }, false)
	case v.Flag != nil:
		if *v.Flag {
			return []span{{1, 1}}
		}
		return []span{{0, 0}}
	}
	return spansBetween(op, len(v.Numbers), func(i int) span { n := asFloat(v.Numbers[i]); return span{n, n} }, false)
}

// spansBetween gives the spans for an operator whose value i covers one(i). backwards is for time passed since a day,
// of which more is an earlier day.
func spansBetween(op Op, values int, one func(i int) span, backwards bool) []span {
	if backwards {
		switch op {
		case OpGt:
			op = OpLt
		case OpGte:
			op = OpLte
		case OpLt:
			op = OpGt
		case OpLte:
			op = OpGte
		case OpBetween:
			return []span{{one(1).low, one(0).high}}
		}
	}
	first := one(0)
	switch op {
	case OpGt:
		return []span{{above(first.high), highest}}
	case OpGte:
		return []span{{first.low, highest}}
	case OpLt:
		return []span{{lowest, below(first.low)}}
	case OpLte:
		return []span{{lowest, first.high}}
	case OpBetween:
		return []span{{first.low, one(1).high}}
	}
	all := make([]span, values)
	for i := range all {
		all[i] = one(i)
	}
	return all
}
