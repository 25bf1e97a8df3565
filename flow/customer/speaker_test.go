package customer

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

var (
	muhe = fields{"kind": "organization", "name": "沐禾科技有限公司"}
	zhou = fields{"name": "周敏", "phone": "13700001111"}
)

func TestContactsOfAnOrganization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		company, person, other := s.add(muhe), s.add(lin), s.add(zhou)
		path := "/customers/" + company + "/contacts"
		for name, row := range map[string]struct {
			status int
			body   fields
		}{
			"nobody named":             {422, fields{"roles": []string{"pays"}}},
			"a role there is not":      {422, fields{"other": person, "roles": []string{"rules"}}},
			"an organization as one":   {422, fields{"other": s.add(fields{"kind": "organization", "name": "另一家"})}},
			"somebody who is not":      {422, fields{"other": "999999"}},
			"one who left before":      {422, fields{"other": person, "since": "2026-03-01", "until": "2026-02-01"}},
			"one who leaves later":     {422, fields{"other": person, "until": "2026-03-13"}},
			"a day that is none":       {422, fields{"other": person, "since": "2026-02-30"}},
			"two at once":              {422, fields{"other": person, "new": fields{"name": "x"}}},
			"a made one with bad mail": {422, fields{"new": fields{"name": "x", "email": "x"}}},
		} {
			t.Run("refuses "+name, func(t *testing.T) {
				s.T = t
				s.call(row.status, "POST", path, row.body)
				s.is(0, "select count(*) from contacts")
			})
		}
		first := s.call(201, "POST", path, fields{"other": person, "roles": []string{"pays", "decides"}, "title": "总经理", "department": "采购", "main": true, "since": "2024-01-01"})
		s.has(first, fields{"person.name": "林婉清", "person.phone": "139****5521", "organization.name": "沐禾科技有限公司", "roles.0": "decides", "roles.1": "pays", "title": "总经理", "main": true, "since": "2024-01-01", "until": nil})
		s.call(409, "POST", path, fields{"other": person})
		s.clock.Advance(time.Minute)
		second := s.call(201, "POST", "/customers/"+other+"/contacts", fields{"other": company, "roles": []string{"uses"}})
		s.has(second, fields{"organization.id": company, "person.name": "周敏"})

		t.Run("both ends show it, also in their timelines", func(t *testing.T) {
			s.T = t
			s.has(s.call(200, "GET", path, nil), fields{"items.0.person.name": "林婉清", "items.1.person.name": "周敏", "total": 2})
			s.has(s.call(200, "GET", path+"?limit=1", nil), fields{"items.0.person.name": "林婉清", "items.1": nil, "total": 2})
			cursor := s.call(200, "GET", path+"?limit=1", nil)["next_cursor"].(string)
			s.has(s.call(200, "GET", path+"?limit=1&cursor="+cursor, nil), fields{"items.0.person.name": "周敏", "items.1": nil, "next_cursor": nil})
			s.has(s.call(200, "GET", "/customers/"+person+"/contacts", nil), fields{"items.0.organization.name": "沐禾科技有限公司", "items.1": nil})
			s.has(s.call(200, "GET", "/customers/"+company+"/timeline?kind=contact", nil), fields{"items.0.values.name": "周敏", "items.1.values.name": "林婉清", "counts.contact": 2})
			s.has(s.call(200, "GET", "/customers/"+person+"/timeline?kind=contact", nil), fields{"items.0.title_code": "contact_of", "items.0.values.name": "沐禾科技有限公司"})
		})
		t.Run("one is the main one; who has left comes last", func(t *testing.T) {
			s.T = t
			s.has(s.call(200, "PATCH", path+"/"+second["id"].(string), fields{"main": true}, "If-Match", `"1"`), fields{"main": true, "roles.0": "uses", "version": 2})
			s.is(1, "select count(*) from contacts where main")
			s.call(412, "PATCH", path+"/"+second["id"].(string), fields{"title": "x"}, "If-Match", `"1"`)
			s.call(404, "PATCH", "/customers/"+person+"/contacts/"+second["id"].(string), fields{"title": "x"})
			s.call(200, "PATCH", path+"/"+second["id"].(string), fields{"until": "2026-03-01"})
			s.has(s.call(200, "GET", path, nil), fields{"items.0.person.name": "林婉清", "items.1.until": "2026-03-01", "items.1.main": false})
			s.call(201, "POST", path, fields{"other": other, "title": "回来"}) // who left may come back
			s.has(s.call(200, "GET", path, nil), fields{"items.1.title": "回来", "items.2.until": "2026-03-01", "total": 3})
			s.is(5, "select count(*) from audit_entries where action in ('contact.added', 'contact.changed')")
		})
		t.Run("a made one is a customer, and goes with the contact when that fails", func(t *testing.T) {
			s.T = t
			s.has(s.call(201, "POST", path, fields{"new": fields{"name": "新人", "phone": "13600002222"}, "roles": []string{"champions"}}), fields{"person.name": "新人"})
			s.is(1, "select count(*) from customers where name = '新人' and kind = 'person'")
			s.has(s.call(201, "POST", "/customers/"+other+"/contacts", fields{"new": fields{"name": "新公司"}}), fields{"organization.name": "新公司", "person.id": other})
			s.is(1, "select count(*) from customers where name = '新公司' and kind = 'organization'")
			s.call(422, "POST", path, fields{"new": fields{"name": "没成"}, "until": "2030-01-01"})
			s.is(0, "select count(*) from customers where name = '没成'")
		})
		t.Run("taking it away leaves both customers", func(t *testing.T) {
			s.T = t
			before := s.one("select count(*) from customers")
			s.call(204, "DELETE", path+"/"+first["id"].(string), nil)
			s.call(404, "DELETE", path+"/"+first["id"].(string), nil)
			s.is(before, "select count(*) from customers")
			s.has(s.call(200, "GET", "/customers/"+person+"/contacts", nil), fields{"items.0": nil, "total": 0})
		})
	})
}

