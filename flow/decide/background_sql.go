package decide

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/money"
	"guanxi/guard"
)

// TodayEvidence is an event behind a line.
type TodayEvidence struct {
	At     time.Time `json:"at"`
	Code   string    `json:"code" enum:"order,refund,activity"`
	Values Values    `json:"values" doc:"order, refund: id, amount in minor units; activity: id, kind, result, content"`
	Said
}

// TodayRhythm is a customer's orders of the last 12 months against her own cycle.
type TodayRhythm struct {
	Orders     []TodayRhythmDay `json:"orders"`
	CycleDays  *float64         `json:"cycle_days"`
	DueDay     *string          `json:"due_day"`
	SilentDays *float64         `json:"silent_days"`
	AsOf       string           `json:"as_of" doc:"the day it was reckoned for"`
}

// TodayRhythmDay is what was ordered on one day.
type TodayRhythmDay struct {
	Day    string      `json:"day"`
	Amount money.Money `json:"amount"`
}

// background gives what stands behind the lines about single customers, as far as the reader may see orders.
func (s *Signals) background(ctx context.Context, lines []Line) (map[int64][]TodayEvidence, map[int64]*TodayRhythm, error) {
	var ids []int64
	currency := ""
	for i := range lines {
		if id := lines[i].customer(); id != 0 {
			ids, currency = append(ids, id), lines[i].Currency
		}
	}
	if len(ids) == 0 {
		return nil, nil, nil
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	mayOrders := guard.ActorOf(ctx).Can("orders.read")
	evidence, err := s.evidence(ctx, ids, mayOrders)
	if err != nil || !mayOrders {
		return evidence, nil, err
	}
	if unseenBy(ctx).purchases {
		return evidence, nil, nil
	}
	rhythms, err := s.rhythms(ctx, ids, currency)
	return evidence, rhythms, err
}

const evidenceSQL = `
select e.customer_id, e.id, e.at, e.code, e.amount, e.kind, e.result, e.content
from (
  select u.*, row_number() over (partition by u.customer_id order by u.at desc, u.code, u.id desc) as n
  from (
    select o.customer_id, o.id, o.ordered_at as at, o.kind as code, case when o.kind = 'refund' then o.refunded else o.gross end as amount,
      '' as kind, '' as result, '' as content
    from orders o
    where o.customer_id in (?) and o.deleted_at is null and o.status <> 'cancelled' and ?
    union all
    select a.customer_id, a.id, a.happened_at, 'activity', 0, a.kind, a.result, a.content
    from activities a
    where a.customer_id in (?)
  ) u
) e
where e.n <= 3
order by e.customer_id, e.n`

func (s *Signals) evidence(ctx context.Context, ids []int64, orders bool) (map[int64][]TodayEvidence, error) {
	var rows []struct {
		CustomerID int64  `bun:"customer_id"`
		ID         int64  `bun:"id"`
		At         int64  `bun:"at"`
		Code       string `bun:"code"`
		Amount     int64  `bun:"amount"`
		Kind       string `bun:"kind"`
		Result     string `bun:"result"`
		Content    string `bun:"content"`
	}
	if err := s.records.Read().NewRaw(evidenceSQL, bun.List(ids), orders, bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := map[int64][]TodayEvidence{}
	for _, r := range rows {
		e := TodayEvidence{At: time.UnixMilli(r.At).UTC(), Code: r.Code, Values: Values{"id": api.ID(r.ID)}}
		if r.Code == "activity" {
			e.Values["kind"], e.Values["result"], e.Values["content"] = r.Kind, r.Result, r.Content
			said := activityWords(r.Kind)
			e.Values["activity_zh"], e.Values["activity_en"] = said.ZH, said.EN
		} else {
			e.Values["amount"] = r.Amount
		}
		found[r.CustomerID] = append(found[r.CustomerID], e)
	}
	return found, nil
}

func activityWords(kind string) Said {
	switch kind {
	case "call":
		return Said{"电话", "Call"}
	case "visit":
		return Said{"拜访", "Visit"}
	case "wechat":
		return Said{"微信", "WeChat"}
	case "email":
		return Said{"邮件", "Email"}
	case "sms":
		return Said{"短信", "SMS"}
	case "note":
		return Said{"备注", "Note"}
	case "meeting":
		return Said{"会面", "Meeting"}
	}
	words := strings.ReplaceAll(kind, "_", " ")
	return Said{words, words}
}

const rhythmSQL = `
with chosen as (
  select c.id, coalesce(s.as_of, c.orders_last_day) as as_of, c.orders_last_day, s.cycle_days, s.next_due_day, c.orders_count >= 3 as regular
  from customers c
  left join customer_scores s on s.customer_id = c.id
  where c.id in (select unnest(?::bigint[])) and c.orders_count > 0
),
days as (
  select o.customer_id, list({'day': strftime(o.day, '%Y-%m-%d'), 'amount': o.amount} order by o.day) as orders
  from (
    select o.customer_id, o.day, sum(o.gross)::bigint as amount
    from orders o
    join chosen on chosen.id = o.customer_id
    where o.day > chosen.as_of - 365 and o.day <= chosen.as_of and o.kind = 'order' and o.status <> 'cancelled'
    group by o.customer_id, o.day
  ) o
  group by o.customer_id
)
select chosen.id, strftime(as_of, '%Y-%m-%d'), case when regular then cycle_days end,
  case when regular then strftime(next_due_day, '%Y-%m-%d') end, as_of - orders_last_day, days.orders
from chosen
left join days on days.customer_id = chosen.id`

func (s *Signals) rhythms(ctx context.Context, ids []int64, currency string) (map[int64]*TodayRhythm, error) {
	rows, err := s.columns.Query(ctx, rhythmSQL, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[int64]*TodayRhythm{}
	for rows.Next() {
		var id int64
		var cycle, silent sql.NullFloat64
		var due sql.NullString
		var orders any
		r := &TodayRhythm{Orders: []TodayRhythmDay{}}
		if err := rows.Scan(&id, &r.AsOf, &cycle, &due, &silent, &orders); err != nil {
			return nil, err
		}
		if cycle.Valid {
			days := math.Round(cycle.Float64*10) / 10
			r.CycleDays = &days
		}
		if due.Valid {
			r.DueDay = &due.String
		}
		if silent.Valid {
			r.SilentDays = &silent.Float64
		}
		list, _ := orders.([]any)
		for _, o := range list {
			if pair, ok := o.(map[string]any); ok {
				day, _ := pair["day"].(string)
				minor, _ := pair["amount"].(int64)
				r.Orders = append(r.Orders, TodayRhythmDay{day, money.Of(minor, currency)})
			}
		}
		found[id] = r
	}
	return found, rows.Err()
}

// staffNames names those whom the lines mention.
func (s *Signals) staffNames(ctx context.Context, lines []Line) (map[int64]*TodayStaff, error) {
	ids := []int64{0}
	for _, l := range lines {
		for _, id := range []*int64{l.OwnerID, l.DelegatedTo} {
			if id != nil && !slices.Contains(ids, *id) {
				ids = append(ids, *id)
			}
		}
	}
	var rows []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	if err := s.records.Read().NewRaw("select id, name from staff where id in (?)", bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	names := map[int64]*TodayStaff{}
	for _, r := range rows {
		names[r.ID] = &TodayStaff{api.ID(r.ID), r.Name}
	}
	return names, nil
}

// callNames gives what to call customers without a name: the oldest identity some source knows them by.
func (s *Signals) callNames(ctx context.Context, lines []Line) (map[int64]string, error) {
	ids := []int64{0}
	for i := range lines {
		if id := lines[i].customer(); id != 0 && lines[i].SubjectName == "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 1 {
		return nil, nil
	}
	var rows []struct {
		CustomerID int64  `bun:"customer_id"`
		ExternalID string `bun:"external_id"`
	}
	if err := s.records.Read().NewRaw(`
select customer_id, external_id
from identities
where customer_id in (?)
order by created_at desc, source desc, external_id desc`, bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, r := range rows {
		names[r.CustomerID] = r.ExternalID
	}
	return names, nil
}
