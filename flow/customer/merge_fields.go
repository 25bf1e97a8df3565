package customer

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// taken is one attribute that a merge took from the other customer: what the kept one held before, and after.
type taken struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
	Chosen bool   `json:"chosen,omitempty"` // by a person, and not because there was nothing
}

func fieldsOf(took []taken) []string {
	names := make([]string, len(took))
	for i, t := range took {
		names[i] = t.Field
	}
	return names
}

// Attributes that belong together: who takes the name takes its parts, who takes the address takes all of it.
var taking = map[string][]string{
	"name":    {"name", "given_name", "family_name"},
	"address": {"country", "province", "city", "district", "address", "postcode"},
}

const (
	ownerField   = "owner" // with the team
	createdField = "created_at"
	customPrefix = "custom."
)

// mayBeTaken says whether a person may choose the field of the other customer.
func mayBeTaken(field string) bool {
	switch field {
	case "name", "address", "gender", "birthday", "company", "industry", "lifecycle_stage", "source", "kind", ownerField:
		return true
	}
	return strings.HasPrefix(field, customPrefix)
}

// attribute reads an attribute as text, "" when there is none.
func (c *Customer) attribute(field string) string {
	switch field {
	case "birthday":
		if c.Birthday != nil {
			return *c.Birthday
		}
		return ""
	case ownerField:
		if c.OwnerID == nil {
			return ""
		}
		text := strconv.FormatInt(*c.OwnerID, 10)
		if c.TeamID != nil {
			text += "/" + strconv.FormatInt(*c.TeamID, 10)
		}
		return text
	case createdField:
		return strconv.FormatInt(c.CreatedAt, 10)
	}
	if name, custom := strings.CutPrefix(field, customPrefix); custom {
		if value, held := customFields(c.Custom)[name]; held {
			text, _ := json.Marshal(value)
			return string(text)
		}
		return ""
	}
	for _, f := range textFields {
		if f.name == field {
			if field == "gender" && *f.of(c) == GenderUnknown {
				return ""
			}
			return *f.of(c)
		}
	}
	return ""
}

// setAttribute is the reverse of attribute.
func (c *Customer) setAttribute(field, text string) {
	switch field {
	case "birthday":
		c.Birthday = orNull(text)
		return
	case ownerField:
		owner, team, _ := strings.Cut(text, "/")
		c.OwnerID, c.TeamID = number(owner), number(team)
		return
	case createdField:
		c.CreatedAt = *number(text)
		return
	}
	if name, custom := strings.CutPrefix(field, customPrefix); custom {
		fields := customFields(c.Custom)
		delete(fields, name)
		var value any
		if text != "" && json.Unmarshal([]byte(text), &value) == nil {
			fields[name] = value
		}
		c.Custom = customText(fields)
		return
	}
	for _, f := range textFields {
		if f.name == field {
			if field == "gender" {
				text = cmp.Or(text, GenderUnknown)
			}
			*f.of(c) = text
		}
	}
}

func number(text string) *int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

// takeFrom takes from other the attributes that take names, those that c does not hold, and the earlier beginning. A
// name or an address is not put together from two customers. It says what it took.
func (c *Customer) takeFrom(other *Customer, take []string) (took []taken) {
	wanted := map[string]bool{}
	for _, field := range take {
		parts := taking[field]
		if parts == nil && other.attribute(field) != "" {
			wanted[field] = true
		}
		if slices.ContainsFunc(parts, func(part string) bool { return other.attribute(part) != "" }) {
			for _, part := range parts {
				wanted[part] = true
			}
		}
	}
	before := *c
	for _, field := range attributesOf(other) {
		is, theirs := c.attribute(field), other.attribute(field)
		switch {
		case wanted[field]: // noted also where both are the same: the choice holds when an earlier merge is undone
		case is == theirs, !gives(field, theirs, is), !before.mayFill(other, field):
			continue
		}
		c.setAttribute(field, theirs)
		took = append(took, taken{field, is, theirs, wanted[field]})
	}
	return took
}

// mayFill says whether an attribute that c does not hold may come from other.
func (c *Customer) mayFill(other *Customer, field string) bool {
	switch {
	case field == "given_name" || field == "family_name":
		return c.Name == "" || c.Name == other.Name
	case slices.Contains(taking["address"], field) && field != "country":
		return compatible(c.City, other.City) && compatible(c.Province, other.Province)
	}
	return true
}

func compatible(a, b string) bool { return a == "" || b == "" || a == b }

// attributesOf gives the names of all attributes, those of the customer's own custom fields too.
func attributesOf(c *Customer) (names []string) {
	for _, f := range textFields {
		names = append(names, f.name)
	}
	names = append(names, "birthday", ownerField, createdField)
	custom := len(names)
	for name := range customFields(c.Custom) {
		names = append(names, customPrefix+name)
	}
	slices.Sort(names[custom:])
	return names
}
