package decide

import (
	"maps"
	"regexp"
	"strings"
	"time"
)

// wording is one way to say something. {name:form} writes the value called name, see figures.write; {name} its text.
type wording struct{ zh, en string }

// sentences puts every reason, basis and event into words, here and nowhere else. Of several ways the first whose values are all
// there is taken. A figure that matters is between ** and **, at most four in a sentence, and no full stop ends it.
var sentences = map[string][]wording{
	OverdueRhythm: {
		{"近 12 个月消费 **{spent_12m:money}**，通常 **{cycle_days:days}**下单一次，已 **{silent_days:days}**未购",
			"Spent **{spent_12m:money}** in 12 months, usually buys every **{cycle_days:days}**, silent for **{silent_days:days}**"},
		{"累计消费 **{spent:money}**，通常 **{cycle_days:days}**下单一次，已 **{silent_days:days}**未购",
			"Spent **{spent:money}** so far, usually buys every **{cycle_days:days}**, silent for **{silent_days:days}**"},
	},
	AliveFell: {
		{"再来的可能从 **{alive_before:share}** 降到 **{alive:share}**，近 12 个月消费 **{spent_12m:money}**，已 **{silent_days:days}**未购",
			"Likelihood of buying again fell from **{alive_before:share}** to **{alive:share}**; spent **{spent_12m:money}** in 12 months, silent for **{silent_days:days}**"},
		{"再来的可能从 **{alive_before:share}** 降到 **{alive:share}**，累计消费 **{spent:money}**，已 **{silent_days:days}**未购",
			"Likelihood of buying again fell from **{alive_before:share}** to **{alive:share}**; spent **{spent:money}** so far, silent for **{silent_days:days}**"},
	},
	ThankFirstOrder: {
		{"{days_ago:ago}首次下单 **{amount:money}**，高于 **{larger_than:share}** 的首单，未来 12 个月预计再消费 **{predicted:money}**",
			"First order of **{amount:money}** {days_ago:ago}, larger than **{larger_than:share}** of first orders; expected to spend **{predicted:money}** more in 12 months"},
		{"{days_ago:ago}首次下单 **{amount:money}**，高于 **{larger_than:share}** 的首单",
			"First order of **{amount:money}** {days_ago:ago}, larger than **{larger_than:share}** of first orders"},
	},
	NextPurchaseDue: {{"通常 **{cycle_days:days}**下单一次，预计 **{due_day:day}**再来，平均每单 **{order_value:money}**",
		"Usually buys every **{cycle_days:days}**, due on **{due_day:day}**, **{order_value:money}** an order"}},
	FollowUpDue: {
		{"{agreed_at:when}约好 **{due_at:when}** {next_action}，已过 **{late:span}**", "Agreed {agreed_at:when} for **{due_at:when}**: {next_action}; **{late:span}** late"},
		{"{agreed_at:when}约好 **{due_at:when}** {next_action}", "Agreed {agreed_at:when} for **{due_at:when}**: {next_action}"},
		{"{agreed_at:when}约好 **{due_at:when}**再联系，已过 **{late:span}**", "Agreed {agreed_at:when} to be in touch **{due_at:when}**; **{late:span}** late"},
		{"{agreed_at:when}约好 **{due_at:when}**再联系", "Agreed {agreed_at:when} to be in touch **{due_at:when}**"},
	},
	PersonRequest: {{"{asked_at:when}{kind:label}，法定答复期限 **{due_at:when}**", "Asked {asked_at:when} for {kind:label}; the law wants an answer by **{due_at:when}**"}},
	DataFindings: {
		{"**{count:number} 条**记录{cause:cause}，涉及金额 **{amount:money}**，最早发现于 **{since:when}**",
			"**{count:records}** {cause:cause}; **{amount:money}** rests on them, first found **{since:when}**"},
		{"**{count:number} 条**记录{cause:cause}，最早发现于 **{since:when}**", "**{count:records}** {cause:cause}, first found **{since:when}**"},
	},
	DuplicateCustomers: {{"**{count:number} 对**客户很可能是同一人，最早发现于 **{since:when}**；不合并，价值和节奏都按两个人算",
		"**{count:number} pairs** of customers are likely one, first found **{since:when}**; until merged, value and rhythm count them as two"}},
	CustomersUnreachable: {{"**{count:number} 位**高价值客户没有电话也没有邮箱，占高价值客户的 **{share:share}**，未来 12 个月预计消费 **{predicted:money}**",
		"**{count:number}** valuable customers have neither phone nor email: **{share:share}** of the valuable, expected to spend **{predicted:money}** in 12 months"}},
	QualityFell: {{"质量分从 **{before:share}** 降到 **{score:share}**，新增 **{new:number} 个**问题，现共 **{count:number} 个**",
		"The score fell from **{before:share}** to **{score:share}**; **{new:number}** new findings, **{count:number}** in all"}},
	ContactFails: {{"{what:label}，没有别的可用；联系时请补一个新的", "{what:label}, and there is no other; ask for a new one at the next contact"}},
	SheCorrects:  {{"{at:when}在本人页面上更正了**{field:label}**等 **{count:number} 项**，接受后写入档案", "Gave **{count:number}** details on their own page {at:when}, **{field:label}** among them; accept to write them"}},
	AskDetail: {
		{"请把本人页面的链接发给客户，页上请补充**{field:label}**等 **{on_page:number} 项**", "Send the customer the link to their own page, which asks for **{on_page:number}** details, **{field:label}** among them"},
		{"请向客户核实**{field:label}**，自 **{since:when}** 起", "Ask the customer for **{field:label}**, since **{since:when}**"}},
	SourceLate: {{"通常每 **{expected_hours:hours}**来一次数据，已 **{silent_hours:hours}**没有，此后的数字会偏低",
		"Usually brings data every **{expected_hours:hours}**, silent for **{silent_hours:hours}**; figures since then are too low"}},
	ScheduleFails:   {{"已连续失败 **{count:number} 次**，因为{why:label}；修好之前，数据不会按时进出", "Failed runs in a row: **{count:number}**, because {why:label}; until it is mended, data does not come or go on time"}},
	"schedule_late": {{"应于 **{was_due:when}** 运行，至今没有开始", "Was due **{was_due:when}** and has not begun"}},
	"metric_below": {
		{"{day:day} **{value:metric}**，低于预期 **{gap:gap}**（预期 {low:metric}–{high:metric}），其中 **{cause_share:share}** 来自{cause:label}",
			"**{value:metric}** on {day:day}, **{gap:gap}** below what was expected ({low:metric}–{high:metric}); **{cause_share:share}** of it from {cause:label}"},
		{"{day:day} **{value:metric}**，低于预期 **{gap:gap}**（预期 {low:metric}–{high:metric}）",
			"**{value:metric}** on {day:day}, **{gap:gap}** below what was expected ({low:metric}–{high:metric})"},
		{"{day:day} **{value:metric}**，低于预期的 {low:metric}–{high:metric}", "**{value:metric}** on {day:day}, below the expected {low:metric}–{high:metric}"},
	},
	"metric_above": {
		{"{day:day} **{value:metric}**，高出预期 **{gap:gap}**（预期 {low:metric}–{high:metric}），其中 **{cause_share:share}** 来自{cause:label}",
			"**{value:metric}** on {day:day}, **{gap:gap}** above what was expected ({low:metric}–{high:metric}); **{cause_share:share}** of it from {cause:label}"},
		{"{day:day} **{value:metric}**，高出预期 **{gap:gap}**（预期 {low:metric}–{high:metric}）",
			"**{value:metric}** on {day:day}, **{gap:gap}** above what was expected ({low:metric}–{high:metric})"},
		{"{day:day} **{value:metric}**，高于预期的 {low:metric}–{high:metric}", "**{value:metric}** on {day:day}, above the expected {low:metric}–{high:metric}"},
	},

	"alert_below": {
		{"{label:label}在 {day:day} 为 **{value:metric}**，低于警戒线 **{low:metric}**，其中 **{cause_share:share}** 来自{cause:label}",
			"{label:label} was **{value:metric}** on {day:day}, below the line of **{low:metric}**; **{cause_share:share}** of it from {cause:label}"},
		{"{label:label}在 {day:day} 为 **{value:metric}**，低于警戒线 **{low:metric}**", "{label:label} was **{value:metric}** on {day:day}, below the line of **{low:metric}**"},
	},
	"alert_above": {
		{"{label:label}在 {day:day} 为 **{value:metric}**，高于警戒线 **{high:metric}**，其中 **{cause_share:share}** 来自{cause:label}",
			"{label:label} was **{value:metric}** on {day:day}, above the line of **{high:metric}**; **{cause_share:share}** of it from {cause:label}"},
		{"{label:label}在 {day:day} 为 **{value:metric}**，高于警戒线 **{high:metric}**", "{label:label} was **{value:metric}** on {day:day}, above the line of **{high:metric}**"},
	},
	"alert_rose": {
		{"{label:label}从 {before:metric} 升到 **{value:metric}**，上升 **{by:share}**，其中 **{cause_share:share}** 来自{cause:label}",
			"{label:label} rose by **{by:share}**, from {before:metric} to **{value:metric}**; **{cause_share:share}** of it from {cause:label}"},
		{"{label:label}从 {before:metric} 升到 **{value:metric}**，上升 **{by:share}**", "{label:label} rose by **{by:share}**, from {before:metric} to **{value:metric}**"},
	},
	"alert_fell": {
		{"{label:label}从 {before:metric} 降到 **{value:metric}**，下降 **{by:share}**，其中 **{cause_share:share}** 来自{cause:label}",
			"{label:label} fell by **{by:share}**, from {before:metric} to **{value:metric}**; **{cause_share:share}** of it from {cause:label}"},
		{"{label:label}从 {before:metric} 降到 **{value:metric}**，下降 **{by:share}**", "{label:label} fell by **{by:share}**, from {before:metric} to **{value:metric}**"},
	},
	"alert_outside": {{"{label:label}在 {day:day} 为 **{value:metric}**，不在预期的 {low:metric}–{high:metric} 之内",
		"{label:label} was **{value:metric}** on {day:day}, outside the expected {low:metric}–{high:metric}"}},
	CustomerAlert: {
		{"触发预警「{rule}」：{finding:label}，现为 **{figure:label}**", "Set off “{rule}”: {finding:label}, now **{figure:label}**"},
		{"触发预警「{rule}」", "Set off “{rule}”"},
	},
	"alert_withheld": {{"预警触发；依据的数字你看不到", "An alert was raised; it rests on figures that you may not see"}},

	// folded lines
	"customer_alert_group": {{"**{count:number} 位**客户触发了预警规则，打开后按规则分开处理", "**{count:number}** customers have set off alert rules; open them to act rule by rule"}},
	"overdue_rhythm_group": {
		{"通常约 **{cycle_days:days}**下单一次，都已 **{silent_low:number}–{silent_high:days}**未购，人均年消费 **{spent_12m:money}**，其中 **{reachable:number} 人**可联系",
			"Usually buy about every **{cycle_days:days}**, silent for **{silent_low:number}–{silent_high:days}**, spend **{spent_12m:money}** a year each; **{reachable:number}** can be reached"},
		{"通常约 **{cycle_days:days}**下单一次，都已 **{silent_low:number}–{silent_high:days}**未购，其中 **{reachable:number} 人**可联系",
			"Usually buy about every **{cycle_days:days}**, silent for **{silent_low:number}–{silent_high:days}**; **{reachable:number}** can be reached"},
	},
	"alive_fell_group": {{"再来的可能一个月内从约 **{alive_before:share}** 降到 **{alive:share}**，都已 **{silent_low:number}–{silent_high:days}**未购，其中 **{reachable:number} 人**可联系",
		"Likelihood of buying again fell from about **{alive_before:share}** to **{alive:share}** within a month, silent for **{silent_low:number}–{silent_high:days}**; **{reachable:number}** can be reached"}},
	"thank_first_order_group": {{"一周内首次下单，人均 **{amount:money}**，其中 **{reachable:number} 人**可联系", "First orders within a week, **{amount:money}** each; **{reachable:number}** can be reached"}},
	"next_purchase_due_group": {{"三天内该再来，通常约 **{cycle_days:days}**下单一次，平均每单 **{order_value:money}**，其中 **{reachable:number} 人**可联系",
		"Due within three days, usually buy about every **{cycle_days:days}**, **{order_value:money}** an order; **{reachable:number}** can be reached"}},

	// how a stake was reckoned
	"predicted_times_leaving": {{"未来 12 个月预计 **{predicted:money}** × 流失可能 **{leaving:share}**", "**{predicted:money}** expected in 12 months × **{leaving:share}** likely to be lost"}},
	"rhythm_times_leaving": {{"未来 12 个月预计 **{predicted:money}** × 流失可能 **{leaving:share}**，按自己的节奏：每多静默一个周期，再来的可能减半",
		"**{predicted:money}** expected in 12 months × **{leaving:share}** likely to be lost, by the customer's own rhythm: every cycle of silence halves the likelihood of coming back"}},
	"predicted_fall":    {{"未来 12 个月的预计一个月内从 **{before:money}** 降到 **{predicted:money}**", "What is expected in 12 months fell from **{before:money}** to **{predicted:money}** within a month"}},
	"first_year":        {{"未来 12 个月预计消费 **{predicted:money}**", "**{predicted:money}** expected in the next 12 months"}},
	"repeat_like_first": {{"首单 **{amount:money}** × 新客再次下单的比例 **{repeat:share}**", "First order **{amount:money}** × **{repeat:share}** of new customers who order again"}},
	"next_order":        {{"平均每单 **{order_value:money}**", "**{order_value:money}** an order on average"}},
	"promise_kept":      {{"未来 12 个月预计 **{predicted:money}** × 失约使人离开的可能 **{leaving:share}**", "**{predicted:money}** expected in 12 months × **{leaving:share}** likely to leave over a broken promise"}},
	"promise_ordinary":  {{"按一笔普通订单 **{predicted:money}** × 失约使人离开的可能 **{leaving:share}**", "One ordinary order of **{predicted:money}** × **{leaving:share}** likely to leave over a broken promise"}},
	"rests_on":          {{"依据这些记录的金额 **{amount:money}** × 因此误判的份额 **{share:share}**", "**{amount:money}** rests on these records × **{share:share}** misjudged for it"}},
	"unreachable_month": {{"未来 12 个月预计 **{predicted:money}**，一个月的份额 × 联系得上多带来的 **{share:share}**", "One month of **{predicted:money}** expected in 12 × **{share:share}** more that a reachable customer brings"}},
	"shortfall":         {{"偏离预期的代价 **{amount:money}**", "**{amount:money}** is what being off its path cost"}},
	"alert_leaving":     {{"未来 12 个月的预计 × 流失可能，合 **{amount:money}**", "What is expected in 12 months × how likely they leave: **{amount:money}**"}},
	"sum":               {{"**{count:number} 项**相加", "**{count:items}** added up"}},
	"ordinary_order":    {{"无法估值，按一笔普通订单 **{amount:money}** 排序", "Cannot be valued; ordered as one ordinary order of **{amount:money}**"}},

	// why a line stands where it stands
	"why_delay": {{"可能损失 **{stake:money}**，现在做能挽回 **{chance:share}**，这个机会每 **{half_life:span}**减半，约需 **{effort:minutes}**：每分钟保住 {score:money}",
		"**{stake:money}** at stake × **{chance:share}** can be changed × half gone in **{half_life:span}** ÷ **{effort:minutes}** = {score:money} saved a minute"}},
	"why_promise": {{"可能损失 **{stake:money}**，现在做能挽回 **{chance:share}**，现在不做有 **{pass:share}** 会错过约定的时间，约需 **{effort:minutes}**：每分钟保住 {score:money}",
		"**{stake:money}** at stake × **{chance:share}** can be changed × **{pass:share}** likely to miss the promised time ÷ **{effort:minutes}** = {score:money} saved a minute"}},
	"why_late": {{"可能损失 **{stake:money}**，现在做能挽回 **{chance:share}**，约定的时间已过，约需 **{effort:minutes}**：每分钟保住 {score:money}",
		"**{stake:money}** at stake × **{chance:share}** can be changed, the promised time has passed ÷ **{effort:minutes}** = {score:money} saved a minute"}},

	// what the reader may not know the figures of
	"withheld":                         {{"依据的数字你看不到", "It rests on figures that you may not see"}},
	"withheld_overdue_rhythm":          {{"比平时更久没有下单，该联系了", "Silent for longer than usual: time to be in touch"}},
	"withheld_overdue_rhythm_group":    {{"比平时更久没有下单，该联系了", "Silent for longer than usual: time to be in touch"}},
	"withheld_alive_fell":              {{"可能正在流失，该联系了", "Likely to be leaving: time to be in touch"}},
	"withheld_alive_fell_group":        {{"可能正在流失，该联系了", "Likely to be leaving: time to be in touch"}},
	"withheld_thank_first_order":       {{"新客，值得道谢", "A new customer, worth thanking"}},
	"withheld_thank_first_order_group": {{"新客，值得道谢", "New customers, worth thanking"}},
	"withheld_next_purchase_due":       {{"快到常来的时候，提前联系", "About to come again: be in touch before"}},
	"withheld_next_purchase_due_group": {{"快到常来的时候，提前联系", "About to come again: be in touch before"}},
	"withheld_customers_unreachable":   {{"有重要客户没有电话也没有邮箱", "Important customers have neither phone nor e-mail"}},
	"withheld_metric_broke":            {{"偏离了预期的范围", "Left its expected range"}},
	"withheld_visits_broke":            {{"偏离了预期的范围", "Left its expected range"}},

	// events behind a line
	"order":    {{"下单 {amount:money}", "Ordered {amount:money}"}},
	"refund":   {{"退款 {amount:money}", "Refunded {amount:money}"}},
	"activity": {{"{activity:label}：{result}", "{activity:label}: {result}"}, {"{activity:label}：{content}", "{activity:label}: {content}"}, {"{activity:label}", "{activity:label}"}},
}

