package customer

import (
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/dial"
	secret "guanxi/base/keys"
	"guanxi/base/mail"
	"guanxi/base/mail/mailtest"
	"guanxi/base/workspace"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// An e-mail address that a customer gives on her page counts once somebody there has opened the link of a mail, which goes
// through a real mail server, within limits, and says nothing of anybody.
func TestAddressesAreConfirmedBeforeTheyCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.keys = newKeys(t)
		s.store.PublishedAt("https://crm.example/")
		server := mailtest.Open(t, "starttls")
		office := mails.New(d, nil, "https://crm.example", &dial.Dialer{})
		office.Trust(server.Roots)
		s.store.ReportBy(office)
		ctx := workspace.With(secret.With(clock.With(guard.System(context.Background()), s.clock), s.keys), workspace.Default())
		id := s.add(fields{"name": "林婉清", "phone": "13912345521", "email": "old@lin.example"})
		page := s.call(200, "POST", "/customers/"+id+"/preference-link", fields{})["link"].(string)
		say := func(page string, form url.Values, headers ...string) string {
			s.Helper()
			status, text, _ := s.visit("POST", page+"/details", form, headers...)
			if status != 303 {
				s.Fatalf("%d: %s", status, text)
			}
			status, text, _ = s.visit("GET", page, nil, headers...)
			if status != 200 {
				s.Fatalf("%d: %s", status, text)
			}
			return text
		}
		send := func() {
			s.Helper()
			if err := office.SendDue(ctx); err != nil {
				s.Fatal(err)
			}
		}
		waiting := func() fields {
			s.Helper()
			items := s.call(200, "GET", "/corrections?customer="+id, nil)["items"].([]any)
			if len(items) != 1 {
				s.Fatalf("%d corrections wait: %v", len(items), items)
			}
			return items[0].(fields)
		}
		link := regexp.MustCompile(`https://crm\.example(/p/confirm/[A-Za-z0-9_-]+)\?lang=(zh-CN|en-US)`)
		newest := func() string {
			s.Helper()
			all := server.Received()
			if len(all) == 0 {
				s.Fatal("no mail")
			}
			text := plainPart(s.T, all[len(all)-1].Data)
			found := link.FindStringSubmatch(text)
			if found == nil {
				s.Fatalf("no link in %s", text)
			}
			return found[1]
		}
		part := func(name string, fn func()) { t.Run(name, func(t *testing.T) { s.T = t; fn() }) }

		part("while no mail server is named it waits for staff alone", func() {
			say(page, url.Values{"email": {"first@lin.example"}})
			s.has(waiting(), fields{"confirmation": "none"})
			s.is(0, "select count(*) from mails")
		})
		password := mailtest.Password
		if err := office.SetSettings(ctx, mails.Settings{Host: "127.0.0.1", Port: server.Port, Security: mail.StartTLS, Login: mailtest.Login, From: "crm@shop.example"}, &password); err != nil {
			t.Fatal(err)
		}
		part("where one is, a mail goes there, and the journal does not tell to whom", func() {
			say(page, url.Values{"email": {"New@Lin.example"}}, "Accept-Language", "en")
			one := waiting()
			s.has(one, fields{"confirmation": "waiting"})
			s.is(1, "select count(*) from mails where customer_id = ? and recipient <> '' and recipient not like '%lin%' and body not like '%confirm%'", id)
			s.call(409, "POST", "/corrections/"+one["id"].(string)+"/accept", nil)
			send()
			got := server.Received()
			if len(got) != 1 || got[0].To != "new@lin.example" || !strings.Contains(plainPart(s.T, got[0].Data), "Confirm your e-mail address") {
				s.Fatalf("%+v", got)
			}
			for _, personal := range []string{"林婉清", "old@lin", "13912345521", page} {
				if strings.Contains(plainPart(s.T, got[0].Data), personal) {
					s.Errorf("the mail tells %s", personal)
				}
			}
			s.is(1, "select count(*) from mails where state = 'sent' and recipient = '' and body = '' and html = ''")
		})
		part("opening the link changes nothing, pressing its button does, twice is once, and staff still decide", func() {
			at := newest()
			status, text, header := s.visit("GET", at+"?lang=en-US", nil)
			if status != 200 || !strings.Contains(text, "<button") || strings.Contains(text, "<script") || strings.Contains(text, "lin.example") || header.Get("Cache-Control") != "no-store" {
				s.Errorf("%d %s", status, text)
			}
			s.has(waiting(), fields{"confirmation": "waiting"})
			for range 2 {
				if status, text, _ := s.visit("POST", at, url.Values{"lang": {"zh-CN"}}); status != 200 || !strings.Contains(text, "邮箱已确认") {
					s.Errorf("%d %s", status, text)
				}
			}
			s.is(1, "select count(*) from audit_entries where action = 'customer.correction_confirmed'")
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"email": "o****@lin.example"})
			one := waiting()
			s.has(one, fields{"confirmation": "confirmed"})
			s.call(204, "POST", "/corrections/"+one["id"].(string)+"/accept", nil)
			s.is(1, "select count(*) from contact_points where value = 'new@lin.example' and verified")
			if status, _, _ := s.visit("GET", at, nil); status != 404 {
				s.Errorf("the link of what was decided answers %d", status)
			}
		})
		part("a link that is wrong, overtaken or too old answers as one that never was", func() {
			s.clock.Advance(25 * time.Hour)
			say(page, url.Values{"email": {"a@lin.example"}})
			send()
			overtaken := newest()
			say(page, url.Values{"email": {"b@lin.example"}})
			send()
			old := newest()
			_, never, _ := s.visit("GET", "/p/confirm/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", nil)
			check := func(link string) {
				for _, method := range []string{"GET", "POST"} {
					if status, text, _ := s.visit(method, link, nil); status != 404 || text != never {
						s.Errorf("%s %d %s", method, status, text)
					}
				}
			}
			check(overtaken)
			s.clock.Advance(49 * time.Hour)
			check(old)
			one := waiting()
			s.has(one, fields{"confirmation": "expired"})
			s.call(409, "POST", "/corrections/"+one["id"].(string)+"/accept", nil)
			s.call(204, "POST", "/corrections/"+one["id"].(string)+"/refuse", nil)
		})
		part("the page says the same whether an address is hers, somebody else's or nobody's", func() {
			s.add(fields{"name": "Other", "email": "taken@else.example"})
			var pages []string
			for _, address := range []string{"new@lin.example", "taken@else.example", "nobody@lin.example"} {
				s.clock.Advance(25 * time.Hour)
				pages = append(pages, say(page, url.Values{"email": {address}}))
			}
			if pages[0] != pages[1] || pages[1] != pages[2] {
				s.Errorf("told apart:\n%s\n%s\n%s", pages[0], pages[1], pages[2])
			}
		})
		part("never more than so many for a page, or to an address, whatever is asked for; and none to one that was stopped", func() {
			s.clock.Advance(25 * time.Hour)
			before := s.one("select count(*) from mails")
			for n := range 6 {
				say(page, url.Values{"email": {string(rune('c'+n)) + "@spam.example"}})
			}
			s.is(before+confirmsOfPageAnHour, "select count(*) from mails")
			s.has(waiting(), fields{"confirmation": "waiting"}) // the page says nothing else
			s.clock.Advance(25 * time.Hour)
			before = s.one("select count(*) from mails")
			for n := range 4 {
				other := s.add(fields{"name": "Page " + string(rune('A'+n))})
				say(s.call(200, "POST", "/customers/"+other+"/preference-link", fields{})["link"].(string), url.Values{"email": {"victim@else.example"}})
			}
			s.is(before+confirmsToAddressAnHour, "select count(*) from mails")
			s.clock.Advance(25 * time.Hour)
			before = s.one("select count(*) from mails")
			shut := s.add(fields{"name": "Shut", "email": "shut@else.example"})
			s.call(200, "POST", "/customers/"+shut+"/contact-points/"+itemNumber(s.one("select id from contact_points where value = 'shut@else.example'"))+"/stop", fields{"channels": []string{"email"}, "reason": "complaint"})
			say(page, url.Values{"email": {"shut@else.example"}})
			s.is(before, "select count(*) from mails")
		})
		part("while sending is held nothing goes", func() {
			s.clock.Advance(25 * time.Hour)
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return workspace.HoldSending(ctx, tx, workspace.Hold{})
			}); err != nil {
				s.Fatal(err)
			}
			tried := len(server.Received())
			say(page, url.Values{"email": {"held@lin.example"}})
			send()
			if len(server.Received()) != tried {
				s.Error("a mail went out")
			}
		})
		part("where the workspace does not want it, it waits for staff as before", func() {
			s.call(200, "PUT", "/privacy", fields{"responsible": nil, "due_days": 15, "link_days": 400, "corrections": "staff", "contact": "", "confirm_email": false})
			say(page, url.Values{"email": {"plain@lin.example"}})
			s.has(waiting(), fields{"confirmation": "none"})
		})
	})
}

// plainPart gives the words of a mail and its subject.
func plainPart(t *testing.T, data string) string {
	t.Helper()
	message, err := netmail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	_, with, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	part, err := multipart.NewReader(message.Body, with["boundary"]).NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	var body io.Reader = part
	switch part.Header.Get("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, part)
	case "quoted-printable":
		body = quotedprintable.NewReader(part)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return subject + "\n" + string(text)
}
