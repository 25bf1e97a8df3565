package analyze

import (
	"context"

	"guanxi/base/columns"
)

// orderTotals adds up the orders of each customer: how many, first and last of the orders that were not cancelled;
// sales of those; refunds of those and of refund rows.
const orderTotals = `
  count(*) filter (where kind = 'order' and status <> 'cancelled') as n,
  coalesce(sum(gross) filter (where kind = 'refund' or status <> 'cancelled'), 0)::bigint as gross,
  coalesce(sum(refunded) filter (where kind = 'refund' or status <> 'cancelled'), 0)::bigint as refunded,
  min(ts) filter (where kind = 'order' and status <> 'cancelled') as first_at,
  max(ts) filter (where kind = 'order' and status <> 'cancelled') as last_at,
  min(day) filter (where kind = 'order' and status <> 'cancelled') as first_day,
  max(day) filter (where kind = 'order' and status <> 'cancelled') as last_day`

// addUp gives the totals of customers over the orders that columns hold.
func addUp(ctx context.Context, to *columns.Tx, customers []int64) (map[int64]customerTotals, error) {
	totals := map[int64]customerTotals{}
	if len(customers) == 0 {
		return totals, nil
	}
	rows, err := to.Query(ctx, `
select customer_id, `+orderTotals+`
from orders
where customer_id between ? and ? and customer_id in (select unnest(?::bigint[]))
group by customer_id`, customers[0], customers[len(customers)-1], customers)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var t customerTotals
		if err := rows.Scan(&id, &t.count, &t.gross, &t.refunded, &t.firstAt, &t.lastAt, &t.firstDay, &t.lastDay); err != nil {
			return nil, err
		}
		totals[id] = t
	}
	return totals, rows.Err()
}

// recountTotals sets the totals of customers anew from all their orders; customers must be sorted.
func recountTotals(ctx context.Context, to *columns.Tx, customers []int64) error {
	if len(customers) == 0 {
		return nil
	}
	return to.Exec(ctx, `
update customers
set orders_count = coalesce(t.n, 0), orders_gross = coalesce(t.gross, 0), orders_refunded = coalesce(t.refunded, 0),
  orders_first_at = t.first_at, orders_last_at = t.last_at, orders_first_day = t.first_day, orders_last_day = t.last_day
from (
  select a.id, o.n, o.gross, o.refunded, o.first_at, o.last_at, o.first_day, o.last_day
  from (select unnest(?::bigint[]) as id) a
  left join (
    select customer_id, `+orderTotals+`
    from orders
    where customer_id between ? and ? and customer_id in (select unnest(?::bigint[]))
    group by customer_id
  ) o on o.customer_id = a.id
) t
where customers.id = t.id`, customers, customers[0], customers[len(customers)-1], customers)
}

// addTotals adds the orders with ids from first on, all new to columns, to the totals of their customers.
func addTotals(ctx context.Context, to *columns.Tx, first int64) error {
	return to.Exec(ctx, `
update customers
set orders_count = orders_count + t.n, orders_gross = orders_gross + t.gross, orders_refunded = orders_refunded + t.refunded,
  orders_first_at = least(orders_first_at, t.first_at), orders_last_at = greatest(orders_last_at, t.last_at),
  orders_first_day = least(orders_first_day, t.first_day), orders_last_day = greatest(orders_last_day, t.last_day)
from (
  select customer_id, `+orderTotals+`
  from orders
  where id >= ? and customer_id is not null
  group by customer_id
) t
where customers.id = t.customer_id`, first)
}
