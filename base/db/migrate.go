package db

import (
	"context"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Schema holds the migrations of the two engines, files with the same numbers.
type Schema struct{ SQLite, Postgres fs.FS }

// migrate brings the schema up to date. Each migration is one transaction; on PostgreSQL an advisory lock lets one
// node at a time do it.
func (d *DB) migrate(ctx context.Context, s Schema) error {
	if s.SQLite == nil && s.Postgres == nil {
		return nil // opened as they are
	}
	files, dialect := s.SQLite, goose.DialectSQLite3
	// parts are built side by side, so that a number may land after a higher one; each stands on what landed before it
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true)}
	if d.engine == Postgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		files, dialect = s.Postgres, goose.DialectPostgres
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, d.write.DB, files, options...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}
