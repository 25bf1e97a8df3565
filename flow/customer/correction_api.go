package customer

import (
	"context"

	"guanxi/base/api"
)

func (s *Store) registerCorrections(a *api.API) {
	const tag = "customers"
	type correctionList struct {
		Body struct {
			Items []Correction `json:"items"`
		}
	}
	api.Register(a, api.Op{Method: "GET", Path: "/corrections", Permission: "customers.read", Tag: tag, Summary: "What customers have said of themselves on their own pages, newest first"},
		func(ctx context.Context, in *struct {
			Customer api.ID `query:"customer" doc:"only hers"`
			State    string `query:"state" enum:"proposed,accepted,refused,applied" default:"proposed"`
			Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
		}) (*correctionList, error) {
			out := &correctionList{}
			var err error
			out.Body.Items, err = s.Corrections(ctx, int64(in.Customer), in.State, in.Limit)
			return out, err
		})
	for path, state := range map[string]string{"accept": CorrectionAccepted, "refuse": CorrectionRefused} {
		summary := map[string]string{"accept": "Let what a customer has said of herself stand in her record", "refuse": "Leave the record as it is"}[path]
		api.Register(a, api.Op{Method: "POST", Path: "/corrections/{id}/" + path, Permission: "customers.write", Tag: tag, Status: 204, Summary: summary},
			func(ctx context.Context, in *struct {
				ID api.ID `path:"id"`
			}) (*struct{}, error) {
				return nil, s.DecideCorrection(ctx, int64(in.ID), state)
			})
	}
}
