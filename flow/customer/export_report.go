package customer

import (
	"context"
	"strconv"
	"strings"
	"time"

	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/guard/mails"
)

// ReportBy lets mails tell people how exports ended. It must be called before the store serves anybody.
func (s *Store) ReportBy(m *mails.Mails) { s.mails = m }

// reportExport tells who wanted to know how an export ended, inside the change that ends it: in figures, without the file,
// which only who asked for it may fetch.
func (s *Store) reportExport(ctx context.Context, tx *db.Tx, e *Export) error {
	if s.mails == nil {
		return nil
	}
	return s.mails.Plan(ctx, tx, mails.Letter{Once: "export:" + strconv.FormatInt(e.ID, 10), To: mails.Of(e.ReportTo),
		Say: func(ctx context.Context, language string) mails.Report { return e.inWords(ctx, language) }})
}

var exportReportWords = collect.Words{
	ExportDone: {"导出完成：%k，%n 行", "Export finished: %k, %n rows"}, ExportFailed: {"导出失败：%k", "Export failed: %k"},
	"number": {"导出编号", "Export number"}, "rows": {"行数", "Rows"}, "size": {"文件大小", "Size"}, "by": {"导出人", "Asked for by"}, "until": {"文件保留到", "File kept until"},
	"open": {"打开导出列表", "See the exports"}, "again": {"请重新导出；如果一直失败，请联系管理员。", "Please export again; if it keeps failing, ask an administrator."},
}

// inWords is the report of an export that has ended.
func (e *Export) inWords(ctx context.Context, language string) mails.Report {
	word := func(name string) string { return exportReportWords.In(name, language) }
	title := strings.NewReplacer("%k", collect.KindWord(e.Kind, language), "%n", strconv.FormatInt(e.Written, 10)).Replace(word(e.State))
	r := mails.Report{Subject: title, Title: title, Bad: e.State == ExportFailed, Path: "/exports", Button: word("open"),
		Lines: []mails.Line{{Label: word("number"), Value: strconv.FormatInt(e.ID, 10)}, {Label: word("by"), Value: e.ByName}}}
	if e.State == ExportFailed {
		r.Note = word("again")
		return r
	}
	r.Lines = append(r.Lines, mails.Line{Label: word("rows"), Value: strconv.FormatInt(e.Written, 10)}, mails.Line{Label: word("size"), Value: inBytes(e.Size)})
	if e.ExpiresAt != nil {
		r.Lines = append(r.Lines, mails.Line{Label: word("until"), Value: workspace.Of(ctx).Time(*e.ExpiresAt).Truncate(time.Minute).Format("2006-01-02 15:04 -07:00")})
	}
	return r
}

// inBytes writes a size as people do.
func inBytes(n int64) string {
	const unit = 1024
	switch {
	case n < unit:
		return strconv.FormatInt(n, 10) + " B"
	case n < unit*unit:
		return strconv.FormatFloat(float64(n)/unit, 'f', 1, 64) + " KB"
	}
	return strconv.FormatFloat(float64(n)/unit/unit, 'f', 1, 64) + " MB"
}
