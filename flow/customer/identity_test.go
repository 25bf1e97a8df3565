package customer

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
	"guanxi/guard"
)

func key(kind, value string) fields { return fields{"kind": kind, "value": value} }

// identify tells the shop of keys of somebody and gives who it is: "" for nobody.
func (s *shop) identify(source string, keys ...fields) string {
	s.Helper()
	id, _ := s.call(200, "POST", "/identify", fields{"source": source, "identifiers": keys})["customer_id"].(string)
	return id
}

func (s *shop) rules(source string, rules ...fields) {
	s.Helper()
	s.call(200, "PUT", "/identity-rules", fields{"source": source, "rules": rules})
}

func rule(kind, conflict string, more ...fields) fields {
	r := fields{"kind": kind, "conflict": conflict, "verified_only": false, "most_customers": 0}
	for _, m := range more {
		for name, value := range m {
			r[name] = value
		}
	}
	return r
}

func TestIdentify(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		part := func(name string, fn func()) { t.Run(name, func(t *testing.T) { s.T = t; fn() }) }
		same := func(a, b string) {
			s.Helper()
			if a == "" || a != b {
				s.Errorf("%q is not %q", a, b)
			}
		}
		part("the surest key says who it is, and the others are learned", func() {
			lin := s.identify("shop", key("external_id", "C1"), key("phone", "139 1234 5521"))
			same(s.identify("shop", key("phone", "+8613912345521"), key("member_no", "M1")), lin)
			same(s.identify("shop", key("member_no", "M1"), key("unionid", "U1")), lin)
			same(s.identify("wechat", key("unionid", "U1")), lin) // a unionid is the same everywhere
			if other := s.identify("pos", key("member_no", "M1")); other == lin {
				s.Error("a member number of another source is another one")
			}
			s.has(s.call(200, "GET", "/customers/"+lin, nil), fields{"source": "shop"})
			s.is(1, "select count(*) from audit_entries where action = 'customer.identified' and subject_id = ? and summary like '%\"created\":true%'", lin)
		})
		part("a test tells who it would be, and why, and writes nothing", func() {
			before := s.one("select count(*) from identities")
			answer := s.call(200, "POST", "/identify/test", fields{"source": "shop", "identifiers": []fields{key("phone", "13912345521"), key("external_id", "C9")}})
			s.has(answer, fields{"created": false, "steps.0.kind": "external_id", "steps.0.said": "nobody", "steps.1.said": "named", "steps.1.value": "139****5521"})
			s.has(s.call(200, "POST", "/identify/test", fields{"source": "shop", "identifiers": []fields{key("openid", "new")}}), fields{"created": true, "customer_id": nil})
			s.is(before, "select count(*) from identities")
		})
		part("what becomes of a key that names somebody else", func() {
			for _, conflict := range []string{"keep", "ask", "take", "merge"} {
				source := "s-" + conflict
				s.rules(source, rule("external_id", "keep"), rule("phone", conflict))
				phone := "1380000" + fmt.Sprintf("%04d", len(conflict)*7+slices.Index([]string{"keep", "ask", "take", "merge"}, conflict))
				a, b := s.identify(source, key("external_id", "A")), s.identify(source, key("phone", phone))
				same(s.identify(source, key("external_id", "A"), key("phone", phone)), a)
				after := s.identify(source, key("phone", phone))
				want := b
				if conflict == "take" || conflict == "merge" {
					want = a
				}
				same(after, want)
				pairs := map[string]int64{"ask": 1}[conflict]
				s.is(pairs, "select count(*) from duplicate_pairs where state = 'open' and a_id in (?, ?)", *number(a), *number(b))
				s.is(map[string]int64{"merge": 1}[conflict], "select count(*) from merges where kept_id = ? and merged_id = ?", *number(a), *number(b))
			}
		})
		part("a key shared by too many names nobody, one not verified only where that is allowed", func() {
			s.rules("store", rule("external_id", "keep"), rule("phone", "keep", fields{"most_customers": 1}))
			for _, id := range []string{"1", "2"} {
				s.add(fields{"name": "同号" + id, "phone": "13700000001"})
			}
			answer := s.call(200, "POST", "/identify", fields{"source": "store", "identifiers": []fields{key("phone", "13700000001")}})
			s.has(answer, fields{"created": true, "steps.0.said": "too_many"})
			s.rules("strict", rule("phone", "keep", fields{"verified_only": true}))
			first := s.call(200, "POST", "/identify", fields{"source": "strict", "identifiers": []fields{{"kind": "phone", "value": "13700000009", "verified": true}}})
			s.has(s.call(200, "POST", "/identify", fields{"source": "strict", "identifiers": []fields{key("phone", "13700000009")}}), fields{"created": true, "steps.0.said": "not_verified"})
			same(s.identify("strict", fields{"kind": "phone", "value": "13700000009", "verified": true}), first["customer_id"].(string))
		})
		part("an anonymous visitor becomes known with all it did, and can be parted again for good", func() {
			look := func(keys ...fields) fields {
				return s.call(200, "POST", "/identify", fields{"source": "web", "event": "page_viewed", "properties": fields{"page": "/serum"}, "identifiers": keys})
			}
			people := s.one("select count(*) from customers")
			s.has(look(key("anonymous_id", "anon-1")), fields{"customer_id": nil, "created": false})
			look(key("anonymous_id", "anon-1"))
			s.is(people, "select count(*) from customers")
			s.clock.Advance(time.Hour)
			known := s.identify("web", key("anonymous_id", "anon-1"), key("email", "lin@muhe.example"))
			s.has(s.call(200, "GET", "/customers/"+known+"/visitors", nil), fields{"items.0.value": "anon-1", "items.0.tied_by": "rule", "items.0.sightings.1.event": "page_viewed", "items.0.sightings.0.properties.page": "/serum"})
			same(s.identify("web", key("anonymous_id", "anon-1")), known)
			visitor := at(s.call(200, "GET", "/customers/"+known+"/visitors", nil), "items.0.id").(string)
			s.has(s.call(200, "GET", "/customers/"+known+"/timeline?kind=visitor", nil), fields{"counts.visitor": 2.0, "items.0.title_code": "visitor_known", "items.0.values.value": "anon-1", "items.0.values.tied_by": "rule", "items.0.values.tied_with.0": "email",
				"items.1.title_code": "visit", "items.1.values.count": 2.0, "items.1.values.known": false, "items.1.details.0.code": "page_viewed", "items.1.details.0.values.properties.page": "/serum"})
			first := s.call(200, "GET", "/customers/"+known+"/timeline?kind=visitor&limit=1", nil)
			s.has(s.call(200, "GET", "/customers/"+known+"/timeline?kind=visitor&limit=1&cursor="+first["next_cursor"].(string), nil), fields{"items.0.title_code": "visit"})
			s.call(204, "POST", "/visitors/"+visitor+"/untie", nil)
			s.has(s.call(200, "GET", "/customers/"+known+"/timeline?kind=visitor", nil), fields{"counts.visitor": 1.0, "items.0.title_code": "visitor_parted", "items.0.values.actor": "Lin"})
			s.has(look(key("anonymous_id", "anon-1")), fields{"customer_id": nil})
			s.identify("web", key("anonymous_id", "anon-1"), key("email", "lin@muhe.example"))
			if items := s.call(200, "GET", "/customers/"+known+"/visitors", nil)["items"].([]any); len(items) != 0 {
				s.Errorf("a rule tied what a person has parted: %v", items)
			}
			s.call(204, "POST", "/visitors/"+visitor+"/tie", fields{"customer_id": known})
			s.has(s.call(200, "GET", "/customers/"+known+"/visitors", nil), fields{"items.0.sightings.2.event": "page_viewed"})
			s.call(409, "POST", "/visitors/"+visitor+"/tie", fields{"customer_id": known})
		})
		part("what cannot be asked, and by whom", func() {
			s.call(422, "POST", "/identify", fields{"source": "shop", "identifiers": []fields{key("phone", "123")}})
			s.call(422, "POST", "/identify", fields{"source": "a:b", "identifiers": []fields{key("openid", "1")}})
			s.call(422, "POST", "/identify", fields{"source": "shop", "event": "x", "identifiers": []fields{key("openid", "1")}})
			s.call(422, "PUT", "/identity-rules", fields{"source": "shop", "rules": []fields{rule("phone", "keep"), rule("phone", "ask")}})
			s.as(anna).call(403, "POST", "/identify", fields{"source": "shop", "identifiers": []fields{key("openid", "1")}})
			s.call(403, "POST", "/identify/test", fields{"source": "shop", "identifiers": []fields{key("phone", "13912345521")}})
			s.call(403, "PUT", "/identity-rules", fields{"source": "shop", "rules": []fields{}})
			s.as(analyst).call(403, "POST", "/identify/test", fields{"source": "shop", "identifiers": []fields{key("external_id", "C1")}})
			s.as(admin)
		})
	})
}

