package mails

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/mail"
	"guanxi/base/workspace"
)

// pauses are how long to wait after each try that failed for now.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour, 4 * time.Hour}

const (
	// answerWithin is how long a try can take at most; a mail in flight for longer was left by a process that died.
	answerWithin = 10 * time.Minute
	// freshFor is how long news is news: what could not be sent in that time, because sending was held or no server was
	// named, is not sent any more.
	freshFor = 48 * time.Hour
	// keptFor is how long the journal remembers.
	keptFor = 90 * 24 * time.Hour
	atOnce  = 200
)

// stored is a row of the journal.
type stored struct {
	ID        int64  `bun:"id"`
	Once      string `bun:"once"`
	StaffID   int64  `bun:"staff_id"`
	Name      string `bun:"name"`
	Email     string `bun:"email"`
	Active    bool   `bun:"active"`
	Subject   string `bun:"subject"`
	Body      string `bun:"body"`
	HTML      string `bun:"html"`
	State     State  `bun:"state"`
	Attempts  int    `bun:"attempts"`
	ErrorCode string `bun:"error_code"`
	Answer    string `bun:"answer"`
	NextAt    int64  `bun:"next_at"`
	CreatedAt int64  `bun:"created_at"`
	SentAt    *int64 `bun:"sent_at"`
	Recipient string `bun:"recipient"` // of a note, sealed
	FileName  string `bun:"file_name"`
	FileKind  string `bun:"file_kind"`
	File      string `bun:"file"` // base64
}

const columns = `m.id, m.once, m.staff_id, coalesce(s.name, '') as name, coalesce(s.email, '') as email, coalesce(s.active, false) as active, m.subject, m.body, m.html, m.state, m.attempts, m.error_code, m.answer, m.next_at, m.created_at, m.sent_at, m.recipient, m.file_name, m.file_kind`

// messageID is the same at every try, so that a mail that arrives twice is known to be one.
func (s *stored) messageID() string {
	sum := sha256.Sum256([]byte(s.Once))
	return "guanxi-" + strconv.FormatInt(s.ID, 10) + "-" + hex.EncodeToString(sum[:6])
}

// SendDue sends what is due, one after the other, and settles what has been left. One that fails does not stop others.
func (m *Mails) SendDue(ctx context.Context) error {
	if err := m.tidy(ctx); err != nil {
		return err
	}
	for range atOnce {
		claimed, server, err := m.claim(ctx)
		if err != nil || claimed == nil {
			return err
		}
		file, err := m.fileOf(ctx, claimed)
		if err != nil {
			return err
		}
		sent := server.Send(ctx, mail.Message{ID: claimed.messageID(), To: claimed.Email,
			Subject: claimed.Subject, Text: claimed.Body, HTML: claimed.HTML, File: file, At: clock.Now(ctx)})
		if err := m.settle(ctx, claimed, sent); err != nil {
			return err
		}
	}
	return nil
}

// fileOf reads what is attached to a mail, nil for nothing.
func (m *Mails) fileOf(ctx context.Context, of *stored) (*mail.File, error) {
	if of.FileName == "" {
		return nil, nil
	}
	var text string
	if err := m.records.Read().NewRaw("select file from mails where id = ?", of.ID).Scan(ctx, &text); err != nil {
		return nil, err
	}
	content, err := base64.StdEncoding.DecodeString(text)
	return &mail.File{Name: of.FileName, Kind: of.FileKind, Content: content}, err
}

// forgetPassing takes words and files out of the journal that were only meant to pass through it: with the mail, or when it
// was given up and nobody sent it again in time.
func forgetPassing(ctx context.Context, tx *db.Tx, now int64) error {
	_, err := tx.Do(ctx, "update mails set body = '', html = '', file = '' where passing and html <> '' and (state = ? or state in (?, ?) and created_at < ?)",
		Sent, Failed, InDoubt, now-freshFor.Milliseconds())
	return err
}

// tidy puts into doubt what a dead process left in flight, gives up what is news no more and forgets what is long past.
func (m *Mails) tidy(ctx context.Context) error {
	return m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		if _, err := tx.Do(ctx, "update mails set state = ?, error_code = 'mail_in_doubt' where state = ? and claimed_at < ?", InDoubt, InFlight, now-answerWithin.Milliseconds()); err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "update mails set state = ?, error_code = case when error_code = '' then 'mail_too_old' else error_code end where state = ? and created_at < ?",
			Failed, Planned, now-freshFor.Milliseconds()); err != nil {
			return err
		}
		if err := forgetNotes(ctx, tx); err != nil {
			return err
		}
		if err := forgetPassing(ctx, tx, now); err != nil {
			return err
		}
		_, err := tx.Do(ctx, "delete from mails where created_at < ? and state <> ?", now-keptFor.Milliseconds(), InFlight)
		return err
	})
}

