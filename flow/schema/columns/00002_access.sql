-- tags as records keep them, so that what is shared by a tag is one text for both stores
create view customer_tags as select id as customer_id, unnest(tags) as tag from customers;
