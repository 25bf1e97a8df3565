package analyze

import (
	"cmp"
	"strconv"
	"strings"
)

type english struct{ Reader }

func (english) everybody(negated bool) string {
	if negated {
		return "no customer at all"
	}
	return "all customers"
}

func (english) join(and bool, parts []string) string {
	if and {
		return choiceWords(parts, ", ", ", and ")
	}
	return choiceWords(parts, ", ", ", or ")
}

func (english) group(text string) string { return "(" + text + ")" }

func (english) tag(name string, negated bool) string {
	if negated {
		return "does not have the tag " + name
	}
	return "has the tag " + name
}

func (english) list(name string, negated bool) string {
	if negated {
		return "is not on the list " + name
	}
	return "is on the list " + name
}

func (english) segment(name string, negated bool) string {
	if negated {
		return "is not in the segment " + name
	}
	return "is in the segment " + name
}

// count puts a number and a noun together: 1 day, 2 days.
func count(n, noun string, one bool) string {
	if noun == "" {
		return n
	}
	if one {
		return n + " " + noun
	}
	return n + " " + noun + "s"
}

func (e english) value(c *Condition, op Op, f *Field, noun string) string {
	if op == OpInLastDays || op == OpAnniversary {
		return bold(count(strconv.FormatInt(c.Value.Days, 10), "day", c.Value.Days == 1))
	}
	if op.ranks() {
		return bold(grouped(asFloat(c.Value.Numbers[0]), -1) + "%")
	}
	if c.Value.Flag != nil {
		if *c.Value.Flag {
			return bold("yes")
		}
		return bold("no")
	}
	words := e.values(c.Value, f, "en-US", func(n string, one bool) string { return count(n, noun, one) })
	if op == OpBetween {
		return bold(words[0]) + " and " + bold(words[1])
	}
	if len(words) > mostNamed {
		return bold("one of " + strings.Join(words[:namedOfMany], ", ") + " and " + strconv.Itoa(len(words)-namedOfMany) + " more")
	}
	for i := range words {
		words[i] = bold(words[i])
	}
	return choiceWords(words, ", ", " or ")
}

// denied turns what a yes-or-no field says into its opposite.
var denied = strings.NewReplacer("has a ", "has no ", "consents ", "does not consent ", "refused ", "has not refused ", "must be ", "need not be ", "can be ", "cannot be ")

var englishUnits = map[string]string{"years": "year", "days": "day", "orders": "order"}

func (e english) field(c *Condition, op Op, negated bool) string {
	label := lower(c.Field.Label.English)
	switch {
	case c.Field.own && c.Value.Flag != nil:
		return label + map[bool]string{true: " is ", false: " is not "}[!negated] + bold(map[bool]string{true: "yes", false: "no"}[*c.Value.Flag])
	case c.Field.own && c.Field.Type == TypeSet && op != OpIsSet:
		return label + map[bool]string{false: " contains ", true: " does not contain "}[negated] + e.value(c, op, c.Field, "")
	case c.Value.Flag != nil && c.Field.Type == TypeBoolean:
		if *c.Value.Flag == negated {
			return bold(denied.Replace(label))
		}
		return bold(label)
	case op == OpAnniversary && c.Field.Name == "birthday" && !negated:
		return "has a " + map[bool]string{true: "lunar "}[c.Value.Lunar] + "birthday within " + e.value(c, op, c.Field, "")
	case op == OpAnniversary && c.Value.Lunar:
		label += " by the lunar calendar"
	case c.Field.Name == "rfm.recency_days" && flipped[op] != "":
		return e.silence(c, op, negated)
	case op == OpIsSet && c.Field.Type == TypeSet:
		return map[bool]string{false: "has " + label, true: "has no " + label}[negated]
	case c.Field.Type == TypeSet:
		return map[bool]string{false: cmp.Or(c.Field.has.English, "has the tag "), true: cmp.Or(c.Field.hasNot.English, "does not have the tag ")}[negated] + e.value(c, op, c.Field, "")
	}
	return e.comparison(label, c, op, negated, c.Field, englishUnits[c.Field.Unit], c.Field.never)
}

// silence says how long the last order is ago.
func (e english) silence(c *Condition, op Op, negated bool) string {
	days := e.value(c, op, c.Field, "day")
	also := ""
	if negated {
		op, also = flipped[op], " or never ordered"
	}
	switch op {
	case OpGte:
		return "has not ordered for " + days + " or more" + also
	case OpGt:
		return "has not ordered for more than " + days + also
	case OpLt:
		return "ordered less than " + days + " ago" + also
	}
	return "ordered at most " + days + " ago" + also
}

