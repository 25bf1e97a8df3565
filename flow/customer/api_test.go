package customer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/field"
	secret "guanxi/base/keys"
	"guanxi/guard"
)

type fields = map[string]any

// shop is the served API of this stage over a store, used by whoever is the actor.
type shop struct {
	*testing.T
	store  *Store
	db     *db.DB
	clock  *clock.Fake
	actor  guard.Actor
	server *httptest.Server
	keys   *secret.Keys
}

// Staff of the test's company: a manager and two salespeople, one of them in her team.
var (
	admin   = guard.Actor{StaffID: 1, Name: "Lin", Role: "admin"}
	anna    = guard.Actor{StaffID: 2, Name: "Anna", Role: "sales"}
	bo      = guard.Actor{StaffID: 3, Name: "Bo", Role: "sales"}
	analyst = guard.Actor{StaffID: 4, Name: "Ada", Role: "analyst"}
)

func newShop(t *testing.T, d *db.DB) *shop {
	t.Helper()
	s := &shop{T: t, store: New(d), db: d, clock: clock.NewFake(time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)), actor: admin}
	s.keys = newKeys(t)
	router := chi.NewRouter()
	router.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := field.With(clock.With(r.Context(), s.clock), s.store.Fields().Set)
			ctx = WithPurposes(ctx, s.store.Purposes().All)
			next.ServeHTTP(w, r.WithContext(secret.With(guard.With(ctx, s.actor), s.keys)))
		})
	})
	if err := s.store.Fields().Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := s.store.KeepFilesIn(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Purposes().Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	router.Handle("/p/*", s.store.Preferences())
	s.store.Register(api.New(router, api.Options{Title: "test", Version: "1", Authorize: guard.Authorize}))
	s.server = httptest.NewServer(router)
	t.Cleanup(s.server.Close)
	for _, a := range []guard.Actor{admin, anna, bo, analyst} {
		s.exec("insert into staff (id, email, name, role, created_at, updated_at) values (?, ?, ?, ?, 0, 0)", a.StaffID, strings.ToLower(a.Name)+"@muhe.cn", a.Name, a.Role)
	}
	return s
}

func (s *shop) exec(query string, args ...any) {
	s.Helper()
	err := s.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
}

func (s *shop) one(query string, args ...any) (n int64) {
	s.Helper()
	if err := s.db.Read().NewRaw(query, args...).Scan(context.Background(), &n); err != nil {
		s.Fatalf("%s: %v", query, err)
	}
	return n
}

func (s *shop) is(want int64, query string, args ...any) {
	s.Helper()
	if got := s.one(query, args...); got != want {
		s.Errorf("%s: %d, want %d", query, got, want)
	}
}

// as lets somebody else use the API from here on.
func (s *shop) as(a guard.Actor) *shop {
	s.actor = a
	return s
}

// call sends a request and fails the test unless the answer has the status.
func (s *shop) call(status int, method, path string, body any, headers ...string) fields {
	s.Helper()
	var reader io.Reader
	if text, ok := body.(string); ok {
		reader = strings.NewReader(text)
	} else if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, s.server.URL+"/api/v1"+path, reader)
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != status {
		s.Fatalf("%s %s: %d %s, want %d", method, path, answer.StatusCode, text, status)
	}
	got := fields{}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &got); err != nil {
			s.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
	got["etag"] = answer.Header.Get("ETag")
	return got
}

