-- +goose Up

-- what lives with a customer and came from another by a merge: the row (part is its id, source and id of an identity,
-- or the tag itself) goes back to its origin when that one is parted again
create table moved (
  subject text not null,
  part text not null,
  origin_id bigint not null references customers (id),
  primary key (subject, part, origin_id)
);
create index moved_origin on moved (origin_id, subject);
create index findings_customer on findings (subject_id) where subject_type = 'customer';

-- many merges as one, decided by a score; undone as one too
create table merge_batches (
  id bigint primary key,
  state text not null,
  least_score double precision not null,
  total bigint not null default 0,
  merged bigint not null default 0,
  left_out bigint not null default 0,
  undone bigint not null default 0,
  actor text not null,
  staff_id bigint,
  created_at bigint not null,
  finished_at bigint,
  undone_at bigint
);
alter table merges add column batch_id bigint references merge_batches (id);
create index merges_batch on merges (batch_id) where batch_id is not null;

create table duplicate_scans (
  id bigint primary key,
  state text not null,
  progress double precision not null default 0,
  records bigint not null default 0,
  compared bigint not null default 0,
  skipped bigint not null default 0,
  found bigint not null default 0,
  suggested_score double precision,
  learned text not null default '{}',
  error_code text not null default '',
  staff_id bigint,
  created_at bigint not null,
  started_at bigint,
  finished_at bigint
);

-- two customers that may be one. state: open, later, different (for good), merged. score: probability 0..1; bits: the
-- evidence behind it, by field in evidence
create table duplicate_pairs (
  a_id bigint not null,
  b_id bigint not null,
  score double precision not null,
  bits double precision not null,
  evidence text not null,
  state text not null,
  scan_id bigint,
  created_at bigint not null,
  later_until bigint,
  decided_at bigint,
  decided_by bigint,
  primary key (a_id, b_id)
);
create index duplicate_pairs_b on duplicate_pairs (b_id);
create index duplicate_pairs_open on duplicate_pairs (state, score, a_id, b_id);

-- what a person said of a pair drawn at random, to know how many of those above a score are right
create table duplicate_labels (
  a_id bigint not null,
  b_id bigint not null,
  score double precision not null,
  same boolean,
  staff_id bigint,
  created_at bigint not null,
  labelled_at bigint,
  primary key (a_id, b_id)
);
create sequence merge_batches_ids;
create sequence duplicate_scans_ids;

-- +goose Down
select 1;
