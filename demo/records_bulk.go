package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// ErrUnfinished says that making a demo company was cut short; its folder or
// database must be emptied.
var ErrUnfinished = errors.New("the demo company was never finished: delete its data and start again")

// stateKey is the setting that stands while a company is being made.
const stateKey = "demo.unfinished"

// Wanted says whether d holds no company yet, so that one may be made. The error
// is ErrUnfinished when somebody began and was stopped.
func Wanted(ctx context.Context, d *db.DB) (bool, error) {
	var unfinished, customers int
	if err := d.Read().NewRaw("select (select count(*) from settings where key = ?), (select count(*) from (select 1 from customers limit 1) c)",
		stateKey).Scan(ctx, &unfinished, &customers); err != nil {
		return false, err
	}
	if unfinished > 0 {
		return false, ErrUnfinished
	}
	return customers == 0, nil
}

// Fill makes a company in d without telling the feed: columns must be rebuilt from
// records afterwards, which is faster than following fifty thousand orders, and
// nobody is seen entering a segment on the day the company was made. A large
// company goes without secondary indexes until it is written.
func Fill(ctx context.Context, d *db.DB, o Options) error {
	return fill(ctx, d, o, o.Customers > 50_000)
}

func fill(ctx context.Context, d *db.DB, o Options, large bool) error {
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("insert into settings (key, value, updated_at) values (?, 'true', ?)", stateKey, clock.Millis(ctx)).Exec(ctx)
		return err
	})
	if err != nil {
		return err
	}
	var indexes []string
	if large {
		if indexes, err = dropIndexes(ctx, d); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	r, err := NewRecords(ctx, d, false)
	if err != nil {
		return err
	}
	if err := Generate(ctx, o, r); err != nil {
		return err
	}
	if err := r.Close(ctx); err != nil {
		return err
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if large {
			slog.Info("the demo company is written; making its indexes")
		}
		for _, text := range indexes {
			if _, err := tx.ExecContext(ctx, text); err != nil {
				return err
			}
		}
		_, err := tx.NewRaw("delete from settings where key = ?", stateKey).Exec(ctx)
		return err
	})
}

// The indexes of the tables a company fills that enforce nothing: a name and the
// text that makes it again.
var secondaryIndexes = map[db.Engine]string{
	db.SQLite: `
select name, sql as text
from sqlite_schema
where type = 'index' and sql is not null and lower(sql) not like 'create unique%'
  and tbl_name in ('customers', 'identities', 'contact_points', 'consents', 'customer_tags', 'orders', 'order_lines')`,
	db.Postgres: `
select indexname as name, indexdef as text
from pg_indexes
where schemaname = current_schema() and indexdef not like 'CREATE UNIQUE%'
  and tablename in ('customers', 'identities', 'contact_points', 'consents', 'customer_tags', 'orders', 'order_lines')`,
}

// dropIndexes takes the secondary indexes away and gives what makes them again.
// Kept in order while ten million rows come at random places, they would cost
// more than everything else.
func dropIndexes(ctx context.Context, d *db.DB) (texts []string, err error) {
	var indexes []struct {
		Name string `bun:"name"`
		Text string `bun:"text"`
	}
	if err := d.Read().NewRaw(secondaryIndexes[d.Engine()]).Scan(ctx, &indexes); err != nil {
		return nil, err
	}
	err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		texts = texts[:0]
		for _, index := range indexes {
			texts = append(texts, index.Text)
			if _, err := tx.NewRaw("drop index ?", bun.Ident(index.Name)).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return texts, err
}
