package customer

import (
	"net/url"
	"testing"
	"time"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestFollowUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		id := s.add(lin)
		path := "/customers/" + id + "/activities"
		for name, body := range map[string]fields{
			"another kind":          {"kind": "fax", "content": "x"},
			"nothing said":          {"kind": "call"},
			"a next without a time": {"kind": "call", "content": "x", "next_action": "回访"},
			"a result that is text": {"kind": "call", "result": "没接!"},
			"a call yet to come":    {"kind": "call", "content": "x", "happened_at": "2026-04-01T00:00:00Z"},
		} {
			t.Run("refuses "+name, func(t *testing.T) {
				s.T = t
				s.call(422, "POST", path, body)
				s.is(0, "select count(*) from activities")
			})
		}

		first := s.call(201, "POST", path, fields{"kind": "call", "content": "泵头按不出来", "result": "reached", "next_action": "回访泵头使用", "next_at": "2026-03-13T01:00:00Z"})
		s.has(first, fields{"customer.name": "林婉清", "staff.name": "Lin", "next_at": "2026-03-13T01:00:00Z", "next_done_at": nil, "happened_at": "2026-03-12T09:00:00Z"})
		s.is(1, "select count(*) from feed_entries where subject = 'activities'")
		s.is(1, "select count(*) from audit_entries where action = 'activity.logged'")
		one := "/activities/" + first["id"].(string)

		t.Run("an open next action is listed until it is done, and again when reopened", func(t *testing.T) {
			s.T = t
			s.has(s.call(200, "GET", "/activities?due=open", nil), fields{"items.0.next_action": "回访泵头使用", "items.1": nil})
			s.has(s.call(200, "GET", "/activities?due=late", nil), fields{"items.0": nil})
			s.clock.Advance(24 * time.Hour)
			s.has(s.call(200, "GET", "/activities?due=late", nil), fields{"items.0.id": first["id"]})
			s.call(412, "PATCH", one, fields{"done": true}, "If-Match", `"9"`)
			s.has(s.call(200, "PATCH", one, fields{"done": true}, "If-Match", `"1"`), fields{"next_done_at": "2026-03-13T09:00:00Z", "version": 2})
			s.has(s.call(200, "GET", "/activities?due=open", nil), fields{"items.0": nil})
			s.call(200, "PATCH", one, fields{"done": false})
			s.has(s.call(200, "PATCH", one, fields{"next_at": "2026-03-20T01:00:00Z"}), fields{"next_at": "2026-03-20T01:00:00Z", "next_done_at": nil})
		})
		t.Run("a new contact closes what was due, a note does not, and taking it back opens it again", func(t *testing.T) {
			s.T = t
			s.clock.Set(time.Date(2026, 3, 20, 2, 0, 0, 0, time.UTC))
			s.call(201, "POST", path, fields{"kind": "note", "content": "换了泵头"})
			s.is(1, "select count(*) from activities where next_at is not null and next_done_at is null")
			second := s.call(201, "POST", path, fields{"kind": "wechat", "content": "好用了", "result": "replied"})
			s.is(0, "select count(*) from activities where next_at is not null and next_done_at is null")
			s.as(anna).call(404, "DELETE", path+"/"+second["id"].(string), nil)
			s.as(admin).call(204, "DELETE", path+"/"+second["id"].(string), nil)
			s.is(1, "select count(*) from activities where next_at is not null and next_done_at is null")
			s.is(2, "select count(*) from activities")
		})
		t.Run("nobody rewords what somebody else wrote", func(t *testing.T) {
			s.T = t
			boss := admin
			boss.StaffID = 4
			s.as(boss).call(403, "PATCH", one, fields{"content": "x"})
			s.call(403, "DELETE", path+"/"+first["id"].(string), nil)
			s.is(1, "select count(*) from activities where content = '泵头按不出来'")
			s.as(admin)
		})
	})
}

