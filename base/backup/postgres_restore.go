package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

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

// restorePostgres fills a database whose schema stands and is that of the backup, in one transaction.
func restorePostgres(ctx context.Context, v *vault.Vault, g vault.Generation, b Backup, url string, progress func(bytes int64)) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, plainTexts, pgx.QueryExecModeSimpleProtocol); err != nil {
		return err
	}
	// references and indexes are made again over the full tables: faster, in any order, and everything is looked at once more
	again, err := takeOff(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range b.Tables {
		if err := fillTable(ctx, v, tx, g.Parts[tablePart+t.Name], t, progress); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	for _, statement := range again {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := setSequences(ctx, v, tx, g.Parts[sequencesPart]); err != nil {
		return err
	}
	if err := setBase(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "analyze")
	return err
}

// takeOff drops foreign keys and plain indexes, empties what migrations filled, and gives the statements that put the
// former back.
func takeOff(ctx context.Context, tx pgx.Tx) (again []string, err error) {
	rows, err := tx.Query(ctx, `
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
		if _, err := tx.Exec(ctx, before[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", before[i], err)
		}
	}
	for _, statement := range emptied {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	return again, nil
}

func fillTable(ctx context.Context, v *vault.Vault, tx pgx.Tx, s vault.Sequence, t Table, progress func(bytes int64)) error {
	read, write := io.Pipe()
	unread := make(chan error, 1)
	go func() {
		err := v.Each(ctx, s, func(text []byte) error {
			progress(int64(len(text)))
			_, err := write.Write(text)
			return err
		})
		unread <- err
		_ = write.CloseWithError(err)
	}()
	done, err := tx.Conn().PgConn().CopyFrom(ctx, read, "copy "+pgx.Identifier{t.Name}.Sanitize()+" ("+quoted(t.Columns)+") from stdin")
	_ = read.Close()
	if err != nil {
		return errors.Join(<-unread, err)
	}
	if done.RowsAffected() != t.Rows {
		return fmt.Errorf("%d rows were restored, %d were kept", done.RowsAffected(), t.Rows)
	}
	return nil
}

func setSequences(ctx context.Context, v *vault.Vault, tx pgx.Tx, s vault.Sequence) error {
	return v.Each(ctx, s, func(text []byte) error {
		for line := range bytes.Lines(text) {
			parts := strings.Split(strings.TrimSuffix(string(line), "\n"), "\t")
			if len(parts) != 3 {
				return fmt.Errorf("sequence line of %d parts", len(parts))
			}
			value, err := strconv.ParseInt(parts[1], 10, 64)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "select setval($1::regclass, $2, $3)", pgx.Identifier{parts[0]}.Sanitize(), value, parts[2] == "true"); err != nil {
				return err
			}
		}
		return nil
	})
}

// setBase lets transactions of this cluster count on from the restored ones; see migration 00005.
func setBase(ctx context.Context, tx pgx.Tx) error {
	var highest, now int64
	if err := tx.QueryRow(ctx, `
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
	_, err := tx.Exec(ctx, "create or replace function transaction_base() returns bigint language sql immutable as 'select "+
		strconv.FormatInt(highest-now+1, 10)+"::bigint'")
	return err
}
