package collect

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/base/sheet"
	"guanxi/base/workspace"
	"guanxi/guard/mails"
)

// RegisterAPI adds the operations of imports, findings and sources.
func (e *Engine) RegisterAPI(a *api.API) {
	e.registerInspect(a)
	e.registerMappings(a)
	e.registerImports(a)
	e.registerTurnBack(a)
	e.registerErrors(a)
	e.registerFindings(a)
}

type importOutput struct {
	ETag string `header:"ETag"`
	Body importView
}

func (e *Engine) output(ctx context.Context, i Import) (*importOutput, error) {
	v, err := e.fullView(ctx, i)
	return &importOutput{ETag: api.ETag(i.Version), Body: v}, err
}

func (e *Engine) registerImports(a *api.API) {
	api.Register(a, api.Op{Method: "POST", Path: "/imports", Permission: "imports.write", Tag: "imports", Status: 201, MaxBody: e.maxBytes,
		Summary: "Bring in a file"},
		func(ctx context.Context, in *uploadInput) (*importOutput, error) {
			u, err := in.read(ctx, e, "kind", "mapping", "mode", "dry_run", "upload_id", "notify")
			if err != nil {
				return nil, err
			}
			imp, err := e.createFrom(ctx, u)
			if err != nil {
				if u.stored != nil {
					err = joinDiscard(err, e.discard(u.stored.StoredAs))
				}
				return nil, err
			}
			return e.output(ctx, imp)
		})
	describeUpload(a, "/imports", []string{"kind"}, map[string]string{
		"file": "CSV (also gzipped) or XLSX; or give upload_id", "upload_id": "of POST /imports/inspect, instead of file",
		"kind": "customers, relations, orders, order_lines, products", "mapping": "JSON: columns, constants, options; columns are guessed from the headers when absent",
		"mode": "create, update or upsert (default)", "dry_run": "true: count what would happen, change nothing",
		"notify": "who is told by mail how it ended: me, or ids of staff, with commas between"})

	api.Register(a, api.Op{Method: "GET", Path: "/imports", Permission: "imports.read", Tag: "imports", Summary: "Imports, newest first"},
		func(ctx context.Context, in *struct {
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
			Total  bool   `query:"total"`
		}) (*struct{ Body page.List[importView] }, error) {
			var before int64
			if err := page.DecodeCursor(in.Cursor, &before); err != nil {
				return nil, err
			}
			imports, err := e.listImports(ctx, before, in.Limit+1)
			if err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[importView] }{}
			if len(imports) > in.Limit {
				imports = imports[:in.Limit]
				out.Body.NextCursor = page.EncodeCursor(imports[in.Limit-1].ID)
			}
			if in.Total {
				out.Body.Total = new(int64)
				if err := e.records.Read().NewRaw("select count(*) from imports").Scan(ctx, out.Body.Total); err != nil {
					return nil, err
				}
			}
			out.Body.Items, err = e.views(ctx, imports)
			return out, err
		})

	api.Register(a, api.Op{Method: "GET", Path: "/imports/{id}", Permission: "imports.read", Tag: "imports",
		Summary: "One import: progress, counts, what was rejected, found and corrected"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*importOutput, error) {
			imp, err := e.Find(ctx, int64(in.ID))
			if err != nil {
				return nil, err
			}
			return e.output(ctx, imp)
		})
}

// createFrom makes an import of what was uploaded, now or before.
func (e *Engine) createFrom(ctx context.Context, u upload) (Import, error) {
	n := NewImport{Kind: u.parts["kind"], Mode: Mode(u.parts["mode"])}
	var err error
	if n.Mapping, err = ParseMapping(u.parts["mapping"]); err != nil {
		return Import{}, err
	}
	if text := u.parts["dry_run"]; text != "" {
		if n.DryRun, err = strconv.ParseBool(text); err != nil {
			return Import{}, fault.Invalid("dry_run", "not_one_of", "true, false")
		}
	}
	if text := u.parts["notify"]; text != "" {
		if n.ReportTo, err = mails.Recipients(ctx, e.records.Read(), "notify", strings.Split(text, ",")); err != nil {
			return Import{}, err
		}
	}
	uploadID := u.parts["upload_id"]
	switch {
	case u.stored != nil && uploadID != "":
		return Import{}, fault.Invalid("upload_id", "file_or_upload_id")
	case u.stored != nil:
		return e.create(ctx, *u.stored, n, true)
	case uploadID != "":
		stored, err := e.claim(ctx, uploadID)
		if err != nil {
			return Import{}, err
		}
		return e.create(ctx, stored, n, true)
	}
	return Import{}, fault.Invalid("file", "required")
}

