package collect

import (
	"context"
	"strconv"
	"strings"
	"time"

	"guanxi/base/db"
	"guanxi/guard/mails"
)

// ReportBy lets mails tell people how imports ended. It must be called before the engine serves anybody.
func (e *Engine) ReportBy(m *mails.Mails) { e.mails = m }

// report tells who wanted to know how an import ended by itself, inside the change that ends it. It tells figures only:
// no row, no value, and not the name of the file, which people are wont to call after customers.
func (e *Engine) report(ctx context.Context, tx *db.Tx, i *Import) error {
	if e.mails == nil || i.DryRun || i.State != StateDone && i.State != StateFailed {
		return nil
	}
	return e.mails.Plan(ctx, tx, mails.Letter{Once: "import:" + strconv.FormatInt(i.ID, 10) + ":" + string(i.State), To: mails.Of(i.ReportTo),
		Say: func(_ context.Context, language string) mails.Report { return i.inWords(language) }})
}

var kindWords = Words{
	"customers": {"客户", "customers"}, "orders": {"订单", "orders"}, "order_lines": {"订单明细", "order lines"}, "products": {"商品", "products"},
	"consents": {"授权同意", "consents"}, "activities": {"跟进记录", "follow-ups"}, "relations": {"单位与联系人", "organizations and contacts"},
	"events": {"行为事件", "events"}, "costs": {"成本", "costs"},
}

// KindWord names a kind of rows in a language.
func KindWord(kind, language string) string { return kindWords.In(kind, language) }

var reportWords = Words{
	"done": {"导入完成：%k，新增 %c，更新 %u", "Import finished: %k, %c created, %u updated"}, "failed": {"导入失败：%k", "Import failed: %k"},
	"number": {"导入编号", "Import number"}, "total": {"总行数", "Rows"}, "created": {"新增", "Created"}, "updated": {"更新", "Updated"}, "unchanged": {"没有变化", "Unchanged"},
	"duplicates": {"重复，已跳过", "Repeats left out"}, "rejected": {"拒绝", "Rejected"}, "findings": {"待核对", "To be looked at"}, "took": {"用时", "Took"},
	"why": {"原因：", "Why: "}, "stop": {"。", ". "}, "open": {"查看这次导入", "See this import"},
	"nothing": {"没有写入任何数据。", "Nothing was changed."}, "some": {"被拒绝的行和原因可以在导入页面下载。", "The rejected rows and the reasons can be fetched on the page of the import."},
}

// inWords is the report of an import that has ended.
func (i *Import) inWords(language string) mails.Report {
	word := func(name string) string { return reportWords.In(name, language) }
	title := strings.NewReplacer("%k", KindWord(i.Kind, language), "%c", grouped(i.Created), "%u", grouped(i.Updated)).Replace(word(string(i.State)))
	r := mails.Report{Subject: title, Title: title, Bad: i.State == StateFailed, Path: "/imports/" + strconv.FormatInt(i.ID, 10), Button: word("open"),
		Lines: []mails.Line{{Label: word("number"), Value: strconv.FormatInt(i.ID, 10)}}}
	if i.State == StateFailed {
		r.Note = word("why") + reasons.In(i.ErrorCode, language) + word("stop") + word("nothing")
		return r
	}
	for _, line := range []struct {
		name  string
		count int64
		maybe bool // left out when there are none
	}{{"total", i.Total, false}, {"created", i.Created, false}, {"updated", i.Updated, false}, {"unchanged", i.Unchanged, false},
		{"duplicates", i.Duplicates, true}, {"rejected", i.Rejected, false}, {"findings", i.Findings, false}} {
		if line.count > 0 || !line.maybe {
			r.Lines = append(r.Lines, mails.Line{Label: word(line.name), Value: grouped(line.count)})
		}
	}
	if i.StartedAt != nil && i.FinishedAt != nil {
		took := time.Duration(*i.FinishedAt-*i.StartedAt) * time.Millisecond
		r.Lines = append(r.Lines, mails.Line{Label: word("took"), Value: took.Round(100 * time.Millisecond).String()})
	}
	if i.Rejected > 0 {
		r.Note = word("some")
	}
	return r
}

// grouped writes a count with its thousands apart.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
