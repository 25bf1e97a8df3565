package schedule

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/flow/collect"
	"guanxi/guard"
	"guanxi/guard/mails"
)

type scheduleView struct {
	ID        api.ID          `json:"id"`
	Name      string          `json:"name"`
	Direction string          `json:"direction" enum:"in,out"`
	Kind      string          `json:"kind"`
	MappingID *api.ID         `json:"mapping_id"`
	Mode      collect.Mode    `json:"mode"`
	Assign    *collect.Assign `json:"assign"`
	Export    *Content        `json:"export" doc:"null for others than who set it up and who reads the audit log"`
	Place     Place           `json:"place"`
	HasSecret bool            `json:"has_secret"`
	Repeat    Repeat          `json:"repeat"`
	Notify    []string        `json:"notify" doc:"ids of staff"`
	Active    bool            `json:"active"`
	By        *staffView      `json:"by" doc:"whose rights it acts with"`
	State     string          `json:"state" enum:"running,failing,late,paused,waiting"`
	Failures  int64           `json:"failures" doc:"in a row"`
	ErrorCode string          `json:"error_code,omitempty" doc:"of the last failure"`
	NextAt    *time.Time      `json:"next_at" doc:"of the next run, or try; null while paused"`
	LastRun   *runView        `json:"last_run"`
	CreatedAt time.Time       `json:"created_at"`
	Version   int64           `json:"version"`
}

type staffView struct {
	ID   api.ID `json:"id"`
	Name string `json:"name"`
}

type runView struct {
	ID          api.ID     `json:"id"`
	Cause       string     `json:"cause" enum:"clock,retry,person"`
	State       string     `json:"state" enum:"running,done,failed"`
	DueAt       time.Time  `json:"due_at"`
	StartedAt   time.Time  `json:"started_at"`
	FinishedAt  *time.Time `json:"finished_at"`
	Files       int64      `json:"files" doc:"imported"`
	Known       int64      `json:"known" doc:"left out, for their content was imported before"`
	Failed      int64      `json:"failed" doc:"files that could not be imported"`
	Rows        int64      `json:"rows" doc:"taken out"`
	FileName    string     `json:"file_name,omitempty"`
	ErrorCode   string     `json:"error_code,omitempty"`
	ErrorDetail string     `json:"error_detail,omitempty"`
	Imports     []fileView `json:"imports"`
}

