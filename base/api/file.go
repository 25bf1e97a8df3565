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

// Multipart is a multipart body that is read as it comes: files may be larger than memory, and than /tmp. It is embedded in the
// input of an operation and only taken hold of when the request comes in: the operation reads it, after the right to it has been
// checked.
type Multipart struct {
	body        io.Reader
	contentType string
	length      int64
}

// Resolve implements huma.Resolver.
func (m *Multipart) Resolve(ctx huma.Context) []error {
	m.body, m.contentType, m.length = ctx.BodyReader(), ctx.Header("Content-Type"), -1
	if n, err := strconv.ParseInt(ctx.Header("Content-Length"), 10, 64); err == nil {
		m.length = n
	}
	_ = ctx.SetReadDeadline(time.Time{}) // an upload takes as long as it takes; its size is bounded
	return nil
}

// Length is how many bytes the sender says there are, and -1 where nothing is said.
func (m *Multipart) Length() int64 { return m.length }

// Parts begins to read the parts of a body whose file has at most file bytes and all around it at most around. Faults: invalid,
// too large where the sender says so at once.
func (m *Multipart) Parts(file, around int64) (*Parts, error) {
	kind, params, err := mime.ParseMediaType(m.contentType)
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, fault.Invalid("body", "multipart_form_needed")
	}
	if m.length > file+around {
		return nil, fault.TooLarge("file_too_large", file)
	}
	return &Parts{multipart.NewReader(m.body, params["boundary"])}, nil
}

// Parts are the parts of a body, one after the other.
type Parts struct{ from *multipart.Reader }

// Next gives the next part, and io.EOF after the last. Fault: invalid.
func (p *Parts) Next() (*Part, error) {
	part, err := p.from.NextPart()
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, fault.Invalid("body", "body_cut_off")
	}
	return &Part{part}, nil
}

// Part is a part that names a body which ends before the part does.
type Part struct{ *multipart.Part }

func (p *Part) Read(to []byte) (int, error) {
	n, err := p.Part.Read(to)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fault.Invalid("body", "body_cut_off")
	}
	return n, err
}

// FileBody is a multipart body with one part named file, embedded in the input of an operation.
type FileBody struct{ Multipart }

// aroundFile is what a multipart body may hold beside the file.
const aroundFile = 64 << 10

// File gives the name and the content of the file, of which at most most bytes may be read before a fault: too large. Faults:
// invalid, too large where the sender says so at once.
func (b *FileBody) File(most int64) (name string, content io.Reader, err error) {
	parts, err := b.Parts(most, aroundFile)
	if err != nil {
		return "", nil, err
	}
	part, err := parts.Next()
	switch {
	case errors.Is(err, io.EOF), err == nil && part.FormName() != "file":
		return "", nil, fault.Invalid("file", "required")
	case err != nil:
		return "", nil, err
	}
	return part.FileName(), &bounded{part, most, most}, nil
}

// bounded ends with a fault after most bytes.
type bounded struct {
	from       io.Reader
	left, most int64
}

func (r *bounded) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if r.left -= int64(n); r.left < 0 {
		return 0, fault.TooLarge("file_too_large", r.most)
	}
	return n, err
}

// TakesFile writes the body of an operation whose input is a FileBody into the document.
func (a *API) TakesFile(path string) {
	a.OpenAPI().Paths[Prefix+path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {
		Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}}}}}}
}
