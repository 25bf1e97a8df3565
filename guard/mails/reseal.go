package mails

import (
	"context"
	"encoding/json"

	"guanxi/base/db"
	"guanxi/base/keys"
	"guanxi/guard"
)

// Reseal seals the password of the mail server with the present key, and gives how many were not.
func (m *Mails) Reseal(ctx context.Context) (changed int64, err error) {
	err = m.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		changed = 0
		k, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		fresh, did, err := keys.Resealed(ctx, purpose, k.Sealed, k.about())
		if err != nil || !did {
			return err
		}
		k.Sealed = fresh
		text, err := json.Marshal(k)
		if err != nil {
			return err
		}
		changed, err = tx.Do(ctx, "update settings set value = ? where key = ?", string(text), guard.MailServerKey)
		return err
	})
	return changed, err
}
