-- +goose Up

-- a person speaks for an organization: role holds what her word weighs (decides, pays, ...), separated by commas; since and
-- until are civil days, until set where she no longer does
alter table contacts add column department text not null default '';
alter table contacts add column main boolean not null default false;
alter table contacts add column since text;
alter table contacts add column until text;
alter table contacts add column updated_at integer not null default 0;
alter table contacts add column version integer not null default 1;

-- +goose Down
select 1;
