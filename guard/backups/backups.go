// Package backups runs the backups of an instance: when they are due, where they go, how long they stay, and the restoring
// test that shows that they can be used. base/backup does the work.
package backups

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"guanxi/base/backup"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/keys"
	"guanxi/base/vault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// Options say what is backed up, and where to. The folder is told by who runs the machine, never by a person in a browser:
// whoever could name it could have the program write anywhere.
type Options struct {
	Dir         string // the data folder
	Place       string // folder of the backups
	PostgresURL string
	Release     string
	Schema      db.Schema
	Keys        *keys.Keys
	Lasting     []backup.Lasting
	Look        func(ctx context.Context, records *db.DB, dir string) ([]backup.Check, error) // what verify asks of restored records
}

// Backups are those of one instance.
type Backups struct {
	Options
	records *db.DB
	started time.Time

	state   sync.Mutex
	running *Running
	kept    *tops    // how far the lists were last written
	listed  *listing // of the last look, for when the folder is in use
}

// Running is what is being done now.
type Running struct {
	Kind  string    `json:"kind" enum:"backup,trial"`
	Since time.Time `json:"since"`
}

// New gives the backups of records.
func New(ctx context.Context, records *db.DB, o Options) *Backups {
	return &Backups{Options: o, records: records, started: clock.Now(ctx)}
}

// Settings say when.
type Settings struct {
	EveryMinutes int            `json:"every_minutes" minimum:"0" maximum:"43200" doc:"a backup this often; 0 = never by itself. It is also the granularity of points in time to return to"`
	TrialHours   int            `json:"trial_hours" minimum:"0" maximum:"8760" doc:"the newest backup is restored for a trial this often; 0 = never by itself"`
	Keep         backup.Keeping `json:"keep"`
}

// defaults are in force until somebody changes them.
var defaults = Settings{EveryMinutes: 60, TrialHours: 24, Keep: backup.Keeping{Hours: 48, Days: 14, Weeks: 8, Months: 12}}

const (
	settingsKey = "backups"
	failureKey  = "backups.failure"
)

// Failure is the last thing that went wrong, until it goes well again.
type Failure struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind" enum:"backup,trial"`
	Code   string    `json:"code"`
	Detail string    `json:"detail"`
}

// Settings reads the settings.
func (b *Backups) Settings(ctx context.Context) (s Settings, err error) {
	found, err := db.Setting(ctx, b.records.Read(), settingsKey, &s)
	if err == nil && !found {
		return defaults, nil
	}
	return s, err
}

// SetSettings changes the settings.
func (b *Backups) SetSettings(ctx context.Context, s Settings) error {
	return b.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := db.KeepSetting(ctx, tx, settingsKey, s); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "backup.settings_changed", "backup", "", s)
	})
}

// BackUp takes one backup, thins out the old ones, and writes both into the audit log. reason is schedule, person or
// command. Faults: those of backup.Take.
func (b *Backups) BackUp(ctx context.Context, reason string) (taken backup.Backup, err error) {
	defer b.run(ctx, "backup")()
	v, err := vault.OpenOrCreate(b.Place, b.Keys)
	if err == nil {
		taken, err = backup.Take(ctx, v, backup.Source{Records: b.records, Dir: b.Dir, PostgresURL: b.PostgresURL,
			Release: b.Release, Reason: reason, Lasting: b.Lasting, Patience: time.Minute})
		if err == nil {
			b.thin(ctx, v)
		}
		_ = v.Close()
	}
	return taken, b.note(ctx, "backup", taken.Name, map[string]any{"size": taken.Size, "new_bytes": taken.NewBytes, "reason": reason}, err)
}

// thin deletes what need not stay. That it could not is no failure of the backup.
func (b *Backups) thin(ctx context.Context, v *vault.Vault) {
	s, err := b.Settings(ctx)
	if err == nil {
		err = backup.Thin(v, s.Keep, clock.Now(ctx), workspace.Of(ctx).Location)
	}
	if err != nil {
		slog.Warn("old backups could not be thinned out", "error", err)
	}
}

// Try restores the named backup for a trial, the newest when name is empty. A backup that cannot be used is a fault here:
// conflict with key backup_unusable.
func (b *Backups) Try(ctx context.Context, name string) (r backup.Result, err error) {
	defer b.run(ctx, "trial")()
	v, err := vault.Open(b.Place, b.Keys)
	if err == nil {
		r, name, err = b.try(ctx, v, name)
		_ = v.Close()
	}
	return r, b.note(ctx, "trial", name, map[string]any{"ok": r.OK, "took_ms": r.Took.Milliseconds(), "reason": r.Reason}, err)
}

func (b *Backups) try(ctx context.Context, v *vault.Vault, name string) (r backup.Result, tried string, err error) {
	if name == "" {
		all, _, err := v.Generations()
		if err != nil {
			return r, "", err
		}
		if len(all) == 0 {
			return r, "", fault.NotFound("backup", "")
		}
		name = all[0].Name
	}
	g, err := v.Generation(name)
	if err != nil {
		return r, name, err
	}
	r, err = backup.Try(ctx, v, g, backup.Trial{Scratch: b.Dir, PostgresURL: b.PostgresURL, Schema: b.Schema, Lasting: b.Lasting, Look: b.Look})
	if err == nil && !r.OK {
		err = fault.Conflict("backup_unusable", name, r.Reason)
	}
	return r, name, err
}

// note writes what happened into the audit log, and the failure where screens find it.
func (b *Backups) note(ctx context.Context, kind, name string, summary map[string]any, failed error) error {
	if ctx.Err() != nil {
		return failed // the program is ending; nothing is wrong with the backup
	}
	action := map[string]string{"backup": "backup.taken", "trial": "backup.tried"}[kind]
	var f Failure
	if failed != nil {
		action = map[string]string{"backup": "backup.failed", "trial": "backup.trial_failed"}[kind]
		wrapped := fault.Wrap(failed)
		f = Failure{At: clock.Now(ctx).UTC(), Kind: kind, Code: wrapped.Key, Detail: wrapped.Error()}
		summary = map[string]any{"code": f.Code, "detail": f.Detail}
		slog.Error("backup", "kind", kind, "error", failed)
	}
	if err := b.records.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		var before Failure
		found, err := db.Setting(ctx, b.records.Read(), failureKey, &before)
		switch {
		case err != nil:
			return err
		case failed != nil:
			err = db.KeepSetting(ctx, tx, failureKey, f)
		case found && before.Kind == kind:
			_, err = tx.NewRaw("delete from settings where key = ?", failureKey).Exec(ctx)
		}
		if err != nil {
			return err
		}
		return guard.Audit(ctx, tx, action, "backup", name, summary)
	}); err != nil {
		slog.Error("what became of a backup could not be noted", "error", err)
	}
	return failed
}

// run shows what is being done until the function it gives is called.
func (b *Backups) run(ctx context.Context, kind string) (end func()) {
	b.state.Lock()
	defer b.state.Unlock()
	b.running = &Running{kind, clock.Now(ctx).UTC()}
	return func() {
		b.state.Lock()
		defer b.state.Unlock()
		b.running = nil
	}
}

// DefaultPlace is the folder of the backups where nobody says otherwise.
func DefaultPlace(dir string) string { return filepath.Join(dir, "backups") }
