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

// CauseNotParted is the cause of findings that say: undo could not part two customers whom the import had made one.
const CauseNotParted = "merge_not_undone"

type findingRow struct {
	bun.BaseModel `bun:"table:findings"`
	ID            int64  `bun:"id"`
	Cause         string `bun:"cause"`
	ImportID      int64  `bun:"import_id,nullzero"`
	SubjectType   string `bun:"subject_type"`
	SubjectID     *int64 `bun:"subject_id"`
	SubjectLabel  string `bun:"subject_label"`
	RowNumber     *int64 `bun:"row_number"`
	Field         string `bun:"field"`
	Value         string `bun:"value"`
	State         string `bun:"state"`
	CreatedAt     int64  `bun:"created_at"`
	Times         int64  `bun:"times"`
}

// storeFindings writes open findings of an import, 0 for none.
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
			SubjectLabel: noNUL(clip(f.SubjectLabel, 200)), RowNumber: unlessZero(f.RowNumber), Field: f.Field, Value: noNUL(clip(f.Value, 200)), State: "open", CreatedAt: now, Times: 1}
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

// FindingGroup counts findings of one cause. LatestID is the newest of them.
type FindingGroup struct {
	Cause    string `bun:"cause" json:"cause"`
	Count    int64  `bun:"count" json:"count"`
	LatestID int64  `bun:"latest_id" json:"-"`
}

// findingFilter chooses findings; zero values choose all.
type findingFilter struct {
	state    string
	cause    string
	importID int64
}

// where gives fixed texts, so that the indexes (state, cause, id) and (import_id, cause, id) can answer. Findings about
// records the person asking may not see are left out.
func (f findingFilter) where(ctx context.Context) (text string, args []any) {
	text, args = findingsSeen(ctx)
	if f.state != "" {
		text, args = text+" and state = ?", append(args, f.state)
	}
	if f.cause != "" {
		text, args = text+" and cause = ?", append(args, f.cause)
	}
	if f.importID != 0 {
		text, args = text+" and import_id = ?", append(args, f.importID)
	}
	return text, args
}

// findingsSeen is the condition that a finding is about nobody's record in particular, or about one in scope. An order is
// seen by who reads orders and sees its customer; one of nobody by who sees all.
func findingsSeen(ctx context.Context) (text string, args []any) {
	orders := "true"
	if !guard.ActorOf(ctx).Can("orders.read") {
		orders = "subject_type <> 'order'"
	}
	scope := guard.ScopeOf(ctx, "customers")
	if scope.All() {
		return orders, nil
	}
	where, args := scope.Where("c")
	return orders + ` and (subject_type not in ('customer', 'order')
  or subject_type = 'customer' and exists (select 1 from customers c where c.id = findings.subject_id and ` + where + `)
  or subject_type = 'order' and exists (
    select 1 from orders o join customers c on c.id = o.customer_id where o.id = findings.subject_id and ` + where + `))`, append(args, args...)
}

// FindingGroups gives findings counted by cause, most first. importID 0 means of all imports, state "" of all states.
func (e *Engine) FindingGroups(ctx context.Context, importID int64, state string) (groups []FindingGroup, err error) {
	where, args := findingFilter{state: state, importID: importID}.where(ctx)
	err = e.records.Read().NewRaw("select cause, count(*) as count, max(id) as latest_id from findings where "+where+`
group by cause
order by count(*) desc, cause`, args...).Scan(ctx, &groups)
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
		seen, mine := findingsSeen(ctx)
		text, args := "update findings set state = ?, closed_at = ?, closed_by = ? where state <> ? and "+seen, append([]any{state, closedAt, closedBy, state}, mine...)
		if len(ids) > 0 {
			text, args = text+" and id in (?)", append(args, bun.List(ids))
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
