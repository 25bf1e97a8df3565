package customer

import (
	"context"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/page"
)

type customerOutput struct {
	ETag string `header:"ETag"`
	Body *customerPage
}

// Addressed names one record in a path, and the version the caller has seen.
type Addressed struct {
	ID      api.ID `path:"id"`
	IfMatch string `header:"If-Match"`
}

func (s *Store) output(ctx context.Context, id int64) (*customerOutput, error) {
	p, err := s.Page(ctx, id)
	if err != nil {
		return nil, err
	}
	return &customerOutput{ETag: api.ETag(p.Version), Body: p}, nil
}

// matchedOutput answers 201 with a customer who is new, 200 with one who was found.
type matchedOutput struct {
	Status int
	ETag   string `header:"ETag"`
	Body   *matchedCustomer
}

type matchedCustomer struct {
	*customerPage
	Match *ResolutionView `json:"match,omitempty" doc:"what each key said; only where match was given"`
}

func (s *Store) matched(ctx context.Context, source string, k *CustomerDraft) (*matchedOutput, error) {
	r, err := s.MatchOrCreate(ctx, source, k)
	if err != nil {
		return nil, err
	}
	p, err := s.Page(ctx, r.Customer)
	if err != nil {
		return nil, err
	}
	out := &matchedOutput{Status: 200, ETag: api.ETag(p.Version), Body: &matchedCustomer{customerPage: p}}
	if r.Created {
		out.Status = 201
	}
	out.Body.Match, err = s.viewResolution(ctx, r)
	return out, err
}

func (s *Store) registerCustomers(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/customers", Permission: "customers.read", Tag: "customers",
		Summary: "Customers that meet a condition, one page; newest first unless sorted"},
		func(ctx context.Context, in *struct{ page.Query }) (*struct{ Body *page.List[CustomerItem] }, error) {
			list, err := s.List(ctx, in.Query)
			return &struct{ Body *page.List[CustomerItem] }{list}, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/customers", Permission: "customers.write", Tag: "customers", Status: 201,
		Summary: "Add a customer; with match, find the one whom phone, email and identifiers name by the rules of that source, fill in what is missing, and answer 200"},
		func(ctx context.Context, in *struct {
			Match string `query:"match" maxLength:"60" pattern:"^[^:#]*$" doc:"the source whose identity rules decide; needs sight of all customers"`
			Body  CustomerDraft
		}) (*matchedOutput, error) {
			if in.Match != "" {
				return s.matched(ctx, in.Match, &in.Body)
			}
			if len(in.Body.Identifiers) > 0 {
				return nil, fault.Invalid("identifiers", "needs_match")
			}
			id, err := s.Create(ctx, &in.Body.CustomerFields)
			if err != nil {
				return nil, err
			}
			p, err := s.Page(ctx, id)
			if err != nil {
				return nil, err
			}
			return &matchedOutput{Status: 201, ETag: api.ETag(p.Version), Body: &matchedCustomer{customerPage: p}}, nil
		})

	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}", Permission: "customers.read", Tag: "customers", Summary: "One customer, whole"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*customerOutput, error) {
			return s.output(ctx, int64(in.ID))
		})

	api.Register(a, api.Op{Method: "PATCH", Path: "/customers/{id}", Permission: "customers.write", Tag: "customers", Summary: "Change fields of a customer"},
		func(ctx context.Context, in *struct {
			Addressed
			Body CustomerFields
		}) (*customerOutput, error) {
			if err := s.Change(ctx, int64(in.ID), in.IfMatch, &in.Body); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/customers/{id}", Permission: "customers.delete", Tag: "customers", Status: 204,
		Summary: "Delete a customer; it can be restored"},
		func(ctx context.Context, in *Addressed) (*struct{}, error) {
			return nil, s.Remove(ctx, int64(in.ID), in.IfMatch)
		})

	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/restore", Permission: "customers.delete", Tag: "customers", Summary: "Bring a deleted customer back"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*customerOutput, error) {
			if err := s.Restore(ctx, int64(in.ID)); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})
}
