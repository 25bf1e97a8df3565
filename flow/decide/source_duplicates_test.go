package decide

import (
	"context"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestDuplicatesAreOneLine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		run := func(text string, args ...any) {
			t.Helper()
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.NewRaw(text, args...).Exec(ctx)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		source := duplicates{d}
		if signals, err := source.Signals(ctx); err != nil || len(signals) != 0 {
			t.Fatalf("%v %v", signals, err)
		}
		for id := 1; id <= 6; id++ {
			run("insert into customers (id, name, created_at, updated_at) values (?, 'x', 0, 0)", id)
		}
		run("update customers set merged_into = 1 where id = 6")
		for _, p := range []struct {
			a, b  int
			score float64
			state string
		}{{1, 2, 0.99, "open"}, {3, 4, 0.95, "open"}, {1, 3, 0.7, "open"}, {2, 4, 0.99, "different"}, {1, 6, 0.99, "open"}} {
			run("insert into duplicate_pairs (a_id, b_id, score, bits, evidence, state, created_at) values (?, ?, ?, 1, '[]', ?, 7)", p.a, p.b, p.score, p.state)
		}
		signals, err := source.Signals(ctx)
		if err != nil || len(signals) != 1 {
			t.Fatalf("%v %v", signals, err)
		}
		if v := signals[0].Reason.Values; v.Number("count") != 2 || v.Number("since") != 7 {
			t.Errorf("values %v", v)
		}
	})
}
