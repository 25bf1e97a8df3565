-- +goose Up

-- a list is a fixed set of customers picked by hand, from a filter, an import or a segment. A list may stand under another
-- one: who is in one below is in those above too. team_id, owner_id: to whom the group and its members belong
create table lists (
  id integer primary key,
  name text not null unique,
  description text not null default '',
  parent_id integer references lists (id),
  owner_id integer references staff (id),
  team_id integer references teams (id),
  staff_id integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1,
  deleted_at integer
);
create index lists_parent on lists (parent_id) where parent_id is not null;

create table list_members (
  customer_id integer not null references customers (id),
  list_id integer not null references lists (id),
  created_at integer not null,
  primary key (customer_id, list_id)
) without rowid;
create index list_members_list on list_members (list_id);

alter table segments add column parent_id integer references lists (id);
alter table segments add column owner_id integer references staff (id);
alter table segments add column team_id integer references teams (id);

-- the plan that those who work with a group share, every version of it. group_type: list or segment
create table group_plans (
  group_type text not null,
  group_id integer not null,
  version integer not null,
  content text not null,
  staff_id integer,
  author text not null default '',
  created_at integer not null,
  primary key (group_type, group_id, version)
) without rowid;

-- one change to many customers, undone as one too. kind says what is done, what names it in detail; targets: a roaring
-- bitmap of the customers chosen; reached: the last of them that is done. group_type, group_id: the group whose standing
-- order to its team this is
create table bulk_edits (
  id integer primary key,
  kind text not null,
  what text not null,
  chosen text not null,
  state text not null,
  targets blob not null,
  reached integer not null default 0,
  total integer not null,
  changed integer not null default 0,
  unchanged integer not null default 0,
  left_out integer not null default 0,
  undone integer not null default 0,
  kept integer not null default 0,
  error_code text not null default '',
  group_type text not null default '',
  group_id integer not null default 0,
  actor text not null,
  actor_key text not null,
  created_at integer not null,
  finished_at integer,
  undone_at integer
);
create index bulk_edits_group on bulk_edits (group_type, group_id) where group_id <> 0;

-- what an edit replaced at each customer it changed
create table bulk_changes (
  edit_id integer not null references bulk_edits (id),
  customer_id integer not null,
  before text not null,
  primary key (edit_id, customer_id)
) without rowid;
create index bulk_changes_customer on bulk_changes (customer_id);

-- by what the keys of a source recognise a customer, in order, and what to do when they contradict each other
create table identity_rules (
  source text primary key,
  rules text not null,
  updated_at integer not null,
  version integer not null default 1
) without rowid;

-- somebody seen under a key (a browser, a device, an openid) of a source; customer_id once it is known who that is.
-- What visitors did hangs on them, so that tying and un-tying move it as a whole
create table visitors (
  id integer primary key,
  source text not null,
  kind text not null,
  value text not null,
  customer_id integer references customers (id),
  first_seen_at integer not null,
  last_seen_at integer not null,
  tied_at integer,
  tied_by text not null default ''
);
create unique index visitors_key on visitors (value, kind, source);
create index visitors_customer on visitors (customer_id) where customer_id is not null;

create table visitor_sightings (
  id integer primary key,
  visitor_id integer not null references visitors (id),
  event text not null,
  properties text not null default '{}',
  happened_at integer not null
);
create index visitor_sightings_visitor on visitor_sightings (visitor_id, happened_at);

-- a tie that a person has taken back is not made again by a rule
create table visitor_partings (
  visitor_id integer not null references visitors (id),
  customer_id integer not null,
  actor text not null,
  parted_at integer not null,
  primary key (visitor_id, customer_id)
) without rowid;

-- +goose Down
select 1;
