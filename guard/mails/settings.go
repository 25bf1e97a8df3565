package mails

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/base/mail"
	"guanxi/base/workspace"
	"guanxi/guard"
)

const purpose = "mail" // of the key that the password is sealed with

// Settings are the mail server as people enter it.
type Settings struct {
	Host     string        `json:"host" maxLength:"253" doc:"empty: no mail is sent"`
	Port     int           `json:"port" minimum:"0" maximum:"65535" doc:"0: the usual one, 465 for tls, 587 for starttls, 25 for none"`
	Security mail.Security `json:"security" enum:"starttls,tls,none" doc:"starttls is insisted on; none only without signing in, or on the machine itself"`
	Login    string        `json:"login" maxLength:"200" doc:"empty: without signing in"`
	From     string        `json:"from" maxLength:"254" doc:"address that mails come from"`
	FromName string        `json:"from_name" maxLength:"100"`
}

// kept is how the settings are stored: the password sealed for this host and login.
type kept struct {
	Settings
	Sealed string `json:"sealed"`
}

func (k kept) ready() bool { return k.Host != "" }

// about binds the password to where it may be sent.
func (k kept) about() string { return k.Host + "\n" + strconv.Itoa(k.Port) + "\n" + k.Login }

func readSettings(ctx context.Context, from bun.IDB) (k kept, err error) {
	known, err := db.Setting(ctx, from, guard.MailServerKey, &k)
	if !known {
		k.Security = mail.StartTLS
	}
	return k, err
}

// check puts s in order. Fault: invalid.
func (s *Settings) check() error {
	s.Host, s.Login, s.From, s.FromName = strings.TrimSpace(s.Host), strings.TrimSpace(s.Login), strings.TrimSpace(s.From), strings.TrimSpace(s.FromName)
	if s.Host == "" {
		return nil
	}
	if strings.ContainsAny(s.Host, " /@\r\n\x00") || strings.Contains(s.Host, ":") && net.ParseIP(s.Host) == nil {
		return fault.Invalid("host", "host_invalid")
	}
	switch s.Security {
	case mail.TLS, mail.StartTLS:
	case mail.Open:
		if ip := net.ParseIP(s.Host); s.Login != "" && s.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return fault.Invalid("security", "login_needs_tls")
		}
	default:
		return fault.Invalid("security", "not_one_of", "starttls, tls, none")
	}
	if s.Port == 0 {
		s.Port = map[mail.Security]int{mail.TLS: 465, mail.StartTLS: 587, mail.Open: 25}[s.Security]
	}
	if strings.ContainsAny(s.Login, "\r\n\x00") {
		return fault.Invalid("login", "line_break")
	}
	if strings.ContainsAny(s.FromName, "\r\n\x00") {
		return fault.Invalid("from_name", "line_break")
	}
	return mail.CheckAddress("from", s.From)
}

// SetSettings stores the mail server. password nil keeps the one there is, unless it would go elsewhere than it was given
// for. Faults: invalid; unavailable, where no keys are known.
func (m *Mails) SetSettings(ctx context.Context, s Settings, password *string) error {
	if err := s.check(); err != nil {
		return err
	}
	if password != nil && strings.ContainsAny(*password, "\r\n\x00") {
		return fault.Invalid("password", "line_break")
	}
	before, err := readSettings(ctx, m.records.Read())
	if err != nil {
		return err
	}
	after := kept{Settings: s}
	switch {
	case s.Login == "":
	case password != nil:
		if after.Sealed, err = keys.Seal(ctx, purpose, *password, after.about()); err != nil {
			return err
		}
	case before.about() == after.about():
		after.Sealed = before.Sealed
	}
	if s.Login != "" && after.Sealed == "" {
		return fault.Invalid("password", "required")
	}
	return m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, guard.MailServerKey, after); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "mail_server.changed", "workspace", "", map[string]any{"server": s, "password": password != nil})
	})
}

// server gives the server as the settings say. Fault: unavailable, when the password cannot be opened.
func (m *Mails) server(ctx context.Context, k kept) (mail.Server, error) {
	password, err := keys.Unseal(ctx, purpose, k.Sealed, k.about())
	return mail.Server{Host: k.Host, Port: k.Port, Security: k.Security, Login: k.Login, Password: password, From: k.From, FromName: k.FromName,
		Dialer: m.dialer, Roots: m.roots}, err
}

// Tested is what became of a test mail.
type Tested struct {
	OK     bool   `json:"ok"`
	To     string `json:"to"`
	Code   string `json:"code,omitempty"`
	Answer string `json:"answer,omitempty" doc:"what the server said"`
}

// Test writes to whoever asks, as the settings say. Faults: conflict, while sending is held, no server is named or who asks
// is nobody one could write to.
func (m *Mails) Test(ctx context.Context) (t Tested, err error) {
	if held, err := workspace.Held(ctx, m.records.Read()); err != nil || held != nil {
		return t, orElse(err, fault.Conflict("sending_held"))
	}
	settings, err := readSettings(ctx, m.records.Read())
	if err != nil || !settings.ready() {
		return t, orElse(err, fault.Conflict("mail_not_set_up"))
	}
	var people []struct {
		Email    string `bun:"email"`
		Language string `bun:"language"`
	}
	if err := m.records.Read().NewRaw("select email, language from staff where id = ? and active", guard.ActorOf(ctx).StaffID).Scan(ctx, &people); err != nil || len(people) == 0 {
		return t, orElse(err, fault.Conflict("not_a_person"))
	}
	w, language := workspace.Of(ctx), people[0].Language
	if language == "" {
		language = w.Language
	}
	r := testReports["en-US"]
	if language == "zh-CN" {
		r = testReports["zh-CN"]
	}
	text, html, err := r.write(language, w.Name, m.publicURL)
	if err != nil {
		return t, err
	}
	server, err := m.server(ctx, settings)
	if err != nil {
		return t, err
	}
	now := clock.Now(ctx)
	t.To = people[0].Email
	result := server.Send(ctx, mail.Message{ID: "guanxi-test-" + strconv.FormatInt(now.UnixNano(), 36), To: t.To, Subject: r.Subject, Text: text, HTML: html, At: now})
	var failed *mail.Error
	switch {
	case result == nil:
		t.OK = true
	case errors.As(result, &failed):
		t.Code, t.Answer = failed.Code, failed.Answer
	default:
		return t, result
	}
	return t, m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return guard.Audit(ctx, tx, "mail_server.tested", "workspace", "", t)
	})
}

var testReports = map[string]Report{
	"zh-CN": {Subject: "Guanxi 关系：测试邮件", Title: "邮件设置可用", Note: "收到这封邮件，说明结果通知可以送达。", Path: "/settings/mail", Button: "打开邮件设置"},
	"en-US": {Subject: "Guanxi: test mail", Title: "Mail works", Note: "This mail shows that results can reach you.", Path: "/settings/mail", Button: "Open mail settings"},
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func auditMail(ctx context.Context, tx *db.Tx, action string, id int64, summary map[string]any) error {
	return guard.Audit(ctx, tx, action, "mail", strconv.FormatInt(id, 10), summary)
}
