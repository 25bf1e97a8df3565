package mails

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"guanxi/base/mail"
)

// Report is a letter in words: what happened, in figures, and where to see more.
type Report struct {
	Subject string
	Title   string
	Bad     bool // something went wrong: marked as such
	Lines   []Line
	Tables  []Table
	Note    string
	Path    string // of the page, beginning with /
	Button  string // what the link says
	Footer  string // instead of the one for staff
	Stop    string // where the recipient stops mails like this, beginning with /
	StopSay string // what the link says
	File    *mail.File
	Passing bool // words and file leave the journal with the mail
}

// Table is a small table of figures. The first column is text, the others stand at the right.
type Table struct {
	Title string
	Note  string // instead of rows, or below them
	Heads []string
	Rows  [][]string
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
<div style="max-width:{{if .Tables}}760{{else}}520{{end}}px;margin:0 auto;background:#ffffff;border:1px solid #e2e5ea;border-radius:8px;padding:24px">
<p style="margin:0 0 4px;color:#626c7c;font-size:12px">{{.Workspace}}</p>
<h1 style="margin:0 0 16px;font-size:18px;font-weight:600;color:{{if .Bad}}#b42318{{else}}#1c2330{{end}}">{{.Title}}</h1>
{{if .Lines}}<table style="border-collapse:collapse;width:100%">{{range .Lines}}<tr><td style="padding:6px 12px 6px 0;border-bottom:1px solid #eef0f3;color:#626c7c">{{.Label}}</td><td style="padding:6px 0;border-bottom:1px solid #eef0f3;text-align:right">{{.Value}}</td></tr>{{end}}</table>{{end}}
{{range .Tables}}{{if .Title}}<h2 style="margin:20px 0 6px;font-size:14px;font-weight:600">{{.Title}}</h2>{{end}}{{if .Rows}}<div style="overflow-x:auto"><table style="border-collapse:collapse;width:100%;font-size:13px">
<tr>{{range $at, $head := .Heads}}<th style="padding:4px 8px 4px 0;border-bottom:1px solid #e2e5ea;color:#626c7c;font-weight:400;text-align:{{if $at}}right{{else}}left{{end}}">{{$head}}</th>{{end}}</tr>
{{range .Rows}}<tr>{{range $at, $cell := .}}<td style="padding:4px 8px 4px 0;border-bottom:1px solid #eef0f3;text-align:{{if $at}}right;white-space:nowrap{{else}}left{{end}}">{{$cell}}</td>{{end}}</tr>{{end}}</table></div>{{end}}{{if .Note}}<p style="margin:6px 0 0;color:#626c7c;font-size:12px">{{.Note}}</p>{{end}}{{end}}
{{if .Note}}<p style="margin:16px 0 0">{{.Note}}</p>{{end}}
{{if .Link}}<p style="margin:20px 0 0"><a href="{{.Link}}" style="display:inline-block;background:#2f5fdd;color:#ffffff;text-decoration:none;padding:8px 16px;border-radius:6px">{{.Button}}</a></p>{{end}}
<p style="margin:24px 0 0;color:#626c7c;font-size:12px">{{.Footer}}{{if .StopLink}} <a href="{{.StopLink}}" style="color:#626c7c">{{.StopSay}}</a>{{end}}</p>
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
	link, stop := at(publicURL, r.Path), at(publicURL, r.Stop)
	if workspace == "" {
		workspace = "Guanxi 关系"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", workspace, r.Title)
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%s: %s\n", l.Label, l.Value)
	}
	for _, t := range r.Tables {
		t.plain(&b)
	}
	if r.Note != "" {
		fmt.Fprintf(&b, "\n%s\n", r.Note)
	}
	if link != "" {
		fmt.Fprintf(&b, "\n%s: %s\n", r.Button, link)
	}
	fmt.Fprintf(&b, "\n-- \n%s\n", footer)
	if stop != "" {
		fmt.Fprintf(&b, "%s: %s\n", r.StopSay, stop)
	}
	var drawn bytes.Buffer
	err = drawing.Execute(&drawn, struct {
		Report
		Language, Workspace, Link, StopLink, Footer string
	}{r, language, workspace, link, stop, footer})
	return b.String(), drawn.String(), err
}

// at gives the address of a page, "" where the program does not know its own.
func at(publicURL, path string) string {
	if path == "" || publicURL == "" {
		return ""
	}
	return strings.TrimSuffix(publicURL, "/") + path
}

func (t *Table) plain(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s\n", t.Title)
	if len(t.Rows) > 0 {
		for _, row := range append([][]string{t.Heads}, t.Rows...) {
			fmt.Fprintf(b, "%s\n", strings.Join(row, " | "))
		}
	}
	if t.Note != "" {
		fmt.Fprintf(b, "%s\n", t.Note)
	}
}
