-- How customers answer, one row for each time: a contact that reached her, by its kind, and a visit that a message brought,
-- by the medium or source of its campaign. What was sent and not answered says nothing here
create view channel_answers as
select customer_id, case kind when 'call' then 'phone' else kind end as channel, ts, day
from activities
where customer_id is not null and kind in ('call', 'wechat', 'visit', 'email', 'sms')
  and coalesce(result, '') not in ('', 'missed', 'later', 'waiting', 'no_answer', 'call_later', 'unreachable', 'wrong_number', 'busy', 'failed', 'bounced')
union all
select * from (
  select customer_id, case
      when lower(utm_source) in ('wechat', 'weixin') or lower(utm_medium) in ('wechat', 'weixin') then 'wechat'
      when lower(utm_source) = 'sms' or lower(utm_medium) = 'sms' then 'sms'
      when lower(utm_source) in ('email', 'mail') or lower(utm_medium) in ('email', 'mail', 'e-mail') then 'email'
    end as channel, ts, day
  from sessions
  where customer_id is not null and (utm_source is not null or utm_medium is not null)
)
where channel is not null;

-- By which channel a customer answers most: told where she has answered three times and more, most of them by it
create view preferred_channels as
select customer_id, channel, n, answers
from (select customer_id, channel, count(*) as n, sum(count(*)) over (partition by customer_id)::bigint as answers from channel_answers group by customer_id, channel)
where answers >= 3 and n * 2 > answers;
