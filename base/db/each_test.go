package db_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"reflect"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestEach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("insert into customers (id, name, created_at, updated_at) values (1, '林', 5, 6), (2, '', 7, 8), (3, 'O''Neil', 9, 10)").Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		const query = "select id, nullif(name, ''), owner_id, cast(created_at as double precision) from customers where id >= ? and name <> ? order by id"

		var got [][]driver.Value
		if err := db.Each(ctx, d.Read(), func(row []driver.Value) error {
			got = append(got, append([]driver.Value(nil), row...))
			return nil
		}, query, 1, "it's"); err != nil {
			t.Fatal(err)
		}
		want := [][]driver.Value{{int64(1), "林", nil, 5.0}, {int64(2), nil, nil, 7.0}, {int64(3), "O'Neil", nil, 9.0}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%#v, want %#v", got, want)
		}

		stop := errors.New("enough")
		rows := 0
		if err := db.Each(ctx, d.Read(), func([]driver.Value) error { rows++; return stop }, query, 1, ""); !errors.Is(err, stop) || rows != 1 {
			t.Errorf("after %d rows: %v", rows, err)
		}
		ended, end := context.WithCancel(ctx)
		end()
		if err := db.Each(ended, d.Read(), func([]driver.Value) error { return nil }, query, 1, ""); !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: %v", err)
		}
		if err := db.Each(ctx, d.Read(), func([]driver.Value) error { return nil }, "select nothing from nowhere"); err == nil {
			t.Error("a broken query gave no error")
		}
	})
}
