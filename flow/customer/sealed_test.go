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
			if n := s.settle(ctx()); n == 0 {
				t.Fatal("nothing was sealed anew")
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
		t.Run("with further keys everything is sealed and named anew in passes, equal values are equal all the while, and a pass that was ended goes on", func(t *testing.T) {
			s.T = t
			own, _ := s.store.Fields().Set().Find("papers")
			value := func() string {
				return customFields(s.text("select custom from customers where id = ?", id))["papers"].(string)
			}
			old := value()
			s.rotate(keyFile)
			if n, err := s.store.Reseal(ctx()); err != nil || n < 4 { // the keys are read anew here
				t.Fatal(n, err)
			}
			fresh := value()
			if fresh == old || sealedWith(fresh) == sealedWith(old) || !haveCommon(sealedIndexes(fresh), sealedIndexes(old)) || len(sealedIndexes(fresh)) != 2 {
				t.Errorf("%s is sealed as %s", fresh, old)
			}
			if blindText(fresh) != blindText(old) {
				t.Error("columns would hold another index while the key before is there")
			}
			s.exec("update customers set custom = ? where id = ?", `{"papers":"`+old+`"}`, id) // as a process does that has not read the keys yet
			if kept, err := sealedValue(ctx(), own, "canary-220202", old); err != nil || kept != old || !sameValue(fresh, old) {
				t.Error("the same value sealed before is another:", kept, err)
			}
			if at, settled, err := s.store.SealingNow(ctx()); err != nil || settled || !at.Replacing || at.Done != at.Total || at.Rows < 4 {
				t.Error(at, settled, err)
			}
			if n, err := s.store.Reseal(ctx()); err != nil || n != 1 || !s.keys.Replacing() {
				t.Error("what was sealed late:", n, err)
			}
			killed, kill := context.WithCancel(ctx())
			kill()
			if _, err := s.store.Reseal(killed); err == nil {
				t.Error("a pass that was ended says it is done")
			}
			s.settle(ctx())
			last := value()
			if s.keys.Replacing() || len(sealedIndexes(last)) != 1 || haveCommon(sealedIndexes(last), sealedIndexes(old)) || !sameValue(last, fresh) {
				t.Errorf("%s still has the index of %s", last, old)
			}
			for _, p := range places {
				s.is(0, "select count(*) from "+p.table+" where "+p.column+" like '%sealed:%' and "+p.column+" not like ?", "%sealed:"+s.keys.Generation()+":%")
				s.is(0, "select count(*) from "+p.table+" where "+p.column+" like ?", "%"+sealedIndexes(old)[0]+"%")
			}
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.papers": "CANARY-220202"})
			if n, err := s.store.Reseal(ctx()); err != nil || n != 0 {
				t.Error("again:", n, err)
			}
			if err := s.keys.DropCiphers(s.keys.Generation()); err != nil {
				t.Fatal(err)
			}
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"custom.papers": "CANARY-220202"})
			s.has(s.call(200, "GET", "/customers/"+id+"/fields/papers/history", nil), fields{"items.0.before": "CANARY-110101"})
		})
		t.Run("columns get the blind index and never the value", func(t *testing.T) {
			s.T = t
			withheld, err := WithheldFields(context.Background(), d.Read())
			if err != nil {
				t.Fatal(err)
			}
			own, _ := s.store.Fields().Set().Find("papers")
			kept, _, err := KeptValue(ctx(), own, "canary-220202")
			if err != nil {
				t.Fatal(err)
			}
			indexes, err := BlindIndexes(ctx(), own, kept)
			if err != nil || len(indexes) != 1 {
				t.Fatal(indexes, err)
			}
			index := indexes[0]
			if told := Withhold(ctx(), s.text("select custom from customers where id = ?", id), withheld); !strings.Contains(told, `"papers":"`+index+`"`) || strings.Contains(told, "sealed") {
				t.Error(told, index)
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

// settle seals anew, pass by pass, until everything is sealed with the keys of the file.
func (s *shop) settle(ctx context.Context) (changed int64) {
	s.Helper()
	for range 6 {
		n, err := s.store.Reseal(ctx)
		if err != nil {
			s.Fatal(err)
		}
		changed += n
		if _, settled, err := s.store.SealingNow(ctx); err != nil || settled {
			return changed
		}
	}
	s.Fatal("it comes to no end")
	return 0
}

func (s *shop) text(query string, args ...any) (text string) {
	s.Helper()
	if err := s.db.Read().NewRaw(query, args...).Scan(context.Background(), &text); err != nil {
		s.Fatalf("%s: %v", query, err)
	}
	return text
}
