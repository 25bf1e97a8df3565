package why

import (
	"fmt"
	"math"
	"strconv"

	"guanxi/flow/analyze"
)

// word says what a factor is: 没有「制定学习计划」, did not do “study plan made”.
func (f *Factor) word(l *look) {
	if f.Kind == ofEvents {
		name, known := l.labels[f.Name]
		if !known {
			name = analyze.EventLabel(f.Name)
		}
		f.Label = analyze.Label{Chinese: "有「" + name.Chinese + "」", English: "did “" + name.English + "”"}
		if !f.Done {
			f.Label = analyze.Label{Chinese: "没有「" + name.Chinese + "」", English: "did not do “" + name.English + "”"}
		}
		return
	}
	d := l.details[f.Name]
	value, known := d.Values[f.Value]
	if !known {
		value = analyze.Label{Chinese: f.Value, English: f.Value}
	}
	f.Label = analyze.Label{Chinese: d.Label.Chinese + "：" + value.Chinese, English: d.Label.English + ": " + value.English}
}

// say tells the first factor in a sentence.
func (c *Common) say(q CommonQuery) analyze.Label {
	if c.Group == 0 || c.Rest == 0 {
		return analyze.Label{Chinese: "没有可比的客户：这一组或其余的人一个也没有。", English: "There is nobody to compare: the group or the rest is empty."}
	}
	if len(c.Factors) == 0 {
		return analyze.Label{Chinese: fmt.Sprintf("查了 %d 个因素，没有一个明显超出偶然。", c.Tested), English: fmt.Sprintf("Of %d factors looked at, none stands out from chance.", c.Tested)}
	}
	f := c.Factors[0]
	within := analyze.Label{}
	if f.Kind == ofEvents && q.Start != nil {
		within = analyze.Label{Chinese: fmt.Sprintf("在起点后 %d 小时内", q.Hours), English: fmt.Sprintf(" within %d hours of the start", q.Hours)}
	}
	if f.Kind == ofEvents && q.Before != nil {
		within = analyze.Label{Chinese: fmt.Sprintf("在此前 %d 小时里", q.Hours), English: fmt.Sprintf(" in the %d hours before", q.Hours)}
	}
	times := analyze.Label{}
	if f.Lift != nil {
		n := strconv.FormatFloat(math.Round(*f.Lift*10)/10, 'f', -1, 64)
		times = analyze.Label{Chinese: "，是 " + n + " 倍", English: ": " + n + " times as often"}
	}
	return analyze.Label{
		Chinese: fmt.Sprintf("这一组有 **%s** %s%s，其余只有 **%s**%s。", percent(f.InGroup.Share), within.Chinese, f.Label.Chinese, percent(f.InRest.Share), times.Chinese),
		English: fmt.Sprintf("**%s** of the group: %s%s. Of the rest **%s**%s.", percent(f.InGroup.Share), f.Label.English, within.English, percent(f.InRest.Share), times.English),
	}
}

func percent(share float64) string {
	return strconv.FormatFloat(math.Round(share*100), 'f', -1, 64) + "%"
}
