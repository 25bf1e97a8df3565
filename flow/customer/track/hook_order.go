package track

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"guanxi/base/db"
	"guanxi/flow/customer"
)

// hookOrder is what deliveries have told of one order so far.
type hookOrder struct {
	Number string `bun:"number"` // its key, until it was told itself: it may have come in a file
	ToldAt int64  `bun:"told_at"`
	Lines  string `bun:"lines"`

	source  int64
	key     string
	lines   map[string]hookGood // by what their sender knows them by; also those that the order has no more
	refunds []customer.ToldRefund
}

type hookGood struct {
	SKU  string `json:"sku"`
	Name string `json:"name"`
}

func openHookOrder(ctx context.Context, tx *db.Tx, source int64, key string) (*hookOrder, error) {
	if tx.Engine() == db.Postgres { // deliveries of one order come together, and each counts on what the one before has left
		var held []string
		if err := tx.Ask(ctx, &held, "select pg_advisory_xact_lock(hashtextextended(?, ?))::text", "webhook order "+key, source); err != nil {
			return nil, err
		}
	}
	var orders []*hookOrder
	if err := tx.NewRaw("select number, told_at, lines from webhook_orders where source_id = ? and order_key = ?", source, key).Scan(ctx, &orders); err != nil {
		return nil, err
	}
	o := &hookOrder{Number: key, Lines: "{}"}
	if len(orders) > 0 {
		o = orders[0]
	}
	o.source, o.key = source, key
	if err := json.Unmarshal([]byte(o.Lines), &o.lines); err != nil {
		return nil, err
	}
	var rows []struct {
		Refund string `bun:"refund"`
		Amount int64  `bun:"amount"`
		Lines  string `bun:"lines"`
	}
	if err := tx.NewRaw("select refund, amount, lines from webhook_refunds where source_id = ? and order_key = ?", source, key).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for _, r := range rows {
		refund := customer.ToldRefund{ID: r.Refund, Amount: r.Amount}
		if err := json.Unmarshal([]byte(r.Lines), &refund.Lines); err != nil {
			return nil, err
		}
		o.refunds = append(o.refunds, refund)
	}
	slices.SortFunc(o.refunds, byID)
	return o, nil
}

func byID(a, b customer.ToldRefund) int { return cmp.Compare(a.ID, b.ID) }

// refund keeps refunds, each as it was told last.
func (o *hookOrder) refund(ctx context.Context, tx *db.Tx, told []customer.ToldRefund) error {
	for _, r := range told {
		lines, err := json.Marshal(append([]customer.RefundLine{}, r.Lines...))
		if err != nil {
			return err
		}
		if _, err := tx.Do(ctx, `
insert into webhook_refunds (source_id, order_key, refund, amount, lines) values (?, ?, ?, ?, ?)
on conflict (source_id, order_key, refund) do update set amount = excluded.amount, lines = excluded.lines`, o.source, o.key, r.ID, r.Amount, string(lines)); err != nil {
			return err
		}
		at, known := slices.BinarySearchFunc(o.refunds, r, byID)
		if known {
			o.refunds[at] = r
		} else {
			o.refunds = slices.Insert(o.refunds, at, r)
		}
	}
	return nil
}

// tell keeps when the order was told, by which number, and what its lines are known by.
func (o *hookOrder) tell(ctx context.Context, tx *db.Tx, d *heard) error {
	for _, l := range d.order.Lines {
		if l.ID != "" {
			o.lines[l.ID] = hookGood{l.SKU, l.Name}
		}
	}
	lines, err := json.Marshal(o.lines)
	if err != nil {
		return err
	}
	o.Number, o.ToldAt = d.order.Number, d.toldAt
	_, err = tx.Do(ctx, `
insert into webhook_orders (source_id, order_key, number, told_at, lines) values (?, ?, ?, ?, ?)
on conflict (source_id, order_key) do update set number = excluded.number, told_at = excluded.told_at, lines = excluded.lines`, o.source, o.key, o.Number, o.ToldAt, string(lines))
	return err
}

// named gives the refunds with the goods called as the order calls them.
func (o *hookOrder) named() []customer.ToldRefund {
	all := make([]customer.ToldRefund, len(o.refunds))
	for i, r := range o.refunds {
		r.Lines = slices.Clone(r.Lines)
		for n := range r.Lines {
			if good, known := o.lines[r.Lines[n].Line]; known {
				r.Lines[n].SKU, r.Lines[n].Name = good.SKU, good.Name
			}
		}
		all[i] = r
	}
	return all
}
