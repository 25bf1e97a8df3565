-- +goose Up
-- events that came in a file stand in batches of their own, marked with the import; so are the visitors it told of first
-- and nobody else since
alter table event_batches add column import_id bigint;
create index event_batches_import on event_batches (import_id) where import_id is not null;
alter table visitors add column created_import_id bigint;
create index visitors_import on visitors (created_import_id) where created_import_id is not null;

-- +goose Down
select 1;
