-- +goose Up
-- the import whose identity rule has made two customers one, so that taking it back parts them
alter table merges add column import_id bigint;
create index merges_import on merges (import_id) where import_id is not null;

-- +goose Down
drop index merges_import;
alter table merges drop column import_id;
