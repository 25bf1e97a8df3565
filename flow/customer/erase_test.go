package customer

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	secret "guanxi/base/keys"
	"guanxi/flow/collect"
	"guanxi/flow/schema"
	"guanxi/guard"
)

// hers are marks of everything her() has said of the two records that are one person.
var hers = []string{"heron", "twin wei", "twin@", "twin-id", "twin said", "13912345521", "139 1234 5521", "13912345522"}

// held gives everything the records hold as lower-case text: each file of the folder on SQLite, each row of each table on
// PostgreSQL.
func held(t *testing.T, d *db.DB, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	if err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = bytes.ToLower(text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if d.Engine() == db.SQLite {
		return all
	}
	ctx := context.Background()
	var tables []string
	if err := d.Read().NewRaw("select table_name from information_schema.tables where table_schema = current_schema()").Scan(ctx, &tables); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		var text string
		if err := d.Read().NewRaw("select coalesce(string_agg(t::text, ' '), '') from "+table+" t").Scan(ctx, &text); err != nil {
			t.Fatal(err)
		}
		all[table] = bytes.ToLower([]byte(text))
	}
	return all
}

func (s *shop) nothingOf(dir string, marks []string) {
	s.Helper()
	for place, text := range held(s.T, s.db, dir) {
		for _, mark := range marks {
			if at := bytes.Index(text, []byte(mark)); at >= 0 {
				s.Errorf("%q is still in %s: %q", mark, place, text[max(0, at-60):min(len(text), at+60)])
			}
		}
	}
}

