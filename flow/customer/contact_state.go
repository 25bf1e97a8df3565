package customer

import (
	"context"
	"slices"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// Why a contact point that is well formed reaches nobody. As a state it takes the point out of reach: nothing is sent to
// it, and where the customer has no other of its kind her owner is asked to mend that.
const (
	ContactBounced     = "bounced"      // mail came back for good
	ContactWrong       = "wrong_number" // it is somebody else's
	ContactUnreachable = "unreachable"  // out of service, nobody ever answers
	ContactRefused     = "refused"      // the receiver turned us away
)

// BadStates are the states of a contact point that was tried and failed.
func BadStates() []string {
	return []string{ContactBounced, ContactWrong, ContactUnreachable, ContactRefused}
}

// MarkContact says that a contact point fails and why, or that it is good after all. Faults: not found, stale, forbidden,
// invalid (good after all, but not well formed).
func (s *Store) MarkContact(ctx context.Context, id int64, ifMatch string, pointID int64, state string) error {
	return s.change(ctx, id, ifMatch, "contact_point.marked", func(ctx context.Context, tx *db.Tx, _ *Customer) (difference, error) {
		p, err := contactNamed(ctx, tx, id, pointID)
		if err != nil {
			return nil, err
		}
		if !guard.FieldsOf(ctx, noun).CanWrite(p.Kind) {
			return nil, fault.Forbidden("field_not_writable", p.Kind)
		}
		if p.State == ContactInvalid {
			return nil, fault.Invalid("state", "contact_not_well_formed")
		}
		if p.State == state {
			return nil, nil
		}
		changed := difference{"contact_state": {p.State, state}, "contact": {mask(p.Kind, p.Value), mask(p.Kind, p.Value)}}
		p.State = state
		return changed, putContact(ctx, tx, p)
	})
}

func (s *Store) registerContactStates(a *api.API) {
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/contact-points/{point}/state", Permission: "customers.write", Tag: "customers",
		Summary: "Say that a contact point fails, and why, or that it is good after all"},
		func(ctx context.Context, in *struct {
			Addressed
			Point api.ID `path:"point"`
			Body  struct {
				State string `json:"state" enum:"ok,bounced,wrong_number,unreachable,refused"`
			}
		}) (*customerOutput, error) {
			if err := s.MarkContact(ctx, int64(in.ID), in.IfMatch, int64(in.Point), in.Body.State); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})
}

// Bad says that the contact point was tried and failed.
func (p *ContactPoint) Bad() bool { return slices.Contains(BadStates(), p.State) }
