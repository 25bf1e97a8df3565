package analyze

// sourceKind says how the days of a period become its number.
type sourceKind int

const (
	flow     sourceKind = iota // rows of a day; a period takes the rows of its days
	stock                      // rows of a day; a period takes all rows up to its last day
	windowed                   // the relation is reckoned for given windows
	snapshot                   // rows as they stand now, without a day
)

// source is a relation of facts, one row each, with at least customer_id and a day; snapshots have none, and windowed ones
// are described in metric_window.go. In the text {zone} stands for the workspace's time zone, {from} and {to} for the days
// asked for and {flagged} for the customers with an open finding.
type source struct {
	name     string
	kind     sourceKind
	relation string
	// customers: one row of the relation is, or counts, a customer, and only what is true of a customer can split it
	customers bool
	// company: some rows are nobody's and tell of the company; only who sees all customers may ask
	company bool
	// each is the relation with every row a customer's, for segments and for splits by what is true of customers
	each string
	// lines is the same relation with one row per order line, for splits by product
	lines string
}

// Which rows of orders count: a refund always, an order unless it was cancelled, as in the customers' running totals.
const (
	placed    = "f.kind = 'order'"
	cancelled = "coalesce(f.status, '') = 'cancelled'"
	purchase  = placed + " and coalesce(f.status, '') <> 'cancelled'"
	completed = "(f.kind = 'refund' or coalesce(f.status, '') <> 'cancelled')"
)

// lifetime is what a customer has brought, net of refunds, and is expected to bring in the coming twelve months.
const lifetime = "k.orders_gross - k.orders_refunded + coalesce(p.predicted_value, 0)"

var (
	orderSource = &source{name: "orders", relation: "orders",
		lines: `(
  select order_id as id, customer_id, day, kind, status, greatest(amount, 0) as gross, greatest(-amount, 0) as refunded,
    sku, product, category, brand
  from order_lines
)`}

	buyerSource = &source{name: "buyers", relation: "orders", customers: true}

	interactionSource = &source{name: "interactions", customers: true, relation: `(
  select customer_id, day, 'order' as kind from orders where kind = 'order' and customer_id is not null
  union all
  select customer_id, day, kind from activities
)`}

	firstOrderSource = &source{name: "first orders", customers: true, relation: `(
  select id as customer_id, orders_first_day as day from customers where orders_first_day is not null
)`}

	arrivalSource = &source{name: "arrivals", kind: stock, customers: true, relation: `(
  select id as customer_id,
    least(coalesce(orders_first_day, date '9999-12-31'), cast(timezone({zone}, make_timestamptz(created_at * 1000)) as date)) as day
  from customers
)`}

	worthSource = &source{name: "worth", kind: stock, customers: true, relation: `(
  select customer_id, day, gross - refunded as net, 0 as begun
  from orders f
  where customer_id is not null and ` + completed + `
  union all
  select id, orders_first_day, 0, 1 from customers where orders_first_day is not null
)`}

	gapSource = &source{name: "gaps", customers: true, relation: `(
  with recent as (
    select distinct customer_id, day
    from orders f
    where ` + purchase + ` and customer_id is not null and day between {from} and {to}
  ), earlier as (
    select customer_id, max(day) as day
    from orders f
    where ` + purchase + ` and day < {from} and customer_id in (select customer_id from recent)
    group by customer_id
  )
  select customer_id, day, day - lag(day) over (partition by customer_id order by day) as gap
  from (select customer_id, day from recent union all select customer_id, day from earlier)
  qualify gap is not null
)`}

	followUpSource = &source{name: "follow-ups", customers: true, relation: `(
  select id, customer_id, cast(timezone({zone}, make_timestamptz(next_at * 1000)) as date) as day,
    cast(timezone({zone}, make_timestamptz(next_done_at * 1000)) as date) as done_day
  from activities
  where next_at is not null
)`}

	scoreSource = &source{name: "scores", kind: snapshot, customers: true,
		relation: "(select customer_id, predicted_value from customer_scores where predicted_value is not null)"}

	sessionSource = &source{name: "sessions", relation: "sessions"}

	costSource = &source{name: "costs", customers: true, company: true, relation: `(
  select cast(null as bigint) as customer_id, day, amount as cost, 0 as won, 0 as worth, channel, campaign from cost_days where kind = 'acquisition'
  union all
  select a.customer_id, a.day, 0, 1, ` + lifetime + `, a.channel, a.campaign
  from acquisitions a
  join customers k on k.id = a.customer_id
  left join customer_scores p on p.customer_id = a.customer_id
)`, each: `(
  select a.customer_id, a.day, a.cost, 1 as won, ` + lifetime + ` as worth, a.channel, a.campaign
  from acquisition_shares a
  join customers k on k.id = a.customer_id
  left join customer_scores p on p.customer_id = a.customer_id
)`}

	qualitySource = &source{name: "quality", kind: snapshot, customers: true, relation: `(
  select id as customer_id,
    case when id in (select unnest(cast({flagged} as bigint[]))) then 0 else coalesce(completeness, 0) end as score
  from customers
)`}
)
