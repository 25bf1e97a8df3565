-- +goose Up
create sequence exports_ids;
create sequence import_mappings_ids;
create sequence import_schedules_ids;
create sequence schedule_runs_ids;
create sequence mails_ids;
create sequence contacts_ids;

-- tables taken out: who asked, why, what and how much. condition: of the customers; narrowed: of their orders (both JSON).
-- The file lies beside the records until expires_at
create table exports (
  id bigint primary key,
  kind text not null,
  format text not null,
  bom boolean not null default true,
  fields text not null,
  condition text not null default '',
  narrowed text not null default '{}',
  language text not null,
  reason text not null,
  notify boolean not null default false,
  state text not null,
  actor text not null,
  actor_key text not null,
  staff_id bigint,
  by_name text not null,
  total bigint not null default 0,
  processed bigint not null default 0,
  written bigint not null default 0,
  shortened bigint not null default 0,
  file_name text not null default '',
  stored_as text not null default '',
  size bigint not null default 0,
  sha256 text not null default '',
  error_code text not null default '',
  downloads bigint not null default 0,
  created_at bigint not null,
  started_at bigint,
  finished_at bigint,
  expires_at bigint,
  version bigint not null default 1
);

-- a mapping somebody gave a name, with the headers it was made for
create table import_mappings (
  id bigint primary key,
  kind text not null,
  name text not null,
  headers text not null,
  mapping text not null,
  mode text not null default 'upsert',
  staff_id bigint,
  created_at bigint not null,
  updated_at bigint not null,
  version bigint not null default 1,
  unique (kind, name)
);

-- files fetched by the clock. place: where they lie (JSON, without the secret); secret: sealed; repeat: when (JSON);
-- marks: what the place said of the latest file, so that it is not fetched twice
create table import_schedules (
  id bigint primary key,
  name text not null unique,
  kind text not null,
  mapping_id bigint references import_mappings (id),
  mode text not null default 'upsert',
  place text not null,
  secret text not null default '',
  repeat text not null,
  report_to text not null default '[]',
  active boolean not null default true,
  actor text not null,
  staff_id bigint,
  marks text not null default '{}',
  failures bigint not null default 0,
  next_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  version bigint not null default 1
);

create table schedule_runs (
  id bigint primary key,
  schedule_id bigint not null references import_schedules (id),
  state text not null,
  attempt bigint not null default 1,
  due_at bigint not null,
  started_at bigint not null,
  finished_at bigint,
  files bigint not null default 0,
  known bigint not null default 0,
  error_code text not null default '',
  error_detail text not null default ''
);
create index schedule_runs_schedule on schedule_runs (schedule_id, id);

-- what was fetched, known again by its content
create table schedule_files (
  schedule_id bigint not null references import_schedules (id),
  sha256 text not null,
  name text not null,
  size bigint not null,
  run_id bigint not null,
  import_id bigint not null,
  created_at bigint not null,
  primary key (schedule_id, sha256)
);
create index schedule_files_run on schedule_files (run_id);

alter table imports add column notify boolean not null default false;
alter table imports add column schedule_id bigint;

-- mail that leaves the building. A mail is marked in_flight before the server is asked; what a crash leaves there is in doubt
create table mails (
  id bigint primary key,
  to_address text not null,
  subject text not null,
  body text not null,
  about_type text not null default '',
  about_id bigint,
  state text not null,
  attempts bigint not null default 0,
  message_id text not null,
  error_code text not null default '',
  error_detail text not null default '',
  next_at bigint not null,
  created_at bigint not null,
  sent_at bigint
);
create index mails_due on mails (state, next_at);

-- persons who speak for an organization, and what their word weighs
create table contacts (
  id bigint primary key,
  organization_id bigint not null references customers (id),
  person_id bigint not null references customers (id),
  role text not null default '',
  title text not null default '',
  created_import_id bigint,
  created_at bigint not null
);
create index contacts_organization on contacts (organization_id, person_id);
create index contacts_person on contacts (person_id);
create index contacts_import on contacts (created_import_id) where created_import_id is not null;

-- +goose Down
select 1;
