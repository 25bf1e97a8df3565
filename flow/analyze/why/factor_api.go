package why

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"guanxi/base/api"
	"guanxi/flow/analyze"
)

type commonInput struct {
	Body struct {
		Group  analyze.ConditionJSON `json:"group,omitempty" doc:"who does badly, or well; left out with before"`
		Base   analyze.ConditionJSON `json:"base,omitempty" doc:"whom they are compared with; by default everybody else"`
		Start  *Step                 `json:"start,omitempty" doc:"only those who did this in the period; what counts is what each did in the hours after"`
		Before *Step                 `json:"before,omitempty" doc:"the group is who did this in the period; what counts is what each did in the hours before"`
		Hours  int                   `json:"within_hours,omitempty" minimum:"0" maximum:"8784" default:"72"`
		From   string                `json:"from,omitempty" format:"date" doc:"by default 180 days"`
		To     string                `json:"to,omitempty" format:"date"`
	}
}

func (in *commonInput) query(ctx context.Context) (q CommonQuery, err error) {
	b := in.Body
	q = CommonQuery{Group: json.RawMessage(b.Group), Base: json.RawMessage(b.Base), Start: b.Start, Before: b.Before, Hours: b.Hours}
	if string(q.Group) == "null" {
		q.Group = nil
	}
	if string(q.Base) == "null" {
		q.Base = nil
	}
	q.Period, err = analyze.PeriodOf(ctx, b.From, b.To, 180)
	return q, err
}

func (w *Why) registerCommon(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodPost, Path: "/why/common", Permission: "metrics.read", Tag: "why", Timeout: time.Minute,
		Summary: "What a group has in common that others have not: details, what they did, and what they did not do in time"},
		func(ctx context.Context, in *commonInput) (*api.Answered[Common], error) {
			q, err := in.query(ctx)
			if err != nil {
				return nil, err
			}
			return api.Answer(w.Common(ctx, q))
		})
}
