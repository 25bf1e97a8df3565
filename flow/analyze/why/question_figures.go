package why

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"guanxi/base/fault"
	"guanxi/flow/analyze"
)

var noHistory = AnswerNeed{label("历史订单：从店铺、表格或接口导入", "past orders: from shops, files or the interface"), "imports"}

func signed(v float64, digits int) string {
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if v > 0 {
		return "+" + text
	}
	return text
}

// returnRate takes the retention rate apart against the period before (C246).
func (w *Why) returnRate(ctx context.Context, a *Answer, p analyze.Period, group int64) error {
	why, err := w.metrics.Why(ctx, "retention_rate", analyze.WhyQuery{Period: p, Segment: group})
	if fault.Is(err, fault.KindConflict) {
		return a.needs(label("还说不出：要有上一段时间的购买，才知道谁又回来了。", "Nothing to say yet: it takes purchases of the time before to know who came back."), noHistory)
	}
	if err != nil {
		return err
	}
	a.Metric, a.Drawn = "retention_rate", 2
	a.Heads = []AnswerHead{{label("上期", "Before"), analyze.UnitShare, false}, {label("现在", "Now"), analyze.UnitShare, false}, {label("贡献（点）", "Contribution"), analyze.UnitShare, true}}
	move := label("没有变", "has not changed")
	if why.Change != 0 {
		points := signed(why.Change*100, 1)
		move = label("变了 **"+points+" 个百分点**", "moved by **"+points+" points**")
	}
	cause := label("没有哪类客户明显不同：各处变化差不多。", "No kind of customer stands out: it changed alike everywhere.")
	if best := why.Splits; len(best) > 0 && best[0].Clear && best[0].Lead != nil {
		name := labelOf(*best[0].Lead)
		cause = label("最不同的是"+best[0].Label.ZH+"**"+name.Chinese+"**。", "By "+best[0].Label.EN+", **"+name.English+"** stands out.")
	}
	a.Sentence = label(fmt.Sprintf("回头率%s：从 %s 到 **%s**。%s", move.Chinese, percent(*why.Reference.Value), percent(*why.Value.Value), cause.Chinese),
		fmt.Sprintf("The rate %s, from %s to **%s**. %s", move.English, percent(*why.Reference.Value), percent(*why.Value.Value), cause.English))
	for _, s := range why.Splits {
		if s.Name == why.Split {
			by := label(s.Label.ZH, s.Label.EN)
			a.Parts = &by
		}
	}
	for _, r := range why.Rows {
		a.Rows = append(a.Rows, AnswerRow{Label: labelOf(r), Figures: []analyze.Number{r.Reference, r.Value, analyze.NumberOf(ctx, analyze.UnitShare, r.Amount)}})
	}
	a.Total = &AnswerRow{Label: label("合计", "Total"), Figures: []analyze.Number{why.Reference, why.Value, analyze.NumberOf(ctx, analyze.UnitShare, why.Change)}}
	return nil
}

func labelOf(c analyze.Contribution) analyze.Label {
	switch {
	case c.Other:
		return label("其余", "Others")
	case c.Key == nil:
		return label("未填", "Not given")
	}
	return label(c.Label, c.Label)
}