var placeholder = regexp.MustCompile(`\{([a-z0-9_]+)(?::([a-z]+))?\}`)

// speak puts a reason into words, at the reader's present instant in the workspace's zone.
func speak(r Reason, currency string, now time.Time) Said {
	values := r.Values
	if due := int64(values.Number("due_at")); due > 0 && now.UnixMilli()-due >= time.Minute.Milliseconds() {
		values = maps.Clone(values)
		values["late"] = now.Sub(time.UnixMilli(due)).Minutes()
	}
	zh, en := figures{chinese: true, currency: currency, now: now}, figures{currency: currency, now: now}
	for _, w := range sentences[r.Code] {
		if !w.complete(values) {
			continue
		}
		said := Said{ZH: fill(w.zh, values, zh), EN: fill(w.en, values, en)}
		if day := values.Text("as_of"); day != "" && day < now.Add(-booksOfThePast).Format(time.DateOnly) {
			said.ZH += "（数据到 " + zh.day(day) + "为止）"
			said.EN += " (data up to " + en.day(day) + ")"
		}
		return said
	}
	return Said{ZH: r.Code, EN: strings.ReplaceAll(r.Code, "_", " ")}
}

// complete says whether all that the wording writes is there; forms with their own words are never missing.
func (w wording) complete(values Values) bool {
	for _, m := range placeholder.FindAllStringSubmatch(w.zh, -1) {
		name := m[1]
		if m[2] == "label" {
			name += "_zh"
		}
		if !values.Has(name) || values[name] == "" {
			return false
		}
	}
	return true
}

func fill(text string, values Values, f figures) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		return f.write(values, m[1], m[2])
	})
}
