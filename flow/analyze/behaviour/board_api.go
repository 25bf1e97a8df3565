package behaviour

import (
	"context"
	"net/http"

	"guanxi/base/api"
	"guanxi/flow/analyze"
)

// defaultDays is the period of who names none.
const defaultDays = 30

// RowsInput is the period and the group that operations on behaviour share.
type RowsInput struct {
	From    string `query:"from" format:"date" doc:"first day; by default 30 days up to the last"`
	To      string `query:"to" format:"date" doc:"last day, included; by default today"`
	Segment api.ID `query:"segment" doc:"only customers in this segment"`
	List    api.ID `query:"list" doc:"only customers in this list"`
}

func (in RowsInput) rows(ctx context.Context) (analyze.Rows, error) {
	p, err := analyze.PeriodOf(ctx, in.From, in.To, defaultDays)
	return analyze.Rows{Period: p, Group: analyze.GroupOf(int64(in.Segment), int64(in.List))}, err
}

type boardInput struct {
	RowsInput
	By    string `query:"by" enum:"day,week,month,quarter,year" doc:"step of the series; by default by the length of the period"`
	Split string `query:"split" maxLength:"40" doc:"came_from, campaign, device, entry_page, exit_page, host, or of the customer country, province, city, gender, source, owner, team, rfm_segment"`
	Top   int    `query:"top" minimum:"1" maximum:"200" default:"10" doc:"landing pages, sources, exits and parts to tell"`
}

func (b *Behaviour) registerBoard(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/behaviour/sessions", Permission: "metrics.read", Tag: "behaviour",
		Summary: "Sessions of a period: how many, how long, how deep, where they begin and end, and how many bounce"},
		func(ctx context.Context, in *boardInput) (*api.Answered[Board], error) {
			rows, err := in.rows(ctx)
			if err != nil {
				return nil, err
			}
			if err := checkSplit(in.Split); err != nil {
				return nil, err
			}
			return api.Answer(b.Board(ctx, BoardQuery{Rows: rows, By: in.By, Split: in.Split, Top: in.Top}))
		})
}
