package customer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/field"
	secret "guanxi/base/keys"
	"guanxi/flow/collect"
	"guanxi/guard"
)

func TestSealedFields(t *testing.T) {
	eachWithFiles(t, func(t *testing.T, d *db.DB, dir string) {
		s := newShop(t, d)
		keyFile := filepath.Join(t.TempDir(), secret.FileName)
		k, err := secret.OpenOrCreate(keyFile)
		if err != nil {
			t.Fatal(err)
		}
		s.keys = k
		imports, err := collect.New(d, nil, collect.Settings{Dir: t.TempDir(), Node: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range Kinds(nil, s.store.Fields().Set) {
			imports.Register(kind)
		}
		ctx := func() context.Context {
			return field.With(secret.With(clock.With(guard.System(context.Background()), s.clock), s.keys), s.store.Fields().Set)
		}
		bring := func(csv string) collect.Import {
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
		scour := func() {
			s.Helper()
			if err := d.Scour(context.Background()); err != nil { // what was there before stands in unused parts of the file
				s.Fatal(err)
			}
		}
		nowhere := func(marks ...string) {
			s.Helper()
			s.nothingOf(dir, marks)
		}
		papers := fields{"key": "papers", "type": "text", "label": fields{"zh-CN": "证件号", "en-US": "Papers"}, "applies_to": "both", "sensitivity": "sensitive"}
		s.define(papers, fields{"key": "income", "type": "number", "label": fields{"zh-CN": "收入", "en-US": "Income"}, "applies_to": "both", "sensitivity": "sensitive"})
		id := s.add(fields{"name": "林", "custom": fields{"papers": "CANARY-110101", "income": 918273645}})

		t.Run("who may read it reads it, others see stars, and no file of the records holds it", func(t *testing.T) {
			s.T = t
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.papers": "CANARY-110101", "custom.income": "9.18273645e+08"})
			s.exec("update customers set owner_id = 2 where id = ?", id)
			s.has(s.as(anna).call(200, "GET", "/customers/"+id, nil), fields{"custom.papers": "****", "custom.income": "****"})
			s.as(admin)
			nowhere("canary-110101", "918273645")
		})
		t.Run("changed, merged and parted it stays sealed, and its history can be read by who may", func(t *testing.T) {
			s.T = t
			before := s.one("select count(*) from field_history")
			s.call(200, "PATCH", "/customers/"+id, fields{"custom": fields{"papers": "CANARY-110101"}})
			s.is(before, "select count(*) from field_history")
			s.call(200, "PATCH", "/customers/"+id, fields{"custom": fields{"papers": "CANARY-220202"}})
			s.has(s.call(200, "GET", "/customers/"+id+"/fields/papers/history", nil), fields{"items.0.before": "CANARY-110101", "items.0.after": "CANARY-220202"})
			other := s.add(fields{"name": "Lin Two"})
			s.call(200, "POST", "/customers/"+other+"/merge", fields{"other": id})
			s.has(s.call(200, "GET", "/customers/"+other, nil), fields{"custom.papers": "CANARY-220202"})
			s.rotate(keyFile)
			if n, err := s.store.Reseal(ctx()); err != nil || n == 0 {
				t.Fatal(n, err)
			}
			s.call(200, "POST", fmt.Sprint("/merges/", s.one("select max(id) from merges"), "/undo"), nil)
			s.has(s.call(200, "GET", "/customers/"+other, nil), fields{"custom.papers": nil})
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.papers": "CANARY-220202"})
			scour()
			nowhere("canary")
		})
		t.Run("a list brings it sealed, with what it replaced and what was refused", func(t *testing.T) {
			s.T = t
			first := bring("external_id,name,papers,gender\nk1,Kim,CANARY-330303,女\nk2,Kay,CANARY-330304,女\n")
			if first.Created != 2 {
				t.Fatal(first)
			}
			again := bring("external_id,name,papers\nk1,Kim,canary-330303\nk2,Kay,CANARY-440404\n")
			if again.Unchanged != 1 || again.Updated != 1 {
				t.Errorf("%d unchanged, %d updated", again.Unchanged, again.Updated)
			}
			bring("external_id,name,papers,birthday,too\n,,CANARY-550505,,\nk3,Kit,  CANARY-550506 ,1990-01-01,x,a cell too many\n")
			scour()
			nowhere("canary")
			if _, err := imports.Undo(ctx(), again.ID); err != nil {
				t.Fatal(err)
			}
			k2 := fmt.Sprint(s.one("select customer_id from identities where external_id = 'k2'"))
			s.has(s.call(200, "GET", "/customers/"+k2, nil), fields{"custom.papers": "CANARY-330304"})
		})
		t.Run("with a further key everything is sealed anew, the one before still opens, and equal values are still found", func(t *testing.T) {
			s.T = t
			old := s.text("select custom from customers where id = ?", id)
			s.rotate(keyFile)
			if n, err := s.store.Reseal(ctx()); err != nil || n < 4 {
				t.Fatal(n, err)
			}
			fresh := s.text("select custom from customers where id = ?", id)
			if fresh == old || strings.Contains(fresh, sealedWith(strings.SplitAfter(old, `"papers":"`)[1])) {
				t.Errorf("%s is still sealed as %s", fresh, old)
			}
			if sealedIndex(strings.SplitAfter(fresh, `"papers":"`)[1]) != sealedIndex(strings.SplitAfter(old, `"papers":"`)[1]) {
				t.Error("another index")
			}
			s.is(0, "select count(*) from field_history where after like '%sealed:%' and after not like ?", "%sealed:"+k.Current()+":%")
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.papers": "CANARY-220202"})
			if n, err := s.store.Reseal(ctx()); err != nil || n != 0 {
				t.Error("again:", n, err)
			}
		})
		t.Run("columns get the blind index and never the value", func(t *testing.T) {
			s.T = t
			withheld, err := WithheldFields(context.Background(), d.Read())
			if err != nil {
				t.Fatal(err)
			}
			own, _ := s.store.Fields().Set().Find("papers")
			index, _, err := BlindIndex(ctx(), own, "canary-220202")
			if told := Withhold(s.text("select custom from customers where id = ?", id), withheld); err != nil || !strings.Contains(told, `"papers":"`+index+`"`) || strings.Contains(told, "sealed") {
				t.Error(told, index, err)
			}
		})
		t.Run("a field that becomes sensitive has its values sealed, and one that no longer is gets them back", func(t *testing.T) {
			s.T = t
			s.define(fields{"key": "school", "type": "text", "label": fields{"zh-CN": "学校", "en-US": "School"}, "applies_to": "both"})
			s.call(200, "PATCH", "/customers/"+id, fields{"custom": fields{"school": "CANARY-SCHOOL"}})
			again := func(sensitivity string) {
				s.Helper()
				s.call(200, "PUT", "/customer-fields/school", fields{"label": fields{"zh-CN": "学校", "en-US": "School"}, "applies_to": "both", "sensitivity": sensitivity})
				if _, err := s.store.Reseal(ctx()); err != nil {
					s.Fatal(err)
				}
			}
			again("sensitive")
			s.exec("update audit_entries set summary = '{}' where summary like '%CANARY-SCHOOL%'") // written while it was not
			scour()
			nowhere("canary-school")
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.school": "CANARY-SCHOOL"})
			again("normal")
			if !strings.Contains(s.text("select custom from customers where id = ?", id), `"school":"CANARY-SCHOOL"`) {
				t.Error("it was not given back")
			}
		})
		t.Run("without the key file nothing sensitive is taken in", func(t *testing.T) {
			s.T = t
			kept := s.keys
			s.keys = nil
			s.call(422, "PATCH", "/customers/"+id, fields{"custom": fields{"papers": "CANARY-660606"}})
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.papers": nil})
			s.keys = kept
		})
		t.Run("a text that looks sealed is not believed", func(t *testing.T) {
			s.T = t
			s.call(422, "PATCH", "/customers/"+id, fields{"custom": fields{"papers": "sealed:00000000:00:AA"}})
			s.call(422, "PATCH", "/customers/"+id, fields{"custom": fields{"nobody_defined": "sealed:00000000:00:AA"}})
		})
	})
}

// rotate adds a key to the file, as the command does.
func (s *shop) rotate(keyFile string) {
	s.Helper()
	if err := secret.Rotate(keyFile); err != nil {
		s.Fatal(err)
	}
}

func (s *shop) text(query string, args ...any) (text string) {
	s.Helper()
	if err := s.db.Read().NewRaw(query, args...).Scan(context.Background(), &text); err != nil {
		s.Fatalf("%s: %v", query, err)
	}
	return text
}
