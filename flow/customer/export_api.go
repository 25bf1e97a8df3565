package customer

import (
	"context"
	"io"
	"mime"
	"path/filepath"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/fault"
	secret "guanxi/base/keys"
	"guanxi/base/page"
	"guanxi/guard"
)

type exportView struct {
	ID         api.ID      `json:"id"`
	Kind       string      `json:"kind" enum:"customers,orders,order_lines,products,activities"`
	Format     string      `json:"format" enum:"csv,xlsx"`
	State      string      `json:"state" enum:"queued,running,done,failed,cancelled,expired"`
	Fields     []string    `json:"fields"`
	Filter     string      `json:"filter,omitempty"`
	Orders     OrderFilter `json:"orders"`
	Reason     string      `json:"reason"`
	By         string      `json:"by"`
	Mine       bool        `json:"mine" doc:"only who asked for an export may fetch its file"`
	Total      *int64      `json:"total" doc:"what there is to go through: customers where a condition is given, else rows; null while unknown"`
	Processed  int64       `json:"processed"`
	Rows       int64       `json:"rows" doc:"written so far"`
	Shortened  int64       `json:"shortened" doc:"cells that held more than a workbook's cell can, and were cut"`
	FileName   string      `json:"file_name,omitempty"`
	Size       int64       `json:"size"`
	SHA256     string      `json:"sha256,omitempty"`
	ErrorCode  string      `json:"error_code,omitempty"`
	Downloads  int64       `json:"downloads"`
	CreatedAt  time.Time   `json:"created_at"`
	FinishedAt *time.Time  `json:"finished_at"`
	ExpiresAt  *time.Time  `json:"expires_at"`
	Version    int64       `json:"version"`
}

func (e *Export) view(ctx context.Context) exportView {
	v := exportView{ID: api.ID(e.ID), Kind: e.Kind, Format: e.Format, State: e.State, Fields: e.names(), Filter: e.Condition, Orders: e.narrowed(), Reason: e.Reason,
		By: e.ByName, Mine: e.ActorKey == guard.ActorOf(ctx).Key() && (e.State != ExportDone || e.StoredAs != ""), Processed: e.Processed, Rows: e.Written, Shortened: e.Shortened, FileName: e.FileName, Size: e.Size,
		SHA256: e.SHA256, ErrorCode: e.ErrorCode, Downloads: e.Downloads, CreatedAt: instant(e.CreatedAt), Version: e.Version}
	if e.Total >= 0 {
		v.Total = &e.Total
	}
	if e.FinishedAt != nil {
		v.FinishedAt = instantOrNull(*e.FinishedAt)
	}
	if e.ExpiresAt != nil && e.State == ExportDone {
		v.ExpiresAt = instantOrNull(*e.ExpiresAt)
	}
	return v
}

type exportOutput struct {
	ETag string `header:"ETag"`
	Body exportView
}

func exportAnswer(ctx context.Context, e Export, err error) (*exportOutput, error) {
	if err != nil {
		return nil, err
	}
	return &exportOutput{api.ETag(e.Version), e.view(ctx)}, nil
}

type exportFieldView struct {
	Name   string            `json:"name"`
	Label  map[string]string `json:"label" doc:"by language: zh-CN, en-US"`
	Group  string            `json:"group" enum:"key,profile,contact,own,figures,order,product,activity"`
	Usual  bool              `json:"usual" doc:"taken when no fields are named"`
	Masked bool              `json:"masked" doc:"you see it only in part, and so does the file"`
}

