package customer

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

type orderKey struct{ shop, number string }

// loadOrders finds which drafts are stored already, with their lines.
func (p *purchases) loadOrders(ctx context.Context, tx *db.Tx) error {
	numbers := map[string][]string{}
	drafts := make(map[orderKey]*draft, len(p.drafts))
	for _, d := range p.drafts {
		numbers[d.Shop] = append(numbers[d.Shop], d.Number)
		drafts[orderKey{d.Shop, d.Number}] = d
	}
	byID := map[int64]*storedOrder{}
	var ids []int64
	for shop, list := range numbers {
		err := inChunks(list, lookUpChunk, func(chunk []string) error {
			var rows []storedOrder
			err := tx.NewRaw("select "+qualified("o", orderColumns)+`, (o.customer_id is null or ?) as in_scope
from orders o
left join customers c on c.id = o.customer_id
where o.shop = ?
  and o.number in (?)`, scope(ctx, "c"), shop, bun.List(chunk)).Scan(ctx, &rows)
			for i := range rows {
				drafts[orderKey{shop, rows[i].Number}].was = &rows[i]
				byID[rows[i].ID] = &rows[i]
				ids = append(ids, rows[i].ID)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return inChunks(ids, lookUpChunk, func(chunk []int64) error {
		lines, err := linesOf(ctx, tx, chunk)
		for _, l := range lines {
			byID[l.OrderID].lines = append(byID[l.OrderID].lines, l)
		}
		return err
	})
}

// linesOf gives the lines of the orders, each order's by position.
func linesOf(ctx context.Context, from bun.IDB, orderIDs []int64) (lines []Line, err error) {
	if len(orderIDs) == 0 {
		return nil, nil
	}
	err = from.NewRaw("select "+lineColumns+" from order_lines where order_id in (?) order by order_id, position", bun.List(orderIDs)).Scan(ctx, &lines)
	return lines, err
}

// loadBuyers finds the customers that the drafts name and when each last ordered.
func (p *purchases) loadBuyers(ctx context.Context, tx *db.Tx) error {
	var all []keys
	contacts := false
	for _, d := range p.drafts {
		if d.buyer.none() {
			continue
		}
		all = append(all, d.buyer.keys)
		if d.buyer.source != unnamedSource && d.buyer.externalID != "" {
			all = append(all, keys{source: unnamedSource, externalID: d.buyer.externalID})
		}
		contacts = contacts || len(d.buyer.contacts) > 0
	}
	p.roster = newRoster(p.b.ImportID, p.b.Now, len(all))
	if err := p.roster.lookUp(ctx, tx, all, rosterParts{contacts: contacts}); err != nil {
		return err
	}
	return p.loadLatest(ctx, tx, slices.Collect(maps.Keys(p.roster.byID)))
}

// loadLatest finds when customers last ordered.
func (p *purchases) loadLatest(ctx context.Context, tx *db.Tx, ids []int64) error {
	return inChunks(ids, lookUpChunk, func(chunk []int64) error {
		var rows []struct {
			CustomerID int64 `bun:"customer_id"`
			Last       int64 `bun:"last"`
		}
		err := tx.NewRaw("select customer_id, max(ordered_at) as last from orders where customer_id in (?) group by customer_id", bun.List(chunk)).Scan(ctx, &rows)
		for _, row := range rows {
			p.roster.byID[row.CustomerID].lastOrder = row.Last
		}
		return err
	})
}

// orderImage is everything an import may change about an order, as it was.
type orderImage struct {
	Order Order  `json:"order"`
	Lines []Line `json:"lines"`
}

// writeOrders stores new and changed orders with their lines, tells the feed and leaves the findings.
func (p *purchases) writeOrders(ctx context.Context, tx *db.Tx) (created, changed int, err error) {
	for _, d := range p.drafts {
		if d.taken && d.was == nil {
			created++
		}
	}
	next, err := nextIDs(ctx, tx, "orders", created)
	if err != nil {
		return 0, 0, err
	}
	orders, lines := db.NewBulk("orders", orderColumns, ""), db.NewBulk("order_lines", lineColumns, "")
	touched := make([]int64, 0, len(p.drafts))
	for _, d := range p.drafts {
		if !d.taken {
			continue
		}
		if d.who != nil {
			d.CustomerID = &d.who.ID
		}
		switch {
		case d.was == nil:
			d.ID = next
			next++
			orders.Add(d.Order.values()...)
		case d.any():
			if err := p.rewrite(ctx, tx, d); err != nil {
				return 0, 0, err
			}
			changed++
		default:
			continue
		}
		for i := range d.added {
			d.added[i].OrderID = d.ID
			lines.Add(d.added[i].values()...)
		}
		touched = append(touched, d.ID)
		for _, f := range d.findings {
			f.SubjectID = d.ID
			p.b.AddFinding(f)
		}
	}
	if err := orders.Insert(ctx, tx); err != nil {
		return 0, 0, err
	}
	if err := lines.Insert(ctx, tx); err != nil {
		return 0, 0, err
	}
	tx.Feed("orders", touched...)
	return created, changed, nil
}

// rewrite stores a changed order over what is there, keeping what was. An order this import made itself needs no
// before-image and stays at version 1.
func (p *purchases) rewrite(ctx context.Context, tx *db.Tx, d *draft) error {
	ours := d.was.CreatedImportID != nil && *d.was.CreatedImportID == p.b.ImportID && d.was.Version == 1
	if !ours {
		d.Version = d.was.Version + 1
		before, err := json.Marshal(orderImage{d.was.Order, d.was.lines})
		if err != nil {
			return err
		}
		p.b.AddChange(collect.Change{SubjectType: "order", SubjectID: d.ID, Before: string(before), AfterVersion: d.Version})
	}
	d.UpdatedAt = p.b.Now
	for _, l := range d.altered {
		if _, err := tx.NewRaw(`
update order_lines
set product_name = ?, category = ?, brand = ?, tier = ?, quantity = ?, unit_price_micros = ?, discount = ?, amount = ?
where order_id = ? and position = ?`,
			l.ProductName, l.Category, l.Brand, l.Tier, l.Quantity, l.UnitPriceMicros, l.Discount, l.Amount, l.OrderID, l.Position).Exec(ctx); err != nil {
			return err
		}
	}
	return updateOrder(ctx, tx, &d.Order)
}

func updateOrder(ctx context.Context, tx *db.Tx, o *Order) error {
	_, err := tx.NewRaw(`
update orders
set kind = ?, status = ?, customer_id = ?, ordered_at = ?, gross = ?, refunded = ?, currency = ?, country = ?, province = ?, city = ?,
    lines = ?, updated_at = ?, version = ?
where id = ?`,
		o.Kind, o.Status, o.CustomerID, o.OrderedAt, o.Gross, o.Refunded, o.Currency, o.Country, o.Province, o.City,
		o.Lines, o.UpdatedAt, o.Version, o.ID).Exec(ctx)
	return err
}
