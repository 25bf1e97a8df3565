package customer

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/base/job"
	secret "guanxi/base/keys"
	"guanxi/guard"
)

// The settings in which Reseal says what everything was sealed with last, and which fields, and how far it is.
const (
	sealedStateKey  = "fields.sealed"
	sealingStateKey = "keys.sealing"
)

// Sealing is how far the sealing with the present keys is.
type Sealing struct {
	Generation string `json:"generation"`
	Done       int    `json:"done"`  // of the places where values stand
	Total      int    `json:"total"` //
	Rows       int64  `json:"rows"`  // changed so far
	Files      int64  `json:"files"`
	Unreadable int    `json:"unreadable"` // files that no key opens
	StartedAt  int64  `json:"started_at"`
	EndedAt    int64  `json:"ended_at,omitempty"`
	Replacing  bool   `json:"replacing"` // values are found under an earlier key as well
}

// Resealer keeps texts that are sealed with the keys of the instance.
type Resealer interface {
	// Reseal seals with the present key what is not, and gives how many were not.
	Reseal(ctx context.Context) (changed int64, err error)
}

// ResealAlso has files in folders, and what others keep, brought to the present key whenever it changes. The folders must
// hold no database: its locks would go with the first look at it.
func (s *Store) ResealAlso(folders []string, others ...Resealer) {
	s.sealedIn, s.resealers = folders, others
}

type resealJob struct{}

// Kind implements job.Args.
func (resealJob) Kind() string { return "fields_reseal" }

func (s *Store) registerReseal(r *job.Registry) {
	job.Register(r, job.Kind[resealJob]{Run: func(ctx context.Context, _ resealJob) error { _, err := s.Reseal(ctx); return err }, Timeout: -1, Every: time.Minute, Unique: true})
}

// Reseal brings every value to the state its field asks for: of a sensitive field sealed with the present key and found by
// the present keys of lookups, of others in clear. It does nothing while nothing has changed, neither the fields nor the
// key file (which it reads again). It gives how many rows it has changed.
//
// A key of lookups is replaced in passes. While both are in the file, whatever is sealed gets an index under each, so that
// all values can be compared and looked up all the time; when a whole pass finds nothing to change, the earlier one is
// dropped from the file, and the next passes take its indexes away. A pass that was ended begins again and passes over
// what is done.
func (s *Store) Reseal(ctx context.Context) (changed int64, err error) {
	k := secret.Of(ctx)
	if k == nil {
		return 0, nil
	}
	if _, err := k.Reload(); err != nil {
		return 0, err
	}
	state := sealedState(ctx, k)
	last, _, err := db.SettingText(ctx, s.records.Read(), sealedStateKey)
	if err != nil {
		return 0, err
	}
	settled := last == state
	if settled && !k.Replacing() {
		return 0, nil
	}
	if changed, err = s.resealAll(ctx, k, state); err != nil || !settled || changed > 0 {
		return changed, err
	}
	// nothing was sealed without the present key since the pass before
	if err := k.DropLookups(k.Generation()); err != nil {
		if fault.Is(err, fault.KindConflict) {
			return 0, nil // one more was added: the next pass is for it
		}
		return 0, err
	}
	return s.resealAll(ctx, k, sealedState(ctx, k))
}

func sealedState(ctx context.Context, k *secret.Keys) string {
	state := k.Generation()
	for _, f := range field.Of(ctx).All() {
		if f.Sealed() {
			state += " " + f.Key
		}
	}
	return state
}

// resealAll is one pass over everything.
func (s *Store) resealAll(ctx context.Context, k *secret.Keys, state string) (changed int64, err error) {
	seal, err := sealerOf(ctx)
	if err != nil {
		return 0, err
	}
	seal.known = func(f *field.Field, index string) (string, error) { return s.valueWithIndex(ctx, f, index) }
	fields := field.Of(ctx).All()
	at := Sealing{Generation: k.Generation(), Total: len(fields)*len(places) + 1, StartedAt: clock.Millis(ctx), Replacing: k.Replacing()}
	for _, f := range fields {
		for _, p := range places {
			if err := s.putSetting(ctx, sealingStateKey, jsonText(at)); err != nil {
				return at.Rows, err
			}
			n, err := s.resealPlace(ctx, seal, f, p)
			if at.Rows += n; err != nil {
				return at.Rows, err
			}
			at.Done++
		}
	}
	for _, other := range s.resealers {
		n, err := other.Reseal(ctx)
		if at.Rows += n; err != nil {
			return at.Rows, err
		}
	}
	for _, folder := range s.sealedIn {
		files, unreadable, err := secret.ResealFiles(ctx, folder)
		at.Files += files
		if at.Unreadable += len(unreadable); err != nil {
			return at.Rows, err
		}
	}
	at.Done, at.EndedAt = at.Total, clock.Millis(ctx)
	return at.Rows, s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for key, value := range map[string]string{sealedStateKey: state, sealingStateKey: jsonText(at)} {
			if err := db.KeepSettingText(ctx, tx, key, value); err != nil {
				return err
			}
		}
		if at.Rows == 0 && at.Files == 0 {
			return nil
		}
		return guard.Audit(ctx, tx, "fields.resealed", "settings", sealedStateKey, map[string]any{"rows": at.Rows, "files": at.Files, "key": k.Current()})
	})
}

// SealingNow says how far the sealing with the present keys is; nil where it never was begun. settled says that everything
// is sealed with the keys that the file of ctx holds now.
func (s *Store) SealingNow(ctx context.Context) (at *Sealing, settled bool, err error) {
	var told []string
	if err := s.records.Read().NewRaw("select value from settings where key in (?, ?) order by key", sealedStateKey, sealingStateKey).Scan(ctx, &told); err != nil || len(told) < 2 {
		return nil, false, err
	}
	at = &Sealing{}
	err = json.Unmarshal([]byte(told[1]), at)
	k := secret.Of(ctx)
	return at, err == nil && k != nil && told[0] == sealedState(ctx, k) && at.EndedAt > 0 && !k.Replacing(), err
}

func (s *Store) putSetting(ctx context.Context, key, value string) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return db.KeepSettingText(ctx, tx, key, value) })
}
