-- +goose Up
-- what people decided to do in a review of a week or month: every and from_day say which; metric is what it is to change
create table review_actions (
  id integer primary key,
  every text not null,
  from_day text not null,
  title text not null,
  metric text not null default '',
  owner_id integer not null,
  due_day text not null,
  state text not null default 'open',
  note text not null default '',
  staff_id integer,
  settled_at integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
);
create index review_actions_open on review_actions (every, state, from_day);

-- +goose Down
drop table review_actions;
