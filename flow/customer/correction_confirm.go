package customer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// An e-mail address that a customer gives on her own page is written to before it counts: whoever opens the link there and
// confirms has the mailbox. It then still waits for staff, for a forwarded page would let somebody take her over. Nothing
// that is answered tells whether an address is known, to whom, or whether a mail went out.

// confirmFor is how long a link that confirms an address can be used; mails that could not be sent by then are given up.
const confirmFor = 48 * time.Hour

// Most mails that confirm addresses: whoever holds a page must not be able to have strangers written to at will.
const (
	confirmsOfPageAnHour    = 3
	confirmsOfPageADay      = 6
	confirmsToAddressAnHour = 2
	confirmsToAddressADay   = 4
	confirmsAnHour          = 300
)

// The states of the confirmation of a correction.
const (
	ConfirmNone    = "none" // needs none
	ConfirmWaiting = "waiting"
	ConfirmExpired = "expired"
	ConfirmDone    = "confirmed"
)

func (r *correctionRow) confirmation(now int64) string {
	switch {
	case r.ConfirmBy == nil:
		return ConfirmNone
	case r.ConfirmedAt != nil:
		return ConfirmDone
	case *r.ConfirmBy <= now:
		return ConfirmExpired
	}
	return ConfirmWaiting
}

// confirms says whether addresses that customers give are to be confirmed: the workspace wants it, and mail can be sent.
func (s *Store) confirms(ctx context.Context, from bun.IDB, p Privacy) (bool, error) {
	if s.mails == nil || p.ConfirmEmail != nil && !*p.ConfirmEmail {
		return false, nil
	}
	return s.mails.Ready(ctx, from)
}

// askToConfirm lets a correction that was just stored wait until somebody at the address has confirmed it, and plans the
// mail. Beyond the limits, and where the address was stopped, no mail goes, and nobody is told.
func (s *Store) askToConfirm(ctx context.Context, tx *db.Tx, r *correctionRow, language pageLanguage) error {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails
	token := base64.RawURLEncoding.EncodeToString(random)
	until := r.CreatedAt + confirmFor.Milliseconds()
	if _, err := tx.Do(ctx, "update corrections set token_hash = ?, confirm_by = ? where id = ?", confirmHash(token), until, r.ID); err != nil {
		return err
	}
	m, err := markerOf(ctx)
	if err != nil {
		return err
	}
	mark, err := m.contact(ContactPoint{Kind: r.Field, Value: r.Value})
	if err != nil {
		return err
	}
	stopped, err := stoppedChannels(ctx, tx, []string{mark})
	if err != nil || slices.Contains(stopped[mark], "email") {
		return err
	}
	for _, limit := range []struct {
		period             time.Duration
		hers, there, total int
	}{{time.Hour, confirmsOfPageAnHour, confirmsToAddressAnHour, confirmsAnHour}, {24 * time.Hour, confirmsOfPageADay, confirmsToAddressADay, 24 * confirmsAnHour}} {
		hers, there, all, err := mails.NotesSince(ctx, tx, r.CreatedAt-limit.period.Milliseconds(), r.CustomerID, mark)
		if err != nil || hers >= limit.hers || there >= limit.there || all >= limit.total {
			return err
		}
	}
	words := pageWords[language]
	return s.mails.PlanNote(ctx, tx, mails.Note{Once: "confirm:" + itemNumber(r.ID), Customer: r.CustomerID, Address: r.Value, Mark: mark, Language: string(language),
		Report: mails.Report{Subject: words["confirm_title"], Title: words["confirm_title"], Note: words["confirm_mail"], Button: words["confirm"], Footer: words["confirm_footer"],
			Path: confirmPath + token + "?lang=" + string(language)}})
}

func confirmHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// confirmable says whether a link confirms an address now. Fault: not found, whatever is wrong with it.
func (s *Store) confirmable(ctx context.Context, from bun.IDB, token string) (r correctionRow, err error) {
	var rows []correctionRow
	if err := from.NewRaw("select "+qualified("k", correctionColumns)+` from corrections k join customers c on c.id = k.customer_id
where k.token_hash = ? and k.state = ? and c.deleted_at is null`, confirmHash(token), CorrectionProposed).Scan(ctx, &rows); err != nil {
		return r, err
	}
	if len(rows) == 0 || rows[0].ConfirmedAt == nil && rows[0].confirmation(clock.Millis(ctx)) != ConfirmWaiting {
		return r, fault.NotFound("link", "")
	}
	return rows[0], nil
}

// Confirm notes that somebody at the address of a correction has opened the link sent there. A second time changes nothing.
// Fault: not found, for a link that is wrong, too old, or overtaken by a later word.
func (s *Store) Confirm(ctx context.Context, token string) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.confirmable(ctx, tx, token)
		if err != nil || r.ConfirmedAt != nil {
			return err
		}
		n, err := tx.Do(ctx, "update corrections set confirmed_at = ? where id = ? and confirmed_at is null and state = ?", clock.Millis(ctx), r.ID, CorrectionProposed)
		if err != nil || n == 0 {
			return err
		}
		return guard.Audit(ctx, tx, "customer.correction_confirmed", "customer", itemNumber(r.CustomerID), map[string]any{"field": r.Field})
	})
}
