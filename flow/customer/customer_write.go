package customer

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// difference is what a change did to one field, before and after, as the audit log keeps it: contact points and
// addresses masked.
type difference map[string][2]any

func (d difference) note(field string, before, after any) {
	if before != after {
		d[field] = [2]any{before, after}
	}
}

// Create adds a customer. Faults: invalid (with the fields), forbidden.
func (s *Store) Create(ctx context.Context, f *CustomerFields) (id int64, err error) {
	n, err := s.newcomer(ctx, f)
	if err != nil {
		return 0, err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err = n.create(ctx, tx)
		return err
	})
	return id, err
}

// Change writes fields of a customer. Faults: not found, stale, invalid, forbidden.
func (s *Store) Change(ctx context.Context, id int64, ifMatch string, f *CustomerFields) error {
	if err := mayWrite(ctx, f); err != nil {
		return err
	}
	return s.change(ctx, id, ifMatch, "customer.changed", func(ctx context.Context, tx *db.Tx, c *Customer) (difference, error) {
		before := *c
		f, wrong, err := s.withFiles(ctx, tx, c, f)
		if err != nil {
			return nil, err
		}
		points, wrongPoints := f.contactPoints(ctx, c)
		wrong = slices.Concat(wrong, f.apply(ctx, c), wrongPoints)
		if wrong = append(wrong, checkStage(ctx, &before, c)...); len(wrong) > 0 {
			return nil, fault.Invalids(wrong)
		}
		if err := s.checkReferences(ctx, tx, f.Custom); err != nil {
			return nil, err
		}
		if f.OwnerID.Sent {
			if err := setOwner(ctx, tx, c, f.OwnerID.Value); err != nil {
				return nil, err
			}
		}
		changed := differences(ctx, &before, c)
		for kind, t := range map[string]Text{ContactPhone: f.Phone, ContactEmail: f.Email} {
			if !t.Sent {
				continue
			}
			at := slices.IndexFunc(points, func(p ContactPoint) bool { return p.Kind == kind })
			var point *ContactPoint
			if at >= 0 {
				point = &points[at]
			}
			if err := replaceContact(ctx, tx, id, kind, point, changed); err != nil {
				return nil, err
			}
		}
		if f.Tags != nil {
			old, err := setTags(ctx, tx, id, *f.Tags, clock.Millis(ctx))
			if err != nil {
				return nil, err
			}
			if !sameSet(old, *f.Tags) {
				changed["tags"] = [2]any{old, *f.Tags}
			}
		}
		return changed, nil
	})
}

// change is the frame of every change to one customer: it finds the record within the reader's scope, checks the
// version, lets fn change it, stores it with a new version, and writes feed and audit in the same transaction. A change
// that changes nothing leaves no trace.
func (s *Store) change(ctx context.Context, id int64, ifMatch, action string, fn func(context.Context, *db.Tx, *Customer) (difference, error)) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, _, err := s.changeIn(ctx, tx, id, ifMatch, action, saidByStaff, fn)
		return err
	})
}

// changeIn is change inside a larger one; said is where the history says the values come from. It gives the record before
// and after.
func (s *Store) changeIn(ctx context.Context, tx *db.Tx, id int64, ifMatch, action, said string, fn func(context.Context, *db.Tx, *Customer) (difference, error)) (before, after Customer, err error) {
	stored, err := s.find(ctx, tx, id)
	if err != nil {
		return before, after, err
	}
	before, after = stored.Customer, stored.Customer
	if err := matches(ifMatch, before.Version); err != nil {
		return before, after, err
	}
	// taking the version locks the row: of two changes at once the second one sees that it is late
	n, err := tx.Do(ctx, "update customers set version = version + 1 where id = ? and version = ?", id, before.Version)
	if err != nil {
		return before, after, err
	}
	if n == 0 {
		return before, after, fault.Stale()
	}
	changed, err := fn(ctx, tx, &after)
	if err != nil || len(changed) == 0 {
		// a larger change goes on without this one; where the error is the store's own, nothing of either stays
		if refused := (*fault.Error)(nil); err == nil || errors.As(err, &refused) {
			if _, reset := tx.Do(ctx, "update customers set version = ? where id = ?", before.Version, id); reset != nil {
				err = reset
			}
		}
		return before, before, err
	}
	after.Version++
	after.UpdatedAt = clock.Millis(ctx)
	if err := s.noteFiles(ctx, tx, &before, &after); err != nil {
		return before, after, err
	}
	if err := updateChanged(ctx, tx, &before, &after); err != nil {
		return before, after, err
	}
	if err := tell(ctx, tx, said, &before, &after, changed); err != nil {
		return before, after, err
	}
	tx.Feed("customers", id)
	return before, after, guard.Audit(ctx, tx, action, "customer", strconv.FormatInt(id, 10), map[string]any{"name": after.Name, "changed": changed})
}

