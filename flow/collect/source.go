package collect

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
)

type sourceView struct {
	ID            api.ID     `json:"id"`
	Name          string     `json:"name"`
	Kind          string     `json:"kind"`
	ExpectedHours *int64     `json:"expected_hours" doc:"facts are late when none came for so long"`
	LastFactAt    *time.Time `json:"last_fact_at"`
	CreatedAt     time.Time  `json:"created_at"`
}

func (e *Engine) registerSources(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/sources", Permission: "sources.read", Tag: "sources", Summary: "Where facts come from, and when the last one came"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[sourceView] }, error) {
			var rows []struct {
				ID            int64  `bun:"id"`
				Name          string `bun:"name"`
				Kind          string `bun:"kind"`
				ExpectedHours *int64 `bun:"expected_hours"`
				LastFactAt    *int64 `bun:"last_fact_at"`
				CreatedAt     int64  `bun:"created_at"`
			}
			if err := e.records.Read().NewRaw(`
select id, name, kind, expected_hours, last_fact_at, created_at from sources order by name limit 500`).Scan(ctx, &rows); err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[sourceView] }{}
			out.Body.Items = make([]sourceView, len(rows))
			for i, r := range rows {
				out.Body.Items[i] = sourceView{api.ID(r.ID), r.Name, r.Kind, r.ExpectedHours, instant(r.LastFactAt), time.UnixMilli(r.CreatedAt).UTC()}
			}
			return out, nil
		})
}
