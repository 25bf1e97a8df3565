package served

import (
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"os"
	"path/filepath"
	"time"
)

// Import is an import as the program tells of it.
type Import struct {
	ID                                                       string
	State                                                    string
	Total, Created, Updated, Unchanged, Rejected, Duplicates int64
	Findings                                                 int64
}

// Ended says whether the import will not change any more.
func (i Import) Ended() bool { return i.State != "queued" && i.State != "running" }

// Upload sends a file with the given form fields (kind, mapping, mode) and does not wait for the import.
func (s *Server) Upload(ctx context.Context, path string, fields map[string]string) (i Import, err error) {
	file, err := os.Open(path)
	if err != nil {
		return i, err
	}
	defer file.Close()
	reader, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() { _ = writer.CloseWithError(writeForm(form, file, fields)) }()
	err = s.send(ctx, "POST", "/imports", form.FormDataContentType(), reader, &i)
	return i, err
}

func writeForm(form *multipart.Writer, file *os.File, fields map[string]string) error {
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			return err
		}
	}
	part, err := form.CreateFormFile("file", filepath.Base(file.Name()))
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, file); err != nil {
		return err
	}
	return form.Close()
}

// Import uploads a file and waits until it has been taken in.
func (s *Server) Import(ctx context.Context, path string, fields map[string]string) (Import, error) {
	i, err := s.Upload(ctx, path, fields)
	for err == nil && !i.Ended() {
		time.Sleep(50 * time.Millisecond)
		i, err = s.FindImport(ctx, i.ID)
	}
	if err == nil && i.State != "done" {
		err = fmt.Errorf("the import is %s", i.State)
	}
	return i, err
}

// FindImport asks how an import stands.
func (s *Server) FindImport(ctx context.Context, id string) (i Import, err error) {
	err = s.Call(ctx, "GET", "/imports/"+id, nil, &i)
	return i, err
}
