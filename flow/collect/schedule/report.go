package schedule

import (
	"context"
	"strconv"
	"strings"

	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/guard/mails"
)

var reportWords = collect.Words{
	"failed": {"定时任务失败：%n", "Schedule failed: %n"}, "out": {"定时导出完成：%n", "Scheduled export finished: %n"},
	"kind": {"内容", "What"}, "rows": {"行数", "Rows"}, "file": {"文件", "File"}, "tries": {"连续失败次数", "Failures in a row"}, "due": {"应于", "Was due"},
	"why": {"原因", "Why"}, "in": {"导入", "Import of"}, "of": {"导出", "Export of"}, "open": {"打开这个定时任务", "Open the schedule"},
	"look": {"修好之前，新的数据不会进来或出去。", "Until it is mended, new data does not come in or go out."},
}

// report tells who wanted to know how a run went: a table that was taken out, or a failure that does not mend itself. Files
// that were imported are told of one by one, by their imports.
func (s *Schedules) report(ctx context.Context, tx *db.Tx, of *Schedule, r *Run, temporary bool, w workspace.Workspace) error {
	failed := r.State == "failed"
	told := failed && r.ErrorCode != "import_failed" && (of.Failures == toldAfter || !temporary && of.Failures == 1)
	if s.Mails == nil || !told && (failed || of.Direction == In) {
		return nil
	}
	return s.Mails.Plan(ctx, tx, mails.Letter{Once: "schedule:" + id(of.ID) + ":" + id(r.ID), To: mails.Of(of.ReportTo),
		Say: func(_ context.Context, language string) mails.Report { return inWords(of, r, language, w) }})
}

func inWords(of *Schedule, r *Run, language string, w workspace.Workspace) mails.Report {
	word := func(name string) string { return reportWords.In(name, language) }
	what, failed := "of", r.State == "failed"
	if of.Direction == In {
		what = "in"
	}
	title := "out"
	if failed {
		title = "failed"
	}
	space := " "
	if collect.Chinese(language) {
		space = ""
	}
	said := mails.Report{Subject: strings.ReplaceAll(word(title), "%n", of.Name), Bad: failed, Path: "/schedules/" + id(of.ID), Button: word("open"),
		Lines: []mails.Line{{Label: word("kind"), Value: word(what) + space + collect.KindWord(of.Kind, language)},
			{Label: word("due"), Value: w.Time(r.DueAt).Format("2006-01-02 15:04 -07:00")}}}
	said.Title = said.Subject
	if failed {
		said.Lines = append(said.Lines, mails.Line{Label: word("tries"), Value: strconv.FormatInt(of.Failures, 10)}, mails.Line{Label: word("why"), Value: Why(r.ErrorCode, language)})
		said.Note = word("look")
		return said
	}
	said.Lines = append(said.Lines, mails.Line{Label: word("rows"), Value: strconv.FormatInt(r.Written, 10)}, mails.Line{Label: word("file"), Value: r.FileName})
	return said
}
