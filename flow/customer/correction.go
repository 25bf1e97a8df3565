package customer

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// saidByCustomer is where the history says a value comes from that the customer has given on her own page.
const saidByCustomer = "customer"

// The states of a correction.
const (
	CorrectionProposed = "proposed" // waits for somebody on the staff
	CorrectionAccepted = "accepted"
	CorrectionRefused  = "refused"
	CorrectionApplied  = "applied" // written at once, as the workspace wants it
)

// What becomes of what customers correct.
const (
	CorrectByStaff = "staff"
	CorrectAtOnce  = "at_once"
)

// HerOwn are the fields that a customer can correct on her own page.
func HerOwn() []string {
	return []string{"name", "phone", "email", "birthday", "province", "city", "district", "address", "postcode"}
}

// waitsForStaff are those that never change without somebody on the staff: whoever has a forwarded link could take her over by
// them.
var waitsForStaff = []string{"name", "phone", "email"}

// correctionRow is a detail a customer has given. Before is what stood there then.
type correctionRow struct {
	ID         int64  `bun:"id"`
	CustomerID int64  `bun:"customer_id"`
	Field      string `bun:"field"`
	Before     string `bun:"before"`
	Value      string `bun:"value"`
	State      string `bun:"state"`
	Asked      bool   `bun:"asked"`
	CreatedAt  int64  `bun:"created_at"`
	DecidedAt  *int64 `bun:"decided_at"`

	ConfirmBy   *int64 `bun:"confirm_by"` // until when it can be confirmed, where it must be
	ConfirmedAt *int64 `bun:"confirmed_at"`
}

const correctionColumns = "id, customer_id, field, before, value, state, asked, created_at, decided_at, confirm_by, confirmed_at"

// Correction is what a customer has said about a detail of hers, as the reader may see it.
type Correction struct {
	ID        api.ID     `json:"id"`
	Customer  Named      `json:"customer"`
	Field     string     `json:"field"`
	Held      string     `json:"held" doc:"what we hold now; masked where the field is"`
	Value     string     `json:"value" doc:"what she says; masked where the field is"`
	State     string     `json:"state" enum:"proposed,accepted,refused,applied"`
	Asked     bool       `json:"asked" doc:"we had asked her for it"`
	At        time.Time  `json:"at"`
	DecidedAt *time.Time `json:"decided_at"`

	Confirmation string `json:"confirmation" enum:"none,waiting,expired,confirmed" doc:"whether somebody at the address she gave has confirmed it; what waits or was never confirmed cannot be accepted"`
}

// AskedBy says where to learn for which details a customer is asked on her own page.
func (s *Store) AskedBy(asked func(ctx context.Context, from bun.IDB, id int64) ([]string, error)) {
	s.asked = asked
}

func (s *Store) askedOf(ctx context.Context, from bun.IDB, id int64) ([]string, error) {
	if s.asked == nil {
		return nil, nil
	}
	fields, err := s.asked(ctx, from, id)
	return slices.DeleteFunc(fields, func(f string) bool { return !slices.Contains(HerOwn(), f) }), err
}

