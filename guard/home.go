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
		before, known, err := db.SettingText(ctx, tx, homeKey)
		if err != nil || known && before == home {
			return err
		}
		if err := db.KeepSettingText(ctx, tx, homeKey, home); err != nil || !known {
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
