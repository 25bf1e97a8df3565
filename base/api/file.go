package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/fault"
)

// FileBody is a multipart body with one part named file, embedded in the input of an operation. It is only taken hold of when
// the request comes in: the operation reads it, after the right to it has been checked.
type FileBody struct {
	body        io.Reader
	contentType string
	length      int64
}

// Resolve implements huma.Resolver.
func (b *FileBody) Resolve(ctx huma.Context) []error {
	b.body, b.contentType, b.length = ctx.BodyReader(), ctx.Header("Content-Type"), -1
	if n, err := strconv.ParseInt(ctx.Header("Content-Length"), 10, 64); err == nil {
		b.length = n
	}
	_ = ctx.SetReadDeadline(time.Time{}) // an upload takes as long as it takes; its size is bounded
	return nil
}

// aroundFile is what a multipart body may hold beside the file.
const aroundFile = 64 << 10

// File gives the name and the content of the file, of which at most most bytes may be read before a fault: too large. Faults:
// invalid, too large where the sender says so at once.
func (b *FileBody) File(most int64) (name string, content io.Reader, err error) {
	kind, params, err := mime.ParseMediaType(b.contentType)
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return "", nil, fault.Invalid("body", "multipart_form_needed")
	}
	if b.length > most+aroundFile {
		return "", nil, fault.TooLarge("file_too_large", most)
	}
	part, err := multipart.NewReader(b.body, params["boundary"]).NextPart()
	switch {
	case errors.Is(err, io.EOF):
		return "", nil, fault.Invalid("file", "required")
	case err != nil:
		return "", nil, fault.Invalid("body", "body_cut_off")
	case part.FormName() != "file":
		return "", nil, fault.Invalid("file", "required")
	}
	return part.FileName(), &bounded{part, most, most}, nil
}

// bounded ends with a fault after most bytes, and where the body ends before its part does.
type bounded struct {
	from       io.Reader
	left, most int64
}

func (r *bounded) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if r.left -= int64(n); r.left < 0 {
		return 0, fault.TooLarge("file_too_large", r.most)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fault.Invalid("body", "body_cut_off")
	}
	return n, err
}

// TakesFile writes the body of an operation whose input is a FileBody into the document.
func (a *API) TakesFile(path string) {
	a.OpenAPI().Paths[Prefix+path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {
		Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}}}}}}
}
