package columns

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Scratch is a connection of its own for one question, with temporary tables that nobody else sees.
type Scratch struct {
	conn *sql.Conn
	made []string
}

// Scratch lets fn ask with temporary tables. Each statement sees what was committed when it began; the tables are dropped when fn
// ends.
func (s *Store) Scratch(ctx context.Context, fn func(ctx context.Context, of *Scratch) error) (err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	of := &Scratch{conn: conn}
	defer func() {
		for _, table := range of.made {
			_, dropped := conn.ExecContext(context.WithoutCancel(ctx), "drop table if exists "+table)
			err = errors.Join(err, dropped)
		}
		err = errors.Join(err, conn.Close())
	}()
	return fn(ctx, of)
}

// Make puts what a query gives into the temporary table of that name, in place of one that was there.
func (of *Scratch) Make(ctx context.Context, table, query string, args ...any) error {
	of.made = append(of.made, table)
	return of.Exec(ctx, "create or replace temp table "+table+" as "+query, args...)
}

// Exec runs a statement on temporary tables.
func (of *Scratch) Exec(ctx context.Context, query string, args ...any) error {
	if _, err := of.conn.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("scratch: %w", err)
	}
	return nil
}

// Query reads rows.
func (of *Scratch) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return of.conn.QueryContext(ctx, query, args...)
}

// QueryRow reads one row.
func (of *Scratch) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return of.conn.QueryRowContext(ctx, query, args...)
}
