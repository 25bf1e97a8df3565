package match

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

const (
	mostValues = 3  // phone numbers and mail addresses of one record that are compared
	mostNames  = 12 // names of extra values that are looked at
)

// entry is a record made ready for comparison: numbers of dictionaries, 0 where missing.
type entry struct {
	id                                        int64
	family, given, familySound, givenSound    word
	name, city, postcode, company, address    word
	phones, emails                            [mostValues]word
	birthday                                  uint32 // yyyymmdd
	gender                                    uint8  // 1 female, 2 male
	extra                                     []word
	nameTokens, addressTokens, addressNumbers []word // each sorted
}

// class holds all records of one sort, persons or organizations, which are never compared with one another.
type class struct {
	organization bool
	sound        func(text string, family bool) string
	entries      []entry

	parts, sounds, names, phones, emails, locals, cities, postcodes, companies, addresses, tokens *dictionary
	local                                                                                         []word // of an e-mail address

	extraNames []string
	extraAt    map[string]int
	extras     []*dictionary
	chosen     []int // places in extraNames that are compared as fields

	tallies  [fieldCount]tally
	extraHas []tally
	tokenHas tally     // records that hold a token of a name or an address
	rarity   []float64 // weight of each token
}

func newClass(organization bool, sound func(string, bool) string) *class {
	c := &class{organization: organization, sound: sound, extraAt: map[string]int{}}
	for _, d := range []**dictionary{&c.parts, &c.sounds, &c.names, &c.phones, &c.emails, &c.locals, &c.cities, &c.postcodes, &c.companies, &c.addresses, &c.tokens} {
		*d = newDictionary()
	}
	c.local = []word{0}
	return c
}

// add makes a record ready. It is called by one goroutine at a time.
func (c *class) add(r *Record) {
	e := entry{id: r.ID}
	gender := r.Gender
	if c.organization {
		core := organizationCore(r.Name)
		e.name = c.names.add(core)
		e.nameTokens = c.tokensOf(strings.Fields(core))
	} else {
		given, family, told := nameParts(r.Name, r.Given, r.Family)
		if gender != "female" && gender != "male" {
			gender = told
		}
		e.given, e.family = c.parts.add(given), c.parts.add(family)
		e.givenSound, e.familySound = c.sounds.add(c.sound(given, false)), c.sounds.add(c.sound(family, true))
		e.company = c.companies.add(organizationCore(r.Company))
	}
	switch gender {
	case "female":
		e.gender = 1
	case "male":
		e.gender = 2
	}
	e.birthday = dayNumber(r.Birthday)
	for i, p := range first(r.Phones) {
		digits := digitsOf(p)
		if len(digits) >= 5 {
			e.phones[i] = c.phones.add(digits[max(0, len(digits)-11):])
		}
	}
	for i, m := range first(r.Emails) {
		if e.emails[i] = c.emails.add(strings.ToLower(strings.TrimSpace(m))); int(e.emails[i]) == len(c.local) {
			local, _, _ := strings.Cut(c.emails.texts[e.emails[i]], "@")
			c.local = append(c.local, c.locals.add(local))
		}
	}
	e.city = c.cities.add(strings.TrimSuffix(fold(r.City), "市"))
	e.postcode = c.postcodes.add(strings.ReplaceAll(fold(r.Postcode), " ", ""))
	street, tokens, numbers := addressParts(r.Address, r.City)
	e.address = c.addresses.add(street)
	e.addressTokens, e.addressNumbers = c.tokensOf(tokens), c.tokensOf(numbers)
	c.addExtra(&e, r.Extra)
	c.count(&e)
	c.entries = append(c.entries, e)
}

func first(values []string) []string { return values[:min(len(values), mostValues)] }

func (c *class) addExtra(e *entry, values map[string]string) {
	for name, value := range values {
		at, known := c.extraAt[name]
		if !known {
			if len(c.extraNames) == mostNames {
				continue
			}
			at = len(c.extraNames)
			c.extraAt[name] = at
			c.extraNames = append(c.extraNames, name)
			c.extras = append(c.extras, newDictionary())
			c.extraHas = append(c.extraHas, tally{})
		}
		for len(e.extra) <= at {
			e.extra = append(e.extra, 0)
		}
		e.extra[at] = c.extras[at].add(fold(value))
	}
}

func (c *class) count(e *entry) {
	c.tallies[Name].add(e.name)
	c.tallies[Family].add(e.family)
	c.tallies[Given].add(e.given)
	for i := range mostValues {
		c.tallies[Phone].add(e.phones[i])
		c.tallies[Email].add(e.emails[i])
	}
	c.tallies[Address].add(e.address)
	c.tallies[City].add(e.city)
	c.tallies[Postcode].add(e.postcode)
	c.tallies[Company].add(e.company)
	for at, v := range e.extra {
		c.extraHas[at].add(v)
	}
	for _, t := range e.nameTokens {
		c.tokenHas.add(t)
	}
	for _, t := range e.addressTokens {
		c.tokenHas.add(t)
	}
}

// tokensOf gives the distinct numbers of texts, in order.
func (c *class) tokensOf(texts []string) []word {
	if len(texts) == 0 {
		return nil
	}
	ids := make([]word, 0, len(texts))
	for _, t := range texts {
		ids = append(ids, c.tokens.add(t))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// choose takes the extra values as fields that say most: held by a twentieth of the records at least, and of many
// values. What is different in every record, a running number, can match nobody and is left out.
func (c *class) choose() {
	type worth struct {
		at   int
		bits float64
	}
	var some []worth
	n := float64(len(c.entries))
	for at := range c.extraNames {
		t := &c.extraHas[at]
		chance := t.chance()
		if t.total < n/20 || chance <= 0 || len(c.extras[at].texts) < 20 {
			continue
		}
		some = append(some, worth{at, -math.Log2(chance) * t.total / n})
	}
	slices.SortFunc(some, func(a, b worth) int { return cmp.Or(cmp.Compare(b.bits, a.bits), cmp.Compare(a.at, b.at)) })
	for i, w := range some[:min(len(some), mostExtra)] {
		c.chosen = append(c.chosen, w.at)
		c.tallies[Extra+Field(i)] = c.extraHas[w.at]
	}
}

// fieldName gives the name under which people know a field.
func (c *class) fieldName(f Field) string {
	if f < Extra {
		return fieldNames[f]
	}
	return "custom." + c.extraNames[c.chosen[f-Extra]]
}

// weigh reckons the weight of every token: log of how many records there are for each that holds it, 0 for one that
// all hold. Where the records are too few to tell, all weigh the same.
func (c *class) weigh(alike bool) {
	c.rarity = make([]float64, len(c.tokens.texts))
	for t := range c.rarity {
		c.rarity[t] = 1
		if !alike && t < len(c.tokenHas.counts) {
			c.rarity[t] = math.Log(float64(len(c.entries)+1) / float64(c.tokenHas.counts[t]+1))
		}
	}
}

// dayNumber writes YYYY-MM-DD as a number, 0 for anything else.
func dayNumber(day string) uint32 {
	if len(day) != 10 || day[4] != '-' || day[7] != '-' {
		return 0
	}
	n := uint32(0)
	for i := range len(day) {
		if i == 4 || i == 7 {
			continue
		}
		if day[i] < '0' || day[i] > '9' {
			return 0
		}
		n = n*10 + uint32(day[i]-'0')
	}
	return n
}
