-- The stages of the life of customers. customers.lifecycle_stage is the stage she is in: that of the lifecycle the company has
-- defined, or the one set by hand where it has defined none; hand_stage is the one set by hand
alter table customers add column hand_stage varchar;
update customers set hand_stage = lifecycle_stage;
create table customer_stages (customer_id bigint not null, stage varchar not null, since bigint not null, cause varchar not null);
-- Every change of stage. from_stage is null for who was in none, such as a new customer, to_stage for who is in none any more.
-- cause: start (in it when the stages were defined) | rule (the stages were changed) | facts | day (time passed) | scores |
-- hand | gone (merged, deleted or erased) | past (reckoned afterwards from what happened before the stages were defined)
create table stage_moves (customer_id bigint not null, from_stage varchar, to_stage varchar, cause varchar not null, ts bigint not null, day date not null);
-- One row while there are stages: what they were reckoned from, when last everybody's, when somebody moved last, when the
-- stages were defined, and of which day on moves are known
create table lifecycle_state (version bigint not null, evaluated_at bigint not null, moved_at bigint not null, began_at bigint not null, known_from date);
-- Why somebody entered or left a segment: causes as above, and the parts of its condition that decided, as a JSON list
alter table segment_moves add column cause varchar;
alter table segment_moves add column parts varchar;
