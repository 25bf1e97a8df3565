package customer

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/base/workspace"
	"guanxi/guard"
)

type activityView struct {
	ID         api.ID     `json:"id"`
	Customer   Named      `json:"customer"`
	Kind       string     `json:"kind"`
	Content    string     `json:"content"`
	Result     string     `json:"result"`
	NextAction string     `json:"next_action"`
	NextAt     *time.Time `json:"next_at"`
	NextDoneAt *time.Time `json:"next_done_at"`
	Staff      *Named     `json:"staff"`
	HappenedAt time.Time  `json:"happened_at"`
	Version    int64      `json:"version"`
}

func (a *storedActivity) view() activityView {
	v := activityView{ID: api.ID(a.ID), Customer: Named{api.ID(a.CustomerID), a.CustomerName}, Kind: a.Kind, Content: a.Content, Result: a.Result,
		NextAction: a.NextAction, HappenedAt: instant(a.HappenedAt), Version: a.Version}
	if a.NextAt != nil {
		v.NextAt = instantOrNull(*a.NextAt)
	}
	if a.NextDoneAt != nil {
		v.NextDoneAt = instantOrNull(*a.NextDoneAt)
	}
	if a.StaffID != 0 {
		v.Staff = named(&a.StaffID, a.StaffName)
	}
	return v
}

type activityOutput struct {
	ETag string `header:"ETag"`
	Body activityView
}

func (s *Store) activityOutput(ctx context.Context, id int64) (*activityOutput, error) {
	a, err := s.findActivity(ctx, s.records.Read(), id)
	if err != nil {
		return nil, err
	}
	return &activityOutput{api.ETag(a.Version), a.view()}, nil
}

type activityList struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor string `query:"cursor"`
	Due    string `query:"due" enum:"open,today,late" doc:"only open next actions: all, due by the end of today, or overdue; earliest first"`
	Mine   bool   `query:"mine" doc:"only those the reader logged"`
}

func (s *Store) registerActivities(a *api.API) {
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/activities", Permission: "customers.write", Tag: "activities", Status: 201,
		Summary: "Log a contact with a customer and what is to happen next"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body NewActivity
		}) (*activityOutput, error) {
			id, err := s.Log(ctx, int64(in.ID), in.Body)
			if err != nil {
				return nil, err
			}
			return s.activityOutput(ctx, id)
		})

	api.Register(a, api.Op{Method: "GET", Path: "/activities", Permission: "customers.read", Tag: "activities", Summary: "Follow-ups: newest first, or what is due"},
		func(ctx context.Context, in *activityList) (*struct{ Body page.List[activityView] }, error) {
			list, err := s.activities(ctx, in)
			return &struct{ Body page.List[activityView] }{list}, err
		})

	api.Register(a, api.Op{Method: "GET", Path: "/activities/{id}", Permission: "customers.read", Tag: "activities", Summary: "One follow-up"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*activityOutput, error) {
			return s.activityOutput(ctx, int64(in.ID))
		})

	api.Register(a, api.Op{Method: "PATCH", Path: "/activities/{id}", Permission: "customers.write", Tag: "activities",
		Summary: "Close, move or reword the next action of a follow-up"},
		func(ctx context.Context, in *struct {
			Addressed
			Body ActivityChange
		}) (*activityOutput, error) {
			if err := s.ChangeActivity(ctx, int64(in.ID), in.IfMatch, in.Body); err != nil {
				return nil, err
			}
			return s.activityOutput(ctx, int64(in.ID))
		})

	api.Register(a, api.Op{Method: "DELETE", Path: "/customers/{id}/activities/{activity}", Permission: "customers.write", Tag: "activities", Status: 204,
		Summary: "Take back the logging of a follow-up, within a day"},
		func(ctx context.Context, in *struct {
			ID       api.ID `path:"id"`
			Activity api.ID `path:"activity"`
		}) (*struct{}, error) {
			return nil, s.RemoveActivity(ctx, int64(in.ID), int64(in.Activity))
		})
}

// activityPosition is where a page of follow-ups ends.
type activityPosition struct {
	At int64 `json:"t"`
	ID int64 `json:"i"`
}

func (s *Store) activities(ctx context.Context, in *activityList) (page.List[activityView], error) {
	list := page.List[activityView]{Items: []activityView{}}
	from := activityPosition{At: 1 << 62, ID: 1 << 62}
	text := " and (a.happened_at < ? or a.happened_at = ? and a.id < ?) and ? and (? = 0 or a.staff_id = ?) order by a.happened_at desc, a.id desc limit ?"
	args := []any{}
	if in.Due != "" {
		from = activityPosition{}
		text = " and a.next_done_at is null and a.next_at < ? and (a.next_at > ? or a.next_at = ? and a.id > ?) and ? and (? = 0 or a.staff_id = ?) order by a.next_at, a.id limit ?"
		args = append(args, dueBefore(ctx, in.Due))
	}
	if err := page.DecodeCursor(in.Cursor, &from); err != nil {
		return list, err
	}
	staff := guard.ActorOf(ctx).StaffID
	mine := 0
	if in.Mine {
		if staff == 0 {
			return list, fault.Invalid("mine", "no_staff")
		}
		mine = 1
	}
	args = append(args, from.At, from.At, from.ID, scope(ctx, "c"), mine, staff, in.Limit+1)
	var rows []storedActivity
	if err := s.records.Read().NewRaw("select "+qualified("a", activityColumns)+activitySelect+text, args...).Scan(ctx, &rows); err != nil {
		return list, err
	}
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		last := rows[in.Limit-1]
		from = activityPosition{last.HappenedAt, last.ID}
		if in.Due != "" {
			from.At = *last.NextAt
		}
		list.NextCursor = page.EncodeCursor(from)
	}
	for i := range rows {
		list.Items = append(list.Items, rows[i].view())
	}
	return list, nil
}

// dueBefore gives the instant that bounds "open", "today" and "late".
func dueBefore(ctx context.Context, due string) int64 {
	switch due {
	case "today":
		w := workspace.Of(ctx)
		return w.DayStart(clock.Now(ctx).In(w.Location).AddDate(0, 0, 1))
	case "late":
		return clock.Millis(ctx)
	}
	return 1 << 62
}
