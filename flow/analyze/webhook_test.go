package analyze

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/flow/customer/track"
)

// shopifyOrder is a body as Shopify documents it for orders/create, shortened; what differs between versions of it is filled in.
func shopifyOrder(updated, status, price, refunds string) string {
	return `{"id": 820982911946154508, "admin_graphql_api_id": "gid://shopify/Order/820982911946154508", "cancelled_at": null, "contact_email": "jon@example.com", "created_at": "2026-03-10T16:15:47-04:00",
  "currency": "CNY", "current_total_price": "398.00", "email": "jon@example.com", "financial_status": "` + status + `", "name": "#9999", "number": 234, "order_number": 1234, "phone": null,
  "processed_at": "2026-03-10T16:15:47-04:00", "total_price": "388.00", "updated_at": "` + updated + `",
  "customer": {"id": 115310627314723954, "email": "john@example.com", "first_name": "John", "last_name": "Smith", "phone": null},
  "shipping_address": {"first_name": "Steve", "address1": "123 Shipping Street", "phone": "555-555-SHIP", "city": "杭州", "province": "浙江", "country": "China", "country_code": "CN", "name": "Steve Shipper"},
  "line_items": [{"id": 866550311766439020, "name": "IPod Nano - 8GB", "price": "` + price + `", "quantity": 1, "sku": "IPOD2008PINK", "title": "IPod Nano - 8GB", "total_discount": "0.00", "discount_allocations": []},
    {"id": 141249953214522974, "name": "IPod Nano - 8GB", "price": "199.00", "quantity": 2, "sku": "IPOD2008RED", "title": "IPod Nano - 8GB", "total_discount": "0.00", "discount_allocations": [{"amount": "5.00", "discount_application_index": 0}, {"amount": "2.50"}]}],
  "refunds": [` + refunds + `]}`
}

const (
	shopifyRefund = `{"id": 890088186047892319, "order_id": 820982911946154508, "created_at": "2026-03-11T10:00:00-04:00", "note": "Things were damaged", "refund_line_items": [{"id": 487817672276298627, "line_item_id": 866550311766439020, "quantity": 1, "subtotal": 100.0}],
  "transactions": [{"id": 245135271310201194, "order_id": 820982911946154508, "kind": "refund", "status": "success", "amount": "100.00"}, {"id": 1, "kind": "void", "amount": "7.00"}]}`
	early, late, latest = "2026-03-10T16:15:47-04:00", "2026-03-11T16:15:47-04:00", "2026-03-11T18:15:47-04:00"
)

// hooked is a source with a webhook by one of the presets.
type hooked struct {
	*site
	id          int64
	shop, path  string
	template    track.HookTemplate
	secret, sum string
}

func newHooked(t *testing.T, d *db.DB, preset string) *hooked {
	t.Helper()
	s := newSite(t, d)
	k, err := keys.OpenOrCreate(filepath.Join(t.TempDir(), keys.FileName))
	s.must(err)
	s.ctx = keys.With(s.ctx, k)
	s.within = func(ctx context.Context) context.Context { return keys.With(ctx, k) }
	h := &hooked{site: s, template: track.HookPresets[preset], secret: "hush"}
	h.shopNamed("网店")
	return h
}

// shopNamed goes on with another source.
func (h *hooked) shopNamed(name string) {
	h.Helper()
	source, err := h.tracking.Create(h.ctx, track.SourceDraft{Name: name, Kind: track.KindShop})
	h.must(err)
	h.id, h.shop = source.ID, name
	h.must(h.tracking.SetHook(h.ctx, h.id, 0, h.template, h.secret))
	var key string
	h.must(h.db.Read().NewRaw("select hook_key from webhooks where source_id = ?", h.id).Scan(h.ctx, &key))
	h.path = "/v1/hooks/" + key
}

// deliver signs a body and gives what became of it.
func (h *hooked) deliver(topic, id, body string) string {
	h.Helper()
	mac := hmac.New(sha256.New, []byte(h.secret))
	_, _ = mac.Write([]byte(body))
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if h.template.SignatureEncoding == "hex" {
		signature = h.template.SignaturePrefix + hex.EncodeToString(mac.Sum(nil))
	}
	if h.sum != "" {
		signature = h.sum
	}
	status, answer := h.post(h.path, "", body, h.template.SignatureHeader, signature, "X-Shopify-Topic", topic, "X-Shopify-Webhook-Id", id)
	for _, outcome := range []string{"stored", "older", "refunded", "waiting", "ignored", "repeated"} {
		if status == 200 && strings.Contains(answer, `"`+outcome+`"`) {
			return outcome
		}
	}
	for _, code := range []string{"signature_wrong", "webhook_unknown", "number_unreadable", "value_missing", "date_unreadable", "json_unreadable", "body_too_large", "too_many_requests"} {
		if strings.Contains(answer, code) {
			return fmt.Sprint(status, " ", code)
		}
	}
	return fmt.Sprint(status, " ", answer)
}

