-- +goose Up
create sequence alert_rules_ids;
create sequence alerts_ids;
create sequence alert_history_ids;

-- what is watched without anybody looking. watches: a metric, a segment or customers by a condition; fires: when that is
-- worth telling (both JSON). owner_kind: staff | team | customer_owner. said: what the last look found (JSON), no change of
-- the rule: version counts what persons changed
create table alert_rules (
  id bigint primary key,
  name text not null,
  watches text not null,
  fires text not null,
  severity text not null,
  owner_kind text not null,
  owner_id bigint,
  due_minutes bigint not null,
  escalate_minutes bigint not null,
  escalate_to bigint,
  proposal text not null default '',
  active boolean not null default true,
  muted_until bigint,
  staff_id bigint,
  said text not null default '{}',
  looked_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint,
  version integer not null default 1
);

-- one time a rule fired for one subject: 'rule' for what it watches as a whole, 'customer:ID' for one customer. state: open |
-- acknowledged | closed | expired. evidence: the figures of that time (JSON). back_at: when it was no longer so; until then
-- the rule does not fire again for the subject. A rule never has two open alerts about one subject
create table alerts (
  id bigint primary key,
  rule_id bigint not null references alert_rules (id),
  subject text not null,
  customer_id bigint,
  severity text not null,
  state text not null,
  owner_id bigint,
  team_id bigint,
  evidence text not null,
  at_stake bigint,
  opened_at bigint not null,
  first_at bigint not null,
  updated_at bigint not null,
  due_at bigint not null,
  escalate_at bigint,
  escalated_to bigint,
  escalations integer not null default 0,
  acknowledged_at bigint,
  acknowledged_by bigint,
  back_at bigint,
  closed_at bigint,
  closed_by bigint,
  taken text not null default '',
  note text not null default '',
  reopened integer not null default 0,
  version integer not null default 1
);
create unique index alerts_open on alerts (rule_id, subject) where state in ('open', 'acknowledged');
create index alerts_rule on alerts (rule_id, state, id);
create index alerts_customer on alerts (customer_id) where customer_id is not null;
create index alerts_escalate on alerts (escalate_at) where escalate_at is not null;

create table alert_history (
  id bigint primary key,
  alert_id bigint not null references alerts (id),
  act text not null,
  staff_id bigint,
  happened_at bigint not null,
  detail text not null default '{}'
);
create index alert_history_alert on alert_history (alert_id, id);

-- +goose Down
drop table alert_history;
drop table alerts;
drop table alert_rules;
drop sequence alert_history_ids;
drop sequence alerts_ids;
drop sequence alert_rules_ids;
