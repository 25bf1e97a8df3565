package quality

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// repairedAtOnce is how many records one change repairs: few enough that others need not wait.
const repairedAtOnce = 20

// runFix repairs, or takes back, with the rights of who asked. Interrupted it goes on where it stopped.
func (q *Quality) runFix(ctx context.Context, id int64) error {
	f, err := q.fixNamed(ctx, id)
	if err != nil {
		return err
	}
	acting := guard.Changing(guard.With(ctx, f.actor()))
	switch f.State {
	case FixQueued, FixRunning:
		err = q.repairAll(acting, f)
	case FixUndoing:
		err = q.takeBackAll(acting, f)
	default:
		return nil
	}
	if err != nil || ruleNamed(builtin(), f.Rule).Subject != "order" {
		return err
	}
	return q.searchOrdersAgain(ctx)
}

// searchOrdersAgain follows what was said about orders by what the last search has learned.
func (q *Quality) searchOrdersAgain(ctx context.Context) error {
	last, err := q.lastRun(ctx)
	if err != nil || last == nil {
		return err
	}
	e, err := q.examiner(ctx, last)
	if err != nil {
		return err
	}
	rules, err := q.rules(ctx)
	if err != nil {
		return err
	}
	return q.searchOrders(ctx, rules, e.learned, clock.Millis(ctx))
}

func (q *Quality) repairAll(ctx context.Context, f *fixRow) error {
	r, err := q.checked(ctx, f.draft())
	if err != nil {
		return q.ended(ctx, f, FixDone) // the rule is gone, or the right to it: nothing can be done any more
	}
	p, err := q.planner(ctx, r)
	if err != nil {
		return err
	}
	var reached int64
	if f.Reached != "" {
		if reached, err = strconv.ParseInt(f.Reached, 10, 64); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		ids, err := q.subjects(ctx, r, reached, repairedAtOnce)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			return q.ended(ctx, f, FixDone)
		}
		if err := q.repairSome(ctx, f, p, ids); err != nil {
			return err
		}
		reached = ids[len(ids)-1]
	}
	return ctx.Err()
}

func (q *Quality) ended(ctx context.Context, f *fixRow, state string) error {
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		column := "finished_at"
		if state == FixUndone {
			column = "undone_at"
		}
		_, err := tx.Do(ctx, "update quality_fixes set state = ?, "+column+" = ? where id = ?", state, clock.Millis(ctx), f.ID)
		return err
	})
}

// done is one step taken, as it is kept for undo.
type done struct {
	subjectType   string
	subjectID     int64
	kind, field   string
	before, after string
}

func (q *Quality) repairSome(ctx context.Context, f *fixRow, p *planner, ids []int64) error {
	var records []*Record
	if p.rule.Subject != "order" {
		var err error
		if records, err = readRecords(ctx, q.records.Read(), among(ids)); err != nil {
			return err
		}
		if err := q.prepare(ctx, p, q.records.Read(), ids); err != nil {
			return err
		}
	}
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var all []done
		changed, leftOut := 0, 0
		if p.rule.Subject == "order" {
			some, err := q.markOrders(ctx, tx, f, p, ids)
			if err != nil {
				return err
			}
			all, changed = some, len(some)
		} else {
			versions, err := lockRecords(ctx, tx, ids)
			if err != nil {
				return err
			}
			for _, r := range records {
				steps, cannot := p.steps(r)
				if versions[r.ID] != r.Version { // somebody was faster: what was read is no longer so
					leftOut += len(steps) + cannot
					continue
				}
				leftOut += cannot
				for _, s := range steps {
					some, err := q.takeStep(ctx, tx, f, p, r, s)
					switch {
					case refused(err):
						leftOut++
					case err != nil:
						return err
					default:
						all = append(all, some...)
						changed++
					}
				}
			}
		}
		if err := keep(ctx, tx, f.ID, all); err != nil {
			return err
		}
		_, err := tx.Do(ctx, "update quality_fixes set state = ?, changed = changed + ?, left_out = left_out + ?, reached = ? where id = ?",
			FixRunning, changed, leftOut, strconv.FormatInt(ids[len(ids)-1], 10), f.ID)
		return err
	})
}

