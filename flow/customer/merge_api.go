package customer

import (
	"context"

	"guanxi/base/api"
)

func (s *Store) registerMerges(a *api.API) {
	type output struct {
		Body struct {
			ID       api.ID `json:"id" doc:"of the merge, to undo it"`
			Customer api.ID `json:"customer"`
		}
	}
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/merge", Permission: "customers.write", Tag: "duplicates",
		Summary: "Join another customer into this one; it can be undone"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Other api.ID   `json:"other"`
				Take  []string `json:"take,omitempty" maxItems:"100" doc:"fields whose value comes from the other customer; name brings its parts, address all of it. What is empty is filled anyway"`
			}
		}) (*output, error) {
			id, err := s.Merge(ctx, int64(in.ID), int64(in.Body.Other), in.Body.Take)
			out := &output{}
			out.Body.ID, out.Body.Customer = api.ID(id), in.ID
			return out, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/merges/{id}/undo", Permission: "customers.write", Tag: "duplicates",
		Summary: "Take a merge back, in any order; what came since goes to whom it named"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*output, error) {
			kept, err := s.Unmerge(ctx, int64(in.ID))
			out := &output{}
			out.Body.ID, out.Body.Customer = in.ID, api.ID(kept)
			return out, err
		})
}
