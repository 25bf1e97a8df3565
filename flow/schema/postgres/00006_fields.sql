-- +goose Up

-- fields of customers that the workspace has defined itself; the values stand in customers.custom, by key. A key is never
-- used for another field: an archived one keeps its row. required_at: stages of life; choices: values with labels and
-- what comes in for them
create table customer_fields (
  key text primary key,
  label_zh text not null,
  label_en text not null,
  applies_to text not null,
  type text not null,
  unit text not null default '',
  purpose text not null default '',
  sensitivity text not null default 'normal',
  retention_days bigint,
  required_at text not null default '[]',
  choices text not null default '[]',
  form_group text not null default '',
  position bigint not null default 0,
  archived_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  version bigint not null default 1
);

-- what a field of a customer was and became (JSON for fields of the workspace's own), who or what said so, and when.
-- source: staff, import, merge, ...; what a customer was imported with is told by the customer
create table field_history (
  id bigint primary key,
  customer_id bigint not null,
  field text not null,
  before text not null,
  after text not null,
  source text not null,
  actor text not null default '',
  staff_id bigint,
  import_id bigint,
  happened_at bigint not null
);
create index field_history_customer on field_history (customer_id, field, id);
create sequence field_history_ids;

-- +goose Down
select 1;
