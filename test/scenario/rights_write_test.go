package scenario

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"guanxi/base/db/dbtest"
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

// Every operation that changes something is called as Ann, and as every role, with a body in which every id is that of
// Bob's customer: nothing fails inside, no answer tells a contact point, none tells Ann of Bob's, and his customer stays
// as he was.
func TestNothingIsWrittenToOthersCustomers(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { nothingIsWritten(openGuarded(t, "")) })
	t.Run("postgres", func(t *testing.T) { nothingIsWritten(openGuarded(t, dbtest.PostgresURL(t))) })
}

func nothingIsWritten(g *guarded) {
	d := g.document()
	before := g.bobsRecord()
	callers := map[string]caller{"Ann": g.ann, "analyst": g.roles["analyst"], "auditor": g.roles["auditor"]}
	asked := 0
	for path, methods := range d.Paths {
		for method, o := range methods {
			if method == "get" || o.Permission == "public" || strings.HasPrefix(path, "/api/v1/session") {
				continue // GET has its own sweep; a session that is ended tells nothing more
			}
			var body any = map[string]any{}
			if form, has := o.RequestBody.Content["application/json"]; has {
				body = d.madeUp(form.Schema, g.bobsOwn, 0)
			}
			for name, who := range callers {
				a := g.ask(who, strings.ToUpper(method), g.filled(strings.TrimPrefix(path, "/api/v1"), g.bobsOwn), body)
				asked++
				if a.status >= 500 {
					g.t.Errorf("%s: %s %s fails inside: %d %s", name, method, path, a.status, a.text)
				}
				hidden := append(slices.Clone(canaries), sensitive)
				if name == "Ann" {
					hidden = slices.Concat(bobs, canaries)
				}
				for _, mark := range hidden {
					if strings.Contains(a.text, mark) {
						g.t.Errorf("%s: %s %s tells of %s: %s", name, method, path, mark, a.text)
					}
				}
			}
		}
	}
	if asked < 150 {
		g.t.Errorf("only %d calls", asked)
	}
	g.expect("Bob's customer afterwards", g.bobsRecord(), before)
}

// bobsRecord gives what people write of a customer, and the version; what analysis reckons moves by itself, and which lists
// she is on is the work of whoever keeps lists, the analyst among them.
func (g *guarded) bobsRecord() string {
	g.t.Helper()
	var page map[string]any
	if err := json.Unmarshal([]byte(g.ask(g.bob, "GET", "/customers/"+g.bobsOwn, nil).text), &page); err != nil {
		g.t.Fatal(err)
	}
	for _, reckoned := range []string{"orders", "rfm", "value", "rhythm", "segments", "lists", "last12m", "age"} {
		delete(page, reckoned)
	}
	record, err := json.Marshal(page)
	if err != nil {
		g.t.Fatal(err)
	}
	return string(record)
}
