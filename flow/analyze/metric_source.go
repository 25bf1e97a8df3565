package analyze

import (
	"strconv"
	"strings"
)

// sourceKind says how the days of a period become its number.
type sourceKind int

const (
	flow     sourceKind = iota // rows of a day; a period takes the rows of its days
	stock                      // rows of a day; a period takes all rows up to its last day
	windowed                   // the relation is reckoned for given windows, in column k
	snapshot                   // rows as they stand now, without a day
)

// source is a relation of facts, one row each, with at least customer_id and, but for snapshots, day or k. In the text
// {zone} stands for the workspace's time zone, {to} for the last day asked for, {windows} for the windows asked for
// (k, from_day, to_day, before_from: the first day of the period before) and {flagged} for the customers with an open finding.
type source struct {
	name     string
	kind     sourceKind
	relation string
	// customers: one row of the relation is, or counts, a customer, and only what is true of a customer can split it
	customers bool
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

// A relation ends in silence: after silenceFactor times the customer's own mean purchase cycle, at least leastSilence
// days; singleSilence days where there was one purchase only. Reckoned as of each purchase, so that no later purchase
// changes what was said earlier.
const (
	leastSilence  = 30
	singleSilence = 180
	silenceFactor = 2
)

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
  select customer_id, day, day - lag(day) over (partition by customer_id order by day) as gap
  from (
    select distinct customer_id, day
    from orders f
    where ` + purchase + ` and customer_id is not null and day <= {to}
  )
  qualify gap is not null
)`}

	followUpSource = &source{name: "follow-ups", customers: true, relation: `(
  select id, customer_id, cast(timezone({zone}, make_timestamptz(next_at * 1000)) as date) as day,
    cast(timezone({zone}, make_timestamptz(next_done_at * 1000)) as date) as done_day
  from activities
  where next_at is not null
)`}

	repeatSource = &source{name: "repeats", kind: windowed, customers: true, relation: `(
  select w.k, f.customer_id, count(*) as orders
  from orders f
  join {windows} on f.day between w.from_day and w.to_day
  where ` + purchase + ` and f.customer_id is not null
  group by all
)`}

	returnSource = &source{name: "returns", kind: windowed, customers: true, relation: `(
  select w.k, f.customer_id, bool_or(f.day < w.from_day) as before, bool_or(f.day >= w.from_day) as now
  from orders f
  join {windows} on f.day between w.before_from and w.to_day
  where ` + purchase + ` and f.customer_id is not null
  group by all
)`}

	stretchSource = &source{name: "stretches", kind: windowed, customers: true, relation: `(
  with purchases as (
    select customer_id, day,
      lead(day) over (partition by customer_id order by day) as next_day,
      day - min(day) over (partition by customer_id) as span,
      row_number() over (partition by customer_id order by day) - 1 as earlier
    from (select distinct customer_id, day from orders f where ` + purchase + ` and customer_id is not null and day <= {to})
  ), ends as (
    select customer_id, day, next_day, day + 1 + case when earlier = 0 then {single}
        else greatest({least}, cast(ceil({factor} * span / earlier) as integer)) end as end_day
    from purchases
  ), marked as (
    select customer_id, day, end_day, coalesce(next_day >= end_day, true) as last,
      coalesce(lag(coalesce(next_day >= end_day, true)) over (partition by customer_id order by day), true) as first
    from ends
  ), stretches as (
    select customer_id, day as start_day, lead(end_day) over stretch as next_end, end_day, first, last
    from marked
    where first or last
    window stretch as (partition by customer_id order by day)
  )
  select w.k, s.customer_id, case when s.last then s.end_day else s.next_end end between w.from_day and w.to_day as ended
  from stretches s
  join {windows} on s.start_day <= w.to_day and case when s.last then s.end_day else s.next_end end >= w.from_day
  where s.first
)`}

	scoreSource = &source{name: "scores", kind: snapshot, customers: true,
		relation: "(select customer_id, predicted_value from customer_scores where predicted_value is not null)"}

	qualitySource = &source{name: "quality", kind: snapshot, customers: true, relation: `(
  select id as customer_id,
    case when id in (select unnest(cast({flagged} as bigint[]))) then 0 else coalesce(completeness, 0) end as score
  from customers
)`}
)

// fillText fills the places of a relation.
func fillText(relation string, fill ...string) string {
	return strings.NewReplacer(append(fill, "{single}", strconv.Itoa(singleSilence), "{least}", strconv.Itoa(leastSilence),
		"{factor}", strconv.FormatFloat(silenceFactor, 'f', 1, 64))...).Replace(relation)
}
