package customer

import (
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestMerge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		kept := s.add(fields{"name": "林婉清", "phone": "13912345521", "tags": []string{"vip"}, "custom": fields{"skin": "dry"}})
		other := s.add(fields{"name": "林小姐", "phone": "13912345521", "email": "lin@163.com", "city": "杭州市", "gender": "F", "tags": []string{"vip", "囤货"}, "custom": fields{"skin": "oily", "hair": "long"}})
		s.call(201, "POST", "/customers/"+other+"/activities", fields{"kind": "note", "content": "x"})
		s.call(201, "POST", "/customers/"+other+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": true})
		s.exec("insert into identities (source, external_id, customer_id, created_at) values ('tmall', 'T1', ?, 0)", other)
		s.exec("insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, created_at, updated_at) values (1, 's', 'N1', 'order', 'completed', ?, 1, 100, 0, 'CNY', 0, 0)", other)
		before := s.call(200, "GET", "/customers/"+other, nil)

		s.call(422, "POST", "/customers/"+kept+"/merge", fields{"other": kept})
		s.call(404, "POST", "/customers/"+kept+"/merge", fields{"other": "99"})
		s.as(anna).call(404, "POST", "/customers/"+kept+"/merge", fields{"other": other})
		s.is(0, "select count(*) from merges")

		merge := s.as(admin).call(200, "POST", "/customers/"+kept+"/merge", fields{"other": other})["id"].(string)
		s.call(404, "GET", "/customers/"+other, nil)
		s.has(s.call(200, "GET", "/customers/"+kept, nil), fields{"name": "林婉清", "city": "杭州", "gender": "female", "email": "l****@163.com", "phone": "139****5521",
			"identities.0.external_id": "T1", "custom.skin": "dry", "custom.hair": "long", "tags.1": "囤货", "tags.2": nil, "consents.0.granted": true, "contact_points.2": nil})
		s.has(s.call(200, "GET", "/customers/"+kept+"/timeline", nil), fields{"counts.order": 1, "counts.activity": 1, "counts.merged": 1})
		s.has(s.call(200, "GET", "/customers/"+kept+"/orders", nil), fields{"items.0.number": "N1"})
		s.call(404, "POST", "/customers/"+kept+"/merge", fields{"other": other})
		s.call(200, "PATCH", "/customers/"+kept, fields{"city": "宁波"})

		s.as(bo).call(404, "POST", "/merges/"+merge+"/undo", nil)
		s.as(admin).call(200, "POST", "/merges/"+merge+"/undo", nil)
		s.call(409, "POST", "/merges/"+merge+"/undo", nil)
		after := s.call(200, "GET", "/customers/"+other, nil)
		for _, field := range []string{"name", "city", "gender", "phone", "email", "tags", "custom", "identities", "contact_points", "consents"} {
			s.has(after, fields{field: before[field]})
		}
		// what a person has changed since stays, the rest of what the merge filled in goes
		s.has(s.call(200, "GET", "/customers/"+kept, nil), fields{"city": "宁波", "gender": "unknown", "email": nil, "identities.0": nil, "custom.hair": nil, "tags.1": nil, "consents.0": nil})
		s.is(1, "select count(*) from orders where customer_id = ?", other)
		s.is(2, "select count(*) from audit_entries where action in ('customer.merged', 'customer.unmerged')")
	})
}
