package backup

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/base/vault"
	"guanxi/base/workspace"
)

// Target is where a backup is restored to.
type Target struct {
	Dir         string // the data folder: absent, or with nothing in it but the key file
	PostgresURL string // an empty database, for a backup of PostgreSQL
	Schema      db.Schema
	Lasting     []Lasting
	Progress    func(done, total int64) // bytes; may be nil

	inPieces bool // beside a running instance, without one long transaction
}

// Restore brings the generation back and gives what it says of itself. What is restored holds all sending, has the lasting
// lists applied again, the newest schema, and the number of rows each table had. It fails whole: what an interrupted
// restore leaves is swept by the next. Faults: conflict for a target that is not empty, another engine, a newer release's
// backup, or a damaged file, which is named.
func Restore(ctx context.Context, v *vault.Vault, g vault.Generation, t Target) (b Backup, err error) {
	if b, err = Of(g); err != nil {
		return b, err
	}
	if err := t.suits(ctx, b); err != nil {
		return b, err
	}
	draft := filepath.Join(t.Dir, draftFolder)
	if err := errors.Join(os.RemoveAll(draft), os.MkdirAll(draft, 0o700)); err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }()
	done := int64(0)
	progress := func(bytes int64) {
		if done += bytes; t.Progress != nil {
			t.Progress(done, b.Size)
		}
	}
	if err := restoreFiles(ctx, v, g, draft, progress); err != nil {
		return b, err
	}
	records, err := t.fill(ctx, v, g, b, draft, progress)
	if err != nil {
		return b, err
	}
	progress(b.Size - done)
	if err := errors.Join(t.settle(ctx, v, records, b, draft), records.Close()); err != nil {
		return b, err
	}
	return b, t.moveIn(draft)
}

// draftFolder holds what is being restored until all of it is there.
const draftFolder = ".restoring"

// suits refuses targets that hold something already, and backups this program cannot restore there.
func (t Target) suits(ctx context.Context, b Backup) error {
	entries, err := os.ReadDir(t.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		switch e.Name() {
		case "guanxi.key", "guanxi.lock", draftFolder:
		default:
			return fault.Conflict("restore_folder_not_empty", t.Dir, e.Name())
		}
	}
	if (t.PostgresURL != "") != (b.Engine == db.Postgres) {
		return fault.Conflict("restore_other_engine", b.Engine)
	}
	if newest, err := newestMigration(t.Schema.SQLite); err != nil || b.Schema > newest {
		return errors.Join(err, fault.Conflict("restore_newer_release", b.Release))
	}
	if b.Engine == db.Postgres {
		return emptyPostgres(ctx, t.PostgresURL)
	}
	return nil
}

// fill puts the records into place and opens them with the newest schema.
func (t Target) fill(ctx context.Context, v *vault.Vault, g vault.Generation, b Backup, draft string, progress func(int64)) (*db.DB, error) {
	options := db.Options{Dir: draft, PostgresURL: t.PostgresURL, Schema: t.Schema}
	if b.Engine == db.Postgres {
		then := options
		then.Schema.Postgres = upTo(t.Schema.Postgres, b.Schema)
		if err := standSchema(ctx, then); err != nil {
			return nil, err
		}
		if err := restorePostgres(ctx, v, g, b, t.PostgresURL, t.inPieces, progress); err != nil {
			return nil, err
		}
	} else if err := restoreSQLite(ctx, v, g, b, draft, progress); err != nil {
		return nil, err
	}
	records, err := db.Open(ctx, options)
	if err != nil {
		return nil, err
	}
	return records, job.Migrate(ctx, records)
}

// standSchema makes the tables as they were at the time of the backup.
func standSchema(ctx context.Context, o db.Options) error {
	records, err := db.Open(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(job.Migrate(ctx, records), records.Close())
}

// settle does what must be done before anybody sees the restored records.
func (t Target) settle(ctx context.Context, v *vault.Vault, records *db.DB, b Backup, dir string) error {
	if err := records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return workspace.HoldSending(ctx, tx, workspace.Hold{Since: clock.Now(ctx).UTC(), Reason: workspace.HoldRestored, Backup: b.Name})
	}); err != nil {
		return err
	}
	redone, err := reapply(ctx, v, records, dir, t.Lasting)
	if err != nil {
		return err
	}
	return noteRestored(ctx, records, b, redone)
}

// moveIn gives what was restored its place in the data folder. The records come last: with them the instance is there.
func (t Target) moveIn(draft string) error {
	entries, err := os.ReadDir(draft)
	if err != nil {
		return err
	}
	last := ""
	for _, e := range entries {
		if e.Name() == recordsFile {
			last = e.Name()
			continue
		}
		if err := os.Rename(filepath.Join(draft, e.Name()), filepath.Join(t.Dir, e.Name())); err != nil {
			return err
		}
	}
	if last == "" {
		return nil
	}
	return os.Rename(filepath.Join(draft, last), filepath.Join(t.Dir, last))
}