// orders says what stands in the records.
func (h *hooked) orders() string {
	h.Helper()
	var rows []struct {
		Number   string `bun:"number"`
		Status   string `bun:"status"`
		Gross    int64  `bun:"gross"`
		Refunded int64  `bun:"refunded"`
		Lines    int64  `bun:"lines"`
		Held     int64  `bun:"held"`
		Name     string `bun:"name"`
	}
	h.must(h.db.Read().NewRaw(`select o.number, o.status, o.gross, o.refunded, o.lines, (select count(*) from order_lines l where l.order_id = o.id) as held, coalesce(c.name, '-') as name
from orders o left join customers c on c.id = o.customer_id where o.shop = ? order by o.number`, h.shop).Scan(h.ctx, &rows))
	var said []string
	for _, r := range rows {
		said = append(said, fmt.Sprint(r.Number, " ", r.Status, " ", r.Gross, "-", r.Refunded, " ", r.Lines, "/", r.Held, " ", r.Name))
	}
	return strings.Join(said, "; ")
}

// What Shopify delivers is an order with lines, customer and refunds, whatever comes twice, late or in another order (C005).
func TestShopifyTellsOfOrders(t *testing.T) {
	type delivery struct{ topic, id, body, outcome string }
	inOrder := func(updated string) string { return shopifyOrder(updated, "paid", "199.00", "") }
	rows := map[string]struct {
		deliveries []delivery
		want       string
	}{
		"an order":          {[]delivery{{"orders/create", "1", inOrder(early), "stored"}}, "#9999 paid 58950-0 2/2 John Smith"},
		"delivered twice":   {[]delivery{{"orders/create", "1", inOrder(early), "stored"}, {"orders/create", "1", inOrder(early), "repeated"}}, "#9999 paid 58950-0 2/2 John Smith"},
		"told again":        {[]delivery{{"orders/create", "1", inOrder(early), "stored"}, {"orders/updated", "2", inOrder(early), "stored"}}, "#9999 paid 58950-0 2/2 John Smith"},
		"changed":           {[]delivery{{"orders/create", "1", inOrder(early), "stored"}, {"orders/updated", "2", shopifyOrder(late, "paid", "99.00", ""), "stored"}}, "#9999 paid 48950-0 2/2 John Smith"},
		"changed backwards": {[]delivery{{"orders/updated", "2", shopifyOrder(late, "paid", "99.00", ""), "stored"}, {"orders/create", "1", inOrder(early), "older"}}, "#9999 paid 48950-0 2/2 John Smith"},
		"refunded by itself": {[]delivery{{"orders/create", "1", inOrder(early), "stored"}, {"refunds/create", "2", shopifyRefund, "refunded"}},
			"#9999 paid 58950-10000 3/3 John Smith"},
		"the refund first": {[]delivery{{"refunds/create", "2", shopifyRefund, "waiting"}, {"orders/create", "1", inOrder(early), "stored"}}, "#9999 paid 58950-10000 3/3 John Smith"},
		"the refund told by both": {[]delivery{{"orders/create", "1", inOrder(early), "stored"}, {"refunds/create", "2", shopifyRefund, "refunded"}, {"orders/updated", "3", shopifyOrder(late, "partially_refunded", "199.00", shopifyRefund), "stored"},
			{"orders/updated", "4", shopifyOrder(latest, "partially_refunded", "199.00", shopifyRefund), "stored"}}, "#9999 paid 58950-10000 3/3 John Smith"},
		"a topic nobody asked for": {[]delivery{{"products/create", "1", `{"id": 1}`, "ignored"}}, ""},
		"no order":                 {[]delivery{{"orders/create", "1", `{"id": 1}`, "422 date_unreadable"}}, ""},
		"a price that is none":     {[]delivery{{"orders/create", "1", shopifyOrder(early, "paid", "dear", ""), "422 number_unreadable"}}, ""},
		"no JSON":                  {[]delivery{{"orders/create", "1", "id=1", "422 json_unreadable"}}, ""},
		"too large":                {[]delivery{{"orders/create", "1", `{"a": "` + strings.Repeat("x", 600<<10) + `"}`, "413 body_too_large"}}, ""},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHooked(t, d, "shopify")
		for name, row := range rows {
			t.Run(name, func(t *testing.T) {
				h.T = t
				h.shopNamed(name)
				for _, each := range row.deliveries {
					if got := h.deliver(each.topic, each.id, each.body); got != each.outcome {
						t.Errorf("%s %s: %s, want %s", each.topic, each.id, got, each.outcome)
					}
				}
				if got := h.orders(); got != row.want {
					t.Errorf("%s\nwant\n%s", got, row.want)
				}
			})
		}
		h.T = t
		var customers int
		h.must(d.Read().NewRaw("select count(*) from customers").Scan(h.ctx, &customers))
		if customers != 1 {
			t.Errorf("%d customers, want one by her mail", customers)
		}
	})
}

