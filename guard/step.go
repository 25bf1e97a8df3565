package guard

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

const stepLife = 5 * time.Minute

// beginStep keeps what must come back for a ceremony to end, and gives the secret it comes back under.
func (g *Guard) beginStep(ctx context.Context, kind string, staffID *int64, state any) (secret string, err error) {
	text, err := json.Marshal(state)
	if err != nil {
		return "", err
	}
	secret, hash := newSecret()
	return secret, g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Now(ctx)
		if _, err := tx.NewRaw("delete from sign_in_steps where expires_at < ?", now.UnixMilli()).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("insert into sign_in_steps (token_hash, kind, staff_id, state, expires_at) values (?, ?, ?, ?, ?)",
			hash, kind, staffID, string(text), now.Add(stepLife).UnixMilli()).Exec(ctx)
		return err
	})
}

// endStep takes the step away, whatever comes of it: each is tried once. Fault: forbidden, when it is unknown, another
// person's, of another kind or too old, which are not told apart.
func (g *Guard) endStep(ctx context.Context, kind, secret string, staffID *int64, state any) error {
	var found []struct {
		State   string `bun:"state"`
		StaffID *int64 `bun:"staff_id"`
	}
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw("delete from sign_in_steps where token_hash = ? and kind = ? and expires_at > ? returning state, staff_id",
			hashSecret(secret), kind, clock.Millis(ctx)).Scan(ctx, &found)
	}); err != nil {
		return err
	}
	same := len(found) == 1 && (found[0].StaffID == nil) == (staffID == nil) && (staffID == nil || *found[0].StaffID == *staffID)
	if !same {
		return fault.Forbidden("sign_in_step_over")
	}
	return json.Unmarshal([]byte(found[0].State), state)
}
