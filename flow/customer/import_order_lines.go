package customer

import (
	"context"

	"guanxi/base/db"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
)

// lineKind imports orders line by line. All rows of an order number stand together; they are compared as a multiset
// with what is stored, so that the same file changes nothing, and a file with further lines of an order adds them.
type lineKind struct {
	workspace workspace.Source
	at        purchaseFieldIndex
}

func (*lineKind) Name() string            { return "order_lines" }
func (*lineKind) Fields() []collect.Field { return lineFields }
func (*lineKind) GroupBy() []string       { return []string{"shop", "order_number"} }

// lineRow is a row made ready outside the transaction.
type lineRow struct {
	Line
	purchaseRow
	quantity, discount int64 // millionths
}

// Prepare implements collect.Preparer.
func (k *lineKind) Prepare(b *collect.Batch) error {
	rows := make([]lineRow, len(b.Rows))
	region := k.workspace().Country
	for i := range b.Rows {
		if b.Outcomes[i].State != collect.Pending {
			continue
		}
		v, row := b.Rows[i].Values, &rows[i]
		row.purchaseRow = k.at.read(b, v, region)
		row.SKU, row.ProductName = v[k.at.sku].Text, v[k.at.productName].Text
		row.Category, row.Brand, row.Tier = v[k.at.category].Text, v[k.at.brand].Text, v[k.at.tier].Text
		row.quantity, row.discount = v[k.at.quantity].Int, v[k.at.discount].Int
		row.Quantity, row.UnitPriceMicros = v[k.at.quantity].Float(), v[k.at.unitPrice].Int
	}
	b.Prepared = rows
	return nil
}

// Apply implements collect.Kind.
func (k *lineKind) Apply(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	rows := b.Prepared.([]lineRow)
	currency := workspace.Of(ctx).Currency
	p := &purchases{b: b, kind: k.Name()}
	var last *draft
	for i := range rows {
		row := &rows[i]
		if b.Outcomes[i].State != collect.Pending || !k.price(b, i, row, currency) {
			continue
		}
		if last == nil || last.Shop != row.shop || last.Number != row.number {
			last = row.draft(b)
			p.drafts = append(p.drafts, last)
		}
		last.add(i, &row.purchaseRow)
		last.lines = append(last.lines, row.Line)
	}
	products, err := productsNamed(ctx, tx, p.skus())
	if err != nil {
		return err
	}
	compare := func(d *draft) {
		d.begin(currency)
		k.compareLines(p, d, rows, products)
		d.finish(b)
		p.foreign(d, k.at, currency)
		if d.header {
			for _, i := range d.rows {
				if b.Outcomes[i].State == collect.Unchanged {
					b.Outcomes[i].State = collect.Updated
				}
			}
		}
	}
	return p.run(ctx, tx, compare)
}

// price reckons the line's amounts; the row is refused when they are too large to hold.
func (k *lineKind) price(b *collect.Batch, i int, row *lineRow, currency string) bool {
	if row.currency != "" {
		currency = row.currency
	}
	exponent := money.Exponent(currency)
	amount, ok := LineAmount(row.quantity, row.UnitPriceMicros, row.discount, exponent)
	if !ok {
		b.Reject(i, "amount_too_large", "unit_price", "")
		return false
	}
	row.Amount, row.Discount = amount, collect.MinorFromMicros(row.discount, exponent)
	return true
}

// lineMark is what two lines must share to be the same one.
type lineMark struct {
	sku, name string // name only where there is no SKU
	quantity  float64
	price     int64
	discount  int64
}

func markOf(l *Line) lineMark {
	m := lineMark{sku: l.SKU, quantity: l.Quantity, price: l.UnitPriceMicros, discount: l.Discount}
	if l.SKU == "" {
		m.name = l.ProductName
	}
	return m
}

