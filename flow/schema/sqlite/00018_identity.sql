-- +goose Up

-- why a person is to decide about a pair, where keys that came together name both: JSON of which, and of which source.
-- import_id: the import that brought them
alter table duplicate_pairs add column contradiction text not null default '';
alter table duplicate_pairs add column import_id integer;
create index duplicate_pairs_import on duplicate_pairs (import_id) where import_id is not null;

-- by which sorts of keys a rule knew whose a visitor is, separated by commas
alter table visitors add column tied_with text not null default '';

-- whom a detail is asked of: owner (who asks her) or customer (on her own page)
alter table quality_asks add column whom text not null default 'owner';

-- what a customer has said on her own page about a detail of hers. before: what stood there then. state: proposed,
-- accepted, refused, applied (written without anybody's leave). asked: we had asked her for it
create table corrections (
  id integer primary key,
  customer_id integer not null references customers (id),
  field text not null,
  before text not null,
  value text not null,
  state text not null,
  asked boolean not null default false,
  address text not null default '',
  created_at integer not null,
  decided_at integer,
  decided_by integer
);
create index corrections_customer on corrections (customer_id);
create index corrections_open on corrections (created_at) where state = 'proposed';

-- +goose Down
select 1;
