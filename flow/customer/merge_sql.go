package customer

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// move takes everything that hangs on the one customer to the other. A contact point or tag that both have stays where
// it is.
func (m *moved) move(ctx context.Context, tx *db.Tx, keptID, otherID, now int64) error {
	for _, part := range [...]struct {
		table string
		ids   *[]int64
	}{{"orders", &m.Orders}, {"activities", &m.Activities}, {"consents", &m.Consents}} {
		if err := tx.NewRaw("update ? set customer_id = ? where customer_id = ? returning id", bun.Ident(part.table), keptID, otherID).Scan(ctx, part.ids); err != nil {
			return err
		}
	}
	if err := tx.NewRaw(`
update contact_points
set customer_id = ?
where customer_id = ?
  and not exists (select 1 from contact_points p where p.customer_id = ? and p.kind = contact_points.kind and p.value = contact_points.value)
returning id`, keptID, otherID, keptID).Scan(ctx, &m.Contacts); err != nil {
		return err
	}
	var err error
	if m.Identities, err = identitiesOf(ctx, tx, []int64{otherID}); err != nil {
		return err
	}
	if _, err := tx.NewRaw("update identities set customer_id = ? where customer_id = ?", keptID, otherID).Exec(ctx); err != nil {
		return err
	}
	return tx.NewRaw(`
insert into customer_tags (customer_id, tag, created_at)
select ?, tag, ? from customer_tags where customer_id = ?
on conflict (customer_id, tag) do nothing
returning tag`, keptID, now, otherID).Scan(ctx, &m.Tags)
}

// moveBack returns what move took, as far as the kept customer still has it.
func (m *moved) moveBack(ctx context.Context, tx *db.Tx, keptID, otherID int64) error {
	for _, part := range [...]struct {
		table string
		ids   []int64
	}{{"orders", m.Orders}, {"activities", m.Activities}, {"consents", m.Consents}, {"contact_points", m.Contacts}} {
		err := inChunks(part.ids, lookUpChunk, func(chunk []int64) error {
			_, err := tx.NewRaw("update ? set customer_id = ? where customer_id = ? and id in (?)", bun.Ident(part.table), otherID, keptID, bun.List(chunk)).Exec(ctx)
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, i := range m.Identities {
		if _, err := tx.NewRaw("update identities set customer_id = ? where customer_id = ? and source = ? and external_id = ?", otherID, keptID, i.Source, i.ExternalID).Exec(ctx); err != nil {
			return err
		}
	}
	for _, tag := range m.Tags {
		if _, err := tx.NewRaw("delete from customer_tags where customer_id = ? and tag = ?", keptID, tag).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
