package customer

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/guard"
)

// Work on many customers that is decided as one and taken back as one is a row of a table of its own: who decided it,
// how far it is, when it ended. It runs as a job, with the rights of who asked, in changes to the records small enough
// that others need not wait; each change moves the row along, so that a job begun again goes on where it stopped.

// decidedBy writes down who decides on work that others will do.
func decidedBy(ctx context.Context) (string, error) {
	text, err := json.Marshal(guard.ActorOf(ctx))
	return string(text), err
}

// deciderOf reads it back; text that is none gives nobody, who may do nothing.
func deciderOf(text string) (a guard.Actor) {
	_ = json.Unmarshal([]byte(text), &a)
	return a
}

// mayHandle says whether the person asking may see and steer work of this decider: their own, or anybody's for those who
// see all customers.
func mayHandle(ctx context.Context, decider string) bool {
	return deciderOf(decider).Key() == guard.ActorOf(ctx).Key() || guard.ScopeOf(ctx, noun).All()
}

// moveOn gives the work of a table its next state; stamp names the column that takes the present instant, if any.
func moveOn(ctx context.Context, tx *db.Tx, table string, id int64, state, stamp string) error {
	if stamp == "" {
		_, err := tx.NewRaw("update ? set state = ? where id = ?", bun.Ident(table), state, id).Exec(ctx)
		return err
	}
	_, err := tx.NewRaw("update ? set state = ?, ? = ? where id = ?", bun.Ident(table), state, bun.Ident(stamp), clock.Millis(ctx), id).Exec(ctx)
	return err
}
