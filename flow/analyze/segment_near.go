package analyze

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reach is how much of a relation conditions look at: of what day on (the zero time is the beginning), for what sources send which
// events, and which columns, none named for all.
type reach struct {
	from    time.Time
	names   map[string]bool
	columns map[string]bool
}

// wide are the relations of many columns and rows, of which only the columns asked for are read.
var wide = map[string]bool{sentRelation: true, "sessions": true}

// eventColumn finds the columns that an expression over an occurrence e reads.
var eventColumn = regexp.MustCompile(`\be\.([a-z_]+)`)

// reads notes the columns of an expression.
func (r *reach) reads(expressions ...string) {
	for _, text := range expressions {
		for _, column := range eventColumn.FindAllStringSubmatch(text, -1) {
			r.columns[column[1]] = true
		}
	}
}

// chosen gives the columns as select does, in one order.
func (r *reach) chosen() string {
	if len(r.columns) == 0 {
		return "*"
	}
	return strings.Join(slices.Sorted(maps.Keys(r.columns)), ", ")
}

// reachOf gives what conditions look at of each relation besides customers.
func reachOf(conditions []*Condition, today time.Time) map[string]*reach {
	all := map[string]*reach{}
	event := func(c *Condition, from time.Time) {
		ev := c.Event
		r := all[ev.relation]
		if r == nil {
			r = &reach{from: from, names: map[string]bool{}}
			if wide[ev.relation] {
				r.columns = map[string]bool{"customer_id": true, "ts": true, "day": true}
			}
			all[ev.relation] = r
		}
		if from.Before(r.from) {
			r.from = from
		}
		if ev.sent {
			r.names[ev.Name] = true
		}
		if !wide[ev.relation] {
			return
		}
		r.reads(ev.kept)
		if of := c.Measure.Property; of != nil {
			r.reads(of.expr, of.json)
		}
		if c.Where != nil {
			c.Where.walk(func(n *Condition) {
				if n.Field != nil {
					r.reads(n.Field.expr, n.Field.day, n.Field.json)
				}
			})
		}
	}
	var visit func(c *Condition)
	visit = func(c *Condition) {
		if inner := c.expanded(); inner != nil {
			visit(inner)
			return
		}
		from, to, _ := c.Window.days(today)
		switch {
		case c.Sequence != nil:
			for _, step := range slices.Concat(c.Sequence, c.Without) {
				event(step, from)
			}
		case c.Event != nil:
			if c.Measure.Name == MeasureRatio {
				from = from.AddDate(0, 0, -daysBetween(from, to)-1)
			}
			event(c, from)
		case c.Field != nil && (c.Field.scores || c.Field.scored):
			all["customer_scores"] = &reach{}
		case c.Not != nil:
			visit(c.Not)
		default:
			for _, child := range slices.Concat(c.All, c.Any) {
				visit(child)
			}
		}
	}
	for _, c := range conditions {
		visit(c)
	}
	return all
}

// unbounded looks at all of some relations.
func unbounded(relations map[string]bool) map[string]*reach {
	all := make(map[string]*reach, len(relations))
	for relation := range relations {
		all[relation] = &reach{}
	}
	return all
}

// inText is up to how many ids stand in the text of a question.
const inText = 1_000

// OneOf says that a column is one of some ids. Up to inText stand in the text, because columns skip what cannot hold any of them by
// comparing with values alone; one is compared with as it is, which skips rows too.
func OneOf(column string, ids []int64) SQL {
	switch {
	case len(ids) == 1:
		return SQL{Text: column + " = " + strconv.FormatInt(ids[0], 10)}
	case len(ids) > inText || len(ids) == 0:
		return SQL{column + " in (select unnest(?::bigint[]))", []any{ids}}
	}
	text := make([]string, len(ids))
	for i, id := range ids {
		text[i] = strconv.FormatInt(id, 10)
	}
	return SQL{Text: column + " in (" + strings.Join(text, ", ") + ")"}
}

// narrow copies the rows of some customers aside, as far as conditions reach, and gives a compiler that reads the copies, so
// that each of many conditions touches a handful of rows instead of scanning everybody's.
func narrow(ctx context.Context, to columnWriter, k *compiler, relations map[string]*reach, ids []int64) (*compiler, error) {
	near := *k
	near.tables = map[string]string{"customers": "near_customers"}
	who := OneOf("id", ids)
	if err := to.Exec(ctx, "create or replace temp table near_customers as select * from customers where "+who.Text, who.Args...); err != nil {
		return nil, err
	}
	for relation, r := range relations {
		near.tables[relation] = "near_" + relation
		of := OneOf("customer_id", ids)
		where, args := of.Text, of.Args
		if !r.from.IsZero() {
			where, args = where+" and day >= ?::date", append(args, date(r.from))
		}
		if len(r.names) > 0 {
			where += " and event in (" + strings.TrimSuffix(strings.Repeat("?, ", len(r.names)), ", ") + ")"
			for _, name := range slices.Sorted(maps.Keys(r.names)) {
				args = append(args, name)
			}
		}
		if err := to.Exec(ctx, "create or replace temp table near_"+relation+" as select "+r.chosen()+" from "+relation+" where "+where, args...); err != nil {
			return nil, err
		}
	}
	return &near, nil
}
