package track

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/customer"
)

// visitorKey is one key under which a source has seen somebody. A user id has a visitor of its own, so that what was done
// under it can be moved like everything else when customers are merged or parted, without being named in each event.
type visitorKey struct{ source, kind, value string }

type visitor struct {
	ID         int64  `bun:"id"`
	Source     string `bun:"source"`
	Kind       string `bun:"kind"`
	Value      string `bun:"value"`
	CustomerID *int64 `bun:"customer_id"`
	NamedBy    *int64 `bun:"named_by"`
	LastSeenAt int64  `bun:"last_seen_at"`
	ImportID   *int64 `bun:"created_import_id"`

	fresh bool
	at    int64 // latest of what it did now
}

// seen are the visitors that one change of the resolver meets: one reading and one writing for all of them.
type seen struct {
	tracking *Tracking
	tx       *db.Tx
	byKey    map[visitorKey]*visitor
	byID     map[int64]*visitor
	importID int64 // where the events come from a file: customers made for them are the import's
}

func newSeen(t *Tracking, tx *db.Tx) *seen {
	return &seen{tracking: t, tx: tx, byKey: map[visitorKey]*visitor{}, byID: map[int64]*visitor{}}
}

func anonymous(s *Source, m *message) visitorKey {
	return visitorKey{s.Name, customer.KeyAnonymous, string(m.AnonymousID)}
}

func named(s *Source, m *message) visitorKey {
	return visitorKey{s.Name, customer.KeyExternalID, string(m.UserID)}
}

// load reads the visitors of the requests and makes those that are new.
func (s *seen) load(ctx context.Context, batches []*batchRow) error {
	var wanted []visitorKey
	first := map[visitorKey]int64{}
	want := func(k visitorKey, at int64) {
		if _, there := first[k]; k.value != "" && !there {
			wanted, first[k] = append(wanted, k), at
		}
	}
	for _, b := range batches {
		for i := range b.messages {
			want(anonymous(b.source, &b.messages[i]), b.ReceivedAt)
			want(named(b.source, &b.messages[i]), b.ReceivedAt)
		}
	}
	for some := range slices.Chunk(wanted, 400) {
		var keys []any
		for _, k := range some {
			keys = append(keys, k.value, k.kind, k.source)
		}
		var rows []*visitor
		if err := s.tx.NewRaw("select id, source, kind, value, customer_id, named_by, last_seen_at, created_import_id from visitors where (value, kind, source) in (values ?)",
			bun.SafeQuery(strings.Repeat(", (?, ?, ?)", len(some))[2:], keys...)).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, v := range rows {
			s.byKey[visitorKey{v.Source, v.Kind, v.Value}], s.byID[v.ID] = v, v
		}
	}
	wanted = slices.DeleteFunc(wanted, func(k visitorKey) bool { return s.byKey[k] != nil })
	if err := s.meetAgain(ctx); err != nil {
		return err
	}
	if len(wanted) == 0 {
		return s.loadNaming(ctx)
	}
	id, err := s.tx.NextIDs(ctx, "visitors", len(wanted))
	if err != nil {
		return err
	}
	rows := db.NewBulk("visitors", "id, source, kind, value, first_seen_at, last_seen_at, created_import_id", "")
	var of any
	if s.importID != 0 {
		of = s.importID
	}
	for i, k := range wanted {
		v := &visitor{ID: id + int64(i), Source: k.source, Kind: k.kind, Value: k.value, LastSeenAt: first[k], fresh: true}
		s.byKey[k], s.byID[v.ID] = v, v
		rows.Add(v.ID, k.source, k.kind, k.value, first[k], first[k], of)
	}
	if err := rows.Insert(ctx, s.tx); err != nil {
		return err
	}
	return s.loadNaming(ctx)
}

// meetAgain takes the mark of an import off visitors that somebody else tells of now: they stay when it is undone.
func (s *seen) meetAgain(ctx context.Context) error {
	var met []int64
	for id, v := range s.byID {
		if v.ImportID != nil && *v.ImportID != s.importID {
			met = append(met, id)
		}
	}
	if len(met) == 0 {
		return nil
	}
	slices.Sort(met)
	_, err := s.tx.NewRaw("update visitors set created_import_id = null where id in (?)", bun.List(met)).Exec(ctx)
	return err
}

