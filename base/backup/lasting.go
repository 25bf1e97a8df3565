package backup

import (
	"context"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/vault"
)

// Lasting is something that stays done when an older state comes back: persons erased, tokens revoked, consent withdrawn.
// Its list lies beside the generations, not in them, and is always the newest: Take writes it with every backup, Keep
// whenever something was done that cannot wait for the next. A restore of any generation does all of it again, before
// anybody can see the restored records. cmd/guanxi says which lists there are.
type Lasting interface {
	// Name is a fixed word, the name of the list's file.
	Name() string
	// Collect gives everything that must stay done, given the list as it is kept (nil at first). It may only add: records that
	// were themselves restored know less than the list.
	Collect(ctx context.Context, records *db.DB, kept []byte) ([]byte, error)
	// Reapply does everything on the list again in restored records and the files of dir, and tells what that was. Doing it
	// twice does no harm.
	Reapply(ctx context.Context, records *db.DB, dir string, kept []byte) ([]Redone, error)
}

// Redone is one sort of thing that a restore did again. What Judge marks it could only make safe: a person must see to the rest.
type Redone struct {
	What  string   `json:"what" doc:"what was done, one of a fixed list of words"`
	Count int      `json:"count"`
	Names []string `json:"names,omitempty" doc:"whom it is about, where those are staff; the first twenty"`
	Judge bool     `json:"judge,omitempty" doc:"somebody must see to it"`
}

// Restored is what a restored instance says of its restore.
type Restored struct {
	Backup  string    `json:"backup"`
	TakenAt time.Time `json:"taken_at" doc:"what was recorded after this is not here"`
	At      time.Time `json:"at"`
	Redone  []Redone  `json:"redone"`
}

const restoredKey = "backup.restored"

// RestoredFrom tells what the instance was restored from, nil for one that never was.
func RestoredFrom(ctx context.Context, records *db.DB) (*Restored, error) {
	var r Restored
	if known, err := db.Setting(ctx, records.Read(), restoredKey, &r); err != nil || !known {
		return nil, err
	}
	return &r, nil
}

// noteRestored lets the restored records say what was done to them.
func noteRestored(ctx context.Context, records *db.DB, b Backup, redone []Redone) error {
	return records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return db.KeepSetting(ctx, tx, restoredKey, Restored{Backup: b.Name, TakenAt: b.TakenAt.UTC(), At: clock.Now(ctx).UTC(), Redone: redone})
	})
}

const lastingNotes = "lasting"

// Keep writes the list of l as it is now.
func Keep(ctx context.Context, v *vault.Vault, records *db.DB, l Lasting) error {
	before, err := kept(v, l)
	if err != nil {
		return err
	}
	now, err := l.Collect(ctx, records, before)
	if err != nil {
		return err
	}
	return v.WriteNote(lastingNotes, l.Name(), now)
}

// kept reads the list of l. Fault: conflict when it was changed: nothing may be restored, or forgotten, in silence.
func kept(v *vault.Vault, l Lasting) ([]byte, error) {
	notes, problems, err := v.Notes(lastingNotes)
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		return nil, &fault.Error{Kind: fault.KindConflict, Key: "backup_damaged", Args: []any{p.File}}
	}
	for _, n := range notes {
		if n.Name == l.Name() {
			return n.Text, nil
		}
	}
	return nil, nil
}

func reapply(ctx context.Context, v *vault.Vault, records *db.DB, dir string, lists []Lasting) ([]Redone, error) {
	all := []Redone{}
	for _, l := range lists {
		list, err := kept(v, l)
		if err != nil {
			return nil, err
		}
		if list == nil {
			continue
		}
		redone, err := l.Reapply(ctx, records, dir, list)
		if err != nil {
			return nil, err
		}
		for _, r := range redone {
			if r.Count > 0 {
				all = append(all, r)
			}
		}
	}
	return all, nil
}
