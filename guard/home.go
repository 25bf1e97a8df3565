package guard

import (
	"context"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/workspace"
)

const homeKey = "instance.home"

// NoticeCopy puts sending on hold when the records lie elsewhere than they did when they were last served: somebody copied
// them, and the original may be running still.
func (g *Guard) NoticeCopy(ctx context.Context) error {
	home, err := g.records.Home(ctx)
	if err != nil {
		return err
	}
	return g.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before []string
		if err := tx.NewRaw("select value from settings where key = ?", homeKey).Scan(ctx, &before); err != nil {
			return err
		}
		if len(before) == 1 && before[0] == home {
			return nil
		}
		if _, err := tx.NewRaw(`
insert into settings (key, value, updated_at) values (?, ?, ?)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
			homeKey, home, clock.Millis(ctx)).Exec(ctx); err != nil || len(before) == 0 {
			return err
		}
		if held, err := workspace.Held(ctx, tx); err != nil || held != nil {
			return err // a restored copy is held already
		}
		if err := workspace.HoldSending(ctx, tx, workspace.Hold{Since: clock.Now(ctx).UTC(), Reason: workspace.HoldCopied}); err != nil {
			return err
		}
		return Audit(ctx, tx, "sending.held", "workspace", "", map[string]string{"reason": workspace.HoldCopied})
	})
}
