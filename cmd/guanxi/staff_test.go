package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/guard"
)

func TestUserCreate_finds_an_address_and_leaves_it_as_it_is(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := guard.System(t.Context())
		g := guard.New(d, "http://guanxi.test")
		say := func(c userCreate) (link, remark string, err error) {
			var out, remarks bytes.Buffer
			err = c.create(ctx, g, &out, &remarks)
			return out.String(), remarks.String(), err
		}
		lin := userCreate{Email: "lin@example.com", Name: "林晚", Role: "operator"}
		if link, remark, err := say(lin); err != nil || !strings.HasPrefix(link, "http://guanxi.test/enter?token=") || remark != "" {
			t.Fatalf("added: %q %q %v", link, remark, err)
		}
		change := func(set string) {
			t.Helper()
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.NewRaw("update staff set " + set + " where email = 'lin@example.com'").Exec(ctx)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		change("password_hash = 'kept'")
		for _, row := range []struct {
			name  string
			again userCreate
			path  string
		}{
			{"the same again", lin, "/enter?token="},
			{"other words for the same address", userCreate{Email: " LIN@example.com", Name: "Lin", Role: "admin"}, "/enter?token="},
			{"a new password, asked for", userCreate{Email: "lin@example.com", Name: "林晚", Role: "operator", NewPassword: true}, "/invite?token="},
		} {
			link, remark, err := say(row.again)
			if err != nil || !strings.Contains(link, row.path) || strings.Count(link, "\n") != 1 || !strings.Contains(remark, "exists already: 林晚, operator") {
				t.Errorf("%s: %q %q %v", row.name, link, remark, err)
			}
		}
		var kept int
		if err := d.Read().NewRaw("select count(*) from staff where name = '林晚' and role = 'operator' and password_hash = 'kept'").Scan(ctx, &kept); err != nil || kept != 1 {
			t.Errorf("found, but changed: %d %v", kept, err)
		}
		if _, _, err := say(userCreate{Email: "lin", Name: "林晚", Role: "operator"}); err == nil {
			t.Error("an address that is none was taken")
		}
		change("active = false")
		if link, _, err := say(lin); err == nil || link != "" {
			t.Errorf("a deactivated person got %q", link)
		}
	})
}

// Who runs the machine, and nobody in a browser, ends the division of administration: the one named rules over everything
// again, and the log tells of it.
func TestUserUnite(t *testing.T) {
	dir := t.TempDir()
	ctx := guard.System(t.Context())
	unite := func(email string) error {
		return (&userUnite{dataFlags: dataFlags{Data: dir}, Email: email}).Run(t.Context())
	}
	records, err := dataFlags{Data: dir}.records(ctx)
	if err != nil {
		t.Fatal(err)
	}
	g, ctx, err := guardBeside(ctx, records, "")
	if err != nil {
		t.Fatal(err)
	}
	for email, role := range map[string]string{"sys@example.com": guard.SystemAdmin, "sec@example.com": guard.SecurityAdmin, "gone@example.com": guard.SystemAdmin} {
		if _, err := g.AddStaff(ctx, guard.NewStaff{Email: email, Name: email, Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	if err := unite("sys@example.com"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("united what was not divided: %v", err)
	}
	change := func(text string) {
		t.Helper()
		if err := records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw(text).Exec(ctx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	change("insert into settings (key, value, updated_at) values ('access.separation', 'true', 1)")
	change("update staff set active = false where email = 'gone@example.com'")
	for _, nobody := range []string{"nobody@example.com", "gone@example.com"} {
		if err := unite(nobody); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s: %v", nobody, err)
		}
	}
	if err := unite("SYS@example.com"); err != nil {
		t.Fatal(err)
	}
	var is string
	if err := records.Read().NewRaw(`
select (select role from staff where email = 'sys@example.com') || ' ' || (select role from staff where email = 'sec@example.com') || ' '
  || (select value from settings where key = 'access.separation') || ' ' || (select count(*) from audit_entries where action = 'administration.united')`).Scan(ctx, &is); err != nil {
		t.Fatal(err)
	}
	if want := "admin security_admin false 1"; is != want {
		t.Errorf("afterwards %s, want %s", is, want)
	}
	if err := unite("sec@example.com"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("united twice: %v", err)
	}
	if err := records.Close(); err != nil {
		t.Error(err)
	}
}
