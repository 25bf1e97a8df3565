package collect

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
)

// Findings gives what was noted with the batch.
func (b *Batch) Findings() []Finding { return b.findings }

// NoteFinding keeps what is odd about a record that no file has told of. One of a cause and field is open at a time: what is
// found once more counts up by again, also where people chose not to look at it.
func NoteFinding(ctx context.Context, tx *db.Tx, f Finding, again int64) error {
	result, err := tx.NewRaw(`
update findings set value = ?, times = times + ?
where subject_id = ? and subject_type = ? and import_id is null and cause = ? and field = ? and state in ('open', 'ignored')`,
		noNUL(clip(f.Value, 200)), again, f.SubjectID, f.SubjectType, f.Cause, f.Field).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return storeFindings(ctx, tx, 0, []Finding{f})
}

// SettleFindings brings what is odd about a record that is told of whole up to what is found now; what was of causes and is no
// more is closed.
func SettleFindings(ctx context.Context, tx *db.Tx, subjectType string, subjectID int64, causes []string, now []Finding) error {
	kept := []string{""}
	for _, f := range joined(now) {
		if err := NoteFinding(ctx, tx, f, 0); err != nil {
			return err
		}
		if f.SubjectType == subjectType {
			kept = append(kept, f.Cause)
		}
	}
	_, err := tx.NewRaw(`
update findings set state = 'closed', closed_at = ?
where subject_id = ? and subject_type = ? and import_id is null and state = 'open' and cause in (?) and cause not in (?)`,
		clock.Millis(ctx), subjectID, subjectType, bun.List(causes), bun.List(kept)).Exec(ctx)
	return err
}

// joined makes one of the findings of a record that have cause and field in common.
func joined(all []Finding) (one []Finding) {
next:
	for _, f := range all {
		for i := range one {
			was := &one[i]
			if was.Cause != f.Cause || was.Field != f.Field || was.SubjectType != f.SubjectType || was.SubjectID != f.SubjectID {
				continue
			}
			if f.Value != "" && !strings.Contains(", "+was.Value+", ", ", "+f.Value+", ") {
				was.Value = strings.TrimPrefix(was.Value+", "+f.Value, ", ")
			}
			continue next
		}
		one = append(one, f)
	}
	return one
}
