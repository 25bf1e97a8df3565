package customer

import (
	"context"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// ToldOrder is an order as its shop tells of it while it happens, whole: a line it does not name any more is gone.
// OrderedAt is milliseconds UTC, Refunded millionths of the major unit.
type ToldOrder struct {
	Source, Number, Status, Currency string
	Country, Province, City          string
	OrderedAt, Refunded              int64
	Lines                            []ToldLine
	CustomerID, Name, Phone, Email   string
}

// ToldLine is a line of it; quantity, price and discount are millionths.
type ToldLine struct {
	SKU, Name                     string
	Quantity, UnitPrice, Discount int64
}

// TellOrder brings an order into the records as an import would: by the same rules of whose it is. Source is its shop and that of
// the customer's number. Fault: invalid.
func (s *Store) TellOrder(ctx context.Context, tx *db.Tx, o ToldOrder) error {
	row := o.row(workspace.Of(ctx).Country)
	b := &collect.Batch{Source: o.Source, Now: clock.Millis(ctx), Mode: collect.ModeUpsert, Rows: []collect.Row{{Number: 1}}, Outcomes: make([]collect.Outcome, 1)}
	p := &purchases{b: b, kind: "order_lines"}
	d := row.draft(b)
	d.CreatedImportID = nil
	d.add(0, &row)
	p.drafts = []*draft{d}
	lines, skus, err := o.lines(workspace.Of(ctx).Currency)
	if err != nil {
		return err
	}
	products, err := productsNamed(ctx, tx, skus)
	if err != nil {
		return err
	}
	for i := range lines {
		lines[i].fill(products[lines[i].SKU])
	}
	var replaced error
	_, err = p.write(ctx, tx, func(d *draft) {
		d.begin(workspace.Of(ctx).Currency)
		d.all, d.complete = lines, true
		d.finish(b)
		if d.OrderedAt = o.OrderedAt; d.Status == StatusRefunded || d.Gross > 0 {
			d.Kind = OrderSale
		}
		d.Refunded += collect.MinorFromMicros(o.Refunded, money.Exponent(d.Currency))
		if d.was == nil {
			d.header, d.added = true, lines
			return
		}
		same := sameLines(d.was.lines, lines)
		d.header = d.differs() || !same || d.Gross != d.was.Gross || d.Refunded != d.was.Refunded
		if !same {
			_, replaced = tx.Do(ctx, "delete from order_lines where order_id = ?", d.was.ID)
			d.added = lines
		}
	})
	if err == nil {
		err = replaced
	}
	if err == nil && b.Outcomes[0].State == collect.Rejected {
		err = fault.Invalid(b.Outcomes[0].Field, b.Outcomes[0].Code)
	}
	return err
}

// row reads the order as a row of a file would be read.
func (o *ToldOrder) row(region string) purchaseRow {
	row := purchaseRow{shop: o.Source, number: o.Number, status: o.Status, currency: o.Currency, country: o.Country, orderedAt: o.OrderedAt}
	row.province, row.city = normalRegion(o.Province, o.City)
	who := &row.buyer
	who.source, who.externalID, who.name = o.Source, o.CustomerID, o.Name
	who.country, who.province, who.city = row.country, row.province, row.city
	if known := RegionOf(row.country); known != "" {
		region = known
	}
	for _, point := range [...]struct {
		kind, raw string
		key       *string
	}{{ContactPhone, o.Phone, &who.phone}, {ContactEmail, o.Email, &who.email}} {
		if point.raw == "" {
			continue
		}
		p := normalContact(point.kind, point.raw, region)
		who.contacts = append(who.contacts, p)
		if p.State == ContactOK {
			*point.key = p.Value
		}
	}
	return row
}

func (o *ToldOrder) lines(currency string) (lines []Line, skus []string, err error) {
	fill(&o.Currency, currency)
	exponent := money.Exponent(o.Currency)
	for i, l := range o.Lines {
		amount, ok := LineAmount(l.Quantity, l.UnitPrice, l.Discount, exponent)
		if !ok {
			return nil, nil, fault.Invalid("lines", "amount_too_large")
		}
		lines = append(lines, Line{Position: int64(i) + 1, SKU: l.SKU, ProductName: l.Name, Quantity: float64(l.Quantity) / 1e6, UnitPriceMicros: l.UnitPrice,
			Discount: collect.MinorFromMicros(l.Discount, exponent), Amount: amount})
		if l.SKU != "" {
			skus = append(skus, l.SKU)
		}
	}
	return lines, skus, nil
}

// sameLines says whether stored lines are those told.
func sameLines(stored, told []Line) bool {
	if len(stored) != len(told) {
		return false
	}
	for i := range stored {
		was := stored[i]
		was.OrderID, was.ImportID = told[i].OrderID, told[i].ImportID
		if was != told[i] {
			return false
		}
	}
	return true
}

// RefundOrder sets what of an order was given back so far, in millionths. It says whether the order is there.
func (s *Store) RefundOrder(ctx context.Context, tx *db.Tx, shop, number string, refunded int64) (known bool, err error) {
	var rows []struct {
		ID       int64  `bun:"id"`
		Gross    int64  `bun:"gross"`
		Status   string `bun:"status"`
		Currency string `bun:"currency"`
	}
	if err := tx.Ask(ctx, &rows, "select id, gross, status, currency from orders where shop = ? and number = ?", shop, number); err != nil || len(rows) == 0 {
		return false, err
	}
	o := rows[0]
	minor := collect.MinorFromMicros(refunded, money.Exponent(o.Currency))
	if minor >= o.Gross && o.Gross > 0 {
		o.Status = StatusRefunded
	}
	if _, err := tx.Do(ctx, "update orders set refunded = ?, status = ?, updated_at = ?, version = version + 1 where id = ?", minor, o.Status, clock.Millis(ctx), o.ID); err != nil {
		return false, err
	}
	tx.Feed("orders", o.ID)
	return true, nil
}
