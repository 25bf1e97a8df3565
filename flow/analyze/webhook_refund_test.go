package analyze

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

// object is a part of a body that is delivered.
type object = map[string]any

// jsonOf writes a body.
func (h *hooked) jsonOf(body object) string {
	h.Helper()
	text, err := json.Marshal(body)
	h.must(err)
	return string(text)
}

// yuan writes hundredths as Shopify writes money.
func yuan(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

// What Shopify says was refunded comes off the goods it was for, whether they come back or not, whatever was told first, twice or
// only beside the order; what was given back for postage comes off the order alone. Held against plain sums.
func TestRefundsComeOffTheirGoods(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHooked(t, d, "shopify")
		random := rand.New(rand.NewPCG(7, 7))
		prices := map[string]int64{"A1": 1990, "B2": 12_900, "C3": 505}
		skus := slices.Sorted(maps.Keys(prices))
		type delivery struct{ topic, body string }
		var all []delivery
		amounts, quantities, orders := map[string]int64{}, map[string]int64{}, int64(0)
		for n := range 25 {
			var lines, refunds []any
			for k := range 1 + random.IntN(3) {
				sku, quantity, discount := skus[k], 1+random.Int64N(4), random.Int64N(200)
				id := 1000*n + k
				lines = append(lines, object{"id": id, "sku": sku, "title": "商品 " + sku, "quantity": quantity, "price": yuan(prices[sku]), "discount_allocations": []any{object{"amount": yuan(discount)}}})
				whole := quantity*prices[sku] - discount
				amounts[sku] += whole
				quantities[sku] += quantity
				orders += whole
				if random.IntN(2) == 0 {
					continue
				}
				back, kind := 1+random.Int64N(quantity), []string{"return", "cancel", "no_restock"}[random.IntN(3)]
				subtotal := whole * back / quantity
				given, postage := subtotal, []int64{0, 600}[random.IntN(2)]
				if random.IntN(4) == 0 { // less than the goods were worth, as they came back used
					given, postage = subtotal/2, 0
				}
				amounts[sku] -= given
				orders -= given + postage
				if kind != "no_restock" {
					quantities[sku] -= back
				}
				refunds = append(refunds, object{"id": 10*id + 1, "order_id": n + 1,
					"refund_line_items": []any{object{"line_item_id": id, "quantity": back, "subtotal": float64(subtotal) / 100, "restock_type": kind}},
					"transactions":      []any{object{"kind": "refund", "amount": yuan(given + postage)}}})
			}
			order := object{"id": n + 1, "name": fmt.Sprint("#", n), "created_at": early, "updated_at": early, "financial_status": "paid", "currency": "CNY", "line_items": lines, "refunds": []any{}}
			all = append(all, delivery{"orders/create", h.jsonOf(order)})
			for _, refund := range refunds {
				all = append(all, delivery{"refunds/create", h.jsonOf(refund.(object))})
			}
			if n%2 == 0 {
				order["updated_at"], order["refunds"] = late, refunds
				all = append(all, delivery{"orders/updated", h.jsonOf(order)})
			}
		}
		random.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		for i, each := range all {
			if got := h.deliver(each.topic, fmt.Sprint(i), each.body); strings.HasPrefix(got, "4") {
				t.Fatal(each.topic, got)
			}
		}
		h.settle()
		var want []string
		for _, sku := range skus {
			want = append(want, fmt.Sprint(sku, " ", quantities[sku], " ", amounts[sku]))
		}
		if got := h.text("select string_agg(sku || ' ' || q || ' ' || a, '; ' order by sku) from (select sku, sum(quantity)::bigint as q, sum(amount)::bigint as a from order_lines group by sku)"); got != strings.Join(want, "; ") {
			t.Errorf("goods: %s, want %s", got, want)
		}
		if got, want := h.text("select sum(gross - refunded)::bigint || '' from orders"), fmt.Sprint(orders); got != want {
			t.Errorf("orders: %s, want %s", got, want)
		}
		f, err := NewMetrics(h.columns, d, func() time.Time { return clock.Now(h.ctx) }, nil).Read(h.ctx, "net_sales", Query{Period: days(t, "2026-03-01", "2026-03-12"), Split: "sku"})
		h.must(err)
		for _, part := range f.Splits {
			if part.Key == nil {
				continue
			}
			if got, want := *part.Value.Value, float64(amounts[*part.Key]); got != want {
				t.Errorf("net sales of %s: %v, want %v", *part.Key, got, want)
			}
		}
	})
}

