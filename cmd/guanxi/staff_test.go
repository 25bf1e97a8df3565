package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
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
