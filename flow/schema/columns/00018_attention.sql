-- What people paid attention to and where they were: how often in one batch, on one day. kind: topic | product | province. Made
-- of events alone, by the rules that say what pages are about; as with sessions customer_id is null while nobody knows whose
create table attention (
  visitor_id bigint not null, customer_id bigint, batch_id bigint not null, kind varchar not null, key varchar not null,
  day date not null, times bigint not null, ts bigint not null
);

-- One row: the rules that attention was made by, null before it ever was, and the days from which on topics and regions count
create table attention_state (rules varchar, topics_since date not null, regions_since date not null);
insert into attention_state values (null, date '1970-01-01', date '1970-01-01');

-- The topics that a customer follows
create view customer_topics as
select customer_id, key as topic, sum(times)::bigint as times, max(ts) as last_ts
from attention
where kind = 'topic' and customer_id is not null and day >= (select topics_since from attention_state)
group by customer_id, key;

-- Each time that the place of something a customer did is known: where an order went, and where a visit came from
create view region_signs as
select customer_id, regexp_replace(trim(province), '(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$', '') as province, times, ts
from (
  select customer_id, province, 1::bigint as times, ts
  from orders
  where customer_id is not null and kind = 'order' and coalesce(status, '') <> 'cancelled' and day >= (select regions_since from attention_state)
  union all
  select customer_id, key, times, ts
  from attention
  where kind = 'province' and customer_id is not null and day >= (select regions_since from attention_state)
)
where coalesce(trim(province), '') <> '';

-- The province where a customer is active: n of signs were there, more than anywhere else, the latest of equals. Her own address
-- where nothing says more; then signs is 0
create view active_regions as
select c.id as customer_id, coalesce(r.province, regexp_replace(trim(c.province), '(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$', '')) as province,
  coalesce(r.n, 0)::bigint as n, coalesce(r.signs, 0)::bigint as signs
from customers c
left join (
  select customer_id, province, n, signs
  from (
    select customer_id, province, sum(times) as n, max(ts) as last_ts, sum(sum(times)) over (partition by customer_id) as signs
    from region_signs
    group by customer_id, province
  )
  qualify row_number() over (partition by customer_id order by n desc, last_ts desc, province) = 1
) r on r.customer_id = c.id
where coalesce(r.province, trim(c.province), '') <> '';
