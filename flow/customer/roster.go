package customer

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// keys are what a row of a file knows a customer by. Contact points in it are normalised and reachable.
type keys struct {
	record                           string // of an export, see record.go
	source, externalID, phone, email string
}

func (k keys) none() bool {
	return k.record == "" && k.externalID == "" && k.phone == "" && k.email == ""
}

// entry is one customer as a batch works on it: stored already (isNew false) or about to be.
type entry struct {
	Customer
	was       *Customer // as loaded
	isNew     bool
	inScope   bool  // the person importing may change this record
	lastOrder int64 // time of her latest order, where orders are imported
	contacts  []ContactPoint
	tags      []string
	consents  []Consent // oldest first
	claimed   int64     // row number that wrote this customer in this file, 0 = none yet

	newContacts   []ContactPoint
	newIdentities []identityKey
	newTags       []string
	newConsents   []Consent

	lostContacts   []ContactPoint // gone over to others
	lostIdentities []identityKey
	into           *entry // who keeps her, once a row has made the two one
}

type identityKey struct{ source, externalID string }

// roster holds the customers that the rows of one batch name, found by three look-ups for the whole batch.
type roster struct {
	importID   int64
	now        int64
	own        string // what our own records are numbered by
	byIdentity map[identityKey]*entry
	ofDeleted  map[identityKey]bool // identities that only a deleted customer has
	byPhone    map[string]*entry
	byEmail    map[string]*entry
	byID       map[int64]*entry
	created    []*entry
	rules      []IdentityRule  // by what the source of the batch recognises customers
	shared     map[string]bool // contact points that too many share to name anybody
	disputes   []dispute
	calledSo   map[string]*entry // organizations by name, where a kind knows them so
}

func newRoster(importID, now int64, size int) *roster {
	return &roster{
		importID: importID, now: now,
		byIdentity: make(map[identityKey]*entry, size), byPhone: make(map[string]*entry, size), byEmail: make(map[string]*entry, size),
		byID: map[int64]*entry{}, ofDeleted: map[identityKey]bool{}, rules: defaultRules(), shared: map[string]bool{},
	}
}

// find gives the customer that k names, the surest key first by the rules of the source: identity, phone, mail. clashes are
// the other keys that name somebody else. A row of an export is known by its record, and by the key its source knows it by, alone: two records
// with one phone number are two customers.
func (r *roster) find(k keys) (found *entry, clashes []clash) {
	if k.record != "" {
		if found := r.byIdentity[recordIdentity(k.record)]; found != nil {
			return found.root(), nil
		}
		return r.identity(k.source, k.externalID), nil
	}
	sure, conflict := "", false
	for _, rule := range r.rules {
		switch e := r.named(rule.Kind, k); {
		case e == nil:
		case found == nil:
			found, sure = e, rule.Kind
		case e != found:
			conflict = true
		}
	}
	if conflict {
		clashes = r.clashes(k, found, sure)
	}
	return found, clashes
}

// clashes gives the keys that name another than found, whom the sort sure has named.
func (r *roster) clashes(k keys, found *entry, sure string) (clashes []clash) {
	for _, rule := range r.rules {
		if e := r.named(rule.Kind, k); e != nil && e != found {
			clashes = append(clashes, clash{sure, rule, e})
		}
	}
	return clashes
}

// named gives whom one sort of key names.
func (r *roster) named(kind string, k keys) *entry {
	switch kind {
	case KeyExternalID:
		return r.identity(k.source, k.externalID)
	case KeyPhone:
		return r.contact(r.byPhone, k.phone)
	case KeyEmail:
		return r.contact(r.byEmail, k.email)
	}
	return nil
}

func (r *roster) identity(source, externalID string) *entry {
	if externalID == "" {
		return nil
	}
	return r.byIdentity[identityKey{source, externalID}].root()
}

func (r *roster) contact(by map[string]*entry, value string) *entry {
	if value == "" || r.shared[value] {
		return nil
	}
	return by[value].root()
}

