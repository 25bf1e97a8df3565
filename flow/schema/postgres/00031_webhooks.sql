-- +goose Up

-- how a shop, a till or a delivery platform tells of orders by itself. hook_key: its address; secret: sealed;
-- template: JSON of what stands where in what it sends
create table webhooks (
  source_id bigint not null references sources (id),
  hook_key text not null,
  secret text not null,
  template text not null,
  staff_id bigint,
  created_at bigint not null,
  updated_at bigint not null,
  version bigint not null default 1,
  primary key (source_id)
);
create unique index webhooks_key on webhooks (hook_key);

-- what was delivered within 30 days, so that a repetition is known. outcome: stored, older, refunded, waiting, ignored
create table webhook_deliveries (
  source_id bigint not null,
  delivery text not null,
  topic text not null,
  number text not null,
  outcome text not null,
  received_at bigint not null,
  primary key (source_id, delivery)
);
create index webhook_deliveries_time on webhook_deliveries (source_id, received_at);

-- up to when an order was told of: what was said before comes too late
create table webhook_orders (
  source_id bigint not null,
  order_key text not null,
  number text not null,
  told_at bigint not null,
  primary key (source_id, order_key)
);

-- refunds by themselves, also of orders that have not come yet. amount: millionths
create table webhook_refunds (
  source_id bigint not null,
  order_key text not null,
  refund text not null,
  amount bigint not null,
  primary key (source_id, order_key, refund)
);

-- +goose Down
select 1;
