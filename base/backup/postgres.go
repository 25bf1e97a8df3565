package backup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/zeebo/xxh3"

	"guanxi/base/vault"
)

const (
	tablePart     = "table "
	sequencesPart = "sequences"
)

// plainTexts makes COPY write values so that any server reads them the same.
const plainTexts = `
set datestyle = 'ISO, YMD';
set timezone = 'UTC';
set intervalstyle = 'postgres';
set extra_float_digits = 3;
set bytea_output = 'hex';
set statement_timeout = 0;
set idle_in_transaction_session_timeout = 0`

// takePostgres copies every table in one repeatable read transaction: all of them as of one instant, nobody is held up.
func takePostgres(ctx context.Context, w *vault.Writer, url string, b *Backup, parts map[string]vault.Sequence) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, plainTexts, pgx.QueryExecModeSimpleProtocol); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, "select max(version_id) from goose_db_version").Scan(&b.Schema); err != nil {
		return err
	}
	if b.Tables, err = tables(ctx, tx); err != nil {
		return err
	}
	for i := range b.Tables {
		if parts[tablePart+b.Tables[i].Name], err = takeTable(ctx, w, tx, &b.Tables[i]); err != nil {
			return fmt.Errorf("table %s: %w", b.Tables[i].Name, err)
		}
	}
	parts[sequencesPart], err = takeSequences(ctx, w, tx)
	return err
}

// tables lists what is kept: every table but those that live for a moment (unlogged) and the marks of migrations, which the
// restore makes itself.
func tables(ctx context.Context, tx pgx.Tx) ([]Table, error) {
	rows, err := tx.Query(ctx, `
select c.relname, array_agg(a.attname::text order by a.attnum)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
where c.relnamespace = current_schema()::regnamespace
  and c.relkind = 'r'
  and c.relpersistence = 'p'
  and c.relname not in ('goose_db_version', 'river_migration')
group by c.relname
order by c.relname`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Table, err error) {
		err = row.Scan(&t.Name, &t.Columns)
		return t, err
	})
}

// takeTable keeps a table as the lines of COPY, in the order of its key, so that rows nobody touched stay side by side.
func takeTable(ctx context.Context, w *vault.Writer, tx pgx.Tx, t *Table) (vault.Sequence, error) {
	var key *string
	if err := tx.QueryRow(ctx, `
select string_agg(quote_ident(a.attname), ', ' order by k.place)
from pg_index x
cross join unnest(x.indkey::int[]) with ordinality k(attnum, place)
join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum
where x.indisprimary and x.indrelid = (quote_ident(current_schema()) || '.' || quote_ident($1))::regclass`, t.Name).Scan(&key); err != nil {
		return vault.Sequence{}, err
	}
	order := ""
	if key != nil {
		order = " order by " + *key
	}
	cut := &lines{sequence: w.NewSequence()}
	done, err := tx.Conn().PgConn().CopyTo(ctx, cut, "copy (select "+quoted(t.Columns)+" from "+pgx.Identifier{t.Name}.Sanitize()+order+") to stdout")
	if err != nil {
		return vault.Sequence{}, err
	}
	t.Rows = done.RowsAffected()
	return cut.end()
}

func quoted(columns []string) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = pgx.Identifier{c}.Sanitize()
	}
	return strings.Join(names, ", ")
}

// lines cuts a stream of lines into segments at places that depend on the lines alone: after a line whose hash says so.
// A row that comes, goes or changes so moves no cut but those next to it, and all other segments are there already.
type lines struct {
	sequence *vault.SequenceWriter
	waiting  []byte
}

const (
	leastSegment = 8 << 10
	mostSegment  = 256 << 10
	oneInBytes   = 32 << 10 // how far apart cuts lie on average
)

// Write takes what the server sent in one message, which is one line.
func (l *lines) Write(line []byte) (int, error) {
	l.waiting = append(l.waiting, line...)
	ended := len(line) > 0 && line[len(line)-1] == '\n'
	enough := len(l.waiting) >= leastSegment && xxh3.Hash(line)%oneInBytes < uint64(len(line))
	if ended && (enough || len(l.waiting) >= mostSegment) {
		return len(line), l.flush()
	}
	return len(line), nil
}

func (l *lines) flush() error {
	if len(l.waiting) == 0 {
		return nil
	}
	err := l.sequence.Add(l.waiting)
	l.waiting = l.waiting[:0]
	return err
}

func (l *lines) end() (vault.Sequence, error) {
	if err := l.flush(); err != nil {
		return vault.Sequence{}, err
	}
	return l.sequence.End()
}

// takeSequences keeps how far each sequence has counted, as lines of name, value and whether it was given out. Sequences
// are read after the snapshot's instant, so no id that a row holds is given out again.
func takeSequences(ctx context.Context, w *vault.Writer, tx pgx.Tx) (vault.Sequence, error) {
	cut := &lines{sequence: w.NewSequence()}
	rows, err := tx.Query(ctx, `
select relname from pg_class
where relnamespace = current_schema()::regnamespace and relkind = 'S'
order by relname`)
	if err != nil {
		return vault.Sequence{}, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return vault.Sequence{}, err
	}
	for _, name := range names {
		var last int64
		var called bool
		if err := tx.QueryRow(ctx, "select last_value, is_called from "+pgx.Identifier{name}.Sanitize()).Scan(&last, &called); err != nil {
			return vault.Sequence{}, err
		}
		if _, err := fmt.Fprintf(cut, "%s\t%d\t%t\n", name, last, called); err != nil {
			return vault.Sequence{}, err
		}
	}
	return cut.end()
}
