// Package match finds which records speak of the same person or organization. It is one probabilistic model, that of
// Fellegi and Sunter (A Theory for Record Linkage, JASA 64, 1969): for every field the level of agreement of two
// records is evidence, and its weight in bits is
//
//	log2(m / u), m = P(level | same), u = P(level | different)
//
// Weights of the fields add up, fields being taken as independent given the truth, and a value missing on either side
// is no evidence at all. With the prior odds of any two records being the same the sum gives
//
//	P(same | levels) = 1 / (1 + 2^-(prior + sum))
//
// m, u and the prior are learned on the records themselves by EM (Winkler 1988, Using the EM Algorithm for Weight
// Computation in the Fellegi-Sunter Model of Record Linkage). Where two values are equal, u is the frequency of that
// very value (Winkler 1989, frequency-based matching): to share 王 says little, to share 欧阳 a lot.
//
// The package knows texts and numbers only; it reads no database.
package match

// Record is what is known of one customer. Texts are as people wrote them; an empty one is missing.
type Record struct {
	ID           int64
	Organization bool
	Name         string
	Given        string
	Family       string
	Gender       string // female, male, or anything else for unknown
	Birthday     string // YYYY-MM-DD
	Phones       []string
	Emails       []string
	City         string
	Postcode     string
	Address      string
	Company      string
	Extra        map[string]string // further values by name; those that tell records apart are taken as fields
}

// Field is one thing that is compared.
type Field uint8

// The fields. A person is compared by family and given name, an organization by its name as a whole. Extra fields
// follow behind Extra.
const (
	Name Field = iota
	Family
	Given
	Birthday
	Phone
	Email
	Address
	City
	Postcode
	Gender
	Company
	Extra
	fieldCount = Extra + mostExtra
	mostExtra  = 5
)

// Level is how well two values agree; a higher one is better. Missing is no evidence.
type Level uint8

// The levels. Which a field knows is in the table of levels; what they mean there, in the comparison of the field.
const (
	Missing Level = iota
	Different
	Weak    // some resemblance: same year, one token in common, an initial
	Swapped // given and family name changed places
	Similar // a slip of the pen, a character of the same shape
	Sound   // written otherwise, spoken the same
	Exact
	levelCount
)

var fieldNames = [...]string{"name", "family_name", "given_name", "birthday", "phone", "email", "address", "city", "postcode", "gender", "company"}

var levelNames = [...]string{"missing", "different", "weak", "swapped", "similar", "sound", "exact"}

// String gives the name of the level.
func (l Level) String() string { return levelNames[l] }

// pattern holds the levels of all fields, four bits each.
type pattern uint64

func (p pattern) level(f Field) Level { return Level(p>>(4*f)) & 15 }

func (p *pattern) set(f Field, l Level) { *p |= pattern(l) << (4 * f) }

// Evidence is what one field says about a pair: its level and the bits it adds (or takes).
type Evidence struct {
	Field string  `json:"field"`
	Level string  `json:"level"`
	Bits  float64 `json:"bits"`
}

// Pair is two records that may be the same; A < B. Score is the probability that they are, Bits the sum of the
// evidence without the prior.
type Pair struct {
	A, B     int64
	Score    float64
	Bits     float64
	Evidence []Evidence
}
