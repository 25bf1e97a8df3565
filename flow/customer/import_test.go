package customer

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/flow/collect"
	"guanxi/guard"
)

// desk is an import engine over a store, with a clock that stands still.
type desk struct {
	*testing.T
	ctx    context.Context
	db     *db.DB
	engine *collect.Engine
	clock  *clock.Fake
	own    *Fields
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	engine, err := collect.New(d, nil, collect.Settings{Dir: t.TempDir(), Node: "test"})
	if err != nil {
		t.Fatal(err)
	}
	own := NewFields(d)
	if err := own.Load(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, k := range Kinds(nil, own.Set) {
		engine.Register(k)
	}
	fake := clock.NewFake(time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC))
	return &desk{T: t, ctx: clock.With(guard.System(context.Background()), fake), db: d, engine: engine, clock: fake, own: own}
}

// file imports a file and fails the test unless the import is done.
func (d *desk) file(path string, n collect.NewImport) collect.Import {
	d.Helper()
	imp, err := d.engine.ImportFile(d.ctx, path, n, nil)
	if err != nil {
		d.Fatal(err)
	}
	if imp.State != collect.StateDone {
		d.Fatalf("import ended %s: %s %s", imp.State, imp.ErrorCode, imp.ErrorDetail)
	}
	return imp
}

// text imports a CSV given as text.
func (d *desk) text(kind, csv string, change ...func(*collect.NewImport)) collect.Import {
	d.Helper()
	path := d.path(csv)
	n := collect.NewImport{Kind: kind, Mode: collect.ModeUpsert}
	for _, c := range change {
		c(&n)
	}
	return d.file(path, n)
}

// path gives where a text lies as a file.
func (d *desk) path(text string) string {
	d.Helper()
	path := filepath.Join(d.TempDir(), "file.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
	return path
}

// one reads one number.
func (d *desk) one(query string, args ...any) (n int64) {
	d.Helper()
	if err := d.db.Read().NewRaw(query, args...).Scan(d.ctx, &n); err != nil {
		d.Fatalf("%s: %v", query, err)
	}
	return n
}

// is fails the test unless the query gives want.
func (d *desk) is(want int64, query string, args ...any) {
	d.Helper()
	if got := d.one(query, args...); got != want {
		d.Errorf("%s %v: %d, want %d", query, args, got, want)
	}
}

// findings fails the test unless the import left exactly these findings.
func (d *desk) findings(importID int64, want map[string]int64) {
	d.Helper()
	var rows []struct {
		Cause string `bun:"cause"`
		Count int64  `bun:"count"`
	}
	if err := d.db.Read().NewRaw("select cause, count(*) as count from findings where import_id = ? group by cause", importID).Scan(d.ctx, &rows); err != nil {
		d.Fatal(err)
	}
	got := map[string]int64{}
	for _, row := range rows {
		got[row.Cause] = row.Count
	}
	for cause := range want {
		if _, found := got[cause]; !found {
			got[cause] = 0
		}
	}
	for cause, n := range got {
		if n != want[cause] {
			d.Errorf("findings %s: %d, want %d (all: %v)", cause, n, want[cause], got)
		}
	}
}

type ctx = context.Context

func withActor(c context.Context, a guard.Actor) context.Context { return guard.With(c, a) }

func TestMain(m *testing.M) {
	collect.XLSXChild()
	os.Exit(m.Run())
}
