package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/money"
	"guanxi/base/workspace"
)

// Bridge leads from the customers of one step of the calendar to those of the next: who was gained, who came back, who was
// lost. Of every step active = kept + gained + returned, and active of the step before = kept + lost.
type Bridge struct {
	Period   string       `json:"period" enum:"month,quarter,year"`
	Currency string       `json:"currency"`
	Steps    []BridgeStep `json:"steps" doc:"the oldest first"`
	AsOf     time.Time    `json:"as_of"`
}

// BridgeStep is one step. Lost of a step that is not over counts who has not bought in it yet.
type BridgeStep struct {
	Start    string     `json:"start" format:"date"`
	End      string     `json:"end" format:"date"`
	Partial  bool       `json:"partial" doc:"the step is not over"`
	Active   BridgePart `json:"active" doc:"bought in the step"`
	Kept     BridgePart `json:"kept" doc:"bought in the step before as well"`
	Gained   BridgePart `json:"gained" doc:"bought for the first time"`
	Returned BridgePart `json:"returned" doc:"had bought, but not in the step before"`
	Lost     BridgePart `json:"lost" doc:"bought in the step before and not in this one; revenue is that of the step before"`
}

// BridgePart is some customers and what they brought, net of refunds.
type BridgePart struct {
	Customers int64         `json:"customers"`
	Revenue   money.Money   `json:"revenue"`
	Condition ConditionJSON `json:"condition" doc:"a condition: who they are"`
}

const mostBridgeSteps = 60

// bridgeText gives by step who was active, by whether and when they had bought before; %[2]s is the step, %[1]s orders of the
// customers in reach until the last day. Revenue counts refunds in the step they fell into.
const bridgeText = `
with active as (
  select customer_id, date_trunc('%[2]s', day)::date as step
  from (%[1]s) where bought group by all
),
revenue as (select customer_id, date_trunc('%[2]s', day)::date as step, sum(net)::bigint as net from (%[1]s) group by all),
seen as (
  select a.*, coalesce(r.net, 0) as net, lag(a.step) over w as before, lead(a.step) over w as after
  from active a left join revenue r on r.customer_id = a.customer_id and r.step = a.step
  window w as (partition by a.customer_id order by a.step)
)
select step::varchar, case when before is null then 'gained' when before = step - interval 1 %[2]s then 'kept' else 'returned' end, count(*), sum(net)::bigint from seen group by all
union all
select (step + interval 1 %[2]s)::date::varchar, 'lost', count(*), sum(net)::bigint from seen where after is null or after > step + interval 1 %[2]s group by all`

