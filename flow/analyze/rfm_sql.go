package analyze

import (
	"strconv"
	"strings"
)

// rfmSQL grades every living customer with an order until $1 as of that day and as of the day $2 before it, by one group-by, and
// counts them by both. $3 is the window in days; $4, $5, $6 the cuts of R, F, M and $8 the borders of value, null for
// quantiles of those who bought in the window; $7 the borders of frequency. {scope} limits the customers.
const rfmSQL = `
with totals as (
  select
    customer_id,
    max(day) filter (where kind = 'order') as last_day,
    max(day) filter (where kind = 'order' and day <= $2::date) as last_before,
    count(*) filter (where kind = 'order' and day > $1::date - $3::integer) as frequency,
    count(*) filter (where kind = 'order' and day <= $2::date and day > $2::date - $3::integer) as frequency_before,
    coalesce(sum(gross - refunded) filter (where day > $1::date - $3::integer), 0)::bigint as monetary
  from orders
  where ` + countsMoney + ` and day <= $1::date{scope}
  group by customer_id
  having last_day is not null and customer_id in (select id from customers)
),
observed as (
  select
    quantile_disc($1::date - last_day, [0.2, 0.4, 0.6, 0.8])::bigint[] as r,
    quantile_disc(frequency, [0.2, 0.4, 0.6, 0.8])::bigint[] as f,
    quantile_disc(monetary, [0.2, 0.4, 0.6, 0.8])::bigint[] as m,
    quantile_disc(monetary, [0.5, 0.8])::bigint[] as value
  from totals
  where frequency > 0
),
cuts as (
  select
    coalesce($4::bigint[], r, [0, 0, 0, 0]) as r,
    coalesce($5::bigint[], f, [0, 0, 0, 0]) as f,
    coalesce($6::bigint[], m, [0, 0, 0, 0]) as m,
    $7::bigint[] as often,
    coalesce($8::bigint[], value, [0, 0]) as value
  from observed
),
graded as (
  select
    monetary,
    $1::date - last_day as recency,
    5 - (recency > c.r[1])::integer - (recency > c.r[2])::integer - (recency > c.r[3])::integer - (recency > c.r[4])::integer as r,
    1 + (frequency > c.f[1])::integer + (frequency > c.f[2])::integer + (frequency > c.f[3])::integer + (frequency > c.f[4])::integer as f,
    1 + (monetary > c.m[1])::integer + (monetary > c.m[2])::integer + (monetary > c.m[3])::integer + (monetary > c.m[4])::integer as m,
    $2::date - last_before as recency_before,
    5 - (recency_before > c.r[1])::integer - (recency_before > c.r[2])::integer
      - (recency_before > c.r[3])::integer - (recency_before > c.r[4])::integer as r_before,
    1 + (frequency_before > c.f[1])::integer + (frequency_before > c.f[2])::integer
      + (frequency_before > c.f[3])::integer + (frequency_before > c.f[4])::integer as f_before,
    (frequency >= c.often[1])::integer + (frequency >= c.often[2])::integer as often,
    (monetary >= c.value[1])::integer + (monetary >= c.value[2])::integer as value
  from totals, cuts c
),
counted as (
  select r, f, m, r_before, f_before, often, value, count(*) as customers, sum(monetary)::bigint as revenue,
    sum(recency)::bigint as recency
  from graded
  group by r, f, m, r_before, f_before, often, value
)
select
  counted.r, counted.f, counted.m, coalesce(r_before, 0), f_before, counted.often, counted.value, customers, revenue, recency,
  cuts.r::varchar, cuts.f::varchar, cuts.m::varchar, cuts.value::varchar
from counted, cuts`

// inScope limits orders to those of the customers that a condition on customers c holds for; its placeholders are
// numbered on from those already used.
func inScope(condition string, used int) string {
	if condition == "(true)" {
		return ""
	}
	return " and customer_id in (select c.id from customers c where " + NumberedOn(condition, used) + ")"
}

// NumberedOn numbers the placeholders of a condition on from those already used.
func NumberedOn(condition string, used int) string {
	for strings.Contains(condition, "?") {
		used++
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(used), 1)
	}
	return condition
}