// Correct takes what a customer says of herself on her own page. A value that stands already says nothing. It gives the fields
// whose value cannot be one; then nothing is taken.
func (s *Store) Correct(ctx context.Context, id int64, said map[string]string, language pageLanguage) (wrong []fault.Field, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []Customer
		if err := tx.Ask(ctx, &rows, "select "+customerColumns+" from customers where id = ?", id); err != nil || len(rows) == 0 {
			return orElse(err, fault.NotFound("link", ""))
		}
		c := rows[0]
		points, err := contactsOf(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		settings, err := privacyOf(ctx, tx)
		if err != nil {
			return err
		}
		asked, err := s.askedOf(ctx, tx, id)
		if err != nil {
			return err
		}
		var given []correctionRow
		for _, name := range HerOwn() {
			value := trimmed(said[name])
			if value == "" {
				continue
			}
			value, key := c.readOwn(ctx, name, value)
			if key != "" {
				wrong = append(wrong, fault.Field{Field: name, Key: key})
				continue
			}
			held := c.heldOf(name, points)
			if held == value && isContact(name) { // no page tells whether a contact point is the one we hold
				now := clock.Millis(ctx)
				given = append(given, correctionRow{CustomerID: id, Field: name, Before: held, Value: value, State: CorrectionApplied, CreatedAt: now, DecidedAt: &now})
			} else if held != value {
				given = append(given, correctionRow{CustomerID: id, Field: name, Before: held, Value: value, Asked: slices.Contains(asked, name), State: CorrectionProposed, CreatedAt: clock.Millis(ctx)})
			}
		}
		if len(wrong) > 0 || len(given) == 0 {
			return nil
		}
		for i := range given {
			g := &given[i]
			if g.State == CorrectionProposed && settings.Corrections == CorrectAtOnce && !slices.Contains(waitsForStaff, g.Field) {
				g.State, g.DecidedAt = CorrectionApplied, &g.CreatedAt
				err := s.writeCorrection(guard.System(ctx), tx, g, "customer.corrected")
				if fault.Is(err, fault.KindNotFound) { // staff have deleted her record: it waits with it
					g.State, g.DecidedAt = CorrectionProposed, nil
				} else if err != nil {
					return err
				}
			}
		}
		if err := keepCorrections(ctx, tx, given); err != nil {
			return err
		}
		confirms, err := s.confirms(ctx, tx, settings)
		for i := range given {
			if confirms && err == nil && given[i].Field == ContactEmail && given[i].State == CorrectionProposed {
				err = s.askToConfirm(ctx, tx, &given[i], language)
			}
		}
		return err
	})
	return wrong, err
}

// keepCorrections stores what a customer has said; a later word on the same field stands for an earlier one that waits.
func keepCorrections(ctx context.Context, tx *db.Tx, given []correctionRow) error {
	fields := map[string]any{}
	for i := range given {
		g := &given[i]
		if _, err := tx.Do(ctx, "delete from corrections where customer_id = ? and field = ? and state = ?", g.CustomerID, g.Field, CorrectionProposed); err != nil {
			return err
		}
		var err error
		if g.ID, err = tx.NextID(ctx, "corrections"); err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "insert into corrections (id, customer_id, field, before, value, state, asked, address, created_at, decided_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			g.ID, g.CustomerID, g.Field, g.Before, g.Value, g.State, g.Asked, guard.ActorOf(ctx).Address, g.CreatedAt, g.DecidedAt); err != nil {
			return err
		}
		fields[g.Field] = g.State
	}
	return guard.Audit(ctx, tx, "customer.correction_given", "customer", itemNumber(given[0].CustomerID), map[string]any{"fields": fields})
}

// readOwn brings a value that a customer gives into the form it is kept in; a key says why it cannot be.
func (c *Customer) readOwn(ctx context.Context, name, value string) (normal, key string) {
	switch name {
	case ContactPhone, ContactEmail:
		region := RegionOf(c.Country)
		if region == "" {
			region = workspace.Of(ctx).Country
		}
		p := normalContact(name, value, region)
		if p.State == ContactInvalid {
			return "", name + "_invalid"
		}
		return p.Value, ""
	case "birthday":
		tried := *c
		return value, setBirthday(ctx, &tried, value)
	}
	return normalText(ctx, name, value)
}

// heldOf gives what we hold of a field a customer can correct.
func (c *Customer) heldOf(name string, points []ContactPoint) string {
	if name == ContactPhone || name == ContactEmail {
		for _, p := range points {
			if p.CustomerID == c.ID && p.Kind == name && p.State == ContactOK {
				return p.Value
			}
		}
		return ""
	}
	return c.historyValue(name)
}

// writeCorrection puts what she has said in the place of what stands there.
func (s *Store) writeCorrection(ctx context.Context, tx *db.Tx, r *correctionRow, action string) error {
	_, _, err := s.changeIn(ctx, tx, r.CustomerID, "", action, saidByCustomer, func(ctx context.Context, tx *db.Tx, c *Customer) (difference, error) {
		if r.Field == ContactPhone || r.Field == ContactEmail {
			changed := difference{}
			return changed, replaceContact(ctx, tx, c.ID, r.Field, &ContactPoint{Kind: r.Field, Value: r.Value, Raw: r.Value, State: ContactOK, Verified: r.ConfirmedAt != nil}, changed)
		}
		before := *c
		text, err := json.Marshal(map[string]string{r.Field: r.Value})
		if err != nil {
			return nil, err
		}
		fields := &CustomerFields{}
		if err := json.Unmarshal(text, fields); err != nil {
			return nil, err
		}
		if wrong := fields.apply(ctx, c); len(wrong) > 0 {
			return nil, fault.Invalids(wrong)
		}
		return differences(ctx, &before, c), nil
	})
	return err
}

