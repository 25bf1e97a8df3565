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

// Row gives what makes a row of the table, for Append, of values by the names of its columns; what is not named is null. A
// test that fills a few columns thus stands when the table gets another.
func Row(t testing.TB, s *columns.Store, table string) func(values map[string]any) []any {
	t.Helper()
	rows, err := s.Query(context.Background(), "select column_name from information_schema.columns where table_name = ? order by ordinal_position", table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	at := map[string]int{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		at[name] = len(at)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return func(values map[string]any) []any {
		t.Helper()
		row := make([]any, len(at))
		for name, value := range values {
			place, known := at[name]
			if !known {
				t.Fatalf("%s has no column %q", table, name)
			}
			row[place] = value
		}
		return row
	}
}
