package customer

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
)

// DuplicateScan is a search of all customers for duplicates.
type DuplicateScan struct {
	ID         api.ID     `json:"id"`
	State      string     `json:"state" enum:"never,queued,running,done,failed"`
	Progress   float64    `json:"progress" doc:"share 0..1"`
	Records    int64      `json:"records"`
	Compared   int64      `json:"compared" doc:"pairs compared"`
	Skipped    int64      `json:"skipped" doc:"pairs not compared, because they shared a trait with too many others"`
	Found      int64      `json:"found" doc:"pairs"`
	Suggested  *float64   `json:"suggested_score" doc:"from which on pairs taken as duplicates have the best expected F1"`
	ErrorCode  string     `json:"error_code,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	FinishedAt *time.Time `json:"finished_at"`
}

func (c *scan) view() DuplicateScan {
	v := DuplicateScan{ID: api.ID(c.ID), State: c.State, Progress: c.Progress, Records: c.Records, Compared: c.Compared, Skipped: c.Skipped, Found: c.Found,
		Suggested: c.Suggested, ErrorCode: c.ErrorCode, CreatedAt: instant(c.CreatedAt)}
	if c.FinishedAt != nil {
		v.FinishedAt = instantOrNull(*c.FinishedAt)
	}
	return v
}

type scanOutput struct{ Body DuplicateScan }

// DuplicatePair names two customers.
type DuplicatePair struct {
	A api.ID `json:"a"`
	B api.ID `json:"b"`
}

type duplicateList struct {
	Body struct {
		Items []Duplicate `json:"items"`
	}
}

func (s *Store) registerDuplicates(a *api.API) {
	const tag = "duplicates"
	api.Register(a, api.Op{Method: "POST", Path: "/duplicates/scan", Permission: "findings.write", Tag: tag, Status: 202,
		Summary: "Search all customers for duplicates; one that runs already is not started again"},
		func(ctx context.Context, _ *struct{}) (*scanOutput, error) {
			id, err := s.StartScan(ctx)
			if err != nil {
				return nil, err
			}
			c, err := s.scanNamed(ctx, id)
			if err != nil {
				return nil, err
			}
			return &scanOutput{c.view()}, nil
		})

	api.Register(a, api.Op{Method: "GET", Path: "/duplicates/scan/{id}", Permission: "findings.read", Tag: tag, Summary: "How far a search is, and what it found; latest for the last one"},
		func(ctx context.Context, in *struct {
			ID string `path:"id" pattern:"^([0-9]{1,18}|latest)$"`
		}) (*scanOutput, error) {
			var id int64
			if n := number(in.ID); n != nil {
				id = *n
			}
			c, err := s.scanNamed(ctx, id)
			if err != nil {
				return nil, err
			}
			return &scanOutput{c.view()}, nil
		})

	api.Register(a, api.Op{Method: "GET", Path: "/duplicates", Permission: "customers.read", Tag: tag,
		Summary: "Pairs of customers that may be one, the likeliest first"},
		func(ctx context.Context, in *struct {
			MinScore float64 `query:"min_score" minimum:"0" maximum:"1" default:"0.5"`
			State    string  `query:"state" enum:"open,later,different,merged" default:"open"`
			Limit    int     `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor   string  `query:"cursor"`
			Total    bool    `query:"total"`
		}) (*struct{ Body *page.List[Duplicate] }, error) {
			list, err := s.Duplicates(ctx, in.State, in.MinScore, in.Cursor, in.Limit, in.Total)
			return &struct{ Body *page.List[Duplicate] }{list}, err
		})

	api.Register(a, api.Op{Method: "POST", Path: "/duplicates/decide", Permission: "customers.write", Tag: tag, Status: 204,
		Summary: "Say that two customers are different for good, or look at them later, or again"},
		func(ctx context.Context, in *struct {
			Body struct {
				DuplicatePair
				State string `json:"state" enum:"open,later,different"`
			}
		}) (*struct{}, error) {
			return nil, s.Decide(ctx, int64(in.Body.A), int64(in.Body.B), in.Body.State)
		})

	api.Register(a, api.Op{Method: "POST", Path: "/duplicates/check", Permission: "customers.write", Tag: tag,
		Summary: "Who of the customers a form may be about; nothing is written"},
		func(ctx context.Context, in *struct{ Body CustomerFields }) (*struct{ Body *DuplicateWarning }, error) {
			w, err := s.Check(ctx, &in.Body)
			return &struct{ Body *DuplicateWarning }{w}, err
		})
	s.registerDuplicateRules(a)
	s.registerDuplicateBatches(a)
}

