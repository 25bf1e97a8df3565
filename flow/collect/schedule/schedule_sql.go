package schedule

import (
	"context"

	"github.com/uptrace/bun"

	"guanxi/base/db"
	"guanxi/base/fault"
)

const scheduleColumns = `id, name, direction, kind, mapping_id, mode, assign, content, place, secret, repeat, report_to, active, actor, staff_id, marks, failures,
error_code, next_at, retry_at, run_id, fence, lease_until, created_at, version`

// Run is one time a schedule was at work.
type Run struct {
	ID          int64  `bun:"id"`
	ScheduleID  int64  `bun:"schedule_id"`
	Cause       string `bun:"cause"` // clock, retry, person
	State       string `bun:"state"` // running, done, failed, stopped
	DueAt       int64  `bun:"due_at"`
	StartedAt   int64  `bun:"started_at"`
	FinishedAt  *int64 `bun:"finished_at"`
	Files       int64  `bun:"files"`   // that were imported
	Known       int64  `bun:"known"`   // whose content was imported before
	Failed      int64  `bun:"failed"`  // that could not be imported
	Written     int64  `bun:"written"` // rows taken out
	FileName    string `bun:"file_name"`
	ExportID    *int64 `bun:"export_id"`
	ErrorCode   string `bun:"error_code"`
	ErrorDetail string `bun:"error_detail"`
}

const runColumns = "id, schedule_id, cause, state, due_at, started_at, finished_at, files, known, failed, written, file_name, export_id, error_code, error_detail"

func findSchedule(ctx context.Context, from bun.IDB, id int64) (s Schedule, err error) {
	var found []Schedule
	if err := from.NewRaw("select "+scheduleColumns+" from schedules where id = ?", id).Scan(ctx, &found); err != nil {
		return s, err
	}
	if len(found) == 0 {
		return s, fault.NotFound("schedule", id)
	}
	return found[0], nil
}

func allSchedules(ctx context.Context, from bun.IDB) (found []Schedule, err error) {
	err = from.NewRaw("select "+scheduleColumns+" from schedules order by name limit 500").Scan(ctx, &found)
	return found, err
}

func insertSchedule(ctx context.Context, tx *db.Tx, s *Schedule) (err error) {
	if s.ID, err = tx.NextID(ctx, "schedules"); err != nil {
		return err
	}
	_, err = tx.NewRaw(`
insert into schedules (id, name, direction, kind, mapping_id, mode, assign, content, place, secret, repeat, report_to, active, actor, staff_id, next_at, created_at, updated_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, s.Name, s.Direction, s.Kind, s.MappingID, s.Mode, s.Assign, s.Content, s.Place, s.Secret, s.Repeat, s.ReportTo, s.Active, s.Actor, s.StaffID,
		s.NextAt, s.CreatedAt, s.CreatedAt).Exec(ctx)
	return err
}

// updateSchedule writes what people set. What is remembered of the place goes with it, and so do the files that could not
// be imported: with another mapping they may be.
func updateSchedule(ctx context.Context, tx *db.Tx, s *Schedule) error {
	if _, err := tx.NewRaw(`
update schedules
set name = ?, kind = ?, mapping_id = ?, mode = ?, assign = ?, content = ?, place = ?, secret = ?, repeat = ?, report_to = ?, active = ?, actor = ?, staff_id = ?,
    marks = '{}', failures = 0, error_code = '', next_at = ?, retry_at = null, updated_at = ?, version = version + 1
where id = ?`,
		s.Name, s.Kind, s.MappingID, s.Mode, s.Assign, s.Content, s.Place, s.Secret, s.Repeat, s.ReportTo, s.Active, s.Actor, s.StaffID,
		s.NextAt, millis(ctx), s.ID).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.Do(ctx, "delete from schedule_files where schedule_id = ? and import_id in (select id from imports where state = 'failed')", s.ID)
	return err
}

func deleteSchedule(ctx context.Context, tx *db.Tx, id int64) error {
	for _, text := range []string{"delete from schedule_files where schedule_id = ?", "delete from schedule_runs where schedule_id = ?", "delete from schedules where id = ?"} {
		if _, err := tx.Do(ctx, text, id); err != nil {
			return err
		}
	}
	return nil
}

func findRun(ctx context.Context, from bun.IDB, id int64) (r Run, err error) {
	err = from.NewRaw("select "+runColumns+" from schedule_runs where id = ?", id).Scan(ctx, &r)
	return r, err
}

// runsOf gives runs of a schedule, newest first, with ids below before.
func runsOf(ctx context.Context, from bun.IDB, schedule, before int64, limit int) (found []Run, err error) {
	err = from.NewRaw("select "+runColumns+" from schedule_runs where schedule_id = ? and id < ? order by id desc limit ?", schedule, before, limit).Scan(ctx, &found)
	return found, err
}

// lastRuns gives the newest run of each of the schedules.
func lastRuns(ctx context.Context, from bun.IDB) (map[int64]Run, error) {
	var found []Run
	if err := from.NewRaw("select "+runColumns+" from schedule_runs where id in (select max(id) from schedule_runs group by schedule_id)").Scan(ctx, &found); err != nil {
		return nil, err
	}
	byID := map[int64]Run{}
	for _, r := range found {
		byID[r.ScheduleID] = r
	}
	return byID, nil
}

// fetched is a file of a schedule with what became of it.
type fetched struct {
	RunID     int64  `bun:"run_id"`
	Name      string `bun:"name"`
	Size      int64  `bun:"size"`
	ImportID  int64  `bun:"import_id"`
	State     string `bun:"state"`
	Created   int64  `bun:"created"`
	Updated   int64  `bun:"updated"`
	Unchanged int64  `bun:"unchanged"`
	Rejected  int64  `bun:"rejected"`
	Findings  int64  `bun:"findings"`
}

// filesOf gives the files that these runs imported.
func filesOf(ctx context.Context, from bun.IDB, runs []int64) (found []fetched, err error) {
	if len(runs) == 0 {
		return nil, nil
	}
	err = from.NewRaw(`
select f.run_id, f.name, f.size, f.import_id, i.state, i.created, i.updated, i.unchanged, i.rejected, i.findings
from schedule_files f
join imports i on i.id = f.import_id
where f.run_id in (?)
order by f.import_id`, bun.List(runs)).Scan(ctx, &found)
	return found, err
}

// keptRuns is how many runs of a schedule are remembered, beyond those whose files are.
const keptRuns = 500

// pruneRuns forgets old runs that brought nothing.
func pruneRuns(ctx context.Context, tx *db.Tx, schedule int64) error {
	_, err := tx.Do(ctx, `
delete from schedule_runs
where schedule_id = ? and state <> 'running'
  and id < coalesce((select id from schedule_runs where schedule_id = ? order by id desc limit 1 offset ?), 0)
  and not exists (select 1 from schedule_files f where f.run_id = schedule_runs.id)`, schedule, schedule, keptRuns)
	return err
}
