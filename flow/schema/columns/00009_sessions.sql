-- Runs of one visitor's events, made of events alone and made again when late ones come. ts is the first instant and
-- ended_at the last, duration the seconds between; entry and exit are pages or screens. came_from is the campaign's
-- source or else the foreign host that sent her, null for who came by herself. bounced: one page and nothing done on it
create table session_runs (
  visitor_id bigint not null, customer_id bigint, source_id bigint,
  ts bigint not null, ended_at bigint not null, day date not null, duration double not null,
  pages integer not null, events integer not null, bounced boolean not null,
  entry_page varchar, exit_page varchar, host varchar, came_from varchar, referrer_host varchar,
  utm_source varchar, utm_medium varchar, utm_campaign varchar, device varchar
);

-- A run without a page or a screen is none: a till or a server that reports what somebody did is not a visit. It is kept
-- because a page that comes late makes it one
create view sessions as
select visitor_id, customer_id, source_id, ts, ended_at, day, duration, pages, events, bounced, entry_page, exit_page, host, came_from, referrer_host,
  utm_source, utm_medium, utm_campaign, device
from session_runs
where pages > 0;

-- How long a visitor may be still within the sessions made so far; 0 before any were made
create table session_state (idle_minutes integer not null);
insert into session_state values (0);

-- What has ever been seen of events, so that conditions can ask for it without reading them all
create table event_names (event varchar not null, kind varchar not null, last_ts bigint not null);
create table event_properties (event varchar not null, name varchar not null, type varchar not null);
