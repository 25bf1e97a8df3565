// Package api serves typed operations. An operation is data plus a plain function: its path, the permission it needs
// and the function are registered together, and decoding, rights, errors and the OpenAPI document happen once, here.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"guanxi/base/fault"
)

// Public is the permission of an operation that needs no sign-in. It must be written out; the empty permission is
// refused at registration.
const Public = "public"

// Prefix stands before every operation's path.
const Prefix = "/api/v1"

// Op describes one operation.
type Op struct {
	Method     string // GET, POST, PATCH, PUT, DELETE
	Path       string // under Prefix, for example /customers/{id}
	Permission string // what the actor must hold, for example customers.read; or Public
	Summary    string
	Tag        string
	Status     int   // of success; 200, or 204 without a body, when 0
	MaxBody    int64 // bytes; 1 MiB when 0
	Timeout    time.Duration
}

// Options join the kit to what stands above it.
type Options struct {
	Title   string
	Version string
	// Authorize says whether the actor of ctx holds the permission; a fault of kind unauthenticated or forbidden if not.
	Authorize func(ctx context.Context, permission string) error
}

// API is where operations are registered.
type API struct {
	huma      huma.API
	authorize func(ctx context.Context, permission string) error
	ops       []Op
}

// New gives an API on router. The document is served at /openapi.json and read in the browser at /docs.
func New(router chi.Router, o Options) *API {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return problemOf(status, message, errs)
	}
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return problemOf(status, message, errs)
	}
	config := huma.DefaultConfig(o.Title, o.Version)
	config.CreateHooks = nil // no $schema members and Link headers in answers
	config.DocsPath, config.SchemasPath = "", ""
	config.RejectUnknownQueryParameters = true
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaNames())
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token":   {Type: "http", Scheme: "bearer"},
		"session": {Type: "apiKey", In: "cookie", Name: "__Host-guanxi"},
	}
	config.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	return &API{huma: humachi.New(router, config), authorize: o.Authorize}
}

// schemaNames names types in the document as they are named in Go; where two packages use one name, the later one
// has its package's name in front.
func schemaNames() func(t reflect.Type, hint string) string {
	owners := map[string]reflect.Type{}
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		name := huma.DefaultSchemaNamer(t, hint)
		if owner, taken := owners[name]; taken && owner != t {
			parts := strings.Split(t.PkgPath(), "/")
			stage := parts[len(parts)-1]
			name = strings.ToUpper(stage[:min(1, len(stage))]) + stage[min(1, len(stage)):] + name
		}
		owners[name] = t
		return name
	}
}

// Answered is what an operation answers that only has a body.
type Answered[T any] struct{ Body *T }

// Answer gives body as the answer of an operation, or the fault.
func Answer[T any](body *T, err error) (*Answered[T], error) {
	if err != nil {
		return nil, err
	}
	return &Answered[T]{body}, nil
}

// Register adds an operation. It panics when the operation names no permission: nobody can forget the guard.
func Register[I, O any](a *API, op Op, fn func(context.Context, *I) (*O, error)) {
	if op.Permission == "" {
		panic(fmt.Sprintf("operation %s %s names no permission", op.Method, op.Path))
	}
	operation := huma.Operation{
		OperationID: operationID(op), Method: op.Method, Path: Prefix + op.Path, Summary: op.Summary,
		DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody, BodyReadTimeout: 30 * time.Second,
		Errors: []int{401, 403, 422, 429, 500}, Metadata: map[string]any{"permission": op.Permission},
		Extensions: map[string]any{"x-permission": op.Permission},
	}
	if op.Tag != "" {
		operation.Tags = []string{op.Tag}
	}
	if op.Permission == Public {
		operation.Security = []map[string][]string{}
	}
	if op.MaxBody > 16<<20 {
		operation.BodyReadTimeout = -1 // large uploads are bounded by their size
	}
	if op.Permission != Public {
		// before anything of the request is read: what is wrong with it is not for everybody to know
		operation.Middlewares = huma.Middlewares{func(c huma.Context, next func(huma.Context)) {
			if err := a.authorize(c.Context(), op.Permission); err != nil {
				r, w := humachi.Unwrap(c)
				Fail(w, r, err)
				return
			}
			next(huma.WithValue(c, permissionKey{}, op.Permission))
		}}
	}
	huma.Register(a.huma, operation, func(ctx context.Context, in *I) (*O, error) {
		if op.Timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, op.Timeout)
			defer cancel()
		}
		out, err := fn(ctx, in)
		if err != nil {
			return nil, toProblem(ctx, err)
		}
		return out, nil
	})
	registered := a.huma.OpenAPI().Paths[operation.Path]
	describeIDs(registered, op.Method)
	a.ops = append(a.ops, op)
}

type permissionKey struct{}

// PermissionOf gives the permission of the operation that ctx belongs to; "" outside of operations and in public ones.
func PermissionOf(ctx context.Context) string {
	permission, _ := ctx.Value(permissionKey{}).(string)
	return permission
}

// Ops gives the registered operations, for sweeps that call each of them.
func (a *API) Ops() []Op { return a.ops }

// OpenAPI gives the OpenAPI 3.1 document.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// operationID gives a stable name: get-customers-id-timeline.
func operationID(op Op) string {
	path := strings.NewReplacer("/", "-", "{", "", "}", "", ".", "-").Replace(op.Path)
	return strings.ToLower(op.Method) + path
}

// Fail answers a request outside of an operation with the problem of err.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, toProblem(r.Context(), err))
}

// ID is a record's key: an integer inside, a string in JSON and in paths.
type ID int64

// MarshalJSON writes the id as a string.
func (id ID) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", fmt.Sprint(int64(id))), nil }

// UnmarshalJSON reads a string of digits.
func (id *ID) UnmarshalJSON(b []byte) error {
	var n int64
	if _, err := fmt.Sscanf(string(b), `"%d"`, &n); err != nil || string(b) != fmt.Sprintf(`"%d"`, n) {
		return fault.Invalid("", "id_invalid")
	}
	*id = ID(n)
	return nil
}

const idFormat = "id"

// Schema describes the id in the document.
func (ID) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Format: idFormat, Pattern: "^[0-9]{1,18}$"}
	s.PrecomputeMessages()
	return s
}

// describeIDs lets path and query ids be parsed as integers while the document calls them strings: the parser
// validates the parsed value, so it gets a schema of its own.
func describeIDs(item *huma.PathItem, method string) {
	var operation *huma.Operation
	switch method {
	case http.MethodGet:
		operation = item.Get
	case http.MethodPost:
		operation = item.Post
	case http.MethodPatch:
		operation = item.Patch
	case http.MethodPut:
		operation = item.Put
	case http.MethodDelete:
		operation = item.Delete
	}
	for _, p := range operation.Parameters {
		if p.Schema == nil || p.Schema.Format != idFormat || p.Schema.Type != huma.TypeString {
			continue
		}
		described := *p.Schema
		*p.Schema = huma.Schema{Type: huma.TypeInteger, Minimum: new(float64)}
		p.Schema.PrecomputeMessages()
		p.Schema = &described
	}
}

// Log gives the logger of a request.
func Log(ctx context.Context) *slog.Logger {
	if l, ok := ctx.Value(logKey{}).(*slog.Logger); ok {
		return l
	}
	return slog.Default()
}

type logKey struct{}

var _ huma.SchemaProvider = ID(0)
