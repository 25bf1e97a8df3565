-- +goose Up
create sequence event_plans_ids;

-- what becomes of an event that its source has not agreed on: taken, told (taken, with a finding), blocked
alter table sources add column unknown_events text not null default 'taken';
-- counts the changes of its plans, so that they are read again when there was one
alter table sources add column plans_version bigint not null default 0;

-- what has been agreed on about an event of a source. lock: open (words only), told, blocked.
-- properties: JSON list of {name, types, required, description}
create table event_plans (
  id bigint primary key,
  source_id bigint not null references sources (id),
  event text not null,
  lock text not null,
  description text not null default '',
  properties text not null default '[]',
  staff_id bigint,
  created_at bigint not null,
  updated_at bigint not null,
  version bigint not null default 1
);
create unique index event_plans_of on event_plans (source_id, event);

-- how often events of a source broke what was agreed on, by sort. examples: JSON list of the latest different ones
create table event_violations (
  source_id bigint not null references sources (id),
  event text not null,
  property text not null,
  code text not null,
  count bigint not null,
  blocked bigint not null default 0,
  examples text not null default '[]',
  first_at bigint not null,
  last_at bigint not null,
  finding_id bigint,
  primary key (source_id, event, property, code)
);

-- how often what a finding says has happened
alter table findings add column times bigint not null default 1;

-- +goose Down
select 1;
