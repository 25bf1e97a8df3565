package decide

import (
	"context"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
)

func TestQualitySignals(t *testing.T) {
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
		lines := func(source Source) (keys []string) {
			t.Helper()
			signals, err := source.Signals(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range signals {
				keys = append(keys, s.Key)
			}
			return keys
		}
		is := func(got []string, want ...string) {
			t.Helper()
			if len(got) != len(want) {
				t.Fatalf("%v, want %v", got, want)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("%v, want %v", got, want)
				}
			}
		}
		worse := recordsGotWorse{d}
		search := func(id int, score float64, findings int) {
			run("insert into quality_runs (id, state, score, findings, created_at) values (?, 'done', ?, ?, 0)", id, score, findings)
		}
		search(1, 0.92, 100)
		is(lines(worse)) // nothing to compare with
		search(2, 0.915, 110)
		is(lines(worse)) // half a point is noise
		search(3, 0.90, 115)
		is(lines(worse), "quality_fell:3")
		search(4, 0.90, 160)
		is(lines(worse), "quality_fell:4") // the score holds, but findings rose by a third

		asks := customerAsks{records: d}
		run("insert into customers (id, name, created_at, updated_at) values (1, '林婉清', 0, 0), (2, '王伟', 0, 0)")
		run("insert into contact_points (id, customer_id, kind, value, raw, state, created_at) values (1, 1, 'phone', '+8613912345521', '', 'ok', 0), (2, 1, 'email', 'a@163.com', '', 'ok', 0)")
		is(lines(asks))
		run("update contact_points set state = 'wrong_number' where id = 1")
		is(lines(asks), "contact_fails:customer:1")
		run("insert into contact_points (id, customer_id, kind, value, raw, state, created_at) values (3, 1, 'phone', '+8613800000001', '', 'ok', 0)")
		is(lines(asks)) // there is another one
		run("insert into quality_asks (customer_id, field, value, created_at) values (2, 'gender', '', 100), (2, 'phone', '', 100)")
		is(lines(asks), "ask_detail:customer:2")
		run("insert into contact_points (id, customer_id, kind, value, raw, state, created_at) values (4, 2, 'phone', '+8613800000002', '', 'ok', 0)")
		is(lines(asks), "ask_detail:customer:2") // the gender is still open
		run("insert into field_history (id, customer_id, field, before, after, source, happened_at) values (1, 2, 'gender', '', 'male', 'staff', 200)")
		is(lines(asks))
		run("insert into quality_asks (customer_id, field, value, whom, created_at) values (1, 'birthday', '', 'customer', 100)")
		is(lines(asks), "ask_detail:customer:1")
		signals, err := asks.Signals(context.Background())
		if err != nil || signals[0].Reason.Values["on_page"] != int64(1) {
			t.Errorf("not told that the page asks: %v %v", signals, err)
		}
		run("insert into corrections (id, customer_id, field, before, value, state, created_at) values (1, 1, 'birthday', '', '1990-02-03', 'proposed', 200)")
		is(lines(asks), "she_corrects:customer:1") // she has answered, and it waits for staff
		run("update corrections set state = 'refused'")
		is(lines(asks))
	})
}
