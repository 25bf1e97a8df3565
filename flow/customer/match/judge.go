package match

// Untaught is the model before any scan: beliefs, and the chances of equal values as they are usual among records of
// about the given number.
func Untaught(organization bool, records float64) *Learned {
	l := &Learned{Records: records}
	l.Model.organization = organization
	l.Prior = logit(min(0.02/max(records, 2), 0.1))
	for f := range fieldCount {
		l.Equal[f] = usualChance(f)
		l.M[f], _ = l.beliefOf(f)
		l.U[f] = usualShares(f)
	}
	return l
}

// usualChance is how often two different records have equal values of a field, as it is usual.
func usualChance(f Field) float64 {
	usual := [fieldCount]float64{Name: 1e-5, Family: 0.03, Given: 1e-3, Birthday: 5e-5, Phone: 1e-6, Email: 1e-6, Address: 1e-5, City: 0.05,
		Postcode: 0.01, Gender: 0.5, Company: 1e-3}
	if f >= Extra {
		return 1e-3
	}
	return usual[f]
}

// usualShares are the shares of levels among different records, as they are usual: the lower ones no rarer than equality.
func usualShares(f Field) (u [levelCount]float64) {
	belief, _ := (&Model{}).beliefOf(f)
	u[Exact], u[Different] = usualChance(f), 1-usualChance(f)
	for l := Weak; l < Exact; l++ {
		if belief[l] > 0 {
			u[l] = max(min(u[Exact], 0.02), 1e-4)
			u[Different] -= u[l]
		}
	}
	return u
}

// Judge scores one record against others by models learned before, without looking at anything else: what somebody
// is about to enter against those who share a trait with it. Models are by person and organization; a missing one is
// untaught. The pairs come in the order of others, with A the record and B the other.
func Judge(models map[string]*Learned, sound func(text string, family bool) string, record *Record, others []Record) []Pair {
	s := NewSet(sound)
	s.Add(record)
	c, name := s.persons, "person"
	if len(s.organizations.entries) > 0 {
		c, name = s.organizations, "organization"
	}
	l := models[name]
	if l == nil {
		l = Untaught(c.organization, 1000)
	}
	for i := range others {
		c.add(&others[i])
	}
	c.weigh(true)
	for _, extra := range l.ExtraNames {
		if at, held := c.extraAt[extra]; held {
			c.chosen = append(c.chosen, at)
		} else {
			c.chosen = append(c.chosen, len(c.extraNames)) // nobody has it: missing
			c.extraNames = append(c.extraNames, extra)
			c.extras = append(c.extras, newDictionary())
		}
	}
	rare := 1 / max(l.Records, 1)
	frequency := func(f Field, value word) float64 {
		if d := c.dictionaryOf(f); d != nil {
			if known, common := l.Common[f][d.texts[value]]; common {
				return known
			}
		}
		if len(l.Common[f]) == 0 { // nothing is known of how common values are, so none is taken for a rare one
			return max(l.Equal[f], rare)
		}
		return rare
	}
	pairs := make([]Pair, len(others))
	for i := range others {
		a, b := &c.entries[0], &c.entries[i+1]
		pairs[i] = l.score(c, a, b, c.compare(a, b), frequency)
		pairs[i].A, pairs[i].B = a.id, b.id
	}
	return pairs
}
