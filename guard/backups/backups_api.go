package backups

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"time"

	"guanxi/base/api"
	"guanxi/base/backup"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/base/vault"
)

type problem = vault.Problem

// Item is one backup as lists show it.
type Item struct {
	ID       string    `json:"id" doc:"its name"`
	TakenAt  time.Time `json:"taken_at"`
	TookMS   int64     `json:"took_ms" doc:"milliseconds"`
	Reason   string    `json:"reason" enum:"schedule,person,command"`
	Engine   string    `json:"engine" enum:"sqlite,postgres"`
	Release  string    `json:"release"`
	Rows     int64     `json:"rows"`
	Files    int64     `json:"files"`
	Size     int64     `json:"size" doc:"bytes of everything in it, as it was"`
	NewBytes int64     `json:"new_bytes" doc:"bytes it added to the folder"`
	Trial    *Trial    `json:"trial,omitempty" doc:"its last restoring test"`
}

// Trial is the result of restoring a backup beside the running instance.
type Trial struct {
	At     time.Time      `json:"at"`
	TookMS int64          `json:"took_ms"`
	OK     bool           `json:"ok"`
	Reason string         `json:"reason,omitempty"`
	Checks []backup.Check `json:"checks"`
}

// Overview is everything the page shows.
type Overview struct {
	Items          []Item           `json:"items" doc:"newest first"`
	Place          string           `json:"place" doc:"the folder"`
	SameDisk       bool             `json:"same_disk" doc:"the folder lies on the disk of the data, and would be lost with it"`
	FreeBytes      int64            `json:"free_bytes" doc:"of the folder's disk"`
	StoredBytes    int64            `json:"stored_bytes" doc:"that all backups take together"`
	KeyFingerprint string           `json:"key_fingerprint"`
	Settings       Settings         `json:"settings"`
	NextAt         *time.Time       `json:"next_at,omitempty"`
	Running        *Running         `json:"running,omitempty"`
	LastFailure    *Failure         `json:"last_failure,omitempty"`
	Restored       *backup.Restored `json:"restored,omitempty" doc:"what this instance was restored from, what was done again, and what somebody must see to"`
	Problems       []problem        `json:"problems" doc:"files that are not as they were written"`
}

type overviewOut struct{ Body Overview }

// Register adds the operations.
func (b *Backups) Register(a *api.API, jobs *job.Registry) {
	api.Register(a, api.Op{Method: "GET", Path: "/backups", Permission: "backups.read", Tag: "backups", Summary: "The backups there are, and how they are made"},
		func(ctx context.Context, _ *struct{}) (*overviewOut, error) { return b.overview(ctx) })
	api.Register(a, api.Op{Method: "POST", Path: "/backups", Permission: "backups.write", Tag: "backups", Status: 202, Summary: "Back up now"},
		func(ctx context.Context, _ *struct{}) (*overviewOut, error) {
			if err := b.ask(ctx, jobs, nowArgs{Do: "backup"}); err != nil {
				return nil, err
			}
			return b.overview(ctx)
		})
	api.Register(a, api.Op{Method: "POST", Path: "/backups/{id}/trial", Permission: "backups.write", Tag: "backups", Status: 202, Summary: "Restore a backup for a trial and look whether everything is there"},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"64"`
		}) (*overviewOut, error) {
			v, err := vault.Open(b.Place, b.Keys)
			if err != nil {
				return nil, err
			}
			_, err = v.Generation(in.ID)
			if err := errors.Join(err, v.Close()); err != nil {
				return nil, err
			}
			if err := b.ask(ctx, jobs, nowArgs{Do: "trial", Name: in.ID}); err != nil {
				return nil, err
			}
			return b.overview(ctx)
		})
	api.Register(a, api.Op{Method: "PUT", Path: "/backups/settings", Permission: "backups.write", Tag: "backups", Summary: "Change when backups are made and how long they stay"},
		func(ctx context.Context, in *struct{ Body Settings }) (*overviewOut, error) {
			if err := b.SetSettings(ctx, in.Body); err != nil {
				return nil, err
			}
			return b.overview(ctx)
		})
}

func (b *Backups) overview(ctx context.Context) (*overviewOut, error) {
	o := Overview{Items: []Item{}, Place: b.Place, Problems: []problem{}}
	var err error
	if o.KeyFingerprint, err = b.Keys.Fingerprint(); err != nil {
		return nil, err
	}
	if o.Settings, err = b.Settings(ctx); err != nil {
		return nil, err
	}
	var failure Failure
	if found, err := db.Setting(ctx, b.records.Read(), failureKey, &failure); err != nil {
		return nil, err
	} else if found {
		o.LastFailure = &failure
	}
	if o.Restored, err = backup.RestoredFrom(ctx, b.records); err != nil {
		return nil, err
	}
	listed, err := b.look(ctx)
	if f := fault.Wrap(err); f != nil {
		if f.Kind == fault.KindInternal {
			return nil, err
		}
		o.Problems = append(o.Problems, problem{File: b.Place, What: f.Error()})
	}
	for _, one := range listed.all {
		o.Items = append(o.Items, itemOf(one, listed.trials))
	}
	o.Problems = append(o.Problems, listed.problems...)
	o.StoredBytes, o.NextAt = listed.stored, b.nextBackup(listed, o.Settings)
	o.SameDisk, o.FreeBytes = disk(b.Place, b.Dir)
	b.state.Lock()
	o.Running = b.running
	b.state.Unlock()
	return &overviewOut{Body: o}, nil
}

func itemOf(one backup.Backup, trials map[string]backup.Result) Item {
	item := Item{ID: one.Name, TakenAt: one.TakenAt, TookMS: one.Took.Milliseconds(), Reason: one.Reason, Engine: string(one.Engine),
		Release: one.Release, Rows: one.Rows(), Files: one.Files, Size: one.Size, NewBytes: one.NewBytes}
	if r, tried := trials[one.Name]; tried {
		item.Trial = &Trial{At: r.At, TookMS: r.Took.Milliseconds(), OK: r.OK, Reason: r.Reason, Checks: r.Checks}
	}
	return item
}

// look reads the folder. While it is being thinned out, and when it cannot be read, the last look stands, with the error.
func (b *Backups) look(context.Context) (*listing, error) {
	l, err := b.lookNow()
	b.state.Lock()
	defer b.state.Unlock()
	if err == nil {
		b.listed = l
		return l, nil
	}
	if fault.Is(err, fault.KindConflict) && b.listed != nil {
		return b.listed, nil
	}
	return &listing{}, err
}

func (b *Backups) lookNow() (l *listing, err error) {
	l = &listing{}
	if !vault.Exists(b.Place) {
		return l, nil
	}
	v, err := vault.Open(b.Place, b.Keys)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	if l.all, l.problems, err = backup.List(v); err != nil {
		return nil, err
	}
	l.stored = v.StoredBytes()
	l.trials, err = backup.Results(v)
	return l, err
}

// disk says whether two folders lie on one disk, and how many bytes are free on that of the first, or of the folder it
// will be made in.
func disk(place, data string) (same bool, free int64) {
	var one, other syscall.Stat_t
	for ; syscall.Stat(place, &one) != nil; place = filepath.Dir(place) {
		if place == filepath.Dir(place) {
			return false, 0
		}
	}
	same = syscall.Stat(data, &other) == nil && one.Dev == other.Dev
	var room syscall.Statfs_t
	if syscall.Statfs(place, &room) == nil {
		free = int64(room.Bavail) * room.Bsize
	}
	return same, free
}
