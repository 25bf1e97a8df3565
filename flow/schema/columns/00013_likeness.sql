-- Which cluster each customer who has bought is nearest to, by the model of likeness: its key, how far from its centre, and
-- her place on the map (the first two principal components). Made anew each day, and whenever clusters are
create table customer_clusters (customer_id bigint not null, as_of date not null, cluster bigint not null, distance double not null, x double not null, y double not null);

-- What goes with what, by who has bought both: item is the SKU, or the name of a product without one. customers, others and
-- together count who bought the item, the other, and both; similarity is the cosine, shrunk. Made anew with the clusters
create table item_pairs (item varchar not null, other varchar not null, customers bigint not null, others bigint not null, together bigint not null, similarity double not null, place integer not null);
-- cycle_days: the median of the days between two days on which the same customer bought it; gaps: how many there were
create table item_figures (item varchar not null, by_sku boolean not null, name varchar not null, category varchar not null, customers bigint not null, price double not null, cycle_days double, gaps bigint not null);
