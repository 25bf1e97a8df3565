package likeness

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"guanxi/base/api"
	"guanxi/flow/analyze"
)

func (l *Likeness) registerPersonas(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodPost, Path: "/personas", Permission: "segments.read", Tag: "likeness",
		Summary: "Whom a condition chooses: basics, behaviour and spending, each with its index against everybody"},
		func(ctx context.Context, in *struct {
			Body struct {
				Condition analyze.ConditionJSON `json:"condition"`
			}
		}) (*api.Answered[Persona], error) {
			return api.Answer(l.Persona(ctx, in.Body.Condition))
		})
	for noun, path := range map[string]string{"segment": "/segments/{id}/persona", "list": "/lists/{id}/persona"} {
		api.Register(a, api.Op{Method: http.MethodGet, Path: path, Permission: "segments.read", Tag: "likeness",
			Summary: "The persona of a " + noun + ": what sets its members apart from everybody"},
			func(ctx context.Context, in *struct {
				ID api.ID `path:"id"`
			}) (*api.Answered[Persona], error) {
				id := int64(in.ID)
				if noun == "list" {
					id = -id
				}
				if _, _, err := l.segments.MemberQuery(ctx, id); err != nil {
					return nil, err // that there is no such group
				}
				text, err := json.Marshal(map[string]string{noun: strconv.FormatInt(int64(in.ID), 10)})
				if err != nil {
					return nil, err
				}
				return api.Answer(l.Persona(ctx, text))
			})
	}
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/customers/{id}/persona", Permission: "customers.read", Tag: "likeness",
		Summary: "A customer's basics, behaviour and spending, and how common each is"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*api.Answered[Persona], error) {
			return api.Answer(l.OfCustomer(ctx, int64(in.ID)))
		})
}
