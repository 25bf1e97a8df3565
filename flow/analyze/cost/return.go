package cost

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
)

// Return is what spending of a period has brought.
type Return struct {
	From     string      `json:"from"`
	To       string      `json:"to"`
	Whole    ReturnRow   `json:"whole"`
	Items    []ReturnRow `json:"items" doc:"by what was spent, the most first"`
	Keeping  Keeping     `json:"keeping"`
	Profit   *Profit     `json:"profit" doc:"null as long as no cost is known"`
	Margin   *float64    `json:"margin" doc:"share of sales left after what products cost, where that is known; paybacks are reckoned with it"`
	Foreign  int64       `json:"foreign" doc:"costs in another currency than the workspace's, left out"`
	Channels []string    `json:"channels" doc:"that customers have come by, for who enters costs"`
}

// ReturnRow is a channel, or a campaign of one.
type ReturnRow struct {
	Channel  string       `json:"channel" doc:"empty where nothing tells where customers came from, or what the cost is of"`
	Campaign string       `json:"campaign,omitempty"`
	Cost     money.Money  `json:"cost"`
	Won      int64        `json:"won" doc:"customers with their first order in the period"`
	CAC      *money.Money `json:"cac" doc:"null where nothing was spent or nobody won"`
	CLV      *money.Money `json:"clv" doc:"mean of net sales to date and those expected in the coming 12 months"`
	Ratio    *float64     `json:"ratio" doc:"CLV ÷ CAC"`
	Payback  *int         `json:"payback_months" doc:"months of 30 days until what they have brought covers CAC; null where it does not yet"`
}

// Keeping sets what keeping a customer costs beside what winning one costs.
type Keeping struct {
	Retention   money.Money  `json:"retention"`
	Service     money.Money  `json:"service"`
	Kept        int64        `json:"kept" doc:"customers who bought in the period and had bought before it"`
	PerCustomer *money.Money `json:"per_customer" doc:"retention ÷ kept; null where nothing was spent"`
}

func (s *Costs) registerReturn(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/costs/return", Permission: "metrics.read", Tag: "costs",
		Summary: "What spending has brought: acquisition cost, worth, ratio and payback by channel or campaign, keeping beside winning, profit. Needs sight of all customers"},
		func(ctx context.Context, in *struct {
			From string `query:"from"`
			To   string `query:"to"`
			By   string `query:"by" enum:"channel,campaign" default:"channel"`
		}) (*struct{ Body *Return }, error) {
			p, err := analyze.PeriodOf(ctx, in.From, in.To, 365)
			if err != nil {
				return nil, err
			}
			r, err := s.Return(ctx, p, in.By == "campaign")
			return &struct{ Body *Return }{r}, err
		})
}

// place is a channel, or a campaign of one.
type place struct{ channel, campaign string }

// told is what is known of a place.
type told struct {
	cost, worth float64
	won         int64
	old         []int64   // by month: customers won who have been there for that long
	brought     []float64 // by month: what those brought in it
}

func (t *told) add(o *told) {
	t.cost, t.worth, t.won = t.cost+o.cost, t.worth+o.worth, t.won+o.won
	for i := range o.old {
		t.old[i] += o.old[i]
		t.brought[i] += o.brought[i]
	}
}

// months is how far a payback is looked for.
const months = 36

func newTold() *told { return &told{old: make([]int64, months), brought: make([]float64, months)} }

// Return tells what spending of a period has brought, by channel or by campaign. Faults: forbidden.
func (s *Costs) Return(ctx context.Context, p analyze.Period, byCampaign bool) (*Return, error) {
	if err := MayKnow(ctx); err != nil {
		return nil, err
	}
	w := workspace.Of(ctx)
	r := &Return{From: p.From.Format(time.DateOnly), To: p.To.Format(time.DateOnly), Items: []ReturnRow{}, Channels: []string{}}
	places := map[place]*told{}
	of := func(channel, campaign string) *told {
		k := place{channel, campaign}
		if places[k] == nil {
			places[k] = newTold()
		}
		return places[k]
	}
	today, err := time.Parse(time.DateOnly, w.Day(clock.Millis(ctx)))
	if err != nil {
		return nil, err
	}
	if err := s.each(ctx, func(rows *sql.Rows) error {
		var channel, campaign string
		var cost, worth float64
		var won int64
		if err := rows.Scan(&channel, &campaign, &cost, &won, &worth); err != nil {
			return err
		}
		t := of(channel, campaign)
		t.cost, t.won, t.worth = t.cost+cost, t.won+won, t.worth+worth
		return nil
	}, `
select channel, `+campaignOf(byCampaign)+`, sum(amount)::double, 0, 0::double from cost_days where kind = 'acquisition' and day between ? and ? group by 1, 2
union all
select a.channel, `+campaignOf(byCampaign)+`, 0, count(*), sum(c.orders_gross - c.orders_refunded + coalesce(p.predicted_value, 0))::double
from acquisitions a
join customers c on c.id = a.customer_id
left join customer_scores p on p.customer_id = a.customer_id
where a.day between ? and ?
group by 1, 2`, p.From, p.To, p.From, p.To); err != nil {
		return nil, err
	}
	if err := s.paidBack(ctx, p, today, byCampaign, of); err != nil {
		return nil, err
	}
	if r.Margin, err = s.margin(ctx, p); err != nil {
		return nil, err
	}
	all := newTold()
	for k, t := range places {
		all.add(t)
		r.Items = append(r.Items, t.row(k, w.Currency, r.Margin))
		if k.channel != "" && t.won > 0 && !slices.Contains(r.Channels, k.channel) {
			r.Channels = append(r.Channels, k.channel)
		}
	}
	slices.Sort(r.Channels)
	slices.SortFunc(r.Items, byCost)
	r.Whole = all.row(place{}, w.Currency, r.Margin)
	if err := s.keeping(ctx, p, r); err != nil {
		return nil, err
	}
	var foreign []int64
	if err := s.records.Read().NewRaw("select count(*) from costs where currency <> ? and from_day <= ? and to_day >= ?", w.Currency, r.To, r.From).Scan(ctx, &foreign); err != nil {
		return nil, err
	}
	r.Foreign = foreign[0]
	r.Profit, err = s.profit(ctx)
	return r, err
}

