package workspace

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/db"
)

// Hold says that nothing may leave the building: no mail, no message, no webhook. Whatever sends must ask Held in the
// transaction that marks a message in flight, and leave the message planned while it is held. A restored instance starts
// so, because what it believes still to be sent was perhaps sent after its backup; a person lets it go.
type Hold struct {
	Since  time.Time `json:"since"`
	Reason string    `json:"reason" doc:"restored: this is a restored copy; copied: the data was copied here; person: somebody held it"`
	Backup string    `json:"backup,omitempty" doc:"name of the backup it was restored from"`
}

// The reasons of a hold.
const (
	HoldRestored = "restored"
	HoldCopied   = "copied"
	HoldPerson   = "person"
)

const holdKey = "sending.hold"

// Held gives the hold that is in force, nil when sending is free.
func Held(ctx context.Context, from bun.IDB) (*Hold, error) {
	var h Hold
	if held, err := db.Setting(ctx, from, holdKey, &h); err != nil || !held {
		return nil, err
	}
	return &h, nil
}

// HoldSending puts h in force, in place of one before.
func HoldSending(ctx context.Context, tx bun.IDB, h Hold) error {
	value, err := json.Marshal(h)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`
insert into settings (key, value, updated_at) values (?, ?, ?)
on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
		holdKey, string(value), h.Since.UnixMilli()).Exec(ctx)
	return err
}

// ReleaseSending lets sending go on.
func ReleaseSending(ctx context.Context, tx bun.IDB) error {
	_, err := tx.NewRaw("delete from settings where key = ?", holdKey).Exec(ctx)
	return err
}
