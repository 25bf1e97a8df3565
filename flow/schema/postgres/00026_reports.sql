-- +goose Up
-- questions people keep: definition and the roles they are shared with are JSON; ready is the ready report one was copied from
create sequence reports_ids;
create table reports (
  id bigint primary key,
  name text not null,
  description text not null default '',
  definition text not null,
  roles text not null default '[]',
  ready text not null default '',
  staff_id bigint,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint,
  version bigint not null default 1
);

-- +goose Down
drop table reports;
drop sequence reports_ids;
