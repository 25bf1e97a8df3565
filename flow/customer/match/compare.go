package match

import "strings"

// compare gives the levels at which two records agree.
func (c *class) compare(a, b *entry) pattern {
	var p pattern
	if c.organization {
		p.set(Name, c.compareTokens(a.name, b.name, a.nameTokens, b.nameTokens))
	} else {
		family, given := c.compareNames(a, b)
		p.set(Family, family)
		p.set(Given, given)
		p.set(Company, equalOr(a.company, b.company, c.companies, closeWords))
		if a.gender != 0 && b.gender != 0 {
			p.set(Gender, whether(a.gender == b.gender))
		}
		p.set(Birthday, compareDays(a.birthday, b.birthday))
	}
	p.set(Phone, best(a.phones, b.phones, c.phones, closeNumbers))
	p.set(Email, c.compareEmails(a, b))
	p.set(City, equalOr(a.city, b.city, c.cities, closeWords))
	p.set(Postcode, equalOr(a.postcode, b.postcode, c.postcodes, slip))
	p.set(Address, c.compareAddresses(a, b))
	for i, at := range c.chosen {
		if at < len(a.extra) && at < len(b.extra) {
			p.set(Extra+Field(i), equalOr(a.extra[at], b.extra[at], c.extras[at], closeWords))
		}
	}
	return p
}

func whether(same bool) Level {
	if same {
		return Exact
	}
	return Different
}

func equalOr(a, b word, d *dictionary, unequal func(a, b string) Level) Level {
	switch {
	case a == 0 || b == 0:
		return Missing
	case a == b:
		return Exact
	}
	return d.level(a, b, unequal)
}

// best is the highest level of any value of the one with any of the other.
func best(a, b [mostValues]word, d *dictionary, unequal func(a, b string) Level) (l Level) {
	for _, x := range a {
		if x == 0 {
			break
		}
		for _, y := range b {
			if y == 0 {
				break
			}
			l = max(l, equalOr(x, y, d, unequal))
		}
	}
	return l
}

// compareNames compares family with family and given with given name; where they fit only crosswise, somebody mistook
// the one for the other.
func (c *class) compareNames(a, b *entry) (family, given Level) {
	family = c.comparePart(a.family, b.family, a.familySound, b.familySound)
	given = c.comparePart(a.given, b.given, a.givenSound, b.givenSound)
	if family == Different && given == Different &&
		c.comparePart(a.family, b.given, a.familySound, b.givenSound) >= Similar &&
		c.comparePart(a.given, b.family, a.givenSound, b.familySound) >= Similar {
		return Swapped, Swapped
	}
	return family, given
}

func (c *class) comparePart(a, b, soundA, soundB word) Level {
	switch {
	case a == 0 || b == 0:
		return Missing
	case a == b:
		return Exact
	case soundA == soundB && soundA != 0:
		return Sound
	}
	return c.parts.level(a, b, closeNames)
}

// closeNames compares unequal parts of names. Chinese: one character of several in common, the other of the same shape
// (similar) or not (weak). Others: Jaro-Winkler from .92 or one slip in four letters (similar); from .8, an initial,
// one word in common, the beginning of the longer as in Rob and Robert (weak).
func closeNames(a, b string) Level {
	if hasHan(a) || hasHan(b) {
		return closeHan([]rune(a), []rune(b))
	}
	likeness := jaroWinkler(a, b)
	switch {
	case likeness >= 0.92, len(a) >= 4 && len(b) >= 4 && oneSlip(a, b):
		return Similar
	case likeness >= 0.8, strings.HasPrefix(a, b), strings.HasPrefix(b, a):
		return Weak
	}
	for _, w := range strings.Fields(a) {
		if len(w) > 1 && strings.Contains(" "+b+" ", " "+w+" ") {
			return Weak
		}
	}
	return Different
}

func closeHan(a, b []rune) Level {
	if len(a) != len(b) {
		if len(a) > len(b) {
			a, b = b, a
		}
		if strings.Contains(string(b), string(a)) {
			return Weak
		}
		return Different
	}
	same, like := 0, 0
	for i := range a {
		switch {
		case a[i] == b[i]:
			same++
		case likeChar(a[i], b[i]):
			like++
		}
	}
	switch {
	case same+like == len(a):
		return Similar
	case len(a) == 2 && a[0] == b[1] && a[1] == b[0]:
		return Similar
	case same > 0:
		return Weak
	}
	return Different
}

