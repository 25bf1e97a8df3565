package mail_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"guanxi/base/dial"
	"guanxi/base/fault"
	"guanxi/base/mail"
	"guanxi/base/mail/mailtest"
)

func message() mail.Message {
	return mail.Message{ID: "m1", To: "ann@shop.example", Subject: "导入完成：新增 12", Text: "正文 text", HTML: "<p>正文</p>", At: time.Unix(1700000000, 0)}
}

func serverOf(s *mailtest.Server, security mail.Security) mail.Server {
	return mail.Server{Host: "127.0.0.1", Port: s.Port, Security: security, From: "crm@shop.example", FromName: "关系, Inc.", Roots: s.Roots}
}

func TestSend(t *testing.T) {
	broken := func(step string) mailtest.Behaviour {
		return mailtest.Behaviour{Before: func(at string) bool { return at == step }}
	}
	signed := func(s mail.Server) mail.Server { s.Login, s.Password = mailtest.Login, mailtest.Password; return s }
	for _, row := range []struct {
		name      string
		offers    string // what the server offers
		security  mail.Security
		behave    mailtest.Behaviour
		with      func(mail.Server) mail.Server
		code      string // "" = accepted
		answer    string // in what the server said
		temporary bool
		inDoubt   bool
		taken     int // messages the server has afterwards
	}{
		{name: "taken", offers: "none", security: mail.Open, taken: 1},
		{name: "STARTTLS, signed in", offers: "starttls", security: mail.StartTLS, behave: mailtest.Behaviour{NeedLogin: true}, with: signed, taken: 1},
		{name: "TLS from the first byte, signed in", offers: "tls", security: mail.TLS, behave: mailtest.Behaviour{NeedLogin: true}, with: signed, taken: 1},
		{name: "STARTTLS not offered: nothing is sent in the open", offers: "none", security: mail.StartTLS, code: "mail_tls_failed", temporary: true},
		{name: "a certificate nobody vouches for", offers: "starttls", security: mail.StartTLS,
			with: func(s mail.Server) mail.Server { s.Roots = nil; return s }, code: "mail_tls_failed", temporary: true},
		{name: "a certificate of another name", offers: "tls", security: mail.TLS,
			with: func(s mail.Server) mail.Server { s.Host = "localhost"; return s }, code: "mail_tls_failed", temporary: true},
		{name: "wrong password", offers: "starttls", security: mail.StartTLS,
			with: func(s mail.Server) mail.Server { s.Login, s.Password = mailtest.Login, "wrong"; return s }, code: "mail_sign_in_refused", answer: "535"},
		{name: "not signed in where one must", offers: "starttls", security: mail.StartTLS, behave: mailtest.Behaviour{NeedLogin: true}, code: "mail_sender_refused", answer: "502"},
		{name: "recipient refused for good", offers: "none", security: mail.Open,
			behave: mailtest.Behaviour{Rcpt: &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody of that name"}}, code: "mail_recipient_refused", answer: "nobody of that name"},
		{name: "recipient refused for now", offers: "none", security: mail.Open,
			behave: mailtest.Behaviour{Rcpt: &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "later"}}, code: "mail_recipient_refused", answer: "later", temporary: true},
		{name: "refused at the end of the message", offers: "none", security: mail.Open,
			behave: mailtest.Behaviour{Data: &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "spam"}}, code: "mail_refused", answer: "spam"},
		{name: "broken off at the sender", offers: "none", security: mail.Open, behave: broken("mail"), code: "mail_broken_off", temporary: true},
		{name: "broken off at the recipient", offers: "none", security: mail.Open, behave: broken("rcpt"), code: "mail_broken_off", temporary: true},
		{name: "broken off when the message is through: nobody knows", offers: "none", security: mail.Open,
			behave: mailtest.Behaviour{Break: func(c *smtp.Conn) { _ = c.Conn().Close() }}, code: "mail_in_doubt", inDoubt: true, taken: 1},
		{name: "nobody listens", offers: "none", security: mail.Open,
			with: func(s mail.Server) mail.Server { s.Port = 1; return s }, code: "mail_unreachable", answer: "refused", temporary: true},
		{name: "an address that is nobody's business", offers: "none", security: mail.Open,
			with: func(s mail.Server) mail.Server { s.Dialer = &dial.Dialer{}; return s }, code: "address_private"},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := mailtest.Open(t, row.offers)
			server.Behave(row.behave)
			s := serverOf(server, row.security)
			if row.with != nil {
				s = row.with(s)
			}
			err := s.Send(t.Context(), message())
			var failed *mail.Error
			switch {
			case row.code == "" && err != nil:
				t.Fatal(err)
			case row.code != "" && (!errors.As(err, &failed) || failed.Code != row.code || failed.Temporary != row.temporary || failed.InDoubt != row.inDoubt || !strings.Contains(failed.Answer, row.answer)):
				t.Fatalf("%#v", err)
			}
			if failed != nil && strings.Contains(failed.Answer+failed.Error(), mailtest.Password) {
				t.Error("the password is told")
			}
			received := server.Received()
			if len(received) != row.taken {
				t.Fatalf("%d messages were taken", len(received))
			}
			if row.taken == 1 && (received[0].Secured != (row.security != mail.Open) || received[0].To != "ann@shop.example") {
				t.Errorf("%+v", received[0])
			}
		})
	}
}

