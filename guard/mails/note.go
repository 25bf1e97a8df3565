package mails

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/keys"
	"guanxi/base/workspace"
)

// Note is one mail to a customer about something that was just done on a page of hers. Address and words lie sealed in the
// journal, and are gone from it as soon as the mail is sent or given up; Mark, a keyed hash of the address, stays for
// counting.
type Note struct {
	Once     string
	Customer int64
	Address  string
	Mark     string
	Language string
	Report   Report
}

// Ready says that mails to customers can be sent: a server is named, the program's own address is known, and so are the
// keys. Whether sending is held is asked when a mail goes out.
func (m *Mails) Ready(ctx context.Context, from bun.IDB) (bool, error) {
	if m == nil || m.publicURL == "" || keys.Of(ctx) == nil {
		return false, nil
	}
	k, err := readSettings(ctx, from)
	return err == nil && k.ready(), err
}

// PlanNote stores a note inside the change it belongs to.
func (m *Mails) PlanNote(ctx context.Context, tx *db.Tx, n Note) error {
	text, html, err := n.Report.write(n.Language, workspace.Of(ctx).Name, m.publicURL)
	if err != nil {
		return err
	}
	sealed := [3]string{n.Address, text, html}
	for i, plain := range sealed {
		if sealed[i], err = keys.Seal(ctx, purpose, plain, n.Once); err != nil {
			return err
		}
	}
	id, err := tx.NextID(ctx, "mails")
	if err != nil {
		return err
	}
	now := clock.Millis(ctx)
	stored, err := tx.Do(ctx, `
insert into mails (id, once, staff_id, customer_id, recipient, mark, subject, body, html, state, next_at, created_at) values (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (once) do nothing`, id, n.Once, n.Customer, sealed[0], n.Mark, n.Report.Subject, sealed[1], sealed[2], Planned, now, now)
	if err == nil && stored > 0 && m.jobs != nil {
		err = m.jobs.Insert(ctx, tx, sendArgs{id})
	}
	return err
}

// NotesSince counts the notes planned since an instant: about a customer, to an address, and in all.
func NotesSince(ctx context.Context, from bun.IDB, since, customer int64, mark string) (hers, there, all int, err error) {
	err = from.NewRaw(`
select count(case when customer_id = ? then 1 end), count(case when mark = ? then 1 end), count(*)
from mails
where created_at >= ? and customer_id is not null`, customer, mark, since).Scan(ctx, &hers, &there, &all)
	return hers, there, all, err
}

// open gives a note its address and words back.
func (s *stored) open(ctx context.Context) error {
	if s.StaffID != 0 {
		return nil
	}
	for _, text := range []*string{&s.Recipient, &s.Body, &s.HTML} {
		plain, err := keys.Unseal(ctx, purpose, *text, s.Once)
		if err != nil {
			return err
		}
		*text = plain
	}
	s.Email = s.Recipient
	return nil
}

// forgetNotes takes addresses and words of notes out of the journal that will not be sent any more.
func forgetNotes(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Do(ctx, "update mails set recipient = '', body = '', html = '' where customer_id is not null and recipient <> '' and state not in (?, ?)", Planned, InFlight)
	return err
}
