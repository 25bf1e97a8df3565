package track

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"guanxi/base/fault"
)

// HookTemplate says what stands where in what a shop, a till or a delivery platform sends when an order changes. Delivery and
// Topic are a path into the body, or "header:Name". A path goes down by names, "customer.phone"; "lines[].amount" goes through a
// list, and "transactions[kind=refund].amount" through part of it; of several by "|" the first that holds something counts, and
// parts by "+" stand side by side.
type HookTemplate struct {
	SignatureHeader   string            `json:"signature_header" minLength:"1" maxLength:"100" doc:"holds the HMAC-SHA256 of the body as it came"`
	SignatureEncoding string            `json:"signature_encoding" enum:"base64,hex"`
	SignaturePrefix   string            `json:"signature_prefix,omitempty" maxLength:"20" doc:"what stands before it, as sha256="`
	Delivery          string            `json:"delivery,omitempty" maxLength:"200" doc:"what one delivery is known by; empty: what it says"`
	Topic             string            `json:"topic,omitempty" maxLength:"200" doc:"what it is about"`
	OrderTopics       []string          `json:"order_topics" maxItems:"50" doc:"topics that tell an order; empty for all but those of refunds"`
	RefundTopics      []string          `json:"refund_topics" maxItems:"50" doc:"topics that tell a refund by itself"`
	Order             map[string]string `json:"order" doc:"paths of an order"`
	Refund            map[string]string `json:"refund" doc:"paths of a refund told by itself: order, id, amount; and of the goods of any refund, told by itself or in its order: lines, line_id as orders have it, line_sku, line_name, line_quantity, line_amount, and line_restock, which says whether they come back"`
	Statuses          map[string]string `json:"statuses" doc:"the sender's words for placed, paid, shipped, completed, cancelled, refunded"`
}

// orderPaths are what a template may say of an order, in the order people are shown them; refundPaths of a refund.
var (
	orderPaths = []string{"key", "number", "ordered_at", "updated_at", "currency", "status", "cancelled", "customer_id", "customer_name", "phone", "email", "country", "province", "city",
		"total", "lines", "line_id", "line_sku", "line_name", "line_quantity", "line_price", "line_discount", "refunds", "refund_id", "refund_amount"}
	refundPaths = []string{"order", "id", "amount", "lines", "line_id", "line_sku", "line_name", "line_quantity", "line_amount", "line_restock"}
	orderStates = []string{"placed", "paid", "shipped", "completed", "cancelled", "refunded"}
	neededPaths = []string{"number", "ordered_at", "lines", "line_price"}
)

const (
	mostPath     = 300 // letters
	mostStatuses = 100
	fromHeader   = "header:"
)

