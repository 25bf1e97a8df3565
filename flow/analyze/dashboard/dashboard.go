// Package dashboard puts reports, metrics, segments and words side by side. What is shared is the arrangement: every tile is
// reckoned with the rights of who looks, each by itself, so that one that fails leaves the others.
package dashboard

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/report"
	"guanxi/guard"
)

// Dashboards keeps dashboards and answers their tiles.
type Dashboards struct {
	records  *db.DB
	reports  *report.Reports
	metrics  *analyze.Metrics
	segments *analyze.Segments
}

// New joins dashboards to the records and to what tiles show.
func New(records *db.DB, reports *report.Reports, metrics *analyze.Metrics, segments *analyze.Segments) *Dashboards {
	return &Dashboards{records: records, reports: reports, metrics: metrics, segments: segments}
}

// With whom a dashboard is shared.
const (
	Nobody    = "nobody"
	Team      = "team" // of who made it
	Everybody = "everybody"
)

// Dashboard is an arrangement of tiles. Instants are milliseconds UTC.
type Dashboard struct {
	ID          int64   `bun:"id"`
	Name        string  `bun:"name"`
	Description string  `bun:"description"`
	Tiles       string  `bun:"tiles"` // JSON
	Days        string  `bun:"days"`  // JSON
	SegmentID   *int64  `bun:"segment_id"`
	Shared      string  `bun:"shared"`
	Ready       string  `bun:"ready"` // the ready one it was copied from
	StaffID     *int64  `bun:"staff_id"`
	StaffName   *string `bun:"staff_name"`
	TeamID      *int64  `bun:"team_id"` // of who made it, now
	CreatedAt   int64   `bun:"created_at"`
	UpdatedAt   int64   `bun:"updated_at"`
	Version     int64   `bun:"version"`
}

// Draft is a dashboard as a person says it. Days and Segment are of the whole: they go before those of a tile.
type Draft struct {
	Name        string
	Description string
	Tiles       []Tile
	Days        report.Days
	Segment     int64
	Shared      string
	Ready       string
}

const (
	nameLength        = 80
	descriptionLength = 500
	mostTiles         = 30
)

// check puts a draft in order. Faults: invalid; forbidden for who may not share.
func (b *Dashboards) check(ctx context.Context, d *Draft) error {
	d.Name = strings.TrimSpace(d.Name)
	switch {
	case d.Name == "":
		return fault.Invalid("name", "is_missing")
	case utf8.RuneCountInString(d.Name) > nameLength:
		return fault.Invalid("name", "too_long", nameLength)
	case utf8.RuneCountInString(d.Description) > descriptionLength:
		return fault.Invalid("description", "too_long", descriptionLength)
	case len(d.Tiles) > mostTiles:
		return fault.Invalid("tiles", "too_many", mostTiles)
	case !slices.Contains([]string{"", Nobody, Team, Everybody}, d.Shared):
		return fault.Invalid("shared", "value_invalid")
	}
	if d.Shared == "" {
		d.Shared = Nobody
	}
	if d.Shared != Nobody {
		if err := guard.Authorize(ctx, "segments.write"); err != nil {
			return err
		}
	}
	if _, err := b.period(ctx, d.Days); err != nil {
		return err
	}
	for i := range d.Tiles {
		place := fmt.Sprintf("tiles[%d]", i)
		if slices.ContainsFunc(d.Tiles[:i], func(t Tile) bool { return t.Key == d.Tiles[i].Key }) {
			return fault.Invalid(place+".key", "listed_twice", d.Tiles[i].Key)
		}
		if err := d.Tiles[i].check(place); err != nil {
			return err
		}
	}
	return nil
}

func (d *Draft) into(to *Dashboard) error {
	tiles, err := json.Marshal(append([]Tile{}, d.Tiles...))
	if err != nil {
		return err
	}
	days, err := json.Marshal(d.Days)
	to.Name, to.Description, to.Tiles, to.Days, to.Shared, to.SegmentID = d.Name, d.Description, string(tiles), string(days), d.Shared, nil
	if d.Segment != 0 {
		to.SegmentID = &d.Segment
	}
	return err
}