type fileView struct {
	Import    api.ID `json:"import_id"`
	Name      string `json:"name"`
	Size      int64  `json:"size"`
	State     string `json:"state"`
	Created   int64  `json:"created"`
	Updated   int64  `json:"updated"`
	Unchanged int64  `json:"unchanged"`
	Rejected  int64  `json:"rejected"`
	Findings  int64  `json:"findings"`
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func (r Run) view(files []fetched) runView {
	v := runView{ID: api.ID(r.ID), Cause: r.Cause, State: r.State, DueAt: instant(r.DueAt), StartedAt: instant(r.StartedAt), Files: r.Files, Known: r.Known,
		Failed: r.Failed, Rows: r.Written, FileName: r.FileName, ErrorCode: r.ErrorCode, ErrorDetail: r.ErrorDetail, Imports: []fileView{}}
	if r.FinishedAt != nil {
		at := instant(*r.FinishedAt)
		v.FinishedAt = &at
	}
	for _, f := range files {
		if f.RunID == r.ID {
			v.Imports = append(v.Imports, fileView{api.ID(f.ImportID), f.Name, f.Size, f.State, f.Created, f.Updated, f.Unchanged, f.Rejected, f.Findings})
		}
	}
	return v
}

func (s *Schedule) view(ctx context.Context, last *Run) scheduleView {
	now := millis(ctx)
	v := scheduleView{ID: api.ID(s.ID), Name: s.Name, Direction: s.Direction, Kind: s.Kind, MappingID: (*api.ID)(s.MappingID), Mode: s.Mode, Place: s.place(),
		HasSecret: s.Secret != "", Repeat: s.repeat(), Notify: []string{}, Active: s.Active, Failures: s.Failures, ErrorCode: s.ErrorCode,
		CreatedAt: instant(s.CreatedAt), Version: s.Version, State: "waiting"}
	if s.Assign != "" {
		_ = json.Unmarshal([]byte(s.Assign), &v.Assign)
	}
	// a condition may hold what only who wrote it may know
	if reader := guard.ActorOf(ctx); s.Direction == Out && reader.Can("export") && (s.actor().Key() == reader.Key() || reader.Can("audit.read")) {
		c := s.content()
		v.Export = &c
	}
	for _, to := range mails.Of(s.ReportTo) {
		v.Notify = append(v.Notify, strconv.FormatInt(to, 10))
	}
	if a := s.actor(); a.Name != "" {
		v.By = &staffView{api.ID(a.StaffID), a.Name}
	}
	switch {
	case s.RunID != nil:
		v.State = "running"
	case !s.Active:
		v.State = "paused"
	case s.Failures > 0:
		v.State = "failing"
	case s.Late(now):
		v.State = "late"
	}
	if s.Active {
		next := s.NextAt
		if s.RetryAt != nil {
			next = min(next, *s.RetryAt)
		}
		at := instant(next)
		v.NextAt = &at
	}
	if last != nil {
		r := last.view(nil)
		v.LastRun = &r
	}
	return v
}

type scheduleOutput struct {
	ETag string `header:"ETag"`
	Body scheduleView
}

func (s *Schedules) answer(ctx context.Context, of Schedule, err error) (*scheduleOutput, error) {
	if err != nil {
		return nil, err
	}
	runs, err := runsOf(ctx, s.records.Read(), of.ID, math.MaxInt64, 1)
	if err != nil {
		return nil, err
	}
	var last *Run
	if len(runs) > 0 {
		last = &runs[0]
	}
	return &scheduleOutput{api.ETag(of.Version), of.view(ctx, last)}, nil
}

// Register adds the operations.
func (s *Schedules) Register(a *api.API) {
	s.registerReading(a)
	type byID struct {
		ID api.ID `path:"id"`
	}
	api.Register(a, api.Op{Method: "POST", Path: "/schedules", Permission: "imports.write", Tag: "schedules", Status: 201, Summary: "Bring files in, or take a table out, by the clock"},
		func(ctx context.Context, in *struct{ Body Draft }) (*scheduleOutput, error) {
			of, err := s.Create(ctx, in.Body)
			return s.answer(ctx, of, err)
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/schedules/{id}", Permission: "imports.write", Tag: "schedules", Summary: "Change a schedule; it then acts with your rights"},
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    Draft
		}) (*scheduleOutput, error) {
			of, err := s.Change(ctx, int64(in.ID), in.IfMatch, in.Body)
			return s.answer(ctx, of, err)
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/schedules/{id}", Permission: "imports.write", Tag: "schedules", Status: 204, Summary: "Forget a schedule; what it imported stays"},
		func(ctx context.Context, in *byID) (*struct{}, error) { return nil, s.Delete(ctx, int64(in.ID)) })
	api.Register(a, api.Op{Method: "POST", Path: "/schedules/{id}/run", Permission: "imports.write", Tag: "schedules", Status: 202, Summary: "Run a schedule now"},
		func(ctx context.Context, in *byID) (*scheduleOutput, error) {
			if err := s.RunNow(ctx, int64(in.ID)); err != nil {
				return nil, err
			}
			of, err := findSchedule(ctx, s.records.Read(), int64(in.ID))
			return s.answer(ctx, of, err)
		})
	for path, active := range map[string]bool{"pause": false, "resume": true} {
		api.Register(a, api.Op{Method: "POST", Path: "/schedules/{id}/" + path, Permission: "imports.write", Tag: "schedules",
			Summary: map[bool]string{false: "Pause a schedule", true: "Let a paused schedule go on"}[active]},
			func(ctx context.Context, in *byID) (*scheduleOutput, error) {
				of, err := s.SetActive(ctx, int64(in.ID), active)
				return s.answer(ctx, of, err)
			})
	}
	api.Register(a, api.Op{Method: "POST", Path: "/schedules/test", Permission: "imports.write", Tag: "schedules", Timeout: time.Minute,
		Summary: "Look at a place as a schedule would: what an SFTP server's key is, which files fit"},
		func(ctx context.Context, in *struct{ Body Probe }) (*struct{ Body Looked }, error) {
			found, err := s.Look(ctx, in.Body)
			return &struct{ Body Looked }{found}, err
		})
}

func (s *Schedules) registerReading(a *api.API) {
	type list struct {
		page.List[scheduleView]
		Usable map[string]bool `json:"usable" doc:"import_folder, export_folder: the server has one; private_networks: it may reach them"`
	}
	api.Register(a, api.Op{Method: "GET", Path: "/schedules", Permission: "imports.read", Tag: "schedules", Summary: "What comes in and goes out by the clock"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body list }, error) {
			all, err := allSchedules(ctx, s.records.Read())
			if err != nil {
				return nil, err
			}
			last, err := lastRuns(ctx, s.records.Read())
			if err != nil {
				return nil, err
			}
			out := &struct{ Body list }{}
			out.Body.Items, out.Body.Usable = []scheduleView{}, s.usable()
			for i := range all {
				var run *Run
				if r, has := last[all[i].ID]; has {
					run = &r
				}
				out.Body.Items = append(out.Body.Items, all[i].view(ctx, run))
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "GET", Path: "/schedules/{id}", Permission: "imports.read", Tag: "schedules", Summary: "One schedule"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*scheduleOutput, error) {
			of, err := findSchedule(ctx, s.records.Read(), int64(in.ID))
			return s.answer(ctx, of, err)
		})
	api.Register(a, api.Op{Method: "GET", Path: "/schedules/{id}/runs", Permission: "imports.read", Tag: "schedules", Summary: "The runs of a schedule, newest first, with the imports of their files"},
		func(ctx context.Context, in *struct {
			ID     api.ID `path:"id"`
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
		}) (*struct{ Body page.List[runView] }, error) {
			before := int64(math.MaxInt64)
			if err := page.DecodeCursor(in.Cursor, &before); err != nil {
				return nil, err
			}
			if _, err := findSchedule(ctx, s.records.Read(), int64(in.ID)); err != nil {
				return nil, err
			}
			runs, err := runsOf(ctx, s.records.Read(), int64(in.ID), before, in.Limit+1)
			if err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[runView] }{}
			if len(runs) > in.Limit {
				runs = runs[:in.Limit]
				out.Body.NextCursor = page.EncodeCursor(runs[in.Limit-1].ID)
			}
			ids := make([]int64, len(runs))
			for i, r := range runs {
				ids[i] = r.ID
			}
			files, err := filesOf(ctx, s.records.Read(), ids)
			if err != nil {
				return nil, err
			}
			out.Body.Items = []runView{}
			for _, r := range runs {
				out.Body.Items = append(out.Body.Items, r.view(files))
			}
			return out, nil
		})
}
