-- the lists that hold a customer, by their ids as text; lists below another are not repeated here
alter table customers add column lists varchar[];
