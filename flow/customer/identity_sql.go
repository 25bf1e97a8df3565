package customer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
)

// keySource gives the name under which identities keep a sort of key of a source.
func keySource(kind, source string) string {
	switch kind {
	case KeyExternalID:
		return source
	case KeyUnionID:
		return KeyUnionID
	}
	return source + ":" + kind
}

// sourceOfKey is the reverse, as far as the source tells; a unionid has none.
func sourceOfKey(name string) string {
	for _, kind := range []string{KeyMemberNo, KeyOpenID} {
		if source, is := strings.CutSuffix(name, ":"+kind); is {
			return source
		}
	}
	if name == KeyUnionID {
		return ""
	}
	return name
}

// lockKeys lets changes with the same keys follow one another. SQLite has one writer anyway.
func (s *Store) lockKeys(ctx context.Context, tx *db.Tx, source string, given []Identifier) error {
	if s.records.Engine() != db.Postgres {
		return nil
	}
	keys, err := normalKeys(ctx, given)
	if err != nil {
		return err
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = "identity " + k.Kind + " " + keySource(k.Kind, source) + " " + k.Value
		if k.ofContact() {
			names[i] = "identity " + k.Kind + " " + k.Value
		}
	}
	slices.Sort(names) // in one order, so that no two wait for each other
	for _, name := range names {
		if _, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended(?, 0))", name).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lookUpKeys gives whom each key names, in the order of the source's rules, those without a rule last. Fault: invalid.
func (s *Store) lookUpKeys(ctx context.Context, from bun.IDB, source string, given []Identifier) ([]keyHeld, error) {
	keys, err := normalKeys(ctx, given)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, fault.Invalid("identifiers", "needs_at_least_one")
	}
	rules, err := rulesOf(ctx, from, source)
	if err != nil {
		return nil, err
	}
	found := make([]keyHeld, len(keys))
	place := func(h keyHeld) int {
		at := slices.IndexFunc(rules, func(r IdentityRule) bool { return r.Kind == h.Kind })
		if at < 0 {
			return len(rules)
		}
		return at
	}
	for i, k := range keys {
		found[i] = keyHeld{Identifier: k, source: keySource(k.Kind, source)}
		if at := place(found[i]); at < len(rules) {
			found[i].rule = &rules[at]
		}
		if found[i].customers, err = holders(ctx, from, source, found[i]); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(found, func(a, b keyHeld) int { return cmp.Compare(place(a), place(b)) })
	return found, nil
}

// holders gives the living customers who have the key, the one known longest first.
func holders(ctx context.Context, from bun.IDB, source string, k keyHeld) (ids []int64, err error) {
	switch {
	case k.ofContact():
		which := bun.SafeQuery("true")
		if k.rule != nil && k.rule.VerifiedOnly {
			which = bun.SafeQuery("p.verified")
		}
		err = from.NewRaw(`
select c.id
from contact_points p
join customers c on c.id = p.customer_id
where p.value = ? and p.kind = ? and p.state <> 'invalid' and ? and `+living+`
order by c.created_at, c.id`, k.Value, k.Kind, which).Scan(ctx, &ids)
	case k.ofVisitor():
		err = from.NewRaw("select c.id from visitors v join customers c on c.id = v.customer_id where v.value = ? and v.kind = ? and v.source = ? and "+living,
			k.Value, k.Kind, source).Scan(ctx, &ids)
	default:
		err = from.NewRaw("select c.id from identities i join customers c on c.id = i.customer_id where i.external_id = ? and i.source = ? and "+living,
			k.Value, k.source).Scan(ctx, &ids)
	}
	return ids, err
}
