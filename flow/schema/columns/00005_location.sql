-- domestic or foreign as seen from the workspace's country; null where nothing tells. Columns are made
-- anew to fill it
alter table customers add column location varchar;
update feed_position set txid = -2, id = 0 where txid >= 0;
