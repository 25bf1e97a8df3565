package customer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// Prepare implements collect.Preparer.
func (k *relationKind) Prepare(b *collect.Batch) error {
	rows := make([]relationRow, len(b.Rows))
	region := k.person.workspace().Country
	for i := range b.Rows {
		if b.Outcomes[i].State == collect.Pending {
			k.prepare(b, i, &rows[i], region)
		}
	}
	b.Prepared = rows
	return nil
}

func (k *relationKind) prepare(b *collect.Batch, i int, row *relationRow, region string) {
	values := b.Rows[i].Values
	organization, person := &customerRow{}, &customerRow{}
	k.organization.prepare(b, &b.Rows[i], organization, region)
	k.person.prepare(b, &b.Rows[i], person, region)
	if organization.told() {
		organization.Kind = KindOrganization
		organization.settle()
		organization.knowBy("o", organization.NameKey, organization.Name)
		row.organization = organization
	}
	if person.told() {
		if row.organization != nil && person.Company == "" {
			person.Company = organization.Name
		}
		person.knowBy("p", organization.Name+identitySeparator+organization.keys.externalID, person.Name, person.keys.phone, person.keys.email)
		row.person = person
	}
	row.contact = Contact{Role: values[k.at.role].Text, Title: values[k.at.title].Text, Department: values[k.at.department].Text, Main: values[k.at.main].Int != 0}
	if since := values[k.at.since]; since.Set {
		row.contact.Since = &since.Text
	}
	if values[k.at.number].Set || values[k.at.orderedAt].Set || values[k.at.amount].Set || values[k.at.refunded].Set {
		order := orderRow{amount: values[k.at.amount].Int, refunded: values[k.at.refunded].Int}
		order.shop, order.number, order.orderedAt = values[k.at.shop].Text, values[k.at.number].Text, values[k.at.orderedAt].Int
		order.status, order.currency = values[k.at.status].Text, values[k.at.currency].Text
		if b.Source != unnamedSource {
			fill(&order.shop, b.Source)
		}
		for _, needed := range [...]struct {
			name  string
			value collect.Value
		}{{"amount", values[k.at.amount]}, {"ordered_at", values[k.at.orderedAt]}, {"order_number", values[k.at.number]}} {
			if !needed.value.Set {
				row.lacking = needed.name
			}
		}
		row.order = &order
	}
}

// told says that the row tells of this customer at all.
func (row *customerRow) told() bool {
	return row.Name != "" || row.keys.externalID != "" || row.keys.phone != "" || row.keys.email != ""
}

// knowBy gives a customer whose source has no number for her one made of what she is known by, so that the same row is known
// again.
func (row *customerRow) knowBy(parts ...string) {
	sum := sha256.Sum256([]byte(strings.Join(parts, identitySeparator)))
	row.fallback = digestMark + hex.EncodeToString(sum[:12])
	if row.keys.externalID == "" || strings.HasPrefix(row.keys.externalID, digestMark) {
		row.keys.externalID = row.fallback
	}
}

// ofKind leaves out the keys of one end of a row that name a customer of the other kind: the phone of a company beside the
// person who answers it, or one list of numbers for both.
func (r *roster) ofKind(k keys, kind, fallback string) keys {
	other := func(e *entry) bool { return e != nil && e.Kind != kind }
	if other(r.identity(k.source, k.externalID)) {
		k.externalID = fallback
	}
	if other(r.contact(r.byPhone, k.phone)) {
		k.phone = ""
	}
	if other(r.contact(r.byEmail, k.email)) {
		k.email = ""
	}
	return k
}

// lookUp finds whom the rows name: by their keys, and organizations without a number by their names too.
func (k *relationKind) lookUp(ctx context.Context, tx *db.Tx, w *related) error {
	var all []keys
	var names []string
	for i := range w.rows {
		if w.b.Outcomes[i].State != collect.Pending {
			continue
		}
		for _, row := range [...]*customerRow{w.rows[i].organization, w.rows[i].person} {
			if row != nil {
				all = append(all, row.keys, keys{source: row.keys.source, externalID: row.fallback})
			}
		}
		if o := w.rows[i].organization; o != nil && o.Name != "" && o.keys.externalID == o.fallback {
			names = append(names, o.Name)
		}
	}
	r := newRoster(w.b.ImportID, w.b.Now, len(all))
	w.roster, r.calledSo = r, map[string]*entry{}
	if err := inChunks(distinct(names), lookUpChunk, func(chunk []string) error {
		nameKeys := make([]string, len(chunk))
		for i, name := range chunk {
			nameKeys[i], _ = NameKeys(KindOrganization, name)
		}
		var rows []struct {
			ID   int64  `bun:"id"`
			Name string `bun:"name"`
		}
		err := tx.NewRaw("select c.id, c.name from customers c where c.name_key in (?) and c.name in (?) and c.kind = ? and "+living+" and ? order by c.id desc",
			bun.List(distinct(nameKeys)), bun.List(chunk), KindOrganization, scope(ctx, "c")).Scan(ctx, &rows)
		for _, row := range rows { // of several the oldest stays, because it comes last
			r.calledSo[row.Name] = r.stored(row.ID)
		}
		return err
	}); err != nil {
		return err
	}
	return r.lookUp(ctx, tx, all, rosterParts{contacts: true, tags: w.b.Mapped[k.at.tags]})
}
