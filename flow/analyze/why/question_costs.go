package why

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"guanxi/flow/analyze"
	"guanxi/flow/analyze/cost"
)

// spent is what winning customers by one channel cost, in minor units, and how many it won.
type spent struct {
	channel        string
	now, before    float64
	won, wonBefore float64
}

const spentText = `
with spent as (
  select channel, sum(amount) filter (where day >= $3::date) as now, sum(amount) filter (where day < $3::date) as before
  from cost_days where kind = 'acquisition' and day between $1::date and $2::date group by channel
), won as (
  select channel, count(*) filter (where day >= $3::date) as now, count(*) filter (where day < $3::date) as before
  from acquisitions where day between $1::date and $2::date group by channel
)
select channel, coalesce(s.now, 0)::double, coalesce(s.before, 0)::double, coalesce(w.now, 0)::double, coalesce(w.before, 0)::double
from spent s full join won w using (channel)
order by channel`

var (
	noCosts = AnswerNeed{label("营销花费：按渠道和日期导入，或在「成本与回报」里填写", "what was spent on marketing, by channel and day: import it, or enter it under Cost and return"), "imports"}
	noWins  = AnswerNeed{label("客户的首单和来源渠道", "first orders of customers, and the channels they came by"), "imports"}
)

// spent reads channels now and in the time before, and the sum of them. Fault: forbidden for who may not know costs.
func (w *Why) spent(ctx context.Context, p analyze.Period) (all []spent, whole spent, err error) {
	if err := cost.MayKnow(ctx); err != nil {
		return nil, whole, err
	}
	rows, err := w.columns.Query(ctx, spentText, before(p).From, p.To, p.From)
	if err != nil {
		return nil, whole, err
	}
	defer rows.Close()
	for rows.Next() {
		var s spent
		if err := rows.Scan(&s.channel, &s.now, &s.before, &s.won, &s.wonBefore); err != nil {
			return nil, whole, err
		}
		whole.now, whole.before, whole.won, whole.wonBefore = whole.now+s.now, whole.before+s.before, whole.won+s.won, whole.wonBefore+s.wonBefore
		all = append(all, s)
	}
	return all, whole, rows.Err()
}

func channelName(channel string) analyze.Label {
	if channel == "" {
		return label("不分渠道", "Of no one channel")
	}
	return label(channel, channel)
}

// effects part the change of what a channel costs into the number of customers won and the cost of one. Spending that has won
// nobody at either time is cost of one.
func (s spent) effects() (number, each float64) {
	if s.won == 0 && s.wonBefore == 0 {
		return 0, s.now - s.before
	}
	return bennet(s.now, s.before, s.won, s.wonBefore)
}

// channelCost parts the change of each channel's cost into the number of customers won and the cost of one (C251).
func (w *Why) channelCost(ctx context.Context, a *Answer, p analyze.Period, _ int64) error {
	all, whole, err := w.spent(ctx, p)
	if err != nil {
		return err
	}
	if whole.now == 0 && whole.before == 0 {
		return a.needs(label("还说不出：没有渠道花费的数据。", "Nothing to say yet: no spending on channels is known."), noCosts)
	}
	all = slices.DeleteFunc(all, func(s spent) bool { return s.now == 0 && s.before == 0 })
	slices.SortStableFunc(all, func(x, y spent) int { return cmp.Compare(math.Abs(y.now-y.before), math.Abs(x.now-x.before)) })
	a.Drawn = 2
	a.Heads = []AnswerHead{{label("上期", "Before"), analyze.UnitMoney, false}, {label("现在", "Now"), analyze.UnitMoney, false}, {label("变化", "Change"), analyze.UnitMoney, true},
		{label("赢得人数影响", "By customers won"), analyze.UnitMoney, true}, {label("单位成本影响", "By cost of one"), analyze.UnitMoney, true}}
	var numbers, eaches float64
	row := func(name analyze.Label, s spent, number, each float64) AnswerRow {
		return AnswerRow{Label: name, Figures: figuresOf(ctx, analyze.UnitMoney, s.before, s.now, s.now-s.before, number, each)}
	}
	for _, s := range all {
		number, each := s.effects()
		numbers, eaches = numbers+number, eaches+each
		a.Rows = append(a.Rows, row(channelName(s.channel), s, number, each))
	}
	total := row(label("合计", "Total"), whole, numbers, eaches)
	a.Total = &total
	money := analyze.Reader{Currency: total.Figures[0].Currency}.Money
	lead := label("赢得的人数", "the number of customers won")
	if math.Abs(eaches) > math.Abs(numbers) {
		lead = label("赢得一位的成本", "the cost of winning one")
	}
	top := a.Rows[0].Label
	a.Sentence = label(fmt.Sprintf("渠道花费变了 **%s**，主要是**%s**：人数影响 %s，单位成本影响 %s。变化最大的是 **%s**。", money(whole.now-whole.before), lead.Chinese, money(numbers), money(eaches), top.Chinese),
		fmt.Sprintf("Spending on channels moved by **%s**, mostly by **%s**: %s by customers won, %s by the cost of one. Most of all: **%s**.", money(whole.now-whole.before), lead.English, money(numbers), money(eaches), top.English))
	return nil
}

