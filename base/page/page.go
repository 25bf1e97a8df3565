// Package page is the manner of every list: limit, cursor, sort, filter, total.
package page

import (
	"encoding/base64"
	"encoding/json"

	"guanxi/base/fault"
)

// Query is embedded in the input of every list operation.
type Query struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"rows per page"`
	Cursor string `query:"cursor" doc:"next_cursor of the page before"`
	Sort   string `query:"sort" doc:"a field name, with - in front for descending"`
	Filter string `query:"filter" doc:"a condition as JSON"`
	Total  bool   `query:"total" doc:"also count all rows"`
}

// Field gives the sort field and whether it is descending; fallback is used when none was asked for.
func (q Query) Field(fallback string) (name string, descending bool) {
	s := q.Sort
	if s == "" {
		s = fallback
	}
	if s != "" && s[0] == '-' {
		return s[1:], true
	}
	return s, false
}

// List is the answer of every list operation.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"absent on the last page"`
	Total      *int64 `json:"total,omitempty"`
}

// EncodeCursor makes an opaque cursor of a position.
func EncodeCursor(position any) string {
	b, err := json.Marshal(position)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// DecodeCursor reads a cursor into position. An empty cursor leaves it untouched. Fault: invalid.
func DecodeCursor(cursor string, position any) error {
	if cursor == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(b, position)
	}
	if err != nil {
		return fault.Invalid("cursor", "cursor_invalid")
	}
	return nil
}
