package customer

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/base/workspace"
)

// SaidItem is one recorded word with who said it.
type SaidItem struct {
	ID       api.ID `json:"id"`
	Customer Named  `json:"customer"`
	ConsentView
}

type saidRow struct {
	Consent
	Name string `bun:"customer_name"`
}

type saidPosition struct {
	At int64 `json:"t"`
	ID int64 `json:"i"`
}

type saidQuery struct {
	Purpose string    `query:"purpose" maxLength:"40"`
	Channel string    `query:"channel" maxLength:"20"`
	Granted string    `query:"granted" enum:"true,false,"`
	Source  string    `query:"source" maxLength:"80"`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
	Limit   int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor  string    `query:"cursor"`
}

// Said lists what customers have said, newest first, within the reader's scope. Faults: invalid, forbidden.
func (s *Store) Said(ctx context.Context, q *saidQuery) (*page.List[SaidItem], error) {
	if !seesConsents(ctx) {
		return nil, fault.Forbidden("field_not_readable", "consents")
	}
	from := saidPosition{At: 1 << 62}
	if err := page.DecodeCursor(q.Cursor, &from); err != nil {
		return nil, err
	}
	least, most := int64(0), int64(1)<<62
	if !q.From.IsZero() {
		least = q.From.UnixMilli()
	}
	if !q.To.IsZero() {
		most = q.To.UnixMilli()
	}
	granted := bun.SafeQuery("true")
	if q.Granted != "" {
		granted = bun.SafeQuery("s.granted = ?", q.Granted == "true")
	}
	var rows []saidRow
	if err := s.records.Read().NewRaw("select "+qualified("s", consentColumns)+`, c.name as customer_name
from consents s
join customers c on c.id = s.customer_id
where (s.happened_at < ? or s.happened_at = ? and s.id < ?)
  and s.happened_at >= ? and s.happened_at < ?
  and (? = '' or s.purpose = ?)
  and (? = '' or s.channel = ?)
  and (? = '' or s.source = ?)
  and ? and `+living+` and ?
order by s.happened_at desc, s.id desc
limit ?`, from.At, from.At, from.ID, least, most, q.Purpose, q.Purpose, q.Channel, q.Channel, q.Source, q.Source, granted, scope(ctx, "c"), q.Limit+1).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	list := &page.List[SaidItem]{Items: []SaidItem{}}
	for i, r := range rows {
		if i == q.Limit {
			list.NextCursor = page.EncodeCursor(saidPosition{rows[i-1].HappenedAt, rows[i-1].ID})
			break
		}
		list.Items = append(list.Items, SaidItem{ID: api.ID(r.ID), Customer: Named{api.ID(r.CustomerID), r.Name}, ConsentView: s.viewConsent(r.Consent)})
	}
	return list, nil
}

// ConsentWeek counts the words of one week, for one purpose and channel.
type ConsentWeek struct {
	Start   string `json:"start" format:"date"`
	Purpose string `json:"purpose"`
	Channel string `json:"channel"`
	Yes     int64  `json:"yes"`
	No      int64  `json:"no"`
}

const trendWeeks = 13

// Trend counts who agreed and who refused in each of the last weeks, within the reader's scope. Fault: forbidden.
func (s *Store) Trend(ctx context.Context) ([]ConsentWeek, error) {
	if !seesConsents(ctx) {
		return nil, fault.Forbidden("field_not_readable", "consents")
	}
	w := workspace.Of(ctx)
	today := clock.Now(ctx).In(w.Location)
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	weeks := []ConsentWeek{}
	for i := trendWeeks - 1; i >= 0; i-- {
		first := monday.AddDate(0, 0, -7*i)
		var rows []struct {
			Purpose string `bun:"purpose"`
			Channel string `bun:"channel"`
			Yes     int64  `bun:"yes"`
			No      int64  `bun:"no"`
		}
		if err := s.records.Read().NewRaw(`
select s.purpose, s.channel, sum(case when s.granted then 1 else 0 end) as yes, sum(case when s.granted then 0 else 1 end) as no
from consents s
join customers c on c.id = s.customer_id
where s.happened_at >= ? and s.happened_at < ? and `+living+` and ?
group by s.purpose, s.channel
order by s.purpose, s.channel`, w.DayStart(first), w.DayStart(first.AddDate(0, 0, 7)), scope(ctx, "c")).Scan(ctx, &rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			weeks = append(weeks, ConsentWeek{w.Day(w.DayStart(first)), r.Purpose, r.Channel, r.Yes, r.No})
		}
	}
	return weeks, nil
}

func (s *Store) registerConsentLog(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/consents", Permission: "customers.read", Tag: "consents", Summary: "What customers have agreed to and withdrawn, newest first"},
		func(ctx context.Context, in *saidQuery) (*struct{ Body *page.List[SaidItem] }, error) {
			list, err := s.Said(ctx, in)
			return &struct{ Body *page.List[SaidItem] }{list}, err
		})
	api.Register(a, api.Op{Method: "GET", Path: "/consents/trend", Permission: "customers.read", Tag: "consents", Summary: "How many agreed and refused in each of the last 13 weeks"},
		func(ctx context.Context, _ *struct{}) (*struct {
			Body struct {
				Items []ConsentWeek `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []ConsentWeek `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Trend(ctx)
			return out, err
		})
}