// What is odd about an order that is told of is found as it is in a file, once for each order, and ends when it is told otherwise.
func TestOdditiesOfDeliveriesAreFound(t *testing.T) {
	order := func(change object) object {
		whole := object{"id": 5, "name": "#5", "created_at": early, "updated_at": early, "financial_status": "paid", "currency": "CNY", "customer": object{"id": 7, "first_name": "Ann"},
			"line_items": []any{object{"id": 1, "sku": "A1", "title": "茶", "quantity": 2, "price": "50.00"}}, "refunds": []any{}}
		maps.Copy(whole, change)
		return whole
	}
	lines := func(all ...object) object { return object{"line_items": all} }
	type delivery struct {
		id   string
		body object
	}
	rows := map[string]struct {
		deliveries []delivery
		want       string
	}{
		"nothing":                {[]delivery{{"1", order(object{"subtotal_price": "100.00"})}}, ""},
		"nobody bought it":       {[]delivery{{"1", order(object{"customer": nil})}}, "missing_customer customer.external_id  1"},
		"somebody in the end":    {[]delivery{{"1", order(object{"customer": nil})}, {"2", order(object{"updated_at": late})}}, ""},
		"does not add up":        {[]delivery{{"1", order(object{"subtotal_price": "120.00"})}}, "total_differs total 120 1"},
		"nobody sells it":        {[]delivery{{"1", order(lines(object{"sku": "Z9", "title": "?", "price": "1"}, object{"sku": "Z8", "title": "?", "price": "1"}))}}, "unknown_sku sku Z9, Z8 1"},
		"for nothing":            {[]delivery{{"1", order(lines(object{"sku": "A1", "title": "茶", "price": "0.00"}))}}, "zero_price unit_price 0 1"},
		"nameless":               {[]delivery{{"1", order(lines(object{"price": "3.00"}))}}, "missing_product_name product_name  1"},
		"twice the same":         {[]delivery{{"1", order(lines(object{"sku": "A1", "price": "3.00"}, object{"sku": "A1", "price": "3.00"}))}}, "exact_repeat order_number A1 1"},
		"other money":            {[]delivery{{"1", order(object{"currency": "USD"})}}, "foreign_currency currency USD 1"},
		"told twice":             {[]delivery{{"1", order(nil)}, {"1", order(nil)}}, ""},
		"two by one name":        {[]delivery{{"1", order(nil)}, {"1", order(object{"note": "x"})}, {"1", order(object{"note": "y"})}}, "delivery_differs  1 2"},
		"late":                   {[]delivery{{"2", order(object{"updated_at": late})}, {"1", order(nil)}}, "older_than_stored  2026-03-10T20:15:47Z 1"},
		"still odd when retold":  {[]delivery{{"1", order(object{"currency": "USD"})}, {"2", order(object{"currency": "USD", "updated_at": late, "financial_status": "refunded"})}}, "foreign_currency currency USD 1"},
		"late stays when retold": {[]delivery{{"2", order(object{"updated_at": late})}, {"1", order(nil)}, {"3", order(object{"updated_at": latest, "cancelled_at": late})}}, "older_than_stored  2026-03-10T20:15:47Z 1"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHooked(t, d, "shopify")
		if _, err := d.Pool().ExecContext(h.ctx, "insert into products (id, sku, name, created_at, updated_at) values (1, 'A1', '茶', 0, 0)"); err != nil {
			t.Fatal(err)
		}
		for name, row := range rows {
			t.Run(name, func(t *testing.T) {
				h.T = t
				h.shopNamed(name)
				for _, each := range row.deliveries {
					if got := h.deliver("orders/updated", each.id, h.jsonOf(each.body)); strings.HasPrefix(got, "4") {
						t.Fatal(got)
					}
				}
				var found []string
				h.must(d.Read().NewRaw(`select f.cause || ' ' || f.field || ' ' || f.value || ' ' || cast(f.times as text) from findings f join orders o on o.id = f.subject_id
where f.subject_type = 'order' and f.state = 'open' and f.import_id is null and f.subject_label = o.number and o.shop = ? order by f.cause, f.field`, name).Scan(h.ctx, &found))
				if got := strings.Join(found, "; "); got != row.want {
					t.Errorf("%q, want %q", got, row.want)
				}
			})
		}
	})
}
