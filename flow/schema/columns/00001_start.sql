-- The columnar copy of records that analysis reads. No phone, e-mail address or street address ever.
-- Instants are milliseconds UTC. day is the calendar day in the workspace's time zone. Money is minor units.

create table feed_position (txid bigint not null, id bigint not null, moved_at bigint not null);
insert into feed_position values (-1, 0, 0);

create table customers (
  id bigint not null, kind varchar, name varchar, name_key varchar,
  gender varchar, birthday date, country varchar, province varchar, city varchar, district varchar,
  company varchar, industry varchar, lifecycle_stage varchar, source varchar,
  owner_id bigint, team_id bigint, tags varchar[], custom json,
  has_phone boolean, has_email boolean, consents varchar[], completeness double,
  created_at bigint, updated_at bigint,
  -- running totals over the customer's orders, kept by the feed
  orders_count bigint, orders_first_at bigint, orders_last_at bigint,
  orders_first_day date, orders_last_day date, orders_gross bigint, orders_refunded bigint
);

-- only orders that are not deleted. kind: order | refund. country of the order, else of the customer
create table orders (
  id bigint not null, number varchar, shop varchar, kind varchar, status varchar, customer_id bigint,
  ts bigint not null, day date not null, gross bigint not null, refunded bigint not null, currency varchar,
  country varchar, province varchar, city varchar, lines bigint
);

create table order_lines (
  order_id bigint not null, position bigint, customer_id bigint, ts bigint not null, day date not null, kind varchar,
  sku varchar, product varchar, category varchar, brand varchar, tier varchar,
  quantity double, unit_price_micros bigint, amount bigint not null, shop varchar, country varchar, status varchar
);

create table activities (
  id bigint not null, customer_id bigint not null, kind varchar, result varchar, staff_id bigint,
  ts bigint not null, day date not null, next_at bigint, next_done_at bigint
);

-- one row per customer with at least one order; recomputed as a whole by the value sweep
create table customer_scores (
  customer_id bigint not null, as_of date,
  rfm_frequency bigint, rfm_monetary bigint, r tinyint, f tinyint, m tinyint, rfm_segment varchar,
  cycle_days double, cycle_sd_days double, next_due_day date, overdue_days double,
  model varchar, expected_orders double, alive_probability double, alive_probability_before double,
  expected_order_value double, predicted_value bigint, value_to_date bigint, churn_risk double
);

-- live membership: a serialized roaring bitmap of customer ids per segment, and each entering and leaving
create table segment_members (segment_id bigint not null, version bigint, bitmap blob, members bigint, evaluated_at bigint);
create table segment_moves (segment_id bigint not null, customer_id bigint not null, entered boolean not null, ts bigint not null, day date not null);