// Bridge reads the steps up to the one that to falls into, and from the one that from does. Faults: invalid for an unknown step
// or too many.
func (m *Metrics) Bridge(ctx context.Context, by string, p Period, segment int64) (*Bridge, error) {
	if by != "month" && by != "quarter" && by != "year" {
		return nil, fault.Invalid("period", "step_unknown", by)
	}
	p.From, p.To = startOf(by, p.From), next(by, startOf(by, p.To)).AddDate(0, 0, -1)
	cut, err := p.buckets(by)
	if err != nil {
		return nil, err
	}
	if len(cut) > mostBridgeSteps {
		return nil, fault.Invalid("from", "too_many_cohorts", mostBridgeSteps)
	}
	where, args, err := m.within(ctx, scoreSource, question{segment: segment}) // scope and segment only
	if err != nil {
		return nil, err
	}
	now := today(ctx)
	orders := fmt.Sprintf(`select f.customer_id, f.day, %s as bought, case when coalesce(f.status, '') = 'cancelled' and f.kind = 'order' then 0 else f.gross - f.refunded end as net
from orders f %s where f.customer_id is not null and f.day <= %s and %s`, "("+purchase+")", joins(where), literal(earlier(p.To, now)), where)
	rows, err := m.columns.Query(ctx, fmt.Sprintf(bridgeText, orders, by), slices.Concat(args, args)...)
	if err != nil {
		return nil, fmt.Errorf("bridge: %w", err)
	}
	defer rows.Close()
	w := workspace.Of(ctx)
	b := &Bridge{Period: by, Currency: w.Currency, Steps: make([]BridgeStep, 0, len(cut)), AsOf: m.freshness()}
	at := map[string]*BridgeStep{}
	for _, c := range cut {
		if c.From.After(now) {
			break
		}
		b.Steps = append(b.Steps, BridgeStep{Start: dayText(c.From), End: dayText(c.To), Partial: !c.To.Before(now)})
	}
	for i := range b.Steps {
		b.Steps[i].open(by, segment, w.Currency)
		at[b.Steps[i].Start] = &b.Steps[i]
	}
	for rows.Next() {
		var start, what string
		var customers, net int64
		if err := rows.Scan(&start, &what, &customers, &net); err != nil {
			return nil, err
		}
		step := at[start]
		if step == nil {
			continue
		}
		part := map[string]*BridgePart{"gained": &step.Gained, "kept": &step.Kept, "returned": &step.Returned, "lost": &step.Lost}[what]
		part.Customers, part.Revenue.Amount = customers, net
		if what != "lost" {
			step.Active.Customers += customers
			step.Active.Revenue.Amount += net
		}
	}
	return b, rows.Err()
}

// open gives each part its currency and the condition that lists it.
func (s *BridgeStep) open(by string, segment int64, currency string) {
	start, _ := time.Parse(time.DateOnly, s.Start)
	before := dayText(startOf(by, start.AddDate(0, 0, -1)))
	eve := dayText(start.AddDate(0, 0, -1))
	bought := func(from, to string) string {
		return fmt.Sprintf(`{%s,"measure":"count","op":"gte","value":1,"window":{"from":%q,"to":%q}}`, asConditions["order_placed"], from, to)
	}
	no := func(c string) string { return `{"not":` + c + `}` }
	now, last, ever := bought(s.Start, s.End), bought(before, eve), bought("1900-01-01", eve)
	for part, all := range map[*BridgePart][]string{
		&s.Active: {now}, &s.Kept: {now, last}, &s.Gained: {now, no(ever)}, &s.Returned: {now, no(last), ever}, &s.Lost: {last, no(now)},
	} {
		if segment != 0 {
			group, id := GroupSegment, segment
			if id < 0 {
				group, id = GroupList, -id
			}
			all = append([]string{fmt.Sprintf(`{%q:"%d"}`, group, id)}, all...)
		}
		part.Revenue.Currency = currency
		part.Condition = ConditionJSON(json.RawMessage(`{"all":[` + strings.Join(all, ",") + `]}`))
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

type bridgeInput struct {
	PeriodInput
	Period string `query:"period" enum:"month,quarter,year" default:"year"`
}

// read gives the period asked for: without days as many steps as say something, up to today.
func (in *bridgeInput) read(ctx context.Context) (Period, int64, error) {
	now := today(ctx)
	from, to := in.From, in.To
	if to == "" {
		to = dayText(now)
	}
	if from == "" {
		from = dayText(now.AddDate(map[string]int{"month": -1, "quarter": -2, "year": -6}[in.Period], 0, 0))
	}
	p, err := parsePeriod(from, to)
	return p, in.group(), err
}

func (m *Metrics) registerBridge(a *api.API) {
	api.Register(a, api.Op{Method: http.MethodGet, Path: "/value/bridge", Permission: "metrics.read", Tag: "value",
		Summary: "Customers gained, kept, returned and lost from step to step, with what they brought"},
		func(ctx context.Context, in *bridgeInput) (*api.Answered[Bridge], error) {
			p, segment, err := in.read(ctx)
			if err != nil {
				return nil, err
			}
			return api.Answer(m.Bridge(ctx, in.Period, p, segment))
		})
}
