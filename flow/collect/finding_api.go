package collect

import (
	"context"
	"math"
	"slices"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
)

type findingView struct {
	ID       api.ID  `json:"id"`
	Cause    string  `json:"cause"`
	ImportID *api.ID `json:"import_id,omitempty"`
	Subject  struct {
		Type  string  `json:"type"`
		ID    *api.ID `json:"id,omitempty"`
		Label string  `json:"label" doc:"the key by which the file knew it"`
		Name  string  `json:"name,omitempty" doc:"of a customer whom the reader may see"`
	} `json:"subject"`
	RowNumber *int64    `json:"row_number,omitempty"`
	Field     string    `json:"field,omitempty"`
	Value     string    `json:"value"`
	State     string    `json:"state" enum:"open,closed,ignored"`
	CreatedAt time.Time `json:"created_at"`
	Times     int64     `json:"times" doc:"how often it happened"`
}

type findingGroupView struct {
	FindingGroup
	LatestAt time.Time `json:"latest_at"`
}

func (e *Engine) registerFindings(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/findings/groups", Permission: "findings.read", Tag: "findings", Summary: "Findings counted by cause"},
		func(ctx context.Context, in *struct {
			Import api.ID `query:"import"`
			State  string `query:"state" enum:"open,closed,ignored,all" default:"open"`
		}) (*struct{ Body page.List[findingGroupView] }, error) {
			groups, err := e.FindingGroups(ctx, int64(in.Import), stateFilter(in.State))
			if err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[findingGroupView] }{}
			out.Body.Items = []findingGroupView{}
			for _, g := range groups {
				var latest int64
				if err := e.records.Read().NewRaw("select created_at from findings where id = ?", g.LatestID).Scan(ctx, &latest); err != nil {
					return nil, err
				}
				out.Body.Items = append(out.Body.Items, findingGroupView{g, time.UnixMilli(latest).UTC()})
			}
			return out, nil
		})

	api.Register(a, api.Op{Method: "GET", Path: "/findings", Permission: "findings.read", Tag: "findings", Summary: "Findings, newest first"},
		func(ctx context.Context, in *struct {
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
			Total  bool   `query:"total"`
			Cause  string `query:"cause"`
			Import api.ID `query:"import"`
			State  string `query:"state" enum:"open,closed,ignored,all" default:"open"`
		}) (*struct{ Body page.List[findingView] }, error) {
			return e.findingPage(ctx, in.Limit, in.Cursor, in.Total, findingFilter{stateFilter(in.State), in.Cause, int64(in.Import)})
		})

	api.Register(a, api.Op{Method: "POST", Path: "/findings/close", Permission: "findings.write", Tag: "findings",
		Summary: "Close, ignore or open again findings, by ids or all of one cause"},
		func(ctx context.Context, in *struct {
			Body struct {
				IDs      []api.ID `json:"ids,omitempty" maxItems:"5000"`
				Cause    string   `json:"cause,omitempty"`
				ImportID api.ID   `json:"import_id,omitempty"`
				State    string   `json:"state" enum:"open,closed,ignored"`
			}
		}) (*struct {
			Body struct {
				Changed int64 `json:"changed"`
			}
		}, error) {
			ids := make([]int64, len(in.Body.IDs))
			for i, id := range in.Body.IDs {
				ids[i] = int64(id)
			}
			out := &struct {
				Body struct {
					Changed int64 `json:"changed"`
				}
			}{}
			var err error
			out.Body.Changed, err = e.closeFindings(ctx, ids, in.Body.Cause, int64(in.Body.ImportID), in.Body.State)
			return out, err
		})
}

func stateFilter(state string) string {
	if state == "all" {
		return ""
	}
	return state
}

func (e *Engine) findingPage(ctx context.Context, limit int, cursor string, total bool, f findingFilter) (*struct{ Body page.List[findingView] }, error) {
	before := int64(math.MaxInt64)
	if err := page.DecodeCursor(cursor, &before); err != nil {
		return nil, err
	}
	where, args := f.where(ctx)
	var rows []struct {
		findingRow
		Import *int64 `bun:"of_import"`
	}
	if err := e.records.Read().NewRaw(`
select id, cause, import_id as of_import, subject_type, subject_id, subject_label, row_number, field, value, state, created_at, times
from findings
where `+where+` and id < ?
order by id desc
limit ?`, append(slices.Clone(args), before, limit+1)...).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	out := &struct{ Body page.List[findingView] }{}
	if len(rows) > limit {
		rows = rows[:limit]
		out.Body.NextCursor = page.EncodeCursor(rows[limit-1].ID)
	}
	if total {
		out.Body.Total = new(int64)
		if err := e.records.Read().NewRaw("select count(*) from findings where "+where, args...).Scan(ctx, out.Body.Total); err != nil {
			return nil, err
		}
	}
	masks := map[int64]rowMask{}
	out.Body.Items = make([]findingView, len(rows))
	for i, r := range rows {
		v := &out.Body.Items[i]
		*v = findingView{ID: api.ID(r.ID), Cause: r.Cause, RowNumber: r.RowNumber, Field: r.Field, Value: r.Value, State: r.State, Times: r.Times,
			CreatedAt: time.UnixMilli(r.CreatedAt).UTC()}
		v.Subject.Type, v.Subject.Label = r.SubjectType, r.SubjectLabel
		if r.SubjectID != nil {
			v.Subject.ID = new(api.ID(*r.SubjectID))
		}
		if r.Import == nil {
			continue
		}
		v.ImportID = new(api.ID(*r.Import))
		mask, known := masks[*r.Import]
		if !known {
			imp, err := e.Find(ctx, *r.Import)
			if err != nil {
				return nil, err
			}
			mask = e.maskFor(ctx, &imp)
			masks[*r.Import] = mask
		}
		v.Value = mask.value(r.Field, r.Value)
	}
	return out, e.nameSubjects(ctx, out.Body.Items)
}

// nameSubjects puts names to the customers that findings are about.
func (e *Engine) nameSubjects(ctx context.Context, items []findingView) error {
	var ids []int64
	for i := range items {
		if s := &items[i].Subject; s.Type == "customer" && s.ID != nil {
			ids = append(ids, int64(*s.ID))
		}
	}
	if e.naming == nil || len(ids) == 0 {
		return nil
	}
	names, err := e.naming(ctx, ids)
	for i := range items {
		if s := &items[i].Subject; s.Type == "customer" && s.ID != nil {
			s.Name = names[int64(*s.ID)]
		}
	}
	return err
}
