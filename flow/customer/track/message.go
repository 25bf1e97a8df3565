package track

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/segmentio/encoding/json"

	"guanxi/base/fault"
)

// Limits of what one request may bring. They are those of the Segment API, with bounds on shape beside those on size: what a
// small text can unfold to is work for everybody behind it.
const (
	MaxBatch    = 500 << 10 // bytes of a request
	MaxEvent    = 32 << 10  // bytes of one event
	maxEvents   = 2500      // of a request
	maxMembers  = 1000      // names within one event, at any depth
	maxDepth    = 12
	mostDepth   = 1000 // of a body, behind which no event in it is looked for
	maxKey      = 200  // letters of a user id, an anonymous id, a message id
	maxName     = 200  // letters of an event's name
	earliest    = 946684800000
	futureSlack = 24 * time.Hour
)

// The kinds of calls.
const (
	Identify = "identify"
	Track    = "track"
	Page     = "page"
	Screen   = "screen"
	Group    = "group"
	Alias    = "alias"
)

var kinds = map[string]bool{Identify: true, Track: true, Page: true, Screen: true, Group: true, Alias: true}

// text is a JSON text, or a number read as one: ids come as both.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9') {
		*t = text(b)
		return nil
	}
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s != nil {
		*t = text(plain(*s))
	}
	return nil
}

// plain takes out what no database keeps in a text, and space around it.
func plain(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", ""))
}

// moment is an instant as clients write it: ISO 8601, or milliseconds since 1970. 0 is none.
type moment int64

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(b []byte) error {
	var given any
	if err := json.Unmarshal(b, &given); err != nil {
		return err
	}
	switch v := given.(type) {
	case nil:
	case float64:
		*m = moment(math.Max(math.Min(v, 1e16), -1e16))
		if v == 0 {
			*m = -1
		}
	case string:
		if v = strings.TrimSpace(v); v == "" {
			return nil
		}
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.DateOnly} {
			if at, err := time.Parse(layout, v); err == nil {
				*m = moment(at.UnixMilli())
				if *m == 0 {
					*m = -1
				}
				return nil
			}
		}
		*m = unreadable
	default:
		*m = unreadable
	}
	return nil
}

const unreadable = moment(math.MinInt64)

// message is one call as it came in.
type message struct {
	Type              string          `json:"type"`
	Event             text            `json:"event"`
	Name              text            `json:"name"`
	Category          text            `json:"category"`
	UserID            text            `json:"userId"`
	AnonymousID       text            `json:"anonymousId"`
	PreviousID        text            `json:"previousId"`
	GroupID           text            `json:"groupId"`
	MessageID         text            `json:"messageId"`
	Timestamp         moment          `json:"timestamp"`
	OriginalTimestamp moment          `json:"originalTimestamp"`
	SentAt            moment          `json:"sentAt"`
	Properties        json.RawMessage `json:"properties"`
	Traits            json.RawMessage `json:"traits"`
	Context           json.RawMessage `json:"context"`

	at       int64 // when it happened, the sender's clock corrected
	position int   // in its request
	raw      json.RawMessage
}

// envelope is a request with several messages, or one.
type envelope struct {
	Batch    []json.RawMessage `json:"batch"`
	SentAt   moment            `json:"sentAt"`
	WriteKey string            `json:"writeKey"`
	Context  json.RawMessage   `json:"context"`
}

// Refusal says why an event of a request was not taken.
type Refusal struct {
	Index int    `json:"index"`
	Field string `json:"field"`
	Code  string `json:"code"`
}

// request is the body of a request, read: what of it is taken, what is not, and the key that stands in it.
type request struct {
	messages []message
	refused  []Refusal
	writeKey string
}

// read takes a body apart. kind is that of the operation, "" of the one that takes several. Reading the same body again
// gives the same, so that what was answered is what is kept. Faults: invalid, too large.
func read(body []byte, kind string, receivedAt int64) (*request, error) {
	var e envelope
	if _, depth := shape(body); depth > mostDepth { // the decoder goes down with what it reads
		return nil, fault.Invalid("body", "json_unreadable")
	}
	if len(bytes.TrimSpace(body)) == 0 || bytes.TrimSpace(body)[0] != '{' {
		return nil, fault.Invalid("body", "json_unreadable")
	}
	raws := []json.RawMessage{body}
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fault.Invalid("body", "json_unreadable")
	}
	if kind == "" {
		if raws = e.Batch; len(raws) == 0 {
			return nil, fault.Invalid("batch", "needs_at_least_one")
		}
		if len(raws) > maxEvents {
			return nil, fault.TooLarge("too_many_events", maxEvents)
		}
	}
	r := &request{writeKey: e.WriteKey}
	for i, raw := range raws {
		m, field, code := readMessage(raw, kind)
		if code == "" {
			if m.SentAt == 0 {
				m.SentAt = e.SentAt
			}
			if len(m.Context) == 0 {
				m.Context = e.Context
			}
			field, code = m.settle(receivedAt)
		}
		if code != "" {
			r.refused = append(r.refused, Refusal{Index: i, Field: field, Code: code})
			continue
		}
		m.position, m.raw = i, raw
		r.messages = append(r.messages, m)
	}
	return r, nil
}

