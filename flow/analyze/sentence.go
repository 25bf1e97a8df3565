package analyze

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"guanxi/base/money"
)

// Reader says how sentences name what conditions only know by id, and in which currency amounts are.
// Names is keyed by kind of reference (owner, team, staff, segment) and id; one that is missing shows as its number. Goods gives
// the name of the product that a SKU or the page of a product stands for, empty where it is none.
type Reader struct {
	Currency string
	Names    map[string]map[int64]string
	Goods    func(key string) string
}

// Sentence reads the condition back as one sentence in both languages, with what a person chose in **bold**.
func (r Reader) Sentence(c *Condition) Label {
	l := r.Clause(c)
	return Label{l.Chinese + "。", capital(l.English) + "."}
}

// capital begins a text as sentences do.
func capital(text string) string {
	first := len(text) - len(strings.TrimLeft(text, "*("))
	return text[:first] + strings.ToUpper(text[first:first+1]) + text[first+1:]
}

// Clause reads one node back without the end of a sentence, for a line of its own.
func (r Reader) Clause(c *Condition) Label {
	return Label{spaced(saying{chinese{Reader: r}}.of(c, false, "")), saying{english{r}}.of(c, false, "")}
}

// tongue is one language's way to say the parts of a condition.
type tongue interface {
	everybody(negated bool) string
	join(and bool, parts []string) string
	group(text string) string
	tag(name string, negated bool) string
	segment(name string, negated bool) string
	list(name string, negated bool) string
	field(c *Condition, op Op, negated bool) string
	event(c *Condition, op Op, negated bool, where string) string
	step(c *Condition, where string) string
	sequence(c *Condition, negated bool, steps, without []string) string
}

type saying struct{ in tongue }

// of says a condition or, negated, its opposite: "not" is carried down to where a language has a word for it.
// around is the connective of the sentence it stands in.
func (s saying) of(c *Condition, negated bool, around string) string {
	switch {
	case c.Not != nil:
		return s.of(c.Not, !negated, around)
	case c.Tag != "":
		return s.in.tag(bold(c.Tag), negated)
	case c.Segment != nil:
		return s.in.segment(bold(c.Segment.Name), negated)
	case c.List != nil:
		return s.in.list(bold(c.List.Name), negated)
	case c.Event != nil:
		where := ""
		if c.Where != nil {
			where = s.of(c.Where, false, "")
		}
		op, opposite := positive(c.Op)
		return s.in.event(c, op, negated != opposite, where)
	case c.Sequence != nil:
		say := func(list []*Condition) (said []string) {
			for _, step := range list {
				where := ""
				if step.Where != nil {
					where = s.of(step.Where, false, "")
				}
				said = append(said, s.in.step(step, where))
			}
			return said
		}
		return s.in.sequence(c, negated, say(c.Sequence), say(c.Without))
	case c.Field != nil:
		op, opposite := positive(c.Op)
		return s.in.field(c, op, negated != opposite)
	}
	children, and := c.All, !negated
	if c.Any != nil {
		children, and = c.Any, negated
	}
	if len(children) == 0 {
		return s.in.everybody(negated)
	}
	if len(children) == 1 {
		return s.of(children[0], negated, around)
	}
	connective := strconv.FormatBool(and)
	parts := make([]string, len(children))
	for i, child := range children {
		parts[i] = s.of(child, negated, connective)
	}
	text := s.in.join(and, parts)
	if around != "" && around != connective {
		return s.in.group(text)
	}
	return text
}

// bold marks what a person chose; a star of their own would end the mark too early.
func bold(text string) string { return "**" + strings.ReplaceAll(text, "*", "∗") + "**" }

// spaced sets a space between Chinese and the digits or Latin letters of a bold value, outside of the mark.
func spaced(text string) string {
	parts := strings.Split(text, "**")
	for i := 1; i < len(parts); i += 2 {
		before, _ := utf8.DecodeLastRuneInString(parts[i-1])
		first, _ := utf8.DecodeRuneInString(parts[i])
		last, _ := utf8.DecodeLastRuneInString(parts[i])
		after, _ := utf8.DecodeRuneInString(parts[i+1])
		if unicode.Is(unicode.Han, before) && !unicode.Is(unicode.Han, first) {
			parts[i-1] += " "
		}
		if unicode.Is(unicode.Han, after) && !unicode.Is(unicode.Han, last) {
			parts[i+1] = " " + parts[i+1]
		}
	}
	return strings.Join(parts, "**")
}

// flipped is the opposite of an ordering operator where nothing can be unset.
var flipped = map[Op]Op{OpGt: OpLte, OpGte: OpLt, OpLt: OpGte, OpLte: OpGt}

