package customer

import (
	"context"
	"slices"

	"guanxi/base/db"
	"guanxi/flow/collect"
)

// clash is a key of a row that names somebody else than a surer key beside it.
type clash struct {
	sure string // the sort of key that named whom the row is about
	rule IdentityRule
	with *entry
}

// dispute is a question for a person, or, where both is set, two customers that the rule of their source makes one.
type dispute struct {
	a, b *entry
	why  Contradiction
	both bool
}

// root gives the entry itself, or the one that keeps it once a row has made the two one.
func (e *entry) root() *entry {
	for e != nil && e.into != nil {
		e = e.into
	}
	return e
}

// settle does with the clashes of a row about found what the rules of the source say. It says whether any is left as it
// was, to be told as a finding. What is not the importer's to change stays, and everything where mayChange is false.
func (r *roster) settle(found *entry, k keys, clashes []clash, mayChange bool) (left bool) {
	for _, c := range clashes {
		with := c.with.root()
		if with == found.root() {
			continue
		}
		changes := mayChange && found.inScope && with.inScope
		switch {
		case c.rule.Conflict == ConflictTake && changes:
			r.take(found, with, c.rule.Kind, k)
		case c.rule.Conflict == ConflictMerge && changes:
			with.into = found.root()
			r.disputes = append(r.disputes, dispute{a: found.root(), b: with, both: true})
		case c.rule.Conflict == ConflictKeep:
			left = true
		default:
			r.disputes = append(r.disputes, dispute{a: found, b: with, why: Contradiction{Source: k.source, Sure: c.sure, Kind: c.rule.Kind}})
			left = true
		}
	}
	return left
}

// take lets a key go over from one to the other, who gets it when her row is attached.
func (r *roster) take(to, from *entry, kind string, k keys) {
	if kind == KeyExternalID {
		key := identityKey{k.source, k.externalID}
		n := len(from.newIdentities)
		from.newIdentities = slices.DeleteFunc(from.newIdentities, func(i identityKey) bool { return i == key })
		if len(from.newIdentities) == n {
			from.lostIdentities = append(from.lostIdentities, key)
		}
		delete(r.byIdentity, key)
		return
	}
	by, value := r.byPhone, k.phone
	if kind == KeyEmail {
		by, value = r.byEmail, k.email
	}
	same := func(p ContactPoint) bool { return p.Kind == kind && p.Value == value }
	n := len(from.newContacts)
	from.newContacts = slices.DeleteFunc(from.newContacts, same)
	if len(from.newContacts) == n {
		from.contacts = slices.DeleteFunc(from.contacts, same)
		from.lostContacts = append(from.lostContacts, ContactPoint{Kind: kind, Value: value})
	}
	by[value] = to
}

// dropLost takes from customers the keys that went over to others.
func dropLost(ctx context.Context, tx *db.Tx, all []*entry) error {
	for _, e := range all {
		for _, i := range e.lostIdentities {
			if _, err := tx.Do(ctx, "delete from identities where source = ? and external_id = ? and customer_id = ?", i.source, i.externalID, e.ID); err != nil {
				return err
			}
		}
		for _, p := range e.lostContacts {
			if _, err := tx.Do(ctx, "delete from contact_points where customer_id = ? and kind = ? and value = ?", e.ID, p.Kind, p.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

// argue opens the questions of a batch, and makes one of those whom their source says are one. It comes last, when
// everything that belongs to them is written.
func (r *roster) argue(ctx context.Context, tx *db.Tx, b *collect.Batch) error {
	for _, d := range r.disputes {
		if !d.both {
			if err := askWhetherOne(ctx, tx, d.a.root().ID, d.b.root().ID, d.why, &b.ImportID); err != nil {
				return err
			}
			continue
		}
		if err := r.joinTwo(ctx, tx, b, &d.a.root().Customer, &d.b.Customer); err != nil {
			return err
		}
	}
	return nil
}

// takeQuestionsBack is the step of taking an import back that takes back what it asked.
func takeQuestionsBack(ctx context.Context, tx *db.Tx, importID int64, _ int, _ *collect.Undone) (int, error) {
	return 0, dropQuestions(ctx, tx, importID)
}
