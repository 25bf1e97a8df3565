package customer

import (
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/collect"
	"guanxi/guard"
)

// What arrives after a merge is attributed by what it names: an order by the identity, else the telephone number, of the
// customer who was merged. Undoing gives it back to her.
func TestOrdersSinceAMergeGoBackToWhomTheyNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		inShop := func(n *collect.NewImport) { n.Mapping.Constants = map[string]string{"source": "天猫"} }
		k.text("customers", "客户编号,姓名,手机\nA,林婉清,13912345521\nB,林小姐,13912345522\n", inShop)
		store := New(d)
		acting := guard.With(k.ctx, admin)
		k.is(2, "select count(*) from customers")
		kept, other := k.one("select customer_id from identities where external_id = 'A'"), k.one("select customer_id from identities where external_id = 'B'")
		merge, err := store.Merge(acting, kept, other, nil)
		if err != nil {
			t.Fatal(err)
		}
		k.text("orders", "订单号,下单时间,金额,客户编号\nN1,2026-03-01 10:00,10,A\nN2,2026-03-02 10:00,20,B\n", inShop)
		k.text("orders", "订单号,下单时间,金额,手机\nN3,2026-03-03 10:00,30,13912345522\nN4,2026-03-03 11:00,40,13912345521\n", inShop)
		k.is(4, "select count(*) from orders where customer_id = ?", kept)
		k.is(2, "select count(*) from customers") // nobody was made anew, the shell was not written to
		k.is(0, "select count(*) from identities where customer_id = ?", other)

		if _, err := store.Unmerge(acting, merge); err != nil {
			t.Fatal(err)
		}
		k.is(2, "select count(*) from orders where customer_id = ? and number in ('N1', 'N4')", kept)
		k.is(2, "select count(*) from orders where customer_id = ? and number in ('N2', 'N3')", other)
		k.is(0, "select count(*) from moved")
	})
}

// A no that was said after a merge holds for both, because nobody knows which of them said it; a yes does not.
func TestConsentWithdrawnSinceAMergeHoldsForBoth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		kept, other := s.add(fields{"name": "林婉清"}), s.add(fields{"name": "林小姐"})
		merge := s.call(200, "POST", "/customers/"+kept+"/merge", fields{"other": other})["id"].(string)
		s.call(201, "POST", "/customers/"+kept+"/consents", fields{"purpose": "marketing", "channel": "sms", "granted": false})
		s.call(201, "POST", "/customers/"+kept+"/consents", fields{"purpose": "marketing", "channel": "email", "granted": true})
		s.call(200, "POST", "/merges/"+merge+"/undo", nil)
		s.is(2, "select count(*) from consents where channel = 'sms' and not granted")
		s.is(0, "select count(*) from consents where customer_id = ? and channel = 'email'", other)
	})
}
