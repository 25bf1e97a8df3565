package analyze

import "strings"

// scoreHistorySQL condenses what living customers have bought until $1 to one row each; $2 is the window in days.
// For scoreHistoryOfSQL $3 is the sorted ids of the customers it is limited to.
var (
	scoreHistorySQL   = strings.ReplaceAll(scoreHistoryText, "{only}", "")
	scoreHistoryOfSQL = strings.ReplaceAll(scoreHistoryText, "{only}", `
    and customer_id between list_min($3::bigint[]) and list_max($3::bigint[])
    and customer_id in (select unnest($3::bigint[]))`)
)

// What is called before is as it was 30 days before today.
const scoreHistoryText = `
create or replace temp table score_history as
with daily as (
  select customer_id, day, sum(gross)::bigint as amount
  from orders
  where ` + IsPurchase + ` and day <= $1::date{only}
  group by customer_id, day
),
gaps as (
  select customer_id, day, amount, day - lag(day) over (partition by customer_id order by day) as gap
  from daily
),
purchases as (
  select
    customer_id,
    count(*) - 1 as repeats,
    min(day) as first_day,
    max(day) as last_day,
    arg_min(amount, day) as first_amount,
    sum(amount)::bigint as amount,
    count(*) filter (where day <= $1::date - 30) - 1 as repeats_before,
    max(day) filter (where day <= $1::date - 30) as last_before,
    median(gap) as gap_median,
    avg(gap) as gap_mean,
    var_pop(gap) as gap_variance
  from gaps
  group by customer_id
),
totals as (
  select
    customer_id,
    count(*) filter (where kind = 'order' and day > $1::date - $2::integer) as frequency,
    coalesce(sum(gross - refunded) filter (where day > $1::date - $2::integer), 0)::bigint as monetary,
    sum(gross - refunded)::bigint as to_date
  from orders
  where ` + countsMoney + ` and day <= $1::date{only}
  group by customer_id
)
select
  purchases.*,
  $1::date - first_day as age,
  $1::date - last_day as recency,
  frequency,
  monetary,
  to_date
from purchases
join totals using (customer_id)
where customer_id in (select id from customers)`

// scoreBasesSQL gives what all customers have in common: the cycle base, the mean amount of a purchase day, quintiles
// and class borders of those who bought in the window.
const scoreBasesSQL = `
select
  count(*),
  median(gap_mean) filter (where repeats > 0),
  median(sqrt(gap_variance) / gap_mean) filter (where repeats >= 3),
  coalesce(sum(amount) / sum(repeats + 1), 0),
  (quantile_disc(recency, [0.2, 0.4, 0.6, 0.8]) filter (where frequency > 0))::varchar,
  (quantile_disc(frequency, [0.2, 0.4, 0.6, 0.8]) filter (where frequency > 0))::varchar,
  (quantile_disc(monetary, [0.2, 0.4, 0.6, 0.8]) filter (where frequency > 0))::varchar,
  (quantile_disc(monetary, [0.5, 0.8]) filter (where frequency > 0))::varchar
from score_history`

// outlookKeysSQL gives the arguments that expected orders depend on, beside the probability of being alive.
const outlookKeysSQL = `
select distinct repeats, age
from score_history`

