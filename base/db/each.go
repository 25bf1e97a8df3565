package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/uptrace/bun"
)

// Each runs a reading query and calls fn with one row after another, its values as the driver gives them: int64,
// float64, bool, string, nil. It spares reflection, so it is for queries of very many rows. The slice is used again for
// the next row; the values in it may be kept.
func Each(ctx context.Context, from bun.IDB, fn func(row []driver.Value) error, query string, args ...any) error {
	pool, ok := from.(*bun.DB)
	if !ok {
		return fmt.Errorf("db: Each reads from the pool of readers, not from %T", from)
	}
	text, err := bun.NewRawQuery(pool, query, args...).AppendQuery(pool.QueryGen(), nil)
	if err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(conn any) error {
		queryer, ok := conn.(driver.QueryerContext)
		if !ok {
			return fmt.Errorf("unexpected connection %T", conn)
		}
		// the SQLite driver starts a goroutine a row to watch a context that can end: we watch it ourselves
		rows, err := queryer.QueryContext(context.WithoutCancel(ctx), string(text), nil)
		if err != nil {
			return err
		}
		return errors.Join(eachOf(ctx, rows, fn), rows.Close())
	})
}

func eachOf(ctx context.Context, rows driver.Rows, fn func(row []driver.Value) error) error {
	row := make([]driver.Value, len(rows.Columns()))
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := fn(row); err != nil {
			return err
		}
	}
}
