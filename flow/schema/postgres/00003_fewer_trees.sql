-- +goose Up

-- Indexes that only repeat another, or that no query needs, go.

alter table identities drop constraint identities_pkey;
drop index identities_external;
alter table identities add primary key (external_id, source);

drop index customer_tags_tag;
drop index orders_by_number;
drop index orders_number;
create unique index orders_number on orders (number, shop);
drop index customers_owner;
create index customers_owner on customers (owner_id) where owner_id is not null;

-- +goose Down
select 1;
