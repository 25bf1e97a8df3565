package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"guanxi/base/vault"
)

// run is how much of the database one segment holds: small enough that a few changed pages cost little, large enough to
// compress.
const run = 32 << 10

const (
	recordsFile = "records.sqlite"
	pagesPart   = "pages"
)

func takeSQLite(ctx context.Context, w *vault.Writer, dir string, b *Backup, parts map[string]vault.Sequence) (err error) {
	p, err := openPages(ctx, filepath.Join(dir, recordsFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := describeSQLite(ctx, p.conn, b); err != nil {
		return err
	}
	s := w.NewSequence()
	buffer := make([]byte, max(run, p.head.pageSize))
	perRun := uint32(int64(len(buffer)) / p.head.pageSize)
	for first := uint32(0); first < p.head.pages; first += perRun {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := p.ReadRun(first, buffer)
		if err != nil {
			return err
		}
		if err := s.Add(buffer[:n]); err != nil {
			return err
		}
	}
	parts[pagesPart], err = s.End()
	return err
}

// describeSQLite counts the rows of every table, at the same instant.
func describeSQLite(ctx context.Context, conn *sql.Conn, b *Backup) error {
	names, err := texts(ctx, conn, "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
	if err != nil {
		return err
	}
	for _, name := range names {
		t := Table{Name: name}
		if err := conn.QueryRowContext(ctx, `select count(*) from "`+name+`"`).Scan(&t.Rows); err != nil { //nolint:gosec // a name from the catalogue
			return err
		}
		b.Tables = append(b.Tables, t)
	}
	return conn.QueryRowContext(ctx, "select max(version_id) from goose_db_version").Scan(&b.Schema)
}

// texts reads one column.
func texts(ctx context.Context, conn *sql.Conn, query string) (all []string, err error) {
	rows, err := conn.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}

// restoreSQLite writes the database file into dir and looks whether everything is there.
func restoreSQLite(ctx context.Context, v *vault.Vault, g vault.Generation, b Backup, dir string, progress func(bytes int64)) error {
	path := filepath.Join(dir, recordsFile)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = v.Each(ctx, g.Parts[pagesPart], func(text []byte) error {
		progress(int64(len(text)))
		_, err := file.Write(text)
		return err
	})
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite3", "file:"+url.PathEscape(path)+"?_cache_size=-65536")
	if err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return errors.Join(err, pool.Close())
	}
	return errors.Join(soundSQLite(ctx, conn, b), conn.Close(), pool.Close())
}

// soundSQLite asks the engine whether every page and index is in order and every reference met, and counts the rows.
func soundSQLite(ctx context.Context, conn *sql.Conn, b Backup) error {
	found, err := texts(ctx, conn, "pragma integrity_check(5)")
	if err != nil {
		return err
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("the restored database is not in order: %v", found)
	}
	if found, err = texts(ctx, conn, `select "table" from pragma_foreign_key_check limit 5`); err != nil || len(found) > 0 {
		return errors.Join(err, fmt.Errorf("references of the restored database are not met in %v", found))
	}
	var now Backup
	if err := describeSQLite(ctx, conn, &now); err != nil {
		return err
	}
	if !slices.EqualFunc(now.Tables, b.Tables, func(x, y Table) bool { return x.Name == y.Name && x.Rows == y.Rows }) {
		return fmt.Errorf("the restored database has other numbers of rows: %v, not %v", now.Tables, b.Tables)
	}
	return nil
}
