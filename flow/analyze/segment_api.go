package analyze

import (
	"context"
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/api"
	"guanxi/base/page"
)

// Schema describes a condition in the document: an object, whose language is its own.
func (ConditionJSON) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true,
		Description: "a condition: all, any, not, field, event, sequence, segment, list or tag; GET /fields lists the names, with the operators of each. " +
			"top_percent and bottom_percent compare with all customers of the workspace who have a value (for figures about orders those who ordered, for what is measured " +
			"of an event those who did it), whoever asks; ties are in. anniversary_in_days takes \"calendar\": \"lunar\" for birthdays kept by the lunar calendar"}
	s.PrecomputeMessages()
	return s
}

type segmentBody struct {
	Name        string        `json:"name" maxLength:"80"`
	Description string        `json:"description,omitempty" maxLength:"500"`
	Condition   ConditionJSON `json:"condition"`
}

func (b segmentBody) draft() SegmentDraft {
	return SegmentDraft{Name: b.Name, Description: b.Description, Condition: json.RawMessage(b.Condition)}
}

type segmentOut struct {
	ETag string `header:"ETag"`
	Body SegmentView
}

func (s *Segments) answer(ctx context.Context, id int64) (*segmentOut, error) {
	v, err := s.View(ctx, id)
	if err != nil {
		return nil, err
	}
	return &segmentOut{ETag: api.ETag(v.Version), Body: *v}, nil
}

// Register adds the operations on segments, conditions and fields.
func (s *Segments) Register(a *api.API) {
	s.registerConsents(a)
	s.registerFields(a)
	s.registerSegmentReads(a)
	s.registerHistory(a)
	s.registerLists(a)
	s.registerLifecycle(a)

	api.Register(a, api.Op{Method: "POST", Path: "/segments", Permission: "segments.write", Tag: "segments", Summary: "Save a condition under a name", Status: 201},
		func(ctx context.Context, in *struct{ Body segmentBody }) (*segmentOut, error) {
			made, err := s.Create(ctx, in.Body.draft())
			if err != nil {
				return nil, err
			}
			return s.answer(ctx, made.ID)
		})

	api.Register(a, api.Op{Method: "PATCH", Path: "/segments/{id}", Permission: "segments.write", Tag: "segments", Summary: "Change name, description or condition"},
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    struct {
				Name        *string       `json:"name,omitempty" maxLength:"80"`
				Description *string       `json:"description,omitempty" maxLength:"500"`
				Condition   ConditionJSON `json:"condition,omitempty"`
				GroupPlace
			}
		}) (*segmentOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			before, err := s.Get(ctx, int64(in.ID))
			if err != nil {
				return nil, err
			}
			d := SegmentDraft{Name: before.Name, Description: before.Description, Condition: json.RawMessage(before.Condition)}
			if in.Body.Name != nil {
				d.Name = *in.Body.Name
			}
			if in.Body.Description != nil {
				d.Description = *in.Body.Description
			}
			if in.Body.Condition != nil {
				d.Condition = json.RawMessage(in.Body.Condition)
			}
			if version == 0 {
				version = before.Version // what was not sent is taken from here
			}
			if in.Body.Name != nil || in.Body.Description != nil || in.Body.Condition != nil || !in.Body.sent() {
				changed, err := s.Change(ctx, int64(in.ID), version, d)
				if err != nil {
					return nil, err
				}
				version = changed.Version
			}
			if in.Body.sent() {
				if err := s.PlaceSegment(ctx, int64(in.ID), version, in.Body.apply); err != nil {
					return nil, err
				}
			}
			return s.answer(ctx, int64(in.ID))
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/segments/{id}", Permission: "segments.write", Tag: "segments", Summary: "Delete a segment; it can be restored", Status: 204},
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
		}) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return nil, s.Delete(ctx, int64(in.ID), version)
		})

	api.Register(a, api.Op{Method: "POST", Path: "/segments/{id}/restore", Permission: "segments.write", Tag: "segments",
		Summary: "Bring a deleted segment back with its id, members and history"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*segmentOut, error) {
			if err := s.Restore(ctx, int64(in.ID)); err != nil {
				return nil, err
			}
			return s.answer(ctx, int64(in.ID))
		})
}

func (s *Segments) registerSegmentReads(a *api.API) {
	read := func(path, summary string) api.Op {
		return api.Op{Method: "GET", Path: path, Permission: "segments.read", Tag: "segments", Summary: summary}
	}

	api.Register(a, api.Op{Method: "POST", Path: "/segments/preview", Permission: "segments.read", Tag: "segments", Summary: "What a condition means now: count, sentence, sample, composition"},
		func(ctx context.Context, in *struct {
			Body struct {
				Condition ConditionJSON `json:"condition"`
			}
		}) (*struct{ Body Preview }, error) {
			p, err := s.Preview(ctx, in.Body.Condition)
			if err != nil {
				return nil, err
			}
			return &struct{ Body Preview }{*p}, nil
		})

	api.Register(a, api.Op{Method: "POST", Path: "/segments/explain", Permission: "segments.read", Tag: "segments", Summary: "Why a customer would be in a condition that is not saved, or not"},
		func(ctx context.Context, in *struct {
			Body struct {
				Condition ConditionJSON `json:"condition"`
				Customer  api.ID        `json:"customer"`
			}
		}) (*struct{ Body Explanation }, error) {
			e, err := s.ExplainCondition(ctx, in.Body.Condition, int64(in.Body.Customer))
			if err != nil {
				return nil, err
			}
			return &struct{ Body Explanation }{*e}, nil
		})

	api.Register(a, read("/customers/{id}/segments", "The segments a customer is in, and since when"),
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{ Body segmentsSince }, error) {
			items, err := s.Since(ctx, int64(in.ID))
			return &struct{ Body segmentsSince }{segmentsSince{items}}, err
		})

	api.Register(a, read("/segments", "Every segment with its sentence and count"),
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[SegmentView] }, error) {
			views, err := s.Views(ctx)
			return &struct{ Body page.List[SegmentView] }{page.List[SegmentView]{Items: views}}, err
		})

	api.Register(a, read("/segments/{id}", "One segment"),
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*segmentOut, error) {
			return s.answer(ctx, int64(in.ID))
		})

	api.Register(a, read("/segments/{id}/members", "Who is in a segment"),
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
			page.Query
		}) (*struct{ Body page.List[SegmentMember] }, error) {
			list, err := s.Members(ctx, int64(in.ID), in.Query)
			if err != nil {
				return nil, err
			}
			return &struct{ Body page.List[SegmentMember] }{*list}, nil
		})

	api.Register(a, read("/segments/{id}/explain", "Why a customer is in a segment or not, condition by condition"),
		func(ctx context.Context, in *struct {
			ID       api.ID `path:"id"`
			Customer api.ID `query:"customer" required:"true"`
		}) (*struct{ Body Explanation }, error) {
			e, err := s.Explain(ctx, int64(in.ID), int64(in.Customer))
			if err != nil {
				return nil, err
			}
			return &struct{ Body Explanation }{*e}, nil
		})

	api.Register(a, read("/segments/{id}/overlaps", "Segments that share members with this one"),
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{ Body page.List[Overlap] }, error) {
			overlaps, err := s.Overlaps(ctx, int64(in.ID))
			return &struct{ Body page.List[Overlap] }{page.List[Overlap]{Items: overlaps}}, err
		})
}
