package customer

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// ResolutionView is who somebody is by their keys, and why.
type ResolutionView struct {
	Customer *api.ID        `json:"customer_id" doc:"null where the keys are a visitor's who is nobody we know"`
	Created  bool           `json:"created" doc:"in a test: a new customer would be made"`
	Visitor  *api.ID        `json:"visitor_id"`
	Steps    []resolvedStep `json:"steps" doc:"what each key said, the surest first"`
}

type resolvedStep struct {
	IdentityStep
	Customer *api.ID `json:"customer_id"`
	Name     string  `json:"name,omitempty"`
}

func idOrNull(id int64) *api.ID {
	if id == 0 {
		return nil
	}
	return (*api.ID)(&id)
}

func (s *Store) viewResolution(ctx context.Context, r *Resolution) (*ResolutionView, error) {
	v := &ResolutionView{Customer: idOrNull(r.Customer), Created: r.Created, Visitor: idOrNull(r.Visitor), Steps: []resolvedStep{}}
	for _, step := range r.Steps {
		shown := resolvedStep{IdentityStep: step, Customer: idOrNull(step.Customer)}
		if step.Customer != 0 {
			c, err := s.find(ctx, s.records, step.Customer)
			if err != nil && !fault.Is(err, fault.KindNotFound) {
				return nil, err
			}
			if c != nil {
				shown.Name = c.Name
			}
		}
		v.Steps = append(v.Steps, shown)
	}
	return v, nil
}

type identifyBody struct {
	Source      string       `json:"source" minLength:"1" maxLength:"60" pattern:"^[^:#]+$"`
	Identifiers []Identifier `json:"identifiers" minItems:"1" maxItems:"20"`
}

// seesEverybody refuses who does not see all customers: whom keys name would tell them of others' customers.
func seesEverybody(ctx context.Context) error {
	if !guard.ScopeOf(ctx, noun).All() {
		return fault.Forbidden("scope_all_needed")
	}
	return nil
}

func (s *Store) registerIdentities(a *api.API) {
	const tag = "identity"
	type resolved struct{ Body *ResolutionView }

	api.Register(a, api.Op{Method: "POST", Path: "/identify", Permission: "customers.write", Tag: tag,
		Summary: "Who somebody is whom a source knows by these keys; writes down what is new, and what a visitor did. Needs sight of all customers"},
		func(ctx context.Context, in *struct {
			Body struct {
				Source      string         `json:"source" minLength:"1" maxLength:"60" pattern:"^[^:#]+$"`
				Identifiers []Identifier   `json:"identifiers" minItems:"1" maxItems:"20"`
				Event       string         `json:"event,omitempty" maxLength:"60" doc:"what the visitor did"`
				Properties  map[string]any `json:"properties,omitempty"`
				At          *time.Time     `json:"at,omitempty" doc:"when; now by default"`
			}
		}) (*resolved, error) {
			if err := seesEverybody(ctx); err != nil {
				return nil, err
			}
			b := in.Body
			var r *Resolution
			if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				if r, err = s.Resolve(ctx, tx, b.Source, b.Identifiers); err != nil || b.Event == "" {
					return err
				}
				if r.Visitor == 0 {
					return fault.Invalid("event", "event_without_visitor")
				}
				at := clock.Millis(ctx)
				if b.At != nil {
					at = b.At.UnixMilli()
				}
				return note(ctx, tx, r.Visitor, b.Event, b.Properties, at)
			}); err != nil {
				return nil, err
			}
			v, err := s.viewResolution(ctx, r)
			return &resolved{v}, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/identify/test", Permission: "customers.read", Tag: tag,
		Summary: "Who somebody would be by these keys, and why; nothing is written. Needs sight of all customers"},
		func(ctx context.Context, in *struct{ Body identifyBody }) (*resolved, error) {
			if err := seesEverybody(ctx); err != nil {
				return nil, err
			}
			if !guard.FieldsOf(ctx, noun).CanUse("external_id") {
				return nil, fault.Forbidden("field_not_readable", "external_id")
			}
			r, err := s.WouldBe(ctx, in.Body.Source, in.Body.Identifiers)
			if err != nil {
				return nil, err
			}
			v, err := s.viewResolution(ctx, r)
			return &resolved{v}, err
		})

	type identityRuleList struct {
		Body struct {
			Items    []SourceRules  `json:"items"`
			Defaults []IdentityRule `json:"defaults"`
		}
	}
	rules := func(ctx context.Context) (*identityRuleList, error) {
		out := &identityRuleList{}
		var err error
		out.Body.Defaults = defaultRules()
		out.Body.Items, err = s.IdentityRules(ctx)
		return out, err
	}
	api.Register(a, api.Op{Method: "GET", Path: "/identity-rules", Permission: "settings.read", Tag: tag, Summary: "By what each source recognises customers"},
		func(ctx context.Context, _ *struct{}) (*identityRuleList, error) { return rules(ctx) })
	api.Register(a, api.Op{Method: "PUT", Path: "/identity-rules", Permission: "settings.write", Tag: tag, Summary: "Set by what a source recognises customers; no rules give it the default ones"},
		func(ctx context.Context, in *struct {
			Body struct {
				Source string         `json:"source" minLength:"1" maxLength:"60" pattern:"^[^:#]+$"`
				Rules  []IdentityRule `json:"rules" maxItems:"8"`
			}
		}) (*identityRuleList, error) {
			if err := s.SetIdentityRules(ctx, in.Body.Source, in.Body.Rules); err != nil {
				return nil, err
			}
			return rules(ctx)
		})
	s.registerVisitors(a)
}

func (s *Store) registerVisitors(a *api.API) {
	const tag = "identity"
	type visitorList struct {
		Body struct {
			Items []Visitor `json:"items"`
		}
	}
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/visitors", Permission: "customers.read", Tag: tag, Summary: "Browsers and devices that are a customer's, and what they did"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*visitorList, error) {
			out := &visitorList{}
			var err error
			out.Body.Items, err = s.VisitorsOf(ctx, int64(in.ID))
			return out, err
		})
	type visitor struct {
		ID api.ID `path:"id"`
	}
	api.Register(a, api.Op{Method: "POST", Path: "/visitors/{id}/untie", Permission: "customers.write", Tag: tag, Status: 204, Summary: "Part a visitor from its customer, with all it did; no rule ties the two again"},
		func(ctx context.Context, in *visitor) (*struct{}, error) { return nil, s.Untie(ctx, int64(in.ID)) })
	api.Register(a, api.Op{Method: "POST", Path: "/visitors/{id}/tie", Permission: "customers.write", Tag: tag, Status: 204, Summary: "Say whose a visitor is"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Customer api.ID `json:"customer_id"`
			}
		}) (*struct{}, error) {
			return nil, s.Tie(ctx, int64(in.ID), int64(in.Body.Customer))
		})
}
