package db

import (
	"context"
	"fmt"
	"os"
	"syscall"
)

// Home names the place where the records lie, so that a copy of them knows that it is one: the file's own number on
// SQLite, cluster, database and schema on PostgreSQL. Moving a folder within its disk keeps it, copying does not.
func (d *DB) Home(ctx context.Context) (home string, err error) {
	if d.engine == Postgres {
		err = d.read.NewRaw(`
select s.system_identifier || '/' || d.oid || '/' || current_schema()
from pg_control_system() s, pg_database d
where d.datname = current_database()`).Scan(ctx, &home)
		return home, err
	}
	var path string
	if err := d.read.NewRaw("select file from pragma_database_list where name = 'main'").Scan(ctx, &path); err != nil {
		return "", err
	}
	info, err := os.Stat(path) // opening it would be dangerous: closing gives up SQLite's locks
	if err != nil {
		return "", err
	}
	stat, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return "", fmt.Errorf("%s: no file number", path)
	}
	return fmt.Sprint("file ", stat.Ino), nil
}