// Create saves a dashboard of the person asking. Faults: as of check.
func (b *Dashboards) Create(ctx context.Context, d Draft) (id int64, err error) {
	if err := b.check(ctx, &d); err != nil {
		return 0, err
	}
	now := clock.Millis(ctx)
	made := &Dashboard{Ready: d.Ready, CreatedAt: now, UpdatedAt: now, Version: 1}
	if by := guard.ActorOf(ctx).StaffID; by != 0 {
		made.StaffID = &by
	}
	if err := d.into(made); err != nil {
		return 0, err
	}
	err = b.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if made.ID, err = tx.NextID(ctx, "dashboards"); err != nil {
			return err
		}
		if err := insert(ctx, tx, made); err != nil {
			return err
		}
		return audit(ctx, tx, "dashboard.created", made)
	})
	return made.ID, err
}

// Change saves a dashboard anew. Faults: as of check; not found, stale, forbidden.
func (b *Dashboards) Change(ctx context.Context, id, version int64, change func(*Draft)) error {
	return b.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := mine(ctx, tx, id, version, false)
		if err != nil {
			return err
		}
		d, err := was.draft()
		if err != nil {
			return err
		}
		change(&d)
		if err := b.check(ctx, &d); err != nil {
			return err
		}
		if err := d.into(was); err != nil {
			return err
		}
		was.UpdatedAt = clock.Millis(ctx)
		if err := update(ctx, tx, was); err != nil {
			return err
		}
		return audit(ctx, tx, "dashboard.changed", was)
	})
}

// Delete takes a dashboard away; it can be restored. Faults: not found, stale, forbidden.
func (b *Dashboards) Delete(ctx context.Context, id, version int64) error {
	return b.mark(ctx, id, version, true)
}

// Restore brings a deleted dashboard back. Faults: not found, forbidden.
func (b *Dashboards) Restore(ctx context.Context, id int64) error { return b.mark(ctx, id, 0, false) }

func (b *Dashboards) mark(ctx context.Context, id, version int64, deleted bool) error {
	return b.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := mine(ctx, tx, id, version, !deleted)
		if err != nil {
			return err
		}
		if err := markDeleted(ctx, tx, id, deleted); err != nil {
			return err
		}
		if deleted {
			return audit(ctx, tx, "dashboard.deleted", was)
		}
		return audit(ctx, tx, "dashboard.restored", was)
	})
}

// Get gives a dashboard the reader may see. Fault: not found.
func (b *Dashboards) Get(ctx context.Context, id int64) (*Dashboard, error) {
	found, err := byID(ctx, b.records.Read(), id, false)
	if err == nil && !found.seenBy(ctx) {
		err = fault.NotFound("dashboard", id)
	}
	return found, err
}

// All gives every dashboard the reader may see, one's own first and the last changed before.
func (b *Dashboards) All(ctx context.Context) ([]*Dashboard, error) {
	all, err := live(ctx, b.records.Read())
	all = slices.DeleteFunc(all, func(each *Dashboard) bool { return !each.seenBy(ctx) })
	a := guard.ActorOf(ctx)
	slices.SortStableFunc(all, func(x, y *Dashboard) int {
		switch mx, my := x.madeBy(a), y.madeBy(a); {
		case mx == my:
			return 0
		case mx:
			return -1
		}
		return 1
	})
	return all, err
}

func (d *Dashboard) madeBy(a guard.Actor) bool {
	return a.System || d.StaffID != nil && *d.StaffID == a.StaffID || d.StaffID == nil && a.StaffID == 0
}

// seenBy reports whether who asks may know of the dashboard.
func (d *Dashboard) seenBy(ctx context.Context) bool {
	a := guard.ActorOf(ctx)
	return d.madeBy(a) || a.Can("access.write") || d.Shared == Everybody ||
		d.Shared == Team && d.TeamID != nil && a.TeamID != nil && *d.TeamID == *a.TeamID
}

// changeable reports whether who asks may change the dashboard: one's own, or another's for who governs access.
func (d *Dashboard) changeable(ctx context.Context) bool {
	a := guard.ActorOf(ctx)
	return a.Can("metrics.read") && (d.madeBy(a) || a.Can("access.write"))
}

// draft reads what was saved.
func (d *Dashboard) draft() (Draft, error) {
	said := Draft{Name: d.Name, Description: d.Description, Shared: d.Shared, Ready: d.Ready, Tiles: []Tile{}}
	if d.SegmentID != nil {
		said.Segment = *d.SegmentID
	}
	if err := json.Unmarshal([]byte(d.Days), &said.Days); err != nil {
		return said, err
	}
	return said, json.Unmarshal([]byte(d.Tiles), &said.Tiles)
}
