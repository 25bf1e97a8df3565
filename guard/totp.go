package guard

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/keys"
)

const (
	totpPeriod    = 30 // seconds a code stands for (RFC 6238)
	totpSkew      = 1  // periods a telephone's clock may be off
	recoveryCodes = 10
)

// sealedFor is what sign-in seals its secrets for.
const sealedFor = "sign-in"

// openText gives a sealed text. Fault: unavailable, when it was sealed with another key file, or nothing was.
func openText(ctx context.Context, sealed, about string) (string, error) {
	if sealed == "" {
		return "", fault.Unavailable("sealed_with_another_key", nil)
	}
	return keys.Unseal(ctx, sealedFor, sealed, about)
}

// Enrolment is what a person enters into an authenticator.
type Enrolment struct {
	Secret string   `json:"secret" doc:"base 32, for typing"`
	URI    string   `json:"uri" doc:"otpauth://"`
	QR     []string `json:"qr" doc:"the URI as a QR code: rows of 0 and 1, 1 is dark"`
}

// beginTOTP makes a new secret; it counts only after a first code has been shown.
func (g *Guard) beginTOTP(ctx context.Context, s Staff) (*Enrolment, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Guanxi " + g.Workspace().Name, AccountName: s.Email, Period: totpPeriod, SecretSize: 20})
	if err != nil {
		return nil, err
	}
	sealed, err := keys.Seal(ctx, sealedFor, key.Secret(), "totp:"+itoa(s.ID))
	if err != nil {
		return nil, err
	}
	if err := g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var enrolled int
		if err := tx.NewRaw("select count(*) from totp where staff_id = ? and confirmed_at is not null", s.ID).Scan(ctx, &enrolled); err != nil {
			return err
		}
		if enrolled > 0 {
			return fault.Conflict("totp_is_on")
		}
		_, err := tx.NewRaw(`
insert into totp (staff_id, secret, created_at) values (?, ?, ?)
on conflict (staff_id) do update set secret = excluded.secret, last_step = 0, created_at = excluded.created_at`, s.ID, sealed, clock.Millis(ctx)).Exec(ctx)
		return err
	}); err != nil {
		return nil, err
	}
	rows, err := qrRows(key.URL())
	return &Enrolment{Secret: key.Secret(), URI: key.URL(), QR: rows}, err
}

func qrRows(text string) ([]string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, err
	}
	size := code.Bounds()
	rows := make([]string, 0, size.Dy())
	for y := size.Min.Y; y < size.Max.Y; y++ {
		var row strings.Builder
		for x := size.Min.X; x < size.Max.X; x++ {
			if level, _, _, _ := code.At(x, y).RGBA(); level == 0 {
				row.WriteByte('1')
			} else {
				row.WriteByte('0')
			}
		}
		rows = append(rows, row.String())
	}
	return rows, nil
}

// takeCode checks a code and takes it: a code that was taken, or one before it, is never good again. confirmed says
// whether the generator has been confirmed.
func takeCode(ctx context.Context, tx *db.Tx, staffID int64, code string, confirmed bool) (good bool, err error) {
	var rows []struct {
		Secret   string `bun:"secret"`
		LastStep int64  `bun:"last_step"`
	}
	if err := tx.NewRaw("select secret, last_step from totp where staff_id = ? and (confirmed_at is not null) = ?", staffID, confirmed).Scan(ctx, &rows); err != nil || len(rows) == 0 {
		return false, err
	}
	secret, err := openText(ctx, rows[0].Secret, "totp:"+itoa(staffID))
	if err != nil {
		return false, err
	}
	now := clock.Now(ctx).Unix() / totpPeriod
	for step := max(now-totpSkew, rows[0].LastStep+1); step <= now+totpSkew; step++ {
		fits, err := totp.ValidateCustom(code, secret, time.Unix(step*totpPeriod, 0), totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil || !fits {
			continue // a code of another length is merely wrong
		}
		result, err := tx.NewRaw("update totp set last_step = ? where staff_id = ? and last_step < ?", step, staffID, step).Exec(ctx)
		if err != nil {
			return false, err
		}
		changed, err := result.RowsAffected()
		return changed == 1, err
	}
	return false, nil
}

// newRecoveryCodes replaces a person's recovery codes and gives the new ones, which are shown once.
func newRecoveryCodes(ctx context.Context, tx *db.Tx, staffID int64) ([]string, error) {
	if _, err := tx.NewRaw("delete from recovery_codes where staff_id = ?", staffID).Exec(ctx); err != nil {
		return nil, err
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		text := strings.ToLower(rand.Text())[:12] // 60 bits
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:]
		if _, err := tx.NewRaw("insert into recovery_codes (staff_id, code_hash, created_at) values (?, ?, ?)",
			staffID, hashSecret(text), clock.Millis(ctx)).Exec(ctx); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

// takeRecoveryCode uses one up.
func takeRecoveryCode(ctx context.Context, tx *db.Tx, staffID int64, code string) (good bool, err error) {
	text := strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
	result, err := tx.NewRaw("update recovery_codes set used_at = ? where staff_id = ? and code_hash = ? and used_at is null",
		clock.Millis(ctx), staffID, hashSecret(text)).Exec(ctx)
	if err != nil {
		return false, err
	}
	changed, err := result.RowsAffected()
	return changed == 1, err
}
