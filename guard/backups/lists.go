package backups

import (
	"context"
	"errors"

	"guanxi/base/backup"
	"guanxi/base/vault"
)

// KeepLists writes the lists of what must stay done beside the backups at once, where there are backups already.
func (b *Backups) KeepLists(ctx context.Context) error {
	if !vault.Exists(b.Place) {
		return nil
	}
	v, err := vault.Open(b.Place, b.Keys)
	if err != nil {
		return err
	}
	var errs []error
	for _, l := range b.Lasting {
		errs = append(errs, backup.Keep(ctx, v, b.records, l))
	}
	return errors.Join(append(errs, v.Close())...)
}
