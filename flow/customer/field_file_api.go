package customer

import (
	"context"
	"io"
	"mime"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/guard"
)

// UploadFile keeps a file for a customer who is not there yet; whoever uploaded it can put it into the field within a day.
// Faults: not found, forbidden, invalid, too large, unavailable.
func (s *Store) UploadFile(ctx context.Context, key string, body *api.FileBody) (told fileTold, err error) {
	own, err := fileField(ctx, key, true)
	if err != nil {
		return told, err
	}
	row, err := s.receive(ctx, own, body)
	if err != nil {
		return told, err
	}
	if err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return addFile(ctx, tx, &row) }); err == nil {
		told, err = s.fileTold(ctx, &row)
	} else {
		s.forsake(ctx, row)
	}
	return told, err
}

// AddFile puts a file into a field of a customer; where the field takes one only, in the place of the one that is there. It is
// safe on the disk before a row speaks of it, and the row is committed before this returns. Faults: not found, stale,
// forbidden, invalid, too large, unavailable.
func (s *Store) AddFile(ctx context.Context, id int64, key, ifMatch string, body *api.FileBody) error {
	c, own, err := s.fileFieldOf(ctx, id, key, true)
	if err != nil {
		return err
	}
	rules := own.Files.Settled()
	switch {
	case !own.For(c.Kind):
		return fault.Invalid("file", "field_not_for_kind")
	case rules.Multiple && len(heldFiles(ctx, &c.Customer, key)) >= rules.Most:
		return fault.Invalid("file", "too_many_files", rules.Most)
	}
	if err := matches(ifMatch, c.Version); err != nil {
		return err
	}
	row, err := s.receive(ctx, own, body)
	if err != nil {
		return err
	}
	told, err := s.fileTold(ctx, &row)
	if err == nil {
		err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := addFile(ctx, tx, &row); err != nil {
				return err
			}
			told.ID = itemNumber(row.ID)
			return s.changeFiles(ctx, tx, id, ifMatch, "customer.file_added", key, func(now fileList) (fileList, error) {
				switch {
				case !rules.Multiple:
					return fileList{told}, nil
				case len(now) >= rules.Most:
					return nil, fault.Invalid("file", "too_many_files", rules.Most)
				}
				return append(now, told), nil
			})
		})
	}
	if err != nil {
		s.forsake(ctx, row)
	}
	return err
}

func (s *Store) receive(ctx context.Context, own *field.Field, body *api.FileBody) (row fieldFile, err error) {
	name, content, err := body.File(own.Files.Settled().MaxSize)
	if err != nil {
		return row, err
	}
	return s.writeFile(ctx, own, name, content)
}

func addFile(ctx context.Context, tx *db.Tx, row *fieldFile) (err error) {
	if row.ID, err = tx.NextID(ctx, "field_files"); err != nil {
		return err
	}
	_, err = tx.Do(ctx, "insert into field_files (id, stored_as, field, customer_id, size, actor, added_at) values (?, ?, ?, ?, ?, ?, ?)",
		row.ID, row.StoredAs, row.Field, row.CustomerID, row.Size, row.Actor, row.AddedAt)
	return err
}

// forsake takes the content of a file away whose row was not committed. When that is not known, the sweep finds it.
func (s *Store) forsake(ctx context.Context, row fieldFile) {
	var rows []int64
	if err := s.records.Read().NewRaw("select id from field_files where stored_as = ?", row.StoredAs).Scan(context.WithoutCancel(ctx), &rows); err != nil || len(rows) > 0 {
		return
	}
	if err := s.dropFiles([]string{row.StoredAs}); err != nil {
		api.Log(ctx).Error("a file nobody speaks of was not removed; the next sweep tries again", "error", err)
	}
}

// RemoveFile takes a file out of a field; RestoreFile puts it back within thirty days. Faults: not found, stale, forbidden,
// invalid where a stage of life requires it.
func (s *Store) RemoveFile(ctx context.Context, id int64, key, ifMatch string, file int64) error {
	if _, _, err := s.fileFieldOf(ctx, id, key, true); err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.changeFiles(ctx, tx, id, ifMatch, "customer.file_removed", key, func(now fileList) (fileList, error) {
			left := slices.DeleteFunc(slices.Clone(now), func(f fileTold) bool { return f.ID == itemNumber(file) })
			if len(left) == len(now) {
				return nil, fault.NotFound("file", file)
			}
			return left, nil
		})
	})
}

// RestoreFile is the reverse of RemoveFile. Faults: as there, and where the field is full.
func (s *Store) RestoreFile(ctx context.Context, id int64, key, ifMatch string, file int64) error {
	_, own, err := s.fileFieldOf(ctx, id, key, true)
	if err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.changeFiles(ctx, tx, id, ifMatch, "customer.file_restored", key, func(now fileList) (fileList, error) {
			if slices.ContainsFunc(now, func(f fileTold) bool { return f.ID == itemNumber(file) }) {
				return now, nil
			}
			if most := own.Files.Settled().Most; len(now) >= most {
				return nil, fault.Invalid("file", "too_many_files", most)
			}
			told, err := s.offered(ctx, tx, &Customer{ID: id}, key, file)
			return append(now, told), err
		})
	})
}

