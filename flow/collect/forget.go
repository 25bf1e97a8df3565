package collect

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"guanxi/base/db"
)

// Tells says whether a text is about a person who must be forgotten: a single value that is hers, or a longer text with one
// in it that can be nobody else's.
type Tells func(text string) bool

// Forget takes a person out of what imports have left behind: refused rows with her in them, findings, examples of
// corrections, messages of faults, and the files themselves. Files of imports that have ended go whole, hers or not: nothing
// needs them any more. A file uploaded and not yet imported goes when she is in it. An import that is still running is
// left alone; what it brings in is new.
func (e *Engine) Forget(ctx context.Context, hers Tells) error {
	if err := forgetRejects(ctx, e.records, hers); err != nil {
		return err
	}
	if err := forgetFindings(ctx, e.records, hers); err != nil {
		return err
	}
	if err := forgetImports(ctx, e.records, hers); err != nil {
		return err
	}
	if err := forgetSchedules(ctx, e.records, hers); err != nil {
		return err
	}
	return e.forgetFiles(ctx, hers)
}

// forgetChunk bounds the rows looked at, and changed, at once.
const forgetChunk = 2000

func forgetRejects(ctx context.Context, records *db.DB, tells Tells) error {
	after := rejectRow{ImportID: -1}
	for {
		var rows []rejectRow
		if err := records.Read().NewRaw(`
select import_id, row_number, value, raw
from import_rejects
where import_id > ? or import_id = ? and row_number > ?
order by import_id, row_number
limit ?`, after.ImportID, after.ImportID, after.RowNumber, forgetChunk).Scan(ctx, &rows); err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1]
		var hers []rejectRow
		for _, r := range rows {
			if tells(r.Value) || rowTells(r.Raw, tells) {
				hers = append(hers, r)
			}
		}
		if len(hers) == 0 {
			continue
		}
		if err := records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, r := range hers {
				if _, err := tx.Do(ctx, "update import_rejects set value = '', raw = '[]' where import_id = ? and row_number = ?", r.ImportID, r.RowNumber); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

func rowTells(raw string, hers Tells) bool {
	var cells []string
	if json.Unmarshal([]byte(raw), &cells) != nil {
		return hers(raw)
	}
	for _, cell := range cells {
		if hers(cell) {
			return true
		}
	}
	return false
}

func forgetFindings(ctx context.Context, records *db.DB, hers Tells) error {
	after := int64(0)
	for {
		var rows []findingRow
		if err := records.Read().NewRaw("select id, subject_label, value from findings where id > ? and (value <> '' or subject_label <> '') order by id limit ?", after, forgetChunk).
			Scan(ctx, &rows); err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		for _, r := range rows {
			if !hers(r.Value) && !hers(r.SubjectLabel) {
				continue
			}
			if err := records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Do(ctx, "update findings set value = '', subject_label = '' where id = ?", r.ID)
				return err
			}); err != nil {
				return err
			}
		}
	}
}

func forgetImports(ctx context.Context, records *db.DB, hers Tells) error {
	var rows []Import
	if err := records.Read().NewRaw("select id, file_name, mapping, corrections, error_detail from imports where state not in ('queued', 'running')").Scan(ctx, &rows); err != nil {
		return err
	}
	for _, i := range rows {
		was := i
		i.MappingJSON, i.CorrectionsJSON = Without(i.MappingJSON, hers), Without(i.CorrectionsJSON, hers)
		if hers(i.FileName) {
			i.FileName = "file"
		}
		if hers(i.ErrorDetail) {
			i.ErrorDetail = ""
		}
		if i.FileName == was.FileName && i.MappingJSON == was.MappingJSON && i.CorrectionsJSON == was.CorrectionsJSON && i.ErrorDetail == was.ErrorDetail {
			continue
		}
		if err := records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Do(ctx, "update imports set file_name = ?, mapping = ?, corrections = ?, error_detail = ? where id = ?",
				i.FileName, i.MappingJSON, i.CorrectionsJSON, i.ErrorDetail, i.ID)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// Without gives a JSON text with every value that tells of her empty and every name that does gone; the text itself when
// there is none.
func Without(text string, hers Tells) string {
	var tree any
	if json.Unmarshal([]byte(text), &tree) != nil {
		if hers(text) {
			return "{}"
		}
		return text
	}
	changed := false
	var walk func(v any) any
	walk = func(v any) any {
		switch in := v.(type) {
		case string:
			if hers(in) {
				changed = true
				return ""
			}
		case []any:
			for i := range in {
				in[i] = walk(in[i])
			}
		case map[string]any:
			for name := range in {
				if hers(name) {
					changed = true
					delete(in, name)
					continue
				}
				in[name] = walk(in[name])
			}
		}
		return v
	}
	if tree = walk(tree); !changed {
		return text
	}
	return toJSON(tree)
}

func (e *Engine) forgetFiles(ctx context.Context, hers Tells) error {
	var ended, running []string
	if err := e.records.Read().NewRaw("select stored_as from imports where state not in ('queued', 'running')").Scan(ctx, &ended); err != nil {
		return err
	}
	if err := e.records.Read().NewRaw("select stored_as from imports where state in ('queued', 'running')").Scan(ctx, &running); err != nil {
		return err
	}
	kept := map[string]bool{}
	for _, name := range running {
		kept[name] = true
	}
	var errs []error
	for _, name := range ended {
		if name != "" && !kept[name] {
			errs = append(errs, e.discard(name))
		}
	}
	entries, err := os.ReadDir(e.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name, _, _ := strings.Cut(entry.Name(), ".")
		if kept[name] || strings.HasSuffix(entry.Name(), ".part") {
			continue
		}
		if fileTells(ctx, filepath.Join(e.dir, name), hers) {
			errs = append(errs, e.discard(name))
		}
	}
	return errors.Join(errs...)
}

// fileTells reads an uploaded file cell by cell. One that cannot be read tells: what is in it nobody knows.
func fileTells(ctx context.Context, path string, hers Tells) bool {
	if _, err := os.Stat(path); err != nil {
		return false // taken away meanwhile, with another of its files
	}
	text, layout, err := asText(ctx, path)
	if err != nil {
		return true
	}
	sample, _, err := readSample(ctx, text)
	if err != nil {
		return true
	}
	found, err := guessLayout(sample, Options{})
	if err != nil {
		return true
	}
	found.Sheet = layout.Sheet
	reader, file, err := textFile{text, found}.open(ctx)
	if err != nil {
		return true
	}
	defer func() { _ = file.Close() }()
	for {
		record, err := reader.next()
		if err != nil {
			return !errors.Is(err, io.EOF)
		}
		if slices.ContainsFunc(record, hers) {
			return true
		}
	}
}
