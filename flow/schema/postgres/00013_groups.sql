-- +goose Up

create sequence lists_ids;
create sequence bulk_edits_ids;
create sequence visitors_ids;
create sequence visitor_sightings_ids;

-- a list is a fixed set of customers picked by hand, from a filter, an import or a segment. A list may stand under another
-- one: who is in one below is in those above too. team_id, owner_id: to whom the group and its members belong
create table lists (
  id bigint primary key,
  name text not null unique,
  description text not null default '',
  parent_id bigint references lists (id),
  owner_id bigint references staff (id),
  team_id bigint references teams (id),
  staff_id bigint,
  created_at bigint not null,
  updated_at bigint not null,
  version bigint not null default 1,
  deleted_at bigint
);
create index lists_parent on lists (parent_id) where parent_id is not null;

create table list_members (
  customer_id bigint not null references customers (id),
  list_id bigint not null references lists (id),
  created_at bigint not null,
  primary key (customer_id, list_id)
);
create index list_members_list on list_members (list_id);

alter table segments add column parent_id bigint references lists (id);
alter table segments add column owner_id bigint references staff (id);
alter table segments add column team_id bigint references teams (id);

-- the plan that those who work with a group share, every version of it. group_type: list or segment
create table group_plans (
  group_type text not null,
  group_id bigint not null,
  version bigint not null,
  content text not null,
  staff_id bigint,
  author text not null default '',
  created_at bigint not null,
  primary key (group_type, group_id, version)
);

-- one change to many customers, undone as one too. kind says what is done, what names it in detail; targets: a roaring
-- bitmap of the customers chosen; reached: the last of them that is done. group_type, group_id: the group whose standing
-- order to its team this is
create table bulk_edits (
  id bigint primary key,
  kind text not null,
  what text not null,
  chosen text not null,
  state text not null,
  targets bytea not null,
  reached bigint not null default 0,
  total bigint not null,
  changed bigint not null default 0,
  unchanged bigint not null default 0,
  left_out bigint not null default 0,
  undone bigint not null default 0,
  kept bigint not null default 0,
  error_code text not null default '',
  group_type text not null default '',
  group_id bigint not null default 0,
  actor text not null,
  actor_key text not null,
  created_at bigint not null,
  finished_at bigint,
  undone_at bigint
);
create index bulk_edits_group on bulk_edits (group_type, group_id) where group_id <> 0;

-- what an edit replaced at each customer it changed
create table bulk_changes (
  edit_id bigint not null references bulk_edits (id),
  customer_id bigint not null,
  before text not null,
  primary key (edit_id, customer_id)
);
create index bulk_changes_customer on bulk_changes (customer_id);

-- by what the keys of a source recognise a customer, in order, and what to do when they contradict each other
create table identity_rules (
  source text primary key,
  rules text not null,
  updated_at bigint not null,
  version bigint not null default 1
);

-- somebody seen under a key (a browser, a device, an openid) of a source; customer_id once it is known who that is.
-- What visitors did hangs on them, so that tying and un-tying move it as a whole
create table visitors (
  id bigint primary key,
  source text not null,
  kind text not null,
  value text not null,
  customer_id bigint references customers (id),
  first_seen_at bigint not null,
  last_seen_at bigint not null,
  tied_at bigint,
  tied_by text not null default ''
);
create unique index visitors_key on visitors (value, kind, source);
create index visitors_customer on visitors (customer_id) where customer_id is not null;

create table visitor_sightings (
  id bigint primary key,
  visitor_id bigint not null references visitors (id),
  event text not null,
  properties text not null default '{}',
  happened_at bigint not null
);
create index visitor_sightings_visitor on visitor_sightings (visitor_id, happened_at);

-- a tie that a person has taken back is not made again by a rule
create table visitor_partings (
  visitor_id bigint not null references visitors (id),
  customer_id bigint not null,
  actor text not null,
  parted_at bigint not null,
  primary key (visitor_id, customer_id)
);

-- +goose Down
select 1;
