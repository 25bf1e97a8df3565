package watch

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// Memory is what alerts keep about customers, for when one asks for it or has to be forgotten.
type Memory struct{ Records *db.DB }

type heldAlert struct {
	State    string    `json:"state"`
	Evidence any       `json:"evidence"`
	OpenedAt time.Time `json:"opened_at"`
	Taken    string    `json:"taken"`
	Note     string    `json:"note"`
}

// Held gives every alert about the customers of these ids, oldest first.
func (m Memory) Held(ctx context.Context, ids []int64) (any, error) {
	found, err := alertsWhere(ctx, m.Records.Read(), "a.customer_id in (?) order by a.id", bun.List(ids))
	held := make([]heldAlert, 0, len(found))
	for i := range found {
		e, err := found[i].figures()
		if err != nil {
			return nil, err
		}
		held = append(held, heldAlert{found[i].State, e, time.UnixMilli(found[i].OpenedAt).UTC(), found[i].Taken, found[i].Note})
	}
	return held, err
}

// Forget takes these alerts and their course away.
func (Memory) Forget(ctx context.Context, tx *db.Tx, ids []int64) error {
	if _, err := tx.NewRaw("delete from alert_history where alert_id in (select id from alerts where customer_id in (?))", bun.List(ids)).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw("delete from alerts where customer_id in (?)", bun.List(ids)).Exec(ctx)
	return err
}
