package quality

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/customer"
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
		n, err := tx.Do(ctx, "insert into quality_asks (customer_id, field, value, fix_id, staff_id, created_at) values (?, ?, ?, ?, ?, ?) on conflict (customer_id, field) do nothing",
			r.ID, s.found.Field, r.text(s.found.Field), f.ID, staffOf(ctx), clock.Millis(ctx))
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

// changeRow is a step taken.
type changeRow struct {
	ID          int64  `bun:"id"`
	SubjectType string `bun:"subject_type"`
	SubjectID   int64  `bun:"subject_id"`
	Kind        string `bun:"kind"`
	Field       string `bun:"field"`
	Before      string `bun:"before"`
	After       string `bun:"after"`
}

// takeBackAll takes every step back, the last first, unless what it made was changed since.
func (q *Quality) takeBackAll(ctx context.Context, f *fixRow) error {
	for ctx.Err() == nil {
		var rows []changeRow
		if err := q.records.Read().NewRaw("select id, subject_type, subject_id, kind, field, before, after from quality_fix_changes where fix_id = ? and state = 'done' order by id desc limit 100", f.ID).Scan(ctx, &rows); err != nil {
			return err
		}
		if len(rows) == 0 {
			return q.ended(ctx, f, FixUndone)
		}
		// the steps about one subject go together; the last subject may have more than were read
		last := rows[len(rows)-1]
		if len(rows) == 100 && (rows[0].SubjectID != last.SubjectID || rows[0].SubjectType != last.SubjectType) {
			for rows[len(rows)-1].SubjectID == last.SubjectID && rows[len(rows)-1].SubjectType == last.SubjectType {
				rows = rows[:len(rows)-1]
			}
		}
		if err := q.takeBackSome(ctx, f, rows); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (q *Quality) takeBackSome(ctx context.Context, f *fixRow, rows []changeRow) error {
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		undone, kept := 0, 0
		for start := 0; start < len(rows); {
			end := start + 1
			for end < len(rows) && rows[end].SubjectID == rows[start].SubjectID && rows[end].SubjectType == rows[start].SubjectType {
				end++
			}
			left, err := q.takeBack(ctx, tx, f, rows[start:end])
			if err != nil {
				return err
			}
			for _, row := range rows[start:end] {
				state := "undone"
				if left[row.ID] {
					state = "kept"
					kept++
				} else {
					undone++
				}
				if _, err := tx.Do(ctx, "update quality_fix_changes set state = ? where fix_id = ? and id = ?", state, f.ID, row.ID); err != nil {
					return err
				}
			}
			start = end
		}
		_, err := tx.Do(ctx, "update quality_fixes set undone = undone + ?, kept = kept + ? where id = ?", undone, kept, f.ID)
		return err
	})
}

// takeBack takes the steps about one subject back and says which it left alone.
func (q *Quality) takeBack(ctx context.Context, tx *db.Tx, f *fixRow, rows []changeRow) (left map[int64]bool, err error) {
	left = map[int64]bool{}
	var values []customer.Amendment
	byField := map[string]int64{}
	for _, row := range rows {
		var err error
		switch row.Kind {
		case stepValue:
			values = append(values, customer.Amendment{Field: row.Field, Before: row.Before, After: row.After})
			byField[row.Field] = row.ID
		case stepContact:
			left[row.ID], err = q.customers.TakeBackContactIn(ctx, tx, row.SubjectID, customer.Amendment{Field: row.Field, Before: row.Before, After: row.After})
		case stepMark:
			err = gone(tx.Do(ctx, "delete from quality_marks where subject_type = ? and subject_id = ? and rule = ? and field = ? and fix_id = ?", row.SubjectType, row.SubjectID, f.Rule, row.Field, f.ID))
			tx.Feed(row.SubjectType+"s", row.SubjectID)
		case stepAsk:
			err = gone(tx.Do(ctx, "delete from quality_asks where customer_id = ? and field = ? and fix_id = ?", row.SubjectID, row.Field, f.ID))
		case stepDelete:
			err = q.customers.RestoreIn(ctx, tx, row.SubjectID)
		}
		if err != nil && !refused(err) {
			return nil, err
		}
		if err != nil {
			left[row.ID] = true
		}
	}
	if len(values) == 0 {
		return left, nil
	}
	kept, err := q.customers.TakeBackIn(ctx, tx, rows[0].SubjectID, values)
	if refused(err) { // merged, deleted or erased since, or no longer the asker's
		for _, id := range byField {
			left[id] = true
		}
		return left, nil
	}
	for _, name := range kept {
		left[byField[name]] = true
	}
	return left, err
}

// gone makes "nothing there any more" a fault.
func gone(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.NotFound("quality_mark", 0)
	}
	return err
}
