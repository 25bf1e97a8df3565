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
	return t.delivered(ctx, h, s, r.Header, body)
}

// Deliver takes a delivery that did not come over HTTP, as if it had been sent to the webhook of source. Faults: see hook.
func (t *Tracking) Deliver(ctx context.Context, source int64, header http.Header, body []byte) (outcome string, err error) {
	ctx = guard.Changing(guard.System(ctx))
	s, err := t.Source(ctx, t.records.Read(), source)
	if err != nil {
		return "", err
	}
	h, err := hooks(ctx, t.records.Read(), "source_id", source)
	if err == nil && h == nil {
		err = fault.NotFound("webhook", source)
	}
	if err != nil {
		return "", err
	}
	return t.delivered(ctx, h, s, header, body)
}

// delivered takes what is signed, no more than the source may send, and can be read.
func (t *Tracking) delivered(ctx context.Context, h *hookRow, s *Source, header http.Header, body []byte) (string, error) {
	secret, err := h.secret(ctx)
	if err != nil {
		return "", err
	}
	if err := h.template.signed(header, body, secret); err != nil {
		t.noteRefusal(ctx, s, err)
		return "", err
	}
	if limited := t.limiterOf(s); limited != nil && !limited.AllowN(clock.Now(ctx), 1) {
		t.refuse(ctx, s.ID, "too_many_requests", "", 1)
		return "", fault.TooMany(1)
	}
	d, err := h.template.read(ctx, s.Name, header, body)
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
		if n, err := tx.Do(ctx, "insert into webhook_deliveries (source_id, delivery, topic, number, outcome, received_at, said) values (?, ?, ?, '', '', ?, ?) on conflict do nothing", s.ID, d.delivery, d.topic, now, d.said); err != nil {
			return err
		} else if n == 0 {
			outcome = hookRepeated
			return t.repeated(ctx, tx, s, d)
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

// repeated notes a delivery that says something else than the one before under the same name.
func (t *Tracking) repeated(ctx context.Context, tx *db.Tx, s *Source, d *heard) error {
	var number []string
	if err := tx.Ask(ctx, &number, "select number from webhook_deliveries where source_id = ? and delivery = ? and said not in ('', ?)", s.ID, d.delivery, d.said); err != nil || len(number) == 0 {
		return err
	}
	return t.customers.NoteDelivery(ctx, tx, s.Name, number[0], "delivery_differs", d.delivery)
}

// apply brings in what a delivery tells, and says what became of it and of which order.
func (t *Tracking) apply(ctx context.Context, tx *db.Tx, s *Source, d *heard) (outcome, number string, err error) {
	if d.key == "" {
		return hookIgnored, "", nil
	}
	o, err := openHookOrder(ctx, tx, s.ID, d.key)
	if err != nil {
		return "", "", err
	}
	before := o.named()
	if err := o.refund(ctx, tx, d.refunds); err != nil {
		return "", "", err
	}
	if d.order == nil {
		known, err := t.customers.RefundOrder(ctx, tx, s.Name, o.Number, before, o.named())
		if !known {
			return hookWaiting, o.Number, err
		}
		return hookRefunded, o.Number, err
	}
	if d.toldAt < o.ToldAt {
		if err := t.customers.NoteDelivery(ctx, tx, s.Name, o.Number, "older_than_stored", time.UnixMilli(d.toldAt).UTC().Format(time.RFC3339)); err != nil {
			return "", "", err
		}
		_, err := t.customers.RefundOrder(ctx, tx, s.Name, o.Number, before, o.named()) // a refund it tells of holds whenever it was said
		return hookOlder, o.Number, err
	}
	if err := o.tell(ctx, tx, d); err != nil {
		return "", "", err
	}
	d.order.Refunds = o.named()
	return hookStored, o.Number, t.customers.TellOrder(ctx, tx, *d.order)
}
