package customer

import (
	"encoding/json"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// her gives a customer of whom every part of the records holds something, each with a mark of its own, and somebody else
// with as much, once merged into her by mistake.
func (s *shop) her() (her, other string) {
	person := func(mark, phone string) string {
		id := s.add(fields{"name": mark + " Wei", "given_name": "Wei", "family_name": mark, "phone": phone, "email": mark + "@mail.cn", "city": mark + " City",
			"birthday": "1991-08-22", "address": mark + " Road 12", "company": mark + " Ltd", "tags": []string{mark + " tag"}, "custom": fields{"note": mark + " note"}})
		s.call(201, "POST", "/customers/"+id+"/activities", fields{"kind": "note", "content": mark + " said", "next_action": mark + " next", "next_at": "2026-04-01T00:00:00Z"})
		s.call(201, "POST", "/customers/"+id+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": true, "proof": mark + " form", "text_version": "v3"})
		s.call(201, "POST", "/customers/"+id+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": false, "proof": mark + " stop"})
		s.exec("insert into identities (source, external_id, customer_id, created_at) values ('shop', ?, ?, 0)", mark+"-ID", id)
		s.exec("insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, lines, created_at, updated_at) values (?, 's', ?, 'order', 'completed', ?, 1, 100, 0, 'CNY', 1, 0, 0)", id, "N"+id, id)
		s.exec("insert into order_lines (order_id, position, sku, product_name, quantity, unit_price_micros, amount) values (?, 1, ?, 'soap', 1, 1000000, 100)", id, "SKU"+id)
		s.exec("insert into findings (id, cause, subject_type, subject_id, subject_label, field, value, created_at) values (90000 + ?, 'phone_unreadable', 'customer', ?, ?, 'phone', ?, 0)", id, id, mark, mark+" 139")
		s.call(200, "PATCH", "/customers/"+id, fields{"city": mark + " Town"})
		s.call(200, "POST", "/customers/"+id+"/reveal", fields{"field": "phone", "reason": mark + " rings back"})
		return id
	}
	her, twin, other := person("Heron", "13912345521"), person("Twin", "13912345522"), person("Canary", "13800001111")
	s.call(200, "POST", "/customers/"+her+"/merge", fields{"other": twin})
	merge := s.call(200, "POST", "/customers/"+her+"/merge", fields{"other": other})["id"].(string)
	s.call(200, "POST", "/merges/"+merge+"/undo", nil)
	return her, other
}

func TestPersonalData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		her, other := s.her()
		path := "/customers/" + her + "/personal-data"

		s.call(422, "GET", path, nil)
		for _, role := range []string{"sales", "operator", "service", "analyst", "auditor"} {
			nobody := anna
			nobody.Role = role
			s.as(nobody).call(403, "GET", path+"?reason=asked", nil)
		}
		manager := bo
		manager.Role = "manager"
		s.as(manager).call(404, "GET", path+"?reason=asked", nil) // of nobody in the manager's team
		s.as(admin).call(404, "GET", "/customers/999999/personal-data?reason=asked", nil)
		s.is(0, "select count(*) from audit_entries where action = 'customer.disclosed'")

		data := s.call(200, "GET", path+"?reason=asked", nil)
		s.has(data, fields{"profiles.0.fields.name": "Heron Wei", "profiles.0.fields.address": "Heron Road 12", "profiles.0.custom.note": "Heron note",
			"profiles.1.fields.name": "Twin Wei", "contact_points.0.value": "+8613912345521", "consents.0.proof": "Heron form", "consents.0.text_version": "v3",
			"orders.1.lines.0.product_name": "soap", "merges.1": nil})
		text, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{"Heron", "Twin"} {
			for _, held := range []string{" said", " next", " form", " stop", "-ID", " tag", " note", " Town", " City", " 139", " Road", " Ltd", " rings back", "@mail.cn"} {
				if !strings.Contains(strings.ToLower(string(text)), strings.ToLower(mark+held)) {
					t.Errorf("%q is not in what she is given", mark+held)
				}
			}
		}
		for _, foreign := range []string{"canary", "13800001111", "N" + other + `"`, "SKU" + other + `"`, "Lin", "Anna"} {
			if strings.Contains(string(text), foreign) || strings.Contains(strings.ToLower(string(text)), foreign) {
				t.Errorf("%q of somebody else is in what she is given", foreign)
			}
		}
		s.is(1, "select count(*) from audit_entries where action = 'customer.disclosed' and subject_id = ? and summary like '%asked%'", her)

		t.Run("a deleted customer may have what is held of her", func(t *testing.T) {
			s.T = t
			s.call(204, "DELETE", "/customers/"+her, nil)
			s.has(s.call(200, "GET", path+"?reason=asked", nil), fields{"profiles.0.fields.name": "Heron Wei"})
		})
	})
}
