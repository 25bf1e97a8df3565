package collect

import (
	"context"
	"errors"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/api"
	"guanxi/base/fault"
)

// uploadInput is the body of an upload.
type uploadInput struct{ api.Multipart }

// upload is a parsed body: the stored file, if one came, and the other parts.
type upload struct {
	stored *Stored
	parts  map[string]string
}

const maxPartBytes = 1 << 20

// read stores the part named file and keeps the parts named in allowed; others are refused. Faults: invalid, too
// large, unavailable (disk full).
func (in *uploadInput) read(ctx context.Context, e *Engine, allowed ...string) (u upload, err error) {
	parts, err := in.Parts(e.maxBytes, 4*maxPartBytes)
	if err != nil {
		return u, err
	}
	defer func() {
		if err != nil && u.stored != nil {
			err = errors.Join(err, e.discard(u.stored.StoredAs))
		}
	}()
	u.parts = map[string]string{}
	for {
		part, err := parts.Next()
		if errors.Is(err, io.EOF) {
			return u, nil
		}
		if err != nil {
			return u, err
		}
		if err := in.readPart(ctx, e, &u, part, allowed); err != nil {
			return u, err
		}
	}
}

func (in *uploadInput) readPart(ctx context.Context, e *Engine, u *upload, part *api.Part, allowed []string) error {
	name := part.FormName()
	if name == "file" {
		if u.stored != nil {
			return fault.Invalid("file", "given_twice")
		}
		stored, err := e.store(ctx, part, part.FileName(), in.Length())
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
		return err
	}
	if len(text) > maxPartBytes {
		return fault.TooLarge("part_too_large", maxPartBytes)
	}
	u.parts[name] = string(text)
	return nil
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
