// Package columnstest gives tests a columnar store of their own.
package columnstest

import (
	"context"
	"testing"

	"guanxi/base/columns"
	"guanxi/flow/schema"
)

// Open gives an empty store in memory with the product's schema.
func Open(t testing.TB) *columns.Store { return OpenAt(t, "") }

// OpenAt gives the store in dir.
func OpenAt(t testing.TB, dir string) *columns.Store {
	t.Helper()
	s, err := columns.Open(context.Background(), columns.Options{Dir: dir, Schema: schema.Columns()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
