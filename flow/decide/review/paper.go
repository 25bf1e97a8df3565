package review

import (
	"context"
	"strconv"
	"strings"

	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/mailing"
	"guanxi/flow/analyze/report"
	"guanxi/guard/mails"
)

var words = map[string][2]string{ // zh-CN, en-US
	"week": {"一周复盘", "Review of the week"}, "month": {"月度复盘", "Review of the month"}, "changed": {"什么变了", "What changed"}, "before": {"较上期", "Against before"},
	"unusual": {"超出预期", "Unexpected"}, "why": {"主要来自", "Mostly from"}, "value": {"本期", "Now"}, "segments": {"客群进出", "Segments"}, "entered": {"进入", "Entered"}, "left": {"离开", "Left"},
	"done": {"做了什么", "What was done"}, "acts": {"今日事项", "Done on Today"}, "closed": {"关闭的预警", "Alerts closed"}, "raised": {"新的预警", "Alerts raised"},
	"actions": {"要做什么", "What to do"}, "owner": {"负责人", "By"}, "due": {"期限", "Until"}, "open": {"打开复盘", "Open the review"}, "calm": {"没有明显变化", "Nothing changed much"},
}

func word(name, language string) string {
	if language == "en-US" {
		return words[name][1]
	}
	return words[name][0]
}

func in(t analyze.Text, language string) string {
	if language == "en-US" {
		return t.EN
	}
	return t.ZH
}

// Paper writes the last review for who asks, to be sent by mail; key is week or month. Fault: invalid.
func (r *Reviews) Paper(ctx context.Context, key, language string) (*mailing.Paper, error) {
	if key != Week && key != Month {
		return nil, fault.Invalid("subject", "value_invalid")
	}
	v, err := r.Of(ctx, key, "")
	if err != nil {
		return nil, err
	}
	changes := mails.Table{Title: word("changed", language), Heads: []string{"", word("value", language), word("before", language), word("why", language)}}
	for _, c := range v.Changed {
		name := in(c.Metric.Label, language)
		if c.Metric.Anomaly {
			name += " (" + word("unusual", language) + ")"
		}
		var why []string
		for _, w := range c.Why {
			why = append(why, w.Label)
		}
		changes.Rows = append(changes.Rows, []string{name, report.Said(c.Metric.Unit, c.Metric.Value, language), report.Change(c.Metric.Unit, c.Metric.Value, c.Metric.Previous, language), strings.Join(why, ", ")})
	}
	if len(changes.Rows) == 0 {
		changes.Note = word("calm", language)
	}
	moved := mails.Table{Title: word("segments", language), Heads: []string{"", word("entered", language), word("left", language)}}
	for _, s := range v.Segments {
		moved.Rows = append(moved.Rows, []string{s.Name, strconv.FormatInt(s.Entered, 10), strconv.FormatInt(s.Left, 10)})
	}
	done := mails.Table{Title: word("done", language), Heads: []string{"", ""}, Rows: [][]string{{word("acts", language), strconv.Itoa(v.Done.Acts)},
		{word("raised", language), strconv.FormatInt(v.Alerts.Raised, 10)}, {word("closed", language), strconv.FormatInt(v.Alerts.Closed, 10)}}}
	ahead := mails.Table{Title: word("actions", language), Heads: []string{"", word("owner", language), word("due", language)}}
	for _, a := range v.Actions {
		if a.State == Open {
			ahead.Rows = append(ahead.Rows, []string{a.Title, a.Owner, a.DueDay})
		}
	}
	p := &mailing.Paper{Report: mails.Report{Title: word(key, language) + " " + v.From + " – " + v.To, Path: "/dashboards?tab=review&every=" + key, Button: word("open", language), Tables: []mails.Table{changes}}}
	for _, t := range []mails.Table{moved, done, ahead} {
		if len(t.Rows) > 0 {
			p.Tables = append(p.Tables, t)
		}
	}
	return p, nil
}
