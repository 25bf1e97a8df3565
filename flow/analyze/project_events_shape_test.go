package analyze

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/customer"
	"guanxi/flow/customer/track"
)

func TestEventsLearnTheProfile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		profile := func(user, column string) (value string) {
			s.Helper()
			s.must(d.Read().NewRaw("select coalesce("+column+", '') from customers where id = ?", s.customer(user)).Scan(s.ctx, &value))
			return value
		}
		identify := func(user string, traits call) {
			s.send(call{"type": "identify", "userId": user, "traits": traits})
			s.settle()
		}
		same := func(got, want string) {
			s.Helper()
			if got != want {
				s.Errorf("%q, want %q", got, want)
			}
		}
		identify("u1", call{"name": "林小雨", "email": "Lin@Example.com", "phone": "139 1234 5521", "address": call{"city": "杭州"}, "gender": "女", "birthday": "1990-02-30", "nothing": 1})
		same(profile("u1", "name")+profile("u1", "city")+profile("u1", "gender")+profile("u1", "birthday"), "林小雨杭州female")
		var points string
		s.must(d.Read().NewRaw("select count(*) || '' from contact_points where customer_id = ? and value in ('lin@example.com', '+8613912345521')", s.customer("u1")).Scan(s.ctx, &points))
		same(points, "2")
		// the source changes what it said itself, and its history says so
		identify("u1", call{"name": "林小雪"})
		same(profile("u1", "name"), "林小雪")
		var said string
		s.must(d.Read().NewRaw("select source || ':' || before || '>' || after from field_history where customer_id = ? and field = 'name' order by id desc limit 1", s.customer("u1")).Scan(s.ctx, &said))
		same(said, "官网:林小雨>林小雪")
		// a word of staff stands
		s.must(s.customers.Change(s.ctx, s.customer("u1"), "", &customer.CustomerFields{Name: customer.Text{Sent: true, Value: "林雪"}}))
		identify("u1", call{"name": "林小雨"})
		same(profile("u1", "name"), "林雪")
		// a mail address that names somebody known says who it is
		s.send(call{"type": "identify", "anonymousId": "phone", "traits": call{"email": "lin@example.com"}}, call{"event": "looked", "anonymousId": "phone"})
		s.settle()
		same(s.text("select max(customer_id) from events where event = 'looked'"), fmt.Sprint(s.customer("u1")))
		// a group is an organization whom she speaks for
		s.send(call{"type": "group", "userId": "u1", "groupId": "g7", "traits": call{"name": "木禾科技", "industry": "日化"}})
		s.settle()
		var speaks string
		s.must(d.Read().NewRaw("select o.kind || ' ' || o.name || ' ' || o.industry from contacts k join customers o on o.id = k.organization_id where k.person_id = ?", s.customer("u1")).Scan(s.ctx, &speaks))
		same(speaks, "organization 木禾科技 日化")
		// what was said of her is in no event
		same(s.text("select count(*) from events where properties::varchar similar to '.*(林小|example|139|木禾).*'"), "0")
	})
}

