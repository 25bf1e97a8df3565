package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"guanxi/base/fault"
	"guanxi/base/vault"
)

// emptyPostgres refuses a database that holds anything. Fault: conflict.
func emptyPostgres(ctx context.Context, url string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	var tables int
	if err := conn.QueryRow(ctx, `
select count(*) from pg_class
where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')`).Scan(&tables); err != nil {
		return err
	}
	if tables > 0 {
		return fault.Conflict("restore_database_not_empty", tables)
	}
	return nil
}

// session is a connection or a transaction on it.
type session interface {
	Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

// restorePostgres fills a database whose schema stands and is that of the backup, in one transaction; or in pieces, for a
// trial beside the running instance, whose feed passes no transaction that is older than a running one and would wait.
func restorePostgres(ctx context.Context, v *vault.Vault, g vault.Generation, b Backup, url string, inPieces bool, progress func(bytes int64)) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if _, err := conn.Exec(ctx, plainTexts, pgx.QueryExecModeSimpleProtocol); err != nil {
		return err
	}
	fill := filling{vault: v, parts: g.Parts, conn: conn, progress: progress}
	if inPieces {
		err = fill.all(ctx, conn, b)
	} else {
		err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return fill.all(ctx, tx, b) })
	}
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "analyze")
	return err
}

type filling struct {
	vault    *vault.Vault
	parts    map[string]vault.Sequence
	conn     *pgx.Conn
	progress func(bytes int64)
}

func (f filling) all(ctx context.Context, s session, b Backup) error {
	// references and indexes are made again over the full tables: faster, in any order, and everything is looked at once more
	again, err := takeOff(ctx, s)
	if err != nil {
		return err
	}
	for _, t := range b.Tables {
		if err := f.table(ctx, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	for _, statement := range again {
		if _, err := s.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := f.sequences(ctx, s); err != nil {
		return err
	}
	return setBase(ctx, s)
}

// takeOff drops foreign keys and plain indexes, empties what migrations filled, and gives the statements that put the
// former back.
func takeOff(ctx context.Context, s session) (again []string, err error) {
	rows, err := s.Query(ctx, `
select format('alter table %s drop constraint %I', conrelid::regclass, conname),
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)), 2
from pg_constraint
where connamespace = current_schema()::regnamespace and contype = 'f'
union all
select format('drop index %I', i.relname), pg_get_indexdef(x.indexrelid), 1
from pg_index x
join pg_class i on i.oid = x.indexrelid
where i.relnamespace = current_schema()::regnamespace
  and not exists (select 1 from pg_constraint c where c.conindid = x.indexrelid and c.contype in ('p', 'u', 'x'))
union all
select format('truncate %I', c.relname), '', 3
from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
  and c.relname not in ('goose_db_version', 'river_migration')
order by 3`)
	if err != nil {
		return nil, err
	}
	var before, emptied []string
	var do, undo string
	var kind int
	if _, err := pgx.ForEachRow(rows, []any{&do, &undo, &kind}, func() error {
		if kind == 3 {
			emptied = append(emptied, do)
			return nil
		}
		before = append(before, do)
		again = append(again, undo)
		return nil
	}); err != nil {
		return nil, err
	}
	// a unique index may carry a foreign key, so those go first and come back last
	for i := len(before) - 1; i >= 0; i-- {
		if _, err := s.Exec(ctx, before[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", before[i], err)
		}
	}
	for _, statement := range emptied {
		if _, err := s.Exec(ctx, statement); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	return again, nil
}

// piece is how many bytes of lines one COPY takes.
const piece = 16 << 20

func (f filling) table(ctx context.Context, t Table) error {
	statement := "copy " + pgx.Identifier{t.Name}.Sanitize() + " (" + quoted(t.Columns) + ") from stdin"
	var waiting []byte
	rows := int64(0)
	flush := func() error {
		done, err := f.conn.PgConn().CopyFrom(ctx, bytes.NewReader(waiting), statement)
		rows += done.RowsAffected()
		waiting = waiting[:0]
		return err
	}
	err := f.vault.Each(ctx, f.parts[tablePart+t.Name], func(text []byte) error {
		f.progress(int64(len(text)))
		if waiting = append(waiting, text...); len(waiting) < piece {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err == nil && rows != t.Rows {
		err = fmt.Errorf("%d rows were restored, %d were kept", rows, t.Rows)
	}
	return err
}

func (f filling) sequences(ctx context.Context, s session) error {
	return f.vault.Each(ctx, f.parts[sequencesPart], func(text []byte) error {
		for line := range bytes.Lines(text) {
			parts := strings.Split(strings.TrimSuffix(string(line), "\n"), "\t")
			if len(parts) != 3 {
				return fmt.Errorf("sequence line of %d parts", len(parts))
			}
			value, err := strconv.ParseInt(parts[1], 10, 64)
			if err != nil {
				return err
			}
			if _, err := s.Exec(ctx, "select setval($1::regclass, $2, $3)", pgx.Identifier{parts[0]}.Sanitize(), value, parts[2] == "true"); err != nil {
				return err
			}
		}
		return nil
	})
}

// setBase lets transactions of this cluster count on from the restored ones; see migration 00005.
func setBase(ctx context.Context, s session) error {
	var highest, now int64
	if err := s.QueryRow(ctx, `
select greatest(
    (select coalesce(max(txid), 0) from feed_entries),
    (select coalesce(max(txid), 0) from audit_entries),
    (select coalesce(max(last_txid), 0) from audit_seals)),
  pg_current_xact_id()::text::bigint`).Scan(&highest, &now); err != nil {
		return err
	}
	if highest < now {
		return nil
	}
	_, err := s.Exec(ctx, "create or replace function transaction_base() returns bigint language sql immutable as 'select "+
		strconv.FormatInt(highest-now+1, 10)+"::bigint'")
	return err
}
