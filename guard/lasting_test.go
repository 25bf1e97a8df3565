package guard_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"guanxi/base/backup"
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

			for _, d := range []*db.DB{running, restored} {
				change(d, "insert into passkeys (id, staff_id, credential_id, name, credential, created_at) values (1, 1, 'lost', 'laptop', '{}', 1), (2, 1, 'held', 'phone', '{}', 1)")
				change(d, "insert into totp (staff_id, secret, confirmed_at, created_at) values (2, 'sealed', 1, 1), (3, 'sealed', 1, 1)")
				change(d, "insert into recovery_codes (staff_id, code_hash, created_at) values (3, 'code', 1)")
				change(d, "insert into outside_identities (issuer, subject, staff_id, created_at) values ('https://id.example', '7', 1, 1)")
				change(d, `insert into roles (name, label_zh, label_en, base, permissions, reach, fields, created_at, updated_at)
values ('narrowed', 'x', 'x', 'manager', '["customers.read","export"]', 'all', '{}', 1, 1), ('removed', 'x', 'x', 'manager', '["export"]', 'all', '{}', 1, 1)`)
				change(d, `insert into sharing_rules (id, name, condition, target_kind, target, access, active, created_at, updated_at)
values (1, 'ended', '{}', 'role', 'sales', 'write', true, 1, 1), (2, 'removed', '{}', 'role', 'sales', 'write', true, 1, 1), (3, 'same', '{}', 'role', 'sales', 'read', true, 1, 1)`)
				change(d, "insert into settings (key, value, updated_at) values ('sign_in.policy', 'lax', 1)")
			}
			early, err := guard.Access{}.Collect(ctx, running, nil) // with the backup that will be restored
			must(err)

			now.Advance(time.Hour)
			at := now.Now().UnixMilli()
			change(running, "delete from passkeys where id = 1")
			change(running, "delete from totp where staff_id = 2")
			change(running, "delete from outside_identities")
			change(running, "delete from roles where name = 'removed'")
			change(running, "update roles set permissions = '[\"customers.read\"]', updated_at = ?", at)
			change(running, "delete from sharing_rules where id = 2")
			change(running, "update sharing_rules set active = false, updated_at = ? where id = 1", at)
			change(running, "update settings set value = 'strict', updated_at = ? where key = 'sign_in.policy'", at)
			change(running, "update staff set password_hash = 'new', updated_at = ? where email = 'lowered@x.cn'", at)
			_, err = guard.New(running, "").AddStaff(ctx, guard.NewStaff{Email: "joined@x.cn", Name: "joined", Role: "sales"})
			must(err)
			change(running, "update staff set active = false, updated_at = ? where email in ('left@x.cn', 'back@x.cn')", at)
			change(running, "update staff set role = 'sales', updated_at = ? where email = 'lowered@x.cn'", at)
			change(running, "update api_tokens set revoked_at = ?", at)
			kept, err := guard.Access{}.Collect(ctx, running, early)
			must(err)
			// what was restored says that one came back later than the list was kept
			change(restored, "update staff set updated_at = ? where email = 'back@x.cn'", at+1)
			redone, err := guard.Access{}.Reapply(ctx, restored, "", kept)
			must(err)
			told := map[string]backup.Redone{}
			for _, r := range redone {
				told[r.What] = r
			}
			for what, want := range map[string]backup.Redone{
				"staff_left": {Count: 1, Names: []string{"left@x.cn"}}, "roles_given": {Count: 1, Names: []string{"lowered@x.cn"}}, "passwords": {Count: 1, Names: []string{"lowered@x.cn"}},
				"joined_since": {Count: 1, Names: []string{"joined@x.cn"}, Judge: true}, "tokens_revoked": {Count: 1}, "passkeys": {Count: 1, Judge: true}, "second_factors": {Count: 1, Judge: true},
				"outside_identities": {Count: 1}, "recovery_codes": {Count: 1, Judge: true}, "roles": {Count: 2}, "sharing": {Count: 2}, "access_settings": {Count: 1},
			} {
				want.What = what
				if got := told[what]; !reflect.DeepEqual(got, want) {
					t.Errorf("told %+v, want %+v", got, want)
				}
			}
			if redone, err := (guard.Access{}).Reapply(ctx, restored, "", kept); err != nil || len(redone) != 1 || redone[0].What != "joined_since" {
				t.Errorf("done twice: %+v %v", redone, err)
			}
			var left string
			must(restored.Read().NewRaw(`select (select max(credential_id) from passkeys) || ' ' || (select count(*) from passkeys) || ' ' || (select max(staff_id) from totp) || ' ' || (select count(*) from totp)
  || ' ' || (select count(*) from outside_identities) || ' ' || (select count(*) from recovery_codes) || ' ' || (select max(permissions) from roles) || ' ' || (select count(*) from roles)
  || ' ' || (select count(*) from sharing_rules where active) || ' ' || (select count(*) from sharing_rules) || ' ' || (select value from settings where key = 'sign_in.policy')
  || ' ' || (select password_hash from staff where email = 'lowered@x.cn')`).Scan(ctx, &left))
			if want := `held 1 3 1 0 0 ["customers.read"] 1 1 2 strict new`; left != want {
				t.Errorf("left %s, want %s", left, want)
			}
			// a restored instance that knows less does not shorten the list
			shorter, err := guard.Access{}.Collect(ctx, open(t), kept)
			must(err)
			if strings.Count(string(shorter), "@x.cn") < 5 || !strings.Contains(string(shorter), hash) {
				t.Errorf("shortened to %s", shorter)
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
