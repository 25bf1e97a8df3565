-- +goose Up

-- What hangs on a customer or an order is kept in one tree beside it instead of a table with an index that says the
-- same again; and indexes that only repeat another, or that no query needs, go. An import writes half as many trees.

create table new_identities (
  source text not null,
  external_id text not null,
  customer_id integer not null references customers (id),
  created_at integer not null,
  primary key (external_id, source)
) without rowid;
insert into new_identities (source, external_id, customer_id, created_at)
select source, external_id, customer_id, created_at from identities order by external_id, source;
drop table identities;
alter table new_identities rename to identities;
create index identities_customer on identities (customer_id);

create table new_contact_points (
  id integer not null,
  customer_id integer not null references customers (id),
  kind text not null,
  value text not null,
  raw text not null,
  verified boolean not null default false,
  state text not null default 'ok',
  created_at integer not null,
  primary key (customer_id, id)
) without rowid;
insert into new_contact_points (id, customer_id, kind, value, raw, verified, state, created_at)
select id, customer_id, kind, value, raw, verified, state, created_at from contact_points order by customer_id, id;
drop table contact_points;
alter table new_contact_points rename to contact_points;
create unique index contact_points_value on contact_points (value, kind, customer_id);
create index contact_points_tail on contact_points (substr(value, -4)) where kind = 'phone';

create table new_consents (
  id integer not null,
  customer_id integer not null references customers (id),
  purpose text not null,
  channel text not null,
  granted boolean not null,
  text_version text not null default '',
  proof text not null default '',
  source text not null default '',
  happened_at integer not null,
  primary key (customer_id, id)
) without rowid;
insert into new_consents (id, customer_id, purpose, channel, granted, text_version, proof, source, happened_at)
select id, customer_id, purpose, channel, granted, text_version, proof, source, happened_at from consents order by customer_id, id;
drop table consents;
alter table new_consents rename to consents;

create table new_customer_tags (
  customer_id integer not null references customers (id),
  tag text not null,
  created_at integer not null,
  primary key (customer_id, tag)
) without rowid;
insert into new_customer_tags (customer_id, tag, created_at)
select customer_id, tag, created_at from customer_tags order by customer_id, tag;
drop table customer_tags;
alter table new_customer_tags rename to customer_tags;

create table new_order_lines (
  order_id integer not null references orders (id),
  position integer not null,
  sku text not null,
  product_name text not null,
  category text not null default '',
  brand text not null default '',
  tier text not null default '',
  quantity real not null,
  unit_price_micros integer not null,
  discount integer not null default 0,
  amount integer not null,
  import_id integer,
  primary key (order_id, position)
) without rowid;
insert into new_order_lines (order_id, position, sku, product_name, category, brand, tier, quantity, unit_price_micros, discount, amount, import_id)
select order_id, position, sku, product_name, category, brand, tier, quantity, unit_price_micros, discount, amount, import_id
from order_lines order by order_id, position;
drop table order_lines;
alter table new_order_lines rename to order_lines;

drop index orders_by_number;
drop index orders_number;
create unique index orders_number on orders (number, shop);
drop index customers_owner;
create index customers_owner on customers (owner_id) where owner_id is not null;

-- +goose Down
select 1;
