package collect

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/workspace"
	"guanxi/guard"
)

type staffView struct {
	ID   api.ID `json:"id"`
	Name string `json:"name"`
}

type errorView struct {
	Code string `json:"code"`
	ErrorPlace
}

type correctionView struct {
	Code    string `json:"code"`
	Count   int64  `json:"count"`
	Example struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"example"`
}

type rejectExample struct {
	RowNumber int64  `json:"row_number"`
	Value     string `json:"value"`
	Raw       string `json:"raw" doc:"the row as a line of CSV"`
}

type rejectGroup struct {
	Code     string          `json:"code"`
	Field    string          `json:"field"`
	Column   string          `json:"column,omitempty" doc:"header of the column the field comes from"`
	Count    int64           `json:"count"`
	Examples []rejectExample `json:"examples"`
}

type causeCount struct {
	Cause string `json:"cause"`
	Count int64  `json:"count"`
}

type takenBack struct {
	Removed  int64 `json:"removed"`
	Restored int64 `json:"restored"`
	Kept     int64 `json:"kept" doc:"records people have changed since, left alone"`
}

type importView struct {
	ID       api.ID     `json:"id"`
	Kind     string     `json:"kind"`
	FileName string     `json:"file_name"`
	Size     int64      `json:"size"`
	Mode     Mode       `json:"mode"`
	DryRun   bool       `json:"dry_run"`
	State    State      `json:"state" enum:"queued,running,done,failed,cancelled,undone"`
	Stage    Stage      `json:"stage,omitempty" doc:"of a running import: checking, applying, taking_back"`
	Staff    *staffView `json:"staff"`
	Counts
	Made        map[string]NounCount         `json:"made,omitempty" doc:"records made and changed by noun, of kinds whose rows bring several: organizations, persons, contacts, orders"`
	Alike       *alikeView                   `json:"alike,omitempty" doc:"rows that would make a customer and look like one who is there"`
	Rate        *float64                     `json:"rate" doc:"rows a second"`
	SecondsLeft *float64                     `json:"seconds_left"`
	Mapping     Mapping                      `json:"mapping"`
	Labels      map[string]map[string]string `json:"labels,omitempty" doc:"of the mapped fields, by field and language"`
	Detected    Layout                       `json:"detected"`
	Rejects     []rejectGroup                `json:"reject_groups,omitempty"`
	FindingsBy  []causeCount                 `json:"finding_groups,omitempty"`
	Corrections []correctionView             `json:"corrections,omitempty"`
	Error       *errorView                   `json:"error"`
	FileUntil   *time.Time                   `json:"file_until,omitempty" doc:"of one that has ended: until when its file is kept"`
	FileGone    bool                         `json:"file_gone" doc:"its file is not kept any more"`
	UploadID    string                       `json:"upload_id,omitempty" doc:"while the file is kept: the importer may import it again, with another mapping"`
	CanUndo     bool                         `json:"can_undo"`
	UndoUntil   *time.Time                   `json:"undo_until,omitempty"`
	TakenBack   *takenBack                   `json:"taken_back,omitempty"`
	CreatedAt   time.Time                    `json:"created_at"`
	StartedAt   *time.Time                   `json:"started_at,omitempty"`
	FinishedAt  *time.Time                   `json:"finished_at,omitempty"`
	UndoneAt    *time.Time                   `json:"undone_at,omitempty"`
	Version     int64                        `json:"version"`
}

// views shows imports as lists do; staff names are read once.
func (e *Engine) views(ctx context.Context, imports []Import) ([]importView, error) {
	var ids []int64
	for _, i := range imports {
		if i.StaffID != nil {
			ids = append(ids, *i.StaffID)
		}
	}
	names := map[int64]string{}
	if len(ids) > 0 {
		var rows []struct {
			ID   int64  `bun:"id"`
			Name string `bun:"name"`
		}
		if err := e.records.Read().NewRaw("select id, name from staff where id in (?)", bun.List(ids)).Scan(ctx, &rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			names[r.ID] = r.Name
		}
	}
	views := make([]importView, len(imports))
	for n := range imports {
		views[n] = viewOf(&imports[n], clock.Millis(ctx))
		if staff := imports[n].StaffID; staff != nil {
			views[n].Staff = &staffView{api.ID(*staff), names[*staff]}
		}
		views[n].Labels = e.labels(imports[n].Kind, views[n].Mapping)
	}
	return views, nil
}

// labels names the mapped fields as people do; custom fields are named by their own name.
func (e *Engine) labels(kind string, m Mapping) map[string]map[string]string {
	k := e.kinds[kind]
	if k == nil {
		return nil
	}
	mapped := map[string]bool{}
	for _, field := range m.Columns {
		mapped[field] = true
	}
	for field := range m.Constants {
		mapped[field] = true
	}
	labels := map[string]map[string]string{}
	for _, f := range fieldsOf(k) {
		if mapped[f.Name] {
			labels[f.Name] = map[string]string{"zh-CN": f.LabelZH, "en-US": f.LabelEN}
		}
	}
	return labels
}

func viewOf(i *Import, now int64) importView {
	check := i.checkpoint()
	v := importView{ID: api.ID(i.ID), Kind: i.Kind, FileName: i.FileName, Size: i.FileSize, Mode: i.Mode, DryRun: i.DryRun, State: i.State,
		Counts: i.Counts, Mapping: i.Mapping(), Detected: i.Detected(), CanUndo: i.CanUndo(now), CreatedAt: time.UnixMilli(i.CreatedAt).UTC(),
		StartedAt: instant(i.StartedAt), FinishedAt: instant(i.FinishedAt), UndoneAt: instant(i.UndoneAt), Version: i.Version}
	v.Made = check.Made
	if i.State == StateRunning {
		v.Stage = check.Stage
		if p := i.progress(); p.SecondsLeft >= 0 {
			v.Rate, v.SecondsLeft = &p.Rate, &p.SecondsLeft
		}
	}
	if i.ErrorCode != "" {
		v.Error = &errorView{i.ErrorCode, i.ErrorPlace()}
	}
	if v.CanUndo {
		until := v.FinishedAt.AddDate(0, 0, UndoDays)
		v.UndoUntil = &until
	}
	if check.Then != "" {
		v.TakenBack = &takenBack{check.Removed, check.Restored, check.Kept}
	}
	return v
}

func instant(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := time.UnixMilli(*ms).UTC()
	return &t
}

// fullView shows one import with what it rejected, found and corrected.
func (e *Engine) fullView(ctx context.Context, i Import) (importView, error) {
	views, err := e.views(ctx, []Import{i})
	if err != nil {
		return importView{}, err
	}
	v := views[0]
	if v.Alike, err = e.viewAlike(ctx, &i); err != nil {
		return v, err
	}
	if v.Rejects, err = e.rejectGroups(ctx, &i); err != nil {
		return v, err
	}
	for cause, n := range i.checkpoint().Found {
		v.FindingsBy = append(v.FindingsBy, causeCount{cause, n})
	}
	if !i.DryRun {
		groups, err := e.FindingGroups(ctx, i.ID, "")
		if err != nil {
			return v, err
		}
		for _, g := range groups {
			v.FindingsBy = append(v.FindingsBy, causeCount{g.Cause, g.Count})
		}
	}
	for code, c := range i.Corrections() {
		shown := correctionView{Code: code, Count: c.Count}
		shown.Example.From, shown.Example.To = c.From, c.To
		v.Corrections = append(v.Corrections, shown)
	}
	_, err = os.Stat(filepath.Join(e.dir, i.StoredAs))
	v.FileGone = err != nil
	if owner := i.checkpoint().Actor; err == nil && owner != nil && owner.Key() == guard.ActorOf(ctx).Key() {
		v.UploadID = i.StoredAs
	}
	if i.FinishedAt != nil && !v.FileGone {
		kept, err := workspace.KeptFilesOf(ctx, e.records.Read())
		if err != nil {
			return v, err
		}
		until := time.UnixMilli(*i.FinishedAt).Add(workspace.Days(kept.UploadDays)).UTC()
		v.FileUntil = &until
	}
	sortByCount(v.FindingsBy, func(c causeCount) (int64, string) { return c.Count, c.Cause })
	sortByCount(v.Corrections, func(c correctionView) (int64, string) { return c.Count, c.Code })
	return v, nil
}

const shownExamples = 3

// rejectGroups gives the rejected rows by reason, with examples the reader may see.
func (e *Engine) rejectGroups(ctx context.Context, i *Import) ([]rejectGroup, error) {
	var groups []rejectGroup
	if i.Rejected == 0 {
		return groups, nil
	}
	var rows []struct {
		Code  string `bun:"code"`
		Field string `bun:"field"`
		Count int64  `bun:"n"`
	}
	if err := e.records.Read().NewRaw(`
select code, field, count(*) as n
from import_rejects
where import_id = ?
group by code, field
order by n desc, code, field
limit 100`, i.ID).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	mask := e.maskFor(ctx, i)
	for _, r := range rows {
		g := rejectGroup{Code: r.Code, Field: r.Field, Count: r.Count, Column: mask.columnOf[r.Field]}
		var examples []rejectRow
		if err := e.records.Read().NewRaw(`
select row_number, value, raw
from import_rejects
where import_id = ? and code = ? and field = ?
order by row_number
limit ?`, i.ID, r.Code, r.Field, shownExamples).Scan(ctx, &examples); err != nil {
			return nil, err
		}
		for _, x := range examples {
			g.Examples = append(g.Examples, rejectExample{x.RowNumber, mask.value(r.Field, x.Value), clip(csvLine(mask.row(x.Raw)), 300)})
		}
		groups = append(groups, g)
	}
	return groups, nil
}
