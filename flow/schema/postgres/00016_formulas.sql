-- +goose Up
-- of fields that are reckoned from others: the formula, the fields it reads as a JSON list, and the type of what it gives
alter table customer_fields add column formula text not null default '';
alter table customer_fields add column inputs text not null default '[]';
alter table customer_fields add column result text not null default '';

-- +goose Down
select 1;