// loadNaming reads the visitors of user ids by which others were named last.
func (s *seen) loadNaming(ctx context.Context) error {
	var missing []int64
	for _, v := range s.byID {
		if v.NamedBy != nil && s.byID[*v.NamedBy] == nil {
			missing = append(missing, *v.NamedBy)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var rows []*visitor
	if err := s.tx.NewRaw("select id, source, kind, value, customer_id, named_by, last_seen_at, created_import_id from visitors where id in (?)", bun.List(missing)).Scan(ctx, &rows); err != nil {
		return err
	}
	for _, v := range rows {
		s.byKey[visitorKey{v.Source, v.Kind, v.Value}], s.byID[v.ID] = v, v
	}
	return nil
}

// whose says under which visitor a message's event stands, and by which user id's visitor it names its customer. With a user
// id it is that one's. Without one it is the visitor's own, or on a device that somebody else has taken over since, of who
// was named on it last: what came before stays whose it was.
func (s *seen) whose(ctx context.Context, source *Source, m *message) (id, key int64, err error) {
	device, user := s.byKey[anonymous(source, m)], s.byKey[named(source, m)]
	at := m.at
	for _, v := range []*visitor{device, user} {
		if v != nil {
			v.at = max(v.at, at)
		}
	}
	if err := s.identify(ctx, source, m, device, user); err != nil {
		return 0, 0, err
	}
	switch {
	case device == nil:
		return user.ID, 0, nil
	case user != nil:
		return device.ID, user.ID, nil
	case device.NamedBy != nil:
		if last := s.byID[*device.NamedBy]; last != nil && device.CustomerID != nil && last.CustomerID != nil && *last.CustomerID != *device.CustomerID {
			return device.ID, last.ID, nil
		}
	}
	return device.ID, 0, nil
}

// identify learns whose the keys of a message are where it may tell something new.
func (s *seen) identify(ctx context.Context, source *Source, m *message, device, user *visitor) error {
	var traits map[string]any
	if m.Type == Identify {
		if traits = members(m.Traits); traits == nil {
			traits = members(m.Properties)
		}
	}
	contacts := customer.ContactKeys(ctx, traits)
	news := user != nil && (user.CustomerID == nil || device != nil && (device.NamedBy == nil || *device.NamedBy != user.ID)) || len(contacts) > 0 || m.Type == Alias || m.Type == Group
	if !news && (len(traits) == 0 || user == nil) {
		return nil
	}
	var keys []customer.Identifier
	if user != nil {
		keys = append(keys, customer.Identifier{Kind: customer.KeyExternalID, Value: user.Value})
	}
	if device != nil && (device.CustomerID == nil || user == nil) {
		keys = append(keys, customer.Identifier{Kind: customer.KeyAnonymous, Value: device.Value})
	}
	keys = append(keys, contacts...)
	if m.Type == Alias {
		keys = append(keys, s.previous(ctx, source, m))
	}
	who := int64(0)
	if news {
		r, err := s.tracking.customers.Resolve(ctx, s.tx, source.Name, keys)
		if fault.Is(err, fault.KindInvalid) {
			slog.Debug("keys of an event that cannot be", "source", source.Name, "error", err)
			return nil
		} else if err != nil {
			return err
		}
		who = r.Customer
		if r.Created && s.importID != 0 {
			if _, err := s.tx.Do(ctx, "update customers set created_import_id = ? where id = ?", s.importID, who); err != nil {
				return err
			}
		}
		if err := s.tie(ctx, source, device, user, who); err != nil {
			return err
		}
	} else if user.CustomerID != nil {
		who = *user.CustomerID
	}
	if who == 0 {
		return nil
	}
	if len(traits) > 0 {
		if err := s.tracking.customers.LearnIn(ctx, s.tx, who, source.Name, traits); err != nil {
			return err
		}
	}
	if m.Type == Group {
		return s.tracking.customers.JoinIn(ctx, s.tx, who, source.Name, string(m.GroupID), members(m.Traits))
	}
	return nil
}

// previous is the key that an alias says is of the same person: a user id where one is known by it, else a visitor's.
func (s *seen) previous(ctx context.Context, source *Source, m *message) customer.Identifier {
	var known []int64
	if err := s.tx.Ask(ctx, &known, "select customer_id from identities where external_id = ? and source = ?", string(m.PreviousID), source.Name); err == nil && len(known) > 0 {
		return customer.Identifier{Kind: customer.KeyExternalID, Value: string(m.PreviousID)}
	}
	return customer.Identifier{Kind: customer.KeyAnonymous, Value: string(m.PreviousID)}
}

// tie takes over what resolving the keys has said: whose the visitors are now.
func (s *seen) tie(ctx context.Context, source *Source, device, user *visitor, who int64) error {
	if device != nil {
		var now []struct {
			CustomerID *int64 `bun:"customer_id"`
		}
		if err := s.tx.Ask(ctx, &now, "select customer_id from visitors where id = ?", device.ID); err != nil {
			return err
		}
		if len(now) == 1 {
			device.CustomerID = now[0].CustomerID
		}
	}
	if user == nil || who == 0 {
		return nil
	}
	// the user id is whose the identities say: a rule may have let a surer key decide who it is otherwise
	var holder []int64
	if err := s.tx.Ask(ctx, &holder, "select customer_id from identities where external_id = ? and source = ?", user.Value, source.Name); err != nil {
		return err
	}
	if len(holder) > 0 {
		who = holder[0]
	}
	if user.CustomerID == nil || *user.CustomerID != who {
		user.CustomerID = &who
		if _, err := s.tx.Do(ctx, "update visitors set customer_id = ?, tied_at = ?, tied_by = 'rule', tied_with = 'external_id' where id = ?", who, clock.Millis(ctx), user.ID); err != nil {
			return err
		}
		if !user.fresh {
			s.tx.Feed("visitors", user.ID)
		}
	}
	if device != nil && (device.NamedBy == nil || *device.NamedBy != user.ID) {
		device.NamedBy = &user.ID
		_, err := s.tx.Do(ctx, "update visitors set named_by = ? where id = ?", user.ID, device.ID)
		return err
	}
	return nil
}

// seenEvery is how exact the time is that a visitor was last seen.
const seenEvery = 10 * time.Minute

// store notes when visitors were last seen.
func (s *seen) store(ctx context.Context) error {
	now := clock.Millis(ctx)
	var later []int64
	for id, v := range s.byID {
		if v.at > 0 && !v.fresh && v.LastSeenAt < now-seenEvery.Milliseconds() {
			later = append(later, id)
		}
	}
	if len(later) == 0 {
		return nil
	}
	slices.Sort(later)
	_, err := s.tx.NewRaw("update visitors set last_seen_at = ? where id in (?) and last_seen_at < ?", now, bun.List(later), now).Exec(ctx)
	return err
}
