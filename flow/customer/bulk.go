package customer

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"guanxi/base/db"
)

// bulk collects rows of one table and inserts them with bound values. ends is what follows the values, for instance an
// on conflict clause.
type bulk struct {
	table   string
	columns []string
	ends    string
	values  []any
}

func newBulk(table, columns, ends string) *bulk {
	return &bulk{table: table, columns: strings.Split(columns, ", "), ends: ends}
}

// add takes one row; its values stand in the order of the columns.
func (b *bulk) add(values ...any) { b.values = append(b.values, values...) }

func (b *bulk) rows() int { return len(b.values) / len(b.columns) }

// insert writes all rows and empties b. SQLite gets one prepared statement run row by row: for a statement of several
// rows it would first copy every page it touches, in case a later row fails. PostgreSQL, where every statement is a
// round trip, gets the most rows its 65,535 parameters allow.
func (b *bulk) insert(ctx context.Context, tx *db.Tx) error {
	width := len(b.columns)
	most := 1
	if tx.Engine() == db.Postgres {
		most = min(1000, 60_000/width)
	}
	full := min(most, b.rows()) * width
	if full == 0 {
		return nil
	}
	statement, err := tx.Tx.Tx.PrepareContext(ctx, b.text(full/width, tx.Engine()))
	if err != nil {
		return err
	}
	defer statement.Close()
	rest := b.values
	for ; len(rest) >= full; rest = rest[full:] {
		if _, err := statement.ExecContext(ctx, rest[:full]...); err != nil {
			return err
		}
	}
	if len(rest) > 0 {
		if err := execOnce(ctx, tx.Tx.Tx, b.text(len(rest)/width, tx.Engine()), rest); err != nil {
			return err
		}
	}
	b.values = b.values[:0]
	return nil
}

func execOnce(ctx context.Context, tx *sql.Tx, text string, values []any) error {
	_, err := tx.ExecContext(ctx, text, values...)
	return err
}

func (b *bulk) text(rows int, engine db.Engine) string {
	var s strings.Builder
	s.WriteString("insert into " + b.table + " (" + strings.Join(b.columns, ", ") + ") values ")
	parameter := 0
	for row := range rows {
		if row > 0 {
			s.WriteString(", ")
		}
		s.WriteByte('(')
		for column := range b.columns {
			if column > 0 {
				s.WriteByte(',')
			}
			parameter++
			if engine == db.Postgres {
				s.WriteString("$" + strconv.Itoa(parameter))
			} else {
				s.WriteByte('?')
			}
		}
		s.WriteByte(')')
	}
	if b.ends != "" {
		s.WriteString(" " + b.ends)
	}
	return s.String()
}

// inChunks calls fn with at most size of the values at a time, so that no statement grows without bound.
func inChunks[T any](values []T, size int, fn func(chunk []T) error) error {
	for start := 0; start < len(values); start += size {
		if err := fn(values[start:min(start+size, len(values))]); err != nil {
			return err
		}
	}
	return nil
}
