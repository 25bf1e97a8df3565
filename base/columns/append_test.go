package columns_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"
	"time"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
)

func TestAppendFrom(t *testing.T) {
	s := columnstest.Open(t)
	if _, err := s.DB().Exec("create table a (id bigint, name varchar); create table b (id bigint not null, day date, list varchar[])"); err != nil {
		t.Fatal(err)
	}
	type add = func(table string, row []driver.Value) error
	appended := func(produce func(ctx context.Context, add add) error) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *columns.Tx) error { return tx.AppendFrom(ctx, produce) })
	}
	count := func(query string, want int64) {
		t.Helper()
		var n int64
		if err := s.QueryRow(t.Context(), query).Scan(&n); err != nil || n != want {
			t.Errorf("%s: %d, want %d (%v)", query, n, want, err)
		}
	}
	const rows = 5_000
	day := time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)
	both := func(_ context.Context, add add) error {
		row := make([]driver.Value, 2)
		for i := range int64(rows) {
			row[0], row[1] = i, "林"
			if i%2 == 1 {
				row[1] = nil
			}
			if err := add("a", row); err != nil {
				return err
			}
			if err := add("b", []driver.Value{i, day, []string{"x", "y"}}); err != nil {
				return err
			}
		}
		return nil
	}

	t.Run("rows of two tables arrive whole, whatever becomes of the slice they were added with", func(t *testing.T) {
		if err := appended(both); err != nil {
			t.Fatal(err)
		}
		count("select count(distinct id) from a", rows)
		count("select count(*) from a where name = '林' and id % 2 = 0", rows/2)
		count("select count(*) from a where name is null and id % 2 = 1", rows/2)
		count("select count(distinct id) from b where day = date '2026-03-12' and list = ['x', 'y']", rows)
	})

	t.Run("what fails or panics leaves nothing and ends", func(t *testing.T) {
		broken := errors.New("broken")
		if err := appended(func(ctx context.Context, add add) error { return errors.Join(both(ctx, add), broken) }); !errors.Is(err, broken) {
			t.Errorf("a producer's error: %v", err)
		}
		if err := appended(func(context.Context, add) error { panic("oh") }); err == nil {
			t.Error("a panic was no error")
		}
		if err := appended(func(ctx context.Context, add add) error {
			if err := add("b", []driver.Value{"no number", day, nil}); err != nil {
				return err
			}
			return both(ctx, add)
		}); err == nil {
			t.Error("a text was taken for a number")
		}
		if err := appended(func(_ context.Context, add add) error {
			for {
				if err := add("nowhere", []driver.Value{int64(1)}); err != nil {
					return err
				}
			}
		}); err == nil {
			t.Error("a table that is not there took rows")
		}
		count("select count(*) from a", rows)
		count("select count(*) from b", rows)
	})
}