func TestTimeline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		id := s.add(lin)
		s.call(201, "POST", "/customers/"+id+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": true, "text_version": "2026-01", "proof": "小程序"})
		s.clock.Advance(time.Minute)
		s.call(201, "POST", "/customers/"+id+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": false})
		s.clock.Advance(time.Minute)
		s.call(201, "POST", "/customers/"+id+"/activities", fields{"kind": "call", "content": "你好", "result": "reached"})
		order := func(n int, number, kind string, at time.Time, gross, refunded int64) {
			s.exec(`insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, lines, created_at, updated_at)
values (?, '天猫', ?, ?, 'completed', ?, ?, ?, ?, 'CNY', 2, 0, 0)`, n, number, kind, id, at.UnixMilli(), gross, refunded)
			for position := range 2 {
				s.exec("insert into order_lines (order_id, position, sku, product_name, quantity, unit_price_micros, amount) values (?, ?, 'A1', '洗衣凝珠', 2, 1000000, 200)", n, position+1)
			}
		}
		january := time.Date(2026, 1, 13, 13, 34, 0, 0, time.UTC)
		order(1, "2601132134071", "order", january, 218000, 0)
		order(2, "2601132134072", "order", january, 100, 0) // the same instant
		order(3, "C-1", "refund", january.Add(time.Hour), 0, 5000)
		order(4, "N-1", "order", january.Add(-time.Hour), 1, 0)

		all := s.call(200, "GET", "/customers/"+id+"/timeline", nil)
		kinds := []string{"activity", "consent", "consent", "tag", "created", "refund", "order", "order", "order"}
		for i, kind := range kinds {
			s.has(all, fields{itemPath(i, "kind"): kind})
		}
		s.has(all, fields{
			"items.0.values.staff": "Lin", "items.0.title_code": "activity_call", "items.1.title_code": "consent_withdrawn", "items.2.title_code": "consent_granted",
			"items.5.amount.amount": -5000, "items.6.values.number": "2601132134072", "items.7.amount.amount": 218000, "items.7.details.0.values.product_name": "洗衣凝珠",
			"items.7.details.1.values.quantity": 2, "items.7.details.2": nil, "items.9": nil, "next_cursor": nil,
			"counts.all": 9, "counts.order": 3, "counts.refund": 1, "counts.consent": 2, "counts.activity": 1, "counts.created": 1, "counts.tag": 1,
		})

		t.Run("pages of any size give every item once, in the same order", func(t *testing.T) {
			s.T = t
			for _, size := range []string{"1", "2", "3", "5"} {
				n, cursor := 0, ""
				for {
					p := s.call(200, "GET", "/customers/"+id+"/timeline?limit="+size+"&cursor="+cursor, nil)
					for _, item := range p["items"].([]any) {
						if want := at(all, itemPath(n, "id")); at(item, "id") != want {
							t.Fatalf("limit %s, item %d is %v, want %v", size, n, at(item, "id"), want)
						}
						n++
					}
					next, more := p["next_cursor"].(string)
					if !more {
						break
					}
					cursor = next
				}
				if n != len(kinds) {
					t.Errorf("limit %s: %d items", size, n)
				}
			}
		})
		t.Run("one kind alone", func(t *testing.T) {
			s.T = t
			s.has(s.call(200, "GET", "/customers/"+id+"/timeline?kind=refund", nil), fields{"items.0.values.number": "C-1", "items.1": nil})
			s.call(422, "GET", "/customers/"+id+"/timeline?kind=party", nil)
			s.call(422, "GET", "/customers/"+id+"/timeline?cursor=party", nil)
		})
		t.Run("the latest word holds", func(t *testing.T) {
			s.T = t
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"consents.0.granted": false, "consents.1": nil})
			s.has(s.call(200, "GET", "/customers/"+id+"/consents", nil), fields{"items.0.granted": false, "items.1.proof": "小程序", "current.0.granted": false, "current.1": nil})
		})
		t.Run("orders by shop, state, day and number", func(t *testing.T) {
			s.T = t
			for query, want := range map[string]int{"": 4, "kind=refund": 1, "shop=天猫": 4, "shop=京东": 0, "status=completed": 4, "from=2026-01-13&to=2026-01-13": 4,
				"from=2026-01-14": 0, "to=2026-01-12": 0, "number=26011": 2, "customer=" + id: 4, "customer=77": 0, "sort=ordered_at": 4} {
				s.has(s.call(200, "GET", "/orders?total=true&limit=1&"+query, nil), fields{"total": want})
			}
			s.has(s.call(200, "GET", "/orders", nil), fields{"items.0.number": "C-1", "items.3.number": "N-1", "items.4": nil, "items.0.customer.name": "林婉清", "items.0.total.amount": -5000})
			p := s.call(200, "GET", "/orders?sort=ordered_at&limit=3", nil)
			s.has(p, fields{"items.0.number": "N-1", "items.2.number": "2601132134072"})
			s.has(s.call(200, "GET", "/orders?sort=ordered_at&limit=3&cursor="+p["next_cursor"].(string), nil), fields{"items.0.number": "C-1", "items.1": nil})
			s.has(s.call(200, "GET", "/customers/"+id+"/orders?total=true", nil), fields{"total": 4})
			s.has(s.call(200, "GET", "/orders/1", nil), fields{"number": "2601132134071", "items.1.unit_price": "1", "items.0.amount.amount": 200})
			s.call(422, "GET", "/orders?sort=gross", nil)
			s.call(422, "GET", "/orders?from=yesterday", nil)
			s.call(422, "GET", "/orders?where=1", nil)
		})
	})
}

