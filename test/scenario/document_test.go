package scenario

import (
	"encoding/json"
	"net/http"
	"strings"
)

// schema is what the document says of a body, as far as making one up needs it.
type schema struct {
	Ref        string             `json:"$ref"`
	Type       any                `json:"type"`
	Format     string             `json:"format"`
	Enum       []any              `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	Minimum    *float64           `json:"minimum"`
}

type document struct {
	Paths map[string]map[string]struct {
		Permission  string `json:"x-permission"`
		RequestBody struct {
			Content map[string]struct{ Schema *schema }
		}
	}
	Components struct{ Schemas map[string]*schema }
}

// madeUp gives a value of the schema with every member filled in; whatever is an id is the given one.
func (d *document) madeUp(s *schema, id string, depth int) any {
	if s == nil || depth > 6 {
		return nil
	}
	if s.Ref != "" {
		return d.madeUp(d.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]], id, depth+1)
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	kind, _ := s.Type.(string)
	if several, ok := s.Type.([]any); ok {
		kind, _ = several[0].(string)
	}
	switch {
	case s.Format == "id":
		return id
	case s.Format == "date-time":
		return "2026-10-05T08:00:00Z"
	case s.Format == "date":
		return "2026-10-05"
	case kind == "object":
		object := map[string]any{}
		for name, property := range s.Properties {
			object[name] = d.madeUp(property, id, depth+1)
		}
		return object
	case kind == "array":
		return []any{d.madeUp(s.Items, id, depth+1)}
	case kind == "boolean":
		return true
	case kind == "integer", kind == "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	}
	return "made up"
}

func (g *guarded) document() (d document) {
	g.t.Helper()
	response, err := http.Get(g.URL() + "/openapi.json")
	if err != nil {
		g.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&d); err != nil {
		g.t.Fatal(err)
	}
	return d
}
