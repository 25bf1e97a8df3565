package columns_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"guanxi/base/columns"
	"guanxi/flow/schema"
	"guanxi/test/testdata"
)

// What was deleted is nowhere in the file once it was written anew, and everything else is still there.
func TestCompactAtOpen(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	open := func() *columns.Store {
		t.Helper()
		s, err := columns.Open(ctx, columns.Options{Dir: dir, Schema: schema.Columns()})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	// few distinct rows, so that the engine keeps the name as it is and the search below could find it
	holds := func() bool {
		text, err := os.ReadFile(filepath.Join(dir, "columns.duckdb"))
		must(err)
		return bytes.Contains(text, []byte("Zzcanaryq"))
	}
	s := open()
	for i := range 40 {
		_, err := s.DB().ExecContext(ctx, "insert into customers (id, name, tags) values (?, ?, ['a', 'b'])", i, fmt.Sprintf("Zzcanaryq%d%s", i, "Qx7Kp2Vm9Lt4Rw8Zd"[:i%9]))
		must(err)
	}
	_, err := s.DB().ExecContext(ctx, "checkpoint")
	must(err)
	if !holds() {
		testdata.LeaveOut(t, "the engine compresses the name away, so its absence would show nothing")
	}
	_, err = s.DB().ExecContext(ctx, "delete from customers where id > 0")
	must(err)
	_, err = s.DB().ExecContext(ctx, "update customers set name = 'left'")
	must(err)
	must(s.Close())
	if !holds() {
		t.Log("the engine has written over it by itself")
	}
	must(columns.CompactAtOpen(dir))
	for range 2 {
		s = open()
		var count int
		var name string
		must(s.QueryRow(ctx, "select count(*), any_value(name) from customers").Scan(&count, &name))
		if count != 1 || name != "left" {
			t.Errorf("%d rows, %q", count, name)
		}
		must(s.Close())
		if holds() {
			t.Error("deleted rows are still in the file")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
