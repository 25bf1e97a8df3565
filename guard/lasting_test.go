package guard_test

import (
	"context"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

// What an older state would give back stays taken: who has left, whose role was lowered, which token was revoked.
func TestAccessOutlivesARestore(t *testing.T) {
	for engine, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			now := clock.NewFake(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
			ctx := guard.System(clock.With(t.Context(), now))
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			staff := func(d *db.DB) {
				for _, email := range []string{"left@x.cn", "lowered@x.cn", "back@x.cn", "same@x.cn"} {
					_, err := guard.New(d, "").AddStaff(ctx, guard.NewStaff{Email: email, Name: email, Role: "admin"})
					must(err)
				}
			}
			change := func(d *db.DB, query string, args ...any) {
				t.Helper()
				must(d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.NewRaw(query, args...).Exec(ctx)
					return err
				}))
			}
			running, restored := open(t), open(t)
			staff(running)
			staff(restored)
			token, secret, err := guard.New(running, "").CreateToken(ctx, guard.NewToken{Name: "shop", Role: "admin"})
			must(err)
			var hash string
			must(running.Read().NewRaw("select token_hash from api_tokens where id = ?", token).Scan(ctx, &hash))
			_ = secret
			change(restored, "insert into api_tokens (id, name, token_hash, role, created_at) values (1, 'shop', ?, 'admin', 1), (2, 'kept', 'other', 'admin', 1)", hash)
			change(restored, "insert into sign_in_links (token_hash, purpose, expires_at) values ('link', 'sign_in', ?)", now.Now().Add(time.Hour).UnixMilli())

			now.Advance(time.Hour)
			at := now.Now().UnixMilli()
			change(running, "update staff set active = false, updated_at = ? where email in ('left@x.cn', 'back@x.cn')", at)
			change(running, "update staff set role = 'sales', updated_at = ? where email = 'lowered@x.cn'", at)
			change(running, "update api_tokens set revoked_at = ?", at)
			kept, err := guard.Access{}.Collect(ctx, running, nil)
			must(err)
			// what was restored says that one came back later than the list was kept
			change(restored, "update staff set updated_at = ? where email = 'back@x.cn'", at+1)
			// and a restored instance that knows less does not shorten the list
			kept, err = guard.Access{}.Collect(ctx, open(t), kept)
			must(err)
			for range 2 {
				must(guard.Access{}.Reapply(ctx, restored, "", kept))
			}
			var got []struct {
				Email  string `bun:"email"`
				Role   string `bun:"role"`
				Active bool   `bun:"active"`
			}
			must(restored.Read().NewRaw("select email, role, active from staff order by email").Scan(ctx, &got))
			for i, want := range []struct {
				email, role string
				active      bool
			}{{"back@x.cn", "admin", true}, {"left@x.cn", "admin", false}, {"lowered@x.cn", "sales", true}, {"same@x.cn", "admin", true}} {
				if got[i].Email != want.email || got[i].Role != want.role || got[i].Active != want.active {
					t.Errorf("%+v, want %+v", got[i], want)
				}
			}
			var revoked, open int
			must(restored.Read().NewRaw("select count(*) from api_tokens where revoked_at is not null").Scan(ctx, &revoked))
			must(restored.Read().NewRaw("select count(*) from sign_in_links where used_at is null").Scan(ctx, &open))
			if revoked != 1 || open != 0 {
				t.Errorf("%d tokens revoked, want 1; %d links open, want none", revoked, open)
			}
		})
	}
}
