package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/fault"
)

// Tx is one change: what it writes, the jobs, audit entries and feed entries it causes commit together or not at all.
type Tx struct {
	bun.Tx
	engine Engine
	conn   bun.Conn // the transaction's connection, for what only the driver can do
	feed   map[string][]int64

	scanner scanner
}

// Feed says that the rows ids of subject have changed, so that the feed carries them to columns.
func (tx *Tx) Feed(subject string, ids ...int64) {
	if tx.feed == nil {
		tx.feed = map[string][]int64{}
	}
	tx.feed[subject] = append(tx.feed[subject], ids...)
}

// Engine says which engine the change runs on, for the few texts that must differ.
func (tx *Tx) Engine() Engine { return tx.engine }

// feedChunk bounds the ids of one feed entry, and so the rows that one step of the feed holds in memory.
const feedChunk = 5000

func (tx *Tx) writeFeed(ctx context.Context) error {
	for subject, ids := range tx.feed {
		for start := 0; start < len(ids); start += feedChunk {
			list, err := json.Marshal(ids[start:min(start+feedChunk, len(ids))])
			if err != nil {
				return err
			}
			if _, err := tx.Do(ctx, "insert into feed_entries (subject, ids, created_at) values (?, ?, ?)",
				subject, string(list), clock.Millis(ctx)); err != nil {
				return err
			}
		}
	}
	return nil
}

type inside struct{}

type change struct {
	ctx   context.Context
	fn    func(ctx context.Context, tx *Tx) error
	large bool
	err   error
	ended chan struct{}
}

// Write runs fn as one change and returns when it is on disk. On SQLite concurrent changes share one commit, each in
// its own savepoint: one that fails takes only itself back. fn must be short, call no other Write and use the context
// it is given, which outlives the caller's (an interrupted statement would take the whole group back).
// On PostgreSQL fn may run again after a serialization failure.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return d.change(ctx, false, fn)
}

// WriteMany is Write for a change of thousands of rows. On SQLite it leads a transaction of its own, because in a
// savepoint every page it touches would be copied first, and it gets a larger page cache.
func (d *DB) WriteMany(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return d.change(ctx, true, fn)
}

func (d *DB) change(ctx context.Context, large bool, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(inside{}) != nil {
		return errors.New("db: Write inside Write")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &change{ctx: context.WithValue(context.WithoutCancel(ctx), inside{}, true), fn: fn, large: large, ended: make(chan struct{})}
	if d.engine == Postgres {
		return classify(d.writePostgres(c))
	}
	select {
	case d.pending <- c:
	case <-d.stop:
		return fault.Unavailable("shutting_down", nil)
	}
	<-c.ended
	return classify(c.err)
}

func (d *DB) writePostgres(c *change) error {
	for attempt := 0; ; attempt++ {
		err := d.transact(c.ctx, c.run)
		var pg *pgconn.PgError
		if attempt < 5 && errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01") {
			continue
		}
		return err
	}
}

// transact runs fn in one transaction on one connection of the writers.
func (d *DB) transact(ctx context.Context, fn func(tx *Tx) error) error {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.RunInTx(ctx, nil, func(_ context.Context, btx bun.Tx) error {
		return fn(&Tx{Tx: btx, engine: d.engine, conn: conn, scanner: d.write})
	})
}

// run executes the change on tx; a panic becomes its error, so that it cannot end the group.
func (c *change) run(tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.Error("panic in a change", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in a change: %v", p)
		}
	}()
	if err := c.fn(c.ctx, tx); err != nil {
		return err
	}
	return tx.writeFeed(c.ctx)
}

const (
	groupChanges = 512
	groupTime    = 25 * time.Millisecond
)

// The page cache of the writer, in KiB as SQLite wants it: what it always has, and what it has until roomyTime after a
// large change, when the leaves of every index of a million customers should fit.
const (
	usualCache = "pragma cache_size = -65536"
	roomyCache = "pragma cache_size = -262144"
	roomyTime  = 5 * time.Second
)

