package customer

import (
	"fmt"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestProcessingRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.define(fields{"key": "papers", "type": "text", "label": fields{"zh-CN": "证件号", "en-US": "Papers"}, "applies_to": "both", "sensitivity": "sensitive",
			"purpose": "to know who signs", "retention_days": 90})
		id := s.add(fields{"name": "林", "phone": "13900000001", "custom": fields{"papers": "X-1"}})
		s.call(200, "PATCH", "/customers/"+id, fields{"custom": fields{"papers": "X-2"}})
		s.exec("insert into segments (id, name, condition, created_at, updated_at) values (1, 'Signed', ?, 0, 0)", `{"field":"custom.papers","op":"is_set"}`)
		s.exec("insert into imports (id, kind, file_name, file_size, file_sha256, stored_as, mapping, mode, dry_run, state, created_at, finished_at) values (1, 'customers', 'f.csv', 1, '', '', ?, 'upsert', false, 'done', 0, 5)",
			`{"columns": {"Tel": "phone", "ID": "custom.papers"}, "constants": {"source": "till"}}`)
		s.call(204, "PUT", "/data-items/phone", fields{"purpose": "to call back", "basis": "contract", "owner": "2", "definition": "a number she answers", "rule": "E.164", "recipients": "the courier"})
		s.call(204, "PUT", "/processing-register/notes", fields{"notes": "no transfers abroad"})

		items := map[string]any{}
		register := s.call(200, "GET", "/processing-register", nil)
		for _, item := range register["items"].([]any) {
			items[at(item, "name").(string)] = item
		}
		t.Run("each item says what it is for, on which ground, how long, whose it is and who gets it", func(t *testing.T) {
			s.T = t
			s.has(register, fields{"notes": "no transfers abroad", "purposes.0.key": "service"})
			s.has(items["phone"].(fields), fields{"purpose": "to call back", "basis": "contract", "owner.name": "Anna", "definition": "a number she answers", "rule": "E.164",
				"recipients": "the courier", "held": 1, "in_columns": "presence", "sensitivity": "personal"})
			s.has(items["custom.papers"].(fields), fields{"purpose": "to know who signs", "retention_days": 90, "sealed": true, "in_columns": "index", "held": 1})
			s.has(items["records.customers"].(fields), fields{"held": 1})
		})
		t.Run("a data item is followed from where it comes to where it is used and who sees it", func(t *testing.T) {
			s.T = t
			s.has(items["custom.papers"].(fields), fields{"sources.0.kind": "import", "sources.0.name": "till", "sources.0.count": 1, "sources.1.kind": "staff", "segments.0.name": "Signed", "segments.1": nil})
			rights := map[string]string{}
			for _, reader := range at(items["custom.papers"], "readers").([]any) {
				rights[fmt.Sprint(at(reader, "role"))] = fmt.Sprint(at(reader, "right"))
			}
			for role, want := range map[string]string{"admin": "write", "sales": "masked", "analyst": "none", "auditor": ""} {
				if rights[role] != want {
					t.Errorf("%s: %q, want %q", role, rights[role], want)
				}
			}
		})
		t.Run("it is for those who hold privacy.read, and changed by those who hold privacy.write", func(t *testing.T) {
			s.T = t
			s.as(bo).call(403, "GET", "/processing-register", nil)
			s.call(403, "PUT", "/processing-register/notes", fields{"notes": "x"})
			s.as(admin).call(404, "PUT", "/data-items/records.nothing", fields{})
			s.call(422, "PUT", "/data-items/phone", fields{"owner": "99"}, "If-Match", `"1"`)
			s.call(412, "PUT", "/data-items/phone", fields{"basis": "consent"}, "If-Match", `"7"`)
		})
	})
}