func (e *Engine) registerTurnBack(a *api.API) {
	type input struct {
		ID      api.ID `path:"id"`
		IfMatch string `header:"If-Match"`
	}
	for path, turn := range map[string]func(context.Context, int64) (Import, error){"cancel": e.Cancel, "undo": e.Undo} {
		api.Register(a, api.Op{Method: "POST", Path: "/imports/{id}/" + path, Permission: "imports.write", Tag: "imports",
			Summary: map[string]string{"cancel": "Stop an import and take back what it has brought in", "undo": "Take back a finished import"}[path]},
			func(ctx context.Context, in *input) (*importOutput, error) {
				if path == "undo" && in.IfMatch != "" { // a running import changes all the time, a finished one does not
					if imp, err := e.Find(ctx, int64(in.ID)); err != nil || api.ETag(imp.Version) != in.IfMatch {
						return nil, cmp.Or(err, error(fault.Stale()))
					}
				}
				imp, err := turn(ctx, int64(in.ID))
				if err != nil {
					return nil, err
				}
				return e.output(ctx, imp)
			})
	}
}

func (e *Engine) registerErrors(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/imports/{id}/errors.csv", Permission: "imports.read", Tag: "imports",
		Summary: "The rejected rows with their reasons, as CSV that can be mended and imported again"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*huma.StreamResponse, error) {
			imp, err := e.Find(ctx, int64(in.ID))
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				hc.SetHeader("Content-Type", "text/csv; charset=utf-8")
				hc.SetHeader("Content-Disposition", `attachment; filename="import-`+strconv.FormatInt(imp.ID, 10)+`-errors.csv"`)
				if err := e.writeErrors(ctx, &imp, hc.BodyWriter()); err != nil {
					api.Log(ctx).Error("errors.csv was cut off", "import", imp.ID, "error", err)
				}
			}}, nil
		})
}

// writeErrors writes the rejected rows in the columns of their file, then row number, reason, field and value. The
// byte-order mark is for spreadsheets, which otherwise take it for the local encoding.
func (e *Engine) writeErrors(ctx context.Context, i *Import, to io.Writer) error {
	buffered := bufio.NewWriter(to)
	_, _ = buffered.WriteString("\ufeff")
	w := csv.NewWriter(buffered)
	headers, language := i.Detected().Headers, workspace.Of(ctx).Language
	mask := e.maskFor(ctx, i)
	if err := w.Write(safeCells(append(slices.Clone(headers), "import_row", "import_error", "import_reason", "import_field", "import_value"))); err != nil {
		return err
	}
	last := int64(0)
	for {
		var rows []rejectRow
		if err := e.records.Read().NewRaw(`
select row_number, code, field, value, raw
from import_rejects
where import_id = ? and row_number > ?
order by row_number
limit 1000`, i.ID, last).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			cells := mask.row(r.Raw)
			for len(cells) < len(headers) {
				cells = append(cells, "")
			}
			cells = append(cells[:len(headers)], strconv.FormatInt(r.RowNumber, 10), r.Code, reasons.In(r.Code, language), r.Field, mask.value(r.Field, r.Value))
			if err := w.Write(safeCells(cells)); err != nil {
				return err
			}
			last = r.RowNumber
		}
		if len(rows) == 0 {
			w.Flush()
			if err := w.Error(); err != nil {
				return err
			}
			return buffered.Flush()
		}
	}
}

// safeCells keeps spreadsheets from running cells as formulas; our own importer reads them as they were.
func safeCells(cells []string) []string {
	for i, cell := range cells {
		cells[i] = sheet.Safe(cell)
	}
	return cells
}

func sortByCount[T any](items []T, key func(T) (int64, string)) {
	slices.SortFunc(items, func(a, b T) int {
		n, s := key(a)
		m, t := key(b)
		return cmp.Or(cmp.Compare(m, n), cmp.Compare(s, t))
	})
}
