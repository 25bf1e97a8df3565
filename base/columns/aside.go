package columns

import (
	"context"
	"database/sql"
	"fmt"
)

// Aside is a connection for one question, with temporary tables that nobody else sees. It sees columns as they were when it was
// opened, and what it has made ends with it.
type Aside struct{ tx *sql.Tx }

// Aside opens a connection for one question.
func (s *Store) Aside(ctx context.Context) (*Aside, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("aside: %w", err)
	}
	return &Aside{tx}, nil
}

// Close lets go of the temporary tables.
func (a *Aside) Close() { _ = a.tx.Rollback() }

// Make puts what a query gives into the temporary table of that name, in place of one that was there.
func (a *Aside) Make(ctx context.Context, table, query string, args ...any) error {
	return a.Exec(ctx, "create or replace temp table "+table+" as "+query, args...)
}

// Exec runs a statement on temporary tables.
func (a *Aside) Exec(ctx context.Context, query string, args ...any) error {
	_, err := a.tx.ExecContext(ctx, query, args...)
	return err
}

// Query reads rows.
func (a *Aside) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return a.tx.QueryContext(ctx, query, args...)
}

// QueryRow reads one row.
func (a *Aside) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return a.tx.QueryRowContext(ctx, query, args...)
}