// claim marks the mail that is due first as in flight, and gives it with the server; none while sending is held, where no
// server is named, or when nothing is due.
func (m *Mails) claim(ctx context.Context) (claimed *stored, server mail.Server, err error) {
	settings, err := readSettings(ctx, m.records.Read())
	if err != nil || !settings.ready() {
		return nil, server, err
	}
	if server, err = m.server(ctx, settings); err != nil {
		return nil, server, err
	}
	err = m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		claimed = nil
		if held, err := workspace.Held(ctx, tx); err != nil || held != nil {
			return err
		}
		now := clock.Millis(ctx)
		var due []stored
		if err := tx.NewRaw("select "+columns+" from mails m left join staff s on s.id = m.staff_id where m.state = ? and m.next_at <= ? order by m.next_at, m.id limit 1", Planned, now).Scan(ctx, &due); err != nil || len(due) == 0 {
			return err
		}
		if due[0].StaffID != 0 && !due[0].Active {
			_, err := tx.Do(ctx, "update mails set state = ?, error_code = 'staff_gone' where id = ?", Failed, due[0].ID)
			return err
		}
		if err := due[0].open(ctx); err != nil { // sealed with keys that are gone
			_, err := tx.Do(ctx, "update mails set state = ?, error_code = 'sealed_with_another_key', recipient = '', body = '', html = '' where id = ?", Failed, due[0].ID)
			return err
		}
		n, err := tx.Do(ctx, "update mails set state = ?, attempts = attempts + 1, claimed_at = ? where id = ? and state = ?", InFlight, now, due[0].ID, Planned)
		if n == 1 {
			claimed = &due[0]
			claimed.Attempts++
		}
		return err
	})
	return claimed, server, err
}

// settle writes down what became of a try. A try that was taken for left behind meanwhile is settled all the same: what is
// known beats what was doubted.
func (m *Mails) settle(ctx context.Context, of *stored, result error) error {
	return m.records.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		state, code, answer, next := Sent, "", "", of.NextAt
		var sentAt *int64
		var failed *mail.Error
		switch {
		case result == nil:
			sentAt = &now
		case errors.As(result, &failed):
			state, code, answer = Failed, failed.Code, failed.Answer
			switch {
			case failed.InDoubt:
				state = InDoubt
			case failed.Temporary && of.Attempts <= len(pauses):
				state, next = Planned, now+pauses[of.Attempts-1].Milliseconds()
			}
		default:
			state, code = Failed, "mail_address_invalid"
			if !fault.Is(result, fault.KindInvalid) {
				code = "internal_error"
			}
		}
		_, err := tx.Do(ctx, "update mails set state = ?, error_code = ?, answer = ?, next_at = ?, sent_at = ? where id = ? and attempts = ? and state in (?, ?)",
			state, code, answer, next, sentAt, of.ID, of.Attempts, InFlight, InDoubt)
		if err != nil {
			return err
		}
		if err := forgetPassing(ctx, tx, now); err != nil {
			return err
		}
		return forgetNotes(ctx, tx)
	})
}

// Again plans a mail anew that failed or is in doubt: a person decided that it must go. Faults: not found, conflict.
func (m *Mails) Again(ctx context.Context, id int64) error {
	return m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var states, empty []State
		if err := tx.NewRaw("select state from mails where id = ? and customer_id is null", id).Scan(ctx, &states); err != nil {
			return err
		}
		if err := tx.NewRaw("select state from mails where id = ? and passing and html = ''", id).Scan(ctx, &empty); err != nil {
			return err
		}
		if len(states) == 0 {
			return fault.NotFound("mail", id)
		}
		if states[0] != Failed && states[0] != InDoubt {
			return fault.Conflict("mail_not_stuck")
		}
		if len(empty) > 0 {
			return fault.Conflict("mail_words_gone")
		}
		now := clock.Millis(ctx)
		if _, err := tx.Do(ctx, "update mails set state = ?, attempts = 0, error_code = '', answer = '', next_at = ?, created_at = ? where id = ?", Planned, now, now, id); err != nil {
			return err
		}
		if err := auditMail(ctx, tx, "mail.again", id, map[string]any{"was": states[0]}); err != nil || m.jobs == nil {
			return err
		}
		return m.jobs.Insert(ctx, tx, sendArgs{id})
	})
}