// create adds a customer that is in no record yet.
func (r *roster) create(c Customer) *entry {
	if r.importID != 0 {
		c.CreatedImportID = &r.importID
	}
	e := &entry{Customer: c, isNew: true, inScope: true}
	r.created = append(r.created, e)
	return e
}

// attach gives e the keys and contact points it does not have yet; what another customer has stays there.
func (r *roster) attach(e *entry, k keys, contacts []ContactPoint) (added bool) {
	if k.record != "" {
		added = r.attachIdentity(e, recordIdentity(k.record))
	}
	if k.externalID != "" {
		added = r.attachIdentity(e, identityKey{k.source, k.externalID}) || added
	}
	for _, p := range contacts {
		if e.has(p) {
			continue
		}
		e.newContacts = append(e.newContacts, p)
		added = true
		by := r.byPhone
		if p.Kind == ContactEmail {
			by = r.byEmail
		}
		if p.State != ContactInvalid && by[p.Value] == nil {
			by[p.Value] = e
		}
	}
	return added
}

// attachIdentity gives e an identity that nobody has. A number of our own records is none: who carries it is known by it
// anyway, or was taken away.
func (r *roster) attachIdentity(e *entry, key identityKey) bool {
	if r.byIdentity[key] != nil {
		return false
	}
	r.byIdentity[key] = e
	if key.source == r.own {
		return false
	}
	e.newIdentities = append(e.newIdentities, key)
	return true
}

// touched says that something is to be written about a stored customer.
func (e *entry) touched() bool {
	return len(e.lostContacts)+len(e.lostIdentities)+len(e.newContacts)+len(e.newIdentities)+len(e.newTags)+len(e.newConsents) > 0 ||
		e.CreatedAt != e.was.CreatedAt || !sameRecord(e.was, &e.Customer)
}

func (e *entry) has(p ContactPoint) bool {
	same := func(q ContactPoint) bool { return q.Kind == p.Kind && q.Value == p.Value }
	return slices.ContainsFunc(e.contacts, same) || slices.ContainsFunc(e.newContacts, same)
}

// tag adds the tags e does not have.
func (e *entry) tag(tags []string) (added bool) {
	for _, t := range tags {
		if !slices.Contains(e.tags, t) && !slices.Contains(e.newTags, t) {
			e.newTags = append(e.newTags, t)
			added = true
		}
	}
	return added
}

// saidByHerself are the sources whose no a column of a list, which does not tell when, cannot overrule: what is kept of
// somebody who was erased, and what she withdrew herself.
var saidByHerself = []string{suppressedSource, saidOnPage, saidOneClick}

// agree records what she said where it differs from what she said last.
func (e *entry) agree(c Consent) (added bool) {
	for _, said := range [...][]Consent{e.newConsents, e.consents} {
		for _, last := range slices.Backward(said) {
			if last.Purpose == c.Purpose && last.Channel == c.Channel {
				if last.Granted == c.Granted || c.Granted && slices.Contains(saidByHerself, last.Source) {
					return false
				}
				e.newConsents = append(e.newConsents, c)
				return true
			}
		}
	}
	e.newConsents = append(e.newConsents, c)
	return true
}

// lookUpChunk bounds the keys of one look-up, and so the length of its text.
const lookUpChunk = 5000

