// Package report keeps the questions people ask of the figures again and again, as reports that need no SQL, and answers
// those who do write SQL. A report is always reckoned with the rights of who reads it: what is shared is the question.
package report

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"guanxi/base/clock"
	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// Reports keeps reports and answers them.
type Reports struct {
	records  *db.DB
	columns  *columns.Store
	metrics  *analyze.Metrics
	segments *analyze.Segments
	asking   chan struct{} // bounds the statements people have written that run at one time
}

// New joins reports to the stores, the metrics they show and the segments they may be narrowed to.
func New(records *db.DB, store *columns.Store, metrics *analyze.Metrics, segments *analyze.Segments) *Reports {
	return &Reports{records: records, columns: store, metrics: metrics, segments: segments, asking: make(chan struct{}, statementsAtOnce)}
}

// Report is a saved question. It is seen by who made it, by the roles it is shared with, and by who governs access.
type Report struct {
	ID          int64   `bun:"id"`
	Name        string  `bun:"name"`
	Description string  `bun:"description"`
	Definition  string  `bun:"definition"`
	Roles       string  `bun:"roles"` // it is shared with, JSON
	Ready       string  `bun:"ready"` // the ready report it was copied from
	StaffID     *int64  `bun:"staff_id"`
	StaffName   *string `bun:"staff_name"`
	CreatedAt   int64   `bun:"created_at"`
	UpdatedAt   int64   `bun:"updated_at"`
	Version     int64   `bun:"version"`
}

// Draft is what a person says of a report.
type Draft struct {
	Name        string
	Description string
	Definition  Definition
	Roles       []string
	Ready       string
}

const (
	nameLength        = 80
	descriptionLength = 500
)

// check puts a draft in order. What the definition asks for must be possible and allowed for who saves it. Faults: invalid,
// forbidden, not found, conflict.
func (r *Reports) check(ctx context.Context, d *Draft) (definition, roles string, err error) {
	d.Name = strings.TrimSpace(d.Name)
	switch {
	case d.Name == "":
		return "", "", fault.Invalid("name", "is_missing")
	case utf8.RuneCountInString(d.Name) > nameLength:
		return "", "", fault.Invalid("name", "too_long", nameLength)
	case utf8.RuneCountInString(d.Description) > descriptionLength:
		return "", "", fault.Invalid("description", "too_long", descriptionLength)
	}
	for i, role := range d.Roles {
		if _, known := guard.RoleOf(ctx, role); !known || slices.Contains(d.Roles[:i], role) {
			return "", "", fault.Invalid("roles", "role_unknown", role)
		}
	}
	if d.Roles == nil {
		d.Roles = []string{}
	}
	if err := r.checkDefinition(ctx, d.Definition); err != nil {
		return "", "", err
	}
	if d.Definition.SQL != "" {
		d.Definition = Definition{SQL: strings.TrimSpace(d.Definition.SQL), Chart: d.Definition.Chart}
	}
	if len(d.Definition.Condition) > 0 {
		if d.Definition.Condition, err = r.segments.NormalCondition(ctx, d.Definition.Condition); err != nil {
			return "", "", err
		}
	}
	text, err := json.Marshal(d.Definition)
	if err != nil {
		return "", "", err
	}
	shared, err := json.Marshal(d.Roles)
	return string(text), string(shared), err
}

// Create saves a report of the person asking. Faults: as of check.
func (r *Reports) Create(ctx context.Context, d Draft) (id int64, err error) {
	definition, roles, err := r.check(ctx, &d)
	if err != nil {
		return 0, err
	}
	err = r.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if id, err = tx.NextID(ctx, "reports"); err != nil {
			return err
		}
		now := clock.Millis(ctx)
		var staff *int64
		if by := guard.ActorOf(ctx).StaffID; by != 0 {
			staff = &by
		}
		if err := insertReport(ctx, tx, &Report{ID: id, Name: d.Name, Description: d.Description, Definition: definition, Roles: roles, Ready: d.Ready,
			StaffID: staff, CreatedAt: now, UpdatedAt: now, Version: 1}); err != nil {
			return err
		}
		return auditReport(ctx, tx, "report.created", id, map[string]any{"name": d.Name, "roles": d.Roles})
	})
	return id, err
}

