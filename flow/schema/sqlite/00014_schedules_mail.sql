-- +goose Up

-- the tables of 00010 for schedules and mail were made ahead of what uses them and never filled
drop table schedule_files;
drop table schedule_runs;
drop table import_schedules;
drop table mails;
alter table imports drop column notify;
alter table exports drop column notify;

-- who is told by mail how it ended: JSON list of staff ids
alter table imports add column report_to text not null default '[]';
alter table exports add column report_to text not null default '[]';

-- what the clock brings in or takes out. place: where files lie (JSON, without the secret); secret: sealed; content: of an
-- export what is taken out (JSON); assign: whose new customers are (JSON), '' = as the mapping says; repeat: when (JSON);
-- marks: what the place said of the files seen last, so that they are not fetched again; actor: with whose rights (JSON).
-- run_id: the run that is under way; fence and lease_until: which process has it
create table schedules (
  id integer primary key,
  name text not null unique,
  direction text not null,
  kind text not null,
  mapping_id integer references import_mappings (id),
  mode text not null default 'upsert',
  assign text not null default '',
  content text not null default '{}',
  place text not null,
  secret text not null default '',
  repeat text not null,
  report_to text not null default '[]',
  active boolean not null default true,
  actor text not null,
  staff_id integer,
  marks text not null default '{}',
  failures integer not null default 0,
  error_code text not null default '',
  next_at integer not null,
  retry_at integer,
  run_id integer,
  fence integer not null default 0,
  lease_until integer not null default 0,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
);

create table schedule_runs (
  id integer primary key,
  schedule_id integer not null references schedules (id),
  cause text not null,
  state text not null,
  due_at integer not null,
  started_at integer not null,
  finished_at integer,
  files integer not null default 0,
  known integer not null default 0,
  failed integer not null default 0,
  written integer not null default 0,
  file_name text not null default '',
  export_id integer,
  error_code text not null default '',
  error_detail text not null default ''
);
create index schedule_runs_schedule on schedule_runs (schedule_id, id);

-- what was fetched, known again by its content
create table schedule_files (
  schedule_id integer not null references schedules (id),
  sha256 text not null,
  name text not null,
  size integer not null,
  run_id integer not null,
  import_id integer not null,
  created_at integer not null,
  primary key (schedule_id, sha256)
);
create index schedule_files_run on schedule_files (run_id);

-- mail to staff. once: what it tells of, and whom, so that nobody is told twice. A mail is in_flight before the server is
-- asked; what a crash leaves there is in doubt
create table mails (
  id integer primary key,
  once text not null unique,
  staff_id integer not null,
  subject text not null,
  body text not null,
  html text not null,
  state text not null,
  attempts integer not null default 0,
  error_code text not null default '',
  answer text not null default '',
  next_at integer not null,
  claimed_at integer,
  created_at integer not null,
  sent_at integer
);
create index mails_due on mails (state, next_at);

-- +goose Down
select 1;
