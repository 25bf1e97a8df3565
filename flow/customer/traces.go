package customer

import (
	"strings"
	"unicode"
)

// traces are the values by which a person is recognised in what is not hers by its key: rows of files, kept answers,
// examples.
type traces struct {
	whole  map[string]bool // names: hers where they are all there is
	names  map[string]bool // parts of names: hers only where values are counted, for they may be common
	parts  []string        // what nobody else has, wherever it stands
	digits []string        // phone numbers without their country, however they are written
}

// partLength is from how many letters on a value is looked for inside of longer texts.
const partLength = 5

func fold(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// traces gives them from everything that is or was said of her.
func (p *person) traces() *traces {
	t := &traces{whole: map[string]bool{}, names: map[string]bool{}}
	whole := func(values ...string) {
		for _, v := range values {
			if v = fold(v); v != "" {
				t.whole[v] = true
			}
		}
	}
	part := func(values ...string) {
		for _, v := range values {
			whole(v)
			if v = fold(v); len([]rune(v)) >= partLength {
				t.parts = append(t.parts, v)
			}
		}
	}
	for _, c := range p.customers {
		whole(c.Name, c.FamilyName+c.GivenName, c.GivenName+" "+c.FamilyName, c.Address)
		t.names[fold(c.FamilyName)], t.names[fold(c.GivenName)] = true, true
	}
	for _, h := range p.history {
		switch h.Field {
		case "name", "address":
			whole(h.Before, h.After)
		}
	}
	for _, i := range p.identities {
		part(i.ExternalID)
	}
	for _, c := range p.contacts {
		part(c.Value, c.Raw)
		if c.Kind != ContactPhone {
			continue
		}
		if d := digitsOf(c.Raw); len(d) >= 7 {
			t.digits = append(t.digits, d)
		}
		if d := digitsOf(c.Value); len(d) > 10 { // the end of a number tells as much as all of it
			t.digits = append(t.digits, d[len(d)-10:])
		}
	}
	return t
}

// tells says whether a text is one of her values, or has one in it that nobody else has.
func (t *traces) tells(text string) bool {
	folded := fold(text)
	if folded == "" {
		return false
	}
	if t.whole[folded] {
		return true
	}
	for _, p := range t.parts {
		if strings.Contains(folded, p) {
			return true
		}
	}
	if len(t.digits) == 0 || len(text) > 60 {
		return false
	}
	digits := digitsOf(text)
	for _, d := range t.digits {
		if strings.HasSuffix(digits, d) {
			return true
		}
	}
	return false
}

// counts says the same of a value among counted ones.
func (t *traces) counts(value string) bool {
	folded := fold(value)
	return folded != "" && t.names[folded] || t.tells(value)
}
