package collect

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/api"
	"guanxi/base/fault"
)

// uploadInput is a multipart body that is read as it comes: files may be larger than memory, and than /tmp. The body
// is only taken hold of here; it is read by the operation, after the right to it has been checked.
type uploadInput struct {
	body        io.Reader
	contentType string
	length      int64
}

// Resolve implements huma.Resolver.
func (in *uploadInput) Resolve(ctx huma.Context) []error {
	in.body, in.contentType, in.length = ctx.BodyReader(), ctx.Header("Content-Type"), -1
	if n, err := strconv.ParseInt(ctx.Header("Content-Length"), 10, 64); err == nil {
		in.length = n
	}
	_ = ctx.SetReadDeadline(time.Time{}) // an upload takes as long as it takes; its size is bounded
	return nil
}

// upload is a parsed body: the stored file, if one came, and the other parts.
type upload struct {
	stored *Stored
	parts  map[string]string
}

const maxPartBytes = 1 << 20

// read stores the part named file and keeps the parts named in allowed; others are refused. Faults: invalid, too
// large, unavailable (disk full).
func (in *uploadInput) read(ctx context.Context, e *Engine, allowed ...string) (u upload, err error) {
	kind, params, err := mime.ParseMediaType(in.contentType)
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return u, fault.Invalid("body", "multipart_form_needed")
	}
	if in.length > e.maxBytes+4*maxPartBytes {
		return u, fault.TooLarge("file_too_large", e.maxBytes)
	}
	defer func() {
		if err != nil && u.stored != nil {
			err = errors.Join(err, e.discard(u.stored.StoredAs))
		}
	}()
	u.parts = map[string]string{}
	reader := multipart.NewReader(in.body, params["boundary"])
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return u, nil
		}
		if err != nil {
			return u, fault.Invalid("body", "body_cut_off")
		}
		if err := in.readPart(ctx, e, &u, part, allowed); err != nil {
			return u, err
		}
	}
}

func (in *uploadInput) readPart(ctx context.Context, e *Engine, u *upload, part *multipart.Part, allowed []string) error {
	name := part.FormName()
	if name == "file" {
		if u.stored != nil {
			return fault.Invalid("file", "given_twice")
		}
		stored, err := e.store(ctx, cutOff{part}, part.FileName(), in.length)
		if err != nil {
			return err
		}
		u.stored = &stored
		return nil
	}
	known := false
	for _, a := range allowed {
		known = known || a == name
	}
	if _, twice := u.parts[name]; !known || twice {
		return fault.Invalid(clip(name, 100), map[bool]string{true: "given_twice", false: "unknown_field"}[known])
	}
	text, err := io.ReadAll(io.LimitReader(part, maxPartBytes+1))
	if err != nil {
		return fault.Invalid("body", "body_cut_off")
	}
	if len(text) > maxPartBytes {
		return fault.TooLarge("part_too_large", maxPartBytes)
	}
	u.parts[name] = string(text)
	return nil
}

// cutOff names a body that ends before its part does.
type cutOff struct{ r io.Reader }

func (c cutOff) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fault.Invalid("body", "body_cut_off")
	}
	return n, err
}

// describeUpload writes the multipart body of an operation into the OpenAPI document.
func describeUpload(a *api.API, path string, required []string, fields map[string]string) {
	schema := &huma.Schema{Type: huma.TypeObject, Required: required, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	for name, description := range fields {
		s := &huma.Schema{Type: huma.TypeString, Description: description}
		if name == "file" {
			s.Format = "binary"
		}
		schema.Properties[name] = s
	}
	a.OpenAPI().Paths[api.Prefix+path].Post.RequestBody = &huma.RequestBody{Required: true,
		Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: schema}}}
}
