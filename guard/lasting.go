package guard

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// Access is the list of who may come in and what they may do, kept beside the backups: whoever has left, lost a role, a
// passkey or a second factor, had a token revoked or a password changed since a backup does not get it back when that backup
// is restored; nor does a role or a sharing rule reach further than it did last.
type Access struct{}

type accessList struct {
	Staff  map[string]accessOf `json:"staff"`  // by e-mail address
	Tokens map[string]int64    `json:"tokens"` // hash of a revoked token: when
	// by what marks them: whether they were there when the list was last kept. What never was in a list was in no backup.
	Keys   map[string]bool         `json:"keys"`
	Roles  map[string]lastingRole  `json:"roles"`
	Shares map[string]lastingShare `json:"shares"` // by id and instant of creation
	Rules  map[string]lastingRule  `json:"rules"`  // settings of access, by key
}

type accessOf struct {
	Role      string `json:"role" bun:"role"`
	Active    bool   `json:"active" bun:"active"`
	UpdatedAt int64  `json:"updated_at" bun:"updated_at"`
	Password  string `json:"password" bun:"password_hash"` // argon2id, as in the backups themselves
	Team      string `json:"team" bun:"team"`
}

type lastingRole struct {
	Name        string `json:"-" bun:"name"`
	LabelZH     string `json:"zh" bun:"label_zh"`
	LabelEN     string `json:"en" bun:"label_en"`
	Base        string `json:"base" bun:"base"`
	Permissions string `json:"permissions" bun:"permissions"`
	Reach       string `json:"reach" bun:"reach"`
	Fields      string `json:"fields" bun:"fields"`
	Unusable    string `json:"unusable" bun:"unusable"`
	CreatedAt   int64  `json:"created_at" bun:"created_at"`
	UpdatedAt   int64  `json:"updated_at" bun:"updated_at"`
	Version     int64  `json:"version" bun:"version"`
	Gone        bool   `json:"gone,omitempty" bun:"-"`
}

const lastingRoleColumns = "name, label_zh, label_en, base, permissions, reach, fields, unusable, created_at, updated_at, version"

type lastingShare struct {
	ID        int64  `json:"-" bun:"id"`
	CreatedAt int64  `json:"-" bun:"created_at"`
	Condition string `json:"condition" bun:"condition"`
	Kind      string `json:"target_kind" bun:"target_kind"`
	Target    string `json:"target" bun:"target"`
	Access    string `json:"access" bun:"access"`
	Active    bool   `json:"active" bun:"active"`
	UpdatedAt int64  `json:"updated_at" bun:"updated_at"`
	Gone      bool   `json:"gone,omitempty" bun:"-"`
}

func (s lastingShare) key() string { return itoa(s.ID) + " " + itoa(s.CreatedAt) }

type lastingRule struct {
	Key       string `json:"-" bun:"key"`
	Value     string `json:"value" bun:"value"`
	UpdatedAt int64  `json:"updated_at" bun:"updated_at"`
	Gone      bool   `json:"gone,omitempty" bun:"-"`
}

// accessRules are the settings that say who comes in and how.
var accessRules = []string{policyKey, providerKey, separationKey}

// keysSQL lists what else lets somebody in, by what marks it for good.
const keysSQL = `
select 'passkey ' || credential_id as mark from passkeys
union all
select 'totp ' || f.email || ' ' || t.created_at from totp t join staff f on f.id = t.staff_id
union all
select 'outside ' || issuer || ' ' || subject from outside_identities`

// Name implements backup.Lasting.
func (Access) Name() string { return "access" }

// Collect implements backup.Lasting.
func (Access) Collect(ctx context.Context, records *db.DB, kept []byte) ([]byte, error) {
	var list accessList
	if kept != nil {
		if err := json.Unmarshal(kept, &list); err != nil {
			return nil, err
		}
	}
	list.fill()
	read := records.Read()
	var staff []struct {
		accessOf
		Email string `bun:"email"`
	}
	if err := read.NewRaw("select f.email, f.role, f.active, f.updated_at, f.password_hash, coalesce(t.name, '') as team from staff f left join teams t on t.id = f.team_id").Scan(ctx, &staff); err != nil {
		return nil, err
	}
	for _, s := range staff {
		if list.Staff[s.Email].UpdatedAt <= s.UpdatedAt {
			list.Staff[s.Email] = s.accessOf
		}
	}
	var tokens []struct {
		Hash      string `bun:"token_hash"`
		RevokedAt int64  `bun:"revoked_at"`
	}
	if err := read.NewRaw("select token_hash, revoked_at from api_tokens where revoked_at is not null").Scan(ctx, &tokens); err != nil {
		return nil, err
	}
	for _, t := range tokens {
		list.Tokens[t.Hash] = t.RevokedAt
	}
	var marks []string
	if err := read.NewRaw(keysSQL).Scan(ctx, &marks); err != nil {
		return nil, err
	}
	for mark := range list.Keys {
		list.Keys[mark] = false
	}
	for _, mark := range marks {
		list.Keys[mark] = true
	}
	if err := list.collectRules(ctx, records); err != nil {
		return nil, err
	}
	return json.Marshal(list)
}

func (l *accessList) fill() {
	if l.Staff == nil {
		l.Staff = map[string]accessOf{}
	}
	if l.Tokens == nil {
		l.Tokens = map[string]int64{}
	}
	if l.Keys == nil {
		l.Keys, l.Roles, l.Shares, l.Rules = map[string]bool{}, map[string]lastingRole{}, map[string]lastingShare{}, map[string]lastingRule{}
	}
}

// collectRules takes down roles, sharing rules and settings as they are, and which of those it knew are gone.
func (l *accessList) collectRules(ctx context.Context, records *db.DB) error {
	read := records.Read()
	var roles []lastingRole
	if err := read.NewRaw("select "+lastingRoleColumns+" from roles").Scan(ctx, &roles); err != nil {
		return err
	}
	var shares []lastingShare
	if err := read.NewRaw("select id, created_at, condition, target_kind, target, access, active, updated_at from sharing_rules").Scan(ctx, &shares); err != nil {
		return err
	}
	var rules []lastingRule
	if err := read.NewRaw("select key, value, updated_at from settings where key in (?)", bun.List(accessRules)).Scan(ctx, &rules); err != nil {
		return err
	}
	for name, r := range l.Roles {
		r.Gone = true
		l.Roles[name] = r
	}
	for key, s := range l.Shares {
		s.Gone = true
		l.Shares[key] = s
	}
	for key, r := range l.Rules {
		r.Gone = true
		l.Rules[key] = r
	}
	for _, r := range roles {
		l.Roles[r.Name] = r
	}
	for _, s := range shares {
		l.Shares[s.key()] = s
	}
	for _, r := range rules {
		l.Rules[r.Key] = r
	}
	return nil
}