// Two hundred at once who bring the same phone number are one customer.
func TestIdentifyAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		ctx := guard.With(clock.With(context.Background(), s.clock), admin)
		var wait sync.WaitGroup
		errs := make(chan error, 200)
		for i := range 200 {
			wait.Go(func() {
				errs <- d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					_, err := s.store.Resolve(ctx, tx, "shop", []Identifier{{Kind: KeyPhone, Value: "13912345521"}, {Kind: KeyMemberNo, Value: fmt.Sprint("M", i%7)}})
					return err
				})
			})
		}
		wait.Wait()
		close(errs)
		for err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		s.is(1, "select count(*) from customers")
		s.is(7, "select count(*) from identities")
		s.is(1, "select count(*) from contact_points")
	})
}

// Where keys that meet make one customer, the order in which they arrive does not matter: the customers are the connected
// parts of the graph of keys, as union-find tells.
func TestIdentitiesEndInOnePartition(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		var all []fields
		for _, kind := range []string{KeyExternalID, KeyMemberNo, KeyUnionID, KeyOpenID, KeyPhone, KeyEmail, KeyDevice, KeyAnonymous} {
			all = append(all, rule(kind, "merge"))
		}
		ctx := guard.With(clock.With(context.Background(), s.clock), admin)
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			round++
			source := fmt.Sprint("r", round)
			s.rules(source, all...)
			value := func(kind string, n int) Identifier {
				switch kind {
				case KeyPhone:
					return Identifier{Kind: kind, Value: fmt.Sprintf("139%08d", round*10+n)}
				case KeyEmail:
					return Identifier{Kind: kind, Value: fmt.Sprintf("a%d-%d@muhe.example", round, n)}
				}
				return Identifier{Kind: kind, Value: fmt.Sprintf("%d-%d", round, n)}
			}
			parent := map[Identifier]Identifier{}
			var root func(k Identifier) Identifier
			root = func(k Identifier) Identifier {
				if parent[k] == k {
					return k
				}
				return root(parent[k])
			}
			for range rapid.IntRange(1, 12).Draw(rt, "arrivals") {
				var keys []Identifier
				for range rapid.IntRange(1, 3).Draw(rt, "keys") {
					kind := rapid.SampledFrom([]string{KeyExternalID, KeyMemberNo, KeyUnionID, KeyPhone, KeyEmail}).Draw(rt, "kind")
					keys = append(keys, value(kind, rapid.IntRange(0, 2).Draw(rt, "n")))
				}
				for _, k := range keys {
					if _, known := parent[k]; !known {
						parent[k] = k
					}
					parent[root(k)] = root(keys[0])
				}
				if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					_, err := s.store.Resolve(ctx, tx, source, keys)
					return err
				}); err != nil {
					rt.Fatal(err)
				}
			}
			of := map[Identifier]int64{}
			byRoot, byCustomer := map[Identifier]int64{}, map[int64]Identifier{}
			for k := range parent {
				r, err := s.store.WouldBe(ctx, source, []Identifier{k})
				if err != nil || r.Customer == 0 {
					rt.Fatalf("%v is nobody: %v", k, err)
				}
				of[k] = r.Customer
				if c, seen := byRoot[root(k)]; seen && c != r.Customer {
					rt.Fatalf("%v belongs to two customers: %v", k, of)
				}
				if other, seen := byCustomer[r.Customer]; seen && other != root(k) {
					rt.Fatalf("customer %d is two people: %v", r.Customer, of)
				}
				byRoot[root(k)], byCustomer[r.Customer] = r.Customer, root(k)
			}
		})
	})
}

