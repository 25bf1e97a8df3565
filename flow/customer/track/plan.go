package track

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"guanxi/base/fault"
)

// What becomes of an event that is not as agreed. LockOpen asks nothing and keeps descriptions only; for events without a
// plan it is called TakeUnknown.
const (
	LockOpen    = "open"
	LockTold    = "told"
	LockBlocked = "blocked"
	TakeUnknown = "taken"
)

// How an event can break what was agreed on. Each is the code of a refusal and the cause of a finding.
const (
	causeEventUnknown    = "event_unknown"
	causePropertyUnknown = "property_unknown"
	causePropertyType    = "property_type_wrong"
	causePropertyMissing = "property_missing"
	causeTooManyNames    = "event_names_too_many"
)

// Limits of plans: of a source, and of an event.
const (
	mostPlans      = 1000
	mostPlanned    = 300
	mostAboutPlan  = 500 // letters of a description
	mostViolations = 300 // told of one event: what is wrong with more of it says nothing new
)

// propertyTypes are what a property can be.
var propertyTypes = []string{"text", "number", "boolean", "list", "object"}

// Plan is what has been agreed on about one event of a source.
type Plan struct {
	ID          int64             `bun:"id"`
	SourceID    int64             `bun:"source_id"`
	Event       string            `bun:"event"`
	Lock        string            `bun:"lock"`
	Description string            `bun:"description"`
	Written     string            `bun:"properties"` // JSON of Properties
	UpdatedAt   int64             `bun:"updated_at"`
	Version     int64             `bun:"version"`
	Properties  []PlannedProperty `bun:"-"`

	byName map[string]*PlannedProperty
}

// PlannedProperty is one property of an event as agreed on.
type PlannedProperty struct {
	Name        string   `json:"name" minLength:"1" maxLength:"200"`
	Types       []string `json:"types" maxItems:"5" doc:"text, number, boolean, list, object; empty for any"`
	Required    bool     `json:"required"`
	Description string   `json:"description" maxLength:"500"`
}

// read takes apart what records hold.
func (p *Plan) read() {
	_ = json.Unmarshal([]byte(p.Written), &p.Properties)
	p.byName = make(map[string]*PlannedProperty, len(p.Properties))
	for i := range p.Properties {
		p.byName[p.Properties[i].Name] = &p.Properties[i]
	}
}

// check brings a plan into the form that is kept. Fault: invalid.
func (p *Plan) check() error {
	p.Event, p.Description = plain(p.Event), plain(p.Description)
	switch {
	case p.Event == "" || utf8.RuneCountInString(p.Event) > maxName:
		return fault.Invalid("event", "required")
	case p.Lock != LockOpen && p.Lock != LockTold && p.Lock != LockBlocked:
		return fault.Invalid("lock", "not_one_of")
	case utf8.RuneCountInString(p.Description) > mostAboutPlan:
		return fault.Invalid("description", "too_long")
	case len(p.Properties) > mostPlanned:
		return fault.Invalid("properties", "too_many_members")
	}
	seen := map[string]bool{}
	for i := range p.Properties {
		one, at := &p.Properties[i], fmt.Sprintf("properties[%d].", i)
		one.Name, one.Description = plain(one.Name), plain(one.Description)
		switch {
		case one.Name == "" || seen[one.Name]:
			return fault.Invalid(at+"name", "property_twice")
		case slices.ContainsFunc(one.Types, func(t string) bool { return !slices.Contains(propertyTypes, t) }):
			return fault.Invalid(at+"types", "not_one_of")
		}
		if one.Types == nil {
			one.Types = []string{}
		}
		seen[one.Name] = true
	}
	if p.Properties == nil {
		p.Properties = []PlannedProperty{}
	}
	written, err := json.Marshal(p.Properties)
	p.Written = string(written)
	return err
}

// violation is one way in which an event is not as agreed.
type violation struct{ code, event, property, example string }

// field says where in an event it is.
func (v violation) field() string {
	if v.property == "" {
		return "event"
	}
	return "properties." + v.property
}

// addresses are the properties of a page that stand in columns of their own: they need no agreement.
var addresses = setOf("url path title referrer search hash")

// judge says how a message breaks what its source has agreed on, and whether it is therefore not taken. Calls that say who
// somebody is are no events. A property that tells who somebody is is never kept and may come unless it was agreed on.
func (s *Source) judge(m *message) (found []violation, blocked bool) {
	if len(s.plans) == 0 && s.UnknownEvents == TakeUnknown {
		return nil, false
	}
	name := map[string]string{Track: string(m.Event), Page: PageViewed, Screen: ScreenViewed}[m.Type]
	if name == "" {
		return nil, false
	}
	p := s.plans[name]
	if p == nil {
		if s.UnknownEvents == TakeUnknown {
			return nil, false
		}
		return []violation{{causeEventUnknown, short(hide(name), maxName), "", ""}}, s.UnknownEvents == LockBlocked
	}
	if p.Lock == LockOpen {
		return nil, false
	}
	return p.judge(m), p.Lock == LockBlocked
}

func (p *Plan) judge(m *message) (found []violation) {
	given := members(m.Properties)
	if given == nil {
		given = map[string]any{}
	}
	if m.Name != "" && m.Type != Track {
		given["name"] = string(m.Name)
	}
	if m.Category != "" {
		given["category"] = string(m.Category)
	}
	tell := func(code, property string, value any) {
		if len(found) < mostViolations {
			found = append(found, violation{code, p.Event, short(property, 100), exampleOf(property, value)})
		}
	}
	for written, value := range given {
		name := plain(written)
		one := p.byName[name]
		if one == nil {
			name = hide(name) // as it stands among those that were found
			one = p.byName[name]
		}
		kind := typeOf(value)
		switch {
		case kind == "" || one == nil && (addresses[name] || ofPerson(written)):
		case one == nil:
			tell(causePropertyUnknown, name, value)
		case len(one.Types) > 0 && !slices.Contains(one.Types, kind):
			tell(causePropertyType, name, value)
		}
	}
	for i := range p.Properties {
		if one := &p.Properties[i]; one.Required && typeOf(given[one.Name]) == "" {
			tell(causePropertyMissing, one.Name, nil)
		}
	}
	slices.SortFunc(found, func(a, b violation) int { return strings.Compare(a.property+" "+a.code, b.property+" "+b.code) })
	return found
}

// typeOf names the type of a JSON value; "" where there is none.
func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return "text"
	case bool:
		return "boolean"
	case []any:
		return "list"
	case map[string]any:
		return "object"
	default:
		_ = v
		return "number"
	}
}

// exampleOf writes a value as an example that tells nobody who somebody is.
func exampleOf(name string, value any) string {
	kept := scrub(name, value)
	if kept == nil {
		return ""
	}
	written, err := json.Marshal(kept)
	if err != nil {
		return ""
	}
	return short(string(written), 100)
}