// insertScoresSQL scores every row of score_history.
//
//	$1 as of                     $2..$5 r, alpha (days), a, b        $6 model
//	$7, $8, $9, $10 the outlook: repeats, age, orders expected of a living customer in a year, and those discounted
//	$11, $12 RepeatRates         $13 discount on a year's even stream of orders
//	$14..$18 value of an order: ($14 + $15 repeat amount + $16 first amount) / ($17 + $18 repeats)
//	$19, $20, $21 cuts of R, F, M    $22 names of the cells    $23, $24 cycle base: days, variation
//
// The cycle is the weighted geometric mean of the customer's own gap between purchase days (their median from three gaps
// on, their mean below), which weighs as much as she has gaps, and everybody's, which weighs 2. Its deviation pools the
// variance of her own gaps and everybody's coefficient of variation in the same manner. The churn risk is what the model of
// churn told since she last bought, or, without one, what the model of value makes of her silence.
const insertScoresSQL = `
insert into customer_scores (
  customer_id, as_of, rfm_frequency, rfm_monetary, r, f, m, rfm_segment,
  cycle_days, cycle_sd_days, next_due_day, overdue_days,
  model, expected_orders, alive_probability, alive_probability_before,
  expected_order_value, predicted_value, value_to_date, churn_risk, stays
)
with cuts as (
  select $19::bigint[] as r, $20::bigint[] as f, $21::bigint[] as m
),
outlook as (
  select unnest($7::bigint[]) as with_repeats, unnest($8::bigint[]) as at_age,
    unnest($9::double[]) as in_year, unnest($10::double[]) as worth
),
graded as (
  select
    h.*,
    5 - (recency > c.r[1])::integer - (recency > c.r[2])::integer - (recency > c.r[3])::integer - (recency > c.r[4])::integer as r,
    1 + (frequency > c.f[1])::integer + (frequency > c.f[2])::integer + (frequency > c.f[3])::integer + (frequency > c.f[4])::integer as f,
    1 + (monetary > c.m[1])::integer + (monetary > c.m[2])::integer + (monetary > c.m[3])::integer + (monetary > c.m[4])::integer as m,
    exp((2 * ln($23::double) + case
      when repeats = 0 then 0
      when repeats < 3 then repeats * ln(gap_mean)
      else repeats * ln(gap_median)
    end) / (2 + repeats)) as cycle,
    case when $6 = 'bg_nbd' then case
      when repeats = 0 then 1
      else 1 / (1 + exp(least(700, ln($4::double / ($5::double + repeats - 1))
        + ($2::double + repeats) * ln(($3::double + age) / ($3::double + (last_day - first_day))))))
    end end as alive,
    case when $6 = 'bg_nbd' then case
      when repeats_before < 0 then null
      when repeats_before = 0 then 1
      else 1 / (1 + exp(least(700, ln($4::double / ($5::double + repeats_before - 1))
        + ($2::double + repeats_before) * ln(($3::double + age - 30) / ($3::double + (last_before - first_day))))))
    end end as alive_before,
    ($14::double + $15::double * (amount - first_amount) + $16::double * first_amount) / ($17::double + $18::double * repeats) as order_value
  from score_history h, cuts c
),
judged as (
  select
    g.*,
    (r - 1) * 5 + f as cell,
    case
      when repeats < 2 then $24::double * cycle
      else sqrt((repeats * gap_variance + 2 * ($24::double * cycle) ** 2) / (2 + repeats))
    end as deviation,
    last_day + round(cycle)::integer as due_day,
    case when $6 = 'bg_nbd' then alive * o.in_year else ($11::double[])[(r - 1) * 5 + f] end as orders,
    case when $6 = 'bg_nbd' then alive * o.worth else $13::double * ($11::double[])[(r - 1) * 5 + f] end as discounted,
    case when $6 = 'bg_nbd' then alive else ($12::double[])[(r - 1) * 5 + f] end as staying,
    case when $6 = 'bg_nbd' and repeats = 0
      then exp($2::double * ln(($3::double + age) / ($3::double + age + 365)))
      else 1 - staying
    end as leaving
  from graded g
  left join outlook o on o.with_repeats = g.repeats and o.at_age = g.age
)
select
  judged.customer_id, $1::date, frequency, monetary, r, f, m, ($22::varchar[])[cell],
  cycle, deviation, due_day, $1::date - due_day,
  $6, orders, staying, alive_before,
  order_value, round(discounted * order_value)::bigint, to_date,
  coalesce(learned.risk, leaving), 1 - leaving
from judged
left join churn_scores learned on learned.customer_id = judged.customer_id and learned.as_of >= last_day`
