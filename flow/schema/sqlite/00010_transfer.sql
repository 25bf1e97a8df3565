-- +goose Up

-- tables taken out: who asked, why, what and how much. condition: of the customers; narrowed: of their orders (both JSON).
-- The file lies beside the records until expires_at
create table exports (
  id integer primary key,
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
  staff_id integer,
  by_name text not null,
  total integer not null default 0,
  processed integer not null default 0,
  written integer not null default 0,
  shortened integer not null default 0,
  file_name text not null default '',
  stored_as text not null default '',
  size integer not null default 0,
  sha256 text not null default '',
  error_code text not null default '',
  downloads integer not null default 0,
  created_at integer not null,
  started_at integer,
  finished_at integer,
  expires_at integer,
  version integer not null default 1
);

-- a mapping somebody gave a name, with the headers it was made for
create table import_mappings (
  id integer primary key,
  kind text not null,
  name text not null,
  headers text not null,
  mapping text not null,
  mode text not null default 'upsert',
  staff_id integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1,
  unique (kind, name)
);

-- files fetched by the clock. place: where they lie (JSON, without the secret); secret: sealed; repeat: when (JSON);
-- marks: what the place said of the latest file, so that it is not fetched twice
create table import_schedules (
  id integer primary key,
  name text not null unique,
  kind text not null,
  mapping_id integer references import_mappings (id),
  mode text not null default 'upsert',
  place text not null,
  secret text not null default '',
  repeat text not null,
  report_to text not null default '[]',
  active boolean not null default true,
  actor text not null,
  staff_id integer,
  marks text not null default '{}',
  failures integer not null default 0,
  next_at integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
);

create table schedule_runs (
  id integer primary key,
  schedule_id integer not null references import_schedules (id),
  state text not null,
  attempt integer not null default 1,
  due_at integer not null,
  started_at integer not null,
  finished_at integer,
  files integer not null default 0,
  known integer not null default 0,
  error_code text not null default '',
  error_detail text not null default ''
);
create index schedule_runs_schedule on schedule_runs (schedule_id, id);

-- what was fetched, known again by its content
create table schedule_files (
  schedule_id integer not null references import_schedules (id),
  sha256 text not null,
  name text not null,
  size integer not null,
  run_id integer not null,
  import_id integer not null,
  created_at integer not null,
  primary key (schedule_id, sha256)
);
create index schedule_files_run on schedule_files (run_id);

alter table imports add column notify boolean not null default false;
alter table imports add column schedule_id integer;

-- mail that leaves the building. A mail is marked in_flight before the server is asked; what a crash leaves there is in doubt
create table mails (
  id integer primary key,
  to_address text not null,
  subject text not null,
  body text not null,
  about_type text not null default '',
  about_id integer,
  state text not null,
  attempts integer not null default 0,
  message_id text not null,
  error_code text not null default '',
  error_detail text not null default '',
  next_at integer not null,
  created_at integer not null,
  sent_at integer
);
create index mails_due on mails (state, next_at);

-- persons who speak for an organization, and what their word weighs
create table contacts (
  id integer primary key,
  organization_id integer not null references customers (id),
  person_id integer not null references customers (id),
  role text not null default '',
  title text not null default '',
  created_import_id integer,
  created_at integer not null
);
create index contacts_organization on contacts (organization_id, person_id);
create index contacts_person on contacts (person_id);
create index contacts_import on contacts (created_import_id) where created_import_id is not null;

-- +goose Down
select 1;
