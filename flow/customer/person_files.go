package customer

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/field"
)

// personFile is a file that is held about her, also one that was taken out of its field and can still be put back.
type personFile struct {
	ID    api.ID    `json:"id"`
	Field string    `json:"field"`
	Name  string    `json:"name"`
	Type  string    `json:"type"`
	Size  int64     `json:"size"`
	At    time.Time `json:"at"`
	Held  bool      `json:"held" doc:"false: taken out of its field, and soon gone"`
	Path  string    `json:"path" doc:"where it lies in the archive"`

	row fieldFile
}

// filesAbout gives the files that are held about the customers of a person.
func (s *Store) filesAbout(ctx context.Context, p *person) ([]personFile, error) {
	held := map[int64]bool{0: true}
	for i := range p.customers {
		for key := range customFields(p.customers[i].Custom) {
			for id := range heldFiles(ctx, &p.customers[i], key).ids() {
				held[id] = true
			}
		}
	}
	ids := make([]int64, 0, len(held))
	for id := range held {
		ids = append(ids, id)
	}
	var rows []fieldFile
	if err := s.records.Read().NewRaw("select "+fieldFileColumns+" from field_files where customer_id in (?) or id in (?) order by id", bun.List(p.ids), bun.List(ids)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	files := make([]personFile, 0, len(rows))
	for _, row := range rows {
		told, err := s.fileTold(ctx, &row)
		if err != nil {
			return nil, err
		}
		files = append(files, personFile{ID: api.ID(row.ID), Field: customPrefix + row.Field, Name: told.Name, Type: told.Type, Size: row.Size, At: told.At,
			Held: held[row.ID], Path: "files/" + told.ID + "-" + told.Name, row: row})
	}
	return files, nil
}

// withoutGivers takes the names of staff out of what she is given.
func withoutGivers(ctx context.Context, p *person) {
	strip := func(kept any) (any, bool) {
		files := filesOf(kept)
		for i := range files {
			files[i].By = ""
		}
		return fileList(files).value(), files != nil
	}
	for i := range p.customers {
		fields := customFields(p.customers[i].Custom)
		for key, kept := range fields {
			if bare, are := strip(kept); are {
				fields[key] = bare
			}
		}
		p.customers[i].Custom = customText(fields)
	}
	for i := range p.history {
		own, known := field.Of(ctx).Find(strings.TrimPrefix(p.history[i].Field, customPrefix))
		if !known || !isFile(own) {
			continue
		}
		for _, side := range []*string{&p.history[i].Before, &p.history[i].After} {
			if bare, are := strip(kept(*side)); are {
				*side = valueText(bare)
			}
		}
	}
}

func kept(text string) (value any) {
	_ = json.Unmarshal([]byte(text), &value)
	return value
}

// registerPersonArchive adds the operation that gives her data with her files.
func (s *Store) registerPersonArchive(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/customers/{id}/personal-data/archive", Permission: "customers.disclose", Tag: "customers",
		Summary: "Everything held about one customer with the files themselves, as a ZIP to hand to her; with a reason, and logged"},
		func(ctx context.Context, in *struct {
			ID     api.ID `path:"id"`
			Reason string `query:"reason" maxLength:"500" doc:"required; goes into the audit log"`
		}) (*huma.StreamResponse, error) {
			data, err := s.PersonalData(ctx, int64(in.ID), in.Reason)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				hc.SetHeader("Content-Type", "application/zip")
				hc.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "personal-data-" + strconv.FormatInt(int64(in.ID), 10) + ".zip"}))
				hc.SetHeader("X-Content-Type-Options", "nosniff")
				hc.SetHeader("Cache-Control", "no-store")
				if err := s.archive(ctx, hc.BodyWriter(), data); err != nil {
					api.Log(ctx).Error("the archive of a person was cut off", "customer", in.ID, "error", err)
				}
			}}, nil
		})
}

// archive writes what is held as JSON, and the files beside it.
func (s *Store) archive(ctx context.Context, to io.Writer, data *personalData) error {
	z := zip.NewWriter(to)
	text, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return err
	}
	for _, f := range slices.Concat([]personFile{{Path: "personal-data.json", At: data.MadeAt}}, data.Files) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.Path, Method: zip.Deflate, Modified: f.At})
		if err != nil {
			return err
		}
		if f.ID == 0 {
			if _, err := w.Write(text); err != nil {
				return err
			}
			continue
		}
		_, content, err := s.openFile(ctx, &f.row)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, content)
		if err := errors.Join(err, content.Close()); err != nil {
			return err
		}
	}
	return z.Close()
}