func itemPath(i int, field string) string { return "items." + itemNumber(int64(i)) + "." + field }

func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		id := s.add(lin)
		other := s.add(fields{"name": "单雄信", "phone": "13800005521"})
		stark := s.add(fields{"name": "Brion Stark"})
		s.add(fields{"name": "沐禾生活_杭州店", "kind": "organization"})
		s.exec("insert into identities (source, external_id, customer_id, created_at) values ('tmall', 'TM_88', ?, 0)", stark)
		s.exec("insert into identities (source, external_id, customer_id, created_at) values ('import', '#0a1b', ?, 0)", stark)
		s.exec("insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, created_at, updated_at) values (1, 'tmall', '2601132134071', 'order', 'completed', ?, 1768311240000, 100, 0, 'CNY', 0, 0)", id)
		s.exec("insert into segments (id, name, condition, created_at, updated_at) values (1, '沉默护肤客', '{}', 0, 0)")
		for _, row := range []struct{ q, id, match string }{
			{"林婉清", id, "name"},
			{"林", id, "name"},
			{"婉清", id, "name"},
			{"linwan", id, "pinyin"},
			{"LWQ", id, "pinyin"},
			{"shanxx", "", ""},
			{"shanxiong", other, "pinyin"},
			{"danxiong", "", ""},
			{"sxx", other, "pinyin"},
			{"brion st", stark, "pinyin"},
			{"stark", stark, "name"},
			{"13912345521", id, "phone"},
			{"+86 139 1234 5521", id, "phone"},
			{"5521", other, "phone"}, // both end so; the newer record comes first
			{"345521", "", ""},       // more than a mask shows
			{"lin.wanqing@163.com", id, "email"},
			{"lin.wanqing@16", "", ""},
			{"TM_88", stark, "external_id"},
			{"TM%88", "", ""},
			{"#0a1b", "", ""},
			{"生活_杭", "4", "name"},
			{"生活%杭", "", ""},
			{"260113", "1", "order_number"},
			{"护肤", "1", "name"},
			{"'; drop table customers; --", "", ""},
		} {
			t.Run(row.q, func(t *testing.T) {
				s.T = t
				got := s.call(200, "GET", "/search?q="+url.QueryEscape(row.q), nil)
				if row.id == "" {
					s.has(got, fields{"items.0": nil})
					return
				}
				s.has(got, fields{"items.0.id": row.id, "items.0.match": row.match})
			})
		}
		s.T = t
		s.has(s.call(200, "GET", "/search?q=5521", nil), fields{"items.1.id": id, "items.1.subtitle": "上海 · 139****5521", "items.2": nil})
		s.has(s.call(200, "GET", "/search?q=260113", nil), fields{"items.0.type": "order", "items.0.customer_id": id, "items.0.subtitle": "2026-01-13 · tmall · 林婉清"})
		s.call(422, "GET", "/search?q=", nil)
	})
}
