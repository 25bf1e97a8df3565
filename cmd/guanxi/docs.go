package main

import (
	"html/template"
	"net/http"
	"sort"

	"github.com/danielgtaylor/huma/v2"
)

// docsPage reads the OpenAPI document aloud: no script, no outside host.
var docsPage = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guanxi API</title><style>
body { font: 14px/20px system-ui, sans-serif; max-width: 1000px; margin: 32px auto; padding: 0 16px; color: #15181e; background: #fff; font-variant-numeric: tabular-nums }
h1 { font-size: 20px } h2 { font-size: 14px; margin: 32px 0 8px } code, .m { font-family: ui-monospace, Consolas, monospace }
details { border-top: 1px solid #e6e8ec; padding: 6px 0 } summary { cursor: pointer; display: grid; grid-template-columns: 64px minmax(0, 1fr) minmax(0, 1fr); gap: 8px }
.p { color: #626976; font-size: 12px } table { border-collapse: collapse; margin: 8px 0 8px 72px } td { padding: 2px 16px 2px 0; vertical-align: top } a { color: #2f55d4 }
@media (prefers-color-scheme: dark) { body { background: #14161a; color: #eceef1 } details { border-color: #282c33 } .p { color: #8e95a1 } a { color: #8ba8f8 } }
</style></head><body><h1>Guanxi API</h1>
<p>Everything the application does, a program can do: <code>Authorization: Bearer TOKEN</code>, JSON, under <code>/api/v1</code>. The machine-readable document is <a href="/openapi.json">/openapi.json</a>.</p>
{{range .}}<h2>{{.Name}}</h2>{{range .Operations}}<details><summary><span class="m">{{.Method}}</span><span class="m">{{.Path}}</span><span>{{.Operation.Summary}}</span></summary>
<p class="p" style="margin-left:72px">needs {{index .Operation.Extensions "x-permission"}}</p>
{{if .Operation.Parameters}}<table>{{range .Operation.Parameters}}<tr><td class="m">{{.Name}}</td><td class="p">{{.In}}{{if .Required}}, required{{end}}</td><td>{{if .Schema}}{{.Schema.Description}}{{end}}</td></tr>{{end}}</table>{{end}}
</details>{{end}}{{end}}</body></html>`))

type docsOperation struct {
	Method, Path string
	Operation    *huma.Operation
}

type docsTag struct {
	Name       string
	Operations []docsOperation
}

// docs serves the document as a page for people.
func docs(document *huma.OpenAPI) http.HandlerFunc {
	byTag := map[string]*docsTag{}
	for path, item := range document.Paths {
		for method, operation := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PATCH": item.Patch, "PUT": item.Put, "DELETE": item.Delete} {
			if operation == nil {
				continue
			}
			name := "other"
			if len(operation.Tags) > 0 {
				name = operation.Tags[0]
			}
			if byTag[name] == nil {
				byTag[name] = &docsTag{Name: name}
			}
			byTag[name].Operations = append(byTag[name].Operations, docsOperation{method, path, operation})
		}
	}
	tags := make([]*docsTag, 0, len(byTag))
	for _, tag := range byTag {
		sort.Slice(tag.Operations, func(i, j int) bool {
			a, b := tag.Operations[i], tag.Operations[j]
			return a.Path < b.Path || a.Path == b.Path && a.Method < b.Method
		})
		tags = append(tags, tag)
	}
	sort.Slice(tags, func(i, j int) bool { return tags[i].Name < tags[j].Name })
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
		_ = docsPage.Execute(w, tags)
	}
}
