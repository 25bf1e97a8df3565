package columns

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

const compactMark = "columns.compact"

// CompactAtOpen has the file of the columns in dir written anew when it is next opened, without what was deleted: the engine
// leaves deleted rows in the unused parts of its file until something else is written there.
func CompactAtOpen(dir string) error {
	return os.WriteFile(filepath.Join(dir, compactMark), nil, 0o600)
}

// compact writes the file anew if that was asked for.
func compact(ctx context.Context, dir string) (err error) {
	path, mark := filepath.Join(dir, "columns.duckdb"), filepath.Join(dir, compactMark)
	if _, err := os.Stat(mark); err != nil {
		return nil //nolint:nilerr // nobody asked
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return os.Remove(mark)
	}
	fresh := path + ".new"
	if err := errors.Join(removeIfThere(fresh), removeIfThere(fresh+".wal")); err != nil {
		return err
	}
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return err
	}
	engine := sql.OpenDB(connector)
	conn, err := engine.Conn(ctx)
	for _, text := range []string{"attach '" + quoted(path) + "' as old", "attach '" + quoted(fresh) + "' as fresh",
		"copy from database old to fresh", "detach old", "checkpoint fresh", "detach fresh"} {
		if err == nil {
			_, err = conn.ExecContext(ctx, text)
		}
	}
	if err = errors.Join(err, engine.Close()); err != nil {
		return errors.Join(err, removeIfThere(fresh))
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return errors.Join(removeIfThere(path+".wal"), os.Remove(mark))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func quoted(path string) string { return strings.ReplaceAll(path, "'", "''") }