// Remove deletes a customer softly: it leaves every list and figure, and Restore brings it back. Faults: not found, stale.
func (s *Store) Remove(ctx context.Context, id int64, ifMatch string) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.RemoveIn(ctx, tx, id, ifMatch) })
}

// RemoveIn is Remove inside a larger change.
func (s *Store) RemoveIn(ctx context.Context, tx *db.Tx, id int64, ifMatch string) error {
	c, err := s.find(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := matches(ifMatch, c.Version); err != nil {
		return err
	}
	now := clock.Millis(ctx)
	if _, err := tx.NewRaw("update customers set deleted_at = ?, updated_at = ?, version = version + 1 where id = ?", now, now, id).Exec(ctx); err != nil {
		return err
	}
	tx.Feed("customers", id)
	if err := feedSpeakers(ctx, tx, id); err != nil {
		return err
	}
	return guard.Audit(ctx, tx, "customer.deleted", "customer", strconv.FormatInt(id, 10), map[string]any{"name": c.Name})
}

// Restore brings a deleted customer back. Faults: not found, also when it is not deleted.
func (s *Store) Restore(ctx context.Context, id int64) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.RestoreIn(ctx, tx, id) })
}

// RestoreIn is Restore inside a larger change.
func (s *Store) RestoreIn(ctx context.Context, tx *db.Tx, id int64) error {
	result, err := tx.NewRaw(`
update customers
set deleted_at = null, updated_at = ?, version = version + 1
where id in (select c.id from customers c where c.id = ? and c.deleted_at is not null and c.merged_into is null and ?)`,
		clock.Millis(ctx), id, scope(ctx, "c")).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return fault.NotFound("customer", id)
	}
	tx.Feed("customers", id)
	if err := feedSpeakers(ctx, tx, id); err != nil {
		return err
	}
	return guard.Audit(ctx, tx, "customer.restored", "customer", strconv.FormatInt(id, 10), nil)
}

// mayWrite refuses a request that brings a field the person asking may not write.
func mayWrite(ctx context.Context, f *CustomerFields) error {
	rights := guard.FieldsOf(ctx, noun)
	for _, field := range f.sent() {
		if !rights.CanWrite(field) {
			return fault.Forbidden("field_not_writable", field)
		}
	}
	return nil
}

// contactPoints gives the phone number and mail address the request sets, normalised.
func (f *CustomerFields) contactPoints(ctx context.Context, c *Customer) (points []ContactPoint, wrong []fault.Field) {
	country := c.Country
	if f.Country.Sent {
		country = f.Country.Value
	}
	region := RegionOf(country)
	if region == "" {
		region = workspace.Of(ctx).Country
	}
	for _, part := range [...]struct {
		kind string
		text Text
	}{{ContactPhone, f.Phone}, {ContactEmail, f.Email}} {
		if part.text.Value == "" {
			continue
		}
		p := normalContact(part.kind, trimmed(part.text.Value), region)
		if p.State == ContactInvalid {
			wrong = append(wrong, fault.Field{Field: part.kind, Key: part.kind + "_invalid"})
			continue
		}
		points = append(points, p)
	}
	return points, wrong
}

// differences compares the attributes of two versions of a record.
func differences(ctx context.Context, before, after *Customer) difference {
	d := difference{}
	for _, f := range textFields {
		if f.name == "address" {
			if before.Address != after.Address {
				d[f.name] = [2]any{guard.MaskAddress(before.Address), guard.MaskAddress(after.Address)}
			}
			continue
		}
		d.note(f.name, *f.of(before), *f.of(after))
	}
	d.note("birthday", value(before.Birthday), value(after.Birthday))
	d.note("owner", value(before.OwnerID), value(after.OwnerID))
	d.note("team", value(before.TeamID), value(after.TeamID))
	d.noteCustom(ctx, before.Custom, after.Custom)
	return d
}

func value[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

func sameSet(a, b []string) bool { return slices.Equal(distinct(a), distinct(b)) }
