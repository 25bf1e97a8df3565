package db

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"

	"github.com/uptrace/bun"
)

// Asker asks with texts that are always the same, where bun writes the values into the text: such a statement is
// prepared once and afterwards costs only its run, which for a row by its key is most of it. Placeholders are `?`, one
// for each plain value; lists and scopes, which change the text, go through bun.
type Asker interface {
	// Ask scans the rows into dest, a pointer to a slice of structs or of plain values.
	Ask(ctx context.Context, dest any, text string, args ...any) error
}

var _, _ Asker = (*DB)(nil), (*Tx)(nil)

// Ask implements Asker, outside of any change.
func (d *DB) Ask(ctx context.Context, dest any, text string, args ...any) error {
	if d.overheard != nil {
		d.overheard(text)
	}
	rows, err := d.read.DB.QueryContext(ctx, d.engine.text(text), args...) //nolint:rowserrcheck // ScanRows does
	if err != nil {
		return err
	}
	return d.read.ScanRows(ctx, rows, dest)
}

// Overhear has fn called with every text asked outside of changes, for tests of how questions reach their rows. It must
// be called before anybody asks.
func (d *DB) Overhear(fn func(text string)) { d.overheard = fn }

// Ask implements Asker, inside the change.
func (tx *Tx) Ask(ctx context.Context, dest any, text string, args ...any) error {
	rows, err := tx.Tx.Tx.QueryContext(ctx, tx.engine.text(text), args...) //nolint:rowserrcheck // ScanRows does
	if err != nil {
		return err
	}
	return tx.scanner.ScanRows(ctx, rows, dest)
}

// Do runs a statement of the change and says how many rows it met; text and args are as for Ask.
func (tx *Tx) Do(ctx context.Context, text string, args ...any) (rows int64, err error) {
	result, err := tx.Tx.Tx.ExecContext(ctx, tx.engine.text(text), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// numbered holds texts as PostgreSQL writes their placeholders. The texts are constants, so it stops growing.
var numbered sync.Map

// text gives a statement in the engine's own writing.
func (e Engine) text(text string) string {
	if e == SQLite {
		return text
	}
	if known, ok := numbered.Load(text); ok {
		return known.(string)
	}
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(text, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	numbered.Store(text, b.String())
	return b.String()
}

// scanner turns rows into structs as bun does everywhere else.
type scanner interface {
	ScanRows(ctx context.Context, rows *sql.Rows, dest ...any) error
}

var _ scanner = (*bun.DB)(nil)
