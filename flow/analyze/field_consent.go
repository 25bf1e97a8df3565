package analyze

import (
	"context"
	"slices"
	"strings"

	"guanxi/base/field"
	"guanxi/flow/customer"
)

// channelLabels are the channels in words.
var channelLabels = map[string]Label{"email": {"邮件", "e-mail"}, "sms": {"短信", "SMS"}, "wechat": {"微信", "WeChat"}, "phone": {"电话", "phone"}, "post": {"邮寄", "post"}}

// consentSort is one sort of question about what customers have agreed to; each stands in a list column of customers.
type consentSort struct {
	prefix, column string
	label          func(purpose field.Label, channel Label) Label
}

var consentSorts = []consentSort{
	{"consent", "consents", func(p field.Label, c Label) Label {
		return Label{"同意" + p.Chinese + "（" + c.Chinese + "）", "Consents to " + lower(p.English) + " by " + c.English}
	}},
	{"refused", "refused", func(p field.Label, c Label) Label {
		return Label{"拒绝" + p.Chinese + "（" + c.Chinese + "）", "Refused " + lower(p.English) + " by " + c.English}
	}},
	{"ask_again", "ask_again", func(p field.Label, c Label) Label {
		return Label{"需要重新征得同意：" + p.Chinese + "（" + c.Chinese + "）", "Must be asked again for " + lower(p.English) + " by " + c.English}
	}},
}

// reachPrefix begins the fields that say whether a customer can be reached by a channel at all.
const reachPrefix = "reach."

// consentField finds consent.CHANNEL.PURPOSE, refused.CHANNEL.PURPOSE, ask_again.CHANNEL.PURPOSE and reach.CHANNEL. The
// purpose stands in the SQL because its key was checked when it was defined, and is again here.
func consentField(ctx context.Context, name string) (*Field, bool) {
	if channel, ok := strings.CutPrefix(name, reachPrefix); ok {
		label, known := channelLabels[channel]
		return &Field{Name: name, Type: TypeBoolean, never: true, expr: inList("reach", channel),
			Label: Label{"可用" + label.Chinese + "联系", "Can be reached by " + label.English}}, known
	}
	parts := strings.Split(name, ".")
	if len(parts) != 3 {
		return nil, false
	}
	at := slices.IndexFunc(consentSorts, func(s consentSort) bool { return s.prefix == parts[0] })
	channel, known := channelLabels[parts[1]]
	if at < 0 || !known || !field.GoodKey(parts[2]) {
		return nil, false
	}
	for _, p := range customer.PurposesOf(ctx) {
		if p.Key == parts[2] && p.Asks(parts[1]) {
			s := consentSorts[at]
			return &Field{Name: name, Type: TypeBoolean, never: true, expr: inList(s.column, p.Key+":"+parts[1]), Label: s.label(p.Label, channel)}, true
		}
	}
	return nil, false
}

func inList(column, value string) string {
	return "coalesce(list_contains(c." + column + ", '" + value + "'), false)"
}

// consentFields gives those a person is offered: asked again only where a notice has outgrown earlier ones.
func consentFields(ctx context.Context) (all []*Field) {
	offer := func(name string) {
		if f, ok := consentField(ctx, name); ok {
			all = append(all, f)
		}
	}
	for _, s := range consentSorts {
		for _, p := range customer.PurposesOf(ctx) {
			if s.prefix == "ask_again" && p.AskAgain == 0 {
				continue
			}
			for _, channel := range p.Channels {
				offer(s.prefix + "." + channel + "." + p.Key)
			}
		}
	}
	for _, channel := range customer.Channels() {
		offer(reachPrefix + channel)
	}
	return all
}
