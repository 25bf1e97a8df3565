package customer

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/field"
	secret "guanxi/base/keys"
	"guanxi/flow/collect"
	"guanxi/guard"
)

// When the time of a contact point is over no byte of it is left: not in what an import, an edit, a merge or a correction
// keeps to be taken back, not in histories, words of staff, kept answers, the audit log, nor in any file.
func TestExpiredContactsLeaveNothing(t *testing.T) {
	eachWithFiles(t, func(t *testing.T, d *db.DB, dir string) {
		s := newShop(t, d)
		s.keys = newKeys(t)
		s.store.PublishedAt("https://crm.example/")
		imports, err := collect.New(d, nil, collect.Settings{Dir: dir, Node: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range Kinds(nil, s.store.Fields().Set) {
			imports.Register(k)
		}
		s.store.Erasing(imports, nil, nil)
		ctx := func() context.Context {
			return field.With(secret.With(clock.With(guard.System(context.Background()), s.clock), s.keys), s.store.Fields().Set)
		}
		bring := func(csv string) collect.Import {
			t.Helper()
			path := filepath.Join(t.TempDir(), "list.csv")
			if err := os.WriteFile(path, []byte(csv), 0o600); err != nil {
				t.Fatal(err)
			}
			imp, err := imports.ImportFile(ctx(), path, collect.NewImport{Kind: "customers", Mode: collect.ModeUpsert}, nil)
			if err != nil || imp.State != collect.StateDone {
				t.Fatal(imp.State, imp.ErrorCode, imp.ErrorDetail, err)
			}
			return imp
		}
		id := s.add(fields{"name": "Lin Heron", "city": "Wuxi", "phone": "139 1234 5521", "email": "Canary@old.example"})
		s.exec("insert into contact_points (id, customer_id, kind, value, raw, state, created_at) values (90001, ?, 'wechat', 'wx_canary_7', 'wx_canary_7', 'ok', ?)", id, s.clock.Now().UnixMilli())
		twin := s.add(fields{"name": "Lin Twin", "phone": "13912345522", "email": "canary.two@old.example"})
		solo := s.add(fields{"name": "Lin Solo", "city": "Wuxi", "phone": "13912345524", "email": "canary.four@old.example"})
		other := s.add(fields{"name": "Wang Other", "phone": "13800001111", "email": "stays@old.example"})

		// everything that keeps a word of what was
		s.call(201, "POST", "/customers/"+id+"/activities", fields{"kind": "call", "content": "Rang 139-1234-5521, then wrote to canary@old.example. Wants 20 more."})
		s.call(201, "POST", "/customers/"+id+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": true, "proof": "SMS from +8613912345521"})
		s.call(200, "POST", "/customers/"+id+"/reveal", fields{"field": "phone", "reason": "13912345521 rings back"})
		s.call(201, "POST", "/customers/"+id+"/contact-points", fields{"kind": "phone", "value": "13912345523"}, "Idempotency-Key", "once")
		first := bring("name,phone,email,city\nLin Heron,13912345521,canary@old.example,Suzhou\nWang Other,13800001111,,Ningbo\nLin Solo,13912345524,canary.five@old.example,Suzhou\nBad,139 1234 5521 5521,canary@old.example,\n")
		s.call(200, "POST", "/customers/"+id+"/merge", fields{"other": twin})
		merge := s.call(200, "POST", "/customers/"+other+"/merge", fields{"other": id})["id"].(string)
		s.call(200, "POST", "/merges/"+merge+"/undo", nil)
		page := s.call(200, "POST", "/customers/"+id+"/preference-link", fields{})["link"].(string)
		if status, text, _ := s.visit("POST", page+"/details", url.Values{"email": {"canary.three@old.example"}}); status != 303 {
			t.Fatal(status, text)
		}
		s.exec("insert into corrections (id, customer_id, field, before, value, state, created_at) values (91000, ?, 'phone', '+8613912345521', '+8613912345529', 'refused', 0)", id)
		s.exec("insert into bulk_edits (id, kind, what, chosen, state, targets, total, actor, actor_key, created_at) values (91, 'field', '{}', '{}', 'done', ?, 1, '{}', '', 1)", []byte{})
		s.exec("insert into bulk_changes (edit_id, customer_id, before) values (91, ?, ?)", id, `{"phone":["+8613912345521",""],"city":["Wuxi","x"]}`)
		s.exec("insert into quality_fixes (id, state, rule, method, options, actor, created_at, total) values (92, 'done', 'r', 'm', '{}', '{}', 1, 1)")
		s.exec("insert into quality_fix_changes (fix_id, id, subject_type, subject_id, kind, field, before, after) values (92, 1, 'customer', ?, 'x', 'email', '\"canary@old.example\"', '\"canary@old.example\"')", id)
		s.exec("insert into findings (id, cause, subject_type, subject_id, subject_label, field, value, created_at) values (93000, 'x', 'customer', ?, 'Lin', 'phone', '0086 139 1234 5521', 0)", id)
		s.exec("insert into person_requests (id, customer_id, kind, state, source, note, address, created_at, due_at) values (94, ?, 'copy', 'done', 'staff', 'asked by canary@old.example', 'canary@old.example', 0, 0)", id)
		s.exec("insert into duplicate_scans (id, state, learned, created_at) values (5, 'done', '{\"person\":{\"common\":[{\"canary@old.example\":2,\"13800001111\":0.1}]}}', 0)")
		if err := guard.Seal(ctx(), d); err != nil {
			t.Fatal(err)
		}
		marks := []string{"13912345521", "139 1234 5521", "139-1234-5521", "13912345522", "13912345523", "13912345529", "13912345524", "canary.four", "canary.five", "canary@old", "canary.two", "canary.three", "wx_canary"}
		for _, mark := range marks { // or else the test shows nothing
			found := false
			for _, text := range held(t, d, dir) {
				found = found || strings.Contains(string(text), mark)
			}
			if !found {
				t.Errorf("%s stood nowhere", mark)
			}
		}

		for _, kind := range []string{"phone", "email", "wechat"} {
			s.call(204, "PUT", "/data-items/"+kind, fields{"retention_days": 30, "basis": "contract", "purpose": "to serve her"})
		}
		s.clock.Advance(20 * 24 * time.Hour)
		s.exec("update contact_points set created_at = ? where customer_id = ?", s.clock.Now().UnixMilli(), other) // said again since
		s.clock.Advance(11 * 24 * time.Hour)
		report, err := s.store.Retain(ctx())
		if err != nil || report["phone"] != 6 || report["email"] != 5 || report["wechat"] != 1 {
			t.Fatal(report, err)
		}
		if err := d.Scour(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.nothingOf(dir, marks)

		s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"name": "Lin Heron", "phone": nil, "email": nil})
		s.is(2, "select count(*) from contact_points where customer_id = ?", other)
		if text := s.text("select content from activities where customer_id = ?", id); text != "Rang ****, then wrote to ****. Wants 20 more." {
			t.Error(text)
		}
		if text := s.text("select before from bulk_changes"); !strings.Contains(text, "Wuxi") {
			t.Error("more is gone than was due:", text)
		}
		if check, err := guard.VerifyAudit(context.Background(), d); err != nil || !check.OK {
			t.Error("the log does not hold:", check, err)
		}
		// taking back what is left to be taken back brings no value again
		s.exec("update imports set finished_at = ?", s.clock.Now().UnixMilli())
		if _, err := imports.Undo(ctx(), first.ID); err != nil {
			t.Fatal(err)
		}
		undo := s.one("select max(id) from merges where undone_at is null")
		s.call(200, "POST", "/merges/"+itemNumber(undo)+"/undo", nil)
		s.is(0, "select count(*) from contact_points where customer_id <> ?", other)
		s.has(s.call(200, "GET", "/customers/"+solo, nil), fields{"city": "Wuxi", "phone": nil, "email": nil})
		if again, err := s.store.Retain(ctx()); err != nil || len(again) != 0 {
			t.Error("again:", again, err)
		}
	})
}
