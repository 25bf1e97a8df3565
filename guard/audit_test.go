package guard_test

import (
	"context"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

func TestAuditChain(t *testing.T) {
	for _, c := range []struct {
		name, tamper string
		broken       bool
	}{
		{"left alone", "select 1", false},
		{"an entry changed", "update audit_entries set summary = '{}' where subject_id = '7'", true},
		{"an entry taken out", "delete from audit_entries where subject_id = '7'", true},
		{"the last entry taken out", "delete from audit_entries where subject_id = '9'", true},
		{"a seal taken out", "delete from audit_seals where number = 1", true},
		{"an actor changed", "update audit_entries set actor_name = 'somebody' where subject_id = '0'", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				ctx := guard.With(t.Context(), guard.Actor{StaffID: 3, Name: "Zhou", Role: "admin", Address: "127.0.0.1"})
				for i := range 10 {
					if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
						return guard.Audit(ctx, tx, "customer.changed", "customer", string(rune('0'+i)), map[string]int{"n": i})
					}); err != nil {
						t.Fatal(err)
					}
					if i%3 == 0 {
						dbtest.Settle(t, d)
						if err := guard.Seal(ctx, d); err != nil {
							t.Fatal(err)
						}
					}
				}
				dbtest.Settle(t, d)
				if err := guard.Seal(ctx, d); err != nil {
					t.Fatal(err)
				}
				if _, err := d.Pool().Exec(c.tamper); err != nil {
					t.Fatal(err)
				}
				state, err := guard.VerifyAudit(ctx, d)
				if err != nil || state.OK == c.broken {
					t.Errorf("state %+v, err %v", state, err)
				}
				if _, err := guard.WatchAudit(guard.System(t.Context()), d); err != nil {
					t.Fatal(err)
				}
				first, err := guard.WatchedAudit(ctx, d)
				if err != nil || first == nil || first.OK == c.broken || first.By != "" || (first.Since != nil) != c.broken {
					t.Errorf("noted %+v, err %v", first, err)
				}
				if _, err := guard.WatchAudit(ctx, d); err != nil {
					t.Fatal(err)
				}
				again, err := guard.WatchedAudit(ctx, d)
				if err != nil || again.By != "Zhou" || c.broken && !again.Since.Equal(*first.Since) {
					t.Errorf("noted again %+v, err %v", again, err)
				}
				var told int
				if err := d.Read().NewRaw("select count(*) from audit_entries where action = 'audit.broken'").Scan(ctx, &told); err != nil || (told == 1) != c.broken {
					t.Errorf("told %d times, err %v", told, err)
				}
				if !c.broken && (state.Sealed != 10 || state.Entries != 10) {
					t.Errorf("%d of %d entries sealed, want all ten", state.Sealed, state.Entries)
				}
			})
		})
	}
}

func TestMask(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{guard.MaskPhone("+8613912345521"), "139****5521"},
		{guard.MaskPhone("+442079460958"), "+4420****0958"},
		{guard.MaskPhone("+86123"), "****"},
		{guard.MaskEmail("linwanqing@163.com"), "lin****@163.com"},
		{guard.MaskEmail("ab@x.cn"), "a****@x.cn"},
		{guard.MaskEmail("a@x.cn"), "****@x.cn"},
		{guard.MaskAddress("人民路 1 号"), "****"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
}

func TestRolesHoldOnlyPermissionsThatExist(t *testing.T) {
	exists := map[string]bool{}
	for _, p := range guard.Permissions() {
		exists[p] = true
	}
	for _, r := range guard.Roles() {
		for _, p := range r.Permissions {
			if !exists[p] {
				t.Errorf("%s holds %s, which no operation asks for", r.Name, p)
			}
		}
	}
}
