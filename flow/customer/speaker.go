package customer

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// Contact is a person who speaks for an organization, both of them customers. Role is what her word weighs there, codes of
// ContactRoles separated by commas; Since and Until are civil days YYYY-MM-DD, Until is set where she no longer does.
type Contact struct {
	ID              int64   `bun:"id"`
	OrganizationID  int64   `bun:"organization_id"`
	PersonID        int64   `bun:"person_id"`
	Role            string  `bun:"role"`
	Title           string  `bun:"title"`
	Department      string  `bun:"department"`
	Main            bool    `bun:"main"`
	Since           *string `bun:"since"`
	Until           *string `bun:"until"`
	CreatedImportID *int64  `bun:"created_import_id"`
	CreatedAt       int64   `bun:"created_at"`
	UpdatedAt       int64   `bun:"updated_at"`
	Version         int64   `bun:"version"`
}

const speakerColumns = "id, organization_id, person_id, role, title, department, main, since, until, created_import_id, created_at, updated_at, version"

func (c *Contact) values() []any {
	return []any{c.ID, c.OrganizationID, c.PersonID, c.Role, c.Title, c.Department, c.Main, c.Since, c.Until, c.CreatedImportID, c.CreatedAt, c.UpdatedAt, c.Version}
}

// ContactRoles are what a contact's word can weigh in a decision, in the order in which several are kept.
var ContactRoles = []string{"decides", "pays", "uses", "influences", "gatekeeps", "champions"}

// roles are the codes of a contact, in order.
func (c *Contact) roles() []string {
	if c.Role == "" {
		return []string{}
	}
	return strings.Split(c.Role, ",")
}

// ContactFields are what people write about a contact. What is absent stays as it is.
type ContactFields struct {
	Roles      *[]string `json:"roles,omitempty" maxItems:"6" doc:"decides, pays, uses, influences, gatekeeps, champions"`
	Title      *string   `json:"title,omitempty" maxLength:"100"`
	Department *string   `json:"department,omitempty" maxLength:"100"`
	Main       *bool     `json:"main,omitempty" doc:"whom to turn to first; an organization has one"`
	Since      Text      `json:"since,omitempty" doc:"YYYY-MM-DD"`
	Until      Text      `json:"until,omitempty" doc:"YYYY-MM-DD, not after today; set where the person no longer speaks for the organization"`
}

// apply writes the fields. Fault: invalid.
func (f *ContactFields) apply(ctx context.Context, c *Contact) error {
	var wrong []fault.Field
	if f.Roles != nil {
		for _, role := range *f.Roles {
			if !slices.Contains(ContactRoles, role) {
				wrong = append(wrong, fault.Field{Field: "roles", Key: "not_one_of", Args: []any{strings.Join(ContactRoles, ", ")}})
				break
			}
		}
		c.Role = joinRoles(*f.Roles)
	}
	if f.Title != nil {
		c.Title = trimmed(*f.Title)
	}
	if f.Department != nil {
		c.Department = trimmed(*f.Department)
	}
	for _, day := range []struct {
		name string
		from Text
		to   **string
	}{{"since", f.Since, &c.Since}, {"until", f.Until, &c.Until}} {
		if !day.from.Sent {
			continue
		}
		if *day.to = nil; day.from.Value == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, day.from.Value); err != nil {
			wrong = append(wrong, fault.Field{Field: day.name, Key: "date_unreadable"})
			continue
		}
		*day.to = &day.from.Value
	}
	if c.Until != nil && (*c.Until > workspace.Of(ctx).Day(clock.Millis(ctx)) || c.Since != nil && *c.Since > *c.Until) {
		wrong = append(wrong, fault.Field{Field: "until", Key: "date_impossible"})
	}
	if f.Main != nil {
		c.Main = *f.Main
	}
	if c.Until != nil {
		c.Main = false
	}
	if len(wrong) > 0 {
		return fault.Invalids(wrong)
	}
	return nil
}

// joinRoles writes roles as they are kept.
func joinRoles(roles []string) string {
	var kept []string
	for _, role := range ContactRoles {
		if slices.Contains(roles, role) {
			kept = append(kept, role)
		}
	}
	return strings.Join(kept, ",")
}

// NewContact says who becomes a contact: Other names the person of an organization, or the organization of a person; New
// makes that one.
type NewContact struct {
	Other api.ID          `json:"other,omitempty"`
	New   *CustomerFields `json:"new,omitempty"`
	ContactFields
}

