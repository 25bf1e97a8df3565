package mailing

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/guard"
	"guanxi/guard/mails"
)

// MailingStaff is a recipient, and what became of her at the last sending.
type MailingStaff struct {
	ID      api.ID `json:"id"`
	Name    string `json:"name"`
	Stopped bool   `json:"stopped" doc:"she wants no more of it"`
	Code    string `json:"code,omitempty" doc:"why she got nothing last time"`
}

// MailingView is a mailing as it is shown.
type MailingView struct {
	ID         api.ID         `json:"id"`
	Name       string         `json:"name"`
	Subject    string         `json:"subject" doc:"report:ID, ready:KEY, dashboard:ID, pack:KEY, review:week or review:month"`
	Repeat     Repeat         `json:"repeat"`
	Recipients []MailingStaff `json:"recipients"`
	Format     string         `json:"format" enum:",csv,xlsx"`
	Active     bool           `json:"active"`
	Owner      string         `json:"owner,omitempty"`
	Changeable bool           `json:"changeable"`
	Received   bool           `json:"received" doc:"by who asks"`
	Stopped    bool           `json:"stopped" doc:"by who asks"`
	NextAt     *time.Time     `json:"next_at" doc:"null while it rests"`
	SentAt     *time.Time     `json:"sent_at"`
	Version    int64          `json:"version"`
}

// MailingDraft is a mailing as a person sends it.
type MailingDraft struct {
	Name       string   `json:"name" maxLength:"80"`
	Subject    string   `json:"subject" maxLength:"80"`
	Repeat     Repeat   `json:"repeat"`
	Recipients []string `json:"recipients" minItems:"1" maxItems:"50" doc:"ids of staff, or me"`
	Format     string   `json:"format,omitempty" enum:",csv,xlsx" doc:"of a file with the rows, for who may export"`
}

// MailingPatch is what a person changes of a mailing; what is absent stays.
type MailingPatch struct {
	Name       *string   `json:"name,omitempty" maxLength:"80"`
	Repeat     *Repeat   `json:"repeat,omitempty"`
	Recipients *[]string `json:"recipients,omitempty" maxItems:"50"`
	Format     *string   `json:"format,omitempty" enum:",csv,xlsx"`
	Active     *bool     `json:"active,omitempty"`
}

func (p MailingPatch) change(d *Draft) {
	set(&d.Name, p.Name)
	set(&d.Repeat, p.Repeat)
	set(&d.Recipients, p.Recipients)
	set(&d.Format, p.Format)
	set(&d.Active, p.Active)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// views gives mailings as who asks sees them.
func (m *Mailings) views(ctx context.Context, all []*Mailing) ([]MailingView, error) {
	var staff []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	if err := m.records.Read().NewRaw("select id, name from staff").Scan(ctx, &staff); err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, s := range staff {
		names[s.ID] = s.Name
	}
	stops, err := stopped(ctx, m.records.Read())
	if err != nil {
		return nil, err
	}
	me := guard.ActorOf(ctx).StaffID
	views := make([]MailingView, len(all))
	for i, of := range all {
		d, err := of.draft()
		if err != nil {
			return nil, err
		}
		var said []Told
		if err := json.Unmarshal([]byte(of.Said), &said); err != nil {
			return nil, err
		}
		v := MailingView{ID: api.ID(of.ID), Name: of.Name, Subject: of.Subject, Repeat: d.Repeat, Recipients: []MailingStaff{}, Format: of.Format, Active: of.Active,
			Changeable: of.changeable(ctx), Stopped: slices.Contains(stops[of.ID], me), Version: of.Version}
		for _, id := range mails.Of(of.Recipients) {
			r := MailingStaff{ID: api.ID(id), Name: names[id], Stopped: slices.Contains(stops[of.ID], id)}
			for _, t := range said {
				if t.Staff == id {
					r.Code = t.Code
				}
			}
			v.Received = v.Received || id == me
			v.Recipients = append(v.Recipients, r)
		}
		if of.StaffName != nil {
			v.Owner = *of.StaffName
		}
		if of.Active {
			next := time.UnixMilli(of.NextAt).UTC()
			v.NextAt = &next
		}
		if of.SentAt != nil {
			sent := time.UnixMilli(*of.SentAt).UTC()
			v.SentAt = &sent
		}
		views[i] = v
	}
	return views, nil
}

type mailingOut struct {
	ETag string `header:"ETag"`
	Body MailingView
}

func (m *Mailings) answer(ctx context.Context, id int64, err error) (*mailingOut, error) {
	if err != nil {
		return nil, err
	}
	of, err := byID(ctx, m.records.Read(), id, false)
	if err != nil || !of.seenBy(ctx) {
		return nil, orNotFound(err, id)
	}
	views, err := m.views(ctx, []*Mailing{of})
	if err != nil {
		return nil, err
	}
	return &mailingOut{api.ETag(of.Version), views[0]}, nil
}

type one struct {
	ID api.ID `path:"id"`
}

func op(method, path, summary string, status int) api.Op {
	return api.Op{Method: method, Path: path, Permission: "metrics.read", Tag: "mailings", Summary: summary, Status: status}
}

// Register adds the operations on mailings.
func (m *Mailings) Register(a *api.API) {
	api.Register(a, op(http.MethodGet, "/mailings", "What is sent by the calendar, as far as one set it up or receives it", 200),
		func(ctx context.Context, _ *struct{}) (*api.Answered[page.List[MailingView]], error) {
			all, err := where(ctx, m.records.Read(), "m.deleted_at is null order by m.id desc")
			if err != nil {
				return nil, err
			}
			views, err := m.views(ctx, slices.DeleteFunc(all, func(of *Mailing) bool { return !of.seenBy(ctx) }))
			return api.Answer(&page.List[MailingView]{Items: views}, err)
		})
	api.Register(a, op(http.MethodPost, "/mailings", "Send a report, dashboard or review by the calendar; to others it takes segments.write", 201),
		func(ctx context.Context, in *struct{ Body MailingDraft }) (*mailingOut, error) {
			b := in.Body
			id, err := m.Create(ctx, Draft{Name: b.Name, Subject: b.Subject, Repeat: b.Repeat, Recipients: b.Recipients, Format: b.Format, Active: true})
			return m.answer(ctx, id, err)
		})
	api.Register(a, op(http.MethodPatch, "/mailings/{id}", "Change a mailing", 200),
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    MailingPatch
		}) (*mailingOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return m.answer(ctx, int64(in.ID), m.Change(ctx, int64(in.ID), version, in.Body.change))
		})
	api.Register(a, op(http.MethodDelete, "/mailings/{id}", "Delete a mailing; it can be restored", 204),
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
		}) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return nil, m.Delete(ctx, int64(in.ID), version)
		})
	act := func(path, summary string, do func(ctx context.Context, id int64) error) {
		api.Register(a, op(http.MethodPost, "/mailings/{id}/"+path, summary, 200),
			func(ctx context.Context, in *one) (*mailingOut, error) {
				return m.answer(ctx, int64(in.ID), do(ctx, int64(in.ID)))
			})
	}
	act("restore", "Bring a deleted mailing back", m.Restore)
	act("try", "Send me a mailing now", m.Try)
	act("stop", "Stop sending me a mailing", func(ctx context.Context, id int64) error { return m.Stop(ctx, id, true) })
	act("resume", "Send me a mailing again", func(ctx context.Context, id int64) error { return m.Stop(ctx, id, false) })
}
