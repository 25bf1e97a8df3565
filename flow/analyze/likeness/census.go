package likeness

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"sync"
	"time"

	"guanxi/base/clock"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// census is how everybody a reader may see spreads over each detail. It is the same for all customers, so that describing one of
// them counts nobody.
type census struct {
	commits uint64
	day     string
	at      time.Time
	took    time.Duration

	base    int64
	values  map[string]spreadOf
	numbers map[string]numbersOf
}

// spreadOf counts those at each value of a detail, and those of whom there is one.
type spreadOf struct {
	known int64
	at    map[string]int64
}

// numbersOf is how a number spreads: its bounds, and so many of its values, evenly picked from low to high, as tell where one
// stands; all of them where there are few.
type numbersOf struct {
	known, lows, highs int64
	median, low, high  float64
	sorted             []float64
}

// rank gives the share of everybody below a value, ties halved.
func (n numbersOf) rank(v float64) float64 {
	below := sort.SearchFloat64s(n.sorted, v)
	upTo := sort.Search(len(n.sorted), func(i int) bool { return n.sorted[i] > v })
	return float64(below+upTo) / 2 / float64(max(len(n.sorted), 1))
}

const (
	pickedValues = 4096
	// A census that took long stands for restsFor times as long while facts change, longestRest at most: shares of everybody
	// do not move within minutes. What is quick to count is counted for every change.
	restsFor    = 60
	quick       = 50 * time.Millisecond
	longestRest = 10 * time.Minute
	mostScopes  = 32
)

// censuses keeps the last census of each scope and set of details.
type censuses struct {
	mu   sync.Mutex
	kept map[string]*census
	busy map[string]*sync.Mutex
}

func (c *census) fresh(commits uint64, day string, now time.Time) bool {
	if c == nil || c.day != day {
		return false
	}
	rests := min(restsFor*c.took, longestRest)
	return c.commits == commits || c.took > quick && now.Sub(c.at) < rests && !now.Before(c.at)
}

