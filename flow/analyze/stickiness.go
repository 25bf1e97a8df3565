package analyze

import (
	"context"
	"fmt"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
)

// Stickiness is how regularly customers do something: on each day who did it that day, in the 7 and in the 30 days up to it,
// and on how many days of the period.
type Stickiness struct {
	From  string     `json:"from" format:"date"`
	To    string     `json:"to" format:"date"`
	Event string     `json:"event"`
	Label Label      `json:"label"`
	Days  []ActiveAt `json:"days"`
	// Share is the mean over the days of day ÷ month, null where nobody was active.
	Share     *float64     `json:"share" doc:"the mean over the days of customers of the day ÷ customers of the 30 days up to it"`
	Histogram []ActiveDays `json:"histogram" doc:"customers by the number of days of the period on which they were active"`
	Active    int64        `json:"active" doc:"customers active on any day of the period"`
	AsOf      time.Time    `json:"as_of"`
}

// ActiveAt counts the customers active on a day, and in the 7 and 30 days that end with it.
type ActiveAt struct {
	At    string `json:"at" format:"date"`
	Day   int64  `json:"day"`
	Week  int64  `json:"week"`
	Month int64  `json:"month"`
}

// ActiveDays counts the customers active on so many days; Opens lists them.
type ActiveDays struct {
	Days      int64         `json:"days"`
	Customers int64         `json:"customers"`
	Share     float64       `json:"share"`
	Opens     ConditionJSON `json:"opens"`
}

const (
	stickyMost  = 186 // days of a period
	stickyMonth = 30
)

// StickinessQuery asks for an event; Period bounds the days.
type StickinessQuery struct {
	Period
	Event   string
	Segment int64
}

// Stickiness reads how regularly customers do something. Each active day of a customer covers the days until her next one, or
// until it is 7 or 30 days past, so that everybody is counted once on each day and a period takes one pass. Faults: invalid.
func (m *Metrics) Stickiness(ctx context.Context, q StickinessQuery) (*Stickiness, error) {
	if q.Event == "" {
		q.Event = "session"
	}
	if q.Days() > stickyMost {
		return nil, fault.Invalid("from", "too_many_steps", stickyMost)
	}
	event, err := m.retentionEvent(ctx, "event", q.Event)
	if err != nil {
		return nil, err
	}
	where, args, err := m.within(ctx, scoreSource, question{segment: q.Segment}) // scope and segment only
	if err != nil {
		return nil, err
	}
	active := fmt.Sprintf(`
with active as (
  select distinct f.customer_id, f.day
  from (%s) f
  %s
  where %s and f.day between %s and %s
),
following as (select customer_id, day, lead(day) over (partition by customer_id order by day) as again from active)`,
		event, joins(where), where, literal(q.From.AddDate(0, 0, 1-stickyMonth)), literal(q.To))
	out := &Stickiness{From: dayText(q.From), To: dayText(q.To), Event: q.Event, Label: EventLabel(q.Event), Days: []ActiveAt{}, Histogram: []ActiveDays{}, AsOf: m.freshness()}
	if ev := knownEvents[q.Event]; ev != nil {
		out.Label = ev.Label
	}
	if err := m.readActive(ctx, out, active, q, args); err != nil {
		return nil, err
	}
	return out, m.readActiveDays(ctx, out, active, q, args)
}

func (m *Metrics) readActive(ctx context.Context, out *Stickiness, active string, q StickinessQuery, args []any) error {
	rows, err := m.columns.Query(ctx, active+fmt.Sprintf(`,
turns as (
  select unnest([
    {'at': day, 'd': 1, 'w': 1, 'm': 1},
    {'at': day + 1, 'd': -1, 'w': 0, 'm': 0},
    {'at': least(day + 7, coalesce(again, day + 7)), 'd': 0, 'w': -1, 'm': 0},
    {'at': least(day + %d, coalesce(again, day + %[1]d)), 'd': 0, 'w': 0, 'm': -1}], recursive := true)
  from following
),
days as (select cast(unnest(generate_series(%s, %s, interval 1 day)) as date) as at_day),
sums as (select "at" as at_day, sum(d) as d, sum(w) as w, sum(m) as m from turns group by 1)
select cast(at_day as varchar), cast(d as bigint), cast(w as bigint), cast(m as bigint)
from (
  select at_day, coalesce(sum(d) over earlier, 0) as d, coalesce(sum(w) over earlier, 0) as w, coalesce(sum(m) over earlier, 0) as m
  from days full join sums using (at_day)
  window earlier as (order by at_day)
)
where at_day between %[4]s and %[3]s
order by at_day`, stickyMonth, literal(q.From.AddDate(0, 0, 1-stickyMonth)), literal(q.To), literal(q.From)), args...)
	if err != nil {
		return fmt.Errorf("stickiness: %w", err)
	}
	defer rows.Close()
	var sum float64
	for rows.Next() {
		var a ActiveAt
		if err := rows.Scan(&a.At, &a.Day, &a.Week, &a.Month); err != nil {
			return err
		}
		if a.Month > 0 {
			sum += float64(a.Day) / float64(a.Month)
		}
		out.Days = append(out.Days, a)
	}
	if n := len(out.Days); n > 0 && sum > 0 {
		sum /= float64(n)
		out.Share = &sum
	}
	return rows.Err()
}

func (m *Metrics) readActiveDays(ctx context.Context, out *Stickiness, active string, q StickinessQuery, args []any) error {
	rows, err := m.columns.Query(ctx, active+fmt.Sprintf(`
select n, count(*)
from (select customer_id, count(*) as n from active where day >= %s group by customer_id)
group by n
order by n`, literal(q.From)), args...)
	if err != nil {
		return fmt.Errorf("active days: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a ActiveDays
		if err := rows.Scan(&a.Days, &a.Customers); err != nil {
			return err
		}
		condition := fmt.Sprintf(`{%s,"measure":"days","op":"eq","value":%d,"window":{"from":%q,"to":%q}}`, asCondition(q.Event), a.Days, out.From, out.To)
		if q.Segment != 0 {
			group, id := GroupSegment, q.Segment
			if id < 0 {
				group, id = GroupList, -id
			}
			condition = fmt.Sprintf(`{"all":[{%q:"%d"},%s]}`, group, id, condition)
		}
		a.Opens = ConditionJSON(condition)
		out.Active += a.Customers
		out.Histogram = append(out.Histogram, a)
	}
	for i := range out.Histogram {
		out.Histogram[i].Share = float64(out.Histogram[i].Customers) / float64(out.Active)
	}
	return rows.Err()
}

type stickinessInput struct {
	From    string `query:"from" format:"date" doc:"first day; by default 30 days up to the last"`
	To      string `query:"to" format:"date" doc:"last day, included; by default today"`
	Event   string `query:"event" maxLength:"200" doc:"what counts as active; by default a session"`
	Segment api.ID `query:"segment" doc:"only customers in this segment"`
	List    api.ID `query:"list" doc:"only customers in this list"`
}

func (m *Metrics) registerStickiness(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/behaviour/stickiness", Permission: "metrics.read", Tag: "behaviour",
		Summary: "How regularly customers do something: by day, week and month, and on how many days"},
		func(ctx context.Context, in *stickinessInput) (*api.Answered[Stickiness], error) {
			p, err := PeriodOf(ctx, in.From, in.To, stickyMonth)
			if err != nil {
				return nil, err
			}
			return api.Answer(m.Stickiness(ctx, StickinessQuery{Period: p, Event: in.Event, Segment: GroupOf(int64(in.Segment), int64(in.List))}))
		})
}