// commitGroups is the single writer of SQLite: it takes the changes that are waiting into one transaction.
func (d *DB) commitGroups() {
	defer d.done.Done()
	cool := time.NewTimer(roomyTime)
	defer cool.Stop()
	roomy := false
	for {
		select {
		case c := <-d.pending:
			for c != nil {
				if c.large {
					roomy = roomy || d.set(roomyCache) == nil
					cool.Reset(roomyTime)
				}
				c = d.commitGroup(c)
			}
		case <-cool.C:
			roomy = roomy && d.set(usualCache) != nil
		case <-d.stop:
			d.commitRest()
			return
		}
	}
}

// commitRest commits what was waiting when the records were closed.
func (d *DB) commitRest() {
	for {
		select {
		case c := <-d.pending:
			for c != nil {
				c = d.commitGroup(c)
			}
		default:
			return
		}
	}
}

// set changes a setting of the writer.
func (d *DB) set(pragma string) error {
	_, err := d.write.ExecContext(context.Background(), pragma)
	return err
}

// commitGroup runs first and what is waiting behind it. It gives the large change it met, which ends the group.
func (d *DB) commitGroup(first *change) (next *change) {
	group := []*change{first}
	ctx := context.Background()
	err := d.transact(ctx, func(tx *Tx) error {
		began := time.Now() //nolint:forbidigo // bounds the group by real time, whatever the product's clock says
		for c := first; ; {
			// the first needs no savepoint, which would copy every page it touches: failing, it takes back nothing but itself
			if c != first {
				if err := runInSavepoint(ctx, *tx, c); err != nil {
					return err
				}
			} else if err := c.run(tx); err != nil {
				return err
			}
			if len(group) >= groupChanges || time.Since(began) > groupTime { //nolint:forbidigo // as above
				return nil
			}
			select {
			case c = <-d.pending:
				if c.large {
					next = c
					return nil
				}
				group = append(group, c)
			default:
				return nil
			}
		}
	})
	for _, c := range group {
		if err != nil {
			c.err = err
		}
		close(c.ended)
	}
	return next
}

// runInSavepoint gives an error only when the transaction itself is broken; the change's own error stays with it.
func runInSavepoint(ctx context.Context, tx Tx, c *change) error {
	tx.feed = nil
	if _, err := tx.ExecContext(ctx, "savepoint one_change"); err != nil {
		return err
	}
	if c.err = c.run(&tx); c.err != nil {
		if _, err := tx.ExecContext(ctx, "rollback to one_change"); err != nil {
			return errors.Join(c.err, err)
		}
	}
	_, err := tx.ExecContext(ctx, "release one_change")
	return err
}

// classify names the errors that a person can do something about.
func classify(err error) error {
	var lite sqlite3.Error
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &lite) && lite.Code == sqlite3.ErrFull, errors.Is(err, syscall.ENOSPC),
		errors.As(err, &pg) && pg.Code == "53100":
		return fault.Unavailable("disk_full", err)
	case errors.As(err, &lite) && (lite.Code == sqlite3.ErrReadonly || lite.Code == sqlite3.ErrIoErr || lite.Code == sqlite3.ErrCantOpen):
		return fault.Unavailable("records_not_writable", err)
	case errors.Is(err, sql.ErrConnDone), isConnectFailure(err):
		return fault.Unavailable("database_gone", err)
	}
	return err
}

func isConnectFailure(err error) bool {
	var connect *pgconn.ConnectError
	var pg *pgconn.PgError
	return errors.As(err, &connect) || (errors.As(err, &pg) && (pg.Code == "57P01" || pg.Code == "57P03"))
}

// IsUnique reports whether err says that a unique key is taken already.
func IsUnique(err error) bool {
	var lite sqlite3.Error
	var pg *pgconn.PgError
	return errors.As(err, &lite) && (lite.ExtendedCode == sqlite3.ErrConstraintUnique || lite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey) ||
		errors.As(err, &pg) && pg.Code == "23505"
}
