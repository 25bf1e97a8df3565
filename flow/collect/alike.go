package collect

import (
	"slices"
	"strconv"
	"strings"

	"guanxi/base/fault"
)

// Alike says what becomes of a row that would make a record but looks like one that is there (Do), or like an earlier row of
// the same file (Within): from Least on (a probability 0.5 to 1) it updates that one, is skipped, or makes its own all the
// same. Rows decides for single ones: by their numbers, or by "number/part" for one of several customers that a row names.
type Alike struct {
	Least  float64           `json:"least,omitempty"`
	Do     string            `json:"do,omitempty"`
	Within string            `json:"within,omitempty"`
	Rows   map[string]string `json:"rows,omitempty"`
}

// What may be done with a row that looks like a record. AlikeUpdate of a row that looks like an earlier one keeps the
// earlier one and fills what that left empty.
const (
	AlikeUpdate = "update"
	AlikeSkip   = "skip"
	AlikeCreate = "create"
)

var alikeActs = []string{"", AlikeUpdate, AlikeSkip, AlikeCreate}

func (a Alike) check() error {
	for name, act := range map[string]string{"do": a.Do, "within": a.Within} {
		if !slices.Contains(alikeActs, act) {
			return fault.Invalid("mapping.options.alike."+name, "not_one_of", "update, skip, create")
		}
	}
	if a.Do+a.Within != "" && (a.Least < 0.5 || a.Least > 1) {
		return fault.Invalid("mapping.options.alike.least", "out_of_range", 0.5, 1)
	}
	for row, do := range a.Rows {
		number, _, _ := strings.Cut(row, "/")
		if _, err := strconv.ParseInt(number, 10, 64); err != nil || !slices.Contains(alikeActs, do) {
			return fault.Invalid("mapping.options.alike.rows", "not_one_of", "update, skip, create")
		}
	}
	return nil
}

// Decided says that anything was decided, so that rows have to be compared.
func (a Alike) Decided() bool { return a.Do+a.Within != "" || len(a.Rows) > 0 }

// For gives what was decided for a row that looks like a record, "" for nothing.
func (a Alike) For(r AlikeRow) string {
	number := strconv.FormatInt(r.Row, 10)
	for _, name := range [...]string{number + "/" + r.Part, number} {
		if do, named := a.Rows[name]; named {
			return do
		}
	}
	switch {
	case r.Score < a.Least:
		return ""
	case r.Within:
		return a.Within
	}
	return a.Do
}

// AlikeRow is a row that would make a record and looks like one that is there, or, Within the file, like what an earlier row
// makes: that row's number is Earlier, or its record is stored already. Part says which of the customers that a row names it
// is, "" where it names one. Fields are those that speak for it.
type AlikeRow struct {
	Row     int64    `json:"row"`
	Part    string   `json:"part,omitempty"`
	Within  bool     `json:"within,omitempty"`
	Earlier int64    `json:"earlier,omitempty"`
	Record  int64    `json:"record,omitempty"`
	Score   float64  `json:"score"`
	Fields  []string `json:"fields"`
}

// AlikeCount is what comparing rows with records and among themselves has found. Above counts rows by the least scores a
// person may choose; those that look like an earlier row are counted apart.
type AlikeCount struct {
	Checked     int64            `json:"checked"`
	Unchecked   int64            `json:"unchecked"`
	Found       int64            `json:"found"`
	Within      int64            `json:"within,omitempty"`
	Updated     int64            `json:"updated"`
	Skipped     int64            `json:"skipped"`
	Above       map[string]int64 `json:"above,omitempty"`
	AboveWithin map[string]int64 `json:"above_within,omitempty"`
	Rows        []AlikeRow       `json:"rows,omitempty"`
}

// alikeLeast are the scores from which a person may let a decision hold.
var alikeLeast = []string{"0.5", "0.8", "0.9", "0.95", "0.99"}

// shownAlike is how many rows that look like records are told one by one, and as many that look like earlier rows.
const shownAlike = 200

// Looks notes a row that looks like a record or an earlier row.
func (c *AlikeCount) Looks(r AlikeRow) {
	found, above := &c.Found, &c.Above
	if r.Within {
		found, above = &c.Within, &c.AboveWithin
	}
	*found++
	if *above == nil {
		*above = map[string]int64{}
	}
	for _, least := range alikeLeast {
		if score, _ := strconv.ParseFloat(least, 64); r.Score >= score {
			(*above)[least]++
		}
	}
	if *found <= shownAlike {
		c.Rows = append(c.Rows, r)
	}
}

// with adds what a batch has found, changing neither: a transaction may run again.
func (c *AlikeCount) with(more *AlikeCount) *AlikeCount {
	if more == nil || more.Checked+more.Unchecked+more.Updated+more.Skipped == 0 {
		return c
	}
	if c == nil {
		c = &AlikeCount{}
	}
	sum := AlikeCount{Checked: c.Checked + more.Checked, Unchecked: c.Unchecked + more.Unchecked, Found: c.Found + more.Found, Within: c.Within + more.Within,
		Updated: c.Updated + more.Updated, Skipped: c.Skipped + more.Skipped, Above: addCounts(c.Above, more.Above), AboveWithin: addCounts(c.AboveWithin, more.AboveWithin)}
	room := map[bool]int{false: shownAlike, true: shownAlike}
	for _, r := range slices.Concat(c.Rows, more.Rows) {
		if room[r.Within]--; room[r.Within] >= 0 {
			sum.Rows = append(sum.Rows, r)
		}
	}
	return &sum
}

func addCounts(a, b map[string]int64) map[string]int64 {
	sum := map[string]int64{}
	for _, counts := range [...]map[string]int64{a, b} {
		for name, n := range counts {
			sum[name] += n
		}
	}
	return sum
}
