package analyze

import (
	"encoding/json"
	"time"

	"guanxi/base/workspace"
)

// Condition is a checked tree of the condition language (contract.md): every name in it is known, every value has the
// type its field wants. Exactly one of All, Any, Not, Tag, Segment, List, Field, Event and Sequence is set.
//
// A condition holds or does not; nothing is unknown. A comparison with a value that is unset does not hold, so `ne`,
// `not_in` and `not_in_last_days`, which are the opposites of `eq`, `in` and `in_last_days`, do hold for it, and `not`
// is the opposite of whatever it stands before. A customer without any occurrence of an event has count, days and sum
// 0, and no average, minimum, maximum, first, last or ratio.
type Condition struct {
	All, Any []*Condition
	Not      *Condition
	Tag      string
	Segment  *SegmentReference
	List     *ListReference

	Field *Field
	Op    Op
	Value Value

	Event   *Event
	Where   *Condition
	Measure Measure
	Window  Window // of a sequence that of its first step

	Sequence []*Condition // events with their where
	Without  []*Condition
	Within   int // days from the first step to the last

	everyone bool // All without members: everybody
	place    string
	keyed    string // what tells it from other single conditions, once asked for
}

// SegmentReference is a segment a condition builds on, with that segment's own condition.
type SegmentReference struct {
	ID        int64
	Name      string
	Condition *Condition
}

// ListReference is a list a condition asks for. Who is in a list below it is in it too (Lists names it and all of those),
// and so is who is in a segment that stands in one of them.
type ListReference struct {
	ID       int64
	Name     string
	Lists    []int64
	Segments []*Condition // each a reference to a segment
}

// Measure is what is reckoned of a customer's occurrences of an event. Property is nil for count, days, first and
// last, and for the ratio of an event without an amount.
type Measure struct {
	Name     string
	Property *Field
}

// The measures of the contract.
const (
	MeasureCount = "count"
	MeasureDays  = "days"
	MeasureSum   = "sum"
	MeasureAvg   = "avg"
	MeasureMin   = "min"
	MeasureMax   = "max"
	MeasureFirst = "first"
	MeasureLast  = "last"
	MeasureRatio = "ratio"
)

// field gives the measure as something that compares like a field.
func (m Measure) field() *Field {
	switch m.Name {
	case MeasureFirst, MeasureLast:
		return &Field{Name: m.Name, Type: TypeInstant}
	case MeasureSum, MeasureAvg, MeasureMin, MeasureMax:
		return &Field{Name: m.Name, Type: m.Property.Type}
	case MeasureRatio:
		return &Field{Name: m.Name, Type: TypeShare}
	}
	return &Field{Name: m.Name, Type: TypeNumber}
}

// ofNothing is the measure of a customer without any occurrence; ok is false when there is none.
func (m Measure) ofNothing() (zero int64, ok bool) {
	return 0, m.Name == MeasureCount || m.Name == MeasureDays || m.Name == MeasureSum
}

func (m Measure) String() string {
	if m.Property != nil && m.Name != MeasureRatio {
		return m.Name + ":" + m.Property.Name
	}
	return m.Name
}

// Window bounds the civil days that count: the last LastDays days with today as the last of them, From to To with both
// included, or, when all are zero, all time. Days are midnights UTC.
type Window struct {
	LastDays int
	From, To time.Time
}

// days gives the first and last day of the window as seen on today; ok is false for all time.
func (w Window) days(today time.Time) (from, to time.Time, ok bool) {
	switch {
	case w.LastDays > 0:
		return today.AddDate(0, 0, 1-w.LastDays), today, true
	case !w.From.IsZero():
		return w.From, w.To, true
	}
	return time.Time{}, time.Time{}, false
}

// Value is what a field is compared with, in the form its type wants. Only the part that belongs to it is set.
type Value struct {
	Texts   []string
	Numbers []any // int64 or float64
	Flag    *bool
	Moments []Moment
	Days    int64 // of in_last_days, not_in_last_days, anniversary_in_days
	Lunar   bool  // of anniversary_in_days: by the lunar calendar

	held []string // of a sealed field: what columns may hold for Texts, which are sealed
}

// Moment is a civil day (midnight UTC) or, when Exact, an instant.
type Moment struct {
	Day   time.Time
	Exact bool
	Text  string
}

// span gives the half-open range of milliseconds UTC that the moment covers in the workspace.
func (m Moment) span(w workspace.Workspace) (low, high int64) {
	if m.Exact {
		return m.Day.UnixMilli(), m.Day.UnixMilli() + 1
	}
	return dayStart(w, m.Day), dayStart(w, m.Day.AddDate(0, 0, 1))
}

// dayStart gives the first instant of a civil day in the workspace.
func dayStart(w workspace.Workspace, day time.Time) int64 {
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, w.Location).UnixMilli()
}

// MarshalJSON writes the condition in its normal form: defaults filled in, numbers and ids in one way.
func (c *Condition) MarshalJSON() ([]byte, error) {
	switch {
	case c.Any != nil:
		return json.Marshal(map[string]any{"any": c.Any})
	case c.Not != nil:
		return json.Marshal(map[string]any{"not": c.Not})
	case c.Tag != "":
		return json.Marshal(map[string]any{"tag": c.Tag})
	case c.Segment != nil:
		return json.Marshal(map[string]any{"segment": jsonID(c.Segment.ID)})
	case c.List != nil:
		return json.Marshal(map[string]any{"list": jsonID(c.List.ID)})
	case c.Event != nil:
		return json.Marshal(eventForm{Event: c.Event.Name, Where: c.Where, Measure: c.Measure.String(), Op: c.Op,
			Value: c.Value.form(c.Op), Window: c.Window.form()})
	case c.Sequence != nil:
		return json.Marshal(c.sequenceForm())
	case c.Field != nil:
		form := fieldForm{Field: c.Field.Name, Op: c.Op}
		if c.Op != OpIsSet && c.Op != OpIsNotSet {
			form.Value = c.Value.form(c.Op)
		}
		if c.Value.Lunar {
			form.Calendar = calendarLunar
		}
		return json.Marshal(form)
	}
	return json.Marshal(map[string]any{"all": append([]*Condition{}, c.All...)})
}

type fieldForm struct {
	Field    string `json:"field"`
	Op       Op     `json:"op"`
	Value    any    `json:"value,omitempty"`
	Calendar string `json:"calendar,omitempty"`
}

type eventForm struct {
	Event   string         `json:"event"`
	Where   *Condition     `json:"where,omitempty"`
	Measure string         `json:"measure"`
	Op      Op             `json:"op"`
	Value   any            `json:"value"`
	Window  map[string]any `json:"window"`
}

func (w Window) form() map[string]any {
	switch {
	case w.LastDays > 0:
		return map[string]any{"last_days": w.LastDays}
	case !w.From.IsZero():
		return map[string]any{"from": w.From.Format(time.DateOnly), "to": w.To.Format(time.DateOnly)}
	}
	return map[string]any{"all_time": true}
}

func (v Value) form(op Op) any {
	if op == OpInLastDays || op == OpNotInLast || op == OpAnniversary {
		return v.Days
	}
	if v.Flag != nil {
		return *v.Flag
	}
	var all []any
	for _, t := range v.Texts {
		all = append(all, t)
	}
	all = append(all, v.Numbers...)
	for _, m := range v.Moments {
		all = append(all, m.Text)
	}
	if op == OpIn || op == OpNotIn || op == OpBetween {
		return all
	}
	return all[0]
}
