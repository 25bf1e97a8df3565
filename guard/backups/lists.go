package backups

import (
	"context"
	"errors"

	"guanxi/base/backup"
	"guanxi/base/fault"
	"guanxi/base/vault"
)

// topsSQL gives the newest entry of the audit log and the newest word of a customer.
const topsSQL = "select coalesce((select max(id) from audit_entries), 0) as done, coalesce((select max(id) from consents), 0) as said"

// aboutAccessSQL says whether something was done about access between two entries of the audit log.
const aboutAccessSQL = `
select count(*) > 0
from audit_entries
where id > ? and id <= ?
  and (action like 'staff.%' or action like 'role.%' or action like 'sharing.%' or action like 'token.%' or action like 'passkey.%' or action like 'totp.%'
    or action like 'second_factors.%' or action like 'password.%' or action like 'policy.%' or action like 'provider.%' or action like 'administration.%')`

type tops struct {
	Done int64 `bun:"done"`
	Said int64 `bun:"said"`
}

// keepNews writes the lists when there may be something new for them, so that little is missing when the machine is lost
// before the next backup.
func (b *Backups) keepNews(ctx context.Context) error {
	var now tops
	if err := b.records.Read().NewRaw(topsSQL).Scan(ctx, &now); err != nil {
		return err
	}
	b.state.Lock()
	known := b.kept
	b.state.Unlock()
	keep := known == nil || known.Said != now.Said
	if !keep && known.Done != now.Done {
		if err := b.records.Read().NewRaw(aboutAccessSQL, known.Done, now.Done).Scan(ctx, &keep); err != nil {
			return err
		}
	}
	if keep {
		if err := b.KeepLists(ctx); fault.Is(err, fault.KindConflict) {
			return nil // in use; the next minute tries anew
		} else if err != nil {
			return err
		}
	}
	b.state.Lock()
	b.kept = &now
	b.state.Unlock()
	return nil
}

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
