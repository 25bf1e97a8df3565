-- +goose Up

-- what was spent to win, keep and serve customers. kind: acquisition | retention | service. from_day and to_day are both
-- included; what was spent is spread evenly over them. amount in minor units. What a file says again replaces what it said
create table costs (
  id integer primary key,
  kind text not null,
  channel text not null,
  campaign text not null,
  from_day text not null,
  to_day text not null,
  amount integer not null,
  currency text not null,
  note text not null default '',
  created_import_id integer,
  created_by integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
);
create unique index costs_of on costs (from_day, to_day, kind, channel, campaign, currency);
create index costs_import on costs (created_import_id) where created_import_id is not null;

-- what one unit of a product costs the company, minor units; null where nobody has said
alter table products add column unit_cost integer;

-- +goose Down
select 1;
