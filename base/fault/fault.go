// Package fault is the program's one vocabulary of errors. A stage says what kind of thing went wrong and where; the
// mapping to HTTP is one table in base/api, and the cause is logged, never sent.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind says what sort of error it is, without a word about transport.
type Kind int

// The kinds. Internal is the zero value: an error nobody named is our own.
const (
	KindInternal Kind = iota
	KindInvalid
	KindNotFound
	KindConflict
	KindForbidden
	KindUnauthenticated
	KindStale
	KindTooLarge
	KindTooMany
	KindUnavailable
)

// Field names one place in the input and what is wrong with it. Key is a message key, Args fill it.
type Field struct {
	Field string
	Key   string
	Args  []any
}

// Error is an error with a kind, the fields at fault and a message key. Cause is for the log only.
type Error struct {
	Kind       Kind
	Key        string
	Args       []any
	Fields     []Field
	RetryAfter int // seconds, for KindTooMany and KindUnavailable
	Cause      error
}

func (e *Error) Error() string {
	s := e.Key
	for _, a := range e.Args {
		s += fmt.Sprintf(" %v", a)
	}
	for _, f := range e.Fields {
		s += fmt.Sprintf(" [%s: %s %v]", f.Field, f.Key, f.Args)
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Cause }

// Invalid says that one field of the input is wrong.
func Invalid(field, key string, args ...any) *Error {
	return Invalids([]Field{{Field: field, Key: key, Args: args}})
}

// Invalids says that several fields of the input are wrong.
func Invalids(fields []Field) *Error {
	return &Error{Kind: KindInvalid, Key: "invalid_input", Fields: fields}
}

// Within says where in a larger input the places of a fault lie; other errors stay as they are.
func Within(place string, err error) error {
	var wrong *Error
	if !errors.As(err, &wrong) || wrong.Kind != KindInvalid {
		return err
	}
	moved := *wrong
	moved.Fields = slices.Clone(wrong.Fields)
	for i := range moved.Fields {
		moved.Fields[i].Field = strings.TrimSuffix(place+"."+moved.Fields[i].Field, ".")
	}
	return &moved
}

// NotFound says that there is no such thing, or none that the reader may know of.
func NotFound(noun string, id any) *Error {
	return &Error{Kind: KindNotFound, Key: "not_found", Args: []any{noun, id}}
}

// Conflict says that the present state does not allow it.
func Conflict(key string, args ...any) *Error {
	return &Error{Kind: KindConflict, Key: key, Args: args}
}

// Forbidden says that the reader may not.
func Forbidden(key string, args ...any) *Error {
	return &Error{Kind: KindForbidden, Key: key, Args: args}
}

// Unauthenticated says that we do not know who asks.
func Unauthenticated(key string) *Error { return &Error{Kind: KindUnauthenticated, Key: key} }

// Stale says that the record has changed since it was read.
func Stale() *Error { return &Error{Kind: KindStale, Key: "changed_since_read"} }

// TooLarge says that the input is above a stated limit.
func TooLarge(key string, args ...any) *Error {
	return &Error{Kind: KindTooLarge, Key: key, Args: args}
}

// TooMany says to come back after the given number of seconds.
func TooMany(retryAfter int) *Error {
	return &Error{Kind: KindTooMany, Key: "too_many_requests", RetryAfter: retryAfter}
}

// Unavailable says that something we need is not there now: a full disk, a lost database.
func Unavailable(key string, cause error) *Error {
	return &Error{Kind: KindUnavailable, Key: key, RetryAfter: 5, Cause: cause}
}

// Wrap gives err as an *Error; one that nobody named becomes KindInternal. Nil stays nil.
func Wrap(err error) *Error {
	if err == nil {
		return nil
	}
	if e := (*Error)(nil); errors.As(err, &e) {
		return e
	}
	return &Error{Kind: KindInternal, Key: "internal_error", Cause: err}
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool {
	e := (*Error)(nil)
	return errors.As(err, &e) && e.Kind == k
}