// census gives everybody the actor of ctx may see, counted not long ago.
func (l *Likeness) census(ctx context.Context, details []detail) (*census, error) {
	scope, args := guard.ScopeOf(ctx, "customers").Where("c")
	key := fmt.Sprint(scope, args)
	for _, d := range details {
		key += " " + d.name
	}
	day := analyze.Today(ctx).Format(time.DateOnly)
	l.counted.mu.Lock()
	if l.counted.kept == nil || len(l.counted.kept) > mostScopes {
		l.counted.kept, l.counted.busy = map[string]*census{}, map[string]*sync.Mutex{}
	}
	if l.counted.busy[key] == nil {
		l.counted.busy[key] = &sync.Mutex{}
	}
	busy := l.counted.busy[key]
	l.counted.mu.Unlock()

	busy.Lock() // who asks meanwhile waits for the same count
	defer busy.Unlock()
	l.counted.mu.Lock()
	last := l.counted.kept[key]
	l.counted.mu.Unlock()
	commits := l.columns.Commits()
	if last.fresh(commits, day, clock.Now(ctx)) {
		return last, nil
	}
	c := &census{commits: commits, day: day, at: clock.Now(ctx), values: map[string]spreadOf{}, numbers: map[string]numbersOf{}}
	began := time.Now() //nolint:forbidigo // how long counting takes, whatever the product's clock says
	if err := l.group(ctx, analyze.SQL{Text: "true"}, func(g *group) error {
		c.base = g.base
		for _, d := range details {
			if err := g.count(ctx, d, c); err != nil {
				return fmt.Errorf("census: %s: %w", d.name, err)
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	c.took = time.Since(began) //nolint:forbidigo // as above
	l.counted.mu.Lock()
	l.counted.kept[key] = c
	l.counted.mu.Unlock()
	return c, nil
}

// count adds one detail of everybody to a census.
func (g *group) count(ctx context.Context, d detail, c *census) error {
	if d.kind == number {
		var n numbersOf
		var median, low, high sql.NullFloat64
		var picked any
		if err := g.conn.QueryRow(ctx, fill(ctx, `
with d as (select * from (select (`+d.sql+`)::double as value`+joined+`) where value is not null and isfinite(value)),
bounds as (select quantile_cont(value, 0.2) as low, quantile_cont(value, 0.8) as high from d),
placed as (select value, row_number() over (order by value) as place, count(*) over () as total from d)
select (select count(*) from d), (select median(value) from d), low, high, (select count(*) from d where value < low), (select count(*) from d where value > high),
  (select list(value order by value) from placed where total <= `+strconv.Itoa(pickedValues)+` or place % (total // `+strconv.Itoa(pickedValues)+`) = 0)
from bounds`)).Scan(&n.known, &median, &low, &high, &n.lows, &n.highs, &picked); err != nil {
			return err
		}
		n.median, n.low, n.high = median.Float64, low.Float64, high.Float64
		if list, ok := picked.([]any); ok {
			for _, v := range list {
				if f, ok := v.(float64); ok {
					n.sorted = append(n.sorted, f)
				}
			}
		}
		c.numbers[d.name] = n
		return nil
	}
	found, err := g.conn.Query(ctx, fill(ctx, `
with d as (select * from (`+g.valuesOf(d)+`) where coalesce(value, '') <> '')
select value, count(*), (select count(distinct id) from d) from d group by value`))
	if err != nil {
		return err
	}
	defer found.Close()
	s := spreadOf{at: map[string]int64{}}
	for found.Next() {
		var value string
		var n int64
		if err := found.Scan(&value, &n, &s.known); err != nil {
			return err
		}
		s.at[value] = n
	}
	c.values[d.name] = s
	return found.Err()
}

// valuesOf gives the rows (id, member, value) of a detail that is no number.
func (g *group) valuesOf(d detail) string {
	if d.kind == set {
		if g.only != 0 {
			d.sql = "select * from (" + d.sql + ") where customer_id = " + strconv.FormatInt(g.only, 10)
		}
		return "select distinct g.id, g.member, x.value::varchar as value from persona_group g join (" + d.sql + ") x on x.customer_id = g.id"
	}
	return "select g.id, g.member, (" + d.sql + ")::varchar as value" + joined
}

// place tells of one customer, on a connection that has her alone, what she has of a detail and where that stands in a census.
func (g *group) place(ctx context.Context, d detail, c *census) (*PersonaDetail, error) {
	of := &PersonaDetail{Name: d.name, Label: d.label, Unit: d.unit, Several: d.kind == set, Items: []PersonaItem{}}
	if d.kind == number {
		var hers sql.NullFloat64
		n := c.numbers[d.name]
		if err := g.conn.QueryRow(ctx, fill(ctx, "select any_value(value) from (select ("+d.sql+")::double as value"+joined+") where isfinite(value)")).Scan(&hers); err != nil {
			return nil, err
		}
		if !hers.Valid || n.known == 0 {
			return of, nil
		}
		rank := n.rank(hers.Float64)
		of.Known, of.KnownBase, of.Median, of.BaseMedian, of.Rank = 1, n.known, &hers.Float64, &n.median, &rank
		switch {
		case hers.Float64 > n.high && n.highs > 0:
			of.Items = append(of.Items, fifth(ctx, d, true, n.high, 1, n.highs))
		case hers.Float64 < n.low && n.lows > 0:
			of.Items = append(of.Items, fifth(ctx, d, false, n.low, 1, n.lows))
		}
	} else {
		rows, err := g.conn.Query(ctx, fill(ctx, "select distinct value from ("+g.valuesOf(d)+") where coalesce(value, '') <> '' order by value"))
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		s := c.values[d.name]
		for rows.Next() {
			var value string
			if err := rows.Scan(&value); err != nil {
				return nil, err
			}
			of.Known, of.KnownBase = 1, max(s.known, 1)
			of.Items = append(of.Items, item(ctx, d, value, 1, max(s.at[value], 1))) // she may have it since everybody was counted
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	for i := range of.Items {
		of.Items[i].compare(of.Known, max(of.KnownBase, of.Items[i].Base))
	}
	slices.SortStableFunc(of.Items, func(a, b PersonaItem) int { return int(a.Base - b.Base) })
	return of, nil
}
