// Package mailing sends reports, dashboards and reviews to staff by the calendar. Each recipient gets what she herself may see,
// in her language; who lost the right gets nothing. What is due is planned in the journal of mails in the change that names
// the next time, so that a process that is killed in between sends it once.
package mailing

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/base/sheet"
	"guanxi/base/workspace"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// Paper is what a mailing sends: a mail in words and tables and, for who wants a file, its rows.
type Paper struct {
	mails.Report
	Header []string
	Rows   [][]sheet.Cell
}

// Source writes papers of one kind for who asks.
type Source func(ctx context.Context, key, language string) (*Paper, error)

// Mailings keeps what is sent to whom and when.
type Mailings struct {
	records *db.DB
	mails   *mails.Mails
	sources map[string]Source
}

// New gives the mailings; sources by the kind that stands before the colon of a subject.
func New(records *db.DB, jobs *job.Registry, m *mails.Mails, sources map[string]Source) *Mailings {
	of := &Mailings{records: records, mails: m, sources: sources}
	if jobs != nil {
		job.Register(jobs, job.Kind[sendArgs]{Run: func(ctx context.Context, _ sendArgs) error { return of.SendDue(ctx) }, Every: time.Minute, Timeout: 10 * time.Minute, MaxAttempts: 1})
	}
	return of
}

// Add makes papers of one more kind known.
func (m *Mailings) Add(kind string, s Source) { m.sources[kind] = s }

type sendArgs struct{}

// Kind implements job.Args.
func (sendArgs) Kind() string { return "mailings.send" }

// Mailing is one of them. Instants are milliseconds UTC.
type Mailing struct {
	ID         int64   `bun:"id"`
	Name       string  `bun:"name"`
	Subject    string  `bun:"subject"`
	Repeat     string  `bun:"repeat"`     // JSON
	Recipients string  `bun:"recipients"` // JSON, ids of staff
	Format     string  `bun:"format"`
	Active     bool    `bun:"active"`
	StaffID    *int64  `bun:"staff_id"`
	StaffName  *string `bun:"staff_name"`
	NextAt     int64   `bun:"next_at"`
	SentAt     *int64  `bun:"sent_at"`
	Said       string  `bun:"said"` // JSON, see Told
	Version    int64   `bun:"version"`
}

// Told is what became of one recipient at the last sending.
type Told struct {
	Staff int64  `json:"staff"`
	Code  string `json:"code,omitempty"` // why she got nothing
}

// Draft is a mailing as a person says it.
type Draft struct {
	Name       string
	Subject    string
	Repeat     Repeat
	Recipients []string // ids of staff, or me
	Format     string   // of the file: empty, csv or xlsx
	Active     bool
}

const (
	nameLength     = 80
	mostRecipients = 50
)

// check puts a draft in order. The paper is written once for who asks: what she cannot read she cannot have sent. Faults:
// invalid, forbidden, not found.
func (m *Mailings) check(ctx context.Context, d *Draft) (to []int64, err error) {
	d.Name = strings.TrimSpace(d.Name)
	switch {
	case d.Name == "":
		return nil, fault.Invalid("name", "is_missing")
	case utf8.RuneCountInString(d.Name) > nameLength:
		return nil, fault.Invalid("name", "too_long", nameLength)
	case len(d.Recipients) > mostRecipients:
		return nil, fault.Invalid("recipients", "too_many", mostRecipients)
	case len(d.Recipients) == 0:
		return nil, fault.Invalid("recipients", "is_missing")
	case !slices.Contains([]string{"", sheet.CSV, sheet.XLSX}, d.Format):
		return nil, fault.Invalid("format", "value_invalid")
	}
	if err := d.Repeat.check(); err != nil {
		return nil, err
	}
	if to, err = mails.Recipients(ctx, m.records.Read(), "recipients", d.Recipients); err != nil {
		return nil, err
	}
	if me := guard.ActorOf(ctx).StaffID; slices.ContainsFunc(to, func(id int64) bool { return id != me }) {
		if err := guard.Authorize(ctx, "segments.write"); err != nil { // as it takes to share
			return nil, err
		}
	}
	if d.Format != "" {
		if err := guard.Authorize(ctx, "export"); err != nil {
			return nil, err
		}
	}
	paper, err := m.paper(ctx, d.Subject, workspace.Of(ctx).Language)
	if err == nil && d.Format != "" && paper.Header == nil {
		err = fault.Invalid("format", "no_file_of_this")
	}
	return to, err
}

// paper writes what a subject says to who asks. Faults: invalid, and those of the source.
func (m *Mailings) paper(ctx context.Context, subject, language string) (*Paper, error) {
	kind, key, _ := strings.Cut(subject, ":")
	source, known := m.sources[kind]
	if !known {
		return nil, fault.Invalid("subject", "value_invalid")
	}
	if err := guard.Authorize(ctx, "metrics.read"); err != nil {
		return nil, err
	}
	return source(ctx, key, language)
}

