-- +goose Up

-- the last four digits are what a masked number shows, and what people type to find it
create index contact_points_tail on contact_points (right(value, 4)) where kind = 'phone';

create index orders_time on orders (ordered_at, id);
create index activities_time on activities (happened_at, id);

-- one joining of two customers; moved tells what went over from the one to the other, so that undo can bring it back
create table merges (
  id bigint primary key,
  kept_id bigint not null references customers (id),
  merged_id bigint not null references customers (id),
  moved text not null,
  staff_id bigint,
  created_at bigint not null,
  undone_at bigint
);
create sequence merges_ids;
create index merges_kept on merges (kept_id);
create index merges_merged on merges (merged_id);

-- +goose Down
select 1;
