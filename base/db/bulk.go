package db

import (
	"context"
	"database/sql/driver"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/mattn/go-sqlite3"
)

// Bulk collects rows of one table and inserts them in the fastest way the engine has.
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

// Insert writes all rows and empties b.
func (b *Bulk) Insert(ctx context.Context, tx *Tx) error {
	if b.Rows() == 0 {
		return nil
	}
	err := tx.conn.Raw(func(conn any) error {
		switch conn := conn.(type) {
		case *sqlite3.SQLiteConn:
			return b.insertSQLite(ctx, conn)
		default:
			postgres := conn.(*stdlib.Conn).Conn()
			if b.ends == "" {
				return b.copyPostgres(ctx, postgres)
			}
			return b.insertPostgres(ctx, postgres)
		}
	})
	b.values = b.values[:0]
	return err
}

// SortBy brings the waiting rows into the order of a text column, so that a tree ordered by it is walked once from left
// to right: with a million rows in it, coming at random costs several times as much.
func (b *Bulk) SortBy(column string) {
	at, width := slices.Index(b.columns, column), len(b.columns)
	rows := slices.Collect(slices.Chunk(b.values, width))
	slices.SortStableFunc(rows, func(x, y []any) int { return strings.Compare(x[at].(string), y[at].(string)) })
	b.values = slices.Concat(rows...)
}

// Spill inserts the rows once 2,000 of them wait: more at a time are no faster and only take memory.
func (b *Bulk) Spill(ctx context.Context, tx *Tx) error {
	if b.Rows() < 2000 {
		return nil
	}
	return b.Insert(ctx, tx)
}

// insertSQLite runs one prepared statement row by row, without the allocations of database/sql: for a statement of
// several rows SQLite would first copy every page it touches, in case a later row fails.
func (b *Bulk) insertSQLite(ctx context.Context, conn *sqlite3.SQLiteConn) error {
	same := b.sameInAll()
	var bound []driver.NamedValue
	var from []int // by parameter: its column
	places := make([]string, len(b.columns))
	for column, text := range same {
		if text == "" {
			text, from = "?", append(from, column)
			bound = append(bound, driver.NamedValue{Ordinal: len(from)})
		}
		places[column] = text
	}
	prepared, err := conn.PrepareContext(ctx, b.head()+"("+strings.Join(places, ", ")+") "+b.ends)
	if err != nil {
		return err
	}
	defer prepared.Close()
	statement := prepared.(driver.StmtExecContext)
	for row := b.values; len(row) > 0; row = row[len(b.columns):] {
		for i, column := range from {
			if bound[i].Value, err = driver.DefaultParameterConverter.ConvertValue(plain(row[column])); err != nil {
				return err
			}
		}
		if _, err := statement.ExecContext(ctx, bound); err != nil {
			return err
		}
	}
	return nil
}

// sameInAll gives by column the one plain value that every row holds, as SQL; "" where they differ. Half the columns
// of a file's customers are so (kind, source, no owner ...), and binding a value costs as much as storing it.
func (b *Bulk) sameInAll() []string {
	same := make([]string, len(b.columns))
	for column := range b.columns {
		first := plain(b.values[column])
		text := literal(first)
		for at := column + len(b.columns); text != "" && at < len(b.values); at += len(b.columns) {
			if plain(b.values[at]) != first {
				text = ""
			}
		}
		same[column] = text
	}
	return same
}

// plain gives the value that a pointer points to, nil for none.
func plain(value any) any {
	switch v := value.(type) {
	case *string:
		if v == nil {
			return nil
		}
		return *v
	case *int64:
		if v == nil {
			return nil
		}
		return *v
	}
	return value
}

// literal writes value as SQL, "" unless it is so plain that it needs no quoting.
func literal(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case string:
		if strings.Trim(v, "abcdefghijklmnopqrstuvwxyz0123456789_{}") == "" {
			return "'" + v + "'"
		}
	}
	return ""
}

func (b *Bulk) head() string {
	return "insert into " + b.table + " (" + strings.Join(b.columns, ", ") + ") values "
}

func (b *Bulk) copyPostgres(ctx context.Context, conn *pgx.Conn) error {
	next := 0
	_, err := conn.CopyFrom(ctx, pgx.Identifier{b.table}, b.columns, pgx.CopyFromFunc(func() ([]any, error) {
		if next == len(b.values) {
			return nil, nil
		}
		next += len(b.columns)
		return b.values[next-len(b.columns) : next], nil
	}))
	return err
}

// insertPostgres sends the most rows a statement that 65,535 parameters allow.
func (b *Bulk) insertPostgres(ctx context.Context, conn *pgx.Conn) error {
	width := len(b.columns)
	most := min(1000, 60_000/width) * width
	for rest := b.values; len(rest) > 0; {
		some := rest[:min(most, len(rest))]
		rest = rest[len(some):]
		var text strings.Builder
		text.WriteString(b.head())
		for i := range some {
			switch {
			case i == 0:
				text.WriteByte('(')
			case i%width == 0:
				text.WriteString("), (")
			default:
				text.WriteString(", ")
			}
			text.WriteString("$" + strconv.Itoa(i+1))
		}
		text.WriteString(") " + b.ends)
		if _, err := conn.Exec(ctx, text.String(), some...); err != nil {
			return err
		}
	}
	return nil
}
