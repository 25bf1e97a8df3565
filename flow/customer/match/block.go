package match

import (
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
)

// Records are only compared when they share a key: two different mistakes must not hide a pair, so there are many cheap
// ones. A key of a record takes at most mostKeys values.
const mostKeys = 3

// key is one way to bring records together; emit is called with each value of a record.
type key struct {
	name string
	of   func(c *class, e *entry, emit func(parts ...string))
}

var personKeys = []key{
	{"phone", phoneKey},
	{"email", emailKey},
	{"mail name", func(c *class, e *entry, emit func(...string)) {
		for _, m := range e.emails {
			if m != 0 && len(c.locals.texts[c.local[m]]) > 3 {
				emit(c.locals.texts[c.local[m]])
			}
		}
	}},
	{"extra", func(c *class, e *entry, emit func(...string)) {
		for _, at := range c.chosen {
			if at < len(e.extra) && e.extra[at] != 0 && c.extraHas[at].chance() < 1e-3 {
				emit(strconv.Itoa(at), c.extras[at].texts[e.extra[at]])
			}
		}
	}},
	{"name, place", func(c *class, e *entry, emit func(...string)) {
		given, family := c.sounds.texts[e.givenSound], c.sounds.texts[e.familySound]
		if given == "" || family == "" {
			return
		}
		if given > family { // whichever way round they are
			given, family = family, given
		}
		emit(given, family, c.cities.texts[e.city])
		if e.city != 0 {
			emit(given, family, "")
		}
	}},
	{"given, place", func(c *class, e *entry, emit func(...string)) {
		if e.givenSound != 0 && e.postcode != 0 {
			emit("p", c.sounds.texts[e.givenSound], c.postcodes.texts[e.postcode])
		}
		if e.givenSound != 0 && e.city != 0 {
			emit("c", c.sounds.texts[e.givenSound], c.cities.texts[e.city])
		}
	}},
	{"family, place", func(c *class, e *entry, emit func(...string)) {
		if e.familySound != 0 && e.postcode != 0 {
			emit(c.sounds.texts[e.familySound], c.postcodes.texts[e.postcode])
		}
	}},
	{"birthday, family", func(c *class, e *entry, emit func(...string)) {
		if e.birthday != 0 && e.familySound != 0 {
			emit(strconv.Itoa(int(e.birthday)), head(c.sounds.texts[e.familySound], 2))
		}
	}},
	{"birthday, given", func(c *class, e *entry, emit func(...string)) {
		if e.birthday != 0 && e.givenSound != 0 {
			emit(strconv.Itoa(int(e.birthday)), head(c.sounds.texts[e.givenSound], 2))
		}
	}},
	{"given, birth year", func(c *class, e *entry, emit func(...string)) {
		if e.birthday != 0 && e.givenSound != 0 {
			emit(strconv.Itoa(int(e.birthday/10000)), c.sounds.texts[e.givenSound], c.cities.texts[e.city])
		}
	}},
	{"family, birth month", func(c *class, e *entry, emit func(...string)) {
		if e.birthday != 0 && e.familySound != 0 {
			emit(strconv.Itoa(int(e.birthday%10000)), c.sounds.texts[e.familySound], head(c.sounds.texts[e.givenSound], 1))
		}
	}},
	{"end of phone, name", func(c *class, e *entry, emit func(...string)) {
		for _, p := range e.phones {
			if digits := c.phones.texts[p]; len(digits) >= 8 {
				emit("end", digits[len(digits)-4:], c.sounds.texts[e.familySound])
				emit("start", digits[:len(digits)-4], c.sounds.texts[e.familySound])
			}
		}
	}},
	{"address", addressKey},
	{"street, name", func(c *class, e *entry, emit func(...string)) {
		if rare := c.rarest(e.addressTokens, 1); rare != nil && e.familySound != 0 {
			emit(c.tokens.texts[rare[0]], c.sounds.texts[e.familySound])
		}
	}},
}

