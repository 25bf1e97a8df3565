package customer

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// A visitor is a key of a browser or device seen by a source. What it did hangs on the visitor and never moves: tying it to a
// customer makes all of it hers, and un-tying takes all of it back.
type visitorRow struct {
	ID          int64  `bun:"id"`
	Source      string `bun:"source"`
	Kind        string `bun:"kind"`
	Value       string `bun:"value"`
	CustomerID  *int64 `bun:"customer_id"`
	FirstSeenAt int64  `bun:"first_seen_at"`
	LastSeenAt  int64  `bun:"last_seen_at"`
	TiedAt      *int64 `bun:"tied_at"`
	TiedBy      string `bun:"tied_by"`
	TiedWith    string `bun:"tied_with"` // by which sorts of keys a rule knew whose it is
}

const visitorColumns = "id, source, kind, value, customer_id, first_seen_at, last_seen_at, tied_at, tied_by, tied_with"

// settleVisitor notes that the visitor was seen, and ties it to the customer found unless a person has parted the two.
func (s *Store) settleVisitor(ctx context.Context, tx *db.Tx, source string, r *Resolution, k *keyHeld) error {
	now := clock.Millis(ctx)
	var rows []visitorRow
	if err := tx.NewRaw("select "+visitorColumns+" from visitors where value = ? and kind = ? and source = ?", k.Value, k.Kind, source).Scan(ctx, &rows); err != nil {
		return err
	}
	if len(rows) == 0 {
		id, err := tx.NextID(ctx, "visitors")
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw("insert into visitors (id, source, kind, value, first_seen_at, last_seen_at) values (?, ?, ?, ?, ?, ?)", id, source, k.Kind, k.Value, now, now).Exec(ctx); err != nil {
			return err
		}
		rows = []visitorRow{{ID: id}}
	} else if _, err := tx.NewRaw("update visitors set last_seen_at = ? where id = ? and last_seen_at < ?", now, rows[0].ID, now).Exec(ctx); err != nil {
		return err
	}
	v := rows[0]
	if r.Visitor == 0 {
		r.Visitor = v.ID
	}
	if r.Customer == 0 || v.CustomerID != nil && *v.CustomerID == r.Customer {
		return nil
	}
	if k.step.Said == KeyOther && k.rule.Conflict != ConflictTake {
		_, err := s.contradict(ctx, tx, source, r, k)
		return err
	}
	if v.CustomerID != nil {
		if k.rule == nil || k.step.Said != KeyOther {
			return nil // shared by too many, or not to be asked: it stays
		}
		k.step.Done = ConflictTake
	}
	var parted []int64
	if err := tx.NewRaw("select visitor_id from visitor_partings where visitor_id = ? and customer_id = ?", v.ID, r.Customer).Scan(ctx, &parted); err != nil || len(parted) > 0 {
		return err
	}
	r.changed = true
	tx.Feed("visitors", v.ID)
	_, err := tx.NewRaw("update visitors set customer_id = ?, tied_at = ?, tied_by = 'rule', tied_with = ? where id = ?", r.Customer, now, strings.Join(r.by, ","), v.ID).Exec(ctx)
	return err
}

// Sighting is one thing a visitor did.
type Sighting struct {
	Event      string         `json:"event"`
	Properties map[string]any `json:"properties"`
	At         time.Time      `json:"at"`
}

// note keeps what a visitor did.
func note(ctx context.Context, tx *db.Tx, visitor int64, event string, properties map[string]any, at int64) error {
	id, err := tx.NextID(ctx, "visitor_sightings")
	if err != nil {
		return err
	}
	text, err := json.Marshal(properties)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw("insert into visitor_sightings (id, visitor_id, event, properties, happened_at) values (?, ?, ?, ?, ?)", id, visitor, event, string(text), at).Exec(ctx)
	return err
}

// Visitor is a browser or device that is a customer's, with the latest of what it did.
type Visitor struct {
	ID        api.ID     `json:"id"`
	Source    string     `json:"source"`
	Kind      string     `json:"kind"`
	Value     string     `json:"value"`
	FirstSeen time.Time  `json:"first_seen_at"`
	LastSeen  time.Time  `json:"last_seen_at"`
	TiedAt    *time.Time `json:"tied_at"`
	TiedBy    string     `json:"tied_by" doc:"rule, or who on the staff"`
	TiedWith  []string   `json:"tied_with" doc:"the sorts of keys by which a rule knew whose it is"`
	Sightings []Sighting `json:"sightings" doc:"the latest twenty"`
}