func (d *Draft) into(ctx context.Context, of *Mailing, to []int64) error {
	repeat, err := json.Marshal(d.Repeat)
	of.Name, of.Subject, of.Repeat, of.Recipients, of.Format, of.Active = d.Name, d.Subject, string(repeat), mails.Stored(to), d.Format, d.Active
	of.NextAt = d.Repeat.next(clock.Millis(ctx), workspace.Of(ctx))
	return err
}

// Create sets a mailing up. Faults: as of check.
func (m *Mailings) Create(ctx context.Context, d Draft) (id int64, err error) {
	to, err := m.check(ctx, &d)
	if err != nil {
		return 0, err
	}
	of := &Mailing{Version: 1}
	if by := guard.ActorOf(ctx).StaffID; by != 0 {
		of.StaffID = &by
	}
	if err := d.into(ctx, of, to); err != nil {
		return 0, err
	}
	err = m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if of.ID, err = tx.NextID(ctx, "mailings"); err != nil {
			return err
		}
		if err := insert(ctx, tx, of); err != nil {
			return err
		}
		return audit(ctx, tx, "mailing.created", of, map[string]any{"to": to})
	})
	return of.ID, err
}

// Change sets a mailing up anew. Faults: as of check; not found, stale, forbidden.
func (m *Mailings) Change(ctx context.Context, id, version int64, change func(*Draft)) error {
	was, err := mine(ctx, m.records.Read(), id, version, false)
	if err != nil {
		return err
	}
	d, err := was.draft()
	if err != nil {
		return err
	}
	change(&d)
	to, err := m.check(ctx, &d)
	if err != nil {
		return err
	}
	return m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		of, err := mine(ctx, tx, id, was.Version, false)
		if err != nil {
			return err
		}
		if err := d.into(ctx, of, to); err != nil {
			return err
		}
		if err := update(ctx, tx, of); err != nil {
			return err
		}
		return audit(ctx, tx, "mailing.changed", of, map[string]any{"to": to, "active": of.Active})
	})
}

// Delete takes a mailing away; it can be restored. Faults: not found, stale, forbidden.
func (m *Mailings) Delete(ctx context.Context, id, version int64) error {
	return m.mark(ctx, id, version, true)
}

// Restore brings a mailing back. Faults: not found, forbidden.
func (m *Mailings) Restore(ctx context.Context, id int64) error { return m.mark(ctx, id, 0, false) }

func (m *Mailings) mark(ctx context.Context, id, version int64, deleted bool) error {
	return m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		of, err := mine(ctx, tx, id, version, !deleted)
		if err != nil {
			return err
		}
		act := "mailing.restored"
		if deleted {
			act = "mailing.deleted"
		}
		if err := markDeleted(ctx, tx, of, deleted); err != nil {
			return err
		}
		return audit(ctx, tx, act, of, nil)
	})
}

// Stop ends a mailing for who asks, one of its recipients, and with on false takes that back. Faults: not found.
func (m *Mailings) Stop(ctx context.Context, id int64, on bool) error {
	me := guard.ActorOf(ctx).StaffID
	return m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		of, err := byID(ctx, tx, id, false)
		if err != nil || !slices.Contains(mails.Of(of.Recipients), me) || me == 0 {
			return orNotFound(err, id)
		}
		act := "mailing.stopped"
		if !on {
			act = "mailing.resumed"
		}
		if err := stop(ctx, tx, id, me, on); err != nil {
			return err
		}
		return audit(ctx, tx, act, of, nil)
	})
}

func orNotFound(err error, id int64) error {
	if err != nil {
		return err
	}
	return fault.NotFound("mailing", id)
}

// draft reads what was saved.
func (of *Mailing) draft() (Draft, error) {
	d := Draft{Name: of.Name, Subject: of.Subject, Format: of.Format, Active: of.Active}
	for _, id := range mails.Of(of.Recipients) {
		d.Recipients = append(d.Recipients, itoa(id))
	}
	return d, json.Unmarshal([]byte(of.Repeat), &d.Repeat)
}

// changeable reports whether who asks may change the mailing: who set it up, and who governs access.
func (of *Mailing) changeable(ctx context.Context) bool {
	a := guard.ActorOf(ctx)
	return of.StaffID != nil && *of.StaffID == a.StaffID || of.StaffID == nil && a.StaffID == 0 || a.Can("access.write")
}

// seenBy reports whether who asks may know of the mailing: its recipients too.
func (of *Mailing) seenBy(ctx context.Context) bool {
	me := guard.ActorOf(ctx).StaffID
	return of.changeable(ctx) || me != 0 && slices.Contains(mails.Of(of.Recipients), me)
}