// lower takes the capital off a label, unless it begins an abbreviation.
func lower(label string) string {
	if len(label) > 1 && (label[1] < 'a' || label[1] > 'z') {
		return label
	}
	return strings.ToLower(label[:1]) + label[1:]
}

func (e english) comparison(subject string, c *Condition, op Op, negated bool, f *Field, noun string, never bool) string {
	also := ""
	if flip, ordering := flipped[op]; ordering && negated {
		op, negated = flip, false
		if !never {
			also = " or not known"
		}
	}
	phrase := phrases[op]
	template := phrase.en
	switch {
	case negated:
		template = phrase.enNot
	case c.Value.Moments != nil && phrase.enDay != "":
		template = phrase.enDay
	}
	if op == OpIsSet {
		return subject + " " + template
	}
	return subject + " " + fill(template, e.value(c, op, f, noun)) + also
}

// often says how many times: at least 3 times.
func (e english) often(c *Condition, op Op, negated bool, noun string) string {
	text := e.comparison("", c, op, negated, c.Measure.field(), noun, true)
	text = strings.TrimPrefix(strings.TrimPrefix(text, " "), "is ")
	return strings.NewReplacer("above ", "more than ", "below ", "fewer than ").Replace(text)
}

func (e english) event(c *Condition, op Op, negated bool, where string) string {
	when, before := e.window(c.Window)
	things := e.things(c, where)
	measured := c.Measure.field()
	switch {
	case op.ranks() && c.Measure.Name == MeasureCount:
		return e.comparison("the number of "+things+when, c, op, negated, measured, "", true)
	case op.ranks() && c.Measure.Name == MeasureDays:
		return e.comparison("the number of days with "+things+when, c, op, negated, measured, "", true)
	}
	switch c.Measure.Name {
	case MeasureCount:
		if atLeastOne(op, c.Value.Numbers, false) || atLeastOne(op, c.Value.Numbers, true) {
			if atLeastOne(op, c.Value.Numbers, false) != negated {
				return fill(c.Event.words.past, things) + when
			}
			return fill(c.Event.words.didNot, things) + when
		}
		return fill(c.Event.words.past, things) + " " + e.often(c, op, negated, "time") + when
	case MeasureDays:
		return fill(c.Event.words.past, things) + " on " + e.often(c, op, negated, "day") + when
	case MeasureSum:
		return e.comparison("total "+lower(c.Measure.Property.Label.English)+" of "+things+when, c, op, negated, measured, "", true)
	case MeasureFirst, MeasureLast:
		return e.comparison("the "+c.Measure.Name+" of "+things+when, c, op, negated, measured, "", false)
	case MeasureRatio:
		of := "number"
		if c.Measure.Property != nil {
			of = lower(c.Measure.Property.Label.English)
		}
		return e.comparison("the "+of+" of "+things+when, c, op, negated, measured, "", true) + " of that in " + before
	}
	which := map[string]string{MeasureAvg: "average ", MeasureMin: "smallest ", MeasureMax: "largest "}[c.Measure.Name]
	return e.comparison(which+lower(c.Measure.Property.Label.English)+" of "+things+when, c, op, negated, measured, "", false)
}

func (english) window(w Window) (when, before string) {
	switch {
	case w.LastDays == 1:
		return " " + bold("today"), "the day before"
	case w.LastDays > 1:
		days := bold(strconv.Itoa(w.LastDays) + " days")
		return " in the last " + days, "the " + days + " before"
	case !w.From.IsZero():
		return " from " + bold(date(w.From)) + " to " + bold(date(w.To)), "the time before"
	}
	return "", ""
}

var englishObject = map[string]string{"category": "products of the category %s", "brand": "products of the brand %s", "product": "%s",
	"sku": "products with the SKU %s", "tier": "products of the tier %s", "segment": "the segment %s"}

func (e english) things(c *Condition, where string) string {
	things := c.Event.words.things
	if c.Where == nil {
		return things
	}
	if template, ok := englishObject[describes(c.Where)]; ok {
		if e.byName(c.Where) {
			template = "%s"
		}
		return fill(template, e.value(c.Where, c.Where.Op, c.Where.Field, ""))
	}
	return things + " (" + where + ")"
}

func (e english) step(c *Condition, where string) string {
	return fill(c.Event.words.past, e.things(c, where))
}

func (e english) sequence(c *Condition, negated bool, steps, without []string) string {
	when, _ := e.window(c.Window)
	text := steps[0] + when
	for _, step := range steps[1:] {
		text += ", then " + step
	}
	n := strconv.Itoa(c.Within)
	text += ", within " + bold(count(n, "day", c.Within == 1))
	if len(without) > 0 {
		text += " and without this in between: " + choiceWords(without, ", ", " or ")
	}
	if negated {
		return "did not do this: (" + text + ")"
	}
	return text
}