func readMessage(raw []byte, kind string) (m message, field, code string) {
	if len(raw) > MaxEvent {
		return m, "", "event_too_large"
	}
	if members, depth := shape(raw); members > maxMembers {
		return m, "", "too_many_members"
	} else if depth > maxDepth {
		return m, "", "too_deep"
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		if wrong := (*json.UnmarshalTypeError)(nil); asType(err, &wrong) {
			return m, wrong.Field, "type_wrong"
		}
		return m, "", "json_unreadable"
	}
	if kind != "" {
		m.Type = kind
	}
	switch {
	case !kinds[m.Type]:
		return m, "type", "not_one_of"
	case m.Type == Track && m.Event == "":
		return m, "event", "required"
	case m.UserID == "" && m.AnonymousID == "":
		return m, "userId", "required"
	case m.Type == Group && m.GroupID == "":
		return m, "groupId", "required"
	case m.Type == Alias && (m.PreviousID == "" || m.UserID == ""):
		return m, "previousId", "required"
	}
	for field, t := range map[string]text{"event": m.Event, "name": m.Name, "userId": m.UserID, "anonymousId": m.AnonymousID, "previousId": m.PreviousID, "groupId": m.GroupID, "messageId": m.MessageID} {
		if utf8.RuneCountInString(string(t)) > maxKey {
			return m, field, "too_long"
		}
	}
	for field, part := range map[string]json.RawMessage{"properties": m.Properties, "traits": m.Traits, "context": m.Context} {
		if len(part) > 0 && part[0] != '{' && string(part) != "null" {
			return m, field, "type_wrong"
		}
	}
	return m, "", ""
}

// settle says when the message happened: timestamp = receivedAt - (sentAt - originalTimestamp), as the Segment
// specification has it, which takes out how far the sender's clock is off. Without sentAt the timestamp is believed, as far
// as it can be.
func (m *message) settle(receivedAt int64) (field, code string) {
	original := m.OriginalTimestamp
	if original == 0 {
		original = m.Timestamp
	}
	for name, given := range map[string]moment{"timestamp": original, "sentAt": m.SentAt} {
		if given == unreadable {
			return name, "date_unreadable"
		}
	}
	switch {
	case original == 0:
		m.at = receivedAt
	case m.SentAt > 0:
		m.at = receivedAt - int64(m.SentAt-original)
	default:
		m.at = int64(original)
	}
	if original < 0 || m.at < earliest || m.at > receivedAt+futureSlack.Milliseconds() {
		return "timestamp", "date_impossible"
	}
	m.at = min(m.at, receivedAt)
	return "", ""
}

// shape counts the members and the depth of a JSON text without building it.
func shape(raw []byte) (members, deepest int) {
	depth, inText := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == ':' || c == ',':
			members++
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return members, deepest
}

func asType(err error, into **json.UnmarshalTypeError) bool {
	e, is := err.(*json.UnmarshalTypeError) //nolint:errorlint // the decoder's own
	*into = e
	return is
}

// members gives a JSON object's members; none where it is none.
func members(raw json.RawMessage) map[string]any {
	var m map[string]any
	if len(raw) == 0 {
		return nil
	}
	if _, err := json.Parse(raw, &m, json.UseNumber); err != nil {
		return nil
	}
	return m
}

// wordOf gives a text among members; "" where there is none.
func wordOf(m map[string]any, path ...string) string {
	for i, name := range path {
		switch v := m[name].(type) {
		case string:
			if i == len(path)-1 {
				return plain(v)
			}
		case json.Number:
			if i == len(path)-1 {
				return v.String()
			}
		case map[string]any:
			m = v
			continue
		}
		return ""
	}
	return ""
}

// numberOf gives a number among members, also one written as a text.
func numberOf(m map[string]any, names ...string) (float64, bool) {
	for _, name := range names {
		var written string
		switch v := m[name].(type) {
		case json.Number:
			written = v.String()
		case string:
			written = strings.TrimSpace(v)
		}
		if n, err := strconv.ParseFloat(written, 64); err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) {
			return n, true
		}
	}
	return 0, false
}
