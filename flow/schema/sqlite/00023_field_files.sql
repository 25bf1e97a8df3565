-- +goose Up
-- of file fields which files they take, as JSON
alter table customer_fields add column files text not null default '';

-- The files of fields of customers: what lies in the data folder under stored_as, sealed, with name and type inside. What a
-- customer holds says her own field; customer_id is who it was given for, null while she is not there yet, and stays through
-- merges. removed_at: taken out of the field by a person; after a while the content goes.
create table field_files (
  id integer primary key,
  stored_as text not null unique,
  field text not null,
  customer_id integer,
  size integer not null,
  actor text not null,
  added_at integer not null,
  removed_at integer
);
create index field_files_customer on field_files (customer_id);
create index field_files_removed on field_files (removed_at) where removed_at is not null;

-- +goose Down
drop table field_files;
