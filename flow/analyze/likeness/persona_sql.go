package likeness

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"strings"

	"guanxi/base/columns"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// group is everybody the reader may see, with who of them belongs to the group, on a connection of its own.
type group struct {
	conn          *columns.Aside
	members, base int64
	only          int64 // the one customer it is of; 0 when it is of more
}

// group marks whom a predicate over c holds for and lets fn ask about them.
func (l *Likeness) group(ctx context.Context, predicate analyze.SQL, fn func(*group) error) error {
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	return l.groupWhere(ctx, predicate, analyze.SQL{Text: scope, Args: args}, fn)
}

// groupWhere is group among those a condition on c holds for.
func (l *Likeness) groupWhere(ctx context.Context, predicate, among analyze.SQL, fn func(*group) error) error {
	conn, err := l.columns.Aside(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Make(ctx, "persona_group", "select c.id, coalesce("+predicate.Text+", false) as member from customers c where "+among.Text,
		append(append([]any{}, predicate.Args...), among.Args...)...); err != nil {
		return fmt.Errorf("group: %w", err)
	}
	g := &group{conn: conn}
	if err := conn.QueryRow(ctx, "select count(*) filter (where member), count(*) from persona_group").Scan(&g.members, &g.base); err != nil {
		return err
	}
	return fn(g)
}

const joined = " from persona_group g join customers c on c.id = g.id left join customer_scores s on s.customer_id = c.id"

// spread counts members and everybody at each value of a detail.
func (g *group) spread(ctx context.Context, d detail) (*PersonaDetail, error) {
	of := &PersonaDetail{Name: d.name, Label: d.label, Unit: d.unit, Several: d.kind == set, Items: []PersonaItem{}}
	var err error
	if d.kind == number {
		err = g.spreadNumber(ctx, d, of)
	} else {
		err = g.spreadValues(ctx, d, of)
	}
	if err != nil {
		return nil, fmt.Errorf("persona: %s: %w", d.name, err)
	}
	return of, nil
}

// mostValues bounds the values of a detail that are looked at: those that most members or most of everybody have.
const mostValues = 60

func (g *group) spreadValues(ctx context.Context, d detail, of *PersonaDetail) error {
	found, err := g.conn.Query(ctx, fill(ctx, `
with d as (select * from (`+g.valuesOf(d)+`) where coalesce(value, '') <> ''),
known as (select count(distinct id) filter (where member) as members, count(distinct id) as base from d)
select d.value, count(*) filter (where d.member) as members, count(*) as base, any_value(known.members), any_value(known.base)
from d, known
group by d.value
order by greatest(count(*) filter (where d.member) / greatest(any_value(known.members), 1), count(*) / any_value(known.base)) desc, d.value
limit `+strconv.Itoa(mostValues)))
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var value string
		var members, base int64
		if err := found.Scan(&value, &members, &base, &of.Known, &of.KnownBase); err != nil {
			return err
		}
		of.Items = append(of.Items, item(ctx, d, value, members, base))
	}
	if of.Known > 0 {
		for i := range of.Items {
			of.Items[i].compare(of.Known, of.KnownBase)
		}
	}
	return found.Err()
}

// spreadNumber counts who is in the lowest and the highest fifth of everybody.
func (g *group) spreadNumber(ctx context.Context, d detail, of *PersonaDetail) error {
	var median, baseMedian, low, high, rank sql.NullFloat64
	var lows, lowBase, highs, highBase int64
	if err := g.conn.QueryRow(ctx, fill(ctx, `
with d as (select * from (select g.member, (`+d.sql+`)::double as value`+joined+`) where value is not null and isfinite(value)),
bounds as (select quantile_cont(value, 0.2) as low, quantile_cont(value, 0.8) as high, median(value) filter (where member) as middle from d)
select count(*) filter (where member), count(*), median(value) filter (where member), median(value), any_value(low), any_value(high),
  count(*) filter (where member and value < low), count(*) filter (where value < low),
  count(*) filter (where member and value > high), count(*) filter (where value > high),
  avg(case when value < middle then 1.0 when value = middle then 0.5 else 0.0 end)
from d, bounds`)).Scan(&of.Known, &of.KnownBase, &median, &baseMedian, &low, &high, &lows, &lowBase, &highs, &highBase, &rank); err != nil {
		return err
	}
	if of.Known == 0 {
		return nil
	}
	of.Median, of.BaseMedian, of.Rank = &median.Float64, &baseMedian.Float64, &rank.Float64
	for _, i := range []PersonaItem{fifth(ctx, d, true, high.Float64, highs, highBase), fifth(ctx, d, false, low.Float64, lows, lowBase)} {
		if i.Base > 0 {
			i.compare(of.Known, of.KnownBase)
			of.Items = append(of.Items, i)
		}
	}
	return nil
}

func plain(v float64) string {
	if math.Abs(v) >= 100 {
		v = math.Round(v)
	}
	text := strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
	return strings.TrimSuffix(text, ".0")
}