// AddSpeaker makes a person a contact of an organization, from either side. Faults: not found, invalid, forbidden,
// conflict (is one already).
func (s *Store) AddSpeaker(ctx context.Context, customerID int64, n *NewContact) (id int64, err error) {
	if (n.Other == 0) == (n.New == nil) {
		return 0, fault.Invalid("other", "required")
	}
	now := clock.Millis(ctx)
	k := Contact{CreatedAt: now, UpdatedAt: now, Version: 1}
	if err := n.apply(ctx, &k); err != nil {
		return 0, err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		here, err := s.find(ctx, tx, customerID)
		if err != nil {
			return err
		}
		otherID, kind := int64(n.Other), KindOrganization
		if here.Kind == KindOrganization {
			kind = KindPerson
		}
		if n.New != nil {
			n.New.Kind = Text{Sent: true, Value: kind}
			made, err := s.newcomer(ctx, n.New)
			if err != nil {
				return err
			}
			if otherID, err = made.create(ctx, tx); err != nil {
				return err
			}
		} else {
			other, err := s.find(guard.Looking(ctx), tx, otherID)
			if err != nil {
				return fault.Invalid("other", "customer_unknown")
			}
			if other.Kind != kind {
				return fault.Invalid("other", "contact_kinds")
			}
		}
		k.OrganizationID, k.PersonID = otherID, customerID
		if kind == KindPerson {
			k.OrganizationID, k.PersonID = customerID, otherID
		}
		if err := lockOrganization(ctx, tx, k.OrganizationID); err != nil {
			return err
		}
		var known []int64
		if err := tx.NewRaw("select id from contacts where organization_id = ? and person_id = ? and until is null", k.OrganizationID, k.PersonID).Scan(ctx, &known); err != nil {
			return err
		}
		if len(known) > 0 && k.Until == nil {
			return fault.Conflict("contact_known")
		}
		if k.ID, err = tx.NextID(ctx, "contacts"); err != nil {
			return err
		}
		id = k.ID
		if err := onlyMain(ctx, tx, &k); err != nil {
			return err
		}
		rows := db.NewBulk("contacts", speakerColumns, "")
		rows.Add(k.values()...)
		if err := rows.Insert(ctx, tx); err != nil {
			return err
		}
		return k.tell(ctx, tx, "contact.added", map[string]any{"kind": k.Role})
	})
	return id, err
}

// ChangeSpeaker changes what a contact is at an organization. Faults: not found, stale, invalid.
func (s *Store) ChangeSpeaker(ctx context.Context, customerID, id int64, ifMatch string, f *ContactFields) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		k, err := s.speaker(ctx, tx, customerID, id, ifMatch)
		if err != nil {
			return err
		}
		before := *k
		if err := f.apply(ctx, k); err != nil {
			return err
		}
		changed := difference{}
		changed.note("role", before.Role, k.Role)
		changed.note("title", before.Title, k.Title)
		changed.note("department", before.Department, k.Department)
		changed.note("main", before.Main, k.Main)
		changed.note("since", value(before.Since), value(k.Since))
		changed.note("until", value(before.Until), value(k.Until))
		if len(changed) == 0 {
			return nil
		}
		if err := onlyMain(ctx, tx, k); err != nil {
			return err
		}
		k.Version, k.UpdatedAt = k.Version+1, clock.Millis(ctx)
		if err := updateSpeaker(ctx, tx, k); err != nil {
			return err
		}
		return k.tell(ctx, tx, "contact.changed", map[string]any{"changed": changed})
	})
}

// RemoveSpeaker takes a contact away, as if it had never been. Faults: not found, stale.
func (s *Store) RemoveSpeaker(ctx context.Context, customerID, id int64, ifMatch string) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		k, err := s.speaker(ctx, tx, customerID, id, ifMatch)
		if err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "delete from contacts where id = ?", id); err != nil {
			return err
		}
		return k.tell(ctx, tx, "contact.removed", map[string]any{"kind": k.Role})
	})
}

// tell lets columns and the audit log know. The entry stands with the person and names the organization by its id alone, so
// that erasing either leaves no word of them.
func (c *Contact) tell(ctx context.Context, tx *db.Tx, action string, more map[string]any) error {
	tx.Feed("customers", c.OrganizationID, c.PersonID)
	more["contact"], more["organization"] = c.ID, c.OrganizationID
	return guard.Audit(ctx, tx, action, "customer", strconv.FormatInt(c.PersonID, 10), more)
}

// speaker finds a contact of the customer, both ends of it the reader's to see. Faults: not found, forbidden, stale.
func (s *Store) speaker(ctx context.Context, tx *db.Tx, customerID, id int64, ifMatch string) (*Contact, error) {
	if _, err := s.find(ctx, tx, customerID); err != nil {
		return nil, err
	}
	seen, err := s.speakersIn(guard.Looking(ctx), tx, customerID, bun.SafeQuery("k.id = ?", id), 1)
	if err != nil {
		return nil, err
	}
	if len(seen) == 0 {
		return nil, fault.NotFound("contact", id)
	}
	k := &seen[0].Contact
	return k, matches(ifMatch, k.Version)
}