func (s *Store) registerDuplicateRules(a *api.API) {
	type rule struct {
		Outside string `json:"outside" enum:"hidden,team" doc:"what one who enters a customer is told of a duplicate outside their scope: nothing, or that there is one and with which team"`
	}
	type output struct{ Body rule }
	api.Register(a, api.Op{Method: "GET", Path: "/duplicates/settings", Permission: "settings.read", Tag: "duplicates", Summary: "What is told of duplicates outside one's scope"},
		func(ctx context.Context, _ *struct{}) (*output, error) {
			outside, err := s.outsideRule(ctx)
			return &output{rule{outside}}, err
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/duplicates/settings", Permission: "settings.write", Tag: "duplicates", Summary: "Set what is told of duplicates outside one's scope"},
		func(ctx context.Context, in *struct{ Body rule }) (*output, error) {
			return &output{in.Body}, s.setOutsideRule(ctx, in.Body.Outside)
		})
}

// MergeBatch is many merges made as one.
type MergeBatch struct {
	ID         api.ID     `json:"id"`
	State      string     `json:"state" enum:"queued,merging,done,undoing,undone"`
	Least      float64    `json:"min_score"`
	Total      int64      `json:"total"`
	Merged     int64      `json:"merged"`
	LeftOut    int64      `json:"left_out" doc:"not safe after all: someone in between is known to be different, or too many would become one"`
	Undone     int64      `json:"undone"`
	CreatedAt  time.Time  `json:"created_at"`
	FinishedAt *time.Time `json:"finished_at"`
}

func (s *Store) registerDuplicateBatches(a *api.API) {
	const tag = "duplicates"
	type output struct{ Body MergeBatch }
	show := func(ctx context.Context, id int64) (*output, error) {
		b, err := s.batch(ctx, id)
		if err != nil {
			return nil, err
		}
		out := &output{MergeBatch{ID: api.ID(b.ID), State: b.State, Least: b.Least, Total: b.Total, Merged: b.Merged, LeftOut: b.LeftOut, Undone: b.Undone, CreatedAt: instant(b.CreatedAt)}}
		if b.FinishedAt != nil {
			out.Body.FinishedAt = instantOrNull(*b.FinishedAt)
		}
		return out, nil
	}
	api.Register(a, api.Op{Method: "POST", Path: "/duplicates/sample", Permission: "findings.write", Tag: tag, Summary: "Pairs drawn at random above a score, to label"},
		func(ctx context.Context, in *struct {
			Body struct {
				MinScore float64 `json:"min_score" minimum:"0" maximum:"1"`
				Size     int     `json:"size" minimum:"1" maximum:"200"`
			}
		}) (*duplicateList, error) {
			out := &duplicateList{}
			var err error
			out.Body.Items, err = s.Sample(ctx, in.Body.MinScore, in.Body.Size)
			return out, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/duplicates/labels", Permission: "findings.write", Tag: tag, Status: 204, Summary: "Say whether a pair of the sample is one"},
		func(ctx context.Context, in *struct {
			Body struct {
				DuplicatePair
				Same *bool `json:"same" doc:"null when one cannot tell"`
			}
		}) (*struct{}, error) {
			return nil, s.Label(ctx, int64(in.Body.A), int64(in.Body.B), in.Body.Same)
		})
	api.Register(a, api.Op{Method: "GET", Path: "/duplicates/precision", Permission: "findings.read", Tag: tag, Summary: "How many pairs above a score are really one, by the labels"},
		func(ctx context.Context, in *struct {
			MinScore float64 `query:"min_score" minimum:"0" maximum:"1" doc:"only at this score; several without"`
		}) (*struct {
			Body struct {
				Items []Precision `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Precision `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Precisions(ctx, in.MinScore)
			return out, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/duplicates/merges", Permission: "findings.write", Tag: tag, Status: 202, Summary: "Merge all pairs above a score, once enough of them are labelled"},
		func(ctx context.Context, in *struct {
			Body struct {
				MinScore float64 `json:"min_score" minimum:"0.5" maximum:"1"`
			}
		}) (*output, error) {
			id, err := s.MergeAll(ctx, in.Body.MinScore)
			if err != nil {
				return nil, err
			}
			return show(ctx, id)
		})
	api.Register(a, api.Op{Method: "GET", Path: "/duplicates/merges/{id}", Permission: "findings.read", Tag: tag, Summary: "How far many merges are"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*output, error) {
			return show(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "POST", Path: "/duplicates/merges/{id}/undo", Permission: "findings.write", Tag: tag, Status: 202, Summary: "Take many merges back as a whole"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*output, error) {
			if err := s.UndoAll(ctx, int64(in.ID)); err != nil {
				return nil, err
			}
			return show(ctx, int64(in.ID))
		})
}
