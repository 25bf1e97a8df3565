package customer

import (
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// labels are what is put on many customers and many of which one customer has: tags by their name, lists by their id
// written as text.
type labels struct {
	subject, table, column string
	value                  func(label string) any // as the column holds it
}

var (
	tagLabels  = labels{"tag", "customer_tags", "tag", func(label string) any { return label }}
	listLabels = labels{"list", "list_members", "list_id", func(label string) any { return *number(label) }}
	allLabels  = [...]labels{tagLabels, listLabels}
)

// label is one customer's, and since when.
type label struct {
	CustomerID int64  `bun:"customer_id"`
	Label      string `bun:"label"`
	CreatedAt  int64  `bun:"created_at"`
}

// of gives the labels of customers; only those in only, where it is given.
func (l labels) of(ctx context.Context, from bun.IDB, ids []int64, only ...string) (held []label, err error) {
	which := bun.SafeQuery("true")
	if len(only) > 0 {
		values := make([]any, len(only))
		for i, o := range only {
			values[i] = l.value(o)
		}
		which = bun.SafeQuery("? in (?)", bun.Ident(l.column), bun.List(values))
	}
	err = from.NewRaw("select customer_id, cast(? as text) as label, created_at from ? where customer_id in (?) and ? order by customer_id, created_at, label",
		bun.Ident(l.column), bun.Ident(l.table), bun.List(ids), which).Scan(ctx, &held)
	return held, err
}

// with is the part by which moved knows a label: it and who has it, for a label has no id of its own.
func (l labels) with(name string, customerID int64) string {
	return name + identitySeparator + strconv.FormatInt(customerID, 10)
}

// move takes the labels of from that to does not have; only those in only, where it is given. moved notes where each
// came from.
func (l labels) move(ctx context.Context, tx *db.Tx, to, from int64, only map[string]bool) error {
	theirs, err := l.of(ctx, tx, []int64{from})
	if err != nil {
		return err
	}
	held, err := l.of(ctx, tx, []int64{to})
	if err != nil {
		return err
	}
	for _, t := range theirs {
		if only != nil && !only[t.Label] || slices.ContainsFunc(held, func(h label) bool { return h.Label == t.Label }) {
			continue
		}
		if err := l.give(ctx, tx, to, from, t); err != nil {
			return err
		}
		n, err := l.renote(ctx, tx, t.Label, from, to)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if _, err := tx.NewRaw("insert into moved (subject, part, origin_id) values (?, ?, ?)", l.subject, l.with(t.Label, to), from).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// give takes one label from one customer to another.
func (l labels) give(ctx context.Context, tx *db.Tx, to, from int64, t label) error {
	if _, err := tx.NewRaw("insert into ? (customer_id, ?, created_at) values (?, ?, ?)", bun.Ident(l.table), bun.Ident(l.column), to, l.value(t.Label), t.CreatedAt).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw("delete from ? where customer_id = ? and ? = ?", bun.Ident(l.table), from, bun.Ident(l.column), l.value(t.Label)).Exec(ctx)
	return err
}

// renote lets what moved knows of a label follow it.
func (l labels) renote(ctx context.Context, tx *db.Tx, name string, from, to int64) (int64, error) {
	result, err := tx.NewRaw("update moved set part = ? where subject = ? and part = ?", l.with(name, to), l.subject, l.with(name, from)).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// giveBack gives a customer, now parted, the labels that came from her; see parting.returnParts.
func (l labels) giveBack(ctx context.Context, tx *db.Tx, p *parting) error {
	for _, keeper := range p.keepers {
		var back []label
		if err := tx.NewRaw(`
select customer_id, cast(? as text) as label, created_at
from ?
where customer_id = ? and cast(? as text) || ? in (select part from moved where subject = ? and origin_id in (?))`,
			bun.Ident(l.column), bun.Ident(l.table), keeper, bun.Ident(l.column), l.with("", keeper), l.subject, bun.List(p.parted)).Scan(ctx, &back); err != nil {
			return err
		}
		gone := map[string]bool{}
		for _, t := range back {
			gone[t.Label] = true
			if err := l.give(ctx, tx, p.other, keeper, t); err != nil {
				return err
			}
			if _, err := l.renote(ctx, tx, t.Label, keeper, p.other); err != nil {
				return err
			}
		}
		if err := p.fromOthers(ctx, tx, keeper, gone, l.move); err != nil {
			return err
		}
	}
	return nil
}
