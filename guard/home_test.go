package guard_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// A data folder that was copied, as people do to try something, sends nothing until somebody lets it; one that is only
// started again, or moved on its disk, sends on.
func TestACopiedFolderIsHeld(t *testing.T) {
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	serve := func(name string, release bool) (held bool) {
		t.Helper()
		d, err := db.Open(t.Context(), db.Options{Dir: at(name), Schema: dbtest.Schema()})
		if err != nil {
			t.Fatal(err)
		}
		ctx := guard.System(t.Context())
		if err := guard.New(d, "").NoticeCopy(ctx); err != nil {
			t.Fatal(err)
		}
		hold, err := workspace.Held(ctx, d.Read())
		if err != nil {
			t.Fatal(err)
		}
		if release {
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return workspace.ReleaseSending(ctx, tx) }); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		return hold != nil
	}
	for range 2 {
		if serve("first", false) {
			t.Error("a new company is held")
		}
	}
	if err := os.CopyFS(at("copy"), os.DirFS(at("first"))); err != nil {
		t.Fatal(err)
	}
	if !serve("copy", false) || !serve("copy", true) {
		t.Error("a copy may send")
	}
	if serve("copy", false) {
		t.Error("a copy that was let go is held again")
	}
	if err := os.Rename(at("first"), at("moved")); err != nil {
		t.Fatal(err)
	}
	if serve("moved", false) {
		t.Error("a folder that was moved is held")
	}
}

func TestHomeOfPostgres(t *testing.T) {
	one, other := dbtest.Postgres(t), dbtest.Postgres(t)
	a, err := one.Home(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, _ := one.Home(t.Context())
	b, err := other.Home(t.Context())
	if err != nil || a == b || a != again || a == "" {
		t.Errorf("%q, again %q, another database %q, %v", a, again, b, err)
	}
}