// demand is what one channel adds to the change of the cost of a customer, and what one more costs there.
type demand struct {
	spent
	own, mix float64
	more     *float64 // null where the channel did not grow
}

// demands part the change of the cost of a customer into what each channel's own cost adds and what the mix of channels adds:
// Kitagawa, "Components of a Difference Between Two Rates", JASA 50 (1955). They add up to the change to the minor unit.
func demands(all []spent, whole spent) []demand {
	now, before := whole.now/whole.won, whole.before/whole.wonBefore
	parts := make([]demand, len(all))
	left := math.Round(now) - math.Round(before)
	for i, s := range all {
		d := demand{spent: s}
		moved := (s.won/whole.won - s.wonBefore/whole.wonBefore) * (now + before) / 2
		change := s.now/whole.won - s.before/whole.wonBefore
		if s.won > 0 && s.wonBefore > 0 {
			d.own = math.Round((s.won/whole.won + s.wonBefore/whole.wonBefore) / 2 * (s.now/s.won - s.before/s.wonBefore))
		} else if s.won == 0 && s.wonBefore == 0 { // it spends and wins nobody
			d.own = math.Round(change)
		}
		d.mix = math.Round(change-moved) - d.own
		if s.won > s.wonBefore && s.now > s.before {
			more := (s.now - s.before) / (s.won - s.wonBefore)
			d.more = &more
		}
		left -= d.own + d.mix
		parts[i] = d
	}
	slices.SortStableFunc(parts, func(x, y demand) int { return cmp.Compare(math.Abs(y.own+y.mix), math.Abs(x.own+x.mix)) })
	if len(parts) > 0 {
		parts[0].mix += left // what rounding has left over
	}
	return parts
}

// saturated says that one more customer costs at least a quarter more than one did on average before.
func (d demand) saturated() bool {
	return d.more != nil && d.wonBefore > 0 && *d.more >= 1.25*d.before/d.wonBefore
}

