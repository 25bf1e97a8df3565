package db

import (
	"context"
	"errors"
	"time"
)

// Scour leaves no trace of deleted rows in the files of the records. On SQLite the file is written anew and its log emptied;
// changes wait meanwhile (about a second for each 100 MB). On PostgreSQL what is dead is handed back for writing over: its
// pages, its own log and its backups are the database server's to clean. It gives errBusy when somebody reads on and on.
func (d *DB) Scour(ctx context.Context) error {
	if _, err := d.write.ExecContext(ctx, "vacuum"); err != nil || d.engine == Postgres {
		return classify(err)
	}
	for attempt := 0; ; attempt++ {
		var busy, pages, moved int
		if err := d.write.QueryRowContext(ctx, "pragma wal_checkpoint(truncate)").Scan(&busy, &pages, &moved); err != nil {
			return classify(err)
		}
		if busy == 0 {
			return nil
		}
		if attempt == 20 {
			return errBusy
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

var errBusy = errors.New("db: readers keep the log of the records from being emptied")
