package mails

import (
	"context"
	"math"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
)

type settingsView struct {
	Settings
	HasPassword bool `json:"has_password"`
}

type settingsOut struct{ Body settingsView }

type mailView struct {
	ID        api.ID     `json:"id"`
	To        string     `json:"to" doc:"name of the member of staff; empty for a customer"`
	Subject   string     `json:"subject"`
	State     State      `json:"state" enum:"planned,in_flight,sent,failed,in_doubt"`
	Attempts  int        `json:"attempts"`
	ErrorCode string     `json:"error_code,omitempty"`
	Answer    string     `json:"answer,omitempty" doc:"what the server said last"`
	CreatedAt time.Time  `json:"created_at"`
	NextAt    *time.Time `json:"next_at,omitempty" doc:"of the next try"`
	SentAt    *time.Time `json:"sent_at,omitempty"`
}

func (s stored) view() mailView {
	v := mailView{ID: api.ID(s.ID), To: s.Name, Subject: s.Subject, State: s.State, Attempts: s.Attempts, ErrorCode: s.ErrorCode, Answer: s.Answer,
		CreatedAt: time.UnixMilli(s.CreatedAt).UTC()}
	if s.State == Planned {
		next := time.UnixMilli(s.NextAt).UTC()
		v.NextAt = &next
	}
	if s.SentAt != nil {
		sent := time.UnixMilli(*s.SentAt).UTC()
		v.SentAt = &sent
	}
	return v
}

// Register adds the operations.
func (m *Mails) Register(a *api.API) {
	answer := func(ctx context.Context) (*settingsOut, error) {
		k, err := readSettings(ctx, m.records.Read())
		return &settingsOut{settingsView{k.Settings, k.Sealed != ""}}, err
	}
	api.Register(a, api.Op{Method: "GET", Path: "/settings/mail", Permission: "settings.write", Tag: "settings", Summary: "The mail server that results are sent through"},
		func(ctx context.Context, _ *struct{}) (*settingsOut, error) { return answer(ctx) })
	api.Register(a, api.Op{Method: "PUT", Path: "/settings/mail", Permission: "settings.write", Tag: "settings", Summary: "Change the mail server"},
		func(ctx context.Context, in *struct {
			Body struct {
				Settings
				Password *string `json:"password,omitempty" maxLength:"500" doc:"absent: as it is, unless host, port or login change"`
			}
		}) (*settingsOut, error) {
			if err := m.SetSettings(ctx, in.Body.Settings, in.Body.Password); err != nil {
				return nil, err
			}
			return answer(ctx)
		})
	api.Register(a, api.Op{Method: "POST", Path: "/settings/mail/test", Permission: "settings.write", Tag: "settings", Summary: "Send me a test mail, and tell what the server answered"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body Tested }, error) {
			t, err := m.Test(ctx)
			return &struct{ Body Tested }{t}, err
		})
	api.Register(a, api.Op{Method: "GET", Path: "/mails", Permission: "settings.write", Tag: "settings", Summary: "What was written to staff, newest first"},
		func(ctx context.Context, in *struct {
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
		}) (*struct{ Body page.List[mailView] }, error) {
			before := int64(math.MaxInt64)
			if err := page.DecodeCursor(in.Cursor, &before); err != nil {
				return nil, err
			}
			var found []stored
			if err := m.records.Read().NewRaw("select "+columns+" from mails m left join staff s on s.id = m.staff_id where m.id < ? order by m.id desc limit ?", before, in.Limit+1).Scan(ctx, &found); err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[mailView] }{}
			if len(found) > in.Limit {
				found = found[:in.Limit]
				out.Body.NextCursor = page.EncodeCursor(found[in.Limit-1].ID)
			}
			out.Body.Items = make([]mailView, len(found))
			for i, s := range found {
				out.Body.Items[i] = s.view()
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "POST", Path: "/mails/{id}/again", Permission: "settings.write", Tag: "settings", Status: 204, Summary: "Send a mail again that failed or is in doubt"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{}, error) {
			return nil, m.Again(ctx, int64(in.ID))
		})
}
