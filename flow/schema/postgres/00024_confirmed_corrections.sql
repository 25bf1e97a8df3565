-- +goose Up
-- what a customer says of an address of hers counts once somebody there has opened the link sent to it
alter table corrections add column token_hash text not null default '';
alter table corrections add column confirm_by bigint;
alter table corrections add column confirmed_at bigint;
create index corrections_token on corrections (token_hash) where token_hash <> '';

-- a mail to a customer (staff_id 0): to whom, sealed, and gone once it is sent; mark tells the same address apart by a keyed hash
alter table mails add column customer_id bigint;
alter table mails add column recipient text not null default '';
alter table mails add column mark text not null default '';
create index mails_customer on mails (created_at, customer_id) where customer_id is not null;

-- +goose Down
drop index mails_customer;
alter table mails drop column mark;
alter table mails drop column recipient;
alter table mails drop column customer_id;
drop index corrections_token;
alter table corrections drop column confirmed_at;
alter table corrections drop column confirm_by;
alter table corrections drop column token_hash;
