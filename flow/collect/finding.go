package collect

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// causeChanged is the cause of findings that say: undo has left this record alone, people changed it since.
const causeChanged = "changed_since_import"

type findingRow struct {
	bun.BaseModel `bun:"table:findings"`
	ID            int64  `bun:"id"`
	Cause         string `bun:"cause"`
	ImportID      int64  `bun:"import_id"`
	SubjectType   string `bun:"subject_type"`
	SubjectID     *int64 `bun:"subject_id"`
	SubjectLabel  string `bun:"subject_label"`
	RowNumber     *int64 `bun:"row_number"`
	Field         string `bun:"field"`
	Value         string `bun:"value"`
	State         string `bun:"state"`
	CreatedAt     int64  `bun:"created_at"`
}

// storeFindings writes open findings of an import.
func storeFindings(ctx context.Context, tx *db.Tx, importID int64, findings []Finding) error {
	if len(findings) == 0 {
		return nil
	}
	first, err := tx.NextIDs(ctx, "findings", len(findings))
	if err != nil {
		return err
	}
	now := clock.Millis(ctx)
	rows := make([]findingRow, len(findings))
	for i, f := range findings {
		rows[i] = findingRow{ID: first + int64(i), Cause: f.Cause, ImportID: importID, SubjectType: f.SubjectType, SubjectID: unlessZero(f.SubjectID),
			SubjectLabel: noNUL(clip(f.SubjectLabel, 200)), RowNumber: unlessZero(f.RowNumber), Field: f.Field, Value: noNUL(clip(f.Value, 200)), State: "open", CreatedAt: now}
	}
	return insertChunks(ctx, tx, rows)
}

func unlessZero(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// noNUL takes away what PostgreSQL cannot keep in text.
func noNUL(s string) string {
	if strings.IndexByte(s, 0) >= 0 || !isASCII(s) {
		return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	}
	return s
}

// FindingGroup counts open findings of one cause.
type FindingGroup struct {
	Cause    string `bun:"cause" json:"cause"`
	Count    int64  `bun:"count" json:"count"`
	Imports  int64  `bun:"imports" json:"imports" doc:"how many imports they come from"`
	LatestAt int64  `bun:"latest_at" json:"-"`
}

// FindingGroups gives the open findings by cause, most first; importID 0 means of all imports.
func (e *Engine) FindingGroups(ctx context.Context, importID int64, state string) (groups []FindingGroup, err error) {
	err = e.records.Read().NewRaw(`
select cause, count(*) as count, count(distinct import_id) as imports, max(created_at) as latest_at
from findings
where (? = '' or state = ?) and (? = 0 or import_id = ?)
group by cause
order by count(*) desc, cause`, state, state, importID, importID).Scan(ctx, &groups)
	return groups, err
}

// closeFindings gives findings a closing state: closed (dealt with) or ignored; open opens them again. Either ids are
// named, or a cause and perhaps an import. It answers how many changed.
func (e *Engine) closeFindings(ctx context.Context, ids []int64, cause string, importID int64, state string) (changed int64, err error) {
	if len(ids) == 0 && cause == "" {
		return 0, fault.Invalid("ids", "ids_or_cause_needed")
	}
	err = e.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var closedAt, closedBy *int64
		if state != "open" {
			now, staff := clock.Millis(ctx), guard.ActorOf(ctx).StaffID
			closedAt, closedBy = &now, unlessZero(staff)
		}
		text, args := "update findings set state = ?, closed_at = ?, closed_by = ? where state <> ?", []any{state, closedAt, closedBy, state}
		if len(ids) > 0 {
			text, args = text+" and id in (?)", append(args, bun.In(ids))
		}
		if cause != "" {
			text, args = text+" and cause = ?", append(args, cause)
		}
		if importID != 0 {
			text, args = text+" and import_id = ?", append(args, importID)
		}
		result, err := tx.NewRaw(text, args...).Exec(ctx)
		if err != nil {
			return err
		}
		if changed, err = result.RowsAffected(); err != nil || changed == 0 {
			return err
		}
		return guard.Audit(ctx, tx, "findings."+state, "findings", cause, map[string]any{"cause": cause, "import": importID, "count": changed})
	})
	return changed, err
}
