package customer

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
	"guanxi/guard"
)

func (s *shop) mayReach(want Reach, id, kind, purpose, channel string) {
	s.Helper()
	var customer, point int64
	_, _ = fmt.Sscan(id, &customer)
	if kind != "" {
		point = s.one("select coalesce(max(id), 0) from contact_points where customer_id = ? and kind = ?", customer, kind)
	}
	got, err := MayReach(context.Background(), s.db.Read(), customer, point, purpose, channel)
	if err != nil || got != want {
		s.Errorf("%s by %s: %+v %v, want %+v", purpose, channel, got, err, want)
	}
}

func TestConsentCentre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.keys = newKeys(t)
		id := s.add(lin)
		consents := "/customers/" + id + "/consents"
		agree := func(purpose, channel string, granted bool, more fields) {
			body := fields{"purpose": purpose, "channel": channel, "granted": granted}
			for k, v := range more {
				body[k] = v
			}
			s.clock.Advance(time.Minute)
			s.call(201, "POST", consents, body)
		}

		t.Run("silence is a no where the purpose rests on consent, and is none where it does not", func(t *testing.T) {
			s.T = t
			s.mayReach(Reach{false, ReachSilent}, id, ContactEmail, "marketing", "email")
			s.mayReach(Reach{true, ReachOtherBasis}, id, ContactEmail, "service", "email")
			s.mayReach(Reach{false, ReachNoContact}, id, ContactPhone, "marketing", "email")
			s.mayReach(Reach{false, ReachNoContact}, id, ContactWeChat, "marketing", "wechat")
			s.mayReach(Reach{false, ReachNoPurpose}, id, ContactEmail, "party", "email")
			s.mayReach(Reach{true, ReachOtherBasis}, id, "", "service", "post")
			s.mayReach(Reach{false, ReachGone}, "999", ContactEmail, "service", "email")
		})
		t.Run("the latest word wins, with its proof and who took it", func(t *testing.T) {
			s.T = t
			agree("marketing", "email", true, fields{"proof_kind": "form", "proof": "门店登记表 12"})
			s.mayReach(Reach{true, ReachAgreed}, id, ContactEmail, "marketing", "email")
			agree("marketing", "email", false, fields{"proof_kind": "spoken"})
			s.mayReach(Reach{false, ReachRefused}, id, ContactEmail, "marketing", "email")
			s.has(s.call(200, "GET", consents, nil), fields{"items.0.granted": false, "items.0.staff_id": 1, "items.1.proof": "门店登记表 12", "items.1.proof_kind": "form", "current.0.granted": false, "current.1": nil})
			agree("service", "sms", false, nil)
			s.mayReach(Reach{false, ReachRefused}, id, ContactPhone, "service", "sms")
			s.mayReach(Reach{true, ReachOtherBasis}, id, ContactPhone, "service", "phone")
		})
		t.Run("a word that was said before the last one does not count, however late it is written down", func(t *testing.T) {
			s.T = t
			agree("marketing", "email", true, fields{"happened_at": "2026-03-01T00:00:00Z"})
			s.mayReach(Reach{false, ReachRefused}, id, ContactEmail, "marketing", "email")
		})
		t.Run("refuses a purpose, a channel and a notice that are not there, and writes nothing", func(t *testing.T) {
			s.T = t
			before := s.one("select count(*) from consents")
			for _, body := range []fields{
				{"purpose": "party", "channel": "email", "granted": true}, {"purpose": "marketing", "channel": "fax", "granted": true},
				{"purpose": "marketing", "channel": "email", "granted": true, "notice": 7}, {"purpose": "marketing", "channel": "email", "granted": true, "happened_at": "2027-01-01T00:00:00Z"},
			} {
				s.call(422, "POST", consents, body)
			}
			s.call(422, "POST", consents+"/batch", fields{"items": []fields{{"purpose": "survey", "channel": "sms", "granted": true}, {"purpose": "party", "channel": "sms", "granted": true}}})
			s.is(before, "select count(*) from consents")
		})
		t.Run("a new notice leaves what was agreed to as it was, and one that goes further has her asked again", func(t *testing.T) {
			s.T = t
			publish := func(again bool) {
				s.clock.Advance(time.Minute)
				s.call(201, "POST", "/consent-purposes/survey/notices", fields{"text": fields{"zh-CN": "我们会发问卷", "en-US": "We send surveys"}, "ask_again": again})
			}
			publish(false)
			agree("survey", "email", true, fields{"notice": 1})
			publish(false)
			s.mayReach(Reach{true, ReachAgreed}, id, ContactEmail, "survey", "email")
			publish(true)
			s.mayReach(Reach{false, ReachAskAgain}, id, ContactEmail, "survey", "email")
			s.has(s.call(200, "GET", consents, nil), fields{"items.0.notice": 1, "items.0.granted": true, "items.0.ask_again": true})
			s.has(s.call(200, "GET", "/consent-purposes/survey/notices", nil), fields{"items.0.number": 3, "items.2.number": 1, "items.3": nil})
			agree("survey", "email", true, fields{"text_version": "3"})
			s.mayReach(Reach{true, ReachAgreed}, id, ContactEmail, "survey", "email")
			s.is(3, "select count(*) from consent_notices")
		})
		t.Run("a stop beats every yes, for everybody with that contact point, also who comes in with it later", func(t *testing.T) {
			s.T = t
			agree("marketing", "sms", true, nil)
			s.mayReach(Reach{true, ReachAgreed}, id, ContactPhone, "marketing", "sms")
			point := fmt.Sprint(s.one("select id from contact_points where customer_id = ? and kind = 'phone'", id))
			page := s.call(200, "POST", "/customers/"+id+"/contact-points/"+point+"/stop", fields{"channels": []string{"sms"}, "reason": "complaint"})
			s.has(page, fields{"contact_points.0.stops.0.channel": "sms", "contact_points.0.stops.0.reason": "complaint"})
			s.mayReach(Reach{false, ReachStopped}, id, ContactPhone, "marketing", "sms")
			s.mayReach(Reach{true, ReachOtherBasis}, id, ContactPhone, "service", "phone")
			twin := s.add(fields{"name": "同号", "phone": "13912345521"})
			s.call(201, "POST", "/customers/"+twin+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": true})
			s.mayReach(Reach{false, ReachStopped}, twin, ContactPhone, "marketing", "sms")
			s.is(0, "select count(*) from contact_stops where mark like '%13912345521%'")
			s.as(anna).call(403, "DELETE", "/customers/"+id+"/contact-points/"+point+"/stop", nil)
			s.as(admin).call(204, "DELETE", "/customers/"+id+"/contact-points/"+point+"/stop", nil)
			s.mayReach(Reach{true, ReachAgreed}, twin, ContactPhone, "marketing", "sms")
		})
		t.Run("merged, the last word of both holds, and a no said to both stays with the one parted", func(t *testing.T) {
			s.T = t
			other := s.add(fields{"name": "Lin Wan", "email": "other@163.com"})
			s.clock.Advance(time.Minute)
			s.call(201, "POST", "/customers/"+other+"/consents", fields{"purpose": "survey", "channel": "email", "granted": false})
			s.call(201, "POST", "/customers/"+other+"/requests", fields{"kind": "copy"})
			merge := s.call(200, "POST", "/customers/"+id+"/merge", fields{"other": other})
			s.mayReach(Reach{false, ReachRefused}, id, ContactEmail, "survey", "email")
			s.has(s.call(200, "GET", "/customers/"+id+"/requests", nil), fields{"items.0.kind": "copy"})
			undo := fmt.Sprint(s.one("select max(id) from merges"))
			_ = merge
			s.call(200, "POST", "/merges/"+undo+"/undo", nil)
			s.mayReach(Reach{true, ReachAgreed}, id, ContactEmail, "survey", "email")
			s.has(s.call(200, "GET", "/customers/"+other+"/requests", nil), fields{"items.0.kind": "copy"})
		})
		t.Run("who may not change it may not", func(t *testing.T) {
			s.T = t
			s.as(anna).call(404, "POST", consents, fields{"purpose": "marketing", "channel": "sms", "granted": true})
			s.call(403, "POST", "/consent-purposes/survey/notices", fields{"text": fields{"zh-CN": "x", "en-US": "x"}})
			s.call(403, "GET", "/person-requests", nil)
			s.has(s.call(200, "GET", "/consents", nil), fields{"items.0": nil})
			s.as(admin)
		})
	})
}

