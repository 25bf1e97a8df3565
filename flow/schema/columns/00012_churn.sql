-- How likely each customer who has ordered leaves, by the model of churn; state: active | gone. stays is what churn_risk was
-- without that model: one less the probability of being a customer still. Columns are not made anew: scores are every hour
create table churn_scores (customer_id bigint not null, as_of date not null, state varchar not null, risk double not null);
alter table customer_scores add column stays double;
