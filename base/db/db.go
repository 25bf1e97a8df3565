// Package db keeps records: everything that changes, on SQLite (one file) or PostgreSQL, with one SQL text for both.
// Placeholders are `?`; instants are integer milliseconds UTC, money integer minor units, JSON is text.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3" // the SQLite driver
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
)

// Engine says which database keeps the records.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options say where records live: in PostgreSQL when PostgresURL is set, else in Dir/records.sqlite. Without a Schema the
// records are opened as they are.
type Options struct {
	Dir         string
	PostgresURL string
	Schema      Schema
}

// DB is the record store. Reads go to pooled readers, changes through Write only.
type DB struct {
	engine  Engine
	read    *bun.DB
	write   *bun.DB
	url     string
	pending chan *change
	stop    chan struct{}
	done    sync.WaitGroup

	overheard func(text string)
}

// Open opens the records and brings their schema up to date.
func Open(ctx context.Context, o Options) (*DB, error) {
	d := &DB{stop: make(chan struct{})}
	if err := d.connect(o); err != nil {
		return nil, err
	}
	if err := d.write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open records: %w", err), d.closePools())
	}
	if err := d.migrate(ctx, o.Schema); err != nil {
		return nil, errors.Join(fmt.Errorf("migrate records: %w", err), d.closePools())
	}
	if d.engine == SQLite {
		d.pending = make(chan *change, 1024)
		d.done.Add(1)
		go d.commitGroups()
	}
	return d, nil
}

func (d *DB) connect(o Options) error {
	if o.PostgresURL != "" {
		config, err := pgx.ParseConfig(o.PostgresURL)
		if err != nil {
			return fmt.Errorf("database url: %w", err)
		}
		// bun writes values into the text, so a statement cache would only fill up with texts used once
		config.DefaultQueryExecMode = pgx.QueryExecModeExec
		pool := stdlib.OpenDB(*config)
		pool.SetMaxOpenConns(8 * runtime.GOMAXPROCS(0))
		pool.SetMaxIdleConns(4 * runtime.GOMAXPROCS(0))
		d.engine, d.url = Postgres, o.PostgresURL
		d.write = bun.NewDB(pool, pgdialect.New())
		d.read = d.write
		return nil
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(o.Dir, "records.sqlite")
	// the writer keeps the pages of a large change at hand; readers are many, and behind them stands the system's own cache
	// _mutex=no: database/sql gives a connection to one goroutine at a time, so the engine need not guard it again
	common := "_mutex=no&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_busy_timeout=10000&_stmt_cache_size=64"
	writer, err := sql.Open("sqlite3", "file:"+url.PathEscape(path)+"?_txlock=immediate&_cache_size=-65536&"+common)
	if err != nil {
		return err
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite3", "file:"+url.PathEscape(path)+"?_query_only=on&_cache_size=-8192&"+common)
	if err != nil {
		return err
	}
	reader.SetMaxOpenConns(4 * runtime.GOMAXPROCS(0))
	reader.SetMaxIdleConns(4 * runtime.GOMAXPROCS(0))
	d.engine = SQLite
	d.write = bun.NewDB(writer, sqlitedialect.New())
	d.read = bun.NewDB(reader, sqlitedialect.New())
	return nil
}

// Engine says which engine this is. Outside base/ nobody should need to ask.
func (d *DB) Engine() Engine { return d.engine }

// Read gives the pooled readers.
func (d *DB) Read() bun.IDB { return d.read }

// Pool gives the connection pool of the writer, for the job queue, which brings its own SQL.
func (d *DB) Pool() *sql.DB { return d.write.DB }

// Close waits for running changes and closes the records.
func (d *DB) Close() error {
	close(d.stop)
	d.done.Wait()
	return d.closePools()
}

func (d *DB) closePools() error {
	err := d.write.Close()
	if d.read != d.write {
		err = errors.Join(err, d.read.Close())
	}
	return err
}
