package customer

import (
	"context"
	"math"
	"strconv"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

const exportColumns = `id, kind, format, bom, fields, condition, narrowed, language, reason, report_to, state, actor, actor_key, staff_id, by_name, total, processed,
written, shortened, file_name, stored_as, size, sha256, error_code, downloads, created_at, started_at, finished_at, expires_at, version`

// insertExport stores an export and what the audit log keeps of its beginning.
func insertExport(ctx context.Context, tx *db.Tx, e *Export) (err error) {
	if e.ID, err = tx.NextID(ctx, "exports"); err != nil {
		return err
	}
	if _, err := tx.NewRaw(`
insert into exports (id, kind, format, bom, fields, condition, narrowed, language, reason, report_to, state, actor, actor_key, staff_id, by_name, total, created_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.Kind, e.Format, e.BOM, e.Fields, e.Condition, e.Narrowed, e.Language, e.Reason, e.ReportTo, e.State, e.Actor, e.ActorKey, e.StaffID, e.ByName,
		e.Total, e.CreatedAt).Exec(ctx); err != nil {
		return err
	}
	return auditExport(ctx, tx, "export.created", e, map[string]any{
		"kind": e.Kind, "format": e.Format, "fields": e.names(), "condition": e.Condition, "orders": e.narrowed(), "reason": e.Reason})
}

func auditExport(ctx context.Context, tx *db.Tx, action string, e *Export, summary map[string]any) error {
	return guard.Audit(ctx, tx, action, "export", strconv.FormatInt(e.ID, 10), summary)
}

// findExport reads an export. Fault: not found.
func findExport(ctx context.Context, from bun.IDB, id int64) (e Export, err error) {
	var found []Export
	if err := from.NewRaw("select "+exportColumns+" from exports where id = ?", id).Scan(ctx, &found); err != nil {
		return e, err
	}
	if len(found) == 0 {
		return e, fault.NotFound("export", id)
	}
	return found[0], nil
}

// listExports gives exports, newest first, with ids below before (0 = from the newest): those of one asker, or all.
func listExports(ctx context.Context, from bun.IDB, asker string, before int64, limit int) (found []Export, err error) {
	if before == 0 {
		before = math.MaxInt64
	}
	err = from.NewRaw("select "+exportColumns+" from exports where id < ? and (? = '' or actor_key = ?) order by id desc limit ?",
		before, asker, asker, limit).Scan(ctx, &found)
	return found, err
}

// saveExport writes how an export stands, if it stands in one of the states it may go on from. Fault: errExportStopped.
func saveExport(ctx context.Context, tx *db.Tx, e *Export, from ...string) error {
	result, err := tx.NewRaw(`
update exports
set state = ?, total = ?, processed = ?, written = ?, shortened = ?, file_name = ?, stored_as = ?, size = ?, sha256 = ?, error_code = ?,
    started_at = ?, finished_at = ?, expires_at = ?, version = version + 1
where id = ? and state in (?)`,
		e.State, e.Total, e.Processed, e.Written, e.Shortened, e.FileName, e.StoredAs, e.Size, e.SHA256, e.ErrorCode,
		e.StartedAt, e.FinishedAt, e.ExpiresAt, e.ID, bun.List(from)).Exec(ctx)
	if err != nil {
		return err
	}
	if rows, err := result.RowsAffected(); err != nil || rows > 0 {
		return err
	}
	return errExportStopped
}
