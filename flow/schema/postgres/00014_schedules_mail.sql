-- +goose Up
drop sequence import_schedules_ids;
create sequence schedules_ids;

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
  id bigint primary key,
  name text not null unique,
  direction text not null,
  kind text not null,
  mapping_id bigint references import_mappings (id),
  mode text not null default 'upsert',
  assign text not null default '',
  content text not null default '{}',
  place text not null,
  secret text not null default '',
  repeat text not null,
  report_to text not null default '[]',
  active boolean not null default true,
  actor text not null,
  staff_id bigint,
  marks text not null default '{}',
  failures bigint not null default 0,
  error_code text not null default '',
  next_at bigint not null,
  retry_at bigint,
  run_id bigint,
  fence bigint not null default 0,
  lease_until bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null,
  version bigint not null default 1
);

create table schedule_runs (
  id bigint primary key,
  schedule_id bigint not null references schedules (id),
  cause text not null,
  state text not null,
  due_at bigint not null,
  started_at bigint not null,
  finished_at bigint,
  files bigint not null default 0,
  known bigint not null default 0,
  failed bigint not null default 0,
  written bigint not null default 0,
  file_name text not null default '',
  export_id bigint,
  error_code text not null default '',
  error_detail text not null default ''
);
create index schedule_runs_schedule on schedule_runs (schedule_id, id);

-- what was fetched, known again by its content
create table schedule_files (
  schedule_id bigint not null references schedules (id),
  sha256 text not null,
  name text not null,
  size bigint not null,
  run_id bigint not null,
  import_id bigint not null,
  created_at bigint not null,
  primary key (schedule_id, sha256)
);
create index schedule_files_run on schedule_files (run_id);

-- mail to staff. once: what it tells of, and whom, so that nobody is told twice. A mail is in_flight before the server is
-- asked; what a crash leaves there is in doubt
create table mails (
  id bigint primary key,
  once text not null unique,
  staff_id bigint not null,
  subject text not null,
  body text not null,
  html text not null,
  state text not null,
  attempts bigint not null default 0,
  error_code text not null default '',
  answer text not null default '',
  next_at bigint not null,
  claimed_at bigint,
  created_at bigint not null,
  sent_at bigint
);
create index mails_due on mails (state, next_at);

-- +goose Down
select 1;
