package customer

import (
	"context"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// belonging are the tables whose rows belong to one customer and can go over as they are. Contact points and tags go
// over one by one, because the kept customer may have the same already.
var belonging = [...]struct {
	subject, table, column, only, feed string
}{
	{"order", "orders", "customer_id", "true", "orders"},
	{"activity", "activities", "customer_id", "true", "activities"},
	{"consent", "consents", "customer_id", "true", ""},
	{"finding", "findings", "subject_id", "subject_type = 'customer'", ""},
}

const identitySeparator = "\x1f"

// moveParts takes everything that belongs to the one customer to the other, and notes where each thing came from
// unless that is noted already. A contact point or tag that both have stays where it is. It gives the number of orders.
func moveParts(ctx context.Context, tx *db.Tx, keptID, otherID int64) (orders int, err error) {
	for _, b := range belonging {
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
	return orders, moveTags(ctx, tx, keptID, otherID, nil)
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

// tagWith is the part by which moved knows a tag: the tag and who has it, for a tag has no id of its own.
func tagWith(tag string, customerID int64) string {
	return tag + identitySeparator + strconv.FormatInt(customerID, 10)
}

// moveTags takes the tags that to does not have; only those in only, where it is given.
func moveTags(ctx context.Context, tx *db.Tx, to, from int64, only map[string]bool) error {
	tags, err := tagsOf(ctx, tx, []int64{from})
	if err != nil {
		return err
	}
	held, err := tagsOf(ctx, tx, []int64{to})
	if err != nil {
		return err
	}
	for _, t := range tags {
		if only != nil && !only[t.Tag] || slices.ContainsFunc(held, func(h tagRow) bool { return h.Tag == t.Tag }) {
			continue
		}
		if err := moveTag(ctx, tx, to, from, t); err != nil {
			return err
		}
		result, err := tx.NewRaw("update moved set part = ? where subject = 'tag' and part = ?", tagWith(t.Tag, to), tagWith(t.Tag, from)).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := tx.NewRaw("insert into moved (subject, part, origin_id) values ('tag', ?, ?)", tagWith(t.Tag, to), from).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func moveTag(ctx context.Context, tx *db.Tx, to, from int64, t tagRow) error {
	if _, err := tx.NewRaw("insert into customer_tags (customer_id, tag, created_at) values (?, ?, ?)", to, t.Tag, t.CreatedAt).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw("delete from customer_tags where customer_id = ? and tag = ?", from, t.Tag).Exec(ctx)
	return err
}

// parting is one merge being undone: the customer parted, with all that are merged into her, and those who keep, from
// the one she was merged into up to the root. What of hers others had too may have stayed with any of them.
type parting struct {
	other   int64
	parted  []int64
	keepers []int64
}

func (p *parting) root() int64 { return p.keepers[len(p.keepers)-1] }

// returnParts gives a customer, now parted, what came from her or from one merged into her. What that takes away from
// who kept it, and others merged into the same one have too, comes from them instead.
func (p *parting) returnParts(ctx context.Context, tx *db.Tx) error {
	origins := bun.List(p.parted)
	for _, b := range belonging {
		table, column := bun.Ident(b.table), bun.Ident(b.column)
		var ids []int64
		if err := tx.NewRaw("update ? set ? = ? where ? = ? and ? and id in (select cast(part as bigint) from moved where subject = ? and origin_id in (?)) returning id",
			table, column, p.other, column, p.root(), bun.Safe(b.only), b.subject, origins).Scan(ctx, &ids); err != nil {
			return err
		}
		if b.feed != "" {
			tx.Feed(b.feed, ids...)
		}
	}
	if _, err := tx.NewRaw("update identities set customer_id = ? where customer_id = ? and source || ? || external_id in (select part from moved where subject = 'identity' and origin_id in (?))",
		p.other, p.root(), identitySeparator, origins).Exec(ctx); err != nil {
		return err
	}
	if err := p.returnContacts(ctx, tx); err != nil {
		return err
	}
	if err := p.returnTags(ctx, tx); err != nil {
		return err
	}
	_, err := tx.NewRaw("delete from moved where origin_id = ?", p.other).Exec(ctx)
	return err
}

func (p *parting) returnContacts(ctx context.Context, tx *db.Tx) error {
	for _, keeper := range p.keepers {
		var points []ContactPoint
		if err := tx.NewRaw("select "+contactColumns+" from contact_points where customer_id = ? and id in (select cast(part as bigint) from moved where subject = 'contact' and origin_id in (?))",
			keeper, bun.List(p.parted)).Scan(ctx, &points); err != nil {
			return err
		}
		gone := map[string]bool{}
		for _, c := range points {
			gone[c.Kind+" "+c.Value] = true
			if _, err := tx.NewRaw("update contact_points set customer_id = ? where customer_id = ? and id = ?", p.other, keeper, c.ID).Exec(ctx); err != nil {
				return err
			}
		}
		if len(gone) == 0 {
			continue
		}
		shells, err := p.others(ctx, tx, keeper)
		if err != nil {
			return err
		}
		for _, shell := range shells {
			if err := moveContacts(ctx, tx, keeper, shell, gone); err != nil {
				return err
			}
		}
	}
	return nil
}

// others gives those who are still merged into a keeper.
func (p *parting) others(ctx context.Context, tx *db.Tx, keeper int64) ([]int64, error) {
	below, err := treeBelow(ctx, tx, keeper)
	return slices.DeleteFunc(below, func(id int64) bool { return id == keeper || slices.Contains(p.parted, id) }), err
}

func (p *parting) returnTags(ctx context.Context, tx *db.Tx) error {
	for _, keeper := range p.keepers {
		var tags []tagRow
		if err := tx.NewRaw(`
select customer_id, tag, created_at
from customer_tags
where customer_id = ? and tag || ? in (select part from moved where subject = 'tag' and origin_id in (?))`,
			keeper, tagWith("", keeper), bun.List(p.parted)).Scan(ctx, &tags); err != nil {
			return err
		}
		gone := map[string]bool{}
		for _, t := range tags {
			gone[t.Tag] = true
			if err := moveTag(ctx, tx, p.other, keeper, t); err != nil {
				return err
			}
			if _, err := tx.NewRaw("update moved set part = ? where subject = 'tag' and part = ?", tagWith(t.Tag, p.other), tagWith(t.Tag, keeper)).Exec(ctx); err != nil {
				return err
			}
		}
		if len(gone) == 0 {
			continue
		}
		shells, err := p.others(ctx, tx, keeper)
		if err != nil {
			return err
		}
		for _, shell := range shells {
			if err := moveTags(ctx, tx, keeper, shell, gone); err != nil {
				return err
			}
		}
	}
	return nil
}

// withdrawForBoth lets a no that was said to the customer kept since the merge hold for the one parted too.
func withdrawForBoth(ctx context.Context, tx *db.Tx, rootID, otherID, since int64) error {
	var withdrawn []Consent
	if err := tx.NewRaw("select "+consentColumns+" from consents where customer_id = ? and happened_at >= ? order by happened_at, id", rootID, since).Scan(ctx, &withdrawn); err != nil {
		return err
	}
	for _, c := range withdrawn {
		if c.Granted {
			continue
		}
		id, err := tx.NextID(ctx, "consents")
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("insert into consents ("+consentColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			id, otherID, c.Purpose, c.Channel, c.Granted, c.TextVersion, c.Proof, c.Source, c.HappenedAt).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// attributeOrders notes of new orders which of the customers merged into their buyer they named, so that they go back
// with her. named holds each order's identity, and its contact points as kind and value.
func attributeOrders(ctx context.Context, tx *db.Tx, buyers map[int64]int64, named map[int64]keys) error {
	var origins []struct {
		CustomerID int64  `bun:"customer_id"`
		Subject    string `bun:"subject"`
		Key        string `bun:"key"`
		OriginID   int64  `bun:"origin_id"`
	}
	seen := map[int64]bool{}
	var ids []int64
	for _, id := range buyers {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	err := inChunks(ids, lookUpChunk, func(chunk []int64) error {
		var merged []int64
		if err := tx.NewRaw("select distinct kept_id from merges where kept_id in (?) and undone_at is null", bun.List(chunk)).Scan(ctx, &merged); err != nil || len(merged) == 0 {
			return err
		}
		return tx.NewRaw(`
select i.customer_id, 'identity' as subject, m.part as key, m.origin_id
from identities i
join moved m on m.subject = 'identity' and m.part = i.source || ? || i.external_id
where i.customer_id in (?)
union all
select p.customer_id, p.kind, p.value, m.origin_id
from contact_points p
join moved m on m.subject = 'contact' and m.part = cast(p.id as text)
where p.customer_id in (?)`, identitySeparator, bun.List(merged), bun.List(merged)).Scan(ctx, &origins)
	})
	if err != nil || len(origins) == 0 {
		return err
	}
	type trait struct {
		customer     int64
		subject, key string
	}
	from := map[trait]int64{}
	for _, o := range origins {
		from[trait{o.CustomerID, o.Subject, o.Key}] = o.OriginID
	}
	rows := db.NewBulk("moved", "subject, part, origin_id", "on conflict do nothing")
	for order, k := range named {
		buyer := buyers[order]
		var origin int64
		switch {
		case k.externalID != "":
			origin = from[trait{buyer, "identity", k.source + identitySeparator + k.externalID}]
			if origin == 0 {
				origin = from[trait{buyer, "identity", unnamedSource + identitySeparator + k.externalID}]
			}
		case k.phone != "":
			origin = from[trait{buyer, ContactPhone, k.phone}]
		default:
			origin = from[trait{buyer, ContactEmail, k.email}]
		}
		if origin != 0 {
			rows.Add("order", strconv.FormatInt(order, 10), origin)
		}
	}
	return rows.Insert(ctx, tx)
}
