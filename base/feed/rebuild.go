package feed

import (
	"context"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
)

const prunedKey = "feed.pruned"

// Filler is a Projection that can copy a whole range of ids at once into tables that Empty has emptied: every row once,
// in order of id, without what rests on more than one row. Settle reckons that when all is there.
type Filler interface {
	Projection
	Fill(ctx context.Context, from bun.IDB, to *columns.Tx, first, last int64) error
	Settle(ctx context.Context, to *columns.Tx) error
}

// fillIDs is how many ids a Filler is given for one transaction: columns are written in groups of 122,880 rows.
const fillIDs = 245_760

// prune deletes entries that columns have passed long ago and notes how far, so that columns restored from before
// that are recognised.
func (f *Feed) prune(ctx context.Context, now time.Time) error {
	position, err := f.Position(ctx)
	if err != nil {
		return err
	}
	return f.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var last []entry
		if err := tx.NewRaw(`
delete from feed_entries
where (txid, id) < (?, ?) and created_at < ?
returning txid, id`, position.Tx, position.ID, now.Add(-keepBehind).UnixMilli()).Scan(ctx, &last); err != nil || len(last) == 0 {
			return err
		}
		reached := Position{}
		for _, e := range last {
			if p := (Position{e.Tx, e.ID}); reached.before(p) {
				reached = p
			}
		}
		return db.KeepSetting(ctx, tx, prunedKey, reached)
	})
}

// outrun says that the entries columns would need next are gone, or that a rebuild was cut short.
func (f *Feed) outrun(ctx context.Context, position Position) (bool, error) {
	if position.Tx == rebuilding {
		return true, nil
	}
	var pruned Position
	known, err := db.Setting(ctx, f.records.Read(), prunedKey, &pruned)
	return known && position.before(pruned), err
}

// Rebuild makes columns anew from records. It may be stopped and started again at any point.
func (f *Feed) Rebuild(ctx context.Context) error {
	f.stepping.Lock()
	defer f.stepping.Unlock()
	return f.rebuild(ctx)
}

func (f *Feed) rebuild(ctx context.Context) error {
	slog.Info("rebuilding columns from records")
	target, err := f.passable(ctx)
	if err != nil {
		return err
	}
	if err := f.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
		for _, p := range f.projections {
			if err := p.Empty(ctx, to); err != nil {
				return err
			}
		}
		return writePosition(ctx, to, Position{Tx: rebuilding}, clock.Millis(ctx))
	}); err != nil {
		return err
	}
	for _, p := range f.projections {
		if err := f.projectAll(ctx, p); err != nil {
			return err
		}
	}
	if err := f.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
		for _, w := range f.watchers {
			if err := w.Changed(ctx, to, nil); err != nil {
				return err
			}
		}
		return writePosition(ctx, to, target, clock.Millis(ctx))
	}); err != nil {
		return err
	}
	f.note(target, time.Time{})
	return nil
}

// passable gives the last entry that may be passed now; what comes after it the stream applies.
func (f *Feed) passable(ctx context.Context) (Position, error) {
	horizon, err := f.horizon(ctx)
	if err != nil {
		return Position{}, err
	}
	var last []entry
	err = f.records.Read().NewRaw(
		"select txid, id from feed_entries where txid < ? order by txid desc, id desc limit 1", horizon).Scan(ctx, &last)
	if err != nil || len(last) == 0 {
		return Position{Tx: -1}, err
	}
	return Position{last[0].Tx, last[0].ID}, nil
}

func (f *Feed) projectAll(ctx context.Context, p Projection) error {
	if p.Subject() == "" {
		return errEmptySubject
	}
	if filler, fast := p.(Filler); fast {
		return f.fill(ctx, filler)
	}
	for after := int64(0); ; {
		var ids []int64
		if err := f.records.Read().NewRaw("select id from ? where id > ? order by id limit ?",
			bun.Ident(p.Subject()), after, stepIDs).Scan(ctx, &ids); err != nil {
			return err
		}
		if len(ids) == 0 {
			return nil
		}
		if err := f.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
			return p.Project(ctx, f.records.Read(), to, ids)
		}); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

func (f *Feed) fill(ctx context.Context, p Filler) error {
	for after := int64(0); ; {
		var bounds struct {
			First *int64 `bun:"first"`
			Last  *int64 `bun:"last"`
		}
		if err := f.records.Read().NewRaw(
			"select min(id) as first, max(id) as last from (select id from ? where id > ? order by id limit ?) chosen",
			bun.Ident(p.Subject()), after, fillIDs).Scan(ctx, &bounds); err != nil {
			return err
		}
		if bounds.First == nil {
			return f.columns.Write(ctx, p.Settle)
		}
		if err := f.columns.Write(ctx, func(ctx context.Context, to *columns.Tx) error {
			return p.Fill(ctx, f.records.Read(), to, *bounds.First, *bounds.Last)
		}); err != nil {
			return err
		}
		after = *bounds.Last
	}
}
