package main

import (
	"fmt"

	"guanxi/base/keys"
)

// keysCommand is about the key file.
type keysCommand struct {
	Rotate keysRotateCommand `cmd:"" help:"Add a key that everything is sealed with from now on; a running server seals anew what was sealed before."`
}

type keysRotateCommand struct {
	dataFlags
	keyFlag
}

// Run adds the key. Those before stay in the file: backups and values not yet sealed anew need them.
func (c *keysRotateCommand) Run() error {
	path := c.path(c.Data)
	if err := keys.Rotate(path); err != nil {
		return err
	}
	k, err := keys.Open(path)
	if err != nil {
		return err
	}
	fmt.Printf("sealing with key %s from now on; values are sealed anew within a minute while the server runs, else at its next start\n", k.Current())
	fmt.Printf("copy %s away again: backups taken from now on cannot be read with an older copy\n", path)
	return nil
}
