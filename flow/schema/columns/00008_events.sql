-- What people did: every event once, kept in the order in which it came. visitor_id is the browser, device or key it was
-- done under; customer_id whose it is, null while nobody knows. kind: track | page | screen | identify | group | alias.
-- batch_id and position say where it stands in records. ts is the instant it happened, the sender's clock corrected. No
-- contact point and no name of a person: they are taken out on arrival
create table events (
  batch_id bigint not null, position integer not null, source_id bigint not null, message_id varchar not null,
  ts bigint not null, day date not null, received_at bigint not null,
  kind varchar not null, event varchar not null, visitor_id bigint not null, customer_id bigint, bot boolean not null,
  host varchar, path varchar, title varchar, referrer_host varchar, utm_source varchar, utm_medium varchar, utm_campaign varchar,
  device varchar, seconds double, amount bigint, currency varchar, properties json
);
