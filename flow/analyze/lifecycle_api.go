package analyze

import (
	"context"

	"guanxi/base/api"
)

type lifecycleOut struct {
	ETag string `header:"ETag"`
	Body *LifecycleView
}

type stagesBody struct {
	Stages []StageDraft `json:"stages" maxItems:"20" doc:"in the order of life: a customer stands in the furthest whose rule holds"`
}

func (s *Segments) answerLifecycle(ctx context.Context) (*lifecycleOut, error) {
	v, err := s.Lifecycle(ctx)
	if err != nil {
		return nil, err
	}
	return &lifecycleOut{api.ETag(v.Version + 1), v}, nil // so that no tag is 0, which says nothing
}

func (s *Segments) registerLifecycle(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/lifecycle", Permission: "metrics.read", Tag: "lifecycle",
		Summary: "The stages of the life of customers, and how many are in each"},
		func(ctx context.Context, _ *struct{}) (*lifecycleOut, error) { return s.answerLifecycle(ctx) })

	api.Register(a, api.Op{Method: "PUT", Path: "/lifecycle", Permission: "settings.write", Tag: "lifecycle",
		Summary: "Define the stages; without any the stage is what a person sets by hand"},
		func(ctx context.Context, in *struct {
			IfMatch string `header:"If-Match"`
			Body    stagesBody
		}) (*lifecycleOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			if err := s.DefineLifecycle(ctx, version-1, in.Body.Stages); err != nil {
				return nil, err
			}
			return s.answerLifecycle(ctx)
		})

	api.Register(a, api.Op{Method: "POST", Path: "/lifecycle/preview", Permission: "metrics.read", Tag: "lifecycle",
		Summary: "How many customers each of some stages would hold"},
		func(ctx context.Context, in *struct{ Body stagesBody }) (*api.Answered[StagesPreview], error) {
			return api.Answer(s.PreviewLifecycle(ctx, in.Body.Stages))
		})

	api.Register(a, api.Op{Method: "GET", Path: "/lifecycle/flow", Permission: "metrics.read", Tag: "lifecycle",
		Summary: "Who went from stage to stage in a period, and how long each stage takes"},
		func(ctx context.Context, in *struct {
			From string `query:"from" format:"date" doc:"90 days before the end when absent"`
			To   string `query:"to" format:"date" doc:"today when absent"`
		}) (*api.Answered[LifecycleFlow], error) {
			first, last, err := periodOf(ctx, in.From, in.To)
			if err != nil {
				return nil, err
			}
			return api.Answer(s.Flow(ctx, first, last))
		})
}
