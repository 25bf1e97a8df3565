package customer

import (
	"context"
	"fmt"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/field"
	secret "guanxi/base/keys"
	"guanxi/guard"
)

func TestRetention(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.keys = newKeys(t)
		s.define(fields{"key": "shoe", "type": "text", "label": fields{"zh-CN": "鞋码", "en-US": "Shoe"}, "applies_to": "both", "retention_days": 90})
		keep := func(name string, days any) {
			s.Helper()
			s.call(204, "PUT", "/data-items/"+name, fields{"retention_days": days, "basis": "contract", "purpose": "to serve her"})
		}
		id := s.add(fields{"name": "林", "phone": "13900000001", "birthday": "1990-01-01", "custom": fields{"shoe": "38"}})
		heldID := s.add(fields{"name": "Held", "phone": "13900000002", "birthday": "1991-01-01", "custom": fields{"shoe": "40"}})
		s.call(204, "POST", "/customers/"+heldID+"/hold", fields{"reason": "a lawsuit"})
		s.clock.Advance(time.Minute)
		s.call(200, "PATCH", "/customers/"+id, fields{"custom": fields{"shoe": "39"}})
		for _, who := range []string{id, heldID} {
			s.call(201, "POST", "/customers/"+who+"/activities", fields{"kind": "call", "content": "old words"})
			s.call(201, "POST", "/customers/"+who+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": true})
			s.clock.Advance(time.Minute)
			s.call(201, "POST", "/customers/"+who+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": false})
		}
		s.exec(`insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, lines, created_at, updated_at)
values (1, 's', '1', 'order', 'completed', ?, ?, 100, 0, 'CNY', 1, 0, 0)`, id, s.clock.Now().UnixMilli())
		s.exec("insert into order_lines (order_id, position, sku, product_name, quantity, unit_price_micros, amount) values (1, 1, 'A', 'A', 1, 1, 100)")
		run := func() map[string]int64 {
			s.Helper()
			ctx := field.With(secret.With(clock.With(guard.System(context.Background()), s.clock), s.keys), s.store.Fields().Set)
			report, err := s.store.Retain(ctx)
			if err != nil {
				s.Fatal(err)
			}
			return report
		}

		t.Run("what has no time is kept", func(t *testing.T) {
			s.T = t
			s.clock.Advance(80 * 24 * time.Hour)
			if report := run(); len(report) != 0 {
				t.Error(report)
			}
		})
		t.Run("a time that the law or the program does not allow is refused", func(t *testing.T) {
			s.T = t
			s.call(422, "PUT", "/data-items/records.audit", fields{"retention_days": 30})
			s.call(422, "PUT", "/data-items/name", fields{"retention_days": 30})
			s.call(422, "PUT", "/data-items/custom.shoe", fields{"retention_days": 30})
			s.call(404, "PUT", "/data-items/nothing", fields{"definition": "x"})
			s.as(bo).call(403, "PUT", "/data-items/phone", fields{"retention_days": 30})
			s.as(admin).is(0, "select count(*) from data_items")
		})
		t.Run("the page says what goes with the next run and within a month", func(t *testing.T) {
			s.T = t
			keep("records.activities", 90)
			page := s.call(200, "GET", "/retention", nil)
			found := map[string]any{}
			for _, item := range page["items"].([]any) {
				found[at(item, "name").(string)] = fmt.Sprint(at(item, "due"), "/", at(item, "soon"), "/", at(item, "retention_days"))
			}
			for name, want := range map[string]string{"records.activities": "0/1/90", "custom.shoe": "0/1/90", "records.orders": "0/0/<nil>"} {
				if found[name] != want {
					t.Errorf("%s: %v, want %s", name, found[name], want)
				}
			}
			s.has(page, fields{"holds.0.customer.name": "Held", "holds.0.reason": "a lawsuit"})
		})
		t.Run("what is due goes, with its history, and from columns by the feed; what is under a hold stays", func(t *testing.T) {
			s.T = t
			for _, name := range []string{"birthday", "phone", "records.orders", "records.consents"} {
				keep(name, 90)
			}
			s.clock.Advance(11 * 24 * time.Hour)
			before := s.one("select coalesce(max(id), 0) from feed_entries")
			report := run()
			want := map[string]int64{"records.activities": 1, "custom.shoe": 1, "birthday": 1, "phone": 1, "records.orders": 1, "records.consents": 1}
			if fmt.Sprint(report) != fmt.Sprint(want) {
				t.Errorf("%v, want %v", report, want)
			}
			s.is(1, "select count(*) from activities")
			s.is(0, "select count(*) from orders")
			s.is(0, "select count(*) from order_lines")
			s.is(1, "select count(*) from contact_points")
			s.is(3, "select count(*) from consents")
			s.is(0, "select count(*) from field_history where customer_id = ? and field in ('custom.shoe', 'birthday')", id)
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"birthday": nil, "custom.shoe": nil, "phone": nil, "name": "林"})
			s.has(s.call(200, "GET", "/customers/"+heldID, nil), fields{"birthday": "1991-01-01", "custom.shoe": "40"})
			if s.one("select count(distinct subject) from feed_entries where id > ?", before) != 3 { // customers, orders, activities
				t.Error("columns were not told")
			}
			s.has(s.call(200, "GET", "/retention", nil), fields{"runs.0.deleted": 6, "runs.0.report.phone": 1})
			s.is(1, "select count(*) from audit_entries where action = 'retention.ran'")
			if report := run(); len(report) != 0 {
				t.Errorf("again: %v", report)
			}
		})
		t.Run("old words of the audit log go, and its chain still holds", func(t *testing.T) {
			s.T = t
			if err := guard.Seal(context.Background(), d); err != nil {
				t.Fatal(err)
			}
			keep("records.audit", 183)
			s.clock.Advance(184 * 24 * time.Hour)
			run()
			s.is(0, "select count(*) from audit_entries where action = 'activity.logged' and summary <> '{}'")
			if err := guard.Seal(context.Background(), d); err != nil {
				t.Fatal(err)
			}
			state, err := guard.VerifyAudit(context.Background(), d)
			if err != nil || !state.OK {
				t.Errorf("%+v %v", state, err)
			}
		})
		t.Run("nobody under a hold is erased; lifted, a customer nothing was heard of goes for good", func(t *testing.T) {
			s.T = t
			s.call(409, "POST", "/customers/"+heldID+"/erase", fields{"reason": "requested"})
			s.call(204, "DELETE", "/customers/"+heldID+"/hold", nil)
			keep("records.customers", 100)
			if report := run(); report["records.customers"] != 2 {
				t.Error(report)
			}
			s.is(0, "select count(*) from customers")
			s.is(2, "select count(*) from erasures where reason = 'retention_ended'")
		})
	})
}
