package guard

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

// Purpose says what a one-time link does.
type Purpose string

// The purposes: making the first administrator, choosing a first password, signing in at once.
const (
	PurposeSetup  Purpose = "setup"
	PurposeInvite Purpose = "invite"
	PurposeSignIn Purpose = "sign_in"
)

var linkPath = map[Purpose]string{PurposeSetup: "/setup", PurposeInvite: "/invite", PurposeSignIn: "/enter"}

var linkLife = map[Purpose]time.Duration{PurposeSetup: 24 * time.Hour, PurposeInvite: 72 * time.Hour, PurposeSignIn: time.Hour}

// CreateLink makes a one-time link; the secret stands in it and nowhere else.
func (g *Guard) CreateLink(ctx context.Context, purpose Purpose, staffID *int64) (url string, err error) {
	secret, hash := newSecret()
	err = g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Now(ctx)
		if _, err := tx.NewRaw("delete from sign_in_links where expires_at < ?", now.UnixMilli()).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("insert into sign_in_links (token_hash, purpose, staff_id, expires_at) values (?, ?, ?, ?)",
			hash, string(purpose), staffID, now.Add(linkLife[purpose]).UnixMilli()).Exec(ctx)
		return err
	})
	// the secret is in the fragment's place of a path that is never logged; the link is never built from a Host header
	return g.publicURL + linkPath[purpose] + "?token=" + secret, err
}

// useLink marks the link as used and gives whose it is. Fault: forbidden, when it is unknown, used or too old, which
// are not told apart.
func useLink(ctx context.Context, tx *db.Tx, secret string, purposes ...Purpose) (staffID *int64, purpose Purpose, err error) {
	now := clock.Millis(ctx)
	var found []struct {
		Purpose Purpose `bun:"purpose"`
		StaffID *int64  `bun:"staff_id"`
	}
	err = tx.NewRaw(`
update sign_in_links set used_at = ?
where token_hash = ? and used_at is null and expires_at > ?
returning purpose, staff_id`, now, hashSecret(secret), now).Scan(ctx, &found)
	if err != nil {
		return nil, "", err
	}
	for _, p := range purposes {
		if len(found) == 1 && found[0].Purpose == p {
			return found[0].StaffID, p, nil
		}
	}
	return nil, "", fault.Forbidden("link_not_valid")
}

// NeedsSetup reports whether nobody can sign in yet.
func (g *Guard) NeedsSetup(ctx context.Context) (bool, error) {
	var n int
	err := g.records.Read().NewRaw("select count(*) from staff").Scan(ctx, &n)
	return n == 0, err
}
