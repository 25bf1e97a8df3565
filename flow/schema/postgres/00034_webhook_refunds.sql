-- +goose Up

-- digest of what a delivery said, so that another under the same name is known as one
alter table webhook_deliveries add column said text not null default '';

-- JSON of the goods that a refund names
alter table webhook_refunds add column lines text not null default '[]';

-- JSON of the lines that were told, by what their sender knows them by: {"id": {"sku": "", "name": ""}}
alter table webhook_orders add column lines text not null default '{}';

create index findings_order on findings (subject_id) where subject_type = 'order' and import_id is null;

-- +goose Down
select 1;
