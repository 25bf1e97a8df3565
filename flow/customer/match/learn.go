package match

import (
	"math"
)

// Model is what was learned about one sort of records. M and U hold, by field and level, the probability of the level
// among pairs with both values, given that they are the same and that they are not. Prior is the log2 odds that two
// records taken at random are the same.
type Model struct {
	M     [fieldCount][levelCount]float64 `json:"m"`
	U     [fieldCount][levelCount]float64 `json:"u"`
	Prior float64                         `json:"prior"`

	organization bool
}

// beliefs are what is assumed of pairs that are the same before any data speaks, by level (missing has none), and most
// is the share of them that may ever differ: who differs in more is no duplicate but a relation.
var beliefs = [fieldCount]struct {
	m    [levelCount]float64
	most float64
}{
	Name:     {[levelCount]float64{Different: .06, Weak: .1, Similar: .14, Sound: .15, Exact: .55}, .25},
	Family:   {[levelCount]float64{Different: .08, Weak: .04, Swapped: .02, Similar: .06, Sound: .05, Exact: .75}, .25},
	Given:    {[levelCount]float64{Different: .10, Weak: .10, Swapped: .02, Similar: .08, Sound: .05, Exact: .65}, .25},
	Birthday: {[levelCount]float64{Different: .05, Weak: .05, Similar: .10, Exact: .80}, .2},
	Phone:    {[levelCount]float64{Different: .35, Similar: .10, Exact: .55}, .7},
	Email:    {[levelCount]float64{Different: .35, Weak: .05, Similar: .10, Sound: .10, Exact: .40}, .7},
	Address:  {[levelCount]float64{Different: .30, Weak: .15, Similar: .15, Sound: .10, Exact: .30}, .7},
	City:     {[levelCount]float64{Different: .15, Weak: .03, Similar: .07, Exact: .75}, .5},
	Postcode: {[levelCount]float64{Different: .17, Similar: .08, Exact: .75}, .6},
	Gender:   {[levelCount]float64{Different: .03, Exact: .97}, .1},
	Company:  {[levelCount]float64{Different: .30, Weak: .10, Similar: .10, Exact: .50}, .8},
}

// beliefOf gives the belief about a field; extra fields are taken to be like postcodes. Organizations have branches
// of the same name and switchboard, so that for them another address means more.
func (m *Model) beliefOf(f Field) ([levelCount]float64, float64) {
	switch {
	case f >= Extra:
		f = Postcode
	case f == Address && m.organization:
		return beliefs[f].m, 0.12
	}
	return beliefs[f].m, beliefs[f].most
}

const (
	beliefPairs = 20.0 // the weight of the beliefs, in pairs
	rounds      = 40   // of EM, at most
	steady      = 1e-4 // change of the expected number of pairs, as a share, at which EM has arrived
	leastU      = 1e-8
)

// histogram counts pairs by their pattern of levels.
type histogram map[pattern]float64

// random says how often each level occurs among all pairs of a class that have both values.
type random struct {
	share [fieldCount][levelCount]float64
	pairs [fieldCount]float64 // pairs with both values
	all   float64
}

// start gives the model before EM: beliefs, and the shares among random pairs.
func start(organization bool, records float64, r *random) *Model {
	model := &Model{organization: organization, Prior: logit(min(0.02*records/max(r.all, 1), 0.1))}
	for f := range fieldCount {
		model.M[f], _ = model.beliefOf(f)
		for l := Different; l < levelCount; l++ {
			model.U[f][l] = max(r.share[f][l], leastU)
		}
	}
	return model
}

func logit(p float64) float64 { return math.Log2(p / (1 - p)) }

func probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }

// weight is the evidence of one level of one field, in bits. Names that changed places say as much as equal ones, less a
// little: who exchanges them does so whether the two are the same or not, and to count the exchange itself as evidence
// of both parts would count it twice.
func (m *Model) weight(f Field, l Level) float64 {
	if l == Missing || m.M[f][l] == 0 {
		return 0
	}
	if l == Swapped {
		return m.weight(f, Exact) - 0.5
	}
	return math.Log2(m.M[f][l] / m.U[f][l])
}

// weights tabulates weight.
func (m *Model) weights() (w [fieldCount][levelCount]float64) {
	for f := range fieldCount {
		for l := Different; l < levelCount; l++ {
			w[f][l] = m.weight(f, l)
		}
	}
	return w
}

func sum(w *[fieldCount][levelCount]float64, p pattern) (bits float64) {
	for f := range fieldCount {
		bits += w[f][p.level(f)]
	}
	return bits
}

// learn finds m, u and the prior by EM (Dempster, Laird and Rubin 1977) over all pairs of the class: those in h by
// their levels, all others taken as different. The M step for u takes the expected duplicates out of the shares among
// random pairs, for these hold them too.
func (m *Model) learn(h histogram, r *random) {
	last := 0.0
	for range rounds {
		w := m.weights()
		var level [fieldCount][levelCount]float64
		same := 0.0
		for p, n := range h {
			share := n * probability(m.Prior+sum(&w, p))
			if share < 1e-9 {
				continue
			}
			same += share
			for f := range fieldCount {
				level[f][p.level(f)] += share
			}
		}
		m.maximize(&level, r)
		same = max(same, 0.5)
		m.Prior = logit(min(same/max(r.all, 2), 0.5))
		if math.Abs(same-last) < steady*same {
			return
		}
		last = same
	}
}

// maximize is the M step. level holds the expected number of duplicates by field and level.
func (m *Model) maximize(level *[fieldCount][levelCount]float64, r *random) {
	for f := range fieldCount {
		belief, most := m.beliefOf(f)
		total, others := beliefPairs, 0.0
		for l := Different; l < levelCount; l++ {
			total += level[f][l]
		}
		var u [levelCount]float64
		for l := Different; l < levelCount; l++ {
			m.M[f][l] = (belief[l]*beliefPairs + level[f][l]) / total
			u[l] = max(r.share[f][l]*r.pairs[f]-level[f][l], 0.02*r.share[f][l]*r.pairs[f])
			others += u[l]
		}
		for l := Different; l < levelCount && others > 0; l++ {
			m.U[f][l] = max(u[l]/others, leastU)
		}
		m.hold(f, most)
	}
}

// hold keeps the share of duplicates that differ in f within its bound; the rest is scaled to fit.
func (m *Model) hold(f Field, most float64) {
	differ := m.M[f][Different]
	if differ <= most {
		return
	}
	m.M[f][Different] = most
	for l := Weak; l < levelCount; l++ {
		m.M[f][l] *= (1 - most) / (1 - differ)
	}
}