func TestWhatIsSent(t *testing.T) {
	server := mailtest.Open(t, "none")
	if err := serverOf(server, mail.Open).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	read, err := netmail.ReadMessage(strings.NewReader(server.Received()[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	decode := new(mime.WordDecoder)
	subject, _ := decode.DecodeHeader(read.Header.Get("Subject"))
	from, err := (&netmail.AddressParser{WordDecoder: decode}).Parse(read.Header.Get("From"))
	if err != nil || subject != message().Subject || from.Name != "关系, Inc." || from.Address != "crm@shop.example" {
		t.Errorf("%q %v %v", subject, from, err)
	}
	if id := read.Header.Get("Message-ID"); id != "<m1@shop.example>" {
		t.Error(id)
	}
	if at, err := read.Header.Date(); err != nil || at.Unix() != 1700000000 || read.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Error(at, err)
	}
	_, params, _ := mime.ParseMediaType(read.Header.Get("Content-Type"))
	parts := multipart.NewReader(read.Body, params["boundary"])
	for _, want := range []string{"正文 text", "<p>正文</p>"} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(quotedprintable.NewReader(part))
		if strings.TrimSpace(string(text)) != want {
			t.Errorf("%q", text)
		}
	}
}

// What would write a header of its own is refused before anybody is dialled.
func TestLineBreaks(t *testing.T) {
	server := mailtest.Open(t, "none")
	for _, row := range []struct {
		name string
		with func(*mail.Server, *mail.Message)
	}{
		{"subject", func(_ *mail.Server, m *mail.Message) { m.Subject = "hi\r\nBcc: all@shop.example" }},
		{"recipient", func(_ *mail.Server, m *mail.Message) { m.To = "ann@shop.example\r\nRCPT TO:<eve@shop.example>" }},
		{"recipient with a name", func(_ *mail.Server, m *mail.Message) { m.To = "Ann <ann@shop.example>" }},
		{"two recipients", func(_ *mail.Server, m *mail.Message) { m.To = "ann@shop.example,eve@shop.example" }},
		{"sender", func(s *mail.Server, _ *mail.Message) { s.From = "crm@shop.example\nX: y" }},
		{"sender's name", func(s *mail.Server, _ *mail.Message) { s.FromName = "a\r\nBcc: all@shop.example" }},
	} {
		s, m := serverOf(server, mail.Open), message()
		row.with(&s, &m)
		if err := s.Send(context.Background(), m); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if server.Tried() != 0 {
		t.Error("something was sent")
	}
}
