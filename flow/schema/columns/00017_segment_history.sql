-- From which instant on the moves of a segment are known: when its members were first reckoned here, or earlier where its past was
-- reckoned afterwards (moves of the cause past). Null for segments that were there before this column was: followed since they were made
alter table segment_members add column known_from bigint;
