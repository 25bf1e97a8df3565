package behaviour

import (
	"context"
	"net/http"

	"guanxi/base/api"
)

// ConcernInput is what operations on concerns share.
type ConcernInput struct {
	RowsInput
	Top int `query:"top" minimum:"1" maximum:"100" default:"10" doc:"of each kind"`
}

func (in *ConcernInput) query(ctx context.Context) (ConcernQuery, error) {
	rows, err := in.rows(ctx)
	return ConcernQuery{rows, in.Top}, err
}

type concernedInput struct {
	ConcernInput
	Part string `query:"part" enum:"interest,focus,pain" default:"interest"`
	Kind string `query:"kind" enum:"page,product,category,topic,exit,error,rage,loop,help" default:"page"`
	Key  string `query:"key" maxLength:"2000" doc:"without it nobody"`
	Page string `query:"page" maxLength:"2000"`
}

func (b *Behaviour) registerConcerns(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/behaviour/concerns", Permission: "metrics.read", Tag: "behaviour",
		Summary: "What people are interested in, where they dwell and where it hurts, with its index against everybody"},
		func(ctx context.Context, in *ConcernInput) (*api.Answered[Concerns], error) {
			q, err := in.query(ctx)
			if err != nil {
				return nil, err
			}
			return api.Answer(b.Concerns(ctx, q))
		})
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/behaviour/concerns/customers", Permission: "customers.read", Tag: "behaviour",
		Summary: "Who has one concern"},
		func(ctx context.Context, in *concernedInput) (*api.Answered[Concerned], error) {
			q, err := in.query(ctx)
			if err != nil {
				return nil, err
			}
			return api.Answer(b.Concerned(ctx, q, in.Part, in.Kind, in.Key, in.Page))
		})
}
