package likeness

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"

	"guanxi/base/workspace"
	"guanxi/flow/analyze"
)

// Persona is a typical member of a group, described by what sets the group apart from everybody the reader may see.
type Persona struct {
	Sentence    analyze.Label         `json:"sentence" doc:"the condition in words"`
	Condition   analyze.ConditionJSON `json:"condition"`
	Members     int64                 `json:"members"`
	Base        int64                 `json:"base" doc:"everybody, the members among them"`
	Headline    analyze.Label         `json:"headline" doc:"what sets them apart, in a few words; empty where nothing surely does"`
	Differences []PersonaItem         `json:"differences" doc:"what surely sets them apart, the strongest first"`
	Parts       []PersonaPart         `json:"parts"`
}

// PersonaPart is the basics, the behaviour or the spending.
type PersonaPart struct {
	Part    string          `json:"part" enum:"basics,behaviour,spending"`
	Details []PersonaDetail `json:"details"`
}

// PersonaDetail is how the members spread over one detail. Of a number the medians tell where they stand.
type PersonaDetail struct {
	Name       string        `json:"name"`
	Label      analyze.Label `json:"label"`
	Unit       string        `json:"unit,omitempty" enum:"days,orders,share,money,"`
	Several    bool          `json:"several" doc:"one customer may have several values"`
	Known      int64         `json:"known" doc:"members of whom there is a value"`
	KnownBase  int64         `json:"known_base"`
	Median     *float64      `json:"median" doc:"of a number; minor units of money"`
	BaseMedian *float64      `json:"base_median"`
	Rank       *float64      `json:"rank" doc:"share of everybody below the median member, ties halved"`
	Items      []PersonaItem `json:"items" doc:"the commonest among the members first"`
}

// PersonaItem is one value of a detail. The index (TGI) is 100 × the share of members who have it ÷ the share of everybody,
// both of those of whom it is known, with the limits it lies within at 99% confidence.
type PersonaItem struct {
	Detail    string                 `json:"detail"`
	Label     analyze.Label          `json:"detail_label"`
	Value     string                 `json:"value" doc:"of a number low or high: the fifth of everybody below or above the bound"`
	ValueText analyze.Label          `json:"label"`
	Bound     *float64               `json:"bound" doc:"of a number"`
	Members   int64                  `json:"members"`
	Base      int64                  `json:"base"`
	Share     float64                `json:"share"`
	BaseShare float64                `json:"base_share"`
	Index     float64                `json:"index"`
	Low       float64                `json:"low"`
	High      float64                `json:"high"`
	Effect    float64                `json:"effect" doc:"Cohen's h against the others: 0.2 small, 0.5 middling, 0.8 great"`
	Sure      bool                   `json:"sure" doc:"the limits are on one side of 100 and there is evidence enough"`
	Condition *analyze.ConditionJSON `json:"condition" doc:"asks for the value; null where no condition can"`

	phrase analyze.Label
}

const (
	leastEvidence  = 5     // members who have a value, or would if they were like everybody
	confidence     = 2.576 // 99%: many values are looked at
	leastEffect    = .15
	mostItems      = 12
	notably        = 115 // the index from which a headline tells of it
	mostDifference = 12
)

// Persona describes whom a condition chooses. Faults: invalid, with the place in the condition.
func (l *Likeness) Persona(ctx context.Context, condition []byte) (*Persona, error) {
	chosen, err := l.segments.Choosing(ctx, condition)
	if err != nil {
		return nil, err
	}
	p := &Persona{Sentence: chosen.Sentence, Condition: analyze.ConditionJSON(chosen.Condition)}
	return p, l.describe(ctx, chosen.SQL, p)
}

// describe fills in a persona of whom a predicate over c holds for.
func (l *Likeness) describe(ctx context.Context, predicate analyze.SQL, p *Persona) error {
	return l.group(ctx, predicate, func(g *group) error {
		p.Members, p.Base = g.members, g.base
		all := told(ctx)
		for _, part := range []string{basics, behaviour, spending} {
			of := PersonaPart{Part: part, Details: []PersonaDetail{}}
			for _, d := range all {
				if d.part != part {
					continue
				}
				found, err := g.spread(ctx, d)
				if err != nil {
					return err
				}
				if found.Known == 0 {
					continue
				}
				p.Differences = append(p.Differences, slices.DeleteFunc(slices.Clone(found.Items), func(i PersonaItem) bool { return !i.Sure })...)
				slices.SortStableFunc(found.Items, func(a, b PersonaItem) int { return cmp.Compare(b.Members, a.Members) })
				found.Items = found.Items[:min(len(found.Items), mostItems)]
				of.Details = append(of.Details, *found)
			}
			p.Parts = append(p.Parts, of)
		}
		p.Differences = strongest(p.Differences)
		p.Headline = headline(p.Differences)
		return nil
	})
}

// strongest orders what sets a group apart by how much it does.
func strongest(items []PersonaItem) []PersonaItem {
	slices.SortStableFunc(items, func(a, b PersonaItem) int { return cmp.Compare(math.Abs(b.Effect), math.Abs(a.Effect)) })
	return append([]PersonaItem{}, items[:min(len(items), mostDifference)]...)
}

// headline says in a few words what there is more of in the group: one value a detail, at most three.
func headline(items []PersonaItem) analyze.Label {
	var l analyze.Label
	var used []string
	for _, i := range items {
		if i.Index < notably || i.phrase == (analyze.Label{}) || slices.Contains(used, i.Detail) {
			continue
		}
		if len(used) > 0 {
			l.Chinese, l.English = l.Chinese+" · ", l.English+" · "
		}
		l.Chinese, l.English = l.Chinese+i.phrase.Chinese, l.English+i.phrase.English
		if used = append(used, i.Detail); len(used) == 3 {
			break
		}
	}
	return l
}

