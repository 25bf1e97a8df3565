package customer

import (
	"context"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// A no that was said after the backup holds in the state that comes back, as of when it was said; a yes is not made up.
func TestWithdrawalsOutliveARestore(t *testing.T) {
	for engine, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			ctx := guard.System(clock.With(t.Context(), clock.NewFake(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))))
			change := func(d *db.DB, texts ...string) {
				t.Helper()
				if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					for _, text := range texts {
						if _, err := tx.NewRaw(text).Exec(ctx); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
			}
			running, restored := open(t), open(t)
			for _, d := range []*db.DB{running, restored} {
				change(d, `insert into customers (id, kind, name, created_at, updated_at) values
  (1, 'person', 'withdrew', 1, 1), (2, 'person', 'withdrew and came back', 1, 1), (3, 'person', 'says yes', 1, 1), (4, 'person', 'joined with 1', 1, 1), (5, 'person', 'another one', 1, 1)`,
					`insert into consents (id, customer_id, purpose, channel, granted, source, happened_at) values
  (1001, 1, 'marketing', 'email', true, 'till', 10), (1002, 2, 'marketing', 'email', true, 'till', 10), (1003, 3, 'marketing', 'email', true, 'till', 10), (1004, 4, 'marketing', 'sms', true, 'till', 10)`)
			}
			change(running, `insert into consents (id, customer_id, purpose, channel, granted, source, happened_at) values
  (1005, 1, 'marketing', 'email', false, 'one_click', 20), (1006, 2, 'marketing', 'email', false, 'one_click', 20), (1007, 2, 'marketing', 'email', true, 'till', 30), (1008, 4, 'marketing', 'sms', false, 'manual', 20),
  (1009, 5, 'marketing', 'email', false, 'manual', 20)`)
			change(restored, "update customers set merged_into = 1 where id = 4", "update customers set created_at = 2 where id = 5") // another has her number

			kept, err := Withdrawals{}.Collect(ctx, running, nil)
			if err != nil {
				t.Fatal(err)
			}
			if kept, err = (Withdrawals{}).Collect(ctx, open(t), kept); err != nil { // who knows less does not shorten it
				t.Fatal(err)
			}
			for _, want := range []int{2, 0} {
				if redone, err := (Withdrawals{}).Reapply(ctx, restored, "", kept); err != nil || redone[0].Count != want {
					t.Fatalf("%+v %v, want %d", redone, err, want)
				}
			}
			var words []Consent
			if err := restored.Read().NewRaw("select "+consentColumns+" from consents where source = 'restore' order by channel").Scan(ctx, &words); err != nil {
				t.Fatal(err)
			}
			if len(words) != 2 || words[0].CustomerID != 1 || words[0].Channel != "email" || words[0].HappenedAt != 20 || words[0].Granted || words[0].Proof != "one_click" ||
				words[1].CustomerID != 1 || words[1].Channel != "sms" {
				t.Errorf("%+v", words)
			}
		})
	}
}
