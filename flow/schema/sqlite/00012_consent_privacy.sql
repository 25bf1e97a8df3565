-- +goose Up

-- What a customer may be asked for. basis: consent (silence is a no), contract, legal_obligation, legitimate_interest (a
-- no stands, silence does not). channels: JSON list of those it is asked for.
create table consent_purposes (
  key text primary key,
  label_zh text not null,
  label_en text not null,
  about_zh text not null default '',
  about_en text not null default '',
  basis text not null default 'consent',
  channels text not null default '["email","sms","wechat","phone","post"]',
  position integer not null default 0,
  archived_at integer,
  created_at integer not null,
  updated_at integer not null,
  version integer not null default 1
) without rowid;
insert into consent_purposes (key, label_zh, label_en, about_zh, about_en, basis, position, created_at, updated_at) values
  ('service', '服务通知', 'Service messages', '与您的订单、售后和账户有关的通知', 'Messages about your orders, returns and account', 'contract', 1, 0, 0),
  ('marketing', '营销信息', 'Marketing', '新品、优惠和活动', 'New products, offers and events', 'consent', 2, 0, 0),
  ('survey', '问卷调研', 'Surveys', '请您评价产品和服务', 'Asking your opinion of products and service', 'consent', 3, 0, 0),
  ('profiling', '个性化推荐', 'Personal recommendations', '按您的购买和浏览记录挑选推荐内容', 'Choosing what we show you by what you bought and looked at', 'consent', 4, 0, 0),
  ('third_party', '向第三方提供', 'Sharing with third parties', '向合作方提供您的信息', 'Giving your details to partners', 'consent', 5, 0, 0);

-- The text people were shown when they were asked; a row never changes. ask_again: what was agreed to before does not
-- cover this text, so that whoever agreed to an earlier one has to be asked again.
create table consent_notices (
  id integer primary key,
  purpose text not null references consent_purposes (key),
  number integer not null,
  text_zh text not null,
  text_en text not null,
  ask_again boolean not null default false,
  staff_id integer,
  created_at integer not null,
  unique (purpose, number)
);

-- notice: number of the notice she was shown, of the purpose; null: unknown. proof_kind: spoken, form, document, link, import.
-- address: where a word given over the network came from. staff_id: who recorded it
alter table consents add column notice integer;
alter table consents add column proof_kind text not null default '';
alter table consents add column address text not null default '';
alter table consents add column staff_id integer;
alter table consents add column import_id integer;
create index consents_said on consents (happened_at, id);
create index consents_import on consents (import_id);

-- A hard stop on a contact point, whatever anybody has agreed to. mark: keyed hash of the contact point, so that the list
-- outlives customers and tells nobody whom it is about. reason: complaint, bounce, law, request
create table contact_stops (
  mark text not null,
  channel text not null,
  reason text not null,
  note text not null default '',
  staff_id integer,
  since integer not null,
  primary key (mark, channel)
) without rowid;

-- channels a contact point must not be used for, separated by commas: copied from contact_stops when either comes in
alter table contact_points add column stopped text not null default '';

-- What people ask for about their own data, with the day by which the law wants an answer. code_hash: keyed hash of the
-- code that the person who asked was shown; whoever knows it is she
create table person_requests (
  id integer primary key,
  customer_id integer references customers (id),
  kind text not null,
  state text not null,
  source text not null,
  note text not null default '',
  code_hash text not null default '',
  attempts integer not null default 0,
  verified_by text not null default '',
  verified_at integer,
  due_at integer not null,
  outcome text not null default '',
  staff_id integer,
  address text not null default '',
  created_at integer not null,
  closed_at integer,
  version integer not null default 1
);
create index person_requests_customer on person_requests (customer_id);
create index person_requests_state on person_requests (state, due_at, id);

-- While one is in force nothing about the customer is deleted, whatever its time.
create table legal_holds (
  id integer primary key,
  customer_id integer not null references customers (id),
  reason text not null,
  staff_id integer,
  since integer not null,
  lifted_at integer
);
create index legal_holds_customer on legal_holds (customer_id);

-- What is said about a field or a kind of records: what it is for, on which ground and for how long it is kept, whose it is.
-- name: a field of customers (phone, custom.KEY) or a kind of records (records.orders)
create table data_items (
  name text primary key,
  purpose text not null default '',
  basis text not null default '',
  retention_days integer,
  owner_id integer references staff (id),
  definition text not null default '',
  rule text not null default '',
  recipients text not null default '',
  updated_at integer not null,
  version integer not null default 1
) without rowid;

create table retention_runs (
  id integer primary key,
  started_at integer not null,
  finished_at integer,
  deleted integer not null default 0,
  report text not null default '{}'
);

-- +goose Down
select 1;
