package db_test

import (
	"context"
	"fmt"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestBulkSortBy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			rows := db.NewBulk("teams", "id, name, created_at", "")
			rows.SortBy("name") // nothing to sort
			for i, name := range []string{"b", "王", "", "a", "林"} {
				rows.Add(int64(i+1), name, int64(10*i))
			}
			rows.SortBy("name")
			if n := rows.Rows(); n != 5 {
				t.Errorf("%d rows wait, want 5", n)
			}
			return rows.Insert(ctx, tx)
		}); err != nil {
			t.Fatal(err)
		}
		var rows []struct {
			ID        int64  `bun:"id"`
			Name      string `bun:"name"`
			CreatedAt int64  `bun:"created_at"`
		}
		if err := d.Read().NewRaw("select id, name, created_at from teams order by id").Scan(ctx, &rows); err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprint(rows), "[{1 b 0} {2 王 10} {3  20} {4 a 30} {5 林 40}]"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}
