package quality

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/guard"
)

// QualityRun is one search of all records. Its report is of the whole company.
type QualityRun struct {
	ID         api.ID                `json:"id"`
	State      string                `json:"state" enum:"queued,running,done,failed"`
	Scheduled  bool                  `json:"scheduled"`
	Progress   float64               `json:"progress" doc:"share 0..1"`
	Customers  int64                 `json:"customers"`
	Score      *float64              `json:"score" doc:"0..1"`
	Dimensions map[Dimension]float64 `json:"dimensions"`
	Findings   int64                 `json:"findings"`
	Found      int64                 `json:"new" doc:"findings that the run before did not have"`
	Solved     int64                 `json:"solved" doc:"findings of the run before that are gone"`
	Rules      []QualityRuleCount    `json:"rules"`
	ErrorCode  string                `json:"error_code,omitempty"`
	CreatedAt  time.Time             `json:"created_at"`
	FinishedAt *time.Time            `json:"finished_at"`
	TookMS     *int64                `json:"took_ms"`
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func (r *runRow) view(ctx context.Context) QualityRun {
	v := QualityRun{ID: api.ID(r.ID), State: r.State, Scheduled: r.Scheduled, Progress: r.Progress, ErrorCode: r.ErrorCode, CreatedAt: instant(r.CreatedAt), Rules: []QualityRuleCount{}, Dimensions: map[Dimension]float64{}}
	if r.FinishedAt != nil {
		v.FinishedAt = new(instant(*r.FinishedAt))
		if r.StartedAt != nil {
			v.TookMS = new(*r.FinishedAt - *r.StartedAt)
		}
	}
	if !guard.ScopeOf(ctx, "customers").All() {
		return v // its figures are of customers that the reader does not see
	}
	v.Customers, v.Score, v.Findings, v.Found, v.Solved = r.Customers, r.Score, r.Findings, r.Found, r.Solved
	_ = json.Unmarshal([]byte(r.Dimensions), &v.Dimensions) // our own writing
	_ = json.Unmarshal([]byte(r.Rules), &v.Rules)
	rights := guard.FieldsOf(ctx, "customers")
	kept := v.Rules[:0]
	for _, c := range v.Rules {
		if rule := ruleNamed(builtin(), c.Rule); seesAll(rights, rule.Reads) {
			kept = append(kept, c)
		}
	}
	v.Rules = kept
	return v
}

type runOutput struct{ Body QualityRun }

func (q *Quality) registerRuns(a *api.API) {
	const tag = "quality"
	show := func(ctx context.Context, id int64) (*runOutput, error) {
		r, err := q.runNamed(ctx, id)
		if err != nil {
			return nil, err
		}
		return &runOutput{r.view(ctx)}, nil
	}
	api.Register(a, api.Op{Method: "POST", Path: "/quality/runs", Permission: "findings.write", Tag: tag, Status: 202, Summary: "Search all records now; a search that runs already is not started again"},
		func(ctx context.Context, _ *struct{}) (*runOutput, error) {
			id, err := q.StartRun(ctx, false)
			if err != nil {
				return nil, err
			}
			return show(ctx, id)
		})
	api.Register(a, api.Op{Method: "GET", Path: "/quality/runs", Permission: "findings.read", Tag: tag, Summary: "Searches of all records with their reports, newest first"},
		func(ctx context.Context, in *struct {
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
		}) (*struct{ Body page.List[QualityRun] }, error) {
			before := int64(math.MaxInt64)
			if err := page.DecodeCursor(in.Cursor, &before); err != nil {
				return nil, err
			}
			var rows []runRow
			if err := q.records.Read().NewRaw("select "+runColumns+" from quality_runs where id < ? order by id desc limit ?", before, in.Limit+1).Scan(ctx, &rows); err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[QualityRun] }{}
			if len(rows) > in.Limit {
				rows = rows[:in.Limit]
				out.Body.NextCursor = page.EncodeCursor(rows[in.Limit-1].ID)
			}
			out.Body.Items = []QualityRun{}
			for _, r := range rows {
				out.Body.Items = append(out.Body.Items, r.view(ctx))
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "GET", Path: "/quality/runs/{id}", Permission: "findings.read", Tag: tag, Summary: "How far a search is, and its report"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*runOutput, error) {
			return show(ctx, int64(in.ID))
		})
	type scheduleOutput struct{ Body QualitySchedule }
	api.Register(a, api.Op{Method: "GET", Path: "/quality/schedule", Permission: "findings.read", Tag: tag, Summary: "When all records are searched by themselves"},
		func(ctx context.Context, _ *struct{}) (*scheduleOutput, error) {
			s, err := q.schedule(ctx)
			return &scheduleOutput{s}, err
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/quality/schedule", Permission: "findings.write", Tag: tag, Summary: "Set when all records are searched by themselves"},
		func(ctx context.Context, in *scheduleOutput) (*scheduleOutput, error) {
			if in.Body.Every != "day" && in.Body.Every != "week" {
				return nil, fault.Invalid("every", "not_one_of")
			}
			return in, q.setSchedule(ctx, in.Body)
		})
}