// Imports recognise customers by the rules of their source.
func TestImportsFollowTheRulesOfTheirSource(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		desk := newDesk(t, d)
		set := func(source string, rules ...IdentityRule) {
			t.Helper()
			if err := New(d).SetIdentityRules(guard.System(context.Background()), source, rules); err != nil {
				t.Fatal(err)
			}
		}
		people := func(want int64) {
			t.Helper()
			desk.is(want, "select count(*) from customers")
		}
		from := func(source string) func(*collect.NewImport) {
			return func(n *collect.NewImport) { n.Mapping.Constants = map[string]string{"source": source} }
		}
		desk.text("customers", "external_id,name,phone\nA,林,13912345521\n", from("shop"))
		desk.text("customers", "external_id,name,phone\nB,林,13912345521\n", from("pos"))
		people(1) // by the phone
		set("fair", IdentityRule{Kind: KeyExternalID, Conflict: ConflictKeep})
		desk.text("customers", "external_id,name,phone\nC,林,13912345521\n", from("fair"))
		people(2) // the fair knows nobody by phone
		set("mail", IdentityRule{Kind: KeyPhone, Conflict: ConflictKeep, Most: 1})
		desk.text("customers", "external_id,name,phone\nD,林,13912345521\nE,王,13912345521\n", from("mail"))
		people(4) // too many share the phone to be recognised by it, also within one file
	})
}