// Corrections gives what customers in sight have said of themselves, the newest first; of one customer where id is not 0.
// What the reader may not see of a record is left out.
func (s *Store) Corrections(ctx context.Context, id int64, state string, limit int) ([]Correction, error) {
	where, args := "k.state = ? and c.deleted_at is null and c.merged_into is null and ?", []any{state, scope(ctx, "c")}
	if id != 0 {
		where, args = where+" and c.id = ?", append(args, id)
	}
	var rows []struct {
		correctionRow
		Name string `bun:"name"`
	}
	read := s.records.Read()
	if err := read.NewRaw("select "+qualified("k", correctionColumns)+", c.name from corrections k join customers c on c.id = k.customer_id where "+where+" order by k.id desc limit ?",
		append(args, limit)...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	ids := []int64{0}
	for _, r := range rows {
		ids = append(ids, r.CustomerID)
	}
	var customers []Customer
	if err := read.NewRaw("select "+customerColumns+" from customers where id in (?)", bun.List(ids)).Scan(ctx, &customers); err != nil {
		return nil, err
	}
	points, err := contactsOf(ctx, read, ids)
	if err != nil {
		return nil, err
	}
	rights := guard.FieldsOf(ctx, noun)
	views := []Correction{}
	for _, r := range rows {
		right := rights.Right(r.Field)
		if right == guard.None {
			continue
		}
		at := slices.IndexFunc(customers, func(c Customer) bool { return c.ID == r.CustomerID })
		v := Correction{ID: api.ID(r.ID), Customer: Named{ID: api.ID(r.CustomerID), Name: r.Name}, Field: r.Field, Held: customers[at].heldOf(r.Field, points), Value: r.Value,
			State: r.State, Asked: r.Asked, At: instant(r.CreatedAt), Confirmation: r.confirmation(clock.Millis(ctx))}
		if r.DecidedAt != nil {
			v.DecidedAt = instantOrNull(*r.DecidedAt)
		}
		if right == guard.Masked || r.Field == "address" || isContact(r.Field) {
			v.Held, v.Value = maskOrNothing(r.Field, v.Held), maskOrNothing(r.Field, v.Value)
		}
		views = append(views, v)
	}
	return views, nil
}

// DecideCorrection accepts what a customer has said of herself, so that it stands in her record, or refuses it. Faults: not
// found, forbidden, conflict (decided already).
func (s *Store) DecideCorrection(ctx context.Context, id int64, state string) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []correctionRow
		if err := tx.Ask(ctx, &rows, "select "+correctionColumns+" from corrections where id = ?", id); err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.NotFound("correction", id)
		}
		r := &rows[0]
		c, err := s.find(ctx, tx, r.CustomerID)
		if fault.Is(err, fault.KindNotFound) {
			return fault.NotFound("correction", id)
		}
		if err != nil {
			return err
		}
		if !guard.FieldsOf(ctx, noun).CanWrite(r.Field) {
			return fault.Forbidden("field_not_writable", r.Field)
		}
		if state == CorrectionAccepted && r.State == CorrectionProposed && r.ConfirmBy != nil && r.ConfirmedAt == nil {
			return fault.Conflict("correction_not_confirmed")
		}
		n, err := tx.Do(ctx, "update corrections set state = ?, decided_at = ?, decided_by = ? where id = ? and state = ?", state, clock.Millis(ctx), actingStaff(ctx), id, CorrectionProposed)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Conflict("correction_decided")
		}
		if state == CorrectionAccepted {
			return s.writeCorrection(ctx, tx, r, "customer.correction_accepted")
		}
		return guard.Audit(ctx, tx, "customer.correction_refused", "customer", itemNumber(r.CustomerID), map[string]any{"name": c.Name, "field": r.Field})
	})
}
