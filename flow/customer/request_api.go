package customer

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/page"
)

// RequestView is one request of a person about her own data.
type RequestView struct {
	ID         api.ID     `json:"id"`
	Customer   *Named     `json:"customer" doc:"null once she was erased"`
	Kind       string     `json:"kind" enum:"copy,erasure,correction"`
	State      string     `json:"state" enum:"open,verified,done,refused"`
	Source     string     `json:"source" doc:"preference_page, or manual for one that staff wrote down"`
	Note       string     `json:"note,omitempty"`
	HasCode    bool       `json:"has_code" doc:"whoever asked can be asked for a code"`
	VerifiedBy string     `json:"verified_by,omitempty" doc:"code, or the means"`
	VerifiedAt *time.Time `json:"verified_at"`
	DueAt      time.Time  `json:"due_at"`
	Late       bool       `json:"late"`
	Outcome    string     `json:"outcome,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	ClosedAt   *time.Time `json:"closed_at"`
	Version    int64      `json:"version"`
}

func (r *requestRow) view(now int64) RequestView {
	v := RequestView{ID: api.ID(r.ID), Kind: r.Kind, State: r.State, Source: r.Source, Note: r.Note, HasCode: r.CodeHash != "" && r.Attempts < codeAttempts,
		VerifiedBy: r.VerifiedBy, VerifiedAt: instantOrNil(r.VerifiedAt), DueAt: instant(r.DueAt), Late: r.ClosedAt == nil && r.DueAt < now, Outcome: r.Outcome,
		CreatedAt: instant(r.CreatedAt), ClosedAt: instantOrNil(r.ClosedAt), Version: r.Version}
	if r.CustomerID != nil {
		v.Customer = named(r.CustomerID, r.CustomerName)
	}
	return v
}

type requestOutput struct {
	ETag string `header:"ETag"`
	Body RequestView
}

func (s *Store) requestOutput(ctx context.Context, id int64, err error) (*requestOutput, error) {
	if err != nil {
		return nil, err
	}
	rows, err := s.requests(ctx, s.records.Read(), "r.id = ?", id)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("request", id)
	}
	return &requestOutput{ETag: api.ETag(rows[0].Version), Body: rows[0].view(clock.Millis(ctx))}, nil
}

func (s *Store) registerRequests(a *api.API) {
	const tag = "privacy"
	api.Register(a, api.Op{Method: "GET", Path: "/person-requests", Permission: "privacy.read", Tag: tag, Summary: "What people have asked for about their own data: what waits, by its due day, or what is closed, newest first"},
		func(ctx context.Context, in *struct {
			State  string `query:"state" enum:"waiting,closed" default:"waiting"`
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
		}) (*struct{ Body page.List[RequestView] }, error) {
			var after struct {
				At int64 `json:"t"`
				ID int64 `json:"i"`
			}
			if in.State == "closed" {
				after.At = 1 << 62
			}
			if err := page.DecodeCursor(in.Cursor, &after); err != nil {
				return nil, err
			}
			where := "r.closed_at is null and (r.due_at > ? or r.due_at = ? and r.id > ?) order by r.due_at, r.id limit ?"
			if in.State == "closed" {
				where = "r.closed_at is not null and (r.closed_at < ? or r.closed_at = ? and r.id < ?) order by r.closed_at desc, r.id desc limit ?"
			}
			rows, err := s.requests(ctx, s.records.Read(), where, after.At, after.At, after.ID, in.Limit+1)
			if err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[RequestView] }{}
			out.Body.Items = []RequestView{}
			for i, r := range rows {
				if i == in.Limit {
					after.At, after.ID = rows[i-1].DueAt, rows[i-1].ID
					if in.State == "closed" {
						after.At = *rows[i-1].ClosedAt
					}
					out.Body.NextCursor = page.EncodeCursor(after)
					break
				}
				out.Body.Items = append(out.Body.Items, r.view(clock.Millis(ctx)))
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/requests", Permission: "customers.read", Tag: tag, Summary: "What a customer has asked for about her own data, newest first"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct {
			Body struct {
				Items []RequestView `json:"items"`
			}
		}, error) {
			if _, err := s.find(ctx, s.records, int64(in.ID)); err != nil {
				return nil, err
			}
			rows, err := s.requests(ctx, s.records.Read(), "r.customer_id = ? order by r.id desc limit 100", int64(in.ID))
			out := &struct {
				Body struct {
					Items []RequestView `json:"items"`
				}
			}{}
			out.Body.Items = []RequestView{}
			for _, r := range rows {
				out.Body.Items = append(out.Body.Items, r.view(clock.Millis(ctx)))
			}
			return out, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/requests", Permission: "customers.write", Tag: tag, Status: 201, Summary: "Write down what a customer has asked for about her own data"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Kind string `json:"kind" enum:"copy,erasure,correction"`
				Note string `json:"note,omitempty" maxLength:"500"`
			}
		}) (*requestOutput, error) {
			id, err := s.Request(ctx, int64(in.ID), in.Body.Kind, in.Body.Note)
			return s.requestOutput(ctx, id, err)
		})
	api.Register(a, api.Op{Method: "POST", Path: "/person-requests/{id}/verify", Permission: "privacy.write", Tag: tag, Summary: "Make sure that it is the customer who asks: by the code her page showed her, or by other means"},
		func(ctx context.Context, in *struct {
			Addressed
			Body struct {
				Code  string `json:"code,omitempty" maxLength:"20"`
				Means string `json:"means,omitempty" maxLength:"200" doc:"how else it was made sure: called back, came with a document"`
			}
		}) (*requestOutput, error) {
			return s.requestOutput(ctx, int64(in.ID), s.VerifyRequest(ctx, int64(in.ID), in.IfMatch, in.Body.Code, in.Body.Means))
		})
	api.Register(a, api.Op{Method: "POST", Path: "/person-requests/{id}/close", Permission: "privacy.write", Tag: tag, Summary: "End a request: done, or refused for a reason"},
		func(ctx context.Context, in *struct {
			Addressed
			Body struct {
				State   string `json:"state" enum:"done,refused"`
				Outcome string `json:"outcome,omitempty" maxLength:"500"`
			}
		}) (*requestOutput, error) {
			return s.requestOutput(ctx, int64(in.ID), s.CloseRequest(ctx, int64(in.ID), in.IfMatch, in.Body.State, in.Body.Outcome))
		})
}
