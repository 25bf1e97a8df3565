-- +goose Up
-- a report, dashboard or review that staff are sent by the calendar: subject is what (report:ID, ready:KEY, dashboard:ID,
-- pack:KEY, review:week), repeat and recipients (ids of staff) are JSON; said: whom the last sending reached, and whom not and why
create table mailings (
  id integer primary key,
  name text not null,
  subject text not null,
  repeat text not null,
  recipients text not null,
  format text not null default '',
  active boolean not null default true,
  staff_id integer,
  next_at integer not null,
  sent_at integer,
  said text not null default '[]',
  created_at integer not null,
  updated_at integer not null,
  deleted_at integer,
  version integer not null default 1
);
create index mailings_due on mailings (next_at) where active;

-- recipients who want no more of it
create table mailing_stops (
  mailing_id integer not null references mailings (id),
  staff_id integer not null,
  created_at integer not null,
  primary key (mailing_id, staff_id)
);

-- words and file of a passing mail are gone from the journal once it is sent; file is base64
alter table mails add column passing boolean not null default false;
alter table mails add column file_name text not null default '';
alter table mails add column file_kind text not null default '';
alter table mails add column file text not null default '';

-- +goose Down
alter table mails drop column file;
alter table mails drop column file_kind;
alter table mails drop column file_name;
alter table mails drop column passing;
drop table mailing_stops;
drop table mailings;
