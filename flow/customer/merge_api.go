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
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/merge", Permission: "customers.write", Tag: "customers",
		Summary: "Join another customer into this one; it can be undone"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Other api.ID `json:"other"`
			}
		}) (*output, error) {
			id, err := s.Merge(ctx, int64(in.ID), int64(in.Body.Other))
			out := &output{}
			out.Body.ID, out.Body.Customer = api.ID(id), in.ID
			return out, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/merges/{id}/undo", Permission: "customers.write", Tag: "customers", Summary: "Take a merge back"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*output, error) {
			kept, err := s.Unmerge(ctx, int64(in.ID))
			out := &output{}
			out.Body.ID, out.Body.Customer = in.ID, api.ID(kept)
			return out, err
		})
}