// demandCost parts the change of what winning a customer costs into channels' own costs and their mix, and tells where one more
// costs more than the last ones did (C254).
func (w *Why) demandCost(ctx context.Context, a *Answer, p analyze.Period, _ int64) error {
	all, whole, err := w.spent(ctx, p)
	if err != nil {
		return err
	}
	switch {
	case whole.now == 0 && whole.before == 0:
		return a.needs(label("还说不出：没有渠道花费的数据。", "Nothing to say yet: no spending on channels is known."), noCosts)
	case whole.won == 0 || whole.wonBefore == 0:
		return a.needs(label("还说不出：两段时间里要都有新客户。", "Nothing to say yet: it takes new customers in both times."), noWins)
	}
	a.Metric, a.Drawn = "cac", 2
	a.Heads = []AnswerHead{{label("上期每位", "One before"), analyze.UnitMoney, false}, {label("现在每位", "One now"), analyze.UnitMoney, false}, {label("渠道自身影响", "By its own cost"), analyze.UnitMoney, true},
		{label("构成影响", "By the mix"), analyze.UnitMoney, true}, {label("再多一位", "One more"), analyze.UnitMoney, false}}
	var own, mix float64
	var full *demand
	each := func(amount, of float64) analyze.Number {
		if of == 0 {
			return analyze.Number{}
		}
		return analyze.NumberOf(ctx, analyze.UnitMoney, amount/of)
	}
	for _, d := range demands(all, whole) {
		own, mix = own+d.own, mix+d.mix
		more := analyze.Number{}
		if d.more != nil {
			more = analyze.NumberOf(ctx, analyze.UnitMoney, *d.more)
		}
		if d.saturated() && full == nil {
			full = &d
		}
		a.Rows = append(a.Rows, AnswerRow{Label: channelName(d.channel), Figures: append([]analyze.Number{each(d.before, d.wonBefore), each(d.now, d.won)},
			append(figuresOf(ctx, analyze.UnitMoney, d.own, d.mix), more)...)})
	}
	a.Total = &AnswerRow{Label: label("合计", "Total"), Figures: append([]analyze.Number{each(whole.before, whole.wonBefore), each(whole.now, whole.won)}, append(figuresOf(ctx, analyze.UnitMoney, own, mix), analyze.Number{})...)}
	money := analyze.Reader{Currency: a.Total.Figures[0].Currency}.Money
	top := a.Rows[0].Label
	zh := fmt.Sprintf("赢得一位客户的成本从 %s 到 **%s**：渠道自身 %s，渠道构成 %s。影响最大的是 **%s**。", money(whole.before/whole.wonBefore), money(whole.now/whole.won), money(own), money(mix), top.Chinese)
	en := fmt.Sprintf("Winning a customer went from %s to **%s**: %s by channels' own cost, %s by their mix. Most of all: **%s**.", money(whole.before/whole.wonBefore), money(whole.now/whole.won), money(own), money(mix), top.English)
	if full != nil {
		name := channelName(full.channel)
		zh += fmt.Sprintf("**%s** 趋于饱和：再多一位要 %s，之前平均 %s。", name.Chinese, money(*full.more), money(full.before/full.wonBefore))
		en += fmt.Sprintf(" **%s** is filling up: one more costs %s there, where one took %s before.", name.English, money(*full.more), money(full.before/full.wonBefore))
	}
	a.Sentence = label(zh, en)
	return nil
}

// keepOrWin sets what keeping a customer costs beside what winning one does (C295).
func (w *Why) keepOrWin(ctx context.Context, a *Answer, p analyze.Period, _ int64) error {
	_, whole, err := w.spent(ctx, p)
	if err != nil {
		return err
	}
	retention, _, came, err := cost.Kept(ctx, w.columns, p)
	if err != nil {
		return err
	}
	keeping, kept := float64(retention), float64(came)
	if whole.now == 0 || keeping == 0 {
		return a.needs(label("还说不出：要有获客和留客两种花费。", "Nothing to say yet: it takes what is spent on winning and on keeping customers."), noCosts)
	}
	if whole.won == 0 || kept == 0 {
		return a.needs(label("还说不出：这段时间要有新客，也要有老客再来。", "Nothing to say yet: it takes new customers in this time, and earlier ones who came back."), noWins)
	}
	a.Drawn = 2
	a.Heads = []AnswerHead{{label("花费", "Spent"), analyze.UnitMoney, false}, {label("客户数", "Customers"), analyze.UnitCount, false}, {label("每位", "Each"), analyze.UnitMoney, false}}
	row := func(name analyze.Label, amount, of float64) AnswerRow {
		return AnswerRow{Label: name, Figures: []analyze.Number{analyze.NumberOf(ctx, analyze.UnitMoney, amount), analyze.NumberOf(ctx, analyze.UnitCount, of), analyze.NumberOf(ctx, analyze.UnitMoney, amount/of)}}
	}
	a.Rows = []AnswerRow{row(label("赢得新客", "Winning"), whole.now, whole.won), row(label("留住老客", "Keeping"), keeping, kept)}
	money := analyze.Reader{Currency: a.Rows[0].Figures[0].Currency}.Money
	win, keep := whole.now/whole.won, keeping/kept
	times := fmt.Sprintf("%.1f", win/keep)
	a.Sentence = label(fmt.Sprintf("留住一位老客花 **%s**，赢得一位新客花 **%s**：是留客的 **%s** 倍。", money(keep), money(win), times),
		fmt.Sprintf("Keeping a customer takes **%s**, winning one **%s**: **%s** times as much.", money(keep), money(win), times))
	return nil
}