// ReadFile opens a file of a customer's for who may see the field; of a sensitive one each time is noted in the audit log.
// Faults: not found, forbidden, unavailable.
func (s *Store) ReadFile(ctx context.Context, id int64, key string, file int64) (told fileTold, content io.ReadCloser, err error) {
	c, own, err := s.fileFieldOf(ctx, id, key, false)
	if err != nil {
		return told, nil, err
	}
	var rows []fieldFile
	if heldFiles(ctx, &c.Customer, key).ids()[file] {
		if err := s.records.Ask(ctx, &rows, "select "+fieldFileColumns+" from field_files where id = ? and field = ?", file, key); err != nil {
			return told, nil, err
		}
	}
	if len(rows) == 0 {
		return told, nil, fault.NotFound("file", file)
	}
	if told, content, err = s.openFile(ctx, &rows[0]); err != nil || !own.Sealed() {
		return told, content, err
	}
	if err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return guard.Audit(ctx, tx, "customer.file_read", "customer", itemNumber(id), map[string]any{"field": customPrefix + key, "file": itemNumber(file)})
	}); err != nil {
		_ = content.Close()
	}
	return told, content, err
}

// FileOfField names a file of a field of a customer in a path.
type FileOfField struct {
	Addressed
	Key  string `path:"key"`
	File api.ID `path:"file"`
}

func (s *Store) registerFieldFiles(a *api.API) {
	type told struct{ Body fileTold }
	const upload, ofCustomer = "/customer-fields/{key}/files", "/customers/{id}/fields/{key}/files"
	api.Register(a, api.Op{Method: "POST", Path: upload, Permission: "customers.write", Tag: "fields", Status: 201, MaxBody: field.LargestFile + 1<<20,
		Summary: "Upload a file for a customer who is not there yet; its id goes into custom when she is made, within a day"},
		func(ctx context.Context, in *struct {
			Key string `path:"key"`
			api.FileBody
		}) (*told, error) {
			file, err := s.UploadFile(ctx, in.Key, &in.FileBody)
			return &told{file}, err
		})
	a.TakesFile(upload)
	api.Register(a, api.Op{Method: "POST", Path: ofCustomer, Permission: "customers.write", Tag: "fields", Status: 201, MaxBody: field.LargestFile + 1<<20,
		Summary: "Put a file into a field of a customer; what the field takes is checked by the ending of the name and by the content"},
		func(ctx context.Context, in *struct {
			Addressed
			Key string `path:"key"`
			api.FileBody
		}) (*customerOutput, error) {
			if err := s.AddFile(ctx, int64(in.ID), in.Key, in.IfMatch, &in.FileBody); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})
	a.TakesFile(ofCustomer)
	api.Register(a, api.Op{Method: "GET", Path: ofCustomer + "/{file}", Permission: "customers.read", Tag: "fields",
		Summary: "A file of a customer, always as a download; of a sensitive field each time is logged"},
		func(ctx context.Context, in *FileOfField) (*huma.StreamResponse, error) {
			file, content, err := s.ReadFile(ctx, int64(in.ID), in.Key, int64(in.File))
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) { sendFile(hc, file, content) }}, nil
		})
	api.Register(a, api.Op{Method: "DELETE", Path: ofCustomer + "/{file}", Permission: "customers.write", Tag: "fields", Status: 200,
		Summary: "Take a file out of a field; it can be put back within thirty days"},
		func(ctx context.Context, in *FileOfField) (*customerOutput, error) {
			if err := s.RemoveFile(ctx, int64(in.ID), in.Key, in.IfMatch, int64(in.File)); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})
	api.Register(a, api.Op{Method: "POST", Path: ofCustomer + "/{file}/restore", Permission: "customers.write", Tag: "fields", Status: 200,
		Summary: "Put a file back that was taken out of a field"},
		func(ctx context.Context, in *FileOfField) (*customerOutput, error) {
			if err := s.RestoreFile(ctx, int64(in.ID), in.Key, in.IfMatch, int64(in.File)); err != nil {
				return nil, err
			}
			return s.output(ctx, int64(in.ID))
		})
}

// sendFile gives a file so that no browser opens it by itself, or takes it for something else than it is.
func sendFile(hc huma.Context, file fileTold, content io.ReadCloser) {
	defer content.Close()
	kind := file.Type
	if field.ActiveType(kind) {
		kind = "application/octet-stream"
	}
	hc.SetHeader("Content-Type", kind)
	hc.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	hc.SetHeader("Content-Length", strconv.FormatInt(file.Size, 10))
	hc.SetHeader("X-Content-Type-Options", "nosniff")
	hc.SetHeader("Content-Security-Policy", "default-src 'none'; sandbox")
	hc.SetHeader("Cache-Control", "private, no-store")
	if _, err := io.Copy(hc.BodyWriter(), content); err != nil {
		api.Log(hc.Context()).Error("a file of a customer was cut off", "file", file.ID, "error", err)
	}
}
