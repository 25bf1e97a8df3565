package customer

import (
	"guanxi/flow/collect"
)

// purchaseRow is what a row of either orders kind tells about the order and its customer.
type purchaseRow struct {
	shop, number, status, currency string
	country, province, city        string
	orderedAt                      int64
	buyer                          buyer
}

// draft starts an order with its first row.
func (row *purchaseRow) draft(b *collect.Batch) *draft {
	return &draft{Order: Order{Shop: row.shop, Number: row.number, OrderedAt: row.orderedAt,
		CreatedImportID: &b.ImportID, CreatedAt: b.Now, UpdatedAt: b.Now, Version: 1}}
}

// add joins one more row to the order: the earliest time, the latest state, the first customer named.
func (d *draft) add(i int, row *purchaseRow) {
	d.rows = append(d.rows, i)
	d.OrderedAt = min(d.OrderedAt, row.orderedAt)
	if row.status != "" {
		d.Status = row.status
	}
	fill(&d.Currency, row.currency)
	fill(&d.Country, row.country)
	fill(&d.Province, row.province)
	fill(&d.City, row.city)
	switch {
	case d.buyer.none():
		d.buyer = row.buyer
	case !row.buyer.none() && row.buyer.keys != d.buyer.keys && d.conflict == 0:
		d.conflict = i + 1
	}
}

func fill(to *string, from string) {
	if *to == "" {
		*to = from
	}
}

// foreign notes an order whose row names another currency than the workspace's: sums take it at face value. A currency
// that stands in the mapping as a constant was said for the whole file on purpose, and is no oddity of a row.
func (p *purchases) foreign(d *draft, at purchaseFieldIndex, currency string) {
	if d.any() && d.Currency != currency && !(at.currency < len(p.b.Fixed) && p.b.Fixed[at.currency]) {
		p.finding(d, "foreign_currency", d.rows[0], "currency", d.Currency)
	}
}

// begin brings the draft of a stored order onto what is stored, or gives a new one its defaults.
func (d *draft) begin(currency string) {
	if d.was == nil {
		fill(&d.Status, StatusCompleted)
		fill(&d.Currency, currency)
		return
	}
	told := d.Order
	d.Order = d.was.Order
	for _, part := range [...]struct {
		to   *string
		from string
	}{{&d.Status, told.Status}, {&d.Currency, told.Currency}, {&d.Country, told.Country}, {&d.Province, told.Province}, {&d.City, told.City}} {
		if part.from != "" {
			*part.to = part.from
		}
	}
	d.told = told.OrderedAt
}

// finish settles totals, time and customer, and says whether anything about the order itself differs from what is stored.
func (d *draft) finish(b *collect.Batch) {
	d.addUp(d.all, b.RefundPrefix)
	if d.was == nil {
		return
	}
	if d.complete {
		d.OrderedAt = d.told
	} else {
		d.OrderedAt = min(d.OrderedAt, d.told)
	}
	if d.who != nil && !d.who.isNew {
		d.CustomerID = &d.who.ID
	}
	d.header = d.differs()
}

// differs says whether the order itself, apart from its lines, is other than stored.
func (d *draft) differs() bool {
	was := &d.was.Order
	return d.Status != was.Status || d.Currency != was.Currency || d.Country != was.Country || d.Province != was.Province || d.City != was.City ||
		d.OrderedAt != was.OrderedAt || d.Kind != was.Kind || !equal(d.CustomerID, was.CustomerID) || d.who != nil && d.who.isNew
}
