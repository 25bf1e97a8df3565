package customer

import (
	"context"
	"encoding/json"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// SaidByQuality is where the history says a value comes from that a repair of data has set.
const SaidByQuality = "quality"

// Amendment is what a change did to one field of a customer: texts as the history of fields keeps them, "" for none. A
// contact point is the field "contact.ID", its texts are JSON.
type Amendment struct {
	Field  string
	Before string
	After  string
}

const contactPrefix = "contact."

// AmendIn writes fields of a customer inside a change of a later stage, with the rights of who asked for it, and gives
// every field that is another one now. Faults: not found, invalid, forbidden.
func (s *Store) AmendIn(ctx context.Context, tx *db.Tx, id int64, f *CustomerFields) ([]Amendment, error) {
	if err := mayWrite(ctx, f); err != nil {
		return nil, err
	}
	return s.amend(ctx, tx, id, func(_ context.Context, _ *db.Tx, c *Customer) error {
		before := *c
		wrong := f.apply(ctx, c)
		if wrong = append(wrong, checkStage(ctx, &before, c)...); len(wrong) > 0 {
			return fault.Invalids(wrong)
		}
		return nil
	})
}

func (s *Store) amend(ctx context.Context, tx *db.Tx, id int64, fn func(ctx context.Context, tx *db.Tx, c *Customer) error) ([]Amendment, error) {
	before, after, err := s.changeIn(ctx, tx, id, "", "customer.changed", SaidByQuality, func(ctx context.Context, tx *db.Tx, c *Customer) (difference, error) {
		was := *c
		if err := fn(ctx, tx, c); err != nil {
			return nil, err
		}
		return differences(ctx, &was, c), nil
	})
	if err != nil {
		return nil, err
	}
	h := told{}
	h.compare(&before, &after)
	amended := make([]Amendment, len(h.rows))
	for i, r := range h.rows {
		amended[i] = Amendment{r.field, r.before, r.after}
	}
	return amended, nil
}

// TakeBackIn gives fields of a customer the values they had before amendments, where they still are what those made of
// them; those changed since are left as they are and named. Faults: not found, forbidden.
func (s *Store) TakeBackIn(ctx context.Context, tx *db.Tx, id int64, amended []Amendment) (kept []string, err error) {
	rights := guard.FieldsOf(ctx, noun)
	_, err = s.amend(ctx, tx, id, func(_ context.Context, _ *db.Tx, c *Customer) error {
		for _, a := range amended {
			if !rights.CanWrite(a.Field) || c.historyValue(a.Field) != a.After {
				kept = append(kept, a.Field)
				continue
			}
			c.setAttribute(a.Field, a.Before)
		}
		c.NameKey, c.NameInitials = NameKeys(c.Kind, c.Name)
		return nil
	})
	return kept, err
}

// historyValue gives a field as its history keeps it.
func (c *Customer) historyValue(name string) string {
	if name == "gender" {
		return c.Gender
	}
	return c.attribute(name)
}

// RewriteContactIn puts another value in the place of what stands in a contact point, or takes the point away for "".
// Faults: not found, forbidden, invalid (the value cannot be one), conflict (she has it already).
func (s *Store) RewriteContactIn(ctx context.Context, tx *db.Tx, id, pointID int64, raw string) (a Amendment, err error) {
	_, _, err = s.changeIn(ctx, tx, id, "", "customer.changed", SaidByQuality, func(ctx context.Context, tx *db.Tx, c *Customer) (difference, error) {
		p, err := contactNamed(ctx, tx, id, pointID)
		if err != nil {
			return nil, err
		}
		if !guard.FieldsOf(ctx, noun).CanWrite(p.Kind) {
			return nil, fault.Forbidden("field_not_writable", p.Kind)
		}
		a = Amendment{Field: contactPrefix + itemNumber(pointID), Before: jsonText(p)}
		if raw == "" {
			_, err := tx.Do(ctx, "delete from contact_points where id = ? and customer_id = ?", pointID, id)
			return difference{p.Kind: {mask(p.Kind, p.Value), ""}}, err
		}
		region := RegionOf(c.Country)
		if region == "" {
			region = workspace.Of(ctx).Country
		}
		fresh := normalContact(p.Kind, raw, region)
		if fresh.State == ContactInvalid {
			return nil, fault.Invalid(p.Kind, p.Kind+"_invalid")
		}
		var same []int64
		if err := tx.Ask(ctx, &same, "select id from contact_points where kind = ? and value = ? and customer_id = ? and id <> ?", p.Kind, fresh.Value, id, pointID); err != nil {
			return nil, err
		}
		if len(same) > 0 {
			return nil, fault.Conflict("contact_point_known")
		}
		after := p
		after.Value, after.State = fresh.Value, ContactOK
		a.After = jsonText(after)
		if err := putContact(ctx, tx, after); err != nil {
			return nil, err
		}
		return difference{p.Kind: {mask(p.Kind, p.Value), mask(p.Kind, after.Value)}}, honour(ctx, tx, []ContactPoint{after}, clock.Millis(ctx))
	})
	return a, err
}

// TakeBackContactIn gives a contact point back what it was before RewriteContactIn; kept says that it was changed since.
// Faults: not found, forbidden.
func (s *Store) TakeBackContactIn(ctx context.Context, tx *db.Tx, id int64, a Amendment) (kept bool, err error) {
	var before ContactPoint
	if err := json.Unmarshal([]byte(a.Before), &before); err != nil {
		return false, err
	}
	if !guard.FieldsOf(ctx, noun).CanWrite(before.Kind) {
		return true, nil
	}
	_, _, err = s.changeIn(ctx, tx, id, "", "customer.changed", SaidByQuality, func(ctx context.Context, tx *db.Tx, _ *Customer) (difference, error) {
		now := ""
		p, err := contactNamed(ctx, tx, id, before.ID)
		if err == nil {
			now = jsonText(p)
		} else if !fault.Is(err, fault.KindNotFound) {
			return nil, err
		}
		var same []int64
		if err := tx.Ask(ctx, &same, "select id from contact_points where kind = ? and value = ? and customer_id = ? and id <> ?", before.Kind, before.Value, id, before.ID); err != nil {
			return nil, err
		}
		if kept = now != a.After || len(same) > 0; kept {
			return nil, nil
		}
		changed := difference{before.Kind: {maskOrNothing(before.Kind, p.Value), mask(before.Kind, before.Value)}}
		if now != "" {
			return changed, putContact(ctx, tx, before)
		}
		_, err = tx.Do(ctx, "insert into contact_points ("+contactColumns+") values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			before.ID, id, before.Kind, before.Value, before.Raw, before.Verified, before.State, before.CreatedAt, before.Stopped)
		return changed, err
	})
	return kept, err
}

func contactNamed(ctx context.Context, tx *db.Tx, customerID, pointID int64) (ContactPoint, error) {
	var points []ContactPoint
	if err := tx.Ask(ctx, &points, "select "+contactColumns+" from contact_points where id = ? and customer_id = ?", pointID, customerID); err != nil {
		return ContactPoint{}, err
	}
	if len(points) == 0 {
		return ContactPoint{}, fault.NotFound("contact_point", pointID)
	}
	return points[0], nil
}

func putContact(ctx context.Context, tx *db.Tx, p ContactPoint) error {
	_, err := tx.Do(ctx, "update contact_points set value = ?, raw = ?, verified = ?, state = ? where id = ? and customer_id = ?",
		p.Value, p.Raw, p.Verified, p.State, p.ID, p.CustomerID)
	return err
}

// ContactOf gives the id of the contact point that an amendment is about; ok is false for one about a field.
func ContactOf(a Amendment) (id int64, ok bool) {
	text, found := strings.CutPrefix(a.Field, contactPrefix)
	n := number(text)
	if !found || n == nil {
		return 0, false
	}
	return *n, true
}
