-- What was spent, day by day, in minor units of the workspace's currency; other currencies are left out. Channel and
-- campaign in small letters, empty where nobody has said
create table cost_days (cost_id bigint not null, day date not null, kind varchar not null, channel varchar not null, campaign varchar not null, amount bigint not null);

create table product_costs (product_id bigint not null, sku varchar not null, unit_cost bigint not null);

-- Who was won when and by what: the day of the first order, the channel and campaign of the first session up to it that
-- tells, else the source of the record
create view acquisitions as
select c.id as customer_id, c.orders_first_day as day, lower(coalesce(t.channel, c.source, '')) as channel, lower(coalesce(t.campaign, '')) as campaign
from customers c
left join (
  select s.customer_id, arg_min(s.came_from, s.ts) as channel, arg_min(coalesce(s.utm_campaign, ''), s.ts) as campaign
  from sessions s
  join customers o on o.id = s.customer_id
  where s.came_from is not null and s.day <= o.orders_first_day
  group by s.customer_id
) t on t.customer_id = c.id
where c.orders_first_day is not null;

-- What winning each customer cost: the month's spending on her campaign, on her channel without a campaign, and on no
-- channel, each shared among those it was spent for
create view acquisition_shares as
with spent as (
  select date_trunc('month', day) as month, channel, campaign, sum(amount)::double as amount from cost_days where kind = 'acquisition' group by all
), won as (
  select *, date_trunc('month', day) as month, count(*) over (partition by date_trunc('month', day)) as all_won,
    count(*) over (partition by date_trunc('month', day), channel) as channel_won, count(*) over (partition by date_trunc('month', day), channel, campaign) as campaign_won
  from acquisitions
)
select w.customer_id, w.day, w.channel, w.campaign,
  coalesce(a.amount / w.all_won, 0) + coalesce(b.amount / w.channel_won, 0) + coalesce(d.amount / w.campaign_won, 0) as cost
from won w
left join spent a on a.month = w.month and a.channel = '' and a.campaign = ''
left join spent b on b.month = w.month and b.channel = w.channel and b.channel <> '' and b.campaign = ''
left join spent d on d.month = w.month and d.channel = w.channel and d.campaign = w.campaign and d.campaign <> '';

-- What each customer has brought and cost so far, made anew as a whole. revenue is net of refunds; product_cost is null
-- where no line's cost is known, known_share says of how much of her sales it is
create table customer_profits (
  customer_id bigint not null, revenue bigint not null, product_cost bigint, known_share double not null,
  acquisition_cost bigint not null, retention_cost bigint not null, service_cost bigint not null, profit bigint not null
);
