-- +goose Up

-- kit --------------------------------------------------------------------------------------------------------
create table id_counters (noun text primary key, next_id integer not null);

create table feed_entries (
  id integer primary key autoincrement,
  txid integer not null default 0,
  subject text not null,
  ids text not null,
  created_at integer not null
);
create index feed_entries_position on feed_entries (txid, id);

create table idempotency_keys (
  actor text not null,
  key text not null,
  operation text not null,
  request_hash text not null,
  status integer,
  body text,
  created_at integer not null,
  primary key (actor, key)
);

create table settings (
  key text primary key,
  value text not null,
  updated_at integer not null
);

-- guard ------------------------------------------------------------------------------------------------------
create table teams (
  id integer primary key,
  name text not null unique,
  created_at integer not null
);

create table staff (
  id integer primary key,
  email text not null unique,
  name text not null,
  role text not null,
  team_id integer references teams (id),
  language text not null default '',
  password_hash text not null default '',
  capacity_minutes integer not null default 390,
  active boolean not null default true,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
);

create table sign_in_links (
  token_hash text primary key,
  purpose text not null,
  staff_id integer references staff (id),
  expires_at integer not null,
  used_at integer
);

create table sessions (
  id integer primary key,
  token_hash text not null unique,
  csrf_token text not null,
  staff_id integer not null references staff (id),
  user_agent text not null,
  address text not null,
  created_at integer not null,
  last_seen_at integer not null,
  expires_at integer not null,
  revoked_at integer
);
create index sessions_staff on sessions (staff_id);

create table api_tokens (
  id integer primary key,
  name text not null,
  token_hash text not null unique,
  role text not null,
  scopes text not null default '[]',
  staff_id integer references staff (id),
  created_at integer not null,
  last_used_at integer,
  expires_at integer,
  revoked_at integer
);

create table audit_entries (
  id integer primary key autoincrement,
  txid integer not null default 0,
  happened_at integer not null,
  actor_id integer,
  actor_name text not null,
  actor_role text not null,
  action text not null,
  subject_type text not null,
  subject_id text not null,
  summary text not null,
  address text not null
);
create index audit_entries_position on audit_entries (txid, id);
create index audit_entries_subject on audit_entries (subject_type, subject_id, id);

create table audit_seals (
  number integer primary key,
  last_txid integer not null,
  last_id integer not null,
  entries integer not null,
  previous_hash text not null,
  hash text not null,
  sealed_at integer not null
);

-- collect ----------------------------------------------------------------------------------------------------
create table sources (
  id integer primary key,
  name text not null unique,
  kind text not null,
  expected_hours integer,
  last_fact_at integer,
  created_at integer not null
);

create table imports (
  id integer primary key,
  kind text not null,
  file_name text not null,
  file_size integer not null,
  file_sha256 text not null,
  stored_as text not null,
  mapping text not null,
  mode text not null,
  dry_run boolean not null default false,
  state text not null,
  staff_id integer,
  total integer not null default 0,
  processed integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  rejected integer not null default 0,
  duplicates integer not null default 0,
  findings integer not null default 0,
  checkpoint text not null default '{}',
  detected text not null default '{}',
  corrections text not null default '{}',
  fence integer not null default 0,
  lease_until integer not null default 0,
  error_code text not null default '',
  error_detail text not null default '',
  created_at integer not null,
  started_at integer,
  finished_at integer,
  undone_at integer,
  version integer not null default 1
);

create table import_rejects (
  import_id integer not null references imports (id),
  row_number integer not null,
  code text not null,
  field text not null,
  value text not null,
  raw text not null,
  primary key (import_id, row_number)
);
create index import_rejects_code on import_rejects (import_id, code, row_number);

-- what an import replaced, so that undo can restore it; rows it created carry its id in created_import_id
create table import_changes (
  import_id integer not null references imports (id),
  subject_type text not null,
  subject_id integer not null,
  before text not null,
  after_version integer not null,
  primary key (import_id, subject_type, subject_id)
);

create table findings (
  id integer primary key,
  cause text not null,
  import_id integer references imports (id),
  subject_type text not null,
  subject_id integer,
  subject_label text not null default '',
  row_number integer,
  field text not null default '',
  value text not null default '',
  state text not null default 'open',
  created_at integer not null,
  closed_at integer,
  closed_by integer
);
create index findings_cause on findings (state, cause, id);
create index findings_import on findings (import_id, cause, id);

-- customer ---------------------------------------------------------------------------------------------------
create table customers (
  id integer primary key,
  kind text not null default 'person',
  name text not null default '',
  given_name text not null default '',
  family_name text not null default '',
  name_key text not null default '',
  name_initials text not null default '',
  gender text not null default 'unknown',
  birthday text,
  country text not null default '',
  province text not null default '',
  city text not null default '',
  district text not null default '',
  address text not null default '',
  postcode text not null default '',
  company text not null default '',
  industry text not null default '',
  lifecycle_stage text not null default 'customer',
  source text not null default '',
  owner_id integer references staff (id),
  team_id integer references teams (id),
  custom text not null default '{}',
  created_import_id integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1,
  deleted_at integer,
  merged_into integer
);
create index customers_name_key on customers (name_key);
create index customers_name_initials on customers (name_initials);
create index customers_name on customers (name);
create index customers_owner on customers (owner_id);
create index customers_import on customers (created_import_id);

