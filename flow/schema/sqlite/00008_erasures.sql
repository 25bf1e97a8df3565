-- +goose Up

-- Customers whose personal data was erased for good. mark: keyed hash of the customer's id and instant of creation, by which
-- she is found again in records restored from before; nothing here says who she was.
create table erasures (
  mark text primary key,
  customer_id integer not null,
  reason text not null,
  orders integer not null default 0,
  erased_at integer not null
) without rowid;

-- A no that outlives its customer. mark: keyed hash of the contact point it was said for; since: when it was said.
create table suppressions (
  mark text not null,
  purpose text not null,
  channel text not null,
  since integer not null,
  primary key (mark, purpose, channel)
) without rowid;

-- salt: random, part of what an entry's hash covers, so that nobody can guess a summary from the hash. An entry about an
-- erased person loses summary and salt; kept_hash is the hash that it was sealed with.
alter table audit_entries add column salt text not null default '';
alter table audit_entries add column kept_hash text not null default '';

-- +goose Down
select 1;