// Change saves a report anew. Faults: as of check; not found, stale; forbidden for who did not make it.
func (r *Reports) Change(ctx context.Context, id, version int64, d Draft) error {
	definition, roles, err := r.check(ctx, &d)
	if err != nil {
		return err
	}
	return r.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := mine(ctx, tx, id, false)
		if err != nil {
			return err
		}
		if version != 0 && was.Version != version {
			return fault.Stale()
		}
		was.Name, was.Description, was.Definition, was.Roles, was.UpdatedAt = d.Name, d.Description, definition, roles, clock.Millis(ctx)
		was.Version++
		if err := updateReport(ctx, tx, was); err != nil {
			return err
		}
		return auditReport(ctx, tx, "report.changed", id, map[string]any{"name": d.Name, "roles": d.Roles})
	})
}

// Delete takes a report away; it can be restored. Faults: not found, stale, forbidden.
func (r *Reports) Delete(ctx context.Context, id, version int64) error {
	return r.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := mine(ctx, tx, id, false)
		if err != nil {
			return err
		}
		if version != 0 && was.Version != version {
			return fault.Stale()
		}
		if err := markReport(ctx, tx, id, true); err != nil {
			return err
		}
		return auditReport(ctx, tx, "report.deleted", id, map[string]any{"name": was.Name})
	})
}

// Restore brings a deleted report back. Faults: not found, forbidden.
func (r *Reports) Restore(ctx context.Context, id int64) error {
	return r.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := mine(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if err := markReport(ctx, tx, id, false); err != nil {
			return err
		}
		return auditReport(ctx, tx, "report.restored", id, map[string]any{"name": was.Name})
	})
}

// Get gives a report the reader may see. Fault: not found.
func (r *Reports) Get(ctx context.Context, id int64) (*Report, error) {
	found, err := reportByID(ctx, r.records.Read(), id, false)
	if err == nil && !found.seenBy(ctx) {
		err = fault.NotFound("report", id)
	}
	return found, err
}

// All gives every report the reader may see, the last changed first.
func (r *Reports) All(ctx context.Context) ([]*Report, error) {
	all, err := liveReports(ctx, r.records.Read())
	return slices.DeleteFunc(all, func(each *Report) bool { return !each.seenBy(ctx) }), err
}

func (r *Report) madeBy(a guard.Actor) bool {
	return a.System || r.StaffID != nil && *r.StaffID == a.StaffID || r.StaffID == nil && a.StaffID == 0
}

// seenBy reports whether who asks may know of the report.
func (r *Report) seenBy(ctx context.Context) bool {
	a := guard.ActorOf(ctx)
	return r.madeBy(a) || a.Can("access.write") || slices.Contains(r.roles(), a.Role)
}

// changeable reports whether who asks may change the report.
func (r *Report) changeable(ctx context.Context) bool {
	a := guard.ActorOf(ctx)
	return a.Can("segments.write") && (r.madeBy(a) || a.Can("access.write"))
}

func (r *Report) roles() (roles []string) {
	_ = json.Unmarshal([]byte(r.Roles), &roles) // our own writing
	return roles
}

// Asks reads what the report asks.
func (r *Report) Asks() (d Definition, err error) {
	err = json.Unmarshal([]byte(r.Definition), &d)
	return d, err
}

// Shown gives a report the reader may see, or one that by shows on a dashboard of hers. Fault: not found.
func (r *Reports) Shown(ctx context.Context, id int64, by *int64) (*Report, error) {
	found, err := reportByID(ctx, r.records.Read(), id, false)
	if err == nil && !found.seenBy(ctx) && (by == nil || found.StaffID == nil || *by != *found.StaffID) {
		err = fault.NotFound("report", id)
	}
	return found, err
}