// Only who knows the secret tells of orders, and only as much as the source may send.
func TestWebhooksAreSigned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHooked(t, d, "shopify")
		body := shopifyOrder(early, "paid", "199.00", "")
		for _, wrong := range []string{"bm8=", "no base64", "XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4bM="} {
			if h.sum = wrong; h.deliver("orders/create", "1", body) != "401 signature_wrong" {
				t.Error(wrong, "is taken")
			}
		}
		h.sum, h.secret = "", "guess"
		if got := h.deliver("orders/create", "1", body); got != "401 signature_wrong" {
			t.Error(got)
		}
		h.secret = "hush"
		path := h.path
		if h.path = "/v1/hooks/gxh_nobody"; h.deliver("orders/create", "1", body) != "401 webhook_unknown" {
			t.Error("an address nobody has is taken")
		}
		h.path = path
		var kept string
		h.must(d.Read().NewRaw("select secret from webhooks").Scan(h.ctx, &kept))
		if strings.Contains(kept, "hush") {
			t.Error("the secret stands open in the records")
		}
		h.must(h.tracking.SetHook(h.ctx, h.id, 1, h.template, "")) // the secret stays
		if got := h.deliver("orders/create", "1", body); got != "stored" {
			t.Error(got)
		}
		if err := h.tracking.SetHook(h.ctx, h.id, 1, h.template, ""); !fault.Is(err, fault.KindStale) {
			t.Error(err)
		}
		h.must(h.tracking.Change(h.ctx, h.id, 0, track.SourceDraft{EventsPerSecond: 1}))
		last := ""
		for n := range 5 {
			last = h.deliver("orders/create", fmt.Sprint("many ", n), body)
		}
		if last != "429 too_many_requests" {
			t.Error(last)
		}
		h.must(h.tracking.DropHook(h.ctx, h.id, 2))
		if got := h.deliver("orders/create", "9", body); got != "401 webhook_unknown" {
			t.Error(got)
		}
	})
}

// A till and a delivery platform are told by templates; the member of the till and the buyer with the same phone are one.
func TestTillAndDeliveryTellOfOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHooked(t, d, "till")
		for _, each := range [][2]string{
			{`{"id": "e1", "type": "sale", "receipt": "R-1", "at": "2026-03-11 18:30:00", "member": {"id": "M7", "name": "林小雨", "phone": "13800138000"}, "items": [{"sku": "A1", "name": "茶", "quantity": "2", "price": 19.9}, {"name": "袋", "price": "0.5"}]}`, "stored"},
			{`{"id": "e2", "type": "refund", "receipt": "R-1", "refund": "F1", "amount": "19.9"}`, "refunded"},
			{`{"id": "e3", "type": "refund", "receipt": "R-1", "refund": "F2", "amount": 20.4}`, "refunded"},
			{`{"id": "e3", "type": "refund", "receipt": "R-1", "refund": "F2", "amount": 20.4}`, "repeated"},
		} {
			if got := h.deliver("", "", each[0]); got != each[1] {
				t.Errorf("%s: %s, want %s", each[0], got, each[1])
			}
		}
		if got, want := h.orders(), "R-1 refunded 4030-4030 2/2 林小雨"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		h.template = track.HookPresets["delivery"]
		h.must(h.tracking.SetHook(h.ctx, h.id, 1, h.template, ""))
		for _, each := range [][2]string{
			{`{"event_id": "1", "event": "order.delivered", "sent_at": 1773310000, "order": {"number": "D-1", "placed_at": 1773300000, "status": "delivered", "buyer": {"id": "b1", "phone": "13800138000"}, "dishes": [{"name": "面", "count": 1, "price": 25, "discount": 5}]}}`, "stored"},
			{`{"event_id": "2", "event": "order.accepted", "sent_at": 1773301000, "order": {"number": "D-1", "placed_at": 1773300000, "status": "accepted", "buyer": {"id": "b1"}, "dishes": []}}`, "older"},
		} {
			if got := h.deliver("", "", each[0]); got != each[1] {
				t.Errorf("%s: %s, want %s", each[0], got, each[1])
			}
		}
		if got, want := h.orders(), "D-1 completed 2000-0 1/1 林小雨; R-1 refunded 4030-4030 2/2 林小雨"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		h.settle()
		if got := h.text("select count(*) || ' ' || sum(gross)::bigint from orders"); got != "2 6030" {
			t.Error("columns have", got)
		}
	})
}
