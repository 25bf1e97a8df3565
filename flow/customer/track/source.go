// Package track takes in what customers do: events from web sites, apps, shops and tills, by the Segment HTTP API. A request
// is on disk before it is answered; behind that, one resolver after the other says of each event whose it is, puts what was
// said of somebody into the profile, and leaves records of events that name nobody. The feed carries those to columns.
package track

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"golang.org/x/time/rate"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/job"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// The kinds of sources that send events.
const (
	KindWeb     = "web"
	KindApp     = "app"
	KindServer  = "server"
	KindShop    = "shop"
	KindTill    = "till"
	KindPartner = "partner"
)

// Source is where facts come from; one with a write key sends events.
type Source struct {
	ID              int64  `bun:"id"`
	Name            string `bun:"name"`
	Kind            string `bun:"kind"`
	WriteKey        string `bun:"write_key"`
	Origins         string `bun:"origins"` // JSON list
	EventsPerSecond int64  `bun:"events_per_second"`
	ExpectedHours   *int64 `bun:"expected_hours"`
	LastFactAt      *int64 `bun:"last_fact_at"`
	CreatedAt       int64  `bun:"created_at"`
	UnknownEvents   string `bun:"unknown_events"` // TakeUnknown, LockTold, LockBlocked
	PlansVersion    int64  `bun:"plans_version"`
	Version         int64  `bun:"version"`

	origins []string
	plans   map[string]*Plan // by event; of a source that sends
	allowed *rate.Limiter    // nil for no bound
}

const sourceColumns = "id, name, kind, write_key, origins, events_per_second, expected_hours, last_fact_at, created_at, unknown_events, plans_version, version"

// Tracking takes events in and says whose they are.
type Tracking struct {
	records   *db.DB
	columns   *columns.Store
	customers *customer.Store
	jobs      *job.Registry
	intake    intake
	arrived   chan struct{} // holds a token when something waits for the resolver

	mutex    sync.Mutex
	sources  map[string]*Source // by write key
	loadedAt time.Time
	refused  map[refusalKey]*refusals
	violated map[violationKey]*violations
	hooked   map[int64]*rate.Limiter
	names    map[int64]map[string]struct{} // of events, by source, since the program started
	stuck    map[int64]int                 // batches that could not be resolved, and how often that was tried
}

// New gives tracking over records. Jobs may be nil where nothing runs beside a command.
func New(records *db.DB, store *columns.Store, customers *customer.Store, jobs *job.Registry) *Tracking {
	t := &Tracking{records: records, columns: store, customers: customers, jobs: jobs, arrived: make(chan struct{}, 1),
		sources: map[string]*Source{}, refused: map[refusalKey]*refusals{}, violated: map[violationKey]*violations{}, names: map[int64]map[string]struct{}{}, hooked: map[int64]*rate.Limiter{}, stuck: map[int64]int{}}
	return t
}

// newWriteKey makes a key of 160 random bits in letters and digits.
func newWriteKey() string {
	random := make([]byte, 20)
	_, _ = rand.Read(random)
	return "gxw_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random))
}

// sourceOf gives the source that a write key belongs to. What was changed at another node is known within five seconds.
// Fault: unauthenticated.
func (t *Tracking) sourceOf(ctx context.Context, key string) (*Source, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	now := time.Now() //nolint:forbidigo // how long something was kept, whatever the product's clock says
	age := now.Sub(t.loadedAt)
	if s := t.sources[key]; s != nil && age < 5*time.Second {
		return s, nil
	}
	if age > time.Second {
		if err := t.load(ctx); err != nil {
			return nil, err
		}
		t.loadedAt = now
	}
	if s := t.sources[key]; s != nil && key != "" {
		return s, nil
	}
	return nil, fault.Unauthenticated("write_key_unknown")
}

// load reads the sources that have a key; limiters of those that have not changed go on counting.
func (t *Tracking) load(ctx context.Context) error {
	var rows []*Source
	if err := t.records.Read().NewRaw("select "+sourceColumns+" from sources where write_key <> ''").Scan(ctx, &rows); err != nil {
		return err
	}
	fresh := make(map[string]*Source, len(rows))
	for _, s := range rows {
		old := t.sources[s.WriteKey]
		if old != nil && old.PlansVersion == s.PlansVersion {
			s.plans = old.plans
		} else if err := t.loadPlans(ctx, t.records.Read(), s); err != nil {
			return err
		}
		if old != nil && old.Version == s.Version {
			s.allowed = old.allowed
		} else if s.EventsPerSecond > 0 {
			s.allowed = rate.NewLimiter(rate.Limit(s.EventsPerSecond), int(max(2*s.EventsPerSecond, maxEvents)))
		}
		s.readOrigins()
		fresh[s.WriteKey] = s
	}
	t.sources = fresh
	return nil
}

func (s *Source) readOrigins() { _ = json.Unmarshal([]byte(s.Origins), &s.origins) }

// forgetSources has the sources read again before the next request is let in.
func (t *Tracking) forgetSources() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.loadedAt = time.Time{}
}