// compareLines pairs the rows of an order with its stored lines: first with equal ones, then with one of the same SKU,
// which the row alters; what is left is added. Stored lines no row speaks of stay: a file of corrected rows holds only those.
func (k *lineKind) compareLines(p *purchases, d *draft, rows []lineRow, products map[string]Product) {
	var stored []Line
	if d.was != nil {
		stored = d.was.lines
	}
	d.all = append([]Line(nil), stored...)
	equal, bySKU := map[lineMark][]int{}, map[string][]int{}
	for i := range stored {
		mark := markOf(&stored[i])
		equal[mark] = append(equal[mark], i)
	}
	paired := make([]bool, len(stored))
	var open []int // rows without an equal line
	for n, i := range d.rows {
		if at := takeEqual(equal, stored, &d.lines[n]); at >= 0 {
			paired[at] = true
			p.b.Outcomes[i].State = collect.Unchanged
			continue
		}
		open = append(open, n)
	}
	for i := range stored {
		if !paired[i] && stored[i].SKU != "" {
			bySKU[stored[i].SKU] = append(bySKU[stored[i].SKU], i)
		}
	}
	d.complete = len(stored) == len(d.rows)-len(open)
	repeats := repeatedRows(d, rows)
	for _, n := range open {
		i, line := d.rows[n], d.lines[n]
		line.fill(products[line.SKU])
		if same := bySKU[line.SKU]; len(same) > 0 {
			line.OrderID, line.Position, line.ImportID = stored[same[0]].OrderID, stored[same[0]].Position, stored[same[0]].ImportID
			bySKU[line.SKU] = same[1:]
			d.altered = append(d.altered, line)
			d.all[same[0]] = line
			p.b.Outcomes[i].State = collect.Updated
		} else {
			line.Position, line.ImportID = nextPosition(d.all), &p.b.ImportID
			d.added = append(d.added, line)
			d.all = append(d.all, line)
			p.b.Outcomes[i].State = collect.Created
		}
		p.describeLine(d, i, &rows[i], repeats[n], p.b.Mapped[k.at.productName])
	}
}

func nextPosition(lines []Line) int64 {
	if len(lines) == 0 {
		return 1
	}
	return lines[len(lines)-1].Position + 1
}

// takeEqual gives the first stored line that says the same as l and is not taken yet, -1 without one. What the row
// leaves empty may be anything.
func takeEqual(equal map[lineMark][]int, stored []Line, l *Line) int {
	mark := markOf(l)
	for n, at := range equal[mark] {
		s := &stored[at]
		if agrees(l.ProductName, s.ProductName) && agrees(l.Category, s.Category) && agrees(l.Brand, s.Brand) && agrees(l.Tier, s.Tier) {
			rest := append([]int(nil), equal[mark][:n]...)
			equal[mark] = append(rest, equal[mark][n+1:]...)
			return at
		}
	}
	return -1
}

func agrees(brought, stored string) bool { return brought == "" || brought == stored }

// repeatedRows says which rows of an order say exactly the same as one before.
func repeatedRows(d *draft, rows []lineRow) []bool {
	type whole struct {
		lineMark
		name, category, brand, tier, status string
		at                                  int64
	}
	repeats := make([]bool, len(d.rows))
	seen := make(map[whole]bool, len(d.rows))
	for n, i := range d.rows {
		row := &rows[i]
		w := whole{markOf(&row.Line), row.ProductName, row.Category, row.Brand, row.Tier, row.status, row.orderedAt}
		repeats[n] = seen[w]
		seen[w] = true
	}
	return repeats
}

// describeLine notes what is odd about a line that is new or altered.
func (p *purchases) describeLine(d *draft, i int, row *lineRow, repeated, namesProducts bool) {
	note := func(odd bool, cause, field, value string) {
		if odd {
			p.finding(d, cause, i, field, value)
		}
	}
	note(repeated, "exact_repeat", "order_number", row.SKU)
	note(row.quantity < 0, "negative_quantity", "quantity", decimalText(row.quantity))
	note(row.UnitPriceMicros == 0, "zero_price", "unit_price", "0")
	note(row.UnitPriceMicros < 0, "negative_price", "unit_price", decimalText(row.UnitPriceMicros))
	note(namesProducts && row.ProductName == "", "missing_product_name", "product_name", row.SKU)
}
