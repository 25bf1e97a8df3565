package analyze

import (
	"cmp"
	"strconv"
	"strings"
)

type chinese struct {
	Reader
	before string // in front of the value of a ratio: what it is a share of
}

func (chinese) everybody(negated bool) string {
	if negated {
		return "没有任何客户"
	}
	return "所有客户"
}

func (chinese) join(and bool, parts []string) string {
	if and {
		return choiceWords(parts, "，", "，而且")
	}
	return choiceWords(parts, "，", "，或者")
}

func (chinese) group(text string) string { return "（" + text + "）" }

func (chinese) tag(name string, negated bool) string {
	if negated {
		return "没标" + name
	}
	return "标了" + name
}

func (chinese) segment(name string, negated bool) string {
	if negated {
		return "不在客群" + name + "里"
	}
	return "在客群" + name + "里"
}

func (chinese) list(name string, negated bool) string {
	if negated {
		return "不在名单" + name + "里"
	}
	return "在名单" + name + "里"
}

var chineseUnits = map[string]string{"years": " 岁", "days": " 天", "orders": " 单"}

func (z chinese) value(c *Condition, op Op, f *Field, unit string) string {
	if op == OpInLastDays || op == OpAnniversary {
		return bold(strconv.FormatInt(c.Value.Days, 10) + " 天")
	}
	if op.ranks() {
		return bold(grouped(asFloat(c.Value.Numbers[0]), -1) + "%")
	}
	if c.Value.Flag != nil {
		if *c.Value.Flag {
			return bold("是")
		}
		return bold("否")
	}
	words := z.values(c.Value, f, "zh-CN", func(n string, _ bool) string { return n + unit })
	if op == OpBetween {
		return bold(strings.TrimSuffix(words[0], unit) + " 到 " + words[1])
	}
	if len(words) > mostNamed {
		return bold(strings.Join(words[:namedOfMany], "、") + "等 " + strconv.Itoa(len(words)) + " 项之一")
	}
	return bold(choiceWords(words, "、", "或"))
}

func (z chinese) field(c *Condition, op Op, negated bool) string {
	label := c.Field.Label.Chinese
	switch {
	case c.Field.own && c.Value.Flag != nil:
		return label + map[bool]string{true: "为", false: "不为"}[!negated] + bold(map[bool]string{true: "是", false: "否"}[*c.Value.Flag])
	case c.Field.own && c.Field.Type == TypeSet && op != OpIsSet:
		return label + map[bool]string{false: "含有", true: "不含"}[negated] + z.value(c, op, c.Field, "")
	case c.Value.Flag != nil && c.Field.Type == TypeBoolean:
		if *c.Value.Flag == negated {
			return bold("没" + label)
		}
		return bold(label)
	case op == OpAnniversary && c.Field.Name == "birthday" && !negated:
		return z.value(c, op, c.Field, "") + "内过" + map[bool]string{true: "农历"}[c.Value.Lunar] + "生日"
	case op == OpAnniversary && c.Value.Lunar:
		label = "农历" + label
	case c.Field.Name == "rfm.recency_days" && flipped[op] != "":
		return z.silence(c, op, negated)
	case op == OpIsSet && c.Field.Type == TypeSet:
		return map[bool]string{false: "有" + label, true: "没有" + label}[negated]
	case c.Field.Type == TypeSet:
		return map[bool]string{false: cmp.Or(c.Field.has.Chinese, "标了"), true: cmp.Or(c.Field.hasNot.Chinese, "没标")}[negated] + z.value(c, op, c.Field, "")
	}
	text := z.comparison(label, c, op, negated, c.Field, chineseUnits[c.Field.Unit], c.Field.never)
	if c.Field.Name == "age" {
		text = strings.Replace(text, "至少", "满", 1)
	}
	return text
}

// silence says how long the last order is ago the way a shopkeeper would.
func (z chinese) silence(c *Condition, op Op, negated bool) string {
	days := z.value(c, op, c.Field, " 天")
	also := ""
	if negated {
		op, also = flipped[op], "或从未下单"
	}
	switch op {
	case OpGte:
		return "已有" + days + "以上没下单" + also
	case OpGt:
		return "没下单超过" + days + also
	case OpLt:
		return "不到" + days + "前下过单" + also
	}
	return "不超过" + days + "前下过单" + also
}

