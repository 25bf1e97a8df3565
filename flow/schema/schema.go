// Package schema is the data model: migrations of the records, in pairs for the two engines, and of the columns.
// A migration that has landed is never edited.
package schema

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql
var sqlite embed.FS

//go:embed postgres/*.sql
var postgres embed.FS

//go:embed columns/*.sql
var columns embed.FS

// SQLite gives the migrations of records on SQLite, in order of their number.
func SQLite() fs.FS { return sub(sqlite, "sqlite") }

// Postgres gives the migrations of records on PostgreSQL, with the same numbers.
func Postgres() fs.FS { return sub(postgres, "postgres") }

// Columns gives the migrations of the columns.
func Columns() fs.FS { return sub(columns, "columns") }

func sub(f embed.FS, dir string) fs.FS {
	s, err := fs.Sub(f, dir)
	if err != nil {
		panic(err) // the folder is embedded above; this cannot happen in a built program
	}
	return s
}
