package guard

import (
	"context"
	"encoding/json"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// Access is the list of who may come in, kept beside the backups: whoever has left, lost a role or had a token revoked
// since a backup does not get it back when that backup is restored.
type Access struct{}

type accessList struct {
	Staff  map[string]accessOf `json:"staff"`  // by e-mail address
	Tokens map[string]int64    `json:"tokens"` // hash of a revoked token: when
}

type accessOf struct {
	Role      string `json:"role" bun:"role"`
	Active    bool   `json:"active" bun:"active"`
	UpdatedAt int64  `json:"updated_at" bun:"updated_at"`
}

// Name implements backup.Lasting.
func (Access) Name() string { return "access" }

// Collect implements backup.Lasting.
func (Access) Collect(ctx context.Context, records *db.DB, kept []byte) ([]byte, error) {
	list := accessList{Staff: map[string]accessOf{}, Tokens: map[string]int64{}}
	if kept != nil {
		if err := json.Unmarshal(kept, &list); err != nil {
			return nil, err
		}
	}
	var staff []struct {
		accessOf
		Email string `bun:"email"`
	}
	if err := records.Read().NewRaw("select email, role, active, updated_at from staff").Scan(ctx, &staff); err != nil {
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
	if err := records.Read().NewRaw("select token_hash, revoked_at from api_tokens where revoked_at is not null").Scan(ctx, &tokens); err != nil {
		return nil, err
	}
	for _, t := range tokens {
		list.Tokens[t.Hash] = t.RevokedAt
	}
	return json.Marshal(list)
}

// Reapply implements backup.Lasting. It also ends every session and one-time link: they are of another time.
func (Access) Reapply(ctx context.Context, records *db.DB, _ string, kept []byte) error {
	var list accessList
	if err := json.Unmarshal(kept, &list); err != nil {
		return err
	}
	ctx = System(ctx)
	return records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		for email, of := range list.Staff {
			if _, err := tx.NewRaw(`
update staff set role = ?, active = ?, updated_at = ?, version = version + 1
where email = ? and updated_at < ?`, of.Role, of.Active, of.UpdatedAt, email, of.UpdatedAt).Exec(ctx); err != nil {
				return err
			}
		}
		for hash, at := range list.Tokens {
			if _, err := tx.NewRaw("update api_tokens set revoked_at = ? where token_hash = ? and revoked_at is null", at, hash).Exec(ctx); err != nil {
				return err
			}
		}
		if _, err := tx.NewRaw("update sessions set revoked_at = ? where revoked_at is null", now).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("update sign_in_links set used_at = ? where used_at is null", now).Exec(ctx); err != nil {
			return err
		}
		return Audit(ctx, tx, "backup.restored", "workspace", "", map[string]int{"staff": len(list.Staff), "revoked_tokens": len(list.Tokens)})
	})
}
