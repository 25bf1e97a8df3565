package customer

import (
	"context"
	"slices"
	"strconv"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// CustomerDraft is what is known of somebody and the keys by which a source knows them.
type CustomerDraft struct {
	CustomerFields
	Identifiers []Identifier `json:"identifiers,omitempty" maxItems:"20" doc:"further keys beside phone and email; needs match"`
}

// MatchOrCreate finds the customer whom the keys name by the rules of the source, or makes one. Of whom it finds it fills in
// what is missing and overwrites nothing; keys that contradict each other go the way of the rules. Requests at once with the
// same keys end at one customer. Faults: see Resolve and Create; forbidden without sight of all customers, for the answer
// tells who is known.
func (s *Store) MatchOrCreate(ctx context.Context, source string, k *CustomerDraft) (*Resolution, error) {
	if err := seesEverybody(ctx); err != nil {
		return nil, err
	}
	n, err := s.newcomer(ctx, &k.CustomerFields)
	if err != nil {
		return nil, err
	}
	keys := k.Identifiers
	for _, i := range keys {
		if i.ofContact() && !guard.FieldsOf(ctx, noun).CanWrite(i.Kind) {
			return nil, fault.Forbidden("field_not_writable", i.Kind)
		}
	}
	for _, p := range n.points {
		keys = append(keys, Identifier{Kind: p.Kind, Value: p.Value})
	}
	n.points = nil // they come as keys
	if len(keys) == 0 {
		return nil, fault.Invalid("identifiers", "needs_at_least_one")
	}
	if k.Source.Value == "" {
		n.Source = source
	}
	var r *Resolution
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = s.resolve(ctx, tx, source, keys, true, n.create)
		if err != nil || r.Created {
			return err
		}
		return s.fillIn(ctx, tx, r.Customer, &k.CustomerFields)
	})
	return r, err
}

// fillIn writes those of the fields that the customer has nothing in. Phone and mail are keys and not of them.
func (s *Store) fillIn(ctx context.Context, tx *db.Tx, id int64, f *CustomerFields) error {
	// the row is held until the change is done, so that none of two at once finds that it was late
	if _, err := tx.Do(ctx, "update customers set version = version where id = ?", id); err != nil {
		return err
	}
	_, _, err := s.changeIn(ctx, tx, id, "", "customer.changed", saidByStaff, func(ctx context.Context, tx *db.Tx, c *Customer) (difference, error) {
		before := *c
		missing, wrong, err := s.withFiles(ctx, tx, c, f.missingIn(c))
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, missing.apply(ctx, c)...)
		if wrong = append(wrong, checkStage(ctx, &before, c)...); len(wrong) > 0 {
			return nil, fault.Invalids(wrong)
		}
		if err := s.checkReferences(ctx, tx, missing.Custom); err != nil {
			return nil, err
		}
		if f.OwnerID.Value != "" && c.OwnerID == nil {
			if err := setOwner(ctx, tx, c, f.OwnerID.Value); err != nil {
				return nil, err
			}
		}
		changed := differences(ctx, &before, c)
		if f.Tags == nil {
			return changed, nil
		}
		held, err := tagsOf(ctx, tx, []int64{id})
		if err != nil {
			return nil, err
		}
		var old []string
		for _, t := range held {
			old = append(old, t.Tag)
		}
		all := distinct(append(append([]string{}, old...), *f.Tags...))
		if sameSet(old, all) {
			return changed, nil
		}
		changed["tags"] = [2]any{old, all}
		_, err = setTags(ctx, tx, id, all, clock.Millis(ctx))
		return changed, err
	})
	return err
}

// missingIn gives the fields of a request that c has nothing in. What a name is made of goes by the name.
func (f *CustomerFields) missingIn(c *Customer) *CustomerFields {
	missing := &CustomerFields{}
	of, to := f.texts(), missing.texts()
	for i := range textFields {
		name := textFields[i].name
		named := c.Name != "" && (name == "given_name" || name == "family_name")
		if has := *textFields[i].of(c); of[i].Value != "" && !named && name != "kind" && (has == "" || name == "gender" && has == GenderUnknown) {
			*to[i] = *of[i]
		}
	}
	if c.Birthday == nil && f.Birthday.Value != "" {
		missing.Birthday = f.Birthday
	}
	if f.Custom != nil {
		held, own := customFields(c.Custom), map[string]any{}
		for key, value := range *f.Custom {
			if _, has := held[key]; !has && value != nil {
				own[key] = value
			}
		}
		if len(own) > 0 {
			missing.Custom = &own
		}
	}
	return missing
}

// newcomer is a customer who is checked and not stored yet.
type newcomer struct {
	Customer
	store  *Store
	fields *CustomerFields
	points []ContactPoint
}

// newcomer checks what a request says of a new customer. Faults: invalid (with the fields), forbidden.
func (s *Store) newcomer(ctx context.Context, f *CustomerFields) (*newcomer, error) {
	if err := mayWrite(ctx, f); err != nil {
		return nil, err
	}
	n := &newcomer{Customer: newCustomer(clock.Millis(ctx)), store: s, fields: f}
	n.Source = "manual"
	f, wrong, err := s.withFiles(ctx, s.records.Read(), &n.Customer, f)
	if err != nil {
		return nil, err
	}
	points, wrongPoints := f.contactPoints(ctx, &n.Customer)
	wrong = slices.Concat(wrong, f.apply(ctx, &n.Customer), wrongPoints)
	wrong = append(wrong, checkStage(ctx, nil, &n.Customer)...)
	if len(wrong) > 0 {
		return nil, fault.Invalids(wrong)
	}
	n.points = points
	return n, nil
}

// create stores her. Without an owner named, one who only sees own or team rows becomes the owner, so that nobody loses
// sight of what they have just made. Faults: invalid.
func (n *newcomer) create(ctx context.Context, tx *db.Tx) (int64, error) {
	f, c, actor := n.fields, n.Customer, guard.ActorOf(ctx)
	if err := n.store.checkReferences(ctx, tx, f.Custom); err != nil {
		return 0, err
	}
	if f.OwnerID.Value != "" {
		if err := setOwner(ctx, tx, &c, f.OwnerID.Value); err != nil {
			return 0, err
		}
	} else if !guard.ScopeOf(ctx, noun).All() && actor.StaffID != 0 {
		c.OwnerID, c.TeamID = &actor.StaffID, actor.TeamID
	}
	var err error
	if c.ID, err = tx.NextID(ctx, "customers"); err != nil {
		return 0, err
	}
	rows := db.NewBulk("customers", customerColumns, "")
	c.addTo(rows)
	if err := rows.Insert(ctx, tx); err != nil {
		return 0, err
	}
	if err := n.store.noteFiles(ctx, tx, &Customer{}, &c); err != nil {
		return 0, err
	}
	for _, p := range n.points {
		if err := addContact(ctx, tx, c.ID, p, c.CreatedAt); err != nil {
			return 0, err
		}
	}
	if f.Tags != nil {
		if _, err := setTags(ctx, tx, c.ID, *f.Tags, c.CreatedAt); err != nil {
			return 0, err
		}
	}
	if err := tell(ctx, tx, saidByStaff, nil, &c, nil); err != nil {
		return 0, err
	}
	tx.Feed("customers", c.ID)
	return c.ID, guard.Audit(ctx, tx, "customer.created", "customer", strconv.FormatInt(c.ID, 10), map[string]any{"name": c.Name, "fields": f.sent()})
}