// phrases says each operator in both languages, in the affirmative and the negative; dates have words of their own.
var phrases = map[Op]struct{ zh, zhNot, zhDay, en, enNot, enDay string }{
	OpEq:          {"是%s", "不是%s", "在%s当天", "is %s", "is not %s", "is on %s"},
	OpNe:          {},
	OpIn:          {"是%s", "不是%s", "", "is %s", "is not %s", ""},
	OpNotIn:       {},
	OpGt:          {"超过%s", "", "晚于%s", "is above %s", "", "is after %s"},
	OpGte:         {"至少%s", "", "不早于%s", "is at least %s", "", "is on or after %s"},
	OpLt:          {"不到%s", "", "早于%s", "is below %s", "", "is before %s"},
	OpLte:         {"不超过%s", "", "不晚于%s", "is at most %s", "", "is on or before %s"},
	OpBetween:     {"在%s之间", "不在%s之间", "在%s之间", "is between %s", "is not between %s", "is between %s"},
	OpContains:    {"含有%s", "不含%s", "", "contains %s", "does not contain %s", ""},
	OpStartsWith:  {"以%s开头", "不以%s开头", "", "starts with %s", "does not start with %s", ""},
	OpIsSet:       {"已填写", "没填写", "", "is known", "is not known", ""},
	OpIsNotSet:    {},
	OpInLastDays:  {"在近%s内", "不在近%s内", "", "is in the last %s", "is not in the last %s", ""},
	OpNotInLast:   {},
	OpTop:         {"排在前%s", "不排在前%s", "", "is in the top %s", "is not in the top %s", ""},
	OpBottom:      {"排在后%s", "不排在后%s", "", "is in the bottom %s", "is not in the bottom %s", ""},
	OpAnniversary: {"的周年日在%s内", "的周年日不在%s内", "", "comes round within %s", "does not come round within %s", ""},
}

// A list of more than mostNamed values is told by the first namedOfMany and how many there are.
const (
	mostNamed   = 8
	namedOfMany = 3
)

// choiceWords joins alternatives: a, b or c.
func choiceWords(values []string, comma, last string) string {
	if len(values) < 2 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:len(values)-1], comma) + last + values[len(values)-1]
}

// values gives the values of a condition in words, one by one; unit puts a number and its unit together.
func (r Reader) values(v Value, f *Field, language string, unit func(number string, one bool) string) (out []string) {
	for i, t := range v.Texts {
		if f.blind != nil {
			out = append(out, "****")
			continue
		}
		if i < mostNamed {
			t, _ = r.goods(f, t, language)
		}
		for _, c := range f.Values {
			if c.Value == t {
				t = c.Label.in(language)
			}
		}
		out = append(out, t)
	}
	for _, m := range v.Moments {
		out = append(out, m.Text)
	}
	for _, n := range v.Numbers {
		switch f.Type {
		case TypeMoney:
			out = append(out, r.money(asFloat(n), r.currencyOf(f)))
		case TypeShare:
			out = append(out, strconv.FormatFloat(asFloat(n)*100, 'f', -1, 64)+"%")
		case TypeReference:
			out = append(out, r.name(f.Name, n.(int64)))
		default:
			out = append(out, unit(grouped(asFloat(n), -1), asFloat(n) == 1))
		}
	}
	return out
}

func (r Reader) name(kind string, id int64) string {
	if name, ok := r.Names[kind][id]; ok {
		return name
	}
	return "#" + strconv.FormatInt(id, 10)
}

var currencySigns = map[string]string{"CNY": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}

// Money writes an amount in minor units of the workspace's currency.
func (r Reader) Money(minor float64) string { return r.money(minor, r.Currency) }

// money writes an amount in minor units with the sign of its currency, without decimals from 100 up.
func (r Reader) money(minor float64, currency string) string {
	sign, known := currencySigns[currency]
	if !known {
		sign = currency + " "
	}
	places := money.Exponent(currency)
	major := minor
	for range places {
		major /= 10
	}
	if (major >= 100 || major <= -100) && major == float64(int64(major)) {
		places = 0
	}
	text := grouped(major, places)
	if rest, negative := strings.CutPrefix(text, "−"); negative {
		return "−" + sign + rest
	}
	return sign + text
}

// grouped writes a number with thousands parted by commas; places is -1 for as many as it has.
func grouped(n float64, places int) string {
	text := strconv.FormatFloat(n, 'f', places, 64)
	minus := ""
	if strings.HasPrefix(text, "-") {
		minus, text = "−", text[1:]
	}
	whole, rest, fraction := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction {
		whole += "." + rest
	}
	return minus + whole
}

func fill(template, value string) string {
	if strings.Contains(template, "%s") {
		return fmt.Sprintf(template, value)
	}
	return template
}