func TestConsentImport(t *testing.T) {
	eachWithFiles(t, func(t *testing.T, d *db.DB, dir string) {
		s := newShop(t, d)
		imports, err := collect.New(d, nil, collect.Settings{Dir: dir, Node: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range Kinds(nil, s.store.Fields().Set) {
			imports.Register(k)
		}
		id := s.add(lin)
		ctx := clock.With(guard.System(context.Background()), s.clock)
		bring := func(csv string) collect.Import {
			path := filepath.Join(t.TempDir(), "list.csv")
			if err := os.WriteFile(path, []byte(csv), 0o600); err != nil {
				t.Fatal(err)
			}
			imp, err := imports.ImportFile(ctx, path, collect.NewImport{Kind: "consents"}, nil)
			if err != nil || imp.State != collect.StateDone {
				t.Fatal(imp.State, imp.ErrorCode, imp.ErrorDetail, err)
			}
			return imp
		}
		list := "手机号,用途,渠道,是否同意,授权时间,凭证\n" +
			"139 1234 5521,营销信息,短信,是,2026-03-01 10:00,小程序\n" +
			"139 1234 5521,marketing,邮件,否,2026-03-02 10:00,\n" +
			"139 1234 5521,聚会,短信,是,2026-03-01 10:00,\n" +
			"139 1234 5521,营销信息,传真,是,2026-03-01 10:00,\n" +
			"139 1234 5521,营销信息,短信,是,2027-03-01 10:00,\n" +
			"13000000000,营销信息,短信,是,2026-03-01 10:00,\n"
		imp := bring(list)
		if imp.Created != 2 || imp.Rejected != 4 {
			t.Errorf("created %d, rejected %d", imp.Created, imp.Rejected)
		}
		s.mayReach(Reach{true, ReachAgreed}, id, ContactPhone, "marketing", "sms")
		s.is(1, "select count(*) from consents where proof = '小程序' and proof_kind = 'import' and import_id = ?", imp.ID)
		for code, n := range map[string]int64{"purpose_unknown": 1, "channel_unknown": 1, "date_impossible": 1, "not_found": 1} {
			s.is(n, "select count(*) from import_rejects where code = ?", code)
		}
		if again := bring(list); again.Created != 0 || again.Unchanged != 2 {
			t.Errorf("again: created %d, unchanged %d", again.Created, again.Unchanged)
		}
		// she withdraws; the same old list cannot overrule her
		s.call(201, "POST", "/customers/"+id+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": false})
		bring(strings.Replace(list, "2026-03-01 10:00,小程序", "2026-03-01 11:00,小程序", 1))
		s.mayReach(Reach{false, ReachRefused}, id, ContactPhone, "marketing", "sms")
		if _, err := imports.Undo(ctx, imp.ID); err != nil {
			t.Fatal(err)
		}
		s.is(0, "select count(*) from consents where import_id = ?", imp.ID)
	})
}

// visit asks for a page of a customer's own, as her browser would.
func (s *shop) visit(method, link string, form url.Values, headers ...string) (int, string, http.Header) {
	s.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, s.server.URL+link[strings.Index(link, "/p/"):], body)
	if err != nil {
		s.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), answer.Header
}

func TestPreferencePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.keys = newKeys(t)
		s.store.PublishedAt("https://crm.example/")
		id := s.add(lin)
		link := func(purpose, channel string) fields {
			body := fields{}
			if purpose != "" {
				body["purpose"], body["channel"] = purpose, channel
			}
			return s.call(200, "POST", "/customers/"+id+"/preference-link", body)
		}
		own := link("", "")["link"].(string)
		status := func(want int, method, link string, form url.Values) string {
			s.Helper()
			got, text, _ := s.visit(method, link, form)
			if got != want {
				s.Errorf("%s %s: %d, want %d: %s", method, link, got, want, text)
			}
			return text
		}

		t.Run("it shows masked addresses, in the browser's language, and neither name nor script nor another host", func(t *testing.T) {
			s.T = t
			_, chinese, header := s.visit("GET", own, nil, "Accept-Language", "zh-CN,zh;q=0.9")
			_, english, _ := s.visit("GET", own, nil, "Accept-Language", "en-GB,en;q=0.9")
			if !strings.Contains(chinese, "139****5521") || !strings.Contains(chinese, "营销信息") || !strings.Contains(english, "Marketing") || !strings.Contains(english, `lang="en-US"`) {
				t.Error(chinese, english)
			}
			for _, leak := range []string{"13912345521", "wanqing", "婉清", "南京西路", "<script", "http://", "https://"} {
				if strings.Contains(chinese+english, leak) {
					t.Errorf("the page has %q", leak)
				}
			}
			if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || header.Get("Referrer-Policy") != "no-referrer" || header.Get("Cache-Control") != "no-store" {
				t.Error(header)
			}
		})
		t.Run("looking changes nothing", func(t *testing.T) {
			s.T = t
			status(200, "GET", own, nil)
			status(200, "GET", own+"/unsubscribe", nil)
			status(200, "HEAD", own, nil)
			s.is(0, "select count(*) from consents")
		})
		t.Run("what she ticks is recorded with its proof, and nothing else", func(t *testing.T) {
			s.T = t
			form := url.Values{"asked.marketing.email": {"1"}, "marketing.email": {"yes"}, "asked.marketing.sms": {"1"}, "asked.survey.sms": {"1"}}
			status(303, "POST", own, form)
			s.is(1, "select count(*) from consents")
			s.is(1, "select count(*) from consents where purpose = 'marketing' and channel = 'email' and granted and source = 'preference_page' and proof_kind = 'link' and address = '127.0.0.1' and staff_id is null")
			s.is(1, "select count(*) from audit_entries where action = 'customer.consent_recorded' and actor_role = 'customer'")
			s.mayReach(Reach{true, ReachAgreed}, id, ContactEmail, "marketing", "email")
			status(303, "POST", own, form)
			s.is(1, "select count(*) from consents")
			s.clock.Advance(time.Minute)
			form.Del("marketing.email")
			status(303, "POST", own, form)
			s.mayReach(Reach{false, ReachRefused}, id, ContactEmail, "marketing", "email")
		})
		t.Run("a no she said there is not overruled by a column of a list", func(t *testing.T) {
			s.T = t
			e := &entry{consents: []Consent{{Purpose: "marketing", Channel: "email", Source: saidOnPage}}}
			if e.agree(Consent{Purpose: "marketing", Channel: "email", Granted: true, Source: "list"}) {
				t.Error("it was")
			}
		})
		t.Run("one click withdraws what the message was sent for, by POST alone, and again without harm", func(t *testing.T) {
			s.T = t
			for _, channel := range []string{"email", "sms"} {
				s.call(201, "POST", "/customers/"+id+"/consents", fields{"purpose": "marketing", "channel": channel, "granted": true})
			}
			s.clock.Advance(time.Minute)
			made := link("marketing", "email")
			header := made["list_unsubscribe"].(string)
			if made["list_unsubscribe_post"] != "List-Unsubscribe=One-Click" || !regexp.MustCompile(`^<https://crm\.example/p/[A-Za-z0-9_-]{60,}/unsubscribe>$`).MatchString(header) {
				t.Fatal(made)
			}
			click := strings.Trim(header, "<>")
			status(422, "POST", click, url.Values{})
			s.mayReach(Reach{true, ReachAgreed}, id, ContactEmail, "marketing", "email")
			for range 2 {
				status(200, "POST", click, url.Values{"List-Unsubscribe": {"One-Click"}})
			}
			s.mayReach(Reach{false, ReachRefused}, id, ContactEmail, "marketing", "email")
			s.mayReach(Reach{true, ReachAgreed}, id, ContactPhone, "marketing", "sms")
			s.is(1, "select count(*) from consents where source = 'one_click'")
		})
		t.Run("withdrawing everything leaves what does not rest on consent", func(t *testing.T) {
			s.T = t
			s.clock.Advance(time.Minute)
			status(303, "POST", own, url.Values{"none": {"1"}})
			s.mayReach(Reach{false, ReachRefused}, id, ContactPhone, "marketing", "sms")
			s.mayReach(Reach{true, ReachOtherBasis}, id, ContactPhone, "service", "sms")
		})
		t.Run("a link nobody made, one that was changed, and one that is too old open nothing and change nothing", func(t *testing.T) {
			s.T = t
			before := s.one("select count(*) from consents")
			token := own[strings.LastIndex(own, "/")+1:]
			changed := []byte(token)
			changed[20] ^= 1
			stranger := s.keys
			s.keys = newKeys(t)
			foreign := link("", "")["link"].(string)
			s.keys = stranger
			for _, bad := range []string{"/p/", "/p/x", "/p/" + string(changed), "/p/" + token[:40], "/p/" + strings.Repeat("A", 90), foreign, "/p/" + token + "/party"} {
				status(404, "GET", bad, nil)
				status(404, "POST", bad, url.Values{"none": {"1"}})
			}
			s.is(before, "select count(*) from consents")
			s.clock.Advance(401 * 24 * time.Hour)
			status(404, "GET", own, nil)
			s.clock.Set(time.Date(2026, 3, 13, 9, 0, 0, 0, time.UTC))
		})
		t.Run("she asks for her data, and only who knows her code counts as her", func(t *testing.T) {
			s.T = t
			text := status(200, "POST", own+"/requests", url.Values{"kind": {"copy"}})
			code := regexp.MustCompile(`class="digits">(\d{6})<`).FindStringSubmatch(text)
			if code == nil {
				t.Fatal(text)
			}
			s.is(0, "select count(*) from person_requests where code_hash like ?", "%"+code[1]+"%")
			waiting := s.call(200, "GET", "/person-requests", nil)
			s.has(waiting, fields{"items.0.kind": "copy", "items.0.state": "open", "items.0.customer.name": "林婉清", "items.0.due_at": "2026-03-28T09:00:00Z", "items.0.has_code": true, "items.1": nil})
			one := "/person-requests/" + at(waiting, "items.0.id").(string)
			s.call(409, "POST", one+"/close", fields{"state": "done"})
			wrong := "000000"
			if code[1] == wrong {
				wrong = "111111"
			}
			s.call(422, "POST", one+"/verify", fields{"code": wrong})
			s.is(1, "select attempts from person_requests")
			s.has(s.call(200, "POST", one+"/verify", fields{"code": code[1][:3] + " " + code[1][3:]}), fields{"state": "verified", "verified_by": "code"})
			s.has(s.call(200, "POST", one+"/close", fields{"state": "done"}), fields{"state": "done"})
			s.call(409, "POST", one+"/close", fields{"state": "refused", "outcome": "x"})
			s.has(s.call(200, "GET", "/person-requests?state=closed", nil), fields{"items.0.kind": "copy"})
		})
		t.Run("five wrong codes and the code is worth nothing", func(t *testing.T) {
			s.T = t
			text := status(200, "POST", own+"/requests", url.Values{"kind": {"erasure"}})
			code := regexp.MustCompile(`class="digits">(\d{6})<`).FindStringSubmatch(text)[1]
			one := "/person-requests/" + at(s.call(200, "GET", "/person-requests", nil), "items.0.id").(string)
			wrong := "000000"
			if code == wrong {
				wrong = "111111"
			}
			for range 5 {
				s.call(422, "POST", one+"/verify", fields{"code": wrong})
			}
			s.call(409, "POST", one+"/verify", fields{"code": code})
			s.has(s.call(200, "POST", one+"/verify", fields{"means": "called back on the number we have"}), fields{"state": "verified"})
		})
		t.Run("merged, her link opens the page of the one kept; erased, it opens nothing and her request is answered", func(t *testing.T) {
			s.T = t
			kept := s.add(fields{"name": "Kept", "email": "kept@163.com"})
			s.call(200, "POST", "/customers/"+kept+"/merge", fields{"other": id})
			if text := status(200, "GET", own, nil); !strings.Contains(text, "kept") && !strings.Contains(text, "k") {
				t.Error(text)
			}
			s.call(200, "POST", "/customers/"+kept+"/erase", fields{"reason": "requested"})
			status(404, "GET", own, nil)
			s.is(1, "select count(*) from person_requests where kind = 'erasure' and state = 'done' and customer_id is null and closed_at is not null")
		})
	})
}

func TestPreferencePageIsBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.keys = newKeys(t)
		limited := 0
		for range 80 {
			if status, _, header := s.visit("GET", "/p/nothing", nil); status == 429 && header.Get("Retry-After") != "" {
				limited++
			}
		}
		if limited == 0 {
			t.Error("links can be tried without end")
		}
	})
}