// A row whose keys name two customers follows the rule of its source: a question with its reason in the queue of duplicates,
// a key that goes over, or one customer. Taking the import back takes back what can be.
func TestImportsSettleContradictions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, desk := newShop(t, d), newDesk(t, d)
		named := func(source string) func(*collect.NewImport) {
			return func(n *collect.NewImport) { n.Mapping.Constants = map[string]string{"source": source} }
		}
		holder := func(phone string) (ids string) {
			for _, id := range s.holders(phone) {
				ids += fmt.Sprint(id, " ")
			}
			return ids
		}
		for n, conflict := range []string{"keep", "ask", "take", "merge"} {
			t.Run(conflict, func(t *testing.T) {
				s.T, desk.T = t, t
				source, phone := "src-"+conflict, fmt.Sprintf("1390000%04d", n)
				s.rules(source, rule("external_id", "ask"), rule("phone", conflict))
				desk.text("customers", "external_id,name,phone\nA,林婉清,\nB,王小明,"+phone+"\n", named(source))
				a, b := desk.one("select customer_id from identities where source = ? and external_id = 'A'", source), desk.one("select customer_id from identities where source = ? and external_id = 'B'", source)
				imp := desk.text("customers", "external_id,name,phone\nA,林婉清,"+phone+"\n", named(source))
				open := "select count(*) from duplicate_pairs where state = 'open' and a_id = ? and b_id = ?"
				findings := map[string]int64{"identity_conflict": 1}
				switch conflict {
				case "keep":
					desk.is(0, open, min(a, b), max(a, b))
				case "ask":
					desk.is(1, open, min(a, b), max(a, b))
					pair := at(s.call(200, "GET", "/duplicates", nil), "items.0").(fields)
					s.has(pair, fields{"contradiction.source": source, "contradiction.sure": "external_id", "contradiction.kind": "phone", "contradiction.import_id": fmt.Sprint(imp.ID),
						"contradiction.en-US": "For one person of src-ask, the external id names one of them and the phone the other"})
					if _, err := s.store.keepPairs(desk.ctx, 77, nil); err != nil { // a search that finds nothing leaves the question
						t.Fatal(err)
					}
					desk.is(1, open, min(a, b), max(a, b))
				case "take":
					if got := holder(phone); got != fmt.Sprint(a, " ") {
						t.Errorf("%s holds the phone, not %d", got, a)
					}
					findings = nil
				case "merge":
					desk.is(1, "select count(*) from merges where kept_id = ? and merged_id = ? and undone_at is null", a, b)
					findings = nil
				}
				desk.findings(imp.ID, findings)
				if _, err := desk.engine.Undo(desk.ctx, imp.ID); err != nil {
					t.Fatal(err)
				}
				desk.is(0, open, min(a, b), max(a, b))
				if got := holder(phone); got != fmt.Sprint(b, " ") {
					t.Errorf("%s holds the phone after undo, not %d", got, b)
				}
				desk.is(2, "select count(*) from customers where merged_into is null and deleted_at is null and id in (?, ?)", a, b)
			})
		}
	})
}

