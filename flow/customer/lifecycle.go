package customer

import (
	"context"
	"encoding/json"
	"slices"
	"sync/atomic"

	"github.com/uptrace/bun"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/field"
)

// LifecycleStage is one stage of the life of a customer as the company has defined it. Who is in it is told by a condition, in
// its normal form, or, where there is none, by a person, who sets it by hand.
type LifecycleStage struct {
	Key       string          `json:"key"`
	Name      field.Label     `json:"name"`
	Strategy  string          `json:"strategy,omitempty"` // what we do for those in it
	Condition json.RawMessage `json:"condition,omitempty"`
}

// ByHand says that a person puts customers into the stage.
func (s LifecycleStage) ByHand() bool { return len(s.Condition) == 0 }

// Lifecycle is the stages in the order of life, those that are no more so that their names stay known, and the fields that
// the conditions ask for. It is never changed.
type Lifecycle struct {
	Version int64            `json:"version"`
	Stages  []LifecycleStage `json:"stages"`
	Former  []LifecycleStage `json:"former,omitempty"`
	Uses    []string         `json:"uses,omitempty"`
}

// Find gives a stage by its key, one that is no more too.
func (l *Lifecycle) Find(key string) (LifecycleStage, bool) {
	for _, stages := range [][]LifecycleStage{l.Stages, l.Former} {
		if i := slices.IndexFunc(stages, func(s LifecycleStage) bool { return s.Key == key }); i >= 0 {
			return stages[i], true
		}
	}
	return LifecycleStage{}, false
}

// takesByHand says whether a person may put a customer into the stage of a key.
func (l *Lifecycle) takesByHand(key string) bool {
	return slices.ContainsFunc(l.Stages, func(s LifecycleStage) bool { return s.Key == key && s.ByHand() })
}

// Lifecycles knows the stages as they are now.
type Lifecycles struct {
	records *db.DB
	now     atomic.Pointer[Lifecycle]
}

// NewLifecycles gives the stages of records; Load must be called before they are asked for.
func NewLifecycles(records *db.DB) *Lifecycles { return &Lifecycles{records: records} }

const lifecycleKey = "lifecycle"

// ReadLifecycle reads the stages as records have them: none, of version 0, before anybody has defined any.
func ReadLifecycle(ctx context.Context, from bun.IDB) (*Lifecycle, error) {
	l := &Lifecycle{}
	_, err := db.Setting(ctx, from, lifecycleKey, l)
	return l, err
}

// KeepLifecycle writes the stages in the place of those before, and tells who follows them.
func KeepLifecycle(ctx context.Context, tx *db.Tx, l *Lifecycle) error {
	tx.Feed(lifecycleSubject, l.Version)
	return db.KeepSetting(ctx, tx, lifecycleKey, l)
}

// lifecycleSubject is what the feed calls a change of the stages.
const lifecycleSubject = "lifecycle"

// Now gives the present stages.
func (l *Lifecycles) Now() *Lifecycle { return l.now.Load() }

// Load reads the stages.
func (l *Lifecycles) Load(ctx context.Context) error {
	now, err := ReadLifecycle(ctx, l.records.Read())
	if err == nil {
		l.now.Store(now)
	}
	return err
}

// Changed implements feed.Watcher: a change made by another process is known here within the feed's beat.
func (l *Lifecycles) Changed(ctx context.Context, _ *columns.Tx, changed map[string][]int64) error {
	if changed != nil && len(changed[lifecycleSubject]) == 0 {
		return nil
	}
	return l.Load(ctx)
}

type lifecycleContextKey struct{}

// WithLifecycle gives a context in which fields and conditions know the stages.
func WithLifecycle(ctx context.Context, now func() *Lifecycle) context.Context {
	return context.WithValue(ctx, lifecycleContextKey{}, now)
}

// LifecycleOf gives the stages of ctx: none where nobody has said.
func LifecycleOf(ctx context.Context) *Lifecycle {
	if now, ok := ctx.Value(lifecycleContextKey{}).(func() *Lifecycle); ok {
		if known := now(); known != nil {
			return known
		}
	}
	return &Lifecycle{}
}
