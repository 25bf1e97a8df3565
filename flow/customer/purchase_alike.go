package customer

import (
	"context"

	"guanxi/base/db"
	"guanxi/flow/collect"
	"guanxi/flow/customer/match"
)

// compareBuyers finds whom the buyers look like that the orders would make customers of.
func (p *purchases) compareBuyers(ctx context.Context, tx *db.Tx) error {
	var all []*arrival
	for _, d := range p.drafts {
		if d.buyer.none() || d.was == nil && p.b.Mode == collect.ModeUpdate || d.was != nil && (p.b.Mode == collect.ModeCreate || !d.was.InScope || d.was.CustomerID != nil) {
			continue
		}
		if found, _ := p.find(d.buyer.keys); found != nil {
			continue
		}
		name, _ := NameKeys(KindPerson, d.buyer.name)
		if d.arrival = p.roster.arrival(p.b, p.b.Rows[d.rows[0]].Number, "", name, d.buyer.keys, d.buyer.asRecord); d.arrival != nil {
			all = append(all, d.arrival)
		}
	}
	if err := p.roster.compare(ctx, tx, p.b, all); err != nil {
		return err
	}
	late, err := p.roster.loadLate(ctx, tx, all, rosterParts{contacts: true})
	if err != nil {
		return err
	}
	return p.loadLatest(ctx, tx, late)
}

// skipped leaves an order out whose buyer looks like somebody, where that was decided.
func (p *purchases) skipped(d *draft) bool {
	if d.arrival == nil {
		return false
	}
	if found, _ := p.find(d.buyer.keys); found != nil {
		return false // an earlier order of the same buyer has brought her
	}
	_, skip := d.arrival.decided(p.b)
	if skip {
		p.b.Alikes.Skipped += int64(len(d.rows))
		p.end(d, collect.Duplicate)
	}
	return skip
}

// asRecord gives a buyer as what is compared.
func (who *buyer) asRecord() *match.Record {
	row := customerRow{contacts: who.contacts}
	row.Kind, row.Name, row.Country, row.Province, row.City = KindPerson, who.name, who.country, who.province, who.city
	return row.record()
}