// eachWithFiles runs test on both engines, in a data folder of its own.
func eachWithFiles(t *testing.T, test func(t *testing.T, d *db.DB, dir string)) {
	for engine, options := range map[string]func(dir string) db.Options{
		"sqlite":   func(dir string) db.Options { return db.Options{Dir: dir} },
		"postgres": func(string) db.Options { return db.Options{PostgresURL: dbtest.PostgresURL(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			dir := t.TempDir()
			o := options(dir)
			o.Schema = db.Schema{SQLite: schema.SQLite(), Postgres: schema.Postgres()}
			d, err := db.Open(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			test(t, d, dir)
		})
	}
}

func newKeys(t *testing.T) *secret.Keys {
	t.Helper()
	k, err := secret.OpenOrCreate(filepath.Join(t.TempDir(), secret.FileName))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestErase(t *testing.T) {
	eachWithFiles(t, func(t *testing.T, d *db.DB, dir string) {
		s := newShop(t, d)
		s.keys = newKeys(t)
		her, other := s.her()
		imports, err := collect.New(d, nil, collect.Settings{Dir: dir, Node: "test"})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range Kinds(nil, s.store.Fields().Set) {
			imports.Register(k)
		}
		s.store.Erasing(imports, nil, nil)
		ctx := secret.With(guard.System(context.Background()), s.keys)
		bring := func(csv string) collect.Import {
			path := filepath.Join(t.TempDir(), "list.csv")
			if err := os.WriteFile(path, []byte(csv), 0o600); err != nil {
				t.Fatal(err)
			}
			imp, err := imports.ImportFile(ctx, path, collect.NewImport{Kind: "customers"}, nil)
			if err != nil || imp.State != collect.StateDone {
				t.Fatal(imp.State, imp.ErrorCode, imp.ErrorDetail, err)
			}
			return imp
		}
		// changes her, so that it keeps what she was; refuses a row with her number written otherwise; leaves a file behind
		bring("name,phone,email,birthday\nHeron Wei,13912345521,heron@mail.cn,1991-08-23\nHeron Wei,139 1234 5521,broken,someday\n,,,\n")
		s.exec("insert into import_rejects (import_id, row_number, code, field, value, raw) select max(id), 900, 'x', 'phone', '139 1234 5521', '[\"Heron Wei\",\"139 1234 5521\"]' from imports")
		s.exec("insert into import_rejects (import_id, row_number, code, field, value, raw) select max(id), 901, 'x', 'phone', '138', '[\"Canary Wei\",\"138\"]' from imports")
		s.exec("insert into findings (id, cause, subject_type, row_number, field, value, created_at) values (100000, 'x', 'row', 3, 'email', 'HERON@mail.cn', 0)")
		s.exec("insert into idempotency_keys (actor, key, operation, request_hash, status, body, created_at) values ('a', 'k', '/api/v1/customers', '', 201, '{\"name\":\"Heron Wei\"}', 0), ('a', 'l', '/api/v1/customers', '', 201, '{\"name\":\"Canary Wei\"}', 0)")
		s.exec("insert into duplicate_scans (id, state, learned, created_at) values (5, 'done', '{\"person\":{\"common\":[{\"heron\":2,\"Heron Wei\":0.1,\"canary wei\":0.1}]}}', 0)")
		if err := guard.Seal(ctx, d); err != nil {
			t.Fatal(err)
		}
		orders := s.one("select count(*) from orders")
		gross := s.one("select cast(sum(gross) as bigint) from orders")
		theirs, err := json.Marshal(s.call(200, "GET", "/customers/"+other, nil))
		if err != nil {
			t.Fatal(err)
		}

		path := "/customers/" + her + "/erase"
		s.call(422, "POST", path, fields{"reason": "she is called Heron"})
		for _, role := range []string{"sales", "operator", "service", "analyst", "auditor"} {
			nobody := anna
			nobody.Role = role
			s.as(nobody).call(403, "POST", path, fields{"reason": "requested"})
		}
		manager := bo
		manager.Role = "manager"
		s.as(manager).call(404, "POST", path, fields{"reason": "requested"})
		s.as(admin).is(0, "select count(*) from erasures")

		s.has(s.call(200, "POST", path, fields{"reason": "requested"}), fields{"orders_kept": 2, "suppressed": 2})
		s.call(404, "GET", "/customers/"+her, nil)
		s.call(404, "POST", path, fields{"reason": "requested"})
		// by day the files are left in peace, but never for a whole day
		for _, want := range []int64{0, 1, 1} {
			if err := s.store.scour(clock.With(ctx, s.clock)); err != nil {
				t.Fatal(err)
			}
			s.is(want, "select count(*) from settings where key = 'erasures.scoured'")
			s.clock.Advance(20 * time.Hour)
		}
		s.nothingOf(dir, hers)

		s.is(orders, "select count(*) from orders")
		s.is(gross, "select cast(sum(gross) as bigint) from orders")
		s.is(2, "select count(*) from orders where customer_id is null")
		s.is(1, "select count(*) from import_rejects where raw like '%Canary%'")
		s.is(1, "select count(*) from idempotency_keys")
		s.is(2, "select count(*) from erasures")
		s.is(1, "select count(*) from audit_entries where action = 'customer.erased' and subject_id = ? and actor_name = 'Lin' and summary like '%requested%'", her)
		after, err := json.Marshal(s.call(200, "GET", "/customers/"+other, nil))
		if err != nil || !bytes.Equal(after, theirs) {
			t.Errorf("somebody else is not as before: %s", after)
		}

		t.Run("the audit log is whole, and shows when more than the erasure was taken out of it", func(t *testing.T) {
			dbtest.Settle(t, d)
			if err := guard.Seal(ctx, d); err != nil {
				t.Fatal(err)
			}
			state, err := guard.VerifyAudit(ctx, d)
			if err != nil || !state.OK || state.Sealed != state.Entries {
				t.Fatalf("%+v %v", state, err)
			}
			for _, change := range []string{
				"update audit_entries set actor_name = 'Nobody' where kept_hash <> ''",
				"update audit_entries set summary = '{\"name\":\"x\"}' where kept_hash <> ''",
				"update audit_entries set kept_hash = '00', summary = '{}' where kept_hash = '' and action = 'customer.created'",
			} {
				s.exec("create table was as select id, txid, actor_name, summary, kept_hash from audit_entries")
				s.exec(change)
				if state, err := guard.VerifyAudit(ctx, d); err != nil || state.OK {
					t.Errorf("nobody sees %s (%v)", change, err)
				}
				s.exec(`update audit_entries set actor_name = (select w.actor_name from was w where w.id = audit_entries.id),
summary = (select w.summary from was w where w.id = audit_entries.id), kept_hash = (select w.kept_hash from was w where w.id = audit_entries.id)`)
				s.exec("drop table was")
			}
			if state, err := guard.VerifyAudit(ctx, d); err != nil || !state.OK {
				t.Fatalf("%+v %v", state, err)
			}
		})
		t.Run("coming in again she is new, and is not written to until she agrees anew", func(t *testing.T) {
			s.T = t
			for range 2 { // a list that claims she said yes
				bring("name,phone,sms consent\nHeron Wei,13912345521,yes\n")
			}
			again := s.one("select id from customers where name = 'Heron Wei'")
			id := itemNumber(again)
			if id == her {
				t.Error("the same customer")
			}
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"consents.0.purpose": "marketing", "consents.0.channel": "sms", "consents.0.granted": false,
				"consents.0.source": "suppression", "orders": nil})
			made := s.add(fields{"name": "Another", "phone": "13912345522"})
			s.has(s.call(200, "GET", "/customers/"+made, nil), fields{"consents.0.granted": false})
			free := s.add(fields{"name": "Third", "phone": "13912340000"})
			s.has(s.call(200, "GET", "/customers/"+free, nil), fields{"consents.0": nil})
			s.clock.Advance(1e9)
			s.call(201, "POST", "/customers/"+made+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": true})
			s.has(s.call(200, "GET", "/customers/"+made, nil), fields{"consents.0.granted": true})
		})
	})
}

// Whoever was erased does not come back with an older state, whatever that state had her joined with; another customer with
// the same number stays.
func TestErasedStayErasedAfterARestore(t *testing.T) {
	eachWithFiles(t, func(t *testing.T, d *db.DB, dir string) {
		s := newShop(t, d)
		s.keys = newKeys(t)
		her, _ := s.her()
		s.call(200, "POST", "/customers/"+her+"/erase", fields{"reason": "requested"})
		list := ErasedPersons{Keys: s.keys, Where: func(records *db.DB, _ string) (*Store, error) { return New(records), nil }}
		kept, err := list.Collect(t.Context(), d, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range hers {
			if strings.Contains(strings.ToLower(string(kept)), mark) {
				t.Errorf("%q is in the list of the erased", mark)
			}
		}

		eachWithFiles(t, func(t *testing.T, older *db.DB, dir string) {
			r := newShop(t, older)
			r.keys = s.keys
			same, canary := r.her()
			r.call(200, "POST", "/customers/"+canary+"/merge", fields{"other": same})
			for range 2 { // twice does no harm
				if _, err := list.Reapply(t.Context(), older, dir, kept); err != nil {
					t.Fatal(err)
				}
			}
			if err := older.Scour(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.nothingOf(dir, hers)
			r.has(r.call(200, "GET", "/customers/"+canary, nil), fields{"name": "Canary Wei"})
			r.is(1, "select count(*) from orders where customer_id = ?", canary)
			r.is(2, "select count(*) from orders where customer_id is null")
			r.is(2, "select count(*) from suppressions")
			if again, err := list.Collect(t.Context(), older, nil); err != nil || !bytes.Equal(again, kept) {
				t.Errorf("the list of the restored records is %s (%v), was %s", again, err, kept)
			}
		})
		eachWithFiles(t, func(t *testing.T, older *db.DB, dir string) {
			r := newShop(t, older)
			r.clock.Advance(1e9)
			r.add(fields{"name": "Number One"})
			if _, err := list.Reapply(t.Context(), older, dir, kept); err != nil {
				t.Fatal(err)
			}
			r.is(1, "select count(*) from customers")
		})
	})
}