// lookUp finds whom the keys of a batch name: one query for each sort of key, one for the records themselves and one
// for each part of them that the batch may write.
func (r *roster) lookUp(ctx context.Context, tx *db.Tx, all []keys, parts rosterParts) error {
	identities := map[string][]string{}
	var phones, emails []string
	for _, k := range all {
		if k.record != "" {
			i := recordIdentity(k.record)
			identities[i.source] = append(identities[i.source], i.externalID)
		}
		if k.externalID != "" {
			identities[k.source] = append(identities[k.source], k.externalID)
		}
		if k.phone != "" {
			phones = append(phones, k.phone)
		}
		if k.email != "" {
			emails = append(emails, k.email)
		}
	}
	var err error
	if r.own, err = ownSource(ctx, tx); err != nil {
		return err
	}
	if len(all) > 0 {
		if r.rules, err = rulesOf(ctx, tx, all[0].source); err != nil {
			return err
		}
	}
	for source, externalIDs := range identities {
		if source == r.own {
			err = r.lookUpRecords(ctx, tx, externalIDs)
		} else {
			err = r.lookUpIdentities(ctx, tx, source, externalIDs)
		}
		if err != nil {
			return err
		}
	}
	if err := r.lookUpContacts(ctx, tx, ContactPhone, phones, r.byPhone); err != nil {
		return err
	}
	if err := r.lookUpContacts(ctx, tx, ContactEmail, emails, r.byEmail); err != nil {
		return err
	}
	return r.load(ctx, tx, parts)
}

func (r *roster) stored(id int64) *entry {
	e := r.byID[id]
	if e == nil {
		e = &entry{Customer: Customer{ID: id}, was: &Customer{ID: id}}
		r.byID[id] = e
	}
	return e
}

// The look-ups find by key before they join: PostgreSQL, whose figures of a table an import fills lag behind, would
// otherwise go through all customers and compare each with all keys.

func (r *roster) lookUpIdentities(ctx context.Context, tx *db.Tx, source string, externalIDs []string) error {
	return inChunks(distinct(externalIDs), lookUpChunk, func(chunk []string) error {
		var rows []struct {
			ExternalID string `bun:"external_id"`
			CustomerID int64  `bun:"customer_id"`
			Deleted    bool   `bun:"deleted"`
		}
		err := tx.NewRaw(`
with named as materialized (
  select external_id, customer_id
  from identities
  where source = ? and external_id in (?)
)
select n.external_id, n.customer_id, c.deleted_at is not null as deleted
from named n
join customers c on c.id = n.customer_id`, source, bun.List(chunk)).Scan(ctx, &rows)
		for _, row := range rows {
			key := identityKey{source, row.ExternalID}
			if row.Deleted {
				r.ofDeleted[key] = true
			} else {
				r.byIdentity[key] = r.stored(row.CustomerID)
			}
		}
		return err
	})
}

func (r *roster) lookUpContacts(ctx context.Context, tx *db.Tx, kind string, values []string, by map[string]*entry) error {
	return inChunks(distinct(values), lookUpChunk, func(chunk []string) error {
		var rows []struct {
			Value      string `bun:"value"`
			CustomerID int64  `bun:"customer_id"`
		}
		verified := "true"
		most := 0
		if at := slices.IndexFunc(r.rules, func(rule IdentityRule) bool { return rule.Kind == kind }); at >= 0 {
			most = r.rules[at].Most
			if r.rules[at].VerifiedOnly {
				verified = "verified"
			}
		}
		err := tx.NewRaw(`
with named as materialized (
  select value, customer_id
  from contact_points
  where kind = ? and value in (?) and state <> 'invalid' and ?
)
select n.value, n.customer_id
from named n
join customers c on c.id = n.customer_id
where c.deleted_at is null
  and c.merged_into is null
order by n.customer_id desc`, kind, bun.List(chunk), bun.Safe(verified)).Scan(ctx, &rows)
		holders := map[string]int{}
		for _, row := range rows { // of several the oldest record stays, because it comes last
			by[row.Value] = r.stored(row.CustomerID)
			if holders[row.Value]++; most > 0 && holders[row.Value] > most {
				r.shared[row.Value] = true
			}
		}
		return err
	})
}

func distinct(values []string) []string {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// changes of customers by a batch are counted by the outcome of their rows.
func outcome(e *entry, changed bool) collect.OutcomeState {
	switch {
	case e.isNew:
		return collect.Created
	case changed:
		return collect.Updated
	}
	return collect.Unchanged
}
