package mails

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
)

// Report is a letter in words: what happened, in figures, and where to see more.
type Report struct {
	Subject string
	Title   string
	Bad     bool // something went wrong: marked as such
	Lines   []Line
	Note    string
	Path    string // of the page, beginning with /
	Button  string // what the link says
	Footer  string // instead of the one for staff
}

// Line is one figure of a report.
type Line struct{ Label, Value string }

var footers = map[string]string{
	"zh-CN": "这封邮件由 Guanxi 关系自动发送，因为有人选择把结果通知你。请勿回复。",
	"en-US": "Sent by Guanxi because you were chosen to be told of the result. Please do not reply.",
}

var drawing = template.Must(template.New("report").Parse(`<!doctype html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.Subject}}</title></head>
<body style="margin:0;padding:24px 12px;background:#f4f5f7;color:#1c2330;font:14px/1.6 -apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif">
<div style="max-width:520px;margin:0 auto;background:#ffffff;border:1px solid #e2e5ea;border-radius:8px;padding:24px">
<p style="margin:0 0 4px;color:#626c7c;font-size:12px">{{.Workspace}}</p>
<h1 style="margin:0 0 16px;font-size:18px;font-weight:600;color:{{if .Bad}}#b42318{{else}}#1c2330{{end}}">{{.Title}}</h1>
{{if .Lines}}<table style="border-collapse:collapse;width:100%">{{range .Lines}}<tr><td style="padding:6px 12px 6px 0;border-bottom:1px solid #eef0f3;color:#626c7c">{{.Label}}</td><td style="padding:6px 0;border-bottom:1px solid #eef0f3;text-align:right">{{.Value}}</td></tr>{{end}}</table>{{end}}
{{if .Note}}<p style="margin:16px 0 0">{{.Note}}</p>{{end}}
{{if .Link}}<p style="margin:20px 0 0"><a href="{{.Link}}" style="display:inline-block;background:#2f5fdd;color:#ffffff;text-decoration:none;padding:8px 16px;border-radius:6px">{{.Button}}</a></p>{{end}}
<p style="margin:24px 0 0;color:#626c7c;font-size:12px">{{.Footer}}</p>
</div></body></html>
`))

// write puts a report into its two forms.
func (r Report) write(language, workspace, publicURL string) (text, html string, err error) {
	footer, known := footers[language]
	if !known {
		footer = footers["en-US"]
	}
	if r.Footer != "" {
		footer = r.Footer
	}
	link := ""
	if r.Path != "" && publicURL != "" {
		link = strings.TrimSuffix(publicURL, "/") + r.Path
	}
	if workspace == "" {
		workspace = "Guanxi 关系"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", workspace, r.Title)
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%s: %s\n", l.Label, l.Value)
	}
	if r.Note != "" {
		fmt.Fprintf(&b, "\n%s\n", r.Note)
	}
	if link != "" {
		fmt.Fprintf(&b, "\n%s: %s\n", r.Button, link)
	}
	fmt.Fprintf(&b, "\n-- \n%s\n", footer)
	var drawn bytes.Buffer
	err = drawing.Execute(&drawn, struct {
		Report
		Language, Workspace, Link, Footer string
	}{r, language, workspace, link, footer})
	return b.String(), drawn.String(), err
}