// compareDays compares two days as yyyymmdd: one digit or two neighbours of them mistaken, or day and month exchanged,
// is similar; two parts of the three in common are weak.
func compareDays(a, b uint32) Level {
	switch {
	case a == 0 || b == 0:
		return Missing
	case a == b:
		return Exact
	}
	monthA, dayA, monthB, dayB := a/100%100, a%100, b/100%100, b%100
	if a/10000 == b/10000 && monthA == dayB && dayA == monthB {
		return Similar
	}
	wrong, power := 0, uint32(1)
	var at [8]int
	for i := range 8 {
		if a/power%10 != b/power%10 {
			at[min(wrong, 7)] = i
			wrong++
		}
		power *= 10
	}
	if wrong == 1 {
		return Similar
	}
	digit := func(n uint32, i int) uint32 {
		for range i {
			n /= 10
		}
		return n % 10
	}
	if wrong == 2 && at[1] == at[0]+1 && digit(a, at[0]) == digit(b, at[1]) && digit(a, at[1]) == digit(b, at[0]) {
		return Similar
	}
	parts := 0
	for _, same := range [...]bool{a/10000 == b/10000, monthA == monthB, dayA == dayB} {
		if same {
			parts++
		}
	}
	if parts == 2 {
		return Weak
	}
	return Different
}

// closeNumbers finds one digit mistaken, or two neighbours exchanged, in numbers of at least seven digits.
func closeNumbers(a, b string) Level {
	if len(a) >= 7 && len(b) >= 7 && oneSlip(a, b) {
		return Similar
	}
	return Different
}

func slip(a, b string) Level {
	if len(a) >= 3 && len(b) >= 3 && oneSlip(a, b) {
		return Similar
	}
	return Different
}

func closeWords(a, b string) Level {
	switch {
	case len(a) >= 4 && len(b) >= 4 && oneSlip(a, b), jaroWinkler(a, b) >= 0.92:
		return Similar
	case jaroWinkler(a, b) >= 0.85:
		return Weak
	}
	return Different
}

// compareEmails: equal; equal before the @ (sound); alike before it (similar); somewhat alike (weak).
func (c *class) compareEmails(a, b *entry) (l Level) {
	for _, x := range a.emails {
		if x == 0 {
			break
		}
		for _, y := range b.emails {
			switch {
			case y == 0:
			case x == y:
				return Exact
			case c.local[x] == c.local[y]:
				l = max(l, Sound)
			default:
				l = max(l, c.locals.level(c.local[x], c.local[y], closeWords))
			}
		}
	}
	return l
}

// compareAddresses compares by words, rare ones counting more. The same street with another house number is no more
// than weak.
func (c *class) compareAddresses(a, b *entry) Level {
	l := c.compareTokens(a.address, b.address, a.addressTokens, b.addressTokens)
	if l == Similar && len(a.addressNumbers) > 0 && len(b.addressNumbers) > 0 && !meet(a.addressNumbers, b.addressNumbers) {
		return Weak
	}
	return l
}

func meet(a, b []word) bool {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			return true
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return false
}

// compareTokens takes the share of common words, each by its rarity (weighted Jaccard): from .75 sound, from .5
// similar, from .25 weak; or, where one holds the whole of the other, similar.
func (c *class) compareTokens(a, b word, x, y []word) Level {
	switch {
	case a == 0 || b == 0:
		return Missing
	case a == b:
		return Exact
	}
	both, left, right := 0.0, 0.0, 0.0
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case j >= len(y) || i < len(x) && x[i] < y[j]:
			left += c.rarity[x[i]]
			i++
		case i >= len(x) || y[j] < x[i]:
			right += c.rarity[y[j]]
			j++
		default:
			both += c.rarity[x[i]]
			i++
			j++
		}
	}
	switch share := both / max(both+left+right, 1e-9); {
	case share >= 0.75:
		return Sound
	case share >= 0.5, both > 0 && (left == 0 || right == 0) && share >= 0.25:
		return Similar
	case share >= 0.25:
		return Weak
	}
	return Different
}
