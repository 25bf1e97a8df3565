package customer

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// revealsPerHour bounds how many contact points one person can read in an hour: enough for a day of calls, far too few
// to carry a customer base away.
const revealsPerHour = 60

// tally counts what each actor did within the current hour of the clock.
type tally struct {
	mutex sync.Mutex
	hour  int64
	by    map[string]int
}

func newTally() *tally { return &tally{by: map[string]int{}} }

// take counts one more. Fault: too many, with the seconds until the hour ends.
func (t *tally) take(ctx context.Context, actor string) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	now := clock.Now(ctx)
	if hour := now.Unix() / 3600; hour != t.hour {
		t.hour = hour
		clear(t.by)
	}
	if t.by[actor] >= revealsPerHour {
		return fault.TooMany(int(now.Truncate(time.Hour).Add(time.Hour).Sub(now).Seconds()) + 1)
	}
	t.by[actor]++
	return nil
}

// ownContact gives the key of a field that the workspace has defined for a phone number, an e-mail or a postal address.
func ownContact(ctx context.Context, name string) (key string, ok bool) {
	key, custom := strings.CutPrefix(name, customPrefix)
	if !custom {
		return "", false
	}
	f, known := field.Of(ctx).Find(key)
	return key, known && !f.Archived() && (f.Type == field.Phone || f.Type == field.Email || f.Type == field.Address)
}

// Reveal shows one contact field of a customer in full, for a reason that goes into the audit log. Field is phone,
// email, wechat, address, or custom.KEY for a field of the workspace's own that holds a contact point. Faults: not found, invalid, forbidden, too many.
func (s *Store) Reveal(ctx context.Context, id int64, field, reason string) (values []string, err error) {
	if reason = trimmed(reason); reason == "" {
		return nil, fault.Invalid("reason", "required")
	}
	rightField := field
	if field == ContactWeChat {
		rightField = ContactPhone
	}
	key, own := ownContact(ctx, field)
	switch {
	case own, field == ContactPhone, field == ContactEmail, field == ContactWeChat, field == "address":
	default:
		return nil, fault.Invalid("field", "not_one_of", "phone, email, wechat, address")
	}
	c, err := s.find(ctx, s.records, id)
	if err != nil {
		return nil, err
	}
	if guard.FieldsOf(ctx, noun).Right(rightField) == guard.None {
		return nil, s.refuseReveal(ctx, c, field, reason, fault.Forbidden("field_not_readable", field))
	}
	if !guard.ActorOf(ctx).Can(revealContact) {
		return nil, s.refuseReveal(ctx, c, field, reason, fault.Forbidden("not_permitted", revealContact))
	}
	if err := s.reveals.take(ctx, guard.ActorOf(ctx).Key()); err != nil {
		return nil, err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		values = values[:0]
		switch {
		case field == "address":
			if c.Address != "" {
				values = append(values, c.Address)
			}
		case own:
			value := openedFields(ctx, c.Custom)[key]
			if address, is := value.(map[string]any); is {
				values = append(values, AddressLine(address))
			} else if text, is := value.(string); is {
				values = append(values, text)
			}
		default:
			points, err := contactsOf(ctx, tx, []int64{id})
			if err != nil {
				return err
			}
			for _, p := range points {
				if p.Kind == field {
					values = append(values, p.Value)
				}
			}
		}
		return guard.Audit(ctx, tx, "customer.revealed", "customer", strconv.FormatInt(id, 10),
			map[string]any{"name": c.Name, "field": field, "reason": reason, "values": len(values)})
	})
	return values, err
}

// revealContact is the permission to see a contact point in full.
const revealContact = "reveal.contact"

// refuseReveal writes down that somebody asked for what they may not see, and gives why not.
func (s *Store) refuseReveal(ctx context.Context, c *storedCustomer, field, reason string, why *fault.Error) error {
	if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return guard.Audit(ctx, tx, "customer.reveal_refused", "customer", strconv.FormatInt(c.ID, 10), map[string]any{"name": c.Name, "field": field, "reason": reason})
	}); err != nil {
		return err
	}
	return why
}
