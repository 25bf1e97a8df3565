package match

import (
	"cmp"
	"math"
	"slices"
)

// Learned is a model with the names of its extra fields and the chance that two random values of a field are equal, by
// which the frequency of a value is judged.
type Learned struct {
	Model
	Records    float64                        `json:"records"`
	ExtraNames []string                       `json:"extra"`
	Equal      [fieldCount]float64            `json:"equal"`
	Common     [fieldCount]map[string]float64 `json:"common"` // the frequencies of the commonest values, for a judge
}

func (c *class) learned(m *Model) *Learned {
	l := &Learned{Model: *m, Records: float64(len(c.entries))}
	for _, at := range c.chosen {
		l.ExtraNames = append(l.ExtraNames, c.extraNames[at])
	}
	for f := range fieldCount {
		l.Equal[f] = c.tallies[f].chance()
		if d := c.dictionaryOf(f); d != nil {
			l.Common[f] = commonest(d, &c.tallies[f])
		}
	}
	return l
}

// mostCommonest bounds the values whose frequency a model carries with it; what is rarer counts as rare.
const mostCommonest = 400

func commonest(d *dictionary, t *tally) map[string]float64 {
	var ids []word
	for id := range t.counts {
		if t.counts[id] > 2 {
			ids = append(ids, word(id))
		}
	}
	slices.SortFunc(ids, func(a, b word) int { return cmp.Or(cmp.Compare(t.counts[b], t.counts[a]), cmp.Compare(a, b)) })
	frequencies := map[string]float64{}
	for _, id := range ids[:min(len(ids), mostCommonest)] {
		frequencies[d.texts[id]] = t.frequency(id)
	}
	return frequencies
}

// dictionaryOf gives the dictionary of a field's values, nil for those not judged by frequency.
func (c *class) dictionaryOf(f Field) *dictionary {
	switch f {
	case Name:
		return c.names
	case Family, Given:
		return c.parts
	case Phone:
		return c.phones
	case Email:
		return c.emails
	case Address:
		return c.addresses
	case City:
		return c.cities
	case Postcode:
		return c.postcodes
	case Company:
		return c.companies
	}
	return nil
}

// The bounds of what the frequency of a value may change, in bits.
const (
	mostRarer  = 6
	mostCommon = 8
)

// rarer is what it adds, in bits, that equal values are rarer than equal values usually are.
func (l *Learned) rarer(f Field, frequency float64) float64 {
	if l.Equal[f] <= 0 || frequency <= 0 {
		return 0
	}
	return min(max(math.Log2(l.Equal[f]/frequency), -mostCommon), mostRarer)
}

// pair scores two records and says why.
func (l *Learned) pair(c *class, a, b *entry, p pattern) Pair {
	return l.score(c, a, b, p, func(f Field, value word) float64 { return c.tallies[f].frequency(value) })
}

// score is pair with the frequencies of values from elsewhere.
func (l *Learned) score(c *class, a, b *entry, p pattern, frequency func(Field, word) float64) Pair {
	pair := Pair{A: min(a.id, b.id), B: max(a.id, b.id)}
	for f := range fieldCount {
		level := p.level(f)
		if level == Missing {
			continue
		}
		bits := l.weight(f, level)
		switch level {
		case Exact:
			if shared := c.shared(f, a, b); shared != 0 {
				bits += l.rarer(f, frequency(f, shared))
			}
		case Swapped:
			right := a // who has them the right way round: whose family name more have as such
			if frequency(Family, b.family) > frequency(Family, a.family) {
				right = b
			}
			bits += l.rarer(f, frequency(f, right.part(f)))
		}
		pair.Bits += bits
		pair.Evidence = append(pair.Evidence, Evidence{c.fieldName(f), level.String(), math.Round(bits*10) / 10})
	}
	pair.Score = probability(l.Prior + pair.Bits)
	return pair
}

// shared gives the value of f that both have, 0 where the field is not judged by frequency.
func (c *class) shared(f Field, a, b *entry) word {
	switch f {
	case Name:
		return a.name
	case Family:
		return a.family
	case Given:
		return a.given
	case Phone:
		return common(a.phones, b.phones)
	case Email:
		return common(a.emails, b.emails)
	case Address:
		return a.address
	case City:
		return a.city
	case Postcode:
		return a.postcode
	case Company:
		return a.company
	case Birthday, Gender:
		return 0
	}
	return a.extra[c.chosen[f-Extra]]
}

// part gives the family or given name of a record.
func (e *entry) part(f Field) word {
	if f == Family {
		return e.family
	}
	return e.given
}

func common(a, b [mostValues]word) word {
	for _, x := range a {
		for _, y := range b {
			if x != 0 && x == y {
				return x
			}
		}
	}
	return 0
}

// Suggested gives the score from which on pairs, taken as duplicates, have the best F1 that the model expects: of the
// pairs at or above t it expects the sum of their scores to be right, of all duplicates the sum of all scores.
func Suggested(pairs []Pair) float64 {
	all := 0.0
	for _, p := range pairs {
		all += p.Score
	}
	best, at, right := 0.0, 1.0, 0.0
	for i, p := range pairs { // best first
		right += p.Score
		if f1 := 2 * right / (float64(i+1) + all); f1 > best {
			best, at = f1, p.Score
		}
	}
	return at
}
