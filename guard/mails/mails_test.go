package mails

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/dial"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/base/mail"
	"guanxi/base/mail/mailtest"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// office is a company with a mail server and two people.
type office struct {
	*testing.T
	*Mails
	ctx    context.Context
	clock  *clock.Fake
	server *mailtest.Server
	d      *db.DB
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	k, err := keys.OpenOrCreate(filepath.Join(t.TempDir(), keys.FileName))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{T: t, d: d, clock: clock.NewFake(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)), server: mailtest.Open(t, "starttls")}
	o.ctx = keys.With(clock.With(guard.With(context.Background(), guard.Actor{StaffID: 1, Role: "admin"}), o.clock), k)
	o.ctx = workspace.With(o.ctx, workspace.Default())
	o.Mails = New(d, nil, "https://crm.shop.example", &dial.Dialer{})
	o.Trust(o.server.Roots)
	o.exec("insert into staff (id, email, name, role, language, password_hash, created_at, updated_at) values (1, 'ann@shop.example', 'Ann', 'admin', 'en-US', '', 1, 1), (2, 'wang@shop.example', '王芳', 'operator', '', '', 1, 1)")
	o.set(nil)
	return o
}

func (o *office) exec(text string, args ...any) {
	o.Helper()
	if err := o.d.Write(o.ctx, func(ctx context.Context, tx *db.Tx) error { _, err := tx.Do(ctx, text, args...); return err }); err != nil {
		o.Fatal(err)
	}
}

func (o *office) settings() Settings {
	return Settings{Host: "127.0.0.1", Port: o.server.Port, Security: mail.StartTLS, Login: mailtest.Login, From: "crm@shop.example"}
}

func (o *office) set(with func(*Settings)) {
	o.Helper()
	s, password := o.settings(), mailtest.Password
	if with != nil {
		with(&s)
	}
	if err := o.SetSettings(o.ctx, s, &password); err != nil {
		o.Fatal(err)
	}
}

func letter(once string, to ...int64) Letter {
	return Letter{Once: once, To: to, Say: func(_ context.Context, language string) Report {
		return Report{Subject: language + " " + once, Title: "<b>done</b>", Lines: []Line{{"Rows", "1,234"}}, Path: "/imports/7", Button: "Open"}
	}}
}

func (o *office) plan(l Letter) {
	o.Helper()
	if err := o.d.Write(o.ctx, func(ctx context.Context, tx *db.Tx) error { return o.Plan(ctx, tx, l) }); err != nil {
		o.Fatal(err)
	}
}

func (o *office) send() {
	o.Helper()
	if err := o.SendDue(o.ctx); err != nil {
		o.Fatal(err)
	}
}

// states gives the journal, one "once state code" a line.
func (o *office) states() string {
	o.Helper()
	var rows []stored
	if err := o.d.Read().NewRaw("select once, state, attempts, error_code from mails order by id").Scan(o.ctx, &rows); err != nil {
		o.Fatal(err)
	}
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%s %s %d %s\n", r.Once, r.State, r.Attempts, r.ErrorCode)
	}
	return b.String()
}

func (o *office) want(states string, taken int) {
	o.Helper()
	if got := o.states(); got != states {
		o.Errorf("the journal says\n%s, want\n%s", got, states)
	}
	if got := len(o.server.Received()); got != taken {
		o.Errorf("%d mails arrived, want %d", got, taken)
	}
}

