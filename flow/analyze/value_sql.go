package analyze

// Rows of orders that count for value: orders that were not cancelled, of a known customer. Refunds lower what a
// customer has brought, but they are no purchase.
const (
	IsPurchase  = "kind = 'order' and coalesce(status, '') <> 'cancelled' and customer_id is not null"
	countsMoney = "(kind = 'refund' or coalesce(status, '') <> 'cancelled') and customer_id is not null"
)

// timingsSQL asks of score_history what the BG/NBD model needs; age is until the day the history was made for.
const timingsSQL = `
select repeats, last_day - first_day, age, count(*)
from score_history
group by repeats, last_day - first_day, age`

// spendsSQL asks for each customer's repeat purchases and their mean amount in minor units, for the Gamma-Gamma model:
// like its authors it leaves out the first purchase.
const spendsSQL = `
select repeats, (amount - first_amount) / repeats
from score_history
where repeats > 0 and amount > first_amount`

// purchaseSpanSQL gives the first and the last day with a purchase of a known customer, how many such orders there are, and
// the last day on which one was placed until $1.
const purchaseSpanSQL = `
select min(day), max(day) filter (where day <= $1::date), count(*) filter (where day <= $1::date)
from orders
where ` + IsPurchase

// repeatRatesSQL looks at the customers as they stood on $1, in the cells of R and F, and at what they ordered in the
// days from then until $2: for each cell its customers, how many of them came back, and their orders.
// $3 is the window in days; $4 and $5 the cuts of R and F, null for quintiles of that day.
const repeatRatesSQL = `
with stood as (
  select
    customer_id,
    $1::date - max(day) filter (where day <= $1::date) as recency,
    count(*) filter (where day <= $1::date and day > $1::date - $3::integer) as frequency,
    count(distinct day) filter (where day > $1::date) as later
  from orders
  where ` + IsPurchase + ` and day <= $2::date
  group by customer_id
  having min(day) <= $1::date
),
cuts as (
  select
    coalesce($4::bigint[], quantile_disc(recency, [0.2, 0.4, 0.6, 0.8])::bigint[], [0, 0, 0, 0]) as r,
    coalesce($5::bigint[], quantile_disc(frequency, [0.2, 0.4, 0.6, 0.8])::bigint[], [0, 0, 0, 0]) as f
  from stood
  where frequency > 0
),
scored as (
  select
    later,
    5 - (recency > r[1])::integer - (recency > r[2])::integer - (recency > r[3])::integer - (recency > r[4])::integer as r,
    1 + (frequency > f[1])::integer + (frequency > f[2])::integer + (frequency > f[3])::integer + (frequency > f[4])::integer as f
  from stood, cuts
)
select r, f, count(*), count(*) filter (where later > 0), sum(later)::bigint
from scored
group by r, f`
