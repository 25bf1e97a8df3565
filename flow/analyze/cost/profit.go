package cost

import (
	"context"
	"log/slog"
	"time"

	"guanxi/base/columns"
	"guanxi/base/money"
	"guanxi/base/workspace"
)

// Profit is what customers have brought and cost up to now, added up.
type Profit struct {
	Customers   int64       `json:"customers" doc:"who have bought"`
	Profitable  int64       `json:"profitable" doc:"who have brought more than they cost"`
	Revenue     money.Money `json:"revenue" doc:"net of refunds"`
	ProductCost money.Money `json:"product_cost" doc:"of the part of sales whose cost is known"`
	KnownShare  float64     `json:"known_share" doc:"the part of sales whose product cost is known, 0..1"`
	Acquisition money.Money `json:"acquisition"`
	Retention   money.Money `json:"retention"`
	Service     money.Money `json:"service"`
	Profit      money.Money `json:"profit"`
}

// profitsSQL reckons profits anew. Profit per customer = revenue net of refunds − what the products cost, where that is known,
// − acquisition (see acquisition_shares) − retention, the month's spending shared among who came again in it − service, the
// month's spending shared among who had an order or a follow-up in it.
const profitsSQL = `
insert into customer_profits
with sold as (
  select customer_id, sum(gross - refunded)::bigint as revenue
  from orders
  where customer_id is not null and (kind = 'refund' or coalesce(status, '') <> 'cancelled')
  group by customer_id
), lined as (
  select l.customer_id, sum(abs(l.amount))::double as every, coalesce(sum(abs(l.amount)) filter (where c.sku is not null), 0)::double as known,
    sum(sign(l.amount) * abs(l.quantity) * c.unit_cost) as cost
  from order_lines l
  left join product_costs c on c.sku = l.sku
  where l.customer_id is not null and (l.kind = 'refund' or coalesce(l.status, '') <> 'cancelled')
  group by l.customer_id
), spent as (
  select kind, date_trunc('month', day) as month, sum(amount)::double as amount from cost_days where kind <> 'acquisition' group by all
), met as (
  select 'retention' as kind, o.customer_id, date_trunc('month', o.day) as month
  from orders o
  join customers c on c.id = o.customer_id
  where o.kind = 'order' and coalesce(o.status, '') <> 'cancelled' and o.day > c.orders_first_day
  group by all
  union all
  select 'service', customer_id, date_trunc('month', day)
  from (
    select customer_id, day from orders where kind = 'order' and customer_id is not null
    union all
    select customer_id, day from activities
  )
  group by all
), shared as (
  select m.kind, m.customer_id, s.amount / count(*) over (partition by m.kind, m.month) as cost
  from met m
  join spent s on s.kind = m.kind and s.month = m.month
), kept as (
  select customer_id, coalesce(sum(cost) filter (where kind = 'retention'), 0) as retention, coalesce(sum(cost) filter (where kind = 'service'), 0) as service
  from shared
  group by customer_id
), figures as (
  select s.customer_id, s.revenue, round(l.cost)::bigint as product_cost, case when l.every > 0 then l.known / l.every else 0 end as known_share,
    round(coalesce(a.cost, 0))::bigint as acquisition, round(coalesce(k.retention, 0))::bigint as retention, round(coalesce(k.service, 0))::bigint as service
  from sold s
  left join lined l on l.customer_id = s.customer_id
  left join acquisition_shares a on a.customer_id = s.customer_id
  left join kept k on k.customer_id = s.customer_id
)
select *, revenue - coalesce(product_cost, 0) - acquisition - retention - service
from figures`

// Refresh reckons profits anew. Where no cost is known there are none: sales are no profit.
func (s *Costs) Refresh(ctx context.Context) error {
	return s.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
		if err := tx.Exec(ctx, "delete from customer_profits"); err != nil {
			return err
		}
		var known bool
		if err := tx.QueryRow(ctx, "select exists (select 1 from cost_days) or exists (select 1 from product_costs)").Scan(&known); err != nil || !known {
			return err
		}
		return tx.Exec(ctx, profitsSQL)
	})
}

const refreshEvery = time.Hour

// Run keeps profits fresh until ctx ends: soon after a cost has changed, else by the hour.
func (s *Costs) Run(ctx context.Context) {
	for {
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			slog.Error("profits could not be reckoned", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(refreshEvery):
		case <-s.due:
			select {
			case <-ctx.Done():
				return
			case <-time.After(2 * time.Second): // an import asks many times
			}
		}
	}
}

// profit adds up the profits of all customers; nil where no cost is known.
func (s *Costs) profit(ctx context.Context) (*Profit, error) {
	currency := workspace.Of(ctx).Currency
	var p Profit
	var revenue, product, acquisition, retention, service, profit int64
	if err := s.columns.QueryRow(ctx, `
select count(*), count(*) filter (where profit > 0), coalesce(sum(revenue), 0)::bigint, coalesce(sum(product_cost), 0)::bigint,
  coalesce(sum(known_share * revenue) / nullif(sum(revenue), 0), 0)::double,
  coalesce(sum(acquisition_cost), 0)::bigint, coalesce(sum(retention_cost), 0)::bigint, coalesce(sum(service_cost), 0)::bigint, coalesce(sum(profit), 0)::bigint
from customer_profits`).Scan(&p.Customers, &p.Profitable, &revenue, &product, &p.KnownShare, &acquisition, &retention, &service, &profit); err != nil || p.Customers == 0 {
		return nil, err
	}
	of := func(minor int64) money.Money { return money.Of(minor, currency) }
	p.Revenue, p.ProductCost, p.Acquisition, p.Retention, p.Service, p.Profit = of(revenue), of(product), of(acquisition), of(retention), of(service), of(profit)
	return &p, nil
}