func TestMails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)

		t.Run("each is told once, in their own language, with a link and nothing unescaped", func(t *testing.T) {
			o.T = t
			o.plan(letter("a", 1, 2))
			o.plan(letter("a", 1, 2))
			o.send()
			o.send()
			o.want("a:1 sent 1 \na:2 sent 1 \n", 2)
			first, second := o.server.Received()[0], o.server.Received()[1]
			if first.To != "ann@shop.example" || second.To != "wang@shop.example" || !first.Secured || first.Login != mailtest.Login {
				t.Errorf("%+v", first)
			}
			for _, part := range []string{"Subject: en-US a", "https://crm.shop.example/imports/7", "&lt;b&gt;done", "Rows: 1,234"} {
				if !strings.Contains(strings.ReplaceAll(first.Data, "=\r\n", ""), part) {
					t.Errorf("%q is missing in\n%s", part, first.Data)
				}
			}
			if !strings.Contains(second.Data, "Subject: zh-CN a") {
				t.Error(second.Data)
			}
			o.exec("delete from mails")
		})

		t.Run("held, nothing is sent; released, it goes", func(t *testing.T) {
			o.T = t
			before := len(o.server.Received())
			hold := func(on bool) {
				if err := d.Write(o.ctx, func(ctx context.Context, tx *db.Tx) error {
					if on {
						return workspace.HoldSending(ctx, tx, workspace.Hold{Since: o.clock.Now(), Reason: workspace.HoldPerson})
					}
					return workspace.ReleaseSending(ctx, tx)
				}); err != nil {
					t.Fatal(err)
				}
			}
			hold(true)
			o.plan(letter("h", 1))
			o.send()
			o.want("h:1 planned 0 \n", before)
			if _, err := o.Test(o.ctx); !fault.Is(err, fault.KindConflict) {
				t.Error("a test mail went out while held", err)
			}
			hold(false)
			o.send()
			o.want("h:1 sent 1 \n", before+1)
			o.exec("delete from mails")
		})

		t.Run("refused for now: tried again after a while, and given up in the end", func(t *testing.T) {
			o.T = t
			before := len(o.server.Received())
			o.server.Behave(mailtest.Behaviour{Rcpt: &smtp.SMTPError{Code: 451, Message: "later"}})
			o.plan(letter("r", 1))
			o.send()
			o.send() // not yet due again
			o.want("r:1 planned 1 mail_recipient_refused\n", before)
			for _, pause := range pauses {
				o.clock.Advance(pause)
				o.send()
			}
			o.want("r:1 failed 6 mail_recipient_refused\n", before)
			o.server.Behave(mailtest.Behaviour{})
			o.clock.Advance(time.Hour)
			o.send()
			o.want("r:1 failed 6 mail_recipient_refused\n", before)
			o.exec("delete from mails")
		})

		t.Run("refused for good: one try, and others are sent all the same", func(t *testing.T) {
			o.T = t
			before := len(o.server.Received())
			o.server.Behave(mailtest.Behaviour{Rcpt: &smtp.SMTPError{Code: 550, Message: "nobody"}})
			o.plan(letter("g", 1))
			o.send()
			o.server.Behave(mailtest.Behaviour{})
			o.plan(letter("i", 1))
			o.send()
			o.want("g:1 failed 1 mail_recipient_refused\ni:1 sent 1 \n", before+1)
			o.exec("delete from mails")
		})

		t.Run("an answer that is lost is in doubt, is not repeated, and a person may send again under the same Message-ID", func(t *testing.T) {
			o.T = t
			before := len(o.server.Received())
			o.server.Behave(mailtest.Behaviour{Break: func(c *smtp.Conn) { _ = c.Conn().Close() }})
			o.plan(letter("d", 1))
			o.send()
			o.clock.Advance(24 * time.Hour)
			o.send()
			o.want("d:1 in_doubt 1 mail_in_doubt\n", before+1)
			o.server.Behave(mailtest.Behaviour{})
			var id int64
			if err := d.Read().NewRaw("select id from mails").Scan(o.ctx, &id); err != nil {
				t.Fatal(err)
			}
			if err := o.Again(o.ctx, id); err != nil {
				t.Fatal(err)
			}
			o.send()
			o.want("d:1 sent 1 \n", before+2)
			if err := o.Again(o.ctx, id); !fault.Is(err, fault.KindConflict) {
				t.Error("what was sent was planned again", err)
			}
			messageID := func(r mailtest.Received) string {
				_, rest, _ := strings.Cut(r.Data, "Message-ID: ")
				id, _, _ := strings.Cut(rest, "\r\n")
				return id
			}
			if all := o.server.Received(); messageID(all[before]) == "" || messageID(all[before]) != messageID(all[before+1]) {
				t.Error(messageID(all[before]), messageID(all[before+1]))
			}
			o.exec("delete from mails")
		})

		t.Run("killed in flight: in doubt after a while, never sent twice", func(t *testing.T) {
			o.T = t
			before := len(o.server.Received())
			o.plan(letter("k", 1))
			if claimed, _, err := o.claim(o.ctx); err != nil || claimed == nil {
				t.Fatal(claimed, err)
			}
			o.send()
			o.want("k:1 in_flight 1 \n", before)
			o.clock.Advance(answerWithin + time.Second)
			o.send()
			o.want("k:1 in_doubt 1 mail_in_doubt\n", before)
			o.exec("delete from mails")
		})

		t.Run("ten senders at once send each mail once", func(t *testing.T) {
			o.T = t
			before := len(o.server.Received())
			for n := range 10 {
				o.plan(letter(fmt.Sprint("m", n), 1))
			}
			var wait sync.WaitGroup
			for range 10 {
				wait.Go(func() {
					if err := o.SendDue(o.ctx); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			o.send()
			if got := len(o.server.Received()) - before; got != 10 {
				t.Errorf("%d mails arrived", got)
			}
			o.exec("delete from mails")
		})

		t.Run("news of two days ago is no news, and who has left is not written to", func(t *testing.T) {
			o.T = t
			before := len(o.server.Received())
			o.plan(letter("old", 1))
			o.clock.Advance(freshFor + time.Second)
			o.plan(letter("gone", 2))
			o.exec("update staff set active = ? where id = 2", false)
			o.send()
			o.want("old:1 failed 0 mail_too_old\ngone:2 failed 0 staff_gone\n", before)
			o.plan(letter("left", 2))
			o.want("old:1 failed 0 mail_too_old\ngone:2 failed 0 staff_gone\n", before)
			if _, err := Recipients(o.ctx, d.Read(), "notify", []string{"me", "2"}); !fault.Is(err, fault.KindInvalid) {
				t.Error("somebody who has left was taken", err)
			}
			if to, err := Recipients(o.ctx, d.Read(), "notify", []string{"me", "1"}); err != nil || len(to) != 1 {
				t.Error(to, err)
			}
		})
	})
}

func TestSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for _, row := range []struct {
			name  string
			with  func(*Settings)
			field string
		}{
			{"a password over an open line", func(s *Settings) { s.Host, s.Security = "mail.shop.example", mail.Open }, "security"},
			{"a sender with a line break", func(s *Settings) { s.From = "crm@shop.example\r\nBcc: all" }, "from"},
			{"a sender's name with a line break", func(s *Settings) { s.FromName = "a\nb" }, "from_name"},
			{"a host with a port", func(s *Settings) { s.Host = "mail.shop.example:25" }, "host"},
			{"another host without its password", func(s *Settings) { s.Host = "evil.example" }, "password"},
			{"another login without its password", func(s *Settings) { s.Login = "eve" }, "password"},
		} {
			s := o.settings()
			row.with(&s)
			var f *fault.Error
			if err := o.SetSettings(o.ctx, s, nil); !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Field != row.field {
				t.Errorf("%s: %v", row.name, err)
			}
		}
		same := o.settings()
		same.FromName = "关系"
		if err := o.SetSettings(o.ctx, same, nil); err != nil {
			t.Fatal(err)
		}
		var text string
		if err := d.Read().NewRaw("select value from settings where key = 'mail.server'").Scan(o.ctx, &text); err != nil || strings.Contains(text, mailtest.Password) {
			t.Errorf("the password lies open: %s %v", text, err)
		}
		if tested, err := o.Test(o.ctx); err != nil || !tested.OK || tested.To != "ann@shop.example" {
			t.Errorf("%+v %v", tested, err)
		}
		wrong := "wrong"
		if err := o.SetSettings(o.ctx, same, &wrong); err != nil {
			t.Fatal(err)
		}
		if tested, err := o.Test(o.ctx); err != nil || tested.OK || tested.Code != "mail_sign_in_refused" || !strings.Contains(tested.Answer, "535") {
			t.Errorf("%+v %v", tested, err)
		}
	})
}
