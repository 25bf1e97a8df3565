package analyze

import (
	"context"

	"guanxi/base/api"
	"guanxi/base/page"
)

func (s *Segments) registerHistory(a *api.API) {
	read := func(path, summary string) api.Op {
		return api.Op{Method: "GET", Path: path, Permission: "segments.read", Tag: "segments", Summary: summary}
	}

	api.Register(a, read("/segments/{id}/history", "How large a segment was day by day, who came and went, and what decided it"),
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			From string `query:"from" format:"date" doc:"90 days before the end when absent"`
			To   string `query:"to" format:"date" doc:"today when absent"`
		}) (*api.Answered[SegmentHistory], error) {
			first, last, err := periodOf(ctx, in.From, in.To)
			if err != nil {
				return nil, err
			}
			return api.Answer(s.History(ctx, int64(in.ID), first, last))
		})

	api.Register(a, read("/segments/{id}/moves", "Who entered and left a segment, when and why, the latest first"),
		func(ctx context.Context, in *struct {
			ID        api.ID `path:"id"`
			From      string `query:"from" format:"date" doc:"90 days before the end when absent"`
			To        string `query:"to" format:"date" doc:"today when absent"`
			Day       string `query:"day" format:"date" doc:"this day alone"`
			Direction string `query:"direction" enum:"entered,left" doc:"both when absent"`
			Cause     string `query:"cause" enum:"facts,day,scores,rule,stage,gone,past"`
			Part      string `query:"part" maxLength:"20" doc:"key of a single condition that decided"`
			Limit     int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"rows per page"`
			Cursor    string `query:"cursor" doc:"next_cursor of the page before"`
		}) (*api.Answered[page.List[SegmentMove]], error) {
			if in.Day != "" {
				in.From, in.To = in.Day, in.Day
			}
			first, last, err := periodOf(ctx, in.From, in.To)
			if err != nil {
				return nil, err
			}
			return api.Answer(s.MovesOf(ctx, int64(in.ID), MovesAsked{first, last, in.Direction, in.Cause, in.Part, in.Cursor, in.Limit}))
		})
}
