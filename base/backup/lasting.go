package backup

import (
	"context"

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
	// Reapply does everything on the list again in restored records and the files of dir. Doing it twice does no harm.
	Reapply(ctx context.Context, records *db.DB, dir string, kept []byte) error
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

func reapply(ctx context.Context, v *vault.Vault, records *db.DB, dir string, lists []Lasting) error {
	for _, l := range lists {
		list, err := kept(v, l)
		if err != nil {
			return err
		}
		if list == nil {
			continue
		}
		if err := l.Reapply(ctx, records, dir, list); err != nil {
			return err
		}
	}
	return nil
}
