-- +goose Up
select 1; -- ids of corrections come from where all ids come from

-- +goose Down
select 1;
