-- What a customer has agreed to is known here so far ("purpose:channel" in force); now also what she refused last, what she
-- must be asked for again, and the channels by which she can be reached at all. Columns are made anew to fill them.
alter table customers add column refused varchar[];
alter table customers add column ask_again varchar[];
alter table customers add column reach varchar[];
update feed_position set txid = -2, id = 0 where txid >= 0;