// lockRecords keeps others from changing customers until the change is done, and gives their versions.
func lockRecords(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]int64, error) {
	var rows []struct {
		ID      int64 `bun:"id"`
		Version int64 `bun:"version"`
	}
	if err := tx.NewRaw("update customers set version = version where id in (?) returning id, version", bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	versions := make(map[int64]int64, len(rows))
	for _, r := range rows {
		versions[r.ID] = r.Version
	}
	return versions, nil
}

// refused says that a step cannot be taken for a reason that lies in the record or the asker's rights: it is left out.
func refused(err error) bool {
	for _, k := range []fault.Kind{fault.KindInvalid, fault.KindNotFound, fault.KindConflict, fault.KindForbidden, fault.KindStale} {
		if fault.Is(err, k) {
			return true
		}
	}
	return false
}

func keep(ctx context.Context, tx *db.Tx, fixID int64, all []done) error {
	if len(all) == 0 {
		return nil
	}
	id, err := tx.NextIDs(ctx, "quality_fix_changes", len(all))
	if err != nil {
		return err
	}
	rows := db.NewBulk("quality_fix_changes", "fix_id, id, subject_type, subject_id, kind, field, before, after", "")
	for i, d := range all {
		rows.Add(fixID, id+int64(i), d.subjectType, d.subjectID, d.kind, d.field, d.before, d.after)
	}
	return rows.Insert(ctx, tx)
}

// takeStep takes one step and gives what undo must know.
func (q *Quality) takeStep(ctx context.Context, tx *db.Tx, f *fixRow, p *planner, r *Record, s step) ([]done, error) {
	one := done{subjectType: "customer", subjectID: r.ID, kind: s.kind, field: s.found.Field, before: s.before, after: s.after}
	switch s.kind {
	case stepContact:
		a, err := q.customers.RewriteContactIn(ctx, tx, r.ID, s.found.Contact, s.after)
		one.field, one.before, one.after = a.Field, a.Before, a.After
		return []done{one}, err
	case stepMark:
		one.field, one.after = s.found.Field, string(p.Method)
		return []done{one}, q.mark(ctx, tx, f, "customer", r.ID, p, s.found.Field, s.found.Value)
	case stepAsk:
		if err := mayTouch(ctx, r); err != nil {
			return nil, err
		}
		n, err := tx.Do(ctx, "insert into quality_asks (customer_id, field, value, whom, fix_id, staff_id, created_at) values (?, ?, ?, ?, ?, ?, ?) on conflict (customer_id, field) do nothing",
			r.ID, s.found.Field, r.text(s.found.Field), whom(p.Method), f.ID, staffOf(ctx), clock.Millis(ctx))
		if err == nil && n == 0 {
			err = fault.Conflict("asked_already")
		}
		return []done{one}, err
	case stepDelete:
		one.before, one.after = "", ""
		return []done{one}, q.customers.RemoveIn(ctx, tx, r.ID, "")
	}
	fields, err := fieldsFor(p.e.own, s.found.Target, s.after)
	if err != nil {
		return nil, err
	}
	amended, err := q.customers.AmendIn(ctx, tx, r.ID, fields)
	if err != nil {
		return nil, err
	}
	if len(amended) == 0 {
		return nil, fault.Conflict("nothing_to_fix")
	}
	var all []done
	for _, a := range amended {
		all = append(all, done{"customer", r.ID, stepValue, a.Field, a.Before, a.After})
	}
	return all, nil
}

// whom gives who is asked.
func whom(m Method) string {
	if m == FixAskHer {
		return "customer"
	}
	return "owner"
}

// AskedOf gives the details that a customer is asked for on her own page and has not given yet.
func AskedOf(ctx context.Context, from bun.IDB, id int64) (fields []string, err error) {
	err = from.NewRaw(`
select a.field
from quality_asks a
where a.customer_id = ? and a.whom = 'customer'
  and not exists (select 1 from corrections k where k.customer_id = a.customer_id and k.field = a.field and k.created_at >= a.created_at)
  and not exists (select 1 from field_history h where h.customer_id = a.customer_id and h.field = a.field and h.happened_at >= a.created_at)
order by a.field`, id).Scan(ctx, &fields)
	return fields, err
}

// mayTouch refuses what the asker does not see.
func mayTouch(ctx context.Context, r *Record) error {
	if !guard.ScopeOf(ctx, "customers").Sees(r.OwnerID, r.TeamID) {
		return fault.NotFound("customer", r.ID)
	}
	return nil
}

func (q *Quality) mark(ctx context.Context, tx *db.Tx, f *fixRow, subject string, id int64, p *planner, name, value string) error {
	kind := markConfirmed
	if p.Method == FixExclude {
		kind = markExcluded
	}
	_, err := tx.Do(ctx, `
insert into quality_marks (subject_type, subject_id, rule, field, kind, value, fix_id, staff_id, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (subject_type, subject_id, rule, field) do update set kind = excluded.kind, value = excluded.value, fix_id = excluded.fix_id, staff_id = excluded.staff_id, created_at = excluded.created_at`,
		subject, id, f.Rule, name, kind, value, f.ID, staffOf(ctx), clock.Millis(ctx))
	tx.Feed(subject+"s", id)
	return err
}

// markOrders says of orders that they are right, or that analysis is to do without them.
func (q *Quality) markOrders(ctx context.Context, tx *db.Tx, f *fixRow, p *planner, ids []int64) (all []done, err error) {
	for _, id := range ids {
		var gross []int64
		if err := tx.Ask(ctx, &gross, "select gross from orders where id = ? and deleted_at is null", id); err != nil {
			return nil, err
		}
		if len(gross) == 0 {
			continue
		}
		if err := q.mark(ctx, tx, f, "order", id, p, "amount", strconv.FormatInt(gross[0], 10)); err != nil {
			return nil, err
		}
		all = append(all, done{"order", id, stepMark, "amount", strconv.FormatInt(gross[0], 10), string(p.Method)})
	}
	return all, nil
}
