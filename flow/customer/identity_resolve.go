package customer

import (
	"context"
	"slices"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// Identifier is one key by which a source knows somebody.
type Identifier struct {
	Kind     string `json:"kind" enum:"external_id,member_no,unionid,openid,phone,email,device,anonymous_id"`
	Value    string `json:"value" minLength:"1" maxLength:"200"`
	Verified bool   `json:"verified,omitempty" doc:"the source has made sure of it"`
}

func (i Identifier) ofVisitor() bool { return i.Kind == KeyDevice || i.Kind == KeyAnonymous }
func (i Identifier) ofContact() bool { return i.Kind == KeyPhone || i.Kind == KeyEmail }

// What a key said about who somebody is.
const (
	KeyNamed       = "named"        // it names her
	KeyNobody      = "nobody"       // it is new
	KeyOther       = "other"        // it names somebody else
	KeyTooMany     = "too_many"     // too many share it
	KeyNotVerified = "not_verified" // it counts only when verified
	KeyNoRule      = "no_rule"      // the source recognises nobody by it
)

// IdentityStep is what one key said, in the order in which they were asked. Done says what became of a key that names
// somebody else.
type IdentityStep struct {
	Kind     string `json:"kind"`
	Value    string `json:"value" doc:"masked where it is a contact point"`
	Said     string `json:"said" enum:"named,nobody,other,too_many,not_verified,no_rule"`
	Customer int64  `json:"-"`
	Done     string `json:"done,omitempty" enum:"keep,take,merge,ask,"`
}

// Resolution is who somebody is by their keys; 0 is nobody we know.
type Resolution struct {
	Customer int64
	Created  bool
	Visitor  int64
	Steps    []IdentityStep
	Sure     string // the sort of key that named the customer
	changed  bool
	by       []string // the sorts of keys that name her, none of them a visitor's
}

// keyHeld is whom a key names.
type keyHeld struct {
	Identifier
	rule      *IdentityRule
	customers []int64
	source    string // under which identities keep it
	step      IdentityStep
}

// Resolve says who somebody is whom a source knows by these keys, and writes down what is new about it: a customer where
// there was none, keys nobody had, and by the rules of the source what becomes of keys that name different customers. Keys
// of a visitor alone make no customer: what the visitor does is kept until she is known, and is hers from then on. Changes at
// once with the same keys follow one another. It must be called inside a change. Fault: invalid.
func (s *Store) Resolve(ctx context.Context, tx *db.Tx, source string, given []Identifier) (*Resolution, error) {
	return s.resolve(ctx, tx, source, given, false, func(ctx context.Context, tx *db.Tx) (int64, error) { return nameless(ctx, tx, source) })
}

// resolve is Resolve, where create makes the customer who is missing, always or only where a key is more than a visitor's.
func (s *Store) resolve(ctx context.Context, tx *db.Tx, source string, given []Identifier, always bool, create func(context.Context, *db.Tx) (int64, error)) (*Resolution, error) {
	if err := s.lockKeys(ctx, tx, source, given); err != nil {
		return nil, err
	}
	keys, err := s.lookUpKeys(ctx, tx, source, given)
	if err != nil {
		return nil, err
	}
	r := decide(keys)
	if r.Customer == 0 && (always || slices.ContainsFunc(keys, func(k keyHeld) bool { return !k.ofVisitor() })) {
		if r.Customer, err = create(ctx, tx); err != nil {
			return nil, err
		}
		r.Created, r.changed = true, true
	}
	for _, k := range keys {
		if !k.ofVisitor() && (r.Created || k.step.Said == KeyNamed) {
			r.by = append(r.by, k.Kind)
		}
	}
	for i := range keys {
		if err := s.settleKey(ctx, tx, source, r, &keys[i]); err != nil {
			return nil, err
		}
	}
	for _, k := range keys {
		r.Steps = append(r.Steps, k.step)
	}
	if r.Customer != 0 && r.changed {
		tx.Feed("customers", r.Customer)
		return r, guard.Audit(ctx, tx, "customer.identified", "customer", itemNumber(r.Customer), map[string]any{"source": source, "created": r.Created, "keys": r.Steps})
	}
	return r, nil
}

// WouldBe says who somebody would be, and why, and writes nothing.
func (s *Store) WouldBe(ctx context.Context, source string, given []Identifier) (*Resolution, error) {
	keys, err := s.lookUpKeys(ctx, s.records.Read(), source, given)
	if err != nil {
		return nil, err
	}
	r := decide(keys)
	r.Created = r.Customer == 0 && slices.ContainsFunc(keys, func(k keyHeld) bool { return !k.ofVisitor() })
	for _, k := range keys {
		if k.step.Said == KeyOther {
			k.step.Done = k.rule.Conflict
		}
		r.Steps = append(r.Steps, k.step)
	}
	return r, nil
}

// decide lets the surest key that names anybody say who it is, and tells what the others say beside it. Of several customers
// of one key it is the one known longest.
func decide(keys []keyHeld) *Resolution {
	r := &Resolution{}
	for i := range keys {
		k := &keys[i]
		k.step = IdentityStep{Kind: k.Kind, Value: k.Value}
		if k.ofContact() {
			k.step.Value = mask(k.Kind, k.Value)
		}
		switch {
		case k.rule == nil:
			k.step.Said = KeyNoRule
		case len(k.customers) == 0:
			k.step.Said = KeyNobody
		case k.rule.VerifiedOnly && k.ofContact() && !k.Verified:
			k.step.Said = KeyNotVerified
		case k.rule.Most > 0 && len(k.customers) > k.rule.Most:
			k.step.Said = KeyTooMany
		case r.Customer == 0:
			r.Customer = k.customers[0]
			k.step.Said, k.step.Customer, r.Sure = KeyNamed, r.Customer, k.Kind
		case slices.Contains(k.customers, r.Customer):
			k.step.Said, k.step.Customer = KeyNamed, r.Customer
		default:
			k.step.Said, k.step.Customer = KeyOther, k.customers[0]
		}
	}
	return r
}

// settleKey gives the key to who was found, or does what its rule says where it is somebody else's.
func (s *Store) settleKey(ctx context.Context, tx *db.Tx, source string, r *Resolution, k *keyHeld) error {
	if k.ofVisitor() {
		return s.settleVisitor(ctx, tx, source, r, k)
	}
	if k.step.Said == KeyOther && k.rule != nil {
		done, err := s.contradict(ctx, tx, source, r, k)
		if err != nil || done {
			return err
		}
	}
	if slices.Contains(k.customers, r.Customer) {
		return nil
	}
	if k.ofContact() {
		r.changed = true
		return addContact(ctx, tx, r.Customer, ContactPoint{Kind: k.Kind, Value: k.Value, Raw: k.Value, Verified: k.Verified, State: ContactOK}, clock.Millis(ctx))
	}
	if len(k.customers) > 0 {
		return nil // a key of a source names one customer only: without a rule it stays
	}
	r.changed = true
	_, err := tx.NewRaw("insert into identities (source, external_id, customer_id, created_at) values (?, ?, ?, ?) on conflict (external_id, source) do update set customer_id = excluded.customer_id",
		k.source, k.Value, r.Customer, clock.Millis(ctx)).Exec(ctx)
	return err
}

// contradict does what the rule says about a key that names somebody else, and says whether that settles it.
func (s *Store) contradict(ctx context.Context, tx *db.Tx, source string, r *Resolution, k *keyHeld) (done bool, err error) {
	other := k.step.Customer
	k.step.Done = k.rule.Conflict
	switch k.rule.Conflict {
	case ConflictMerge:
		if _, err := s.merge(ctx, tx, r.Customer, other, nil, nil); err != nil && !fault.Is(err, fault.KindNotFound) {
			return true, err
		}
		r.changed = true
		return true, nil // the key came along, or both had it
	case ConflictAsk:
		return true, askWhetherOne(ctx, tx, r.Customer, other, Contradiction{Source: source, Sure: r.Sure, Kind: k.Kind}, nil)
	case ConflictTake:
		r.changed = true
		tx.Feed("customers", other)
		if k.ofContact() {
			_, err := tx.NewRaw("delete from contact_points where customer_id = ? and kind = ? and value = ?", other, k.Kind, k.Value).Exec(ctx)
			return false, err // and is hers now
		}
		_, err := tx.NewRaw("update identities set customer_id = ? where external_id = ? and source = ?", r.Customer, k.Value, k.source).Exec(ctx)
		return true, err
	}
	return true, nil
}

// nameless makes a customer of whom only keys are known.
func nameless(ctx context.Context, tx *db.Tx, source string) (int64, error) {
	return namelessOf(ctx, tx, source, KindPerson)
}

func namelessOf(ctx context.Context, tx *db.Tx, source, kind string) (int64, error) {
	c := newCustomer(clock.Millis(ctx))
	c.Source, c.Kind = source, kind
	c.settle()
	var err error
	if c.ID, err = tx.NextID(ctx, "customers"); err != nil {
		return 0, err
	}
	rows := db.NewBulk("customers", customerColumns, "")
	c.addTo(rows)
	return c.ID, rows.Insert(ctx, tx)
}

// normal gives the identifiers in the form they are kept in, each once. Fault: invalid.
func normalKeys(ctx context.Context, given []Identifier) ([]Identifier, error) {
	var keys []Identifier
	for _, g := range given {
		g.Value = trimmed(g.Value)
		if g.ofContact() {
			p := normalContact(g.Kind, g.Value, workspace.Of(ctx).Country)
			if p.State == ContactInvalid {
				return nil, fault.Invalid("identifiers", g.Kind+"_invalid")
			}
			g.Value = p.Value
		}
		if g.Value == "" || strings.Contains(g.Value, identitySeparator) {
			return nil, fault.Invalid("identifiers", "is_empty")
		}
		if !slices.ContainsFunc(keys, func(k Identifier) bool { return k.Kind == g.Kind && k.Value == g.Value }) {
			keys = append(keys, g)
		}
	}
	return keys, nil
}
