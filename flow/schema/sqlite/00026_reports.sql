-- +goose Up
-- questions people keep: definition and the roles they are shared with are JSON; ready is the ready report one was copied from
create table reports (
  id integer primary key,
  name text not null,
  description text not null default '',
  definition text not null,
  roles text not null default '[]',
  ready text not null default '',
  staff_id integer,
  created_at integer not null,
  updated_at integer not null,
  deleted_at integer,
  version integer not null default 1
);

-- +goose Down
drop table reports;
