package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"guanxi/base/db"
)

// Most of what opening a store takes is its migrations, and tests open thousands: each engine is migrated once and copied.

const recordsFile = "records.sqlite"

// migratedFile is an empty store of SQLite, made once for all tests of a process.
var migratedFile = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "guanxi-dbtest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := migrate(db.Options{Dir: dir}); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, recordsFile))
})

func migrate(o db.Options) error {
	o.Schema = Schema()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		return err
	}
	return d.Close()
}

// migratedDatabase gives the name of an empty database in the cluster whose schema is the present one, and makes it when the
// first test of all processes asks for it.
func migratedDatabase(admin *sql.Conn, cluster string) (string, error) {
	schema, err := schemaDigest()
	if err != nil {
		return "", err
	}
	name := "guanxi_template_" + schema
	var there bool
	if err := admin.QueryRowContext(context.Background(), "select exists (select from pg_database where datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	making := name + "_making"
	address, err := addressOf(cluster, making)
	if err != nil {
		return "", err
	}
	if err := do(admin, "drop database if exists "+making+" with (force)", "create database "+making+" template template0"); err != nil {
		return "", err
	}
	if err := migrate(db.Options{PostgresURL: address}); err != nil {
		return "", err
	}
	return name, do(admin, "alter database "+making+" rename to "+name)
}

// schemaDigest tells one schema of PostgreSQL from another.
var schemaDigest = sync.OnceValues(func() (string, error) {
	sum := sha256.New()
	files := Schema().Postgres
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		fmt.Fprintf(sum, "%s %d %s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
})

// alone runs fn on a connection to the cluster while no other test of any process creates or drops a database there: two that
// are made of the same template at once fail.
func alone(cluster string, fn func(admin *sql.Conn) error) (err error) {
	d, err := sql.Open("pgx", cluster)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	admin, err := d.Conn(context.Background())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, admin.Close()) }() // with it goes the lock
	if err := do(admin, "select pg_advisory_lock(20260318)"); err != nil {
		return err
	}
	return fn(admin)
}

func do(admin *sql.Conn, statements ...string) error {
	for _, s := range statements {
		if _, err := admin.ExecContext(context.Background(), s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// addressOf gives the address of another database of the cluster.
func addressOf(cluster, name string) (string, error) {
	address, err := url.Parse(cluster)
	if err != nil {
		return "", fmt.Errorf("%s: %w", URLVariable, err)
	}
	address.Path = "/" + name
	return address.String(), nil
}