func TestEventsAreTakenApart(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	now := s.clock.Now().UTC()
	at := func(t time.Time) string { return t.Format(time.RFC3339Nano) }
	properties := "coalesce(properties::varchar, '')"
	for name, row := range map[string]struct {
		call   call
		column string
		want   string
	}{
		"a page's address":                 {call{"type": "page", "name": "新品", "properties": call{"url": "https://shop.cn/new?utm_source=wechat&utm_medium=social&utm_campaign=618&email=a@b.cn", "referrer": "https://www.baidu.com/s?wd=x", "title": "上新"}}, "concat_ws(' ', event, kind, host, path, title, referrer_host, utm_source, utm_medium, utm_campaign)", "page_viewed page shop.cn /new 上新 www.baidu.com wechat social 618"},
		"or where its context says":        {call{"event": "clicked", "context": call{"page": call{"url": "https://shop.cn/a/b#c"}, "campaign": call{"source": "mail"}}}, "concat_ws(' ', host, path, utm_source)", "shop.cn /a/b mail"},
		"the sender's clock is corrected":  {call{"event": "x", "timestamp": at(now.Add(5 * time.Hour)), "sentAt": at(now.Add(5*time.Hour + time.Minute))}, "ts", fmt.Sprint(now.Add(-time.Minute).UnixMilli())},
		"milliseconds are times too":       {call{"event": "x", "timestamp": now.Add(-time.Hour).UnixMilli()}, "ts", fmt.Sprint(now.Add(-time.Hour).UnixMilli())},
		"a little ahead is now":            {call{"event": "x", "timestamp": at(now.Add(time.Hour))}, "ts", fmt.Sprint(now.UnixMilli())},
		"money in minor units":             {call{"event": "Order Completed", "properties": call{"revenue": 19.99, "currency": "jpy"}}, "concat_ws(' ', amount, currency)", "20 JPY"},
		"in the workspace's currency else": {call{"event": "Order Completed", "properties": call{"total": "199.50"}}, "concat_ws(' ', amount, currency)", "19950 CNY"},
		"how long it took":                 {call{"event": "page_left", "properties": call{"seconds": 12.5}}, "seconds", "12.5"},
		"a phone":                          {call{"event": "x", "context": call{"userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"}}, "concat_ws(' ', device, bot)", "phone false"},
		"a robot":                          {call{"event": "x", "context": call{"userAgent": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"}}, "bot", "true"},
		"contact points and names go": {call{"event": "signed up", "properties": call{"email": "a@b.cn", "note": "write to lin@example.com or 13912345521", "plan": "gold", "address": call{"street": "x"}, "items": []any{call{"sku": "S1", "手机": "13912345521"}}}},
			properties, `{"items":[{"sku":"S1"}],"note":"write to * or *","plan":"gold"}`},
		"numbers stay as they are":    {call{"event": "x", "properties": call{"order": "20260312139123455210", "n": 1234567890123456789, "price": 1.10}}, properties, `{"n":1234567890123456789,"order":"20260312139123455210","price":1.1}`},
		"NUL and broken text are cut": {call{"event": "x\u0000y", "properties": call{"a": "b\u0000c"}}, "concat_ws(' ', event, " + properties + ")", `xy {"a":"bc"}`},
	} {
		t.Run(name, func(t *testing.T) {
			s.T = t
			if s.sent++; row.call["type"] == nil {
				row.call["type"] = "track"
			}
			row.call["messageId"], row.call["anonymousId"] = fmt.Sprint("n", s.sent), "a1"
			s.send(row.call)
			s.settle()
			if got := s.text("select "+row.column+" from events where message_id = ?", row.call["messageId"]); got != row.want {
				t.Errorf("%s\nwant\n%s", got, row.want)
			}
		})
	}
}

// What cannot be taken is refused with what is wrong with it, nothing of it is kept, and the service goes on.
func TestEventsRefused(t *testing.T) {
	s := newSite(t, dbtest.SQLite(t))
	strict, err := s.tracking.Create(s.ctx, track.SourceDraft{Name: "strict", Kind: track.KindWeb, Origins: []string{"https://shop.cn", "*.muhe.cn"}, EventsPerSecond: 1})
	s.must(err)
	nested := strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)
	many := make(map[string]int, 100_000)
	for i := range 100_000 {
		many[fmt.Sprint("p", i)] = i
	}
	some := make(map[string]int, 600)
	for i := range 600 {
		some[fmt.Sprint("p", i)] = i
	}
	text := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	one := func(rest string) string { return `{"userId": "u", "event": "x"` + rest + `}` }
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 50<<20))
	_ = z.Close()
	for name, row := range map[string]struct {
		path, key, body string
		header          []string
		status          int
		code            string
	}{
		"a wrong key":                   {path: "/v1/track", key: "gxw_wrong", body: one(""), status: 401, code: "write_key_unknown"},
		"no key":                        {path: "/v1/track", key: "", body: one(""), status: 401, code: "write_key_unknown"},
		"ten megabytes":                 {path: "/v1/track", body: one(`, "properties": {"a": "` + strings.Repeat("x", 10<<20) + `"}`), status: 413, code: "body_too_large"},
		"an event above 32 kB":          {path: "/v1/track", body: one(`, "properties": {"a": "` + strings.Repeat("x", 33<<10) + `"}`), status: 413, code: "event_too_large"},
		"a hundred thousand properties": {path: "/v1/track", body: one(`, "properties": ` + text(many)), status: 413, code: "body_too_large"},
		"six hundred":                   {path: "/v1/track", body: one(`, "properties": ` + text(some)), status: 422, code: "too_many_members"},
		"nested a hundred deep":         {path: "/v1/track", body: one(`, "properties": ` + nested), status: 422, code: "too_deep"},
		"half a million brackets":       {path: "/v1/track", body: strings.Repeat("[", 500_000), status: 422, code: "json_unreadable"},
		"NaN":                           {path: "/v1/track", body: one(`, "properties": {"a": NaN}`), status: 422, code: "json_unreadable"},
		"no JSON":                       {path: "/v1/batch", body: "event=x", status: 422, code: "json_unreadable"},
		"a list":                        {path: "/v1/batch", body: "[]", status: 422, code: "json_unreadable"},
		"nothing":                       {path: "/v1/batch", body: "", status: 422, code: "json_unreadable"},
		"an empty batch":                {path: "/v1/batch", body: `{"batch": []}`, status: 422, code: "needs_at_least_one"},
		"nobody":                        {path: "/v1/track", body: `{"event": "x"}`, status: 422, code: "required"},
		"no event":                      {path: "/v1/track", body: `{"userId": "u"}`, status: 422, code: "required"},
		"an unknown kind":               {path: "/v1/batch", body: `{"batch": [{"type": "drop", "userId": "u"}]}`, status: 422, code: "not_one_of"},
		"a negative time":               {path: "/v1/track", body: one(`, "timestamp": -5`), status: 422, code: "date_impossible"},
		"a time far ahead":              {path: "/v1/track", body: one(`, "timestamp": "2999-01-01T00:00:00Z"`), status: 422, code: "date_impossible"},
		"a time that is none":           {path: "/v1/track", body: one(`, "timestamp": "soon"`), status: 422, code: "date_unreadable"},
		"a list of properties":          {path: "/v1/track", body: one(`, "properties": [1]`), status: 422, code: "type_wrong"},
		"an id of a thousand letters":   {path: "/v1/track", body: `{"event": "x", "userId": "` + strings.Repeat("u", 1000) + `"}`, status: 422, code: "too_long"},
		"packed to unfold":              {path: "/v1/batch", body: zipped.String(), header: []string{"Content-Encoding", "gzip"}, status: 413, code: "body_too_large"},
		"packed badly":                  {path: "/v1/batch", body: "no gzip", header: []string{"Content-Encoding", "gzip"}, status: 422, code: "gzip_unreadable"},
		"from another site":             {path: "/v1/track", key: strict.WriteKey, body: one(""), header: []string{"Origin", "https://other.cn"}, status: 403, code: "origin_not_allowed"},
		"an address there is none of":   {path: "/v1/delete", body: one(""), status: 404, code: "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			s.T = t
			key := row.key
			if key == "" && name != "no key" {
				key = s.key
			}
			status, answer := s.post(row.path, key, row.body, row.header...)
			if status != row.status || !strings.Contains(answer, `"`+row.code+`"`) {
				t.Errorf("%d %.300s, want %d %s", status, answer, row.status, row.code)
			}
		})
	}
	s.T = t
	s.settle()
	if got := s.text("select count(*) from events"); got != "0" {
		t.Errorf("%s events are kept of what was refused", got)
	}
	if status, answer := s.post("/v1/batch", s.key, `{"batch": [{"type": "track", "userId": "u", "event": "good"}, {"type": "track", "event": "bad"}]}`); status != 200 || !strings.Contains(answer, `"refused":[{"index":1,"field":"userId","code":"required"}]`) {
		t.Error(status, answer)
	}
	for name, header := range map[string][]string{"its own page": {"Origin", "https://shop.cn"}, "a page below a name": {"Origin", "https://www.muhe.cn"}} {
		if status, answer := s.post("/v1/track", strict.WriteKey, one(""), header...); status != 200 {
			t.Error(name, status, answer)
		}
	}
	burst := `{"batch": [` + strings.TrimSuffix(strings.Repeat(one(`, "type": "track"`)+",", 2400), ",") + `]}`
	_, _ = s.post("/v1/batch", strict.WriteKey, burst)
	if status, answer := s.post("/v1/batch", strict.WriteKey, burst); status != 429 {
		t.Error("a source above its bound", status, answer)
	}
	names := make([]call, 0, 2000)
	for i := range 2000 {
		names = append(names, call{"userId": "u", "event": fmt.Sprint("name ", i)})
	}
	s.send(names...)
	s.settle()
	if got := s.text("select count(*) from events where event in ('good', 'name 1999')"); got != "2" {
		t.Error(got)
	}
	request, _ := http.NewRequest(http.MethodOptions, s.server.URL+"/v1/t", nil)
	request.Header.Set("Origin", "https://shop.cn")
	answer, err := http.DefaultClient.Do(request)
	s.must(err)
	defer answer.Body.Close()
	if answer.StatusCode != 204 || answer.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(answer.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Error("a page may not ask beforehand", answer.StatusCode, answer.Header)
	}
}
