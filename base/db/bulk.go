package db

import (
	"context"
	"strconv"
	"strings"
)

// Bulk collects rows of one table and inserts them in statements of many rows with bound values, which is about four
// times as fast as a statement a row.
type Bulk struct {
	table   string
	columns []string
	ends    string
	values  []any
}

// NewBulk gives an empty Bulk. Columns are separated by ", "; ends is what follows the values, for instance an
// on conflict clause. All three are fixed texts of the caller, never input.
func NewBulk(table, columns, ends string) *Bulk {
	return &Bulk{table: table, columns: strings.Split(columns, ", "), ends: ends}
}

// Add takes one row; its values stand in the order of the columns.
func (b *Bulk) Add(values ...any) { b.values = append(b.values, values...) }

// Rows says how many rows wait.
func (b *Bulk) Rows() int { return len(b.values) / len(b.columns) }

// Insert writes all rows and empties b. SQLite gets one prepared statement of a few dozen rows run again and again;
// PostgreSQL, where every statement is a round trip, gets the most rows its 65,535 parameters allow.
func (b *Bulk) Insert(ctx context.Context, tx *Tx) error {
	width := len(b.columns)
	most := max(1, 512/width)
	if tx.engine == Postgres {
		most = min(1000, 60_000/width)
	}
	full := min(most, b.Rows()) * width
	if full == 0 {
		return nil
	}
	statement, err := tx.Tx.Tx.PrepareContext(ctx, b.text(full/width, tx.engine))
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
		if _, err := tx.Tx.Tx.ExecContext(ctx, b.text(len(rest)/width, tx.engine), rest...); err != nil {
			return err
		}
	}
	b.values = b.values[:0]
	return nil
}

func (b *Bulk) text(rows int, engine Engine) string {
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
			if engine == Postgres {
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
