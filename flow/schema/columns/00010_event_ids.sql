-- by which key an event names its customer, where it is not the visitor's: the visitor that stands for a user id
alter table events add column key_id bigint;

-- the message ids of the last 48 hours, by which what a client sends again is recognised: two halves of a digest of source
-- and message id
create table event_ids (a bigint not null, b bigint not null, batch_id bigint not null, received_at bigint not null);