// VisitorsOf gives the visitors tied to a customer. Fault: not found.
func (s *Store) VisitorsOf(ctx context.Context, id int64) ([]Visitor, error) {
	if _, err := s.find(ctx, s.records, id); err != nil {
		return nil, err
	}
	all, err := visitorsOf(ctx, s.records.Read(), []int64{id}, 20)
	if guard.FieldsOf(ctx, noun).Right("external_id") == guard.None {
		for i := range all {
			all[i].Value = ""
		}
	}
	return all, err
}

func visitorsOf(ctx context.Context, from bun.IDB, ids []int64, most int) ([]Visitor, error) {
	var rows []visitorRow
	if err := from.NewRaw("select "+visitorColumns+" from visitors where customer_id in (?) and kind <> 'external_id' order by last_seen_at desc, id", bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	views := make([]Visitor, len(rows))
	for i, v := range rows {
		views[i] = Visitor{ID: api.ID(v.ID), Source: v.Source, Kind: v.Kind, Value: v.Value, FirstSeen: instant(v.FirstSeenAt), LastSeen: instant(v.LastSeenAt), TiedBy: v.TiedBy, TiedWith: strings.FieldsFunc(v.TiedWith, func(r rune) bool { return r == ',' }), Sightings: []Sighting{}}
		if v.TiedAt != nil {
			views[i].TiedAt = instantOrNull(*v.TiedAt)
		}
		var seen []struct {
			Event      string `bun:"event"`
			Properties string `bun:"properties"`
			HappenedAt int64  `bun:"happened_at"`
		}
		if err := from.NewRaw("select event, properties, happened_at from visitor_sightings where visitor_id = ? order by happened_at desc, id desc limit ?", v.ID, most).Scan(ctx, &seen); err != nil {
			return nil, err
		}
		for _, e := range seen {
			views[i].Sightings = append(views[i].Sightings, Sighting{e.Event, customFields(e.Properties), instant(e.HappenedAt)})
		}
	}
	return views, nil
}

// Untie parts a visitor from its customer: what it did is nobody's again, and no rule ties the two a second time. Tie brings
// both back together. Faults: not found, conflict (it is tied otherwise by now).
func (s *Store) Untie(ctx context.Context, visitor int64) error {
	return s.retie(ctx, visitor, "visitor.untied", func(ctx context.Context, tx *db.Tx, v *visitorRow) (customer int64, err error) {
		if v.CustomerID == nil {
			return 0, fault.Conflict("visitor_not_tied")
		}
		if _, err := tx.NewRaw("insert into visitor_partings (visitor_id, customer_id, actor, parted_at) values (?, ?, ?, ?) on conflict do nothing",
			v.ID, *v.CustomerID, guard.ActorOf(ctx).Name, clock.Millis(ctx)).Exec(ctx); err != nil {
			return 0, err
		}
		_, err = tx.NewRaw("update visitors set customer_id = null, tied_at = null, tied_by = '', tied_with = '' where id = ?", v.ID).Exec(ctx)
		return *v.CustomerID, err
	})
}

// Tie ties a visitor to the customer by hand. Faults: see Untie.
func (s *Store) Tie(ctx context.Context, visitor, customer int64) error {
	return s.retie(ctx, visitor, "visitor.tied", func(ctx context.Context, tx *db.Tx, v *visitorRow) (int64, error) {
		if v.CustomerID != nil {
			return 0, fault.Conflict("visitor_tied")
		}
		if _, err := tx.NewRaw("delete from visitor_partings where visitor_id = ? and customer_id = ?", v.ID, customer).Exec(ctx); err != nil {
			return 0, err
		}
		_, err := tx.NewRaw("update visitors set customer_id = ?, tied_at = ?, tied_by = ?, tied_with = '' where id = ?", customer, clock.Millis(ctx), guard.ActorOf(ctx).Name, v.ID).Exec(ctx)
		return customer, err
	})
}

func (s *Store) retie(ctx context.Context, visitor int64, action string, fn func(ctx context.Context, tx *db.Tx, v *visitorRow) (int64, error)) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []visitorRow
		if err := tx.NewRaw("select "+visitorColumns+" from visitors where id = ?", visitor).Scan(ctx, &rows); err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.NotFound("visitor", visitor)
		}
		customer, err := fn(ctx, tx, &rows[0])
		if err != nil {
			return err
		}
		if _, err := s.find(ctx, tx, customer); err != nil {
			return err
		}
		tx.Feed("visitors", visitor)
		tx.Feed("customers", customer)
		return guard.Audit(ctx, tx, action, "customer", itemNumber(customer), map[string]any{"kind": rows[0].Kind, "source": rows[0].Source})
	})
}
