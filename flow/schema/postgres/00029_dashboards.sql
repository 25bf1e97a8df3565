-- +goose Up
-- tiles people put side by side: tiles and days (of the whole, {} when each tile has its own) are JSON; shared is nobody | team |
-- everybody, the team being that of who made it
create table dashboards (
  id bigint primary key,
  name text not null,
  description text not null default '',
  tiles text not null,
  days text not null default '{}',
  segment_id bigint,
  shared text not null default 'nobody',
  ready text not null default '',
  staff_id bigint,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint,
  version bigint not null default 1
);
create sequence dashboards_ids;

-- +goose Down
drop sequence dashboards_ids;
drop table dashboards;
