-- +goose Up

-- what the workspace has changed about a rule of the product, and rules of its own (own: a condition whom it holds for is
-- a finding). threshold null: the product's; fields: JSON list, null: the product's
create table quality_rules (
  key text primary key,
  own boolean not null default false,
  active boolean not null default true,
  weight real not null default 1,
  threshold real,
  fields text,
  dimension text not null default '',
  field text not null default '',
  condition text not null default '',
  label_zh text not null default '',
  label_en text not null default '',
  staff_id integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
) without rowid;

-- one search of all records. score and dimensions: 0..1; rules, sources, learned: JSON. customers counts those examined
create table quality_runs (
  id integer primary key,
  state text not null,
  scheduled boolean not null default false,
  progress real not null default 0,
  customers integer not null default 0,
  score real,
  dimensions text not null default '{}',
  findings integer not null default 0,
  found integer not null default 0,
  solved integer not null default 0,
  rules text not null default '[]',
  learned text not null default '{}',
  error_code text not null default '',
  staff_id integer,
  created_at integer not null,
  started_at integer,
  finished_at integer
);

-- what a person has said about one value: confirmed (it is right), excluded (analysis does without it)
create table quality_marks (
  subject_type text not null,
  subject_id integer not null,
  rule text not null,
  field text not null,
  kind text not null,
  value text not null,
  fix_id integer,
  staff_id integer,
  created_at integer not null,
  primary key (subject_type, subject_id, rule, field)
) without rowid;
create index quality_marks_kind on quality_marks (kind, subject_type);

-- one repair of many records. options: JSON of what was asked; actor: JSON, with whose rights it is done
create table quality_fixes (
  id integer primary key,
  state text not null,
  rule text not null,
  method text not null,
  options text not null,
  total integer not null default 0,
  changed integer not null default 0,
  left_out integer not null default 0,
  undone integer not null default 0,
  kept integer not null default 0,
  reached text not null default '',
  actor text not null,
  staff_id integer,
  created_at integer not null,
  finished_at integer,
  undone_at integer
);

-- what a repair did to one field of one record; before and after as field_history has them. state: done, undone, kept
-- (it was changed since, and undo left it)
create table quality_fix_changes (
  fix_id integer not null references quality_fixes (id),
  id integer not null,
  subject_type text not null,
  subject_id integer not null,
  kind text not null,
  field text not null,
  before text not null,
  after text not null,
  state text not null default 'done',
  primary key (fix_id, id)
) without rowid;
create index quality_fix_changes_subject on quality_fix_changes (subject_type, subject_id);

-- a detail that the owner is to ask the customer for; value: what stood there then; it is answered once
-- something else does
create table quality_asks (
  customer_id integer not null,
  field text not null,
  value text not null,
  fix_id integer,
  staff_id integer,
  created_at integer not null,
  primary key (customer_id, field)
) without rowid;

-- +goose Down
select 1;
