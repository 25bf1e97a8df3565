package customer

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// belonging are the tables whose rows belong to one customer and can go over as they are. Contact points, tags and lists go
// over one by one, because the kept customer may have the same already.
var belonging = [...]struct {
	subject, table, column, only, feed string
}{
	{"order", "orders", "customer_id", "true", "orders"},
	{"activity", "activities", "customer_id", "true", "activities"},
	{"consent", "consents", "customer_id", "true", ""},
	{"visitor", "visitors", "customer_id", "true", "visitors"},
	{"finding", "findings", "subject_id", "subject_type = 'customer'", ""},
	{"request", "person_requests", "customer_id", "true", ""},
	{"hold", "legal_holds", "customer_id", "true", ""},
	{"organization of a contact", "contacts", "organization_id", "true", ""},
	{"person of a contact", "contacts", "person_id", "true", ""},
	{"correction", "corrections", "customer_id", "true", ""},
	{"alert", "alerts", "customer_id", "true", ""},
}

const identitySeparator = "\x1f"

// moveParts takes everything that belongs to the one customer to the other, and notes where each thing came from
// unless that is noted already. A contact point, tag or list that both have stays where it is. It gives the number of orders.
func moveParts(ctx context.Context, tx *db.Tx, keptID, otherID int64) (orders int, err error) {
	for _, b := range &belonging {
		table, column, only := bun.Ident(b.table), bun.Ident(b.column), bun.Safe(b.only)
		if _, err := tx.NewRaw(`
insert into moved (subject, part, origin_id)
select ?, cast(r.id as text), ?
from ? r
where r.? = ? and ?
  and not exists (select 1 from moved m where m.subject = ? and m.part = cast(r.id as text))`,
			b.subject, otherID, table, column, otherID, only, b.subject).Exec(ctx); err != nil {
			return 0, err
		}
		var ids []int64
		if err := tx.NewRaw("update ? set ? = ? where ? = ? and ? returning id", table, column, keptID, column, otherID, only).Scan(ctx, &ids); err != nil {
			return 0, err
		}
		if b.feed != "" {
			tx.Feed(b.feed, ids...)
		}
		if b.subject == "order" {
			orders = len(ids)
		}
	}
	if _, err := tx.NewRaw(`
insert into moved (subject, part, origin_id)
select 'identity', i.source || ? || i.external_id, ?
from identities i
where i.customer_id = ?
  and not exists (select 1 from moved m where m.subject = 'identity' and m.part = i.source || ? || i.external_id)`,
		identitySeparator, otherID, otherID, identitySeparator).Exec(ctx); err != nil {
		return 0, err
	}
	if _, err := tx.NewRaw("update identities set customer_id = ? where customer_id = ?", keptID, otherID).Exec(ctx); err != nil {
		return 0, err
	}
	if err := moveContacts(ctx, tx, keptID, otherID, nil); err != nil {
		return 0, err
	}
	for _, l := range allLabels {
		if err := l.move(ctx, tx, keptID, otherID, nil); err != nil {
			return 0, err
		}
	}
	return orders, nil
}

// moveContacts takes the contact points that to does not have; only those in only, where it is given.
func moveContacts(ctx context.Context, tx *db.Tx, to, from int64, only map[string]bool) error {
	points, err := contactsOf(ctx, tx, []int64{from})
	if err != nil {
		return err
	}
	held, err := contactsOf(ctx, tx, []int64{to})
	if err != nil {
		return err
	}
	has := map[string]bool{}
	for _, p := range held {
		has[p.Kind+" "+p.Value] = true
	}
	for _, p := range points {
		if key := p.Kind + " " + p.Value; has[key] || only != nil && !only[key] {
			continue
		}
		if _, err := tx.NewRaw(`
insert into moved (subject, part, origin_id)
select 'contact', ?, ? where not exists (select 1 from moved where subject = 'contact' and part = ?)`,
			strconv.FormatInt(p.ID, 10), from, strconv.FormatInt(p.ID, 10)).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("update contact_points set customer_id = ? where customer_id = ? and id = ?", to, from, p.ID).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
