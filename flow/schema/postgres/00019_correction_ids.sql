-- +goose Up
create sequence corrections_ids;

-- +goose Down
select 1;