// at walks a JSON answer: "items.0.name".
func at(v any, path string) any {
	for _, step := range strings.Split(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			i := 0
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// has fails the test unless the answer holds the values, compared as text.
func (s *shop) has(answer fields, want fields) {
	s.Helper()
	for path, value := range want {
		if got := at(answer, path); fmt.Sprint(got) != fmt.Sprint(value) {
			s.Errorf("%s is %v, want %v", path, got, value)
		}
	}
}

func (s *shop) add(body fields) string {
	s.Helper()
	return s.call(201, "POST", "/customers", body)["id"].(string)
}

var lin = fields{"name": "林婉清", "gender": "女", "birthday": "1991-08-22", "phone": "139 1234-5521", "email": " Lin.Wanqing@163.com",
	"province": "沪", "district": "静安区", "address": "南京西路 1266 号", "tags": []string{"敏感肌", "爱香氛"}, "custom": fields{"skin": "dry", "points": 4268}}

func TestCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		id := s.add(lin)
		page := s.call(200, "GET", "/customers/"+id, nil)
		s.has(page, fields{
			"name": "林婉清", "gender": "female", "age": 34, "phone": "139****5521", "email": "lin****@163.com", "province": "上海", "city": "上海",
			"address.district": "静安区", "address.address": "****", "tags.0": "敏感肌", "custom.skin": "dry", "custom.points": 4268, "version": 1,
			"etag": `"1"`, "completeness": 1, "rights.phone": "masked", "rights.name": "write", "contact_points.0.value": "139****5521", "orders": nil, "source": "manual",
		})
		s.is(1, "select count(*) from contact_points where value = '+8613912345521' and raw = '139 1234-5521'")
		s.is(1, "select count(*) from customers where name_key = 'linwanqing' and name_initials = 'lwq'")
		s.is(1, "select count(*) from audit_entries where action = 'customer.created'")
		s.is(1, "select count(*) from feed_entries where subject = 'customers'")

		t.Run("a patch changes what it names and nothing else", func(t *testing.T) {
			s.T = t
			s.has(s.call(200, "PATCH", "/customers/"+id, fields{"name": "单婉清", "phone": "13900000001", "birthday": nil, "custom": fields{"skin": nil}}, "If-Match", `"1"`),
				fields{"name": "单婉清", "version": 2, "birthday": nil, "phone": "139****0001", "email": "lin****@163.com", "custom.skin": nil, "custom.points": 4268})
			s.is(1, "select count(*) from customers where name_key = 'shanwanqing'")
			s.is(0, "select count(*) from contact_points where value = '+8613912345521'")
			s.is(1, `select count(*) from audit_entries where action = 'customer.changed' and summary like '%139****5521%' and summary like '%林婉清%'`)
			s.is(0, `select count(*) from audit_entries where summary like '%13912345521%' or summary like '%13900000001%' or summary like '%wanqing@163%'`)
		})
		t.Run("a patch that changes nothing leaves no trace", func(t *testing.T) {
			s.T = t
			before := s.one("select count(*) from audit_entries") + s.one("select count(*) from feed_entries")
			s.has(s.call(200, "PATCH", "/customers/"+id, fields{"name": "单婉清", "phone": "139 0000 0001"}), fields{"version": 2})
			s.is(before, "select (select count(*) from audit_entries) + (select count(*) from feed_entries)")
		})
		t.Run("who changed an older version is told so and changes nothing", func(t *testing.T) {
			s.T = t
			s.call(412, "PATCH", "/customers/"+id, fields{"name": "x"}, "If-Match", `"1"`)
			s.call(412, "DELETE", "/customers/"+id, nil, "If-Match", `"1"`)
			s.is(1, "select count(*) from customers where name = '单婉清' and deleted_at is null")
		})
		t.Run("a deleted customer is nowhere, and comes back whole", func(t *testing.T) {
			s.T = t
			s.call(204, "DELETE", "/customers/"+id, nil, "If-Match", `"2"`)
			s.call(404, "GET", "/customers/"+id, nil)
			s.call(404, "PATCH", "/customers/"+id, fields{"name": "x"})
			s.call(404, "POST", "/customers/"+id+"/reveal", fields{"field": "phone", "reason": "x"})
			s.has(s.call(200, "GET", "/customers", nil), fields{"items.0": nil})
			s.has(s.call(200, "GET", "/search?q=婉清", nil), fields{"items.0": nil})
			s.has(s.call(200, "POST", "/customers/"+id+"/restore", nil), fields{"name": "单婉清", "phone": "139****0001", "version": 4})
			s.call(404, "POST", "/customers/"+id+"/restore", nil)
		})
	})
}

func TestCustomerRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		id := s.add(lin)
		for name, row := range map[string]struct {
			body   any
			status int
			field  string
		}{
			"no name":                   {fields{"name": " "}, 422, "name"},
			"a phone that is none":      {fields{"phone": "12345"}, 422, "phone"},
			"its own mask":              {fields{"phone": "139****5521"}, 422, "phone"},
			"a mail that is none":       {fields{"email": "lin@"}, 422, "email"},
			"a masked address":          {fields{"address": "****"}, 422, "address"},
			"a day that is none":        {fields{"birthday": "1991-02-30"}, 422, "birthday"},
			"a birthday to come":        {fields{"birthday": "2031-01-01"}, 422, "birthday"},
			"a gender of its own":       {fields{"gender": "abc"}, 422, "gender"},
			"another kind":              {fields{"kind": "robot"}, 422, "kind"},
			"an owner nobody knows":     {fields{"owner_id": "99"}, 422, "owner_id"},
			"a list in a custom field":  {fields{"custom": fields{"a": []int{1}}}, 422, "custom.a"},
			"a field that is not there": {fields{"vip": true}, 422, "vip"},
			"a field people do not set": {fields{"version": 7}, 422, "version"},
			"another row's id":          {fields{"id": "7"}, 422, "id"},
			"no JSON":                   {"{", 422, ""},
		} {
			t.Run(name, func(t *testing.T) {
				s.T = t
				answer := s.call(row.status, "PATCH", "/customers/"+id, row.body)
				if row.field != "" {
					s.has(answer, fields{"errors.0.field": row.field})
				}
				s.is(1, "select count(*) from customers where version = 1 and name = '林婉清'")
				s.is(1, "select count(*) from audit_entries")
			})
		}
		t.Run("all fields at fault are named at once", func(t *testing.T) {
			s.T = t
			answer := s.call(422, "POST", "/customers", fields{"name": "", "phone": "1", "birthday": "x"})
			if n := len(at(answer, "errors").([]any)); n != 3 {
				t.Errorf("%d errors: %v", n, answer)
			}
			s.is(1, "select count(*) from customers")
		})
	})
}