create table identities (
  source text not null,
  external_id text not null,
  customer_id integer not null references customers (id),
  created_at integer not null,
  primary key (source, external_id)
);
create index identities_customer on identities (customer_id);
create index identities_external on identities (external_id);

create table contact_points (
  id integer primary key,
  customer_id integer not null references customers (id),
  kind text not null,
  value text not null,
  raw text not null,
  verified boolean not null default false,
  state text not null default 'ok',
  created_at integer not null
);
create unique index contact_points_value on contact_points (kind, value, customer_id);
create index contact_points_customer on contact_points (customer_id);

create table consents (
  id integer primary key,
  customer_id integer not null references customers (id),
  purpose text not null,
  channel text not null,
  granted boolean not null,
  text_version text not null default '',
  proof text not null default '',
  source text not null default '',
  happened_at integer not null
);
create index consents_customer on consents (customer_id, happened_at);

create table customer_tags (
  customer_id integer not null references customers (id),
  tag text not null,
  created_at integer not null,
  primary key (customer_id, tag)
);
create index customer_tags_tag on customer_tags (tag);

create table products (
  id integer primary key,
  sku text not null unique,
  name text not null,
  category text not null default '',
  brand text not null default '',
  tier text not null default '',
  price integer,
  currency text not null default '',
  active boolean not null default true,
  custom text not null default '{}',
  created_import_id integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
);

-- one row per order number of a shop. kind: order (has a line above zero) or refund.
-- gross: sum of lines above zero; refunded: minus the sum of lines below zero; both in minor units, never negative
create table orders (
  id integer primary key,
  shop text not null,
  number text not null,
  kind text not null,
  status text not null,
  customer_id integer references customers (id),
  ordered_at integer not null,
  gross integer not null,
  refunded integer not null,
  currency text not null,
  country text not null default '',
  province text not null default '',
  city text not null default '',
  lines integer not null default 0,
  created_import_id integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1,
  deleted_at integer
);
create unique index orders_number on orders (shop, number);
create index orders_by_number on orders (number);
create index orders_customer on orders (customer_id, ordered_at);
create index orders_import on orders (created_import_id);

-- unit_price_micros: millionths of the major unit, so that 0.001 is exact; amount: minor units, sign kept
create table order_lines (
  order_id integer not null references orders (id),
  position integer not null,
  sku text not null,
  product_name text not null,
  category text not null default '',
  brand text not null default '',
  tier text not null default '',
  quantity real not null,
  unit_price_micros integer not null,
  discount integer not null default 0,
  amount integer not null,
  import_id integer,
  primary key (order_id, position)
);

create table activities (
  id integer primary key,
  customer_id integer not null references customers (id),
  kind text not null,
  content text not null,
  result text not null default '',
  next_action text not null default '',
  next_at integer,
  next_done_at integer,
  staff_id integer not null,
  happened_at integer not null,
  created_at integer not null,
  version integer not null default 1
);
create index activities_customer on activities (customer_id, happened_at);
create index activities_next on activities (next_at);

-- analyze ----------------------------------------------------------------------------------------------------
create table segments (
  id integer primary key,
  name text not null unique,
  description text not null default '',
  condition text not null,
  staff_id integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1,
  deleted_at integer
);

create table metric_targets (
  metric text primary key,
  target real not null,
  direction text not null,
  period text not null default '',
  updated_at integer not null
);

-- decide -----------------------------------------------------------------------------------------------------
-- closed_weight: how bad it was when a person closed it; it returns only when it got materially worse
-- alone: a person took it out of its group. rank_score: the score that orders it, moved only by a real change
create table signals (
  id integer primary key,
  key text not null unique,
  kind text not null,
  area text not null,
  subject_type text not null,
  subject_id text not null,
  subject_name text not null,
  owner_id integer,
  team_id integer,
  audience text not null default '',
  reason_code text not null,
  reason_values text not null,
  at_stake integer,
  stake_basis text not null default '',
  currency text not null,
  chance real not null,
  half_life_minutes real not null,
  effort_minutes real not null,
  due_at integer,
  actions text not null,
  state text not null,
  snoozed_until integer,
  delegated_to integer,
  closed_weight real,
  dismissed_reason text not null default '',
  pinned boolean not null default false,
  alone boolean not null default false,
  rank_score real not null default 0,
  escalated_at integer,
  first_seen_at integer not null,
  updated_at integer not null,
  closed_at integer,
  closed_by integer,
  version integer not null default 1
);
create index signals_state on signals (state, area);
create index signals_subject on signals (subject_type, subject_id);

-- act_id: the first row of the act; a group's act has one row per member, ids in a run, and is undone as one
create table signal_log (
  id integer primary key,
  signal_id integer not null references signals (id),
  kind text not null,
  action text not null,
  staff_id integer,
  minutes real,
  at_stake integer,
  protected integer,
  note text not null default '',
  before text not null default '{}',
  detail text not null default '{}',
  act_id integer not null,
  undone_at integer,
  happened_at integer not null
);
create index signal_log_time on signal_log (happened_at);
create index signal_log_signal on signal_log (signal_id, id);

create table signal_priors (
  kind text primary key,
  chance real not null,
  half_life_minutes real not null,
  effort_minutes real not null,
  updated_at integer not null
);

-- what outcomes taught about each kind; chance and effort_minutes are null until there are enough of them
create table signal_measures (
  kind text primary key,
  chance real,
  chance_n integer not null,
  effort_minutes real,
  effort_n integer not null,
  measured_at integer not null
);

-- +goose Down
select 1;
