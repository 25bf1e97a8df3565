package track

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// The outcomes of a delivery.
const (
	hookStored   = "stored"
	hookOlder    = "older"    // something newer was told before
	hookRefunded = "refunded" // the refund is noted on its order
	hookWaiting  = "waiting"  // the refund waits for its order
	hookIgnored  = "ignored"  // of a topic nobody asked for
	hookRepeated = "repeated"
)

// keptDeliveries is how long a repetition is known as one.
const keptDeliveries = 30 * 24 * time.Hour

// hook takes one delivery; the order is in the records when it is answered, so that whoever sent it may forget it. Faults:
// unauthenticated, invalid, too large, too many.
func (t *Tracking) hook(w http.ResponseWriter, r *http.Request) {
	outcome, err := t.takeHook(w, r)
	if err != nil {
		api.Fail(w, r, err)
		return
	}
	answer(w, map[string]any{"success": true, "outcome": outcome})
}

func (t *Tracking) takeHook(w http.ResponseWriter, r *http.Request) (string, error) {
	leave, err := t.intake.enter(MaxBatch)
	if err != nil {
		return "", err
	}
	defer leave()
	ctx := guard.Changing(guard.System(r.Context()))
	h, s, err := t.hookOf(ctx, chi.URLParam(r, "key"))
	if err != nil {
		return "", err
	}
	body, err := readHook(w, r)
	if err != nil {
		t.noteRefusal(ctx, s, err)
		return "", err
	}
	secret, err := h.secret(ctx)
	if err != nil {
		return "", err
	}
	if err := h.template.signed(r.Header, body, secret); err != nil {
		t.noteRefusal(ctx, s, err)
		return "", err
	}
	if limited := t.limiterOf(s); limited != nil && !limited.AllowN(clock.Now(ctx), 1) {
		t.refuse(ctx, s.ID, "too_many_requests", "", 1)
		return "", fault.TooMany(1)
	}
	d, err := h.template.read(ctx, s.Name, r.Header, body)
	if err != nil {
		t.noteRefusal(ctx, s, err)
		return "", err
	}
	return t.hear(ctx, s, d)
}

func readHook(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > MaxBatch {
		return nil, fault.TooLarge("body_too_large", MaxBatch)
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(30 * time.Second)) //nolint:forbidigo // of the network
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBatch))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, fault.TooLarge("body_too_large", MaxBatch)
	} else if err != nil {
		return nil, fault.Invalid("body", "body_cut_off")
	}
	return body, nil
}

// hear brings what a delivery tells into the records, once, and never over what was told later.
func (t *Tracking) hear(ctx context.Context, s *Source, d *heard) (outcome string, err error) {
	err = t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		if n, err := tx.Do(ctx, "insert into webhook_deliveries (source_id, delivery, topic, number, outcome, received_at) values (?, ?, ?, '', '', ?) on conflict do nothing", s.ID, d.delivery, d.topic, now); err != nil || n == 0 {
			outcome = hookRepeated
			return err
		}
		var number string
		if outcome, number, err = t.apply(ctx, tx, s, d); err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "update webhook_deliveries set outcome = ?, number = ? where source_id = ? and delivery = ?", outcome, number, s.ID, d.delivery); err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "delete from webhook_deliveries where source_id = ? and received_at < ?", s.ID, now-keptDeliveries.Milliseconds()); err != nil {
			return err
		}
		_, err := tx.Do(ctx, "update sources set last_fact_at = ? where id = ? and (last_fact_at is null or last_fact_at < ?)", now, s.ID, now-int64(time.Minute/time.Millisecond))
		return err
	})
	return outcome, err
}

func (t *Tracking) apply(ctx context.Context, tx *db.Tx, s *Source, d *heard) (outcome, number string, err error) {
	if d.key == "" {
		return hookIgnored, "", nil
	}
	for _, r := range d.refunds {
		if _, err := tx.Do(ctx, "insert into webhook_refunds (source_id, order_key, refund, amount) values (?, ?, ?, ?) on conflict (source_id, order_key, refund) do update set amount = excluded.amount",
			s.ID, d.key, r.id, r.amount); err != nil {
			return "", "", err
		}
	}
	var refunded []int64
	if err := tx.Ask(ctx, &refunded, "select cast(coalesce(sum(amount), 0) as bigint) from webhook_refunds where source_id = ? and order_key = ?", s.ID, d.key); err != nil {
		return "", "", err
	}
	if d.order == nil {
		var numbers []string
		if err := tx.Ask(ctx, &numbers, "select number from webhook_orders where source_id = ? and order_key = ?", s.ID, d.key); err != nil {
			return "", "", err
		}
		if number = d.key; len(numbers) > 0 { // else it may have come in a file
			number = numbers[0]
		}
		known, err := t.customers.RefundOrder(ctx, tx, s.Name, number, refunded[0])
		if !known {
			return hookWaiting, "", err
		}
		return hookRefunded, number, err
	}
	n, err := tx.Do(ctx, `
insert into webhook_orders (source_id, order_key, number, told_at) values (?, ?, ?, ?)
on conflict (source_id, order_key) do update set number = excluded.number, told_at = excluded.told_at where webhook_orders.told_at <= excluded.told_at`, s.ID, d.key, d.order.Number, d.toldAt)
	if err != nil {
		return "", "", err
	}
	if n == 0 {
		_, err := t.customers.RefundOrder(ctx, tx, s.Name, d.order.Number, refunded[0]) // a refund it tells of holds whenever it was said
		return hookOlder, d.order.Number, err
	}
	d.order.Refunded = refunded[0]
	return hookStored, d.order.Number, t.customers.TellOrder(ctx, tx, *d.order)
}
