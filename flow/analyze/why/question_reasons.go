package why

import (
	"context"
	"fmt"

	"guanxi/flow/analyze"
)

// whyBuy tells what customers do in the month before they order, against others at the same moments (C250).
func (w *Why) whyBuy(ctx context.Context, a *Answer, p analyze.Period, _ int64) error {
	a.Metric = "new_customers"
	c, err := w.Common(ctx, CommonQuery{Period: p, Before: &Step{Event: "order_placed"}, Hours: 720})
	if err != nil {
		return err
	}
	visits := AnswerNeed{label("网站、小程序或门店的行为事件", "events of the site, mini program or shops"), "sources"}
	surveys := AnswerNeed{label("客户自己说的原因：把答卷作为事件 survey_answered 送来", "what customers say themselves: answers to surveys, sent as events survey_answered"), "sources"}
	if c.Group == 0 || c.Tested == 0 {
		return a.needs(label("还说不出：要知道客户下单前做了什么。", "Nothing to say yet: it takes what customers do before they order."), visits, surveys)
	}
	a.Needs = []AnswerNeed{surveys}
	a.Heads = []AnswerHead{{label("下单前 30 天", "In the 30 days before an order"), analyze.UnitShare, false}, {label("其余的人", "Others"), analyze.UnitShare, false}, {label("相差", "Difference"), analyze.UnitShare, true}}
	a.Drawn = 2
	for _, f := range c.Factors {
		if !f.Done {
			continue
		}
		a.Rows = append(a.Rows, AnswerRow{Label: f.Label, Condition: f.Condition, Figures: []analyze.Number{analyze.NumberOf(ctx, analyze.UnitShare, f.InGroup.Share), analyze.NumberOf(ctx, analyze.UnitShare, f.InRest.Share), analyze.NumberOf(ctx, analyze.UnitShare, f.Differs)}})
	}
	if len(a.Rows) == 0 {
		a.Sentence = label(fmt.Sprintf("查了 %d 种行为，下单的人在之前 30 天里没有哪种明显更多。", c.Tested), fmt.Sprintf("Of %d kinds of behaviour none is clearly commoner in the 30 days before an order.", c.Tested))
		return nil
	}
	a.Sentence = label(fmt.Sprintf("下单的人里 **%s** 在之前 30 天%s，同一时刻其余的人只有 %s。", percent(*a.Rows[0].Figures[0].Value), a.Rows[0].Label.Chinese, percent(*a.Rows[0].Figures[1].Value)),
		fmt.Sprintf("Of those who order **%s** %s in the 30 days before; of others at the same moments %s.", percent(*a.Rows[0].Figures[0].Value), a.Rows[0].Label.English, percent(*a.Rows[0].Figures[1].Value)))
	return nil
}

const sentText = `
select coalesce(json_extract_string(properties, '$.campaign'), utm_campaign, ''),
  count(distinct customer_id) filter (where event = 'message_sent' and day >= $3::date), count(distinct customer_id) filter (where event in ('message_clicked', 'message_opened') and day >= $3::date),
  count(distinct customer_id) filter (where event = 'message_sent' and day < $3::date), count(distinct customer_id) filter (where event in ('message_clicked', 'message_opened') and day < $3::date)
from events
where event in ('message_sent', 'message_opened', 'message_clicked') and not bot and customer_id is not null and day between $1::date and $2::date%s
group by 1 order by 2 desc, 1 limit 15`

// responseRate tells who opened or clicked what was sent, campaign by campaign, against the time before (C252).
func (w *Why) responseRate(ctx context.Context, a *Answer, p analyze.Period, group int64) error {
	args, where := []any{before(p).From, p.To, p.From}, ""
	among, err := w.segments.Among(ctx, group)
	if err != nil {
		return err
	}
	if among.Text != "" {
		where = " and customer_id in (" + analyze.NumberedOn(among.Text, len(args)) + ")"
		args = append(args, among.Args...)
	}
	rows, err := w.columns.Query(ctx, fmt.Sprintf(sentText, where), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var sent, met, sentBefore, metBefore float64
	rate := func(met, sent float64) analyze.Number {
		if sent == 0 {
			return analyze.Number{}
		}
		return analyze.NumberOf(ctx, analyze.UnitShare, met/sent)
	}
	for rows.Next() {
		var name string
		var n, m, nBefore, mBefore float64
		if err := rows.Scan(&name, &n, &m, &nBefore, &mBefore); err != nil {
			return err
		}
		sent, met, sentBefore, metBefore = sent+n, met+m, sentBefore+nBefore, metBefore+mBefore
		said := label(name, name)
		if name == "" {
			said = label("没有活动名", "No campaign")
		}
		a.Rows = append(a.Rows, AnswerRow{Label: said, Figures: []analyze.Number{analyze.NumberOf(ctx, analyze.UnitCount, n), rate(mBefore, nBefore), rate(m, n)}})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if sent == 0 {
		a.Rows = []AnswerRow{}
		return a.needs(label("还说不出：这段时间没有发送记录。", "Nothing to say: nothing is known to have been sent in this time."),
			AnswerNeed{label("发送平台的事件 message_sent、message_opened、message_clicked，属性 campaign 写活动名", "events message_sent, message_opened and message_clicked of what sends for you, with the property campaign"), "sources"})
	}
	a.Heads = []AnswerHead{{label("收到的客户", "Customers reached"), analyze.UnitCount, false}, {label("上期响应率", "Response before"), analyze.UnitShare, false}, {label("响应率", "Response"), analyze.UnitShare, false}}
	a.Drawn = 2
	a.Sentence = label(fmt.Sprintf("收到的客户里 **%s** 打开或点击了，上期是 %s。", percent(met/sent), shareOrNone(metBefore, sentBefore, "没有发送")), fmt.Sprintf("**%s** of those reached opened or clicked; before it was %s.", percent(met/sent), shareOrNone(metBefore, sentBefore, "nothing sent")))
	return nil
}

func shareOrNone(met, sent float64, none string) string {
	if sent == 0 {
		return none
	}
	return percent(met / sent)
}
