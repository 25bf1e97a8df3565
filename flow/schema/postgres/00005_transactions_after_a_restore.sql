-- +goose Up

-- Feed and audit log are ordered by transaction. Records restored on another cluster hold transactions that this cluster
-- has not reached yet; a restore sets the base so that what is written next comes after all of them.
create function transaction_base() returns bigint language sql immutable as 'select 0::bigint';
create function change_transaction() returns bigint language sql stable as
  'select pg_current_xact_id()::text::bigint + transaction_base()';
create function change_horizon() returns bigint language sql stable as
  'select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + transaction_base()';
alter table feed_entries alter column txid set default change_transaction();
alter table audit_entries alter column txid set default change_transaction();

-- +goose Down
select 1;
