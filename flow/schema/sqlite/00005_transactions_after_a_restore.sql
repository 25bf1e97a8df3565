-- +goose Up

-- SQLite has one writer: ids alone are in the order of commits, and a restore changes nothing about that.
select 1;

-- +goose Down
select 1;
