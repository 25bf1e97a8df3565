-- +goose Up
create index visitor_partings_customer on visitor_partings (customer_id);

-- +goose Down
drop index visitor_partings_customer;
