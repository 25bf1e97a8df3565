-- +goose Up
-- what people decided to do in a review of a week or month: every and from_day say which; metric is what it is to change
create sequence review_actions_ids;
create table review_actions (
  id bigint primary key,
  every text not null,
  from_day text not null,
  title text not null,
  metric text not null default '',
  owner_id bigint not null,
  due_day text not null,
  state text not null default 'open',
  note text not null default '',
  staff_id bigint,
  settled_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  version bigint not null default 1
);
create index review_actions_open on review_actions (every, state, from_day);

-- +goose Down
drop table review_actions;
drop sequence review_actions_ids;
