package quality

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"guanxi/flow/analyze"
)

// words are values that are kept as codes, as a sentence shows them.
var words = map[string]analyze.Label{
	"female": said("女", "female"), "male": said("男", "male"), "person": said("个人", "person"), "organization": said("单位", "organization"),
	"prospect": said("潜在客户", "prospect"), "customer": said("成交客户", "customer"), "former": said("流失客户", "former"),
	"bounced": said("邮件被退回", "mail came back"), "wrong_number": said("号码是别人的", "somebody else's number"), "unreachable": said("打不通", "nobody is reached"), "refused": said("对方拒收", "the receiver refuses"),
}

// sentence says what was found, in both languages.
func (r *Rule) sentence(value, other, expected string) analyze.Label {
	fill := func(text string, of func(analyze.Label) string) string {
		word := func(s string) string {
			if l, known := words[s]; known {
				return of(l)
			}
			return s
		}
		return strings.NewReplacer("{value}", word(value), "{other}", word(other), "{expected}", word(expected)).Replace(text)
	}
	return analyze.Label{
		Chinese: fill(r.Say.Chinese, func(l analyze.Label) string { return l.Chinese }),
		English: fill(r.Say.English, func(l analyze.Label) string { return l.English }),
	}
}

func sortByPoints(found []QualityFinding) {
	slices.SortStableFunc(found, func(a, b QualityFinding) int { return cmp.Compare(b.Points, a.Points) })
}

// Words gives a kind and state of a contact point, "phone:bounced", in words.
func Words(kindAndState string) analyze.Label {
	kind, state, _ := strings.Cut(kindAndState, ":")
	of, why := fieldLabels[kind], words[state]
	return analyze.Label{Chinese: of.Chinese + "：" + why.Chinese, English: of.English + ": " + why.English}
}

// FieldLabel names a field of a customer's record in both languages.
func FieldLabel(ctx context.Context, name string) analyze.Label { return labelOf(ctx, name) }
