-- +goose Up

-- what lives with a customer and came from another by a merge: the row (part is its id, source and id of an identity,
-- or the tag itself) goes back to its origin when that one is parted again
create table moved (
  subject text not null,
  part text not null,
  origin_id integer not null references customers (id),
  primary key (subject, part, origin_id)
) without rowid;
create index moved_origin on moved (origin_id, subject);
create index findings_customer on findings (subject_id) where subject_type = 'customer';

-- many merges as one, decided by a score; undone as one too
create table merge_batches (
  id integer primary key,
  state text not null,
  least_score real not null,
  total integer not null default 0,
  merged integer not null default 0,
  left_out integer not null default 0,
  undone integer not null default 0,
  actor text not null,
  staff_id integer,
  created_at integer not null,
  finished_at integer,
  undone_at integer
);
alter table merges add column batch_id integer references merge_batches (id);
create index merges_batch on merges (batch_id) where batch_id is not null;

create table duplicate_scans (
  id integer primary key,
  state text not null,
  progress real not null default 0,
  records integer not null default 0,
  compared integer not null default 0,
  skipped integer not null default 0,
  found integer not null default 0,
  suggested_score real,
  learned text not null default '{}',
  error_code text not null default '',
  staff_id integer,
  created_at integer not null,
  started_at integer,
  finished_at integer
);

-- two customers that may be one. state: open, later, different (for good), merged. score: probability 0..1; bits: the
-- evidence behind it, by field in evidence
create table duplicate_pairs (
  a_id integer not null,
  b_id integer not null,
  score real not null,
  bits real not null,
  evidence text not null,
  state text not null,
  scan_id integer,
  created_at integer not null,
  later_until integer,
  decided_at integer,
  decided_by integer,
  primary key (a_id, b_id)
) without rowid;
create index duplicate_pairs_b on duplicate_pairs (b_id);
create index duplicate_pairs_open on duplicate_pairs (state, score, a_id, b_id);

-- what a person said of a pair drawn at random, to know how many of those above a score are right
create table duplicate_labels (
  a_id integer not null,
  b_id integer not null,
  score real not null,
  same boolean,
  staff_id integer,
  created_at integer not null,
  labelled_at integer,
  primary key (a_id, b_id)
) without rowid;

-- +goose Down
select 1;
