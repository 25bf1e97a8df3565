package track

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

const planColumns = "id, source_id, event, lock, description, properties, updated_at, version"

// loadPlans reads what has been agreed on about a source's events.
func (t *Tracking) loadPlans(ctx context.Context, from bun.IDB, s *Source) error {
	plans, err := plansOf(ctx, from, s.ID)
	s.plans = make(map[string]*Plan, len(plans))
	for _, p := range plans {
		s.plans[p.Event] = p
	}
	return err
}

func plansOf(ctx context.Context, from bun.IDB, source int64) (plans []*Plan, err error) {
	err = from.NewRaw("select "+planColumns+" from event_plans where source_id = ? order by event limit ?", source, mostPlans).Scan(ctx, &plans)
	for _, p := range plans {
		p.read()
	}
	return plans, err
}

// SetPlan agrees on an event of a source; version is that of the plan it replaces, 0 where there is none.
// Faults: not found, stale, invalid.
func (t *Tracking) SetPlan(ctx context.Context, source, version int64, p Plan) error {
	if err := p.check(); err != nil {
		return err
	}
	return t.changePlans(ctx, source, func(ctx context.Context, tx *db.Tx, s *Source) error {
		old := s.plans[p.Event]
		if old == nil && version != 0 || old != nil && version != old.Version {
			return fault.Stale()
		}
		if err := putPlan(ctx, tx, s, &p); err != nil {
			return err
		}
		told := map[string]any{"source": s.Name, "event": p.Event, "lock": p.Lock, "properties": len(p.Properties)}
		if old != nil {
			told["before"] = map[string]any{"lock": old.Lock, "properties": old.Properties, "description": old.Description}
		}
		return guard.Audit(ctx, tx, "event_plan.set", "source", strconv.FormatInt(source, 10), told)
	})
}

// putPlan writes a plan over the one of the same event.
func putPlan(ctx context.Context, tx *db.Tx, s *Source, p *Plan) error {
	now, by := clock.Millis(ctx), guard.ActorOf(ctx).StaffID
	if old := s.plans[p.Event]; old != nil {
		_, err := tx.Do(ctx, "update event_plans set lock = ?, description = ?, properties = ?, staff_id = ?, updated_at = ?, version = version + 1 where id = ?",
			p.Lock, p.Description, p.Written, by, now, old.ID)
		return err
	}
	if len(s.plans) >= mostPlans {
		return fault.Invalid("event", "event_plans_enough", mostPlans)
	}
	id, err := tx.NextID(ctx, "event_plans")
	if err != nil {
		return err
	}
	_, err = tx.Do(ctx, "insert into event_plans (id, source_id, event, lock, description, properties, staff_id, created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		id, s.ID, p.Event, p.Lock, p.Description, p.Written, by, now, now)
	if err == nil {
		s.plans[p.Event] = p
	}
	return err
}

// DropPlan takes back what was agreed on about an event. Faults: not found, stale.
func (t *Tracking) DropPlan(ctx context.Context, source, version int64, event string) error {
	return t.changePlans(ctx, source, func(ctx context.Context, tx *db.Tx, s *Source) error {
		old := s.plans[event]
		switch {
		case old == nil:
			return fault.NotFound("event_plan", source)
		case version != 0 && version != old.Version:
			return fault.Stale()
		}
		if _, err := tx.Do(ctx, "delete from event_plans where id = ?", old.ID); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "event_plan.dropped", "source", strconv.FormatInt(source, 10), map[string]any{"source": s.Name, "event": event, "lock": old.Lock})
	})
}

// Agree says what becomes of events that a source has no plan for, and, where lock is not "", locks every event that was found
// as it was found, those that have a plan by it. Faults: not found, stale.
func (t *Tracking) Agree(ctx context.Context, source, version int64, unknown, lock string) error {
	var found []EventShape
	if lock != "" {
		var err error
		if found, _, err = t.shapes(ctx, source); err != nil {
			return err
		}
	}
	return t.changePlans(ctx, source, func(ctx context.Context, tx *db.Tx, s *Source) error {
		if version != 0 && version != s.Version {
			return fault.Stale()
		}
		locked := 0
		for _, p := range t.asFound(s, found, lock) {
			if err := p.check(); err != nil { // a name that no event could be asked for by
				continue
			}
			if err := putPlan(ctx, tx, s, p); err != nil {
				return err
			}
			locked++
		}
		if _, err := tx.Do(ctx, "update sources set unknown_events = ?, version = version + 1 where id = ?", unknown, source); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "event_plan.agreed", "source", strconv.FormatInt(source, 10),
			map[string]any{"source": s.Name, "unknown_events": unknown, "before": s.UnknownEvents, "lock": lock, "locked": locked})
	})
}

// asFound makes plans of what was found, and of the plans there are, with a lock.
func (*Tracking) asFound(s *Source, found []EventShape, lock string) (plans []*Plan) {
	if lock == "" {
		return nil
	}
	for _, old := range s.plans {
		plans = append(plans, &Plan{Event: old.Event, Lock: lock, Description: old.Description, Properties: old.Properties})
	}
	for _, e := range found {
		if s.plans[e.Event] == nil && (e.Kind == Track || e.Kind == Page || e.Kind == Screen) && len(s.plans)+len(plans) < mostPlans {
			plans = append(plans, &Plan{Event: e.Event, Lock: lock, Properties: e.asFound()})
		}
	}
	return plans
}

// asFound gives the properties of an event that all of its latest have as required, the others as allowed.
func (e *EventShape) asFound() []PlannedProperty {
	planned := make([]PlannedProperty, len(e.Properties))
	for i, p := range e.Properties {
		planned[i] = PlannedProperty{Name: p.Name, Types: p.Types, Required: p.Share >= 1}
	}
	return planned
}

func (t *Tracking) changePlans(ctx context.Context, source int64, fn func(ctx context.Context, tx *db.Tx, s *Source) error) error {
	err := t.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// first: two who change plans at once come one after the other
		if n, err := tx.Do(ctx, "update sources set plans_version = plans_version + 1 where id = ?", source); err != nil || n == 0 {
			if err == nil {
				err = fault.NotFound("source", source)
			}
			return err
		}
		s, err := t.Source(ctx, tx, source)
		if err != nil {
			return err
		}
		if err := t.loadPlans(ctx, tx, s); err != nil {
			return err
		}
		return fn(ctx, tx, s)
	})
	t.forgetSources()
	return err
}
