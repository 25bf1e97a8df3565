// Package columns keeps the columnar copy of records, and the facts, that all analysis reads: DuckDB, one file.
// There is one writer, the feed and what rides on it; readers see the last committed state.
package columns

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"
)

// Options say where the columns live (in memory when Dir is empty) and how large the engine may grow.
type Options struct {
	Dir         string
	Schema      fs.FS
	MemoryLimit string // as DuckDB writes it, for example "1GB"; empty is the default of 512 MB, beyond which it works on disk
	Threads     int    // 0 takes all processors
}

// Store is the columnar store.
type Store struct {
	db        *sql.DB
	writing   sync.Mutex
	writeConn *sql.Conn
	commits   atomic.Uint64
}

// Open opens the columns and brings their schema up to date.
func Open(ctx context.Context, o Options) (*Store, error) {
	path := ""
	if o.Dir != "" {
		if err := compact(ctx, o.Dir); err != nil {
			return nil, fmt.Errorf("write columns anew: %w", err)
		}
		path = filepath.Join(o.Dir, "columns.duckdb")
	}
	if o.MemoryLimit == "" {
		o.MemoryLimit = "512MB"
	}
	settings := []string{
		"set autoinstall_known_extensions = false",
		"set autoload_known_extensions = false",
		"set preserve_insertion_order = false",
		"set memory_limit = '" + strings.ReplaceAll(o.MemoryLimit, "'", "") + "'",
		"set TimeZone = 'UTC'",
	}
	if o.Threads > 0 {
		settings = append(settings, "set threads = "+strconv.Itoa(o.Threads))
	}
	connector, err := duckdb.NewConnector(path, func(conn driver.ExecerContext) error {
		for _, s := range settings {
			if _, err := conn.ExecContext(ctx, s, nil); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open columns: %w", err)
	}
	s := &Store{db: sql.OpenDB(connector)}
	s.db.SetMaxIdleConns(16)
	if s.writeConn, err = s.db.Conn(ctx); err == nil {
		err = s.migrate(ctx, o.Schema)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open columns: %w", err), s.db.Close())
	}
	return s, nil
}

// migrate runs the files that have not run yet, each in a transaction of its own together with its number.
func (s *Store) migrate(ctx context.Context, files fs.FS) error {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	sort.Strings(names)
	if _, err := s.writeConn.ExecContext(ctx, "create table if not exists schema_version (number bigint not null)"); err != nil {
		return err
	}
	var reached int64
	if err := s.writeConn.QueryRowContext(ctx, "select coalesce(max(number), 0) from schema_version").Scan(&reached); err != nil {
		return err
	}
	for _, name := range names {
		digits, _, _ := strings.Cut(name, "_")
		number, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return fmt.Errorf("%s: no number in front: %w", name, err)
		}
		if number <= reached {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := s.Write(ctx, func(ctx context.Context, tx *Tx) error {
			if err := tx.Exec(ctx, string(text)); err != nil {
				return err
			}
			return tx.Exec(ctx, "insert into schema_version values (?)", number)
		}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// DB gives the pool for reading.
func (s *Store) DB() *sql.DB { return s.db }

// Query runs a reading query.
func (s *Store) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.db.QueryContext(ctx, query, args...)
}

// QueryRow runs a reading query of one row.
func (s *Store) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return s.db.QueryRowContext(ctx, query, args...)
}

// Commits counts the changes since the columns were opened: what was read at one count still holds at the same count.
func (s *Store) Commits() uint64 { return s.commits.Load() }

// Tx is one change of the columns.
type Tx struct {
	conn  *sql.Conn
	after []func()
}

// After has fn run once the change is in place, before Write returns; not at all when it is taken back.
func (tx *Tx) After(fn func()) { tx.after = append(tx.after, fn) }

// Write runs fn as one transaction; changes wait for one another. The context's end stops fn's statements, and the
// whole change is then taken back.
func (s *Store) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) (err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := s.writeConn.ExecContext(ctx, "begin transaction"); err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a change of columns: %v", p)
		}
		if err != nil {
			_, rollback := s.writeConn.ExecContext(context.WithoutCancel(ctx), "rollback")
			err = errors.Join(err, rollback)
		}
	}()
	tx := &Tx{conn: s.writeConn}
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if _, err = s.writeConn.ExecContext(ctx, "commit"); err != nil {
		return err
	}
	s.commits.Add(1)
	for _, then := range tx.after {
		then()
	}
	return nil
}

// Exec runs a statement of the change.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) error {
	_, err := tx.conn.ExecContext(ctx, query, args...)
	return err
}

// Empty takes all rows out of a table, by making it anew: deleting them one by one takes memory for each, more than there is for a
// hundred million.
func (tx *Tx) Empty(ctx context.Context, table string) error {
	var made string
	if err := tx.QueryRow(ctx, "select sql from duckdb_tables() where table_name = ? and not temporary", table).Scan(&made); err != nil {
		return fmt.Errorf("empty %s: %w", table, err)
	}
	if err := tx.Exec(ctx, "drop table "+table); err != nil {
		return err
	}
	return tx.Exec(ctx, made)
}

// Query reads inside the change, and sees what it has written.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.conn.QueryContext(ctx, query, args...)
}

// QueryRow reads one row inside the change.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.conn.QueryRowContext(ctx, query, args...)
}

// Append adds rows to table through the engine's appender, about a million a second. Values stand in the order of
// the table's columns: int64, float64, string, bool, time.Time for a date, []string for a list, nil.
func (tx *Tx) Append(_ context.Context, table string, rows [][]any) error {
	return tx.conn.Raw(func(raw any) (err error) {
		conn, ok := raw.(driver.Conn)
		if !ok {
			return fmt.Errorf("unexpected connection %T", raw)
		}
		appender, err := duckdb.NewAppenderFromConn(conn, "", table)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, appender.Close()) }()
		values := make([]driver.Value, 0, 32)
		for _, row := range rows {
			values = values[:0]
			for _, v := range row {
				values = append(values, v)
			}
			if err := appender.AppendRow(values...); err != nil {
				return fmt.Errorf("append to %s: %w", table, err)
			}
		}
		return nil
	})
}

// Checkpoint writes the log into the file.
func (s *Store) Checkpoint(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err := s.writeConn.ExecContext(ctx, "checkpoint")
	return err
}

// Close closes the columns.
func (s *Store) Close() error { return errors.Join(s.writeConn.Close(), s.db.Close()) }
