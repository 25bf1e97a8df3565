package guard

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

const tokenPrefix = "gx_"

type apiToken struct {
	ID         int64  `bun:"id"`
	Name       string `bun:"name"`
	Role       string `bun:"role"`
	Scopes     string `bun:"scopes"`
	StaffID    *int64 `bun:"staff_id"`
	TeamID     *int64 `bun:"team_id"`
	LastUsedAt *int64 `bun:"last_used_at"`
}

func (g *Guard) tokenActor(ctx context.Context, header string, nobody Actor) (Actor, error) {
	secret, bearer := strings.CutPrefix(header, "Bearer ")
	if !bearer || !strings.HasPrefix(secret, tokenPrefix) {
		return nobody, fault.Unauthenticated("token_unknown")
	}
	now := clock.Millis(ctx)
	var found []apiToken
	err := g.records.Ask(ctx, &found, `
select t.id, t.name, t.role, t.scopes, t.staff_id, f.team_id, t.last_used_at
from api_tokens t
left join staff f on f.id = t.staff_id
where t.token_hash = ? and t.revoked_at is null and (t.expires_at is null or t.expires_at > ?) and coalesce(f.active, true)`,
		hashSecret(secret), now)
	if err != nil {
		return nobody, err
	}
	if len(found) == 0 {
		return nobody, fault.Unauthenticated("token_unknown")
	}
	t := found[0]
	actor := Actor{TokenID: t.ID, Name: t.Name, Role: t.Role, TeamID: t.TeamID, Address: nobody.Address}
	if t.StaffID != nil {
		actor.StaffID = *t.StaffID
	}
	if err := json.Unmarshal([]byte(t.Scopes), &actor.Scopes); err != nil {
		return nobody, err
	}
	if t.LastUsedAt == nil || now-*t.LastUsedAt > time.Minute.Milliseconds() {
		err = g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("update api_tokens set last_used_at = ? where id = ?", now, t.ID).Exec(ctx)
			return err
		})
	}
	return actor, err
}

// NewToken describes a token to make.
type NewToken struct {
	Name      string
	Role      string
	Scopes    []string // limits the role's permissions when not empty
	StaffID   *int64
	ExpiresAt *int64
}

// CreateToken makes an API token and gives it; only its hash is kept. Faults: invalid; forbidden, when it would hold
// more than its maker.
func (g *Guard) CreateToken(ctx context.Context, n NewToken) (id int64, token string, err error) {
	role, known := RoleOf(ctx, n.Role)
	if !known {
		return 0, "", fault.Invalid("role", "role_unknown", n.Role)
	}
	if err := assignable(ctx, n.Role); err != nil {
		return 0, "", err
	}
	n.Name = strings.TrimSpace(n.Name)
	if n.Name == "" {
		return 0, "", fault.Invalid("name", "required")
	}
	for _, s := range n.Scopes {
		if !role.holds(s) {
			return 0, "", fault.Invalid("scopes", "permission_unknown", s)
		}
	}
	actor := ActorOf(ctx)
	for _, p := range role.Permissions {
		if !actor.Can(p) {
			return 0, "", fault.Forbidden("token_above_maker", p)
		}
	}
	scopes, err := json.Marshal(append([]string{}, n.Scopes...))
	if err != nil {
		return 0, "", err
	}
	secret, _ := newSecret()
	secret = tokenPrefix + secret
	err = g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if id, err = tx.NextID(ctx, "api_tokens"); err != nil {
			return err
		}
		if _, err := tx.NewRaw(`
insert into api_tokens (id, name, token_hash, role, scopes, staff_id, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
			id, n.Name, hashSecret(secret), n.Role, string(scopes), n.StaffID, clock.Millis(ctx), n.ExpiresAt).Exec(ctx); err != nil {
			return err
		}
		return Audit(ctx, tx, "token.created", "token", itoa(id), map[string]any{"name": n.Name, "role": n.Role, "scopes": n.Scopes})
	})
	return id, secret, err
}
