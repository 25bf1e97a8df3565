-- +goose Up
-- tiles people put side by side: tiles and days (of the whole, {} when each tile has its own) are JSON; shared is nobody | team |
-- everybody, the team being that of who made it
create table dashboards (
  id integer primary key,
  name text not null,
  description text not null default '',
  tiles text not null,
  days text not null default '{}',
  segment_id integer,
  shared text not null default 'nobody',
  ready text not null default '',
  staff_id integer,
  created_at integer not null,
  updated_at integer not null,
  deleted_at integer,
  version integer not null default 1
);

-- +goose Down
drop table dashboards;