// Neither end tells of the other to somebody who may not see that one.
func TestContactsKeepToScope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		company, canary := s.add(fields{"kind": "organization", "name": "沐禾", "owner_id": "2"}), s.add(fields{"name": "Canary", "phone": "13700009999", "owner_id": "3"})
		secret := s.add(fields{"kind": "organization", "name": "Canary Ltd", "owner_id": "3"})
		mine := s.add(fields{"name": "我的", "owner_id": "2"})
		theirs := s.call(201, "POST", "/customers/"+company+"/contacts", fields{"other": canary, "title": "Canary title"})["id"].(string)
		s.call(201, "POST", "/customers/"+secret+"/contacts", fields{"other": mine})
		s.as(anna)
		for _, path := range []string{"/customers/" + company + "/contacts", "/customers/" + mine + "/contacts", "/customers/" + company + "/timeline", "/customers/" + mine + "/timeline"} {
			text, err := json.Marshal(s.call(200, "GET", path, nil))
			if err != nil || strings.Contains(string(text), "Canary") {
				t.Error(path, string(text), err)
			}
		}
		s.has(s.call(200, "GET", "/customers/"+company+"/contacts", nil), fields{"total": 0})
		s.has(s.call(200, "GET", "/customers/"+company+"/timeline", nil), fields{"counts.contact": nil})
		s.call(404, "GET", "/customers/"+canary+"/contacts", nil)
		s.call(422, "POST", "/customers/"+company+"/contacts", fields{"other": canary})
		s.call(404, "POST", "/customers/"+canary+"/contacts", fields{"other": company})
		s.call(404, "PATCH", "/customers/"+company+"/contacts/"+theirs, fields{"title": "x"})
		s.call(404, "DELETE", "/customers/"+company+"/contacts/"+theirs, nil)
		s.is(1, "select count(*) from contacts where title = 'Canary title'")
	})
}

// What erases or discloses a person knows what she is to organizations.
func TestContactsOfOneErased(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		company, twin, person, other := s.add(muhe), s.add(lin), s.add(lin), s.add(zhou)
		s.call(201, "POST", "/customers/"+company+"/contacts", fields{"other": twin, "title": "Heron head", "roles": []string{"decides"}})
		s.call(201, "POST", "/customers/"+company+"/contacts", fields{"other": other, "title": "Canary"})
		merge := s.call(200, "POST", "/customers/"+person+"/merge", fields{"other": twin})["id"].(string)
		s.has(s.call(200, "GET", "/customers/"+person+"/contacts", nil), fields{"items.0.title": "Heron head"})
		data := s.call(200, "GET", "/customers/"+person+"/personal-data?reason=asked", nil)
		s.has(data, fields{"speaks_for.0.title": "Heron head", "speaks_for.0.organization": "沐禾科技有限公司", "speaks_for.1": nil})
		if text, err := json.Marshal(data); err != nil || strings.Contains(string(text), "Canary") {
			t.Error(string(text), err)
		}
		s.call(200, "POST", "/merges/"+merge+"/undo", nil)
		s.has(s.call(200, "GET", "/customers/"+twin+"/contacts", nil), fields{"items.0.title": "Heron head"})
		s.has(s.call(200, "GET", "/customers/"+person+"/contacts", nil), fields{"items.0": nil})
		s.call(200, "POST", "/customers/"+person+"/merge", fields{"other": twin})
		s.call(200, "POST", "/customers/"+person+"/erase", fields{"reason": "requested"})
		s.is(0, "select count(*) from contacts where title = 'Heron head'")
		s.is(0, "select count(*) from moved")
		s.has(s.call(200, "GET", "/customers/"+company+"/contacts", nil), fields{"items.0.title": "Canary", "items.1": nil})
		s.call(200, "POST", "/customers/"+company+"/erase", fields{"reason": "requested"})
		s.is(0, "select count(*) from contacts")
	})
}
