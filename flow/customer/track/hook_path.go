package track

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/encoding/json"
)

// at gives the values at one path, without alternatives.
func at(value any, path string) []any {
	now := []any{value}
	for part := range strings.SplitSeq(strings.TrimSpace(path), ".") {
		name, choice, list := strings.Cut(strings.TrimSpace(part), "[")
		var next []any
		for _, v := range now {
			m, is := v.(map[string]any)
			if !is || m[name] == nil {
				continue
			}
			if !list {
				next = append(next, m[name])
				continue
			}
			all, _ := m[name].([]any)
			key, wanted, part := strings.Cut(strings.TrimSuffix(choice, "]"), "=")
			for _, one := range all {
				if held, _ := one.(map[string]any); !part || held != nil && textOf(held[key]) == wanted {
					next = append(next, one)
				}
			}
		}
		now = next
	}
	return now
}

// textOf writes a value; a list or an object is nothing that could be written.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return short(plain(v), 500)
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// textAt gives the first alternative of a path that holds something.
func textAt(value any, path string) string {
	for one := range strings.SplitSeq(path, "|") {
		var words []string
		for part := range strings.SplitSeq(one, "+") {
			if found := at(value, part); part != "" && len(found) > 0 {
				if word := textOf(found[0]); word != "" {
					words = append(words, word)
				}
			}
		}
		if len(words) > 0 {
			return strings.Join(words, " ")
		}
	}
	return ""
}

// sumAt adds the numbers at a path up, in millionths; ok is false where there is something that is none.
func sumAt(value any, path string) (sum int64, ok bool) {
	for one := range strings.SplitSeq(path, "|") {
		found := at(value, one)
		if one == "" || len(found) == 0 {
			continue
		}
		for _, v := range found {
			n, err := strconv.ParseFloat(textOf(v), 64)
			if err != nil || math.IsNaN(n) || math.Abs(n) > 1e11 {
				return 0, false
			}
			sum += int64(math.Round(n * 1e6))
		}
		return sum, true
	}
	return 0, true
}

// listAt gives the list at a path.
func listAt(value any, path string) []any {
	for one := range strings.SplitSeq(path, "|") {
		if found := at(value, one); one != "" && len(found) > 0 {
			if all, is := found[0].([]any); is {
				return all
			}
		}
	}
	return nil
}

// instantAt gives an instant in milliseconds: ISO 8601, a local time of the zone, or seconds or milliseconds since 1970. 0 is none.
func instantAt(value any, path string, zone *time.Location) (ms int64, ok bool) {
	text := textAt(value, path)
	if text == "" {
		return 0, true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n < 1e11 {
			n *= 1000
		}
		return n, n >= earliest
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.UnixMilli(), t.UnixMilli() >= earliest
		}
	}
	return 0, false
}