// Each row is a person who must see nothing of what is not theirs, on every path.
func TestCustomerScopeAndRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		hers := s.as(anna).add(fields{"name": "安娜的客户", "phone": "13911110001"})
		his := s.as(bo).add(fields{"name": "小波的客户", "phone": "13911110002"})
		nobodys := s.as(admin).add(fields{"name": "公海客户"})
		activity := s.as(bo).call(201, "POST", "/customers/"+his+"/activities", fields{"kind": "call", "content": "x", "next_action": "y", "next_at": "2026-03-12T01:00:00Z"})["id"].(string)
		s.exec("insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, created_at, updated_at) values (1, 's', 'B-1', 'order', 'completed', ?, 1, 100, 0, 'CNY', 0, 0)", his)
		s.exec("insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, created_at, updated_at) values (2, 's', 'B-2', 'order', 'completed', null, 1, 100, 0, 'CNY', 0, 0)")
		s.exec("insert into identities (source, external_id, customer_id, created_at) values ('s', 'X77', ?, 0)", hers)

		t.Run("a salesperson sees and finds only their own", func(t *testing.T) {
			s.T = t
			s.as(anna)
			list := s.call(200, "GET", "/customers", nil)
			s.has(list, fields{"items.0.id": hers, "items.1": nil, "items.0.owner.name": "Anna"})
			s.call(200, "GET", "/customers/"+hers, nil)
			for _, other := range []string{his, nobodys} {
				s.call(404, "GET", "/customers/"+other, nil)
				s.call(404, "PATCH", "/customers/"+other, fields{"name": "x"})
				s.call(404, "GET", "/customers/"+other+"/timeline", nil)
				s.call(404, "GET", "/customers/"+other+"/orders", nil)
				s.call(404, "GET", "/customers/"+other+"/consents", nil)
				s.call(404, "POST", "/customers/"+other+"/reveal", fields{"field": "phone", "reason": "x"})
				s.call(404, "POST", "/customers/"+other+"/activities", fields{"kind": "note", "content": "x"})
				s.call(404, "POST", "/customers/"+other+"/contact-points", fields{"kind": "phone", "value": "13911110009"})
			}
			s.call(404, "GET", "/activities/"+activity, nil)
			s.call(404, "PATCH", "/activities/"+activity, fields{"done": true})
			s.has(s.call(200, "GET", "/activities?due=open", nil), fields{"items.0": nil})
			s.has(s.call(200, "GET", "/orders?total=true", nil), fields{"items.0": nil, "total": 0})
			s.call(404, "GET", "/orders/1", nil)
			s.call(404, "GET", "/orders/2", nil)
			for _, q := range []string{"小波", "xiaobo", "xbd", "13911110002", "0002", "B-1", "B-2"} {
				s.has(s.call(200, "GET", "/search?q="+q, nil), fields{"items.0": nil})
			}
			s.call(403, "DELETE", "/customers/"+hers, nil)
			s.is(1, "select count(*) from customers where name = '小波的客户' and version = 1")
			s.is(0, "select count(*) from audit_entries where action = 'customer.revealed'")
		})
		t.Run("an analyst sees no contact point and cannot find by one", func(t *testing.T) {
			s.T = t
			s.as(analyst)
			s.has(s.call(200, "GET", "/customers/"+hers, nil), fields{"phone": nil, "contact_points.0": nil, "identities.0": nil, "rights.phone": "none"})
			for _, q := range []string{"13911110001", "0001", "X77"} {
				s.has(s.call(200, "GET", "/search?q="+q, nil), fields{"items.0": nil})
			}
			s.call(403, "POST", "/customers/"+hers+"/reveal", fields{"field": "phone", "reason": "x"})
			s.call(403, "PATCH", "/customers/"+hers, fields{"name": "x"})
		})
		t.Run("who sees everything sees orders of nobody too", func(t *testing.T) {
			s.T = t
			s.as(admin)
			s.has(s.call(200, "GET", "/orders?total=true", nil), fields{"total": 2})
			s.has(s.call(200, "GET", "/orders?nobody=true", nil), fields{"items.0.number": "B-2", "items.0.customer": nil, "items.1": nil})
		})
	})
}

func TestReveal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		id := s.add(lin)
		s.call(422, "POST", "/customers/"+id+"/reveal", fields{"field": "phone", "reason": " "})
		s.call(422, "POST", "/customers/"+id+"/reveal", fields{"field": "name", "reason": "x"})
		s.is(0, "select count(*) from audit_entries where action = 'customer.revealed'")
		s.has(s.call(200, "POST", "/customers/"+id+"/reveal", fields{"field": "phone", "reason": "回访"}), fields{"value": "+8613912345521", "values.0": "+8613912345521"})
		s.has(s.call(200, "POST", "/customers/"+id+"/reveal", fields{"field": "address", "reason": "寄样"}), fields{"value": "南京西路 1266 号"})
		s.is(2, "select count(*) from audit_entries where action = 'customer.revealed'")
		s.is(1, "select count(*) from audit_entries where action = 'customer.revealed' and summary like '%回访%'")
		for range revealsPerHour - 2 {
			s.call(200, "POST", "/customers/"+id+"/reveal", fields{"field": "email", "reason": "x"})
		}
		s.call(429, "POST", "/customers/"+id+"/reveal", fields{"field": "email", "reason": "x"})
		s.is(revealsPerHour, "select count(*) from audit_entries where action = 'customer.revealed'")
		s.clock.Advance(time.Hour)
		s.call(200, "POST", "/customers/"+id+"/reveal", fields{"field": "email", "reason": "x"})
	})
}