// customerNumber leads from the customers of one year to those of the next (C247).
func (w *Why) customerNumber(ctx context.Context, a *Answer, p analyze.Period, group int64) error {
	b, err := w.metrics.Bridge(ctx, "year", analyze.Period{From: p.To.AddDate(-4, 0, 0), To: p.To}, group)
	if err != nil {
		return err
	}
	whole := -1 // the last year that is over and has one before it
	for i, s := range b.Steps {
		if !s.Partial && i > 0 && b.Steps[i-1].Active.Customers > 0 {
			whole = i
		}
	}
	if whole < 0 {
		return a.needs(label("还说不出：要有两个完整年份的订单。", "Nothing to say yet: it takes orders of two whole years."), noHistory)
	}
	s, before := b.Steps[whole], b.Steps[whole-1]
	a.From, a.To, a.Metric, a.Against, a.Drawn = s.Start, s.End, "buyers", "year", 0
	a.Heads = []AnswerHead{{label("客户数", "Customers"), analyze.UnitCount, true}, {label("带来的净销售额", "Net sales"), analyze.UnitMoney, false}}
	change := s.Active.Customers - before.Active.Customers
	year := s.Start[:4]
	a.Sentence = label(
		fmt.Sprintf("%s 年有 **%d** 位客户购买，比上一年 **%s**：新增 %d 位，回来 %d 位，失去 %d 位。", year, s.Active.Customers, signed(float64(change), 0), s.Gained.Customers, s.Returned.Customers, s.Lost.Customers),
		fmt.Sprintf("In %s **%d** customers bought, **%s** against the year before: %d gained, %d returned, %d lost.", year, s.Active.Customers, signed(float64(change), 0), s.Gained.Customers, s.Returned.Customers, s.Lost.Customers))
	for _, part := range []struct {
		label analyze.Label
		sign  float64
		of    analyze.BridgePart
	}{{label("新增", "Gained"), 1, s.Gained}, {label("回来", "Returned"), 1, s.Returned}, {label("失去", "Lost"), -1, s.Lost}} {
		a.Rows = append(a.Rows, AnswerRow{Label: part.label, Condition: &part.of.Condition,
			Figures: []analyze.Number{analyze.NumberOf(ctx, analyze.UnitCount, part.sign*float64(part.of.Customers)), analyze.NumberOf(ctx, analyze.UnitMoney, float64(part.of.Revenue.Amount))}})
	}
	a.Total = &AnswerRow{Label: label("比上一年", "Against the year before"), Figures: []analyze.Number{analyze.NumberOf(ctx, analyze.UnitCount, float64(change)),
		analyze.NumberOf(ctx, analyze.UnitMoney, float64(s.Active.Revenue.Amount-before.Active.Revenue.Amount))}}
	return nil
}

// againstPlan sets figures beside their targets, the one that lacks most first (C248).
func (w *Why) againstPlan(ctx context.Context, a *Answer, p analyze.Period, group int64) error {
	board, err := w.metrics.Board(ctx, p, group)
	if err != nil {
		return err
	}
	a.Heads = []AnswerHead{{label("实际", "Actual"), analyze.UnitRatio, false}, {label("目标", "Target"), analyze.UnitRatio, false}, {label("达成", "Reached"), analyze.UnitShare, false}}
	a.Drawn, a.Against = 2, "target"
	worst := math.Inf(1)
	missed := 0
	var said analyze.Label
	for _, i := range board.Items {
		if i.Target == nil || i.Value.Value == nil {
			continue
		}
		reached := i.Target.Progress
		if i.Target.Direction == "at_most" && *i.Value.Value != 0 {
			reached = i.Target.Due / *i.Value.Value
		}
		if !i.Target.Met {
			missed++
		}
		if reached < worst {
			worst, a.Metric, said = reached, i.Name, label(i.Label.ZH, i.Label.EN)
		}
		a.Rows = append(a.Rows, AnswerRow{Label: label(i.Label.ZH, i.Label.EN), Metric: i.Name,
			Figures: []analyze.Number{i.Value, analyze.NumberOf(ctx, i.Unit, i.Target.Due), analyze.NumberOf(ctx, analyze.UnitShare, reached)}})
	}
	if len(a.Rows) == 0 {
		return a.needs(label("还没有计划可比：给指标设一个目标，这里就会说差在哪里。", "There is no plan to compare with: set a target for a metric, and it is told here what lacks."),
			AnswerNeed{label("指标的目标，比如每月净销售额", "targets of metrics, as net sales a month"), "metrics"})
	}
	if missed == 0 {
		a.Sentence = label(fmt.Sprintf("%d 个目标都达到了。", len(a.Rows)), fmt.Sprintf("All %d targets are reached.", len(a.Rows)))
		return nil
	}
	a.Sentence = label(fmt.Sprintf("%d 个目标里有 **%d** 个没有达到，差得最多的是**%s**：达成 %s。", len(a.Rows), missed, said.Chinese, percent(worst)),
		fmt.Sprintf("Of %d targets **%d** are missed, most of all **%s**: %s reached.", len(a.Rows), missed, said.English, percent(worst)))
	return nil
}

func before(p analyze.Period) analyze.Period {
	days := int(p.To.Sub(p.From)/(24*time.Hour)) + 1
	return analyze.Period{From: p.From.AddDate(0, 0, -days), To: p.From.AddDate(0, 0, -1)}
}
