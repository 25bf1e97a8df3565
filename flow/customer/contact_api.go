package customer

import (
	"context"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

type revealInput struct {
	ID   api.ID `path:"id"`
	Body struct {
		Field  string `json:"field" maxLength:"60" doc:"phone, email, wechat, address, or custom.KEY for a field of one's own that holds a contact point"`
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"goes into the audit log"`
	}
}

type revealOutput struct {
	Body struct {
		Field  string   `json:"field"`
		Value  string   `json:"value" doc:"the first of values; empty when there is none"`
		Values []string `json:"values"`
	}
}

func (s *Store) registerContacts(a *api.API) {
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/reveal", Permission: "customers.read", Tag: "customers",
		Summary: "Show a masked contact field in full, for a reason"},
		func(ctx context.Context, in *revealInput) (*revealOutput, error) {
			values, err := s.Reveal(ctx, int64(in.ID), in.Body.Field, in.Body.Reason)
			if err != nil {
				return nil, err
			}
			out := &revealOutput{}
			out.Body.Field, out.Body.Values = in.Body.Field, values
			if len(values) > 0 {
				out.Body.Value = values[0]
			} else {
				out.Body.Values = []string{}
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/contact-points", Permission: "customers.write", Tag: "customers", Status: 201,
		Summary: "Add a way to reach a customer"},
		func(ctx context.Context, in *struct {
			Addressed
			Body struct {
				Kind  string `json:"kind" enum:"phone,email,wechat"`
				Value string `json:"value" minLength:"1" maxLength:"254"`
			}
		}) (*customerOutput, error) {
			if err := s.AddContact(ctx, int64(in.ID), in.IfMatch, in.Body.Kind, in.Body.Value); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/customers/{id}/contact-points/{point}", Permission: "customers.write", Tag: "customers",
		Status: 204, Summary: "Take a way to reach a customer away"},
		func(ctx context.Context, in *struct {
			Addressed
			Point api.ID `path:"point"`
		}) (*struct{}, error) {
			return nil, s.RemoveContact(ctx, int64(in.ID), in.IfMatch, int64(in.Point))
		})
}

// AddContact adds a contact point. Faults: not found, stale, invalid, conflict (she has it already), forbidden.
func (s *Store) AddContact(ctx context.Context, id int64, ifMatch, kind, raw string) error {
	if !guard.FieldsOf(ctx, noun).CanWrite(kind) {
		return fault.Forbidden("field_not_writable", kind)
	}
	return s.change(ctx, id, ifMatch, "customer.changed", func(ctx context.Context, tx *db.Tx, c *Customer) (difference, error) {
		region := RegionOf(c.Country)
		if region == "" {
			region = workspace.Of(ctx).Country
		}
		p := normalContact(kind, trimmed(raw), region)
		if p.State == ContactInvalid || p.Value == "" {
			return nil, fault.Invalid("value", kind+"_invalid")
		}
		var same int
		if err := tx.NewRaw("select count(*) from contact_points where kind = ? and value = ? and customer_id = ?", kind, p.Value, id).Scan(ctx, &same); err != nil {
			return nil, err
		}
		if same > 0 {
			return nil, fault.Conflict("contact_point_known")
		}
		return difference{kind: {"", mask(kind, p.Value)}}, addContact(ctx, tx, id, p, clock.Millis(ctx))
	})
}

// RemoveContact takes a contact point away. Faults: not found, stale, forbidden.
func (s *Store) RemoveContact(ctx context.Context, id int64, ifMatch string, pointID int64) error {
	return s.change(ctx, id, ifMatch, "customer.changed", func(ctx context.Context, tx *db.Tx, _ *Customer) (difference, error) {
		p, err := contactNamed(ctx, tx, id, pointID)
		if err != nil {
			return nil, err
		}
		if !guard.FieldsOf(ctx, noun).CanWrite(p.Kind) {
			return nil, fault.Forbidden("field_not_writable", p.Kind)
		}
		_, err = tx.NewRaw("delete from contact_points where id = ? and customer_id = ?", pointID, id).Exec(ctx)
		return difference{p.Kind: {mask(p.Kind, p.Value), ""}}, err
	})
}