// allows says whether a page of this origin may send; requests that name none come from programs. Fault: forbidden.
func (s *Source) allows(origin string) error {
	if origin == "" || len(s.origins) == 0 {
		return nil
	}
	at, err := url.Parse(origin)
	if err != nil {
		return fault.Forbidden("origin_not_allowed", origin)
	}
	for _, allowed := range s.origins {
		host, any := strings.CutPrefix(allowed, "*.")
		if allowed == origin || allowed == at.Host || any && strings.HasSuffix(at.Hostname(), "."+host) {
			return nil
		}
	}
	return fault.Forbidden("origin_not_allowed", origin)
}

// SourceDraft is what people set about a source.
type SourceDraft struct {
	Name            string
	Kind            string
	Origins         []string
	EventsPerSecond int64
	ExpectedHours   *int64
}

func (d *SourceDraft) check() error {
	d.Name = plain(d.Name)
	if d.Name == "" || strings.ContainsAny(d.Name, ":#") {
		return fault.Invalid("name", "is_empty")
	}
	for i, o := range d.Origins {
		o = strings.TrimSuffix(strings.ToLower(plain(o)), "/")
		at, err := url.Parse(o)
		whole := err == nil && (at.Scheme == "https" || at.Scheme == "http") && at.Host != "" && at.Path == ""
		if !whole && (o == "" || strings.ContainsAny(o, "/ ")) {
			return fault.Invalid("origins", "origin_invalid", o)
		}
		d.Origins[i] = o
	}
	return nil
}

func (d *SourceDraft) originsText() string {
	if d.Origins == nil {
		d.Origins = []string{}
	}
	list, _ := json.Marshal(d.Origins)
	return string(list)
}

// Create adds a source with a write key. Faults: invalid, conflict (the name is taken).
func (t *Tracking) Create(ctx context.Context, d SourceDraft) (*Source, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	s := &Source{Name: d.Name, Kind: d.Kind, WriteKey: newWriteKey(), Origins: d.originsText(), EventsPerSecond: d.EventsPerSecond, ExpectedHours: d.ExpectedHours, CreatedAt: clock.Millis(ctx), UnknownEvents: TakeUnknown, Version: 1}
	err := t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if s.ID, err = tx.NextID(ctx, "sources"); err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "insert into sources (id, name, kind, write_key, origins, events_per_second, expected_hours, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
			s.ID, s.Name, s.Kind, s.WriteKey, s.Origins, s.EventsPerSecond, s.ExpectedHours, s.CreatedAt); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "source.created", "source", strconv.FormatInt(s.ID, 10), map[string]any{"name": s.Name, "kind": s.Kind, "origins": d.Origins})
	})
	if db.IsUnique(err) {
		return nil, fault.Conflict("name_taken", d.Name)
	}
	t.forgetSources()
	return s, err
}

// Source gives one source. Fault: not found.
func (t *Tracking) Source(ctx context.Context, from bun.IDB, id int64) (*Source, error) {
	var rows []*Source
	if err := from.NewRaw("select "+sourceColumns+" from sources where id = ?", id).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.NotFound("source", id)
	}
	rows[0].readOrigins()
	return rows[0], nil
}

// Change sets what people set about a source. Name and kind stay. Faults: not found, stale, invalid.
func (t *Tracking) Change(ctx context.Context, id, version int64, d SourceDraft) error {
	return t.change(ctx, id, version, "source.changed", func(ctx context.Context, tx *db.Tx, s *Source) (any, error) {
		d.Name = s.Name
		if err := d.check(); err != nil {
			return nil, err
		}
		_, err := tx.Do(ctx, "update sources set origins = ?, events_per_second = ?, expected_hours = ? where id = ?", d.originsText(), d.EventsPerSecond, d.ExpectedHours, id)
		return map[string]any{"name": s.Name, "origins": d.Origins, "events_per_second": d.EventsPerSecond, "expected_hours": d.ExpectedHours}, err
	})
}

// Rekey gives the source a new write key, or none: the old one is refused from now on. Faults: not found, stale.
func (t *Tracking) Rekey(ctx context.Context, id, version int64, revoke bool) (key string, err error) {
	action := "source.key_revoked"
	if !revoke {
		action, key = "source.key_issued", newWriteKey()
	}
	return key, t.change(ctx, id, version, action, func(ctx context.Context, tx *db.Tx, s *Source) (any, error) {
		_, err := tx.Do(ctx, "update sources set write_key = ? where id = ?", key, id)
		return map[string]any{"name": s.Name}, err
	})
}

func (t *Tracking) change(ctx context.Context, id, version int64, action string, fn func(ctx context.Context, tx *db.Tx, s *Source) (any, error)) error {
	err := t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		s, err := t.Source(ctx, tx, id)
		if err != nil {
			return err
		}
		if n, err := tx.Do(ctx, "update sources set version = version + 1 where id = ? and version = ?", id, s.Version); err != nil || n == 0 || version != 0 && version != s.Version {
			if err == nil {
				err = fault.Stale()
			}
			return err
		}
		told, err := fn(ctx, tx, s)
		if err != nil {
			return err
		}
		return guard.Audit(ctx, tx, action, "source", strconv.FormatInt(id, 10), told)
	})
	t.forgetSources()
	return err
}
