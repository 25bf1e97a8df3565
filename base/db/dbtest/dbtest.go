// Package dbtest runs a behaviour test on both engines, each with a fresh and empty store.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver

	"guanxi/base/db"
	"guanxi/flow/schema"
)

// URLVariable names the environment variable with the address of a PostgreSQL cluster that tests may fill;
// `make test` starts one and sets it.
const URLVariable = "GUANXI_TEST_POSTGRES"

// Each runs fn as a subtest on SQLite and on PostgreSQL. Without a cluster the PostgreSQL half fails: a test that
// cannot run must not look green.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite gives an empty store in a folder of the test's own.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	file, err := migratedFile()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, recordsFile), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, db.Options{Dir: dir})
}

// Postgres gives an empty store in a database of the test's own.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.Options{PostgresURL: postgresURL(t, migratedDatabase)})
}

// Schema is the product's schema.
func Schema() db.Schema { return db.Schema{SQLite: schema.SQLite(), Postgres: schema.Postgres()} }

func open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	o.Schema = Schema()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// PostgresURL creates an empty database for the test and gives its address; it is dropped at the end.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return postgresURL(t, func(*sql.Conn, string) (string, error) { return "template0", nil })
}

// postgresURL creates a database as template names it, given a connection to the cluster and its address.
func postgresURL(t testing.TB, template func(admin *sql.Conn, cluster string) (string, error)) string {
	t.Helper()
	cluster := os.Getenv(URLVariable)
	if cluster == "" {
		t.Fatalf("%s is not set: run `make test`, or `eval $(scripts/postgres.sh start)` first", URLVariable)
	}
	random := make([]byte, 8)
	_, _ = rand.Read(random)
	name := "guanxi_" + hex.EncodeToString(random)
	if err := alone(cluster, func(admin *sql.Conn) error {
		from, err := template(admin, cluster)
		if err != nil {
			return err
		}
		return do(admin, "create database "+name+" template "+from)
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := alone(cluster, func(admin *sql.Conn) error { return do(admin, "drop database if exists "+name+" with (force)") }); err != nil {
			t.Error(err)
		}
	})
	address, err := addressOf(cluster, name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// Settle waits until what has been written may be passed by whatever follows the order of transactions: on PostgreSQL
// the transactions of other tests in the same cluster hold it up for as long as they run.
func Settle(t testing.TB, d *db.DB) {
	t.Helper()
	if d.Engine() != db.Postgres {
		return
	}
	var now int64
	if err := d.Pool().QueryRow("select pg_current_xact_id()::text::bigint").Scan(&now); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); ; time.Sleep(time.Millisecond) { // waits for other processes
		var oldest int64
		if err := d.Pool().QueryRow("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint").Scan(&oldest); err != nil {
			t.Fatal(err)
		}
		if oldest > now {
			return
		}
		if time.Since(began) > time.Minute {
			t.Fatal("a transaction of another test has been running for a minute")
		}
	}
}
