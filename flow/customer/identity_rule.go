package customer

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// The sorts of keys by which a source can know somebody. Device and anonymous_id are of visitors: they name a customer only
// once they are tied to one. A unionid is the same in every source; all others but phone and mail are a source's own.
const (
	KeyExternalID = "external_id"
	KeyMemberNo   = "member_no"
	KeyUnionID    = "unionid"
	KeyOpenID     = "openid"
	KeyPhone      = "phone"
	KeyEmail      = "email"
	KeyDevice     = "device"
	KeyAnonymous  = "anonymous_id"
)

// What happens to a key that names somebody else than the stronger keys beside it do.
const (
	ConflictKeep  = "keep"  // it stays with whom it names
	ConflictTake  = "take"  // it goes over to whom the stronger keys name: the newest word, and this source, win
	ConflictMerge = "merge" // both are one customer; the merge can be undone
	ConflictAsk   = "ask"   // it stays, and a person decides whether both are one
)

// IdentityRule says whether and how one sort of key of a source recognises a customer. Rules stand in order, the surest key
// first; a sort without a rule is kept but recognises nobody.
type IdentityRule struct {
	Kind         string `json:"kind" enum:"external_id,member_no,unionid,openid,phone,email,device,anonymous_id"`
	VerifiedOnly bool   `json:"verified_only" doc:"of phone and mail: only when both sides are verified"`
	Conflict     string `json:"conflict" enum:"keep,take,merge,ask"`
	Most         int    `json:"most_customers" minimum:"0" maximum:"1000" doc:"a key that more customers share recognises none of them; 0 is no limit"`
}

// defaultRules hold for a source that has none of its own. Phones and mail addresses are shared within a family, not by a
// whole company; a device is used by a few.
func defaultRules() []IdentityRule {
	return []IdentityRule{
		{Kind: KeyExternalID, Conflict: ConflictAsk}, {Kind: KeyMemberNo, Conflict: ConflictAsk}, {Kind: KeyUnionID, Conflict: ConflictAsk}, {Kind: KeyOpenID, Conflict: ConflictAsk},
		{Kind: KeyPhone, Conflict: ConflictAsk, Most: 5}, {Kind: KeyEmail, Conflict: ConflictAsk, Most: 5},
		{Kind: KeyDevice, Conflict: ConflictKeep, Most: 3}, {Kind: KeyAnonymous, Conflict: ConflictTake, Most: 1},
	}
}

// SourceRules are the rules of one source; Own says that somebody has set them. Customers counts those it knows by a key.
type SourceRules struct {
	Source    string         `json:"source"`
	Own       bool           `json:"own"`
	Customers int64          `json:"customers"`
	Rules     []IdentityRule `json:"rules"`
	Version   int64          `json:"version"`
}

type rulesRow struct {
	Source  string `bun:"source"`
	Rules   string `bun:"rules"`
	Version int64  `bun:"version"`
}

// rulesOf gives the rules of a source.
func rulesOf(ctx context.Context, from bun.IDB, source string) ([]IdentityRule, error) {
	var rows []rulesRow
	if err := from.NewRaw("select source, rules, version from identity_rules where source = ?", source).Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return defaultRules(), err
	}
	var rules []IdentityRule
	err := json.Unmarshal([]byte(rows[0].Rules), &rules)
	return rules, err
}

// IdentityRules gives the rules of every source that knows somebody or has rules.
func (s *Store) IdentityRules(ctx context.Context) ([]SourceRules, error) {
	var known []struct {
		Source    string `bun:"source"`
		Customers int64  `bun:"customers"`
	}
	read := s.records.Read()
	if err := read.NewRaw("select source, count(distinct customer_id) as customers from identities group by source order by source").Scan(ctx, &known); err != nil {
		return nil, err
	}
	var rows []rulesRow
	if err := read.NewRaw("select source, rules, version from identity_rules order by source").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := []SourceRules{}
	for _, k := range known {
		if sourceOfKey(k.Source) == k.Source {
			all = append(all, SourceRules{Source: k.Source, Customers: k.Customers, Rules: defaultRules()})
		}
	}
	for _, r := range rows {
		at := slices.IndexFunc(all, func(s SourceRules) bool { return s.Source == r.Source })
		if at < 0 {
			at = len(all)
			all = append(all, SourceRules{Source: r.Source})
		}
		all[at].Own, all[at].Version, all[at].Rules = true, r.Version, nil
		if err := json.Unmarshal([]byte(r.Rules), &all[at].Rules); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// SetIdentityRules sets the rules of a source; none give it those by default again. Faults: invalid.
func (s *Store) SetIdentityRules(ctx context.Context, source string, rules []IdentityRule) error {
	for i, r := range rules {
		if slices.ContainsFunc(rules[:i], func(b IdentityRule) bool { return b.Kind == r.Kind }) {
			return fault.Invalid("rules", "given_twice", r.Kind)
		}
	}
	text, err := json.Marshal(rules)
	if err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if len(rules) == 0 {
			if _, err := tx.NewRaw("delete from identity_rules where source = ?", source).Exec(ctx); err != nil {
				return err
			}
		} else if _, err := tx.NewRaw(`
insert into identity_rules (source, rules, updated_at) values (?, ?, ?)
on conflict (source) do update set rules = excluded.rules, updated_at = excluded.updated_at, version = identity_rules.version + 1`,
			source, string(text), clock.Millis(ctx)).Exec(ctx); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "identity.rules_changed", "source", source, map[string]any{"rules": rules})
	})
}
