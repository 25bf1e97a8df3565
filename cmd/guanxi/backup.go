package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"guanxi/base/backup"
	"guanxi/base/db"
	"guanxi/base/keys"
	"guanxi/base/vault"
	"guanxi/base/workspace"
	"guanxi/flow/analyze/quality"
	"guanxi/flow/analyze/watch"
	"guanxi/flow/collect"
	"guanxi/flow/customer"
	"guanxi/flow/customer/track"
	"guanxi/flow/decide"
	"guanxi/flow/schema"
	"guanxi/guard"
	"guanxi/guard/backups"
)

// lasting are the lists that a restore does again; a part that erases or revokes anything for good adds its own.
func lasting(k *keys.Keys) []backup.Lasting {
	return []backup.Lasting{guard.Access{}, customer.ErasedPersons{Keys: k, Where: func(records *db.DB, dir string) (*customer.Store, error) {
		files, err := collect.New(records, nil, collect.Settings{Dir: dir, Node: "restore"})
		if err != nil {
			return nil, err
		}
		customers := customer.New(records)
		if err := customers.KeepFilesIn(fieldFiles(dir)); err != nil {
			return nil, err
		}
		customers.HeldBy("today", decide.Memory{Records: records})
		customers.HeldBy("alerts", watch.Memory{Records: records})
		customers.HeldBy("quality", quality.Memory{Records: records})
		customers.HeldBy("events", track.New(records, nil, customers, nil))
		customers.Erasing(files, nil, nil)
		return customers, nil
	}}, customer.Withdrawals{}}
}

func recordsSchema() db.Schema {
	return db.Schema{SQLite: schema.SQLite(), Postgres: schema.Postgres()}
}

func newBackups(ctx context.Context, records *db.DB, data dataFlags, place, keyFile string) (*backups.Backups, error) {
	if place == "" {
		place = backups.DefaultPlace(data.Data)
	}
	k, err := keys.OpenOrCreate(keyFile)
	if err != nil {
		return nil, err
	}
	return backups.New(ctx, records, backups.Options{Dir: data.Data, Place: place, PostgresURL: data.DatabaseURL, Release: version,
		Schema: recordsSchema(), Keys: k, Lasting: lasting(k), Look: look}), nil
}

type backupCommand struct {
	dataFlags
	keyFlag
	To string `help:"Folder of the backups; backups in the data folder when absent." env:"GUANXI_BACKUP_TO" type:"path" placeholder:"DIR"`
}

// Run takes one backup, whether a server is running or not. The schema stays as it is, so that a newer release can back up
// before it upgrades.
func (c *backupCommand) Run(ctx context.Context) (err error) {
	if c.DatabaseURL == "" {
		if _, err := os.Stat(c.Data); err != nil {
			return err
		}
	}
	records, err := db.Open(ctx, db.Options{Dir: c.Data, PostgresURL: c.DatabaseURL})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	g := guard.New(records, "")
	if err := g.LoadWorkspace(ctx); err != nil {
		return fmt.Errorf("no records there: %w", err)
	}
	ctx = workspace.WithSource(guard.System(ctx), g.Workspace)
	b, err := newBackups(ctx, records, c.dataFlags, c.To, c.path(c.Data))
	if err != nil {
		return err
	}
	taken, err := b.BackUp(ctx, "command")
	if err != nil {
		return err
	}
	print, err := b.Keys.Fingerprint()
	fmt.Printf("backup %s in %s: %d rows, %d files, %d bytes, %d of them new, %.1f s, key %s\n",
		taken.Name, b.Place, taken.Rows(), taken.Files, taken.Size, taken.NewBytes, taken.Took.Seconds(), print)
	return err
}

// backups checks the backups in a folder.
func (c *verifyCommand) backups(ctx context.Context) (err error) {
	k, err := keys.Open(c.path(c.Data))
	if err != nil {
		return err
	}
	v, err := vault.Open(c.From, k)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	bar := progress("reading every byte")
	problems, err := v.Check(ctx, bar)
	if err != nil {
		return err
	}
	checks := []backup.Check{{Name: "every file of the backups is as it was written", OK: len(problems) == 0, Detail: fmt.Sprintf("%d bytes", v.StoredBytes())}}
	for _, p := range problems {
		checks = append(checks, backup.Check{Name: p.File, Detail: p.What})
	}
	well := report(checks...)
	g, err := choose(v, c.Backup, nil)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "guanxi-trial-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	result, err := backup.Try(guard.System(ctx), v, g, backup.Trial{Scratch: scratch, PostgresURL: c.DatabaseURL, Schema: recordsSchema(),
		Lasting: lasting(k), Look: look})
	if err != nil {
		return err
	}
	well = report(append([]backup.Check{{Name: "backup " + g.Name + " can be restored", OK: result.Reason == "", Detail: result.Reason}}, result.Checks...)...) && well
	if !well {
		return errBroken
	}
	return nil
}
