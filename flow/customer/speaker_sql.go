package customer

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// storedSpeaker is a contact with the names of both ends. Rank puts the main one first and those who have left last.
type storedSpeaker struct {
	Contact
	Organization string `bun:"organization_name"`
	Person       string `bun:"person_name"`
	Rank         int    `bun:"rank"`
}

// speakersInSight reads contacts of a customer, who may stand at either end, as far as both ends are the reader's to see.
// Its values are the customer twice and the scope twice.
const speakersInSight = `
from contacts k
join customers o on o.id = k.organization_id and o.deleted_at is null and o.merged_into is null
join customers p on p.id = k.person_id and p.deleted_at is null and p.merged_into is null
where (k.organization_id = ? or k.person_id = ?)
  and k.organization_id <> k.person_id
  and ? and ?`

const speakerRank = "case when k.until is not null then 2 when k.main then 0 else 1 end"

// speakersIn gives the contacts of a customer that meet a condition, in the order of a page.
func (s *Store) speakersIn(ctx context.Context, from bun.IDB, customerID int64, where schema.QueryAppender, limit int) (rows []storedSpeaker, err error) {
	err = from.NewRaw("select "+qualified("k", speakerColumns)+", o.name as organization_name, p.name as person_name, "+speakerRank+" as rank"+speakersInSight+
		" and ? order by "+speakerRank+", k.id limit ?", customerID, customerID, scope(ctx, "o"), scope(ctx, "p"), where, limit).Scan(ctx, &rows)
	return rows, err
}

// updateSpeaker writes what a contact is; who it is only a merge changes.
func updateSpeaker(ctx context.Context, tx *db.Tx, k *Contact) error {
	_, err := tx.Do(ctx, `
update contacts
set role = ?, title = ?, department = ?, main = ?, since = ?, until = ?, created_import_id = ?, updated_at = ?, version = ?
where id = ?`, k.Role, k.Title, k.Department, k.Main, k.Since, k.Until, k.CreatedImportID, k.UpdatedAt, k.Version, k.ID)
	return err
}

// onlyMain takes being the main contact from the one before.
func onlyMain(ctx context.Context, tx *db.Tx, k *Contact) error {
	if !k.Main {
		return nil
	}
	_, err := tx.Do(ctx, "update contacts set main = ?, version = version + 1 where organization_id = ? and main and id <> ?", false, k.OrganizationID, k.ID)
	return err
}

// lockOrganization lets those who add contacts to one organization at once wait for one another.
func lockOrganization(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Do(ctx, "update customers set version = version where id = ?", id)
	return err
}

// feedSpeakers tells columns of everybody at the other end of a contact of these customers: what they know of a customer
// includes how many contacts it has.
func feedSpeakers(ctx context.Context, tx *db.Tx, ids ...int64) error {
	var others []int64
	err := tx.NewRaw("select person_id from contacts where organization_id in (?) union select organization_id from contacts where person_id in (?)",
		bun.List(ids), bun.List(ids)).Scan(ctx, &others)
	if len(others) > 0 {
		tx.Feed("customers", others...)
	}
	return err
}

// addMember makes a person a contact of an organization unless she is one, within a larger change.
func addMember(ctx context.Context, tx *db.Tx, organization, person int64) error {
	if err := lockOrganization(ctx, tx, organization); err != nil {
		return err
	}
	var known []int64
	if err := tx.Ask(ctx, &known, "select id from contacts where organization_id = ? and person_id = ? limit 1", organization, person); err != nil || len(known) > 0 {
		return err
	}
	now := clock.Millis(ctx)
	k := Contact{OrganizationID: organization, PersonID: person, CreatedAt: now, UpdatedAt: now, Version: 1}
	var err error
	if k.ID, err = tx.NextID(ctx, "contacts"); err != nil {
		return err
	}
	rows := db.NewBulk("contacts", speakerColumns, "")
	rows.Add(k.values()...)
	if err := rows.Insert(ctx, tx); err != nil {
		return err
	}
	return k.tell(ctx, tx, "contact.added", map[string]any{"kind": k.Role})
}
