package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"guanxi/base/backup"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/base/vault"
	"guanxi/guard"
)

type restoreCommand struct {
	dataFlags
	keyFlag
	From   string     `help:"Folder of the backups." required:"" type:"path" placeholder:"DIR"`
	At     *time.Time `help:"Restore the last backup taken at or before this instant; the newest of all when absent." placeholder:"2026-01-02T15:04:05Z"`
	Backup string     `help:"Restore the backup of this name."`
	List   bool       `help:"Only list the backups there are."`
}

// Run restores into a folder that holds nothing but perhaps the key file, makes columns anew and verifies. Sending stays on
// hold until an administrator lets it go.
func (c *restoreCommand) Run(ctx context.Context) (err error) {
	keyFile := c.path(c.Data)
	k, err := keys.Open(keyFile)
	if err != nil {
		return err
	}
	v, err := vault.Open(c.From, k)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	if c.List {
		return list(v)
	}
	g, err := choose(v, c.Backup, c.At)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	release, err := lock(c.Data)
	if err != nil {
		return err
	}
	defer release()
	// the server takes its key from the data folder unless it is told another
	if inFolder := filepath.Join(c.Data, keys.FileName); c.KeyFile != "" && c.KeyFile != inFolder {
		if err := keys.Copy(keyFile, inFolder); err != nil {
			return err
		}
	}
	bar := progress("restoring " + g.Name)
	b, err := backup.Restore(guard.System(ctx), v, g, backup.Target{Dir: c.Data, PostgresURL: c.DatabaseURL, Schema: recordsSchema(),
		Lasting: lasting(k), Progress: bar})
	if err != nil {
		return err
	}
	fmt.Printf("restored %s of %s: %d rows, %d files. Sending is on hold until an administrator lets it go.\n",
		b.Name, b.TakenAt.Format(time.RFC3339), b.Rows(), b.Files)
	return c.finish(ctx)
}

// finish makes columns from the restored records, reckons afterwards what moves of segments it can, and checks that everything
// fits together.
func (c *restoreCommand) finish(ctx context.Context) (err error) {
	p, err := open(ctx, c.dataFlags, serveFlags{keyFlag: c.keyFlag, Node: "main"}, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	ctx = p.context(ctx)
	if err := p.rebuild(ctx); err != nil {
		return err
	}
	if err := p.stages.segments.Recall(ctx); err != nil {
		return err
	}
	return p.verify(ctx)
}

// choose gives the backup of that name, else the newest taken at or before the instant, else the newest.
func choose(v *vault.Vault, name string, at *time.Time) (vault.Generation, error) {
	if name != "" {
		return v.Generation(name)
	}
	all, problems, err := v.Generations()
	if err != nil {
		return vault.Generation{}, err
	}
	for _, p := range problems {
		fmt.Fprintf(os.Stderr, "BROKEN  %s (%s)\n", p.File, p.What)
	}
	for _, g := range all {
		if at == nil || !g.TakenAt.After(*at) {
			return g, nil
		}
	}
	return vault.Generation{}, fault.NotFound("backup", v.Dir())
}

func list(v *vault.Vault) error {
	all, problems, err := backup.List(v)
	if err != nil {
		return err
	}
	for _, b := range all {
		fmt.Printf("%s  %s  %s  %d rows  %d bytes  %d new\n", b.Name, b.TakenAt.Format(time.RFC3339), b.Engine, b.Rows(), b.Size, b.NewBytes)
	}
	for _, p := range problems {
		fmt.Printf("BROKEN  %s (%s)\n", p.File, p.What)
	}
	return nil
}

// progress shows on standard error how many bytes are done, where somebody looks at it.
func progress(what string) func(done, total int64) {
	info, err := os.Stderr.Stat()
	watched := err == nil && info.Mode()&os.ModeCharDevice != 0
	bar := progressbar.NewOptions64(-1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowBytes(true),
		progressbar.OptionSetVisibility(watched), progressbar.OptionSetDescription(what), progressbar.OptionThrottle(200*time.Millisecond))
	return func(done, total int64) {
		if bar.IsFinished() {
			return
		}
		if bar.GetMax64() != total {
			bar.ChangeMax64(total)
		}
		if _ = bar.Set64(done); done >= total && watched {
			fmt.Fprintln(os.Stderr)
		}
	}
}
