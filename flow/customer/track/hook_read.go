package track

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/segmentio/encoding/json"

	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
)

// mostLines bounds the lines and refunds of one order.
const mostLines = 1000

// heard is what one delivery tells, read by a template: an order, a refund by itself, or nothing that is asked for.
type heard struct {
	delivery, topic string
	said            string // digest of it all
	key             string // of the order at its sender
	toldAt          int64
	order           *customer.ToldOrder
	refunds         []customer.ToldRefund
}

// read takes a delivery apart. Fault: invalid, with the path that is to blame.
func (h *HookTemplate) read(ctx context.Context, source string, header http.Header, body []byte) (*heard, error) {
	var value map[string]any
	if members, depth := shape(body); depth > maxDepth*2 || members > 20*mostLines {
		return nil, fault.Invalid("body", "too_deep")
	}
	if _, err := json.Parse(body, &value, json.UseNumber); err != nil || value == nil {
		return nil, fault.Invalid("body", "json_unreadable")
	}
	sum := sha256.Sum256(body)
	d := &heard{topic: short(h.said(h.Topic, header, value), 100), delivery: short(h.said(h.Delivery, header, value), maxKey), said: hex.EncodeToString(sum[:])}
	if d.delivery == "" {
		d.delivery = "sha256:" + d.said
	}
	switch {
	case slices.Contains(h.RefundTopics, d.topic):
		return d, h.readRefund(d, value)
	case len(h.OrderTopics) > 0 && !slices.Contains(h.OrderTopics, d.topic):
		return d, nil
	}
	return d, h.readOrder(ctx, d, source, value)
}

func (h *HookTemplate) readRefund(d *heard, value any) error {
	if d.key = textAt(value, h.Refund["order"]); d.key == "" {
		return fault.Invalid("refund.order", "value_missing")
	}
	r, err := h.readBack(value, h.Refund["id"], h.Refund["amount"], "refund.")
	if err != nil {
		return err
	}
	if r.ID == "" {
		r.ID = d.delivery
	}
	d.refunds = []customer.ToldRefund{r}
	return nil
}

// stays are the words that say of refunded goods that they do not come back.
var stays = []string{"no_restock", "false", "0", "no", "none"}

// readBack reads one refund, told by itself or within its order.
func (h *HookTemplate) readBack(value any, id, amount, where string) (r customer.ToldRefund, err error) {
	var ok bool
	if r.Amount, ok = sumAt(value, amount); !ok || r.Amount < 0 {
		return r, fault.Invalid(where+"amount", "number_unreadable")
	}
	r.ID = short(textAt(value, id), maxKey)
	all := listAt(value, h.Refund["lines"])
	if len(all) > mostLines {
		return r, fault.TooLarge("too_many_lines", mostLines)
	}
	for _, each := range all {
		l := customer.RefundLine{Line: short(textAt(each, h.Refund["line_id"]), maxKey), SKU: short(textAt(each, h.Refund["line_sku"]), maxKey), Name: short(textAt(each, h.Refund["line_name"]), maxName),
			Restocked: !slices.Contains(stays, strings.ToLower(textAt(each, h.Refund["line_restock"])))}
		for name, to := range map[string]*int64{"line_quantity": &l.Quantity, "line_amount": &l.Amount} {
			if *to, ok = sumAt(each, h.Refund[name]); !ok || *to < 0 {
				return r, fault.Invalid("refund."+name, "number_unreadable")
			}
		}
		r.Lines = append(r.Lines, l)
	}
	return r, nil
}

func (h *HookTemplate) readOrder(ctx context.Context, d *heard, source string, value any) error {
	word := func(name string) string { return textAt(value, h.Order[name]) }
	zone, now := workspace.Of(ctx).Location, clock.Millis(ctx)
	var ok bool
	o := &customer.ToldOrder{Source: source, Number: short(word("number"), maxKey), Currency: strings.ToUpper(word("currency")), Country: word("country"), Province: word("province"), City: word("city"),
		CustomerID: short(word("customer_id"), maxKey), Name: short(word("customer_name"), maxName), Phone: word("phone"), Email: word("email"), Status: h.status(word("status"))}
	if o.Number == "" {
		return fault.Invalid("order.number", "value_missing")
	}
	if len(o.Currency) != 3 {
		o.Currency = ""
	}
	if c := word("cancelled"); c != "" && c != "false" {
		o.Status = customer.StatusCancelled
	}
	if d.key = word("key"); d.key == "" {
		d.key = o.Number
	}
	if o.OrderedAt, ok = instantAt(value, h.Order["ordered_at"], zone); !ok || o.OrderedAt == 0 || o.OrderedAt > now+futureSlack.Milliseconds() {
		return fault.Invalid("order.ordered_at", "date_unreadable")
	}
	if d.toldAt, ok = instantAt(value, h.Order["updated_at"], zone); !ok || d.toldAt > now+futureSlack.Milliseconds() {
		return fault.Invalid("order.updated_at", "date_unreadable")
	}
	if d.toldAt == 0 {
		d.toldAt = now
	}
	all, back := listAt(value, h.Order["lines"]), listAt(value, h.Order["refunds"])
	if len(all) > mostLines || len(back) > mostLines {
		return fault.TooLarge("too_many_lines", mostLines)
	}
	for _, each := range all {
		line, err := h.readLine(each)
		if err != nil {
			return err
		}
		o.Lines = append(o.Lines, line)
	}
	for _, each := range back {
		r, err := h.readBack(each, h.Order["refund_id"], h.Order["refund_amount"], "order.refund_")
		if err != nil {
			return err
		}
		if r.ID == "" {
			return fault.Invalid("order.refund_id", "value_missing")
		}
		d.refunds = append(d.refunds, r)
	}
	if word("total") != "" {
		total, ok := sumAt(value, h.Order["total"])
		if !ok {
			return fault.Invalid("order.total", "number_unreadable")
		}
		o.Total = &total
	}
	d.order = o
	return nil
}

func (h *HookTemplate) readLine(value any) (l customer.ToldLine, err error) {
	l.ID, l.SKU, l.Name = short(textAt(value, h.Order["line_id"]), maxKey), short(textAt(value, h.Order["line_sku"]), maxKey), short(textAt(value, h.Order["line_name"]), maxName)
	for name, to := range map[string]*int64{"line_quantity": &l.Quantity, "line_price": &l.UnitPrice, "line_discount": &l.Discount} {
		n, ok := sumAt(value, h.Order[name])
		if *to = n; !ok {
			return l, fault.Invalid("order."+name, "number_unreadable")
		}
	}
	if textAt(value, h.Order["line_quantity"]) == "" {
		l.Quantity = 1e6
	}
	return l, nil
}

// status is our word for the sender's; one that has none is not taken over.
func (h *HookTemplate) status(word string) string {
	if state := h.Statuses[word]; state != "" {
		return state
	}
	if slices.Contains(orderStates, word) {
		return word
	}
	return ""
}
