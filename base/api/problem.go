package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/base/fault"
)

// Problem is the body of every error answer: RFC 9457 problem details with a code and the fields at fault.
type Problem struct {
	Type       string         `json:"type"`
	Title      string         `json:"title"`
	Status     int            `json:"status"`
	Detail     string         `json:"detail"`
	Code       string         `json:"code" doc:"stable name of the error, for programs and translations"`
	Errors     []ProblemField `json:"errors,omitempty"`
	retryAfter int
}

// ProblemField is one place in the input and what is wrong with it.
type ProblemField struct {
	Field   string `json:"field"`
	Message string `json:"message"`
	Code    string `json:"code,omitempty"`
	Args    []any  `json:"args,omitempty"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	if p.retryAfter == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(p.retryAfter)}}
}

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statusOf is the one table from kinds of faults to HTTP.
var statusOf = map[fault.Kind]int{
	fault.KindInternal:        http.StatusInternalServerError,
	fault.KindInvalid:         http.StatusUnprocessableEntity,
	fault.KindNotFound:        http.StatusNotFound,
	fault.KindConflict:        http.StatusConflict,
	fault.KindForbidden:       http.StatusForbidden,
	fault.KindUnauthenticated: http.StatusUnauthorized,
	fault.KindStale:           http.StatusPreconditionFailed,
	fault.KindTooLarge:        http.StatusRequestEntityTooLarge,
	fault.KindTooMany:         http.StatusTooManyRequests,
	fault.KindUnavailable:     http.StatusServiceUnavailable,
}

// toProblem turns any error into a problem; the cause of an internal one is logged and not sent.
func toProblem(ctx context.Context, err error) *Problem {
	if p := (*Problem)(nil); errors.As(err, &p) {
		return p
	}
	if status := huma.StatusError(nil); errors.As(err, &status) {
		return problemOf(status.GetStatus(), status.Error(), nil)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = fault.Unavailable("took_too_long", err)
	}
	f := fault.Wrap(err)
	status := statusOf[f.Kind]
	if status >= 500 {
		Log(ctx).Error("request failed", "code", f.Key, "error", err)
	}
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: f.Key,
		Detail: sentence(f.Key, f.Args), retryAfter: f.RetryAfter}
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, ProblemField{Field: field.Field, Message: sentence(field.Key, field.Args),
			Code: field.Key, Args: field.Args})
	}
	if len(p.Errors) > 0 {
		p.Detail = strings.TrimSpace(p.Errors[0].Field + ": " + p.Errors[0].Message)
	}
	return p
}

// problemOf makes a problem of what the HTTP layer itself refuses: a body that is no JSON, a field of a wrong type.
func problemOf(status int, message string, errs []error) *Problem {
	if status == http.StatusBadRequest {
		status = http.StatusUnprocessableEntity
	}
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: message,
		Code: strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")}
	if status == http.StatusUnprocessableEntity {
		p.Code = "invalid_input"
	}
	for _, err := range errs {
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			p.Errors = append(p.Errors, toProblem(context.Background(), f).Errors...)
			continue
		}
		field := ProblemField{Message: err.Error(), Code: "invalid"}
		if d := huma.ErrorDetailer(nil); errors.As(err, &d) {
			detail := d.ErrorDetail()
			field.Message = detail.Message
			field.Field = detail.Location
			for _, in := range []string{"body.", "path.", "query.", "header.", "body"} {
				if rest, found := strings.CutPrefix(field.Field, in); found {
					field.Field = rest
					break
				}
			}
		}
		p.Errors = append(p.Errors, field)
	}
	return p
}

// sentence makes words of a message key for readers without the web application's catalogue: keys are written so
// that they read as English.
func sentence(key string, args []any) string {
	s := strings.ReplaceAll(key, "_", " ")
	for i, a := range args {
		if i == 0 {
			s += ":"
		}
		s += fmt.Sprintf(" %v", a)
	}
	return s
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
