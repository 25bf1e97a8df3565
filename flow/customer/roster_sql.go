package customer

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// rosterParts says which parts of records a batch may write, so that no other part is read.
type rosterParts struct{ contacts, tags, consents bool }

// load reads the records of the customers found.
func (r *roster) load(ctx context.Context, tx *db.Tx, parts rosterParts) error {
	ids := make([]int64, 0, len(r.byID))
	for id := range r.byID {
		ids = append(ids, id)
	}
	return inChunks(ids, lookUpChunk, func(chunk []int64) error {
		var records []struct {
			Customer
			InScope bool `bun:"in_scope"`
		}
		err := tx.NewRaw("select "+customerColumns+", ? as in_scope from customers c where id in (?)",
			scope(ctx, "c"), bun.List(chunk)).Scan(ctx, &records)
		for i := range records {
			record := &records[i]
			e := r.byID[record.ID]
			e.Customer, e.was, e.inScope = record.Customer, &record.Customer, record.InScope
		}
		if err == nil && parts.contacts {
			err = r.loadContacts(ctx, tx, chunk)
		}
		if err == nil && parts.tags {
			err = r.loadTags(ctx, tx, chunk)
		}
		if err == nil && parts.consents {
			err = r.loadConsents(ctx, tx, chunk)
		}
		return err
	})
}

func (r *roster) loadContacts(ctx context.Context, tx *db.Tx, ids []int64) error {
	points, err := contactsOf(ctx, tx, ids)
	for _, p := range points {
		e := r.byID[p.CustomerID]
		e.contacts = append(e.contacts, p)
	}
	return err
}

func (r *roster) loadTags(ctx context.Context, tx *db.Tx, ids []int64) error {
	tags, err := tagsOf(ctx, tx, ids)
	for _, t := range tags {
		e := r.byID[t.CustomerID]
		e.tags = append(e.tags, t.Tag)
	}
	return err
}

func (r *roster) loadConsents(ctx context.Context, tx *db.Tx, ids []int64) error {
	consents, err := consentsOf(ctx, tx, ids)
	for _, c := range consents {
		e := r.byID[c.CustomerID]
		e.consents = append(e.consents, c)
	}
	return err
}

// flush writes what the batch made of its customers: new ones with their keys, then the changed ones with a
// before-image each, and tells the feed. It gives the number of records created and changed.
func (r *roster) flush(ctx context.Context, tx *db.Tx, b *collect.Batch) (created, changed int, err error) {
	var touched []*entry
	for _, e := range r.byID {
		if e.touched() {
			touched = append(touched, e)
		}
	}
	if err := r.keepBefore(ctx, tx, b, touched); err != nil {
		return 0, 0, err
	}
	history := told{source: saidByImport, importID: &r.importID, at: r.now}
	for _, e := range touched {
		// a record this import made itself stays at version 1: nobody has changed it since
		if e.CreatedImportID == nil || *e.CreatedImportID != r.importID || e.Version > 1 {
			e.Version++
		}
		e.UpdatedAt = r.now
		if err := updateCustomer(ctx, tx, &e.Customer); err != nil {
			return 0, 0, err
		}
		history.compare(e.was, &e.Customer)
		for _, p := range e.newContacts {
			history.contact(e.ID, p.Kind, "", p.Value)
		}
	}
	if err := history.write(ctx, tx); err != nil {
		return 0, 0, err
	}
	if len(r.created) >= manyCreated {
		slices.SortStableFunc(r.created, func(a, b *entry) int { return strings.Compare(a.NameKey, b.NameKey) })
	}
	if err := r.assign(ctx, tx, b.Assign); err != nil {
		return 0, 0, err
	}
	if len(r.created) > 0 {
		first, err := tx.NextIDs(ctx, "customers", len(r.created))
		if err != nil {
			return 0, 0, err
		}
		customers := db.NewBulk("customers", customerColumns, "")
		for i, e := range r.created {
			e.ID = first + int64(i)
			e.addTo(customers)
			if err := customers.Spill(ctx, tx); err != nil {
				return 0, 0, err
			}
		}
		if err := customers.Insert(ctx, tx); err != nil {
			return 0, 0, err
		}
	}
	all := slices.Concat(touched, r.created)
	if err := dropLost(ctx, tx, touched); err != nil {
		return 0, 0, err
	}
	if err := r.insertParts(ctx, tx, all); err != nil {
		return 0, 0, err
	}
	ids := make([]int64, len(all))
	for i, e := range all {
		ids[i] = e.ID
	}
	tx.Feed("customers", ids...)
	return len(r.created), len(touched), nil
}

// manyCreated is how many new customers are numbered in the order of their names instead of that of the file: the three
// indexes over names then are walked from left to right, and nobody reads so many in the order of the file.
const manyCreated = 5000

