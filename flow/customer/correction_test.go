package customer

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// What a customer says of herself on her own page waits for staff, or stands at once where the workspace wants that.
func TestCorrectionsByTheCustomer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.store.PublishedAt("https://crm.example/")
		s.store.AskedBy(func(context.Context, bun.IDB, int64) ([]string, error) { return []string{"birthday", "gender"}, nil })
		id := s.add(fields{"name": "林婉清", "phone": "13912345521", "owner_id": "2"})
		page := s.call(200, "POST", "/customers/"+id+"/preference-link", fields{})["link"].(string)
		say := func(want int, form url.Values) string {
			s.Helper()
			status, text, _ := s.visit("POST", page+"/details", form)
			if status != want {
				s.Fatalf("%d, want %d: %s", status, want, text)
			}
			return text
		}
		part := func(name string, fn func()) { t.Run(name, func(t *testing.T) { s.T = t; fn() }) }
		one := func(field string) string {
			s.Helper()
			for _, each := range s.call(200, "GET", "/corrections?customer="+id, nil)["items"].([]any) {
				if k := each.(fields); k["field"] == field {
					return k["id"].(string)
				}
			}
			s.Fatalf("no correction of %s waits", field)
			return ""
		}
		part("the page asks for what we ask for, and shows nothing that it holds", func() {
			_, text, _ := s.visit("GET", page, nil, "Accept-Language", "en")
			for _, want := range []string{"Birthday <em>please check</em>", "on record 139****5521", `<details class="mine" open>`} {
				if !strings.Contains(text, want) {
					s.Errorf("%q is not on the page", want)
				}
			}
			if strings.Contains(text, "林婉清") || strings.Contains(text, "13912345521") {
				s.Error("the page tells what it holds")
			}
		})
		part("what cannot be is told, and nothing is taken", func() {
			text := say(422, url.Values{"birthday": {"2999-01-01"}, "city": {"上海"}})
			if strings.Count(text, `aria-invalid="true"`) != 1 || !strings.Contains(text, `value="上海"`) {
				s.Error(text)
			}
			s.is(0, "select count(*) from corrections")
		})
		part("it waits for staff, masked as they see it, and is written with its source when they accept", func() {
			say(303, url.Values{"birthday": {"1990-02-03"}, "city": {"上海"}, "phone": {"138 0000 0002"}, "name": {"林婉清"}})
			s.is(3, "select count(*) from corrections where state = 'proposed'") // her name is what it was
			s.is(2, "select count(*) from corrections where not asked")
			s.is(1, "select count(*) from audit_entries where action = 'customer.correction_given' and actor_role = 'customer'")
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"birthday": nil, "city": nil})
			list := s.call(200, "GET", "/corrections", nil)
			if text := jsonText(list); strings.Contains(text, "13800000002") || !strings.Contains(text, "138****0002") {
				s.Error(text)
			}
			birthday := one("birthday")
			s.as(bo).call(404, "POST", "/corrections/"+birthday+"/accept", nil)
			if items := s.call(200, "GET", "/corrections", nil)["items"].([]any); len(items) != 0 {
				s.Errorf("others see %v", items)
			}
			s.as(admin).call(204, "POST", "/corrections/"+one("birthday")+"/accept", nil)
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"birthday": "1990-02-03"})
			s.is(1, "select count(*) from field_history where field = 'birthday' and source = 'customer'")
			phone := one("phone")
			s.call(204, "POST", "/corrections/"+phone+"/accept", nil)
			s.call(409, "POST", "/corrections/"+phone+"/refuse", nil)
			s.is(1, "select count(*) from contact_points where value = '+8613800000002'")
			s.call(204, "POST", "/corrections/"+one("city")+"/refuse", nil)
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"city": nil})
		})
		part("at once where the workspace wants it, but never a name or a way to reach her", func() {
			s.call(200, "PUT", "/privacy", fields{"responsible": nil, "due_days": 15, "link_days": 400, "corrections": "at_once", "contact": ""})
			say(303, url.Values{"city": {"杭州"}, "name": {"林清"}, "email": {"Lin@Muhe.example"}})
			s.has(s.call(200, "GET", "/customers/"+id, nil), fields{"city": "杭州", "name": "林婉清", "email": nil})
			s.is(1, "select count(*) from corrections where state = 'applied' and field = 'city'")
			s.is(2, "select count(*) from corrections where state = 'proposed'")
		})
		part("a later word stands for an earlier one, merging and erasing take it along", func() {
			say(303, url.Values{"name": {"林青"}})
			s.is(1, "select count(*) from corrections where field = 'name' and state = 'proposed' and value = '林青'")
			other := s.add(fields{"name": "林小姐"})
			s.call(200, "POST", "/customers/"+other+"/merge", fields{"other": id})
			s.is(2, "select count(*) from corrections where state = 'proposed' and customer_id = ?", *number(other))
			s.call(200, "POST", "/customers/"+other+"/erase", fields{"reason": "requested"})
			s.is(0, "select count(*) from corrections")
		})
	})
}

// A contact point that a repair has taken away comes back whole.
func TestAContactPointComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		id := *number(s.add(fields{"name": "林婉清", "phone": "13912345521"}))
		ctx := guard.With(clock.With(context.Background(), s.clock), admin)
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			a, err := s.store.RewriteContactIn(ctx, tx, id, s.one("select min(id) from contact_points"), "")
			if err != nil {
				return err
			}
			kept, err := s.store.TakeBackContactIn(ctx, tx, id, a)
			if kept {
				t.Error("it was left alone")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		s.is(1, "select count(*) from contact_points where value = '+8613912345521'")
	})
}
