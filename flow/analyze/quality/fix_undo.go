package quality

import (
	"context"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/flow/customer"
)

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
