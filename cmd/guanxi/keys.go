package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"guanxi/base/keys"
	"guanxi/base/vault"
	"guanxi/guard/backups"
)

// keysCommand is about the key file.
type keysCommand struct {
	Rotate keysRotateCommand `cmd:"" help:"Add keys that everything is sealed with and looked up by from now on; a running server seals anew what was sealed before."`
	Show   keysShowCommand   `cmd:"" help:"Show how far the sealing with the present keys is."`
	Drop   keysDropCommand   `cmd:"" help:"Take the keys before the present one out of the file, once nothing needs them."`
}

type keysRotateCommand struct {
	dataFlags
	keyFlag
}

// Run adds the keys. Those before stay in the file: backups and values not yet sealed anew need them.
func (c *keysRotateCommand) Run() error {
	path := c.path(c.Data)
	if err := keys.Rotate(path); err != nil {
		return err
	}
	k, err := keys.Open(path)
	if err != nil {
		return err
	}
	fmt.Printf("sealing with key %s from now on; values and files are sealed anew within minutes while the server runs, else at its next start\n", k.Current())
	fmt.Println("guanxi keys show tells how far that is; meanwhile everything is found as before")
	fmt.Printf("copy %s away again: backups taken from now on cannot be read with an older copy\n", path)
	return nil
}

type keysShowCommand struct {
	dataFlags
	keyFlag
}

// Run says how far the sealing is, whether a server is running or not.
func (c *keysShowCommand) Run(ctx context.Context) error {
	return openBeside(ctx, c.dataFlags, c.keyFlag, func(ctx context.Context, b beside) error {
		k := keys.Of(ctx)
		fmt.Printf("key %s, and %d before it\n", k.Current(), k.Earlier())
		at, settled, err := b.customers.SealingNow(ctx)
		switch {
		case err != nil:
			return err
		case at == nil:
			fmt.Println("not begun: a server does it")
			return nil
		case settled:
			fmt.Printf("everything is sealed with it since %s", time.UnixMilli(at.EndedAt).Format(time.DateTime))
		case at.EndedAt > 0:
			fmt.Print("a pass has ended; the next looks whether anything was sealed with an earlier key meanwhile")
		default:
			fmt.Printf("sealing anew: %d of %d places", at.Done, at.Total)
		}
		fmt.Printf("; %d rows and %d files changed", at.Rows, at.Files)
		if at.Unreadable > 0 {
			fmt.Printf("; %d files open with no key of this file", at.Unreadable)
		}
		if k.Replacing() {
			fmt.Print("; values are looked up by an earlier key as well")
		}
		fmt.Println()
		return nil
	})
}

type keysDropCommand struct {
	dataFlags
	keyFlag
	To string `help:"Folder of the backups; backups in the data folder when absent." env:"GUANXI_BACKUP_TO" type:"path" placeholder:"DIR"`
}

// Run drops the earlier keys of ciphers. It refuses while anything here needs one: values or files not sealed anew, kept
// answers, backups.
func (c *keysDropCommand) Run(ctx context.Context) error {
	return openBeside(ctx, c.dataFlags, c.keyFlag, func(ctx context.Context, b beside) error {
		k := keys.Of(ctx)
		if k.Earlier() == 0 {
			fmt.Printf("key %s is the only one\n", k.Current())
			return nil
		}
		generation := k.Generation()
		at, settled, err := b.customers.SealingNow(ctx)
		if err != nil {
			return err
		}
		if !settled {
			return errors.New("not everything is sealed with the present key yet: see guanxi keys show")
		}
		if at.Unreadable > 0 {
			return fmt.Errorf("%d files are sealed with keys that are not in this file", at.Unreadable)
		}
		var answers int
		if err := b.records.Read().NewRaw("select count(*) from idempotency_keys where body is not null and created_at <= ?", at.EndedAt).Scan(ctx, &answers); err != nil {
			return err
		}
		if answers > 0 {
			return fmt.Errorf("%d answers kept for repeated requests need an earlier key; they go within a day", answers)
		}
		only, err := k.WithoutEarlier()
		if err != nil {
			return err
		}
		place := c.To
		if place == "" {
			place = backups.DefaultPlace(c.Data)
		}
		if err := opensWith(place, only); err != nil {
			return fmt.Errorf("backups in %s were taken with an earlier key (%w): begin a new folder with --backup-to, and keep the old one with a copy of this key file for as long as those backups are to be restored", place, err)
		}
		if err := k.DropCiphers(generation); err != nil {
			return err
		}
		fmt.Printf("key %s is the only one now; links in mails that were sealed with earlier keys open no more\n", k.Current())
		return nil
	})
}

// opensWith says why not everything in a folder of backups can be read with the keys; nil also where there is none.
func opensWith(place string, k *keys.Keys) error {
	if !vault.Exists(place) {
		return nil
	}
	v, err := vault.Open(place, k)
	if err != nil {
		return err
	}
	damaged := v.Damaged()
	err = v.Close()
	if len(damaged) > 0 {
		return errors.New(damaged[0].File)
	}
	return err
}
