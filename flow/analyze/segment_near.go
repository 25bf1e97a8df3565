package analyze

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// reach is how much of a relation conditions look at: of what day on, and for what sources send which events and whether their
// properties. The zero time is the beginning.
type reach struct {
	from       time.Time
	names      map[string]bool
	properties bool
}

// reachOf gives what conditions look at of each relation besides customers.
func reachOf(conditions []*Condition, today time.Time) map[string]*reach {
	all := map[string]*reach{}
	event := func(c *Condition, from time.Time) {
		ev := c.Event
		r := all[ev.relation]
		if r == nil {
			r = &reach{from: from, names: map[string]bool{}}
			all[ev.relation] = r
		}
		if from.Before(r.from) {
			r.from = from
		}
		if ev.sent {
			r.names[ev.Name] = true
		}
		reads := func(f *Field) { r.properties = r.properties || f != nil && f.json == "e.properties" }
		reads(c.Measure.Property)
		if c.Where != nil {
			c.Where.walk(func(n *Condition) { reads(n.Field) })
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
		all[relation] = &reach{properties: true}
	}
	return all
}

// narrow copies the rows of some customers aside, as far as conditions reach, and gives a compiler that reads the copies, so
// that each of many conditions touches a handful of rows instead of scanning everybody's.
func narrow(ctx context.Context, to columnWriter, k *compiler, relations map[string]*reach, ids []int64) (*compiler, error) {
	near := *k
	near.tables = map[string]string{"customers": "near_customers"}
	if err := to.Exec(ctx, "create or replace temp table near_customers as select * from customers where id in (select unnest(?::bigint[]))", ids); err != nil {
		return nil, err
	}
	for relation, r := range relations {
		near.tables[relation] = "near_" + relation
		what, where, args := "*", "customer_id in (select unnest(?::bigint[]))", []any{ids}
		if !r.from.IsZero() {
			where, args = where+" and day >= ?::date", append(args, date(r.from))
		}
		if relation == sentRelation {
			if !r.properties {
				what = "* exclude (properties)"
			}
			if len(r.names) > 0 {
				where += " and event in (" + strings.TrimSuffix(strings.Repeat("?, ", len(r.names)), ", ") + ")"
				for _, name := range slices.Sorted(maps.Keys(r.names)) {
					args = append(args, name)
				}
			}
		}
		if err := to.Exec(ctx, "create or replace temp table near_"+relation+" as select "+what+" from "+relation+" where "+where, args...); err != nil {
			return nil, err
		}
	}
	return &near, nil
}
