-- +goose Up

-- a source with a write key receives events. origins: JSON list of the web origins that may send, empty for all.
-- events_per_second: 0 is no bound
alter table sources add column write_key text not null default '';
alter table sources add column origins text not null default '[]';
alter table sources add column events_per_second integer not null default 0;
alter table sources add column version integer not null default 1;
create unique index sources_write_key on sources (write_key) where write_key <> '';

-- why events of a source were not taken, how often and when last
create table source_refusals (
  source_id integer not null references sources (id),
  code text not null,
  field text not null,
  count integer not null,
  last_at integer not null,
  primary key (source_id, code, field)
);

-- the inbox of events, and their records for good: one row a request. While state is received, body is what came in; once
-- it is resolved, its events with whose they are and without what tells who that is. body is compressed with zstd.
-- kind: of the operation, empty for several. agent: the User-Agent of the request
create table event_batches (
  id integer primary key,
  source_id integer not null references sources (id),
  kind text not null,
  agent text not null default '',
  state text not null,
  body blob not null,
  events integer not null,
  first_ts integer,
  last_ts integer,
  received_at integer not null
);
create index event_batches_waiting on event_batches (id) where state = 'received';
create index event_batches_time on event_batches (received_at);
create index event_batches_first on event_batches (first_ts) where state = 'resolved';

-- by which key a visitor was named last: the visitor that stands for that key
alter table visitors add column named_by integer;

-- visitors whose events are still to be taken out of the records: JSON list of their ids
create table event_erasures (
  id integer primary key,
  visitors text not null,
  first_at integer not null,
  created_at integer not null
);

-- +goose Down
select 1;
