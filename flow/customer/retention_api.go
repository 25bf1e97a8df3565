package customer

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/field"
)

// RetentionItem is a kind of records or a field with its time, and what goes when.
type RetentionItem struct {
	Name       string      `json:"name"`
	Label      field.Label `json:"label"`
	Days       *int64      `json:"retention_days" doc:"null: kept as long as the customer"`
	Least      int64       `json:"least_days,omitempty" doc:"the law wants it kept at least so long"`
	Basis      string      `json:"basis"`
	Purpose    string      `json:"purpose"`
	Own        bool        `json:"own" doc:"a field of one's own, whose time is said there"`
	Due        int64       `json:"due" doc:"rows that go with the next run"`
	Soon       int64       `json:"soon" doc:"rows that go within 30 days, those that go with the next run too"`
	Owner      *api.ID     `json:"owner"`
	Definition string      `json:"definition"`
	Rule       string      `json:"rule"`
	Recipients string      `json:"recipients"`
	Version    int64       `json:"version"`
}

// RetentionRun is what one run deleted.
type RetentionRun struct {
	At      time.Time        `json:"at"`
	Deleted int64            `json:"deleted"`
	Report  map[string]int64 `json:"report" doc:"rows deleted, by name"`
}

// HeldItem is a customer under a legal hold.
type HeldItem struct {
	Customer Named     `json:"customer"`
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`
}

// RetentionPage is what is kept how long.
type RetentionPage struct {
	Items []RetentionItem `json:"items"`
	Runs  []RetentionRun  `json:"runs" doc:"those that deleted anything, newest first"`
	Holds []HeldItem      `json:"holds"`
}

func labelOf(ctx context.Context, name string) field.Label {
	if label, known := recordLabels[name]; known {
		return label
	}
	for _, f := range plainFields {
		if f.name == name {
			return f.label
		}
	}
	if f, known := field.Of(ctx).Find(strings.TrimPrefix(name, customPrefix)); known {
		return f.Label
	}
	return field.Label{Chinese: name, English: name}
}

// Retention tells what is kept how long, and what goes with the next run and within 30 days.
func (s *Store) Retention(ctx context.Context) (*RetentionPage, error) {
	from := s.records.Read()
	kinds, days, err := s.retentions(ctx, from)
	if err != nil {
		return nil, err
	}
	items, err := loadItems(ctx, from)
	if err != nil {
		return nil, err
	}
	page := &RetentionPage{Items: []RetentionItem{}, Runs: []RetentionRun{}, Holds: []HeldItem{}}
	for _, k := range kinds {
		v := RetentionItem{Name: k.name, Label: labelOf(ctx, k.name), Least: k.least, Own: strings.HasPrefix(k.name, customPrefix)}
		if f, known := field.Of(ctx).Find(strings.TrimPrefix(k.name, customPrefix)); known && v.Own {
			if f.Archived() {
				continue
			}
			v.Purpose = f.Purpose
		}
		for _, i := range items {
			if i.Name == k.name {
				v.Basis, v.Version = i.Basis, i.Version
				v.Owner, v.Definition, v.Rule, v.Recipients = (*api.ID)(i.OwnerID), i.Definition, i.Rule, i.Recipients
				if !v.Own {
					v.Purpose = i.Purpose
				}
			}
		}
		if keep, limited := days[k.name]; limited {
			v.Days = &keep
			for _, count := range []struct {
				ahead int
				into  *int64
			}{{0, &v.Due}, {30, &v.Soon}} {
				text, args := k.text(clock.Now(ctx).AddDate(0, 0, count.ahead-int(keep)).UnixMilli())
				if err := from.NewRaw("select count(*) from ("+text+") due", args...).Scan(ctx, count.into); err != nil {
					return nil, err
				}
			}
		}
		page.Items = append(page.Items, v)
	}
	var runs []struct {
		FinishedAt int64  `bun:"finished_at"`
		Deleted    int64  `bun:"deleted"`
		Report     string `bun:"report"`
	}
	if err := from.NewRaw("select coalesce(finished_at, started_at) as finished_at, deleted, report from retention_runs order by id desc limit 20").Scan(ctx, &runs); err != nil {
		return nil, err
	}
	for _, r := range runs {
		v := RetentionRun{At: instant(r.FinishedAt), Deleted: r.Deleted}
		if err := json.Unmarshal([]byte(r.Report), &v.Report); err != nil {
			return nil, err
		}
		page.Runs = append(page.Runs, v)
	}
	var holds []struct {
		ID     int64  `bun:"customer_id"`
		Name   string `bun:"name"`
		Reason string `bun:"reason"`
		Since  int64  `bun:"since"`
	}
	if err := from.NewRaw(`
select h.customer_id, c.name, h.reason, h.since
from legal_holds h
join customers c on c.id = h.customer_id
where h.lifted_at is null and ?
order by h.since desc, h.id desc
limit 200`, scope(ctx, "c")).Scan(ctx, &holds); err != nil {
		return nil, err
	}
	for _, h := range holds {
		page.Holds = append(page.Holds, HeldItem{Named{api.ID(h.ID), h.Name}, h.Reason, instant(h.Since)})
	}
	return page, nil
}

func (s *Store) registerRetention(a *api.API) {
	const tag = "privacy"
	type output struct{ Body *RetentionPage }
	api.Register(a, api.Op{Method: "GET", Path: "/retention", Permission: "privacy.read", Tag: tag, Summary: "What is kept how long, what goes when, and what has gone"},
		func(ctx context.Context, _ *struct{}) (*output, error) {
			page, err := s.Retention(ctx)
			return &output{page}, err
		})
	api.Register(a, api.Op{Method: "POST", Path: "/retention/run", Permission: "privacy.write", Tag: tag, Summary: "Delete what is due now instead of at the next run"},
		func(ctx context.Context, _ *struct{}) (*output, error) {
			if _, err := s.Retain(systemFor(ctx)); err != nil {
				return nil, err
			}
			page, err := s.Retention(ctx)
			return &output{page}, err
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/data-items/{name}", Permission: "privacy.write", Tag: tag, Status: 204, Summary: "Say what a field or a kind of records is for, on which ground and how long it is kept"},
		func(ctx context.Context, in *struct {
			Name    string `path:"name" maxLength:"80"`
			IfMatch string `header:"If-Match"`
			Body    DataItemDraft
		}) (*struct{}, error) {
			return nil, s.saveItem(ctx, in.Name, in.IfMatch, in.Body)
		})
	api.Register(a, api.Op{Method: "POST", Path: "/customers/{id}/hold", Permission: "privacy.write", Tag: tag, Status: 204, Summary: "Keep everything about a customer from being deleted"},
		func(ctx context.Context, in *struct {
			ID   api.ID `path:"id"`
			Body struct {
				Reason string `json:"reason" minLength:"1" maxLength:"300"`
			}
		}) (*struct{}, error) {
			return nil, s.Hold(ctx, int64(in.ID), in.Body.Reason)
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/customers/{id}/hold", Permission: "privacy.write", Tag: tag, Status: 204, Summary: "End the legal hold on a customer"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*struct{}, error) {
			return nil, s.LiftHold(ctx, int64(in.ID))
		})
}
