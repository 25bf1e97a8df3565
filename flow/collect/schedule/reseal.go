package schedule

import (
	"context"

	"guanxi/base/db"
	"guanxi/base/keys"
)

// Reseal seals the secrets of schedules with the present key, and gives how many were not.
func (s *Schedules) Reseal(ctx context.Context) (changed int64, err error) {
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		changed = 0
		var all []Schedule
		if err := tx.Ask(ctx, &all, "select "+scheduleColumns+" from schedules where secret <> ''"); err != nil {
			return err
		}
		for _, of := range all {
			fresh, did, err := keys.Resealed(ctx, purpose, of.Secret, of.place().about())
			if err != nil {
				return err
			}
			if !did {
				continue
			}
			n, err := tx.Do(ctx, "update schedules set secret = ? where id = ?", fresh, of.ID)
			if err != nil {
				return err
			}
			changed += n
		}
		return nil
	})
	return changed, err
}
