// Package mails writes to staff: how an import or an export ended, which schedule does not work; and to customers what
// something they do on their own pages needs, such as a link that confirms an address. What is to be sent is
// planned in the change that causes it, one row for each person and cause; a row is marked in flight before the server is
// asked, so that nobody is told twice. What a crash or a lost answer leaves open is said to be in doubt and left to a person.
package mails

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/dial"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/base/mail"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// State of a mail.
type State string

// The states. Planned is on its way, also between two tries; in doubt: the server may have it or not.
const (
	Planned  State = "planned"
	InFlight State = "in_flight"
	Sent     State = "sent"
	Failed   State = "failed"
	InDoubt  State = "in_doubt"
)

// Mails is the journal of what is written to staff.
type Mails struct {
	records   *db.DB
	jobs      *job.Registry
	publicURL string
	dialer    *dial.Dialer
	roots     *x509.CertPool // the system's when nil
}

// New gives the journal over records. publicURL stands before links; mail servers are dialled through dialer.
func New(records *db.DB, jobs *job.Registry, publicURL string, dialer *dial.Dialer) *Mails {
	m := &Mails{records: records, jobs: jobs, publicURL: publicURL, dialer: dialer.Inside()}
	if jobs != nil {
		job.Register(jobs, job.Kind[sendArgs]{Run: func(ctx context.Context, _ sendArgs) error { return m.SendDue(ctx) }, Every: 30 * time.Second, Timeout: 10 * time.Minute, MaxAttempts: 1})
	}
	return m
}

// Trust makes the certificates of roots good for mail servers, for tests.
func (m *Mails) Trust(roots *x509.CertPool) { m.roots = roots }

type sendArgs struct {
	Mail int64 `json:"mail,omitempty"` // tells one cause from another
}

// Kind implements job.Args.
func (sendArgs) Kind() string { return "mails.send" }

// Letter is what several people are told of one thing. Once names it; each of To is told once. Say gives the words in one
// language; they must hold nothing personal of customers.
type Letter struct {
	Once string
	To   []int64 // staff
	Say  func(ctx context.Context, language string) Report
}

// Plan stores a letter inside the change it tells of. Who has left is not written to.
func (m *Mails) Plan(ctx context.Context, tx *db.Tx, l Letter) error {
	if len(l.To) == 0 {
		return nil
	}
	var to []struct {
		ID       int64  `bun:"id"`
		Language string `bun:"language"`
	}
	if err := tx.NewRaw("select id, language from staff where id in (?) and active order by id", bun.List(l.To)).Scan(ctx, &to); err != nil {
		return err
	}
	w, now := workspace.Of(ctx), clock.Millis(ctx)
	for _, s := range to {
		if s.Language == "" {
			s.Language = w.Language
		}
		said := l.Say(ctx, s.Language)
		text, html, err := said.write(s.Language, w.Name, m.publicURL)
		if err != nil {
			return err
		}
		id, err := tx.NextID(ctx, "mails")
		if err != nil {
			return err
		}
		file := mail.File{}
		if said.File != nil {
			file = *said.File
		}
		stored, err := tx.Do(ctx, `
insert into mails (id, once, staff_id, subject, body, html, passing, file_name, file_kind, file, state, next_at, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (once) do nothing`, id, l.Once+":"+strconv.FormatInt(s.ID, 10), s.ID, said.Subject, text, html, said.Passing, file.Name, file.Kind,
			base64.StdEncoding.EncodeToString(file.Content), Planned, now, now)
		if err != nil {
			return err
		}
		if stored > 0 && m.jobs != nil {
			if err := m.jobs.Insert(ctx, tx, sendArgs{id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Recipients reads whom somebody wants told: "me" or ids of staff. Fault: invalid.
func Recipients(ctx context.Context, from bun.IDB, field string, names []string) (to []int64, err error) {
	to = []int64{}
	for i, name := range names {
		place := field + "[" + strconv.Itoa(i) + "]"
		id, err := strconv.ParseInt(name, 10, 64)
		if name == "me" {
			if id = guard.ActorOf(ctx).StaffID; id == 0 {
				return nil, fault.Invalid(place, "not_a_person")
			}
		} else if err != nil || id <= 0 {
			return nil, fault.Invalid(place, "staff_unknown", name)
		}
		if !slices.Contains(to, id) {
			to = append(to, id)
		}
	}
	if len(to) == 0 {
		return to, nil
	}
	var active []int64
	if err := from.NewRaw("select id from staff where id in (?) and active", bun.List(to)).Scan(ctx, &active); err != nil {
		return nil, err
	}
	for i, id := range to {
		if !slices.Contains(active, id) {
			return nil, fault.Invalid(field+"["+strconv.Itoa(i)+"]", "staff_unknown", strconv.FormatInt(id, 10))
		}
	}
	return to, nil
}

// Stored gives recipients as records keep them, and Of reads them back.
func Stored(to []int64) string {
	if to == nil {
		to = []int64{}
	}
	text, _ := json.Marshal(to)
	return string(text)
}

// Of reads recipients as records keep them.
func Of(text string) (to []int64) {
	_ = json.Unmarshal([]byte(text), &to) // our own writing
	return to
}
