package guard

import (
	"context"

	"guanxi/base/db"
	"guanxi/base/keys"
)

// Reseal seals the secrets of one-time codes and of the sign-in provider with the present key, and gives how many were not.
func (g *Guard) Reseal(ctx context.Context) (changed int64, err error) {
	err = g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		changed = 0
		var rows []struct {
			StaffID int64  `bun:"staff_id"`
			Secret  string `bun:"secret"`
		}
		if err := tx.Ask(ctx, &rows, "select staff_id, secret from totp"); err != nil {
			return err
		}
		for _, row := range rows {
			fresh, did, err := keys.Resealed(ctx, sealedFor, row.Secret, "totp:"+itoa(row.StaffID))
			if err != nil {
				return err
			}
			if !did {
				continue
			}
			if _, err := tx.Do(ctx, "update totp set secret = ? where staff_id = ?", fresh, row.StaffID); err != nil {
				return err
			}
			changed++
		}
		var p storedProvider
		if _, err := db.Setting(ctx, tx, providerKey, &p); err != nil {
			return err
		}
		fresh, did, err := keys.Resealed(ctx, sealedFor, p.Sealed, "provider:"+p.Issuer)
		if err != nil || !did {
			return err
		}
		changed++
		p.Sealed = fresh
		return db.KeepSetting(ctx, tx, providerKey, p)
	})
	return changed, err
}
