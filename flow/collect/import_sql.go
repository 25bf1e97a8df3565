package collect

import (
	"context"
	"encoding/json"
	"math"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

const importColumns = `id, kind, file_name, file_size, file_sha256, stored_as, mapping, mode, dry_run, state, staff_id,
total, processed, created, updated, unchanged, rejected, duplicates, findings, checkpoint, detected, corrections, fence, lease_until,
error_code, error_detail, created_at, started_at, finished_at, undone_at, version, report_to, schedule_id`

func insertImport(ctx context.Context, tx *db.Tx, i *Import) (err error) {
	if i.ID, err = tx.NextID(ctx, "imports"); err != nil {
		return err
	}
	_, err = tx.NewRaw(`
insert into imports (id, kind, file_name, file_size, file_sha256, stored_as, mapping, mode, dry_run, state, staff_id, checkpoint, detected, corrections, created_at, report_to, schedule_id)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		i.ID, i.Kind, i.FileName, i.FileSize, i.FileSHA256, i.StoredAs, i.MappingJSON, i.Mode, i.DryRun, i.State, i.StaffID,
		i.CheckpointJSON, i.DetectedJSON, i.CorrectionsJSON, i.CreatedAt, i.ReportTo, i.ScheduleID).Exec(ctx)
	return err
}

// Find gives one import. Fault: not found.
func (e *Engine) Find(ctx context.Context, id int64) (Import, error) {
	return findImport(ctx, e.records.Read(), id)
}

func findImport(ctx context.Context, from bun.IDB, id int64) (Import, error) {
	var found []Import
	if err := from.NewRaw("select "+importColumns+" from imports where id = ?", id).Scan(ctx, &found); err != nil {
		return Import{}, err
	}
	if len(found) == 0 {
		return Import{}, fault.NotFound("import", id)
	}
	return found[0], nil
}

// listImports gives imports, newest first, with ids below before (0 = from the newest).
func (e *Engine) listImports(ctx context.Context, before int64, limit int) (found []Import, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	err = e.records.Read().NewRaw("select "+importColumns+`
from imports
where id < ?
order by id desc
limit ?`, before, limit).Scan(ctx, &found)
	return found, err
}

// fenced reports whether an update of an import met the row it expected.
func fenced(ctx context.Context, tx *db.Tx, text string, args ...any) (bool, error) {
	result, err := tx.NewRaw(text, args...).Exec(ctx)
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows == 1, err
}

// saveProgress writes counts, checkpoint and corrections of a run that still holds its fence.
func saveProgress(ctx context.Context, tx *db.Tx, i *Import) (bool, error) {
	return fenced(ctx, tx, `
update imports
set state = ?, total = ?, processed = ?, created = ?, updated = ?, unchanged = ?, rejected = ?, duplicates = ?, findings = ?,
    checkpoint = ?, detected = ?, corrections = ?, error_code = ?, error_detail = ?, started_at = ?, finished_at = ?, undone_at = ?,
    lease_until = ?, version = version + 1
where id = ? and fence = ?`,
		i.State, i.Total, i.Processed, i.Created, i.Updated, i.Unchanged, i.Rejected, i.Duplicates, i.Findings,
		i.CheckpointJSON, i.DetectedJSON, i.CorrectionsJSON, i.ErrorCode, i.ErrorDetail, i.StartedAt, i.FinishedAt, i.UndoneAt,
		i.LeaseUntil, i.ID, i.Fence)
}

type rejectRow struct {
	bun.BaseModel `bun:"table:import_rejects"`
	ImportID      int64  `bun:"import_id"`
	RowNumber     int64  `bun:"row_number"`
	Code          string `bun:"code"`
	Field         string `bun:"field"`
	Value         string `bun:"value"`
	Raw           string `bun:"raw"` // JSON array of the row's cells
}

const insertChunk = 500

// insertChunks inserts rows a bounded statement at a time.
func insertChunks[T any](ctx context.Context, tx *db.Tx, rows []T) error {
	for len(rows) > 0 {
		chunk := rows[:min(len(rows), insertChunk)]
		if _, err := tx.NewInsert().Model(&chunk).Exec(ctx); err != nil {
			return err
		}
		rows = rows[len(chunk):]
	}
	return nil
}

const maxRawBytes = 64 << 10

// rawJSON keeps the cells of a row; a monstrous row keeps its beginning.
func rawJSON(cells []string) string {
	size := 0
	for i, cell := range cells {
		if size += len(cell); size > maxRawBytes {
			cells = append(append([]string(nil), cells[:i]...), clip(cell, 200))
			break
		}
	}
	b, _ := json.Marshal(cells)
	return string(b)
}

// storeRejects writes the rejected rows of b.
func storeRejects(ctx context.Context, tx *db.Tx, b *madeBatch) error {
	var rows []rejectRow
	for i, outcome := range b.Outcomes {
		if outcome.State == Rejected {
			rows = append(rows, rejectRow{ImportID: b.ImportID, RowNumber: b.Rows[i].Number, Code: outcome.Code, Field: outcome.Field,
				Value: noNUL(clip(outcome.Value, 500)), Raw: noNUL(rawJSON(b.Rows[i].Raw))})
		}
	}
	return insertChunks(ctx, tx, rows)
}

type changeRow struct {
	bun.BaseModel `bun:"table:import_changes"`
	ImportID      int64  `bun:"import_id"`
	SubjectType   string `bun:"subject_type"`
	SubjectID     int64  `bun:"subject_id"`
	Before        string `bun:"before"`
	AfterVersion  int64  `bun:"after_version"`
}

// storeChanges writes before-images; of several for one record the first image and the last version stay.
func storeChanges(ctx context.Context, tx *db.Tx, importID int64, changes []Change) error {
	type subject struct {
		kind string
		id   int64
	}
	places := map[subject]int{}
	var rows []changeRow
	for _, c := range changes {
		at, seen := places[subject{c.SubjectType, c.SubjectID}]
		if seen {
			rows[at].AfterVersion = c.AfterVersion
			continue
		}
		places[subject{c.SubjectType, c.SubjectID}] = len(rows)
		rows = append(rows, changeRow{ImportID: importID, SubjectType: c.SubjectType, SubjectID: c.SubjectID, Before: c.Before, AfterVersion: c.AfterVersion})
	}
	for len(rows) > 0 {
		chunk := rows[:min(len(rows), insertChunk)]
		if _, err := tx.NewInsert().Model(&chunk).
			On("conflict (import_id, subject_type, subject_id) do update").Set("after_version = excluded.after_version").Exec(ctx); err != nil {
			return err
		}
		rows = rows[len(chunk):]
	}
	return nil
}

// Changes gives up to limit before-images of an import for records of one type, by id.
func Changes(ctx context.Context, tx *db.Tx, importID int64, subjectType string, limit int) (changes []Change, err error) {
	var rows []changeRow
	if err := tx.NewRaw(`
select subject_type, subject_id, before, after_version
from import_changes
where import_id = ? and subject_type = ?
order by subject_id
limit ?`, importID, subjectType, limit).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for _, r := range rows {
		changes = append(changes, Change{SubjectType: r.SubjectType, SubjectID: r.SubjectID, Before: r.Before, AfterVersion: r.AfterVersion})
	}
	return changes, nil
}

// DropChanges forgets before-images that have been handled.
func DropChanges(ctx context.Context, tx *db.Tx, importID int64, subjectType string, subjectIDs []int64) error {
	if len(subjectIDs) == 0 {
		return nil
	}
	_, err := tx.NewRaw("delete from import_changes where import_id = ? and subject_type = ? and subject_id in (?)",
		importID, subjectType, bun.List(subjectIDs)).Exec(ctx)
	return err
}

// auditImport writes an audit entry about an import.
func auditImport(ctx context.Context, tx *db.Tx, action string, i *Import) error {
	return guard.Audit(ctx, tx, action, "import", strconv.FormatInt(i.ID, 10), map[string]any{
		"kind": i.Kind, "file": i.FileName, "sha256": i.FileSHA256, "mode": i.Mode, "dry_run": i.DryRun, "state": i.State, "counts": i.Counts})
}

// touchSource says that facts of this source have just come in.
func touchSource(ctx context.Context, tx *db.Tx, name, kind string) error {
	id, err := tx.NextID(ctx, "sources")
	if err != nil {
		return err
	}
	now := clock.Millis(ctx)
	_, err = tx.NewRaw(`
insert into sources (id, name, kind, last_fact_at, created_at) values (?, ?, ?, ?, ?)
on conflict (name) do update set last_fact_at = excluded.last_fact_at`, id, name, kind, now, now).Exec(ctx)
	return err
}

func toJSON(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}
