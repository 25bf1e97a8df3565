package customer

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/guard"
)

// remove deletes the person's rows. Orders, and what imports would bring back of them, lose her.
func (p *person) remove(ctx context.Context, tx *db.Tx) error {
	ids := bun.List(p.ids)
	for _, id := range p.ids {
		held, err := json.Marshal(id)
		if err != nil {
			return err
		}
		named := `"CustomerID":` + string(held) + `,`
		if _, err := tx.Do(ctx, "update import_changes set before = replace(before, ?, ?) where subject_type = 'order' and before like ?",
			named, `"CustomerID":null,`, "%"+named+"%"); err != nil {
			return err
		}
	}
	// a merge that was undone has left words of hers in the history of the other
	if _, err := tx.NewRaw(`
delete from field_history
where source = ?
  and customer_id in (select kept_id from merges where merged_id in (?) union select merged_id from merges where kept_id in (?))`,
		saidByMerge, ids, ids).Exec(ctx); err != nil {
		return err
	}
	if err := feedSpeakers(ctx, tx, p.ids...); err != nil {
		return err
	}
	var visitors []int64
	if err := tx.NewRaw("select id from visitors where customer_id in (?)", ids).Scan(ctx, &visitors); err != nil {
		return err
	}
	tx.Feed("visitors", visitors...)
	for _, text := range []string{
		"delete from moved where subject like '% of a contact' and part in (select cast(id as text) from contacts where person_id in (?))",
		"delete from moved where subject like '% of a contact' and part in (select cast(id as text) from contacts where organization_id in (?))",
		"delete from import_changes where subject_type = 'contact' and subject_id in (select id from contacts where person_id in (?))",
		"delete from import_changes where subject_type = 'contact' and subject_id in (select id from contacts where organization_id in (?))",
		"update orders set customer_id = null where customer_id in (?)",
		"delete from import_changes where subject_type = 'customer' and subject_id in (?)",
		"delete from moved where origin_id in (?)",
		"delete from merges where kept_id in (?)",
		"delete from merges where merged_id in (?)",
		"delete from duplicate_pairs where a_id in (?)",
		"delete from duplicate_pairs where b_id in (?)",
		"delete from duplicate_labels where a_id in (?)",
		"delete from duplicate_labels where b_id in (?)",
		"delete from findings where subject_type = 'customer' and subject_id in (?)",
		"delete from field_history where customer_id in (?)",
		"delete from activities where customer_id in (?)",
		"delete from contacts where person_id in (?)",
		"delete from contacts where organization_id in (?)",
		"delete from consents where customer_id in (?)",
		"update person_requests set customer_id = null, note = '', address = '' where customer_id in (?)",
		"delete from legal_holds where customer_id in (?)",
		"delete from corrections where customer_id in (?)",
		"delete from mails where customer_id in (?)",
		"delete from customer_tags where customer_id in (?)",
		"delete from visitor_sightings where visitor_id in (select id from visitors where customer_id in (?))",
		"delete from visitor_partings where visitor_id in (select id from visitors where customer_id in (?))",
		"delete from visitor_partings where customer_id in (?)",
		"delete from visitors where customer_id in (?)",
		"delete from list_members where customer_id in (?)",
		"delete from bulk_changes where customer_id in (?)",
		"delete from contact_points where customer_id in (?)",
		"delete from identities where customer_id in (?)",
		"delete from customers where id in (?)",
	} {
		if _, err := tx.NewRaw(text, ids).Exec(ctx); err != nil {
			return err
		}
	}
	for _, o := range p.orders {
		tx.Feed("orders", o.ID)
	}
	for _, a := range p.activities {
		tx.Feed("activities", a.ID)
	}
	tx.Feed("customers", p.ids...)
	return nil
}

// auditEntries gives the entries of the audit log that tell of her: those about her, and those about somebody she was
// joined with for a while.
func (p *person) auditEntries(ctx context.Context, tx *db.Tx) ([]guard.AuditEntry, error) {
	entries, err := guard.AuditAbout(ctx, tx, "customer", p.ids)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e guard.AuditEntry) bool { return e.Action == actErased })
	var once []int64
	if err := tx.NewRaw("select kept_id from merges where merged_id in (?) and kept_id not in (?) union select merged_id from merges where kept_id in (?) and merged_id not in (?)",
		bun.List(p.ids), bun.List(p.ids), bun.List(p.ids), bun.List(p.ids)).Scan(ctx, &once); err != nil || len(once) == 0 {
		return entries, err
	}
	theirs, err := guard.AuditAbout(ctx, tx, "customer", once)
	for _, e := range theirs {
		var told struct {
			Other int64 `json:"other"`
		}
		if json.Unmarshal([]byte(e.Summary), &told) == nil && slices.Contains(p.ids, told.Other) {
			entries = append(entries, e)
		}
	}
	return entries, err
}
