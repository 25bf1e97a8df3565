-- What a person is to organizations (her roles, and how many they are), and what contacts an organization has. Columns are
-- made anew to fill them
alter table customers add column speaks_as varchar[];
alter table customers add column speaks_for bigint;
alter table customers add column contact_roles varchar[];
alter table customers add column contacts bigint;
update feed_position set txid = -2, id = 0 where txid >= 0;
