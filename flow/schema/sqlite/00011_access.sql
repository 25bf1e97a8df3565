-- +goose Up

-- method: password | link | passkey | oidc; awaiting: what is still to be shown before the session is worth anything
-- (second_factor | enrolment), '' when nothing is; proven_at: when the person last showed who they are
alter table sessions add column method text not null default 'password';
alter table sessions add column awaiting text not null default '';
alter table sessions add column proven_at integer not null default 0;

-- a one-time code generator; the secret is sealed with the instance's keys. last_step: the period of the last code taken,
-- so that none is taken twice
create table totp (
  staff_id integer not null unique references staff (id),
  secret text not null,
  confirmed_at integer,
  last_step integer not null default 0,
  created_at integer not null
);

create table recovery_codes (
  staff_id integer not null references staff (id),
  code_hash text not null,
  created_at integer not null,
  used_at integer,
  primary key (staff_id, code_hash)
);

-- credential: what the authenticator showed when it was enrolled, with its counter, as JSON
create table passkeys (
  id integer primary key,
  staff_id integer not null references staff (id),
  credential_id text not null unique,
  name text not null,
  credential text not null,
  created_at integer not null,
  last_used_at integer
);
create index passkeys_staff on passkeys (staff_id);

-- a ceremony begun: what must come back for it to end. kind: passkey_new | passkey_enter | oidc
create table sign_in_steps (
  token_hash text primary key,
  kind text not null,
  staff_id integer references staff (id),
  state text not null,
  expires_at integer not null
);

-- wrong passwords and codes in a row, by what they were tried on
create table sign_in_failures (
  key text primary key,
  failures integer not null,
  failed_at integer not null
);

-- who a member of staff is to a sign-in provider
create table outside_identities (
  issuer text not null,
  subject text not null,
  staff_id integer not null references staff (id),
  created_at integer not null,
  primary key (issuer, subject)
);
create index outside_identities_staff on outside_identities (staff_id);

-- the tree of teams: who leads a team sees the teams below it
alter table teams add column parent_id integer references teams (id);

-- roles of the workspace's own, and built-in ones that it has changed. base: the built-in role it was copied from, whose
-- part it plays in the day's work; fields: right to each field; unusable: fields that may be read but not filtered,
-- sorted, grouped or exported by
create table roles (
  name text primary key,
  label_zh text not null,
  label_en text not null,
  base text not null,
  permissions text not null,
  reach text not null,
  fields text not null,
  unusable text not null default '[]',
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
);

-- customers that fit a condition are shared with a role, a team or a person. access: read | write
create table sharing_rules (
  id integer primary key,
  name text not null,
  condition text not null,
  target_kind text not null,
  target text not null,
  access text not null,
  active boolean not null default true,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
);

-- +goose Down
select 1;
