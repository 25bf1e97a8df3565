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
// OrderedAt is milliseconds UTC; Total is what the goods come to together, in millionths of the major unit, nil where that is
// not told.
type ToldOrder struct {
	Source, Number, Status, Currency string
	Country, Province, City          string
	OrderedAt                        int64
	Total                            *int64
	Lines                            []ToldLine
	Refunds                          []ToldRefund
	CustomerID, Name, Phone, Email   string
}

// ToldLine is a line of it; quantity, price and discount are millionths. ID is what the shop knows it by.
type ToldLine struct {
	ID, SKU, Name                 string
	Quantity, UnitPrice, Discount int64
}

// toldCauses are the causes of findings that say how an order is: they end when it is told otherwise.
var toldCauses = []string{"missing_customer", "customer_conflict", "impossible_date", "foreign_currency", "total_differs", "unknown_sku",
	"exact_repeat", "negative_quantity", "zero_price", "negative_price", "missing_product_name"}

// TellOrder brings an order into the records as an import would: by the same rules of whose it is. Source is its shop and that of
// the customer's number. Fault: invalid.
func (s *Store) TellOrder(ctx context.Context, tx *db.Tx, o ToldOrder) error {
	row := o.row(workspace.Of(ctx).Country)
	b := &collect.Batch{Source: o.Source, Now: clock.Millis(ctx), Mode: collect.ModeUpsert, Rows: []collect.Row{{}}, Outcomes: make([]collect.Outcome, 1)}
	p := &purchases{b: b, kind: "order_lines"}
	d := row.draft(b)
	d.CreatedImportID = nil
	d.add(0, &row)
	p.drafts = []*draft{d}
	currency := workspace.Of(ctx).Currency
	fill(&o.Currency, currency)
	exponent := money.Exponent(o.Currency)
	lines, err := o.lines(exponent)
	if err != nil {
		return err
	}
	back, rest := refundLines(o.Refunds, exponent)
	all := follow(lines, back)
	products, err := fillLines(ctx, tx, all)
	if err != nil {
		return err
	}
	catalogue, err := anyProducts(ctx, tx)
	if err != nil {
		return err
	}
	var replaced error
	_, err = p.write(ctx, tx, func(d *draft) {
		d.begin(currency)
		d.all, d.complete = all, true
		d.finish(b)
		if d.OrderedAt = o.OrderedAt; d.Status == StatusRefunded || d.Gross > 0 {
			d.Kind = OrderSale
		}
		d.Refunded += rest
		p.describeTold(d, &o, all[:len(lines)], products, catalogue, currency)
		if d.was == nil {
			d.header, d.added = true, all
			return
		}
		same := sameLines(d.was.lines, all)
		d.header = d.differs() || !same || d.Gross != d.was.Gross || d.Refunded != d.was.Refunded
		if !same {
			_, replaced = tx.Do(ctx, "delete from order_lines where order_id = ?", d.was.ID)
			d.added = all
		}
	})
	switch {
	case err != nil:
		return err
	case replaced != nil:
		return replaced
	case b.Outcomes[0].State == collect.Rejected:
		return fault.Invalid(b.Outcomes[0].Field, b.Outcomes[0].Code)
	}
	if d.was != nil && !d.any() {
		return nil
	}
	return collect.SettleFindings(ctx, tx, "order", d.ID, toldCauses, b.Findings())
}

// describeTold notes what is odd about an order and its lines beyond what describe does.
func (p *purchases) describeTold(d *draft, o *ToldOrder, lines []Line, products map[string]Product, catalogue bool, currency string) {
	seen, sum := map[lineMark]bool{}, int64(0)
	for i := range lines {
		mark := markOf(&lines[i])
		p.describeLine(d, 0, &lineRow{Line: lines[i], quantity: o.Lines[i].Quantity}, seen[mark], true)
		if _, known := products[lines[i].SKU]; catalogue && !known && lines[i].SKU != "" {
			p.finding(d, "unknown_sku", 0, "sku", lines[i].SKU)
		}
		seen[mark] = true
		sum += lines[i].Amount
	}
	if o.Total != nil && collect.MinorFromMicros(*o.Total, money.Exponent(o.Currency)) != sum {
		p.finding(d, "total_differs", 0, "total", decimalText(*o.Total))
	}
	if d.Currency != currency {
		p.finding(d, "foreign_currency", 0, "currency", d.Currency)
	}
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

func (o *ToldOrder) lines(exponent int) (lines []Line, err error) {
	for i, l := range o.Lines {
		amount, ok := LineAmount(l.Quantity, l.UnitPrice, l.Discount, exponent)
		if !ok {
			return nil, fault.Invalid("lines", "amount_too_large")
		}
		lines = append(lines, Line{Position: int64(i) + 1, SKU: l.SKU, ProductName: l.Name, Quantity: float64(l.Quantity) / 1e6, UnitPriceMicros: l.UnitPrice,
			Discount: collect.MinorFromMicros(l.Discount, exponent), Amount: amount})
	}
	return lines, nil
}

// fillLines takes from the catalogue what lines do not say; it gives the products they name.
func fillLines(ctx context.Context, tx *db.Tx, lines []Line) (map[string]Product, error) {
	var skus []string
	for _, l := range lines {
		if l.SKU != "" {
			skus = append(skus, l.SKU)
		}
	}
	products, err := productsNamed(ctx, tx, distinct(skus))
	for i := range lines {
		lines[i].fill(products[lines[i].SKU])
	}
	return products, err
}

func anyProducts(ctx context.Context, tx *db.Tx) (bool, error) {
	var some []int64
	err := tx.Ask(ctx, &some, "select id from products limit 1")
	return len(some) > 0, err
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