var organizationKeys = []key{
	{"phone", phoneKey},
	{"email", emailKey},
	{"name", func(c *class, e *entry, emit func(...string)) {
		if e.name != 0 {
			emit(c.names.texts[e.name])
		}
	}},
	{"rare words", func(c *class, e *entry, emit func(...string)) {
		for _, t := range c.rarest(e.nameTokens, 3) {
			emit(c.tokens.texts[t])
		}
	}},
	{"pairs of words", func(c *class, e *entry, emit func(...string)) {
		if rare := c.rarest(e.nameTokens, 3); len(rare) > 1 {
			emit(c.tokens.texts[min(rare[0], rare[1])], c.tokens.texts[max(rare[0], rare[1])])
		}
	}},
	{"address", addressKey},
	{"beginning, place", func(c *class, e *entry, emit func(...string)) {
		if e.name != 0 {
			emit(head(c.names.texts[e.name], 6), c.cities.texts[e.city], c.postcodes.texts[e.postcode])
		}
	}},
}

func phoneKey(c *class, e *entry, emit func(...string)) {
	for _, p := range e.phones {
		if p != 0 {
			emit(c.phones.texts[p])
		}
	}
}

func emailKey(c *class, e *entry, emit func(...string)) {
	for _, m := range e.emails {
		if m != 0 {
			emit(c.emails.texts[m])
		}
	}
}

// addressKey brings those together who share a number and a rare word of the address.
func addressKey(c *class, e *entry, emit func(...string)) {
	rare := c.rarest(e.addressTokens, 2)
	if len(rare) == 2 {
		emit(c.tokens.texts[min(rare[0], rare[1])], c.tokens.texts[max(rare[0], rare[1])])
	}
	if len(rare) > 0 && len(e.addressNumbers) > 0 && rare[0] != e.addressNumbers[0] {
		emit(c.tokens.texts[rare[0]], c.tokens.texts[e.addressNumbers[0]])
	}
}

// rarest gives the rarest tokens, at most n, that others have too.
func (c *class) rarest(tokens []word, n int) (rare []word) {
	for _, t := range tokens {
		if c.tokenHas.counts[t] < 2 {
			continue
		}
		at := len(rare)
		for at > 0 && c.tokenHas.counts[rare[at-1]] > c.tokenHas.counts[t] {
			at--
		}
		if at < n {
			rare = slices.Insert(rare, at, t)
			rare = rare[:min(len(rare), n)]
		}
	}
	return rare
}

func head(s string, runes int) string {
	for i := range s {
		if runes == 0 {
			return s[:i]
		}
		runes--
	}
	return s
}

// keyTable holds the values of all keys of all records as hashes, 0 for none.
type keyTable struct {
	keys   []key
	values []uint32 // by record, key and value
	large  []map[uint32]bool
}

func (t *keyTable) width() int { return len(t.keys) * mostKeys }

func (t *keyTable) of(record, k int) []uint32 {
	at := record*t.width() + k*mostKeys
	return t.values[at : at+mostKeys]
}

func (c *class) keyTable() *keyTable {
	t := &keyTable{keys: personKeys}
	if c.organization {
		t.keys = organizationKeys
	}
	t.large = make([]map[uint32]bool, len(t.keys))
	t.values = make([]uint32, len(c.entries)*t.width())
	halves(len(c.entries), func(_, from, to int) {
		var text strings.Builder
		for i := from; i < to; i++ {
			for k := range t.keys {
				values, n := t.of(i, k), 0
				t.keys[k].of(c, &c.entries[i], func(parts ...string) {
					if n == mostKeys {
						return
					}
					text.Reset()
					for _, p := range parts {
						text.WriteString(p)
						text.WriteByte(0)
					}
					values[n] = uint32(maphash.String(seed, text.String())) | 1
					n++
				})
			}
		}
	})
	return t
}

var seed = maphash.MakeSeed()

// met says that an earlier key has brought the pair together already.
func (t *keyTable) met(a, b, before int) bool {
	for k := range before {
		x, y := t.of(a, k), t.of(b, k)
		for _, v := range x {
			if v != 0 && (v == y[0] || v == y[1] || v == y[2]) && !t.large[k][v] {
				return true
			}
		}
	}
	return false
}