func (s *shop) holders(phone string) (ids []int64) {
	s.Helper()
	if err := s.db.Read().NewRaw("select customer_id from contact_points where value = ?", "+86"+phone).Scan(context.Background(), &ids); err != nil {
		s.Fatal(err)
	}
	return ids
}

func TestMatchOrCreate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		part := func(name string, fn func()) { t.Run(name, func(t *testing.T) { s.T = t; fn() }) }
		path := "/customers?match=shop"
		var lin string
		part("nobody is known by the keys: 201, with the keys", func() {
			made := s.call(201, "POST", path, fields{"name": "林婉清", "phone": "139 1234 5521", "identifiers": []fields{key("member_no", "M1")}})
			s.has(made, fields{"source": "shop", "phone": "139****5521", "match.created": true})
			lin = made["id"].(string)
			s.is(1, "select count(*) from contact_points")
			s.is(1, "select count(*) from audit_entries where action = 'customer.created'")
		})
		part("somebody is: 200, what is missing is filled in, nothing is overwritten", func() {
			found := s.call(200, "POST", path, fields{"name": "婉清", "city": "上海", "birthday": "1990-02-03", "tags": []string{"vip"}, "email": "Lin@Muhe.example", "identifiers": []fields{key("member_no", "M1")}})
			s.has(found, fields{"id": lin, "name": "林婉清", "city": "上海", "birthday": "1990-02-03", "tags.0": "vip", "email": "l****@muhe.example", "match.created": false, "match.steps.0.said": "named"})
			s.has(s.call(200, "POST", path, fields{"name": "x", "city": "北京", "email": "lin@muhe.example"}), fields{"id": lin, "city": "上海"})
			before := s.one("select version from customers")
			s.call(200, "POST", path, fields{"name": "x", "phone": "13912345521"})
			s.is(before, "select version from customers") // nothing new leaves no trace
			s.is(1, "select count(*) from customers")
		})
		part("keys of two go the way of the rule", func() {
			other := s.call(201, "POST", path, fields{"name": "王小明", "phone": "13800000002"})["id"].(string)
			s.has(s.call(200, "POST", path, fields{"name": "林婉清", "phone": "13800000002", "identifiers": []fields{key("member_no", "M1")}}),
				fields{"id": lin, "match.steps.1.said": "other", "match.steps.1.done": "ask", "match.steps.1.customer_id": other})
			s.has(s.call(200, "GET", "/duplicates", nil), fields{"items.0.contradiction.sure": "member_no", "items.0.contradiction.kind": "phone", "items.0.contradiction.import_id": nil})
			s.is(1, "select count(*) from contact_points where value = '+8613800000002'")
		})
		part("what cannot be asked, and by whom", func() {
			people := s.one("select count(*) from customers")
			s.call(422, "POST", path, fields{"name": "x"})
			s.call(422, "POST", path, fields{"name": "x", "phone": "12"})
			s.call(422, "POST", "/customers", fields{"name": "x", "identifiers": []fields{key("member_no", "M1")}})
			s.as(anna).call(403, "POST", path, fields{"name": "x", "phone": "13912345521"})
			s.as(analyst).call(403, "POST", path, fields{"name": "x", "phone": "13912345521"})
			s.as(admin).is(people, "select count(*) from customers")
		})
		part("two hundred at once are one customer", func() {
			before := s.one("select count(*) from customers")
			var wait sync.WaitGroup
			ids := make(chan string, 200)
			ctx := clock.With(guard.With(context.Background(), admin), s.clock)
			for i := range 200 {
				wait.Go(func() {
					draft := &CustomerDraft{CustomerFields: CustomerFields{Name: Text{true, "李白"}, Phone: Text{true, "13811112222"}, Tags: &[]string{fmt.Sprint("t", i%3)}}}
					r, err := s.store.MatchOrCreate(ctx, "shop", draft)
					if err != nil {
						ids <- err.Error()
						return
					}
					ids <- fmt.Sprint(r.Customer)
				})
			}
			wait.Wait()
			close(ids)
			seen := map[string]bool{}
			for id := range ids {
				seen[id] = true
			}
			if len(seen) != 1 {
				t.Errorf("answers: %v", seen)
			}
			s.is(before+1, "select count(*) from customers")
			s.is(3, "select count(*) from customer_tags t join customers c on c.id = t.customer_id where c.name = '李白'")
		})
	})
}
