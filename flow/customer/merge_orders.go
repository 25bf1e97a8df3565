package customer

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

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