// HookPresets are templates to begin with.
var HookPresets = map[string]HookTemplate{
	"shopify": {
		SignatureHeader: "X-Shopify-Hmac-Sha256", SignatureEncoding: "base64", Delivery: "header:X-Shopify-Webhook-Id", Topic: "header:X-Shopify-Topic",
		OrderTopics: []string{"orders/create", "orders/updated", "orders/paid", "orders/fulfilled", "orders/cancelled"}, RefundTopics: []string{"refunds/create"},
		Order: map[string]string{"key": "id", "number": "name|order_number|id", "ordered_at": "processed_at|created_at", "updated_at": "updated_at", "currency": "currency", "status": "financial_status", "cancelled": "cancelled_at",
			"customer_id": "customer.id", "customer_name": "customer.first_name+customer.last_name|shipping_address.name", "phone": "customer.phone|phone|shipping_address.phone", "email": "customer.email|email",
			"country": "shipping_address.country_code|billing_address.country_code", "province": "shipping_address.province", "city": "shipping_address.city",
			"total": "subtotal_price", "lines": "line_items", "line_id": "id", "line_sku": "sku", "line_name": "title|name", "line_quantity": "quantity", "line_price": "price", "line_discount": "discount_allocations[].amount|total_discount",
			"refunds": "refunds", "refund_id": "id", "refund_amount": "transactions[kind=refund].amount"},
		Refund: map[string]string{"order": "order_id", "id": "id", "amount": "transactions[kind=refund].amount", "lines": "refund_line_items", "line_id": "line_item_id", "line_sku": "line_item.sku",
			"line_name": "line_item.title|line_item.name", "line_quantity": "quantity", "line_amount": "subtotal", "line_restock": "restock_type"},
		Statuses: map[string]string{"pending": "placed", "authorized": "placed", "partially_paid": "paid", "paid": "paid", "partially_refunded": "paid", "refunded": "refunded", "voided": "cancelled"},
	},
	"till": {
		SignatureHeader: "X-Signature", SignatureEncoding: "hex", SignaturePrefix: "sha256=", Delivery: "id", Topic: "type", OrderTopics: []string{"sale"}, RefundTopics: []string{"refund"},
		Order: map[string]string{"number": "receipt", "ordered_at": "at", "updated_at": "at", "currency": "currency", "customer_id": "member.id", "customer_name": "member.name", "phone": "member.phone",
			"total": "total", "lines": "items", "line_sku": "sku", "line_name": "name", "line_quantity": "quantity", "line_price": "price", "line_discount": "discount"},
		Refund: map[string]string{"order": "receipt", "id": "refund", "amount": "amount", "lines": "items", "line_sku": "sku", "line_name": "name", "line_quantity": "quantity", "line_amount": "amount",
			"line_restock": "restock"},
		Statuses: map[string]string{},
	},
	"delivery": {
		SignatureHeader: "X-Signature", SignatureEncoding: "hex", Delivery: "event_id", Topic: "event", OrderTopics: []string{}, RefundTopics: []string{"order.refunded"},
		Order: map[string]string{"number": "order.number", "ordered_at": "order.placed_at", "updated_at": "sent_at", "currency": "order.currency", "status": "order.status", "customer_id": "order.buyer.id", "customer_name": "order.buyer.name",
			"phone": "order.buyer.phone", "city": "order.address.city", "total": "order.total", "lines": "order.dishes", "line_sku": "sku", "line_name": "name", "line_quantity": "count", "line_price": "price", "line_discount": "discount"},
		Refund: map[string]string{"order": "order.number", "id": "refund.id", "amount": "refund.amount", "lines": "refund.dishes", "line_sku": "sku", "line_name": "name", "line_quantity": "count",
			"line_amount": "amount"},
		Statuses: map[string]string{"created": "placed", "accepted": "paid", "picked_up": "shipped", "delivered": "completed", "cancelled": "cancelled"},
	},
}

// check says what of a template cannot be. Fault: invalid.
func (h *HookTemplate) check() error {
	for name, path := range h.Order {
		if !slices.Contains(orderPaths, name) || len(path) > mostPath {
			return fault.Invalid("template.order."+name, "not_one_of")
		}
	}
	for name, path := range h.Refund {
		if !slices.Contains(refundPaths, name) || len(path) > mostPath {
			return fault.Invalid("template.refund."+name, "not_one_of")
		}
	}
	for _, name := range neededPaths {
		if strings.TrimSpace(h.Order[name]) == "" {
			return fault.Invalid("template.order."+name, "required")
		}
	}
	if len(h.Statuses) > mostStatuses {
		return fault.Invalid("template.statuses", "too_many_members")
	}
	for word, state := range h.Statuses {
		if !slices.Contains(orderStates, state) || len(word) > mostPath {
			return fault.Invalid("template.statuses", "not_one_of", strings.Join(orderStates, ", "))
		}
	}
	if h.OrderTopics == nil {
		h.OrderTopics = []string{}
	}
	if h.RefundTopics == nil {
		h.RefundTopics = []string{}
	}
	return nil
}

// signed says whether a body was signed with the secret. Fault: unauthenticated.
func (h *HookTemplate) signed(header http.Header, body []byte, secret string) error {
	given := strings.TrimPrefix(strings.TrimSpace(header.Get(h.SignatureHeader)), h.SignaturePrefix)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	decode := base64.StdEncoding.DecodeString
	if h.SignatureEncoding == "hex" {
		decode = hex.DecodeString
	}
	sum, err := decode(given)
	if err != nil || secret == "" || !hmac.Equal(sum, mac.Sum(nil)) {
		return fault.Unauthenticated("signature_wrong")
	}
	return nil
}

// said gives what a header or the body says at a place of the template.
func (h *HookTemplate) said(place string, header http.Header, body any) string {
	if name, is := strings.CutPrefix(place, fromHeader); is {
		return plain(header.Get(name))
	}
	return textAt(body, place)
}