func campaignOf(by bool) string {
	if by {
		return "campaign"
	}
	return "''"
}

func byCost(a, b ReturnRow) int {
	for _, d := range []int64{b.Cost.Amount - a.Cost.Amount, b.Won - a.Won} {
		if d != 0 {
			return int(max(-1, min(1, d)))
		}
	}
	if a.Channel+a.Campaign < b.Channel+b.Campaign {
		return -1
	}
	return 1
}

func (s *Costs) each(ctx context.Context, fn func(*sql.Rows) error, text string, args ...any) error {
	rows, err := s.columns.Query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// paidBack adds what customers won in the period have brought month by month since their first order. Who has not been there
// for a whole month counts in it neither above nor below.
func (s *Costs) paidBack(ctx context.Context, p analyze.Period, today time.Time, byCampaign bool, of func(channel, campaign string) *told) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var channel, campaign string
		var month int
		var customers int64
		var brought float64
		if err := rows.Scan(&channel, &campaign, &month, &customers, &brought); err != nil {
			return err
		}
		t := of(channel, campaign)
		t.old[month] += customers
		t.brought[month] += brought
		return nil
	}, `
with won as (
  select customer_id, day, channel, `+campaignOf(byCampaign)+` as campaign, least((?::date - day) // 30, ?) as whole
  from acquisitions
  where day between ? and ?
), months as (
  select w.channel, w.campaign, m.month, count(*) as customers
  from won w, lateral (select unnest(generate_series(0, w.whole - 1)) as month) m
  group by all
), paid as (
  select w.channel, w.campaign, (f.day - w.day) // 30 as month, sum(f.gross - f.refunded)::double as brought
  from orders f
  join won w on w.customer_id = f.customer_id
  where (f.kind = 'refund' or coalesce(f.status, '') <> 'cancelled') and f.day >= w.day and (f.day - w.day) // 30 < w.whole
  group by all
)
select m.channel, m.campaign, m.month, m.customers, coalesce(p.brought, 0)
from months m
left join paid p on p.channel = m.channel and p.campaign = m.campaign and p.month = m.month`, today, months, p.From, p.To)
}

// row tells of a place. A margin, where it is known, is what is left of sales to pay back with.
func (t *told) row(k place, currency string, margin *float64) ReturnRow {
	r := ReturnRow{Channel: k.channel, Campaign: k.campaign, Cost: money.Of(int64(math.Round(t.cost)), currency), Won: t.won}
	mean := func(v float64) *money.Money {
		m := money.Of(int64(math.Round(v/float64(t.won))), currency)
		return &m
	}
	if t.won == 0 {
		return r
	}
	r.CLV = mean(t.worth)
	if t.cost <= 0 {
		return r
	}
	r.CAC = mean(t.cost)
	ratio := t.worth / t.cost
	r.Ratio = &ratio
	keeps := 1.0
	if margin != nil {
		keeps = *margin
	}
	brought := 0.0
	for month, customers := range t.old {
		if customers == 0 {
			break
		}
		if brought += keeps * t.brought[month] / float64(customers); brought >= t.cost/float64(t.won) {
			month++
			r.Payback = &month
			break
		}
	}
	return r
}

// margin is the share of sales of the period that is left after what products cost, of those whose cost is known.
func (s *Costs) margin(ctx context.Context, p analyze.Period) (*float64, error) {
	var sales, cost sql.NullFloat64
	if err := s.columns.QueryRow(ctx, `
select sum(l.amount)::double, sum(sign(l.amount) * abs(l.quantity) * c.unit_cost)::double
from order_lines l
join product_costs c on c.sku = l.sku
where coalesce(l.status, '') <> 'cancelled' and l.day between ? and ?`, p.From, p.To).Scan(&sales, &cost); err != nil || sales.Float64 <= 0 {
		return nil, err
	}
	left := 1 - cost.Float64/sales.Float64
	return &left, nil
}

// Kept reads what was spent in a period on keeping and serving customers, in minor units, and how many were kept.
func Kept(ctx context.Context, from *columns.Store, p analyze.Period) (retention, service, kept int64, err error) {
	err = from.QueryRow(ctx, `
select coalesce(sum(amount) filter (where kind = 'retention'), 0)::bigint, coalesce(sum(amount) filter (where kind = 'service'), 0)::bigint,
  (select count(distinct o.customer_id) from orders o join customers c on c.id = o.customer_id
   where o.kind = 'order' and coalesce(o.status, '') <> 'cancelled' and o.day between ? and ? and c.orders_first_day < ?)
from cost_days
where day between ? and ?`, p.From, p.To, p.From, p.From, p.To).Scan(&retention, &service, &kept)
	return retention, service, kept, err
}

func (s *Costs) keeping(ctx context.Context, p analyze.Period, r *Return) error {
	currency := workspace.Of(ctx).Currency
	retention, service, kept, err := Kept(ctx, s.columns, p)
	if err != nil {
		return err
	}
	r.Keeping = Keeping{Retention: money.Of(retention, currency), Service: money.Of(service, currency), Kept: kept}
	if kept > 0 && retention > 0 {
		per := money.Of(int64(math.Round(float64(retention)/float64(kept))), currency)
		r.Keeping.PerCustomer = &per
	}
	return nil
}