func (r *roster) insertParts(ctx context.Context, tx *db.Tx, all []*entry) error {
	points, consents := 0, 0
	for _, e := range all {
		points += len(e.newContacts)
		consents += len(e.newConsents)
	}
	point, err := nextIDs(ctx, tx, "contact_points", points)
	if err != nil {
		return err
	}
	consent, err := nextIDs(ctx, tx, "consents", consents)
	if err != nil {
		return err
	}
	identityRows := db.NewBulk("identities", "source, external_id, customer_id, created_at", "")
	pointRows := db.NewBulk("contact_points", contactColumns, "")
	tagRows := db.NewBulk("customer_tags", "customer_id, tag, created_at", "")
	consentRows := db.NewBulk("consents", consentColumns, "")
	var made []ContactPoint
	parts := [...]*db.Bulk{identityRows, pointRows, tagRows, consentRows}
	for _, e := range all {
		for _, k := range e.newIdentities {
			if r.ofDeleted[k] {
				if err := moveIdentity(ctx, tx, k, e.ID); err != nil {
					return err
				}
				continue
			}
			identityRows.Add(k.source, k.externalID, e.ID, r.now)
		}
		for _, p := range e.newContacts {
			pointRows.Add(point, e.ID, p.Kind, p.Value, p.Raw, p.Verified, p.State, r.now, "")
			point++
			p.CustomerID = e.ID
			made = append(made, p)
		}
		for _, t := range e.newTags {
			tagRows.Add(e.ID, t, r.now)
		}
		for _, c := range e.newConsents {
			c.ID, c.CustomerID = consent, e.ID
			consentRows.Add(c.values()...)
			consent++
		}
		for _, rows := range parts[1:] {
			if err := rows.Spill(ctx, tx); err != nil {
				return err
			}
		}
	}
	identityRows.SortBy("external_id")
	for _, rows := range parts {
		if err := rows.Insert(ctx, tx); err != nil {
			return err
		}
	}
	return honour(ctx, tx, made, r.now)
}

// moveIdentity gives a customer the identity that a deleted one still has.
func moveIdentity(ctx context.Context, tx *db.Tx, k identityKey, customerID int64) error {
	_, err := tx.NewRaw("update identities set customer_id = ? where source = ? and external_id = ?", customerID, k.source, k.externalID).Exec(ctx)
	return err
}

func nextIDs(ctx context.Context, tx *db.Tx, noun string, n int) (int64, error) {
	if n == 0 {
		return 0, nil
	}
	return tx.NextIDs(ctx, noun, n)
}

// image is everything an import may change about a customer, as it was: what undo puts back.
type image struct {
	Customer   Customer       `json:"customer"`
	Contacts   []ContactPoint `json:"contacts"`
	Identities []identityRow  `json:"identities"`
	Tags       []tagRow       `json:"tags"`
	Consents   []int64        `json:"consents"` // ids; consents are only ever added
}

// keepBefore stores the before-image of every touched record that this import did not make itself.
func (r *roster) keepBefore(ctx context.Context, tx *db.Tx, b *collect.Batch, touched []*entry) error {
	var ids []int64
	for _, e := range touched {
		if e.was.CreatedImportID == nil || *e.was.CreatedImportID != r.importID {
			ids = append(ids, e.ID)
		}
	}
	return inChunks(ids, lookUpChunk, func(chunk []int64) error {
		images := make(map[int64]*image, len(chunk))
		for _, id := range chunk {
			images[id] = &image{Customer: *r.byID[id].was}
		}
		if err := fillImages(ctx, tx, chunk, images); err != nil {
			return err
		}
		for _, id := range chunk {
			before, err := json.Marshal(images[id])
			if err != nil {
				return err
			}
			b.AddChange(collect.Change{SubjectType: "customer", SubjectID: id, Before: string(before), AfterVersion: r.byID[id].was.Version + 1})
		}
		return nil
	})
}

func fillImages(ctx context.Context, tx bun.IDB, ids []int64, images map[int64]*image) error {
	points, err := contactsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, p := range points {
		images[p.CustomerID].Contacts = append(images[p.CustomerID].Contacts, p)
	}
	identities, err := identitiesOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, i := range identities {
		images[i.CustomerID].Identities = append(images[i.CustomerID].Identities, i)
	}
	tags, err := tagsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, t := range tags {
		images[t.CustomerID].Tags = append(images[t.CustomerID].Tags, t)
	}
	consents, err := consentsOf(ctx, tx, ids)
	for _, c := range consents {
		images[c.CustomerID].Consents = append(images[c.CustomerID].Consents, c.ID)
	}
	return err
}
