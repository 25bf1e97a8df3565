-- How good each customer's record is, and what is wrong with it. Reckoned from the records, never written by people.
-- score and the five dimensions: 0..1; a dimension is null where nothing in the record can be judged by it
create table customer_quality (
  customer_id bigint not null, score double,
  completeness double, validity double, uniqueness double, timeliness double, consistency double,
  evaluated_at bigint not null
);

-- subject_type: customer, order, source. points: by how much of a record's score (0..1) the finding lowers it.
-- evidence: JSON of findings that are not read off one record again when they are shown; no contact point ever
create table quality_findings (
  subject_type varchar not null, subject_id bigint, subject_name varchar, customer_id bigint,
  rule varchar not null, field varchar not null, points double not null, found_at bigint not null, evidence varchar not null
);