func (s *Store) registerExports(a *api.API) {
	type byID struct {
		ID api.ID `path:"id"`
	}
	api.Register(a, api.Op{Method: "GET", Path: "/exports/fields", Permission: "export", Tag: "exports", Summary: "The columns you may take out of a kind"},
		func(ctx context.Context, in *struct {
			Kind string `query:"kind" enum:"customers,orders,order_lines,products,activities" default:"customers"`
		}) (*struct{ Body page.List[exportFieldView] }, error) {
			if permission := exportKinds[in.Kind]; !guard.ActorOf(ctx).Can(permission) {
				return nil, fault.Forbidden("not_permitted", permission)
			}
			out := &struct{ Body page.List[exportFieldView] }{}
			out.Body.Items = []exportFieldView{}
			for _, f := range s.exportFields(ctx, in.Kind) {
				out.Body.Items = append(out.Body.Items, exportFieldView{f.name, map[string]string{"zh-CN": f.label.Chinese, "en-US": f.label.English}, f.group, f.usual, f.masked})
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "POST", Path: "/exports", Permission: "export", Tag: "exports", Status: 201,
		Summary: "Take out a table, for a reason that is logged; the file is there for 72 hours"},
		func(ctx context.Context, in *struct{ Body NewExport }) (*exportOutput, error) {
			e, err := s.Export(ctx, in.Body)
			return exportAnswer(ctx, e, err)
		})
	api.Register(a, api.Op{Method: "GET", Path: "/exports", Permission: "export", Tag: "exports", Summary: "Your exports, newest first; those of all for who reads the audit log"},
		func(ctx context.Context, in *struct {
			Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			Cursor string `query:"cursor"`
		}) (*struct{ Body page.List[exportView] }, error) {
			var before int64
			if err := page.DecodeCursor(in.Cursor, &before); err != nil {
				return nil, err
			}
			actor := guard.ActorOf(ctx)
			asker := actor.Key()
			if actor.Can("audit.read") {
				asker = ""
			}
			found, err := listExports(ctx, s.records.Read(), asker, before, in.Limit+1)
			if err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[exportView] }{}
			if len(found) > in.Limit {
				found = found[:in.Limit]
				out.Body.NextCursor = page.EncodeCursor(found[in.Limit-1].ID)
			}
			out.Body.Items = []exportView{}
			for i := range found {
				out.Body.Items = append(out.Body.Items, found[i].view(ctx))
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "GET", Path: "/exports/{id}", Permission: "export", Tag: "exports", Summary: "One export and how far it is"},
		func(ctx context.Context, in *byID) (*exportOutput, error) {
			e, err := s.ownExport(ctx, s.records.Read(), int64(in.ID))
			return exportAnswer(ctx, e, err)
		})
	api.Register(a, api.Op{Method: "POST", Path: "/exports/{id}/cancel", Permission: "export", Tag: "exports", Summary: "Stop an export"},
		func(ctx context.Context, in *byID) (*exportOutput, error) {
			e, err := s.CancelExport(ctx, int64(in.ID))
			return exportAnswer(ctx, e, err)
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/exports/{id}", Permission: "export", Tag: "exports", Summary: "Take the file of an export away; that it was made stays known"},
		func(ctx context.Context, in *byID) (*exportOutput, error) {
			e, err := s.DropExport(ctx, int64(in.ID))
			return exportAnswer(ctx, e, err)
		})
	api.Register(a, api.Op{Method: "GET", Path: "/exports/{id}/file", Permission: "export", Tag: "exports", Summary: "The file, for who asked for it; each time is logged"},
		func(ctx context.Context, in *byID) (*huma.StreamResponse, error) {
			return s.fetchExport(ctx, int64(in.ID))
		})
}

// fetchExport gives the file to who asked for it. Faults: not found, conflict.
func (s *Store) fetchExport(ctx context.Context, id int64) (*huma.StreamResponse, error) {
	var e Export
	if err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if e, err = findExport(ctx, tx, id); err != nil {
			return err
		}
		actor := guard.ActorOf(ctx)
		if e.ActorKey != actor.Key() || !actor.Can(exportKinds[e.Kind]) {
			return fault.NotFound("export", id)
		}
		if e.State != ExportDone || e.StoredAs == "" {
			return fault.Conflict("export_has_no_file")
		}
		if _, err := tx.Do(ctx, "update exports set downloads = downloads + 1, version = version + 1 where id = ?", id); err != nil {
			return err
		}
		return auditExport(ctx, tx, "export.fetched", &e, map[string]any{"kind": e.Kind, "rows": e.Written, "reason": e.Reason})
	}); err != nil {
		return nil, err
	}
	file, err := secret.OpenFile(ctx, filepath.Join(s.exportDir, e.StoredAs))
	if err != nil {
		return nil, &fault.Error{Kind: fault.KindConflict, Key: "export_has_no_file", Cause: err}
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer file.Close()
		hc.SetHeader("Content-Type", map[string]string{"csv": "text/csv; charset=utf-8"}[e.Format])
		if e.Format == "xlsx" {
			hc.SetHeader("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		}
		hc.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.FileName}))
		hc.SetHeader("Content-Length", strconv.FormatInt(e.Size, 10))
		hc.SetHeader("Cache-Control", "no-store")
		if _, err := io.Copy(hc.BodyWriter(), file); err != nil {
			api.Log(ctx).Error("the file of an export was cut off", "export", e.ID, "error", err)
		}
	}}, nil
}