// compare fills in what follows from the counts: of known members so many have the value, of knownBase so many.
func (i *PersonaItem) compare(known, knownBase int64) {
	inside, outside := float64(known), float64(knownBase-known)
	i.Share, i.BaseShare = float64(i.Members)/inside, float64(i.Base)/float64(knownBase)
	if i.BaseShare == 0 {
		return
	}
	i.Index, i.Low, i.High = 100*i.Share/i.BaseShare, 100, 100
	if outside == 0 {
		return
	}
	i.Low, i.High = limits(float64(i.Members), inside, float64(i.Base-i.Members), outside)
	others := float64(i.Base-i.Members) / outside
	i.Effect = 2*math.Asin(math.Sqrt(i.Share)) - 2*math.Asin(math.Sqrt(others))
	enough := max(float64(i.Members), i.BaseShare*inside) >= leastEvidence
	i.Sure = enough && (i.Low > 100 || i.High < 100) && math.Abs(i.Effect) >= leastEffect
}

// Comparison is how much commoner something is in a group than with everybody, as PersonaItem tells it.
type Comparison struct {
	Index, Low, High float64
	Sure             bool
}

// Compare judges what members of known hold for, against base of knownBase, the group among them.
func Compare(members, known, base, knownBase int64) Comparison {
	if known == 0 || knownBase == 0 {
		return Comparison{}
	}
	i := PersonaItem{Members: members, Base: base}
	i.compare(known, knownBase)
	return Comparison{i.Index, i.Low, i.High, i.Sure}
}

// limits gives the interval of the index. That of the ratio of the members' share to the others' is Katz's (Katz, Baptista,
// Azen and Pike 1978, log method, with half a customer added to each count); the index grows with it, since everybody is
// members and others in a known mix: index = r ÷ (w r + 1 − w), w being the members' part of everybody.
func limits(a, n, b, m float64) (low, high float64) {
	ratio := math.Log((a + .5) / (n + .5) / ((b + .5) / (m + .5)))
	deviation := math.Sqrt(max(0, 1/(a+.5)-1/(n+.5)+1/(b+.5)-1/(m+.5)))
	w := n / (n + m)
	index := func(log float64) float64 {
		r := math.Exp(log)
		return 100 * r / (w*r + 1 - w)
	}
	return index(ratio - confidence*deviation), index(ratio + confidence*deviation)
}

// item makes one value of a detail with its words.
func item(ctx context.Context, d detail, value string, members, base int64) PersonaItem {
	i := PersonaItem{Detail: d.name, Label: d.label, Value: value, Members: members, Base: base, ValueText: analyze.Label{Chinese: value, English: value}}
	if said, known := d.values[value]; known {
		i.ValueText = said
	}
	i.phrase = i.ValueText
	if said, known := d.values[value]; !known || said.Chinese == "是" {
		i.phrase = analyze.Label{Chinese: d.label.Chinese + "：" + i.ValueText.Chinese, English: lower(d.label.English) + " " + i.ValueText.English}
	}
	if d.kind == number || d.ask == nil {
		return i
	}
	i.asks(d.ask(value))
	return i
}

func (i *PersonaItem) asks(condition any) {
	if text, err := json.Marshal(condition); err == nil {
		asked := analyze.ConditionJSON(text)
		i.Condition = &asked
	}
}

// fifth makes the item of the lowest or the highest fifth of a number. A bound that is none of a field can be asked for is
// told without a condition.
func fifth(ctx context.Context, d detail, high bool, bound float64, members, base int64) PersonaItem {
	value, op, word := "low", "lt", analyze.Label{Chinese: "低", English: "low"}
	if high {
		value, op, word = "high", "gt", analyze.Label{Chinese: "高", English: "high"}
	}
	switch {
	case d.unit == "days" && high:
		word = analyze.Label{Chinese: "长", English: "long"}
	case d.unit == "days":
		word = analyze.Label{Chinese: "短", English: "short"}
	}
	i := item(ctx, d, value, members, base)
	i.Bound = &bound
	i.ValueText = analyze.Label{Chinese: words(ctx, d.unit, bound, high, true), English: words(ctx, d.unit, bound, high, false)}
	i.phrase = analyze.Label{Chinese: d.label.Chinese + word.Chinese, English: word.English + " " + lower(d.label.English)}
	if d.asksNumber() {
		i.asks(map[string]any{"field": d.field, "op": op, "value": rounded(d.unit, bound)})
	}
	return i
}

func (d detail) asksNumber() bool { return d.kind == number && d.field != "" && d.field != "orders" }

func rounded(unit string, v float64) any {
	if unit == "share" || unit == "days" && v != math.Trunc(v) {
		return math.Round(v*10000) / 10000
	}
	return int64(math.Round(v))
}

func lower(text string) string {
	if text == "" {
		return ""
	}
	if text[0] >= 'A' && text[0] <= 'Z' {
		return string(text[0]+'a'-'A') + text[1:]
	}
	return text
}

// words reads a bound of a number: above or below it.
func words(ctx context.Context, unit string, bound float64, above, chinese bool) string {
	var said string
	switch unit {
	case "money":
		said = analyze.Reader{Currency: workspace.Of(ctx).Currency}.Money(math.Round(bound))
	case "share":
		said = analyze.Percent(bound)
	default:
		said = plain(bound)
	}
	units := map[string][2]string{"days": {" 天", " days"}, "orders": {" 单", " orders"}}[unit]
	switch {
	case chinese && above:
		return "高于 " + said + units[0]
	case chinese:
		return "低于 " + said + units[0]
	case above:
		return "above " + said + units[1]
	}
	return "below " + said + units[1]
}
