package customer

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

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
	for _, b := range &belonging {
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
	for _, l := range allLabels {
		if err := l.giveBack(ctx, tx, p); err != nil {
			return err
		}
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
		if err := p.fromOthers(ctx, tx, keeper, gone, moveContacts); err != nil {
			return err
		}
	}
	return nil
}

// fromOthers lets a keeper who has lost some parts take the same from those who are still merged into it.
func (p *parting) fromOthers(ctx context.Context, tx *db.Tx, keeper int64, gone map[string]bool,
	move func(ctx context.Context, tx *db.Tx, to, from int64, only map[string]bool) error) error {
	if len(gone) == 0 {
		return nil
	}
	shells, err := p.others(ctx, tx, keeper)
	if err != nil {
		return err
	}
	for _, shell := range shells {
		if err := move(ctx, tx, keeper, shell, gone); err != nil {
			return err
		}
	}
	return nil
}

// others gives those who are still merged into a keeper.
func (p *parting) others(ctx context.Context, tx *db.Tx, keeper int64) ([]int64, error) {
	below, err := treeBelow(ctx, tx, keeper)
	return slices.DeleteFunc(below, func(id int64) bool { return id == keeper || slices.Contains(p.parted, id) }), err
}

// withdrawForBoth lets a no that was said to the customer kept since the merge hold for the one parted too. Its
// proof, which may name the other, stays there.
func withdrawForBoth(ctx context.Context, tx *db.Tx, rootID, otherID, since int64) error {
	var withdrawn []Consent
	if err := tx.NewRaw("select "+consentColumns+" from consents where customer_id = ? and happened_at >= ? order by happened_at, id", rootID, since).Scan(ctx, &withdrawn); err != nil {
		return err
	}
	for _, c := range withdrawn {
		if c.Granted {
			continue
		}
		if err := insertConsents(ctx, tx, []Consent{{CustomerID: otherID, Purpose: c.Purpose, Channel: c.Channel, TextVersion: c.TextVersion,
			Source: c.Source, HappenedAt: c.HappenedAt, Notice: c.Notice}}); err != nil {
			return err
		}
	}
	return nil
}