// comparison says "subject op value"; never says that the subject is always known, so that "not at least" is "below".
func (z chinese) comparison(subject string, c *Condition, op Op, negated bool, f *Field, unit string, never bool) string {
	also := ""
	if flip, ordering := flipped[op]; ordering && negated {
		op, negated = flip, false
		if !never {
			also = "或未知"
		}
	}
	phrase := phrases[op]
	template := phrase.zh
	switch {
	case negated:
		template = phrase.zhNot
	case c.Value.Moments != nil && phrase.zhDay != "":
		template = phrase.zhDay
	}
	if op == OpIsSet {
		return subject + template
	}
	return subject + fill(template, z.before+z.value(c, op, f, unit)) + also
}

func (z chinese) event(c *Condition, op Op, negated bool, where string) string {
	when, before := z.window(c.Window)
	object := z.object(c, where)
	does := fill(c.Event.words.does, object)
	measured := c.Measure.field()
	if op.ranks() && c.Measure.Name == MeasureCount {
		return z.comparison(when+does+"的次数", c, op, negated, measured, "", true)
	}
	switch c.Measure.Name {
	case MeasureCount:
		if atLeastOne(op, c.Value.Numbers, false) || atLeastOne(op, c.Value.Numbers, true) {
			some := atLeastOne(op, c.Value.Numbers, false) != negated
			if some {
				return when + fill(c.Event.words.did, object)
			}
			return when + fill(c.Event.words.never, object)
		}
		times := z.comparison("", c, op, negated, measured, " 次", true)
		if rest, equal := strings.CutPrefix(times, "是"); equal {
			times = "正好" + rest
		}
		return when + does + times
	case MeasureDays:
		return z.comparison(when+does+"的天数", c, op, negated, measured, " 天", true)
	case MeasureSum:
		return z.comparison(when+does+"的"+c.Measure.Property.Label.Chinese+"合计", c, op, negated, measured, "", true)
	case MeasureFirst, MeasureLast:
		which := map[string]string{MeasureFirst: "首次", MeasureLast: "最近一次"}[c.Measure.Name]
		return z.comparison(when+which+does, c, op, negated, measured, "", false)
	case MeasureRatio:
		of := "的次数"
		if c.Measure.Property != nil {
			of = "的" + c.Measure.Property.Label.Chinese
		}
		z.before = before + "的"
		return z.comparison(when+does+of, c, op, negated, measured, "", false)
	}
	which := map[string]string{MeasureAvg: "平均", MeasureMin: "最小", MeasureMax: "最大"}[c.Measure.Name]
	return z.comparison(when+does+"的"+which+c.Measure.Property.Label.Chinese, c, op, negated, measured, "", false)
}

// window says when, and what the window before is called.
func (chinese) window(w Window) (when, before string) {
	switch {
	case w.LastDays == 1:
		return bold("今天"), "昨天"
	case w.LastDays > 1:
		days := bold(strconv.Itoa(w.LastDays) + " 天")
		return "近" + days, "前" + days
	case !w.From.IsZero():
		return bold(date(w.From) + " 到 " + date(w.To)), "前一段"
	}
	return "", ""
}

// chineseObject says one equality inside where as part of the object: 买护肤类商品.
var chineseObject = map[string]string{"category": "%s类商品", "brand": "%s品牌的商品", "product": "%s", "sku": "货号%s的商品", "tier": "%s档商品", "segment": "客群%s"}

func (z chinese) object(c *Condition, where string) string {
	thing := c.Event.words.thing
	if c.Where == nil {
		return thing
	}
	if template, ok := chineseObject[describes(c.Where)]; ok && thing != "" {
		if z.byName(c.Where) {
			template = "%s"
		}
		return fill(template, z.value(c.Where, c.Where.Op, c.Where.Field, ""))
	}
	return thing + "（" + where + "）"
}

// describes gives the name of the property that a where of one equality fixes.
func describes(where *Condition) string {
	if where.Field != nil && (where.Op == OpEq || where.Op == OpIn) {
		return where.Field.Name
	}
	return ""
}

func (z chinese) step(c *Condition, where string) string {
	return fill(c.Event.words.does, z.object(c, where))
}

func (z chinese) sequence(c *Condition, negated bool, steps, without []string) string {
	when, _ := z.window(c.Window)
	order := "先" + strings.Join(steps, "，再")
	if len(steps) == 1 {
		order = steps[0]
	}
	text := order + "（" + bold(strconv.Itoa(c.Within)+" 天") + "内"
	if len(without) > 0 {
		text += "，其间没有" + choiceWords(without, "、", "或")
	}
	text += "）"
	if negated {
		return when + "没有做到：" + text
	}
	return when + text
}
