package quality

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/base/clock"
	"guanxi/base/field"
	"guanxi/base/workspace"
	"guanxi/flow/customer"
)

// Found is one thing wrong with a record.
type Found struct {
	Rule     *Rule
	Field    string
	Value    string // what stands there; a mark of this value silences the finding
	Other    string
	Expected string
	Proposed string                // what should stand in Target, "" for unknown
	Target   string                // the field a repair writes, Field unless said
	Contact  int64                 // the contact point it is about
	Points   float64               // by how much of the record's score it lowers it
	low      float64               // the usual values of a number, for capping
	high     float64               //
	State    customer.ContactPoint // of the contact point
}

// examiner examines records by the rules in force.
type examiner struct {
	rules   []*Rule
	learned *learned
	own     *field.Set
	at      workspace.Workspace
	now     int64
	today   time.Time
	home    string           // region of the workspace
	held    map[string]holds // whom each rule of the workspace's own holds for
	only    string           // the key of the one rule asked, "" for all
	propose bool             // reckon what should stand there, too
}

// holds says whether a condition holds for a customer.
type holds func(id int64) bool

func newExaminer(ctx context.Context, rules []*Rule, l *learned) *examiner {
	w := workspace.Of(ctx)
	e := &examiner{learned: l, own: field.Of(ctx), at: w, now: clock.Millis(ctx), home: w.Country, held: map[string]holds{}}
	e.today = w.Time(e.now)
	for _, r := range rules {
		if r.Active && r.Subject == "customer" {
			e.rules = append(e.rules, r)
		}
	}
	return e
}

// exam is one record under one rule.
type exam struct {
	*examiner
	*Record
	rule  *Rule
	asked int
	found []Found
}

// ask counts one thing that the rule asks of the record.
func (x *exam) ask() { x.asked++ }

// fails notes that what was asked last is wrong, unless a person has said otherwise.
func (x *exam) fails(f Found) {
	if f.Field == "" {
		f.Field = x.rule.Field
	}
	if x.marked(x.rule.Key, f.Field, f.Value) {
		return
	}
	f.Rule = x.rule
	if f.Target == "" {
		f.Target = f.Field
	}
	x.found = append(x.found, f)
}

// Judgement is how good one record is: score and dimensions 0..1; a dimension that nothing could be judged by is absent.
type Judgement struct {
	Score      float64
	Dimensions map[Dimension]float64
	Found      []Found
}

// examine judges one record.
func (e *examiner) examine(r *Record) Judgement {
	var asked, failed [5]float64
	var found []Found
	x := exam{examiner: e, Record: r}
	for _, rule := range e.rules {
		if e.only != "" && rule.Key != e.only {
			continue
		}
		x.rule, x.asked, x.found = rule, 0, x.found[:0]
		if rule.Own {
			x.askOwn()
		} else {
			rule.check(&x)
		}
		d := dimensionIndex[rule.Dimension]
		asked[d] += rule.Weight * float64(x.asked)
		failed[d] += rule.Weight * float64(len(x.found))
		found = append(found, x.found...)
	}
	j := Judgement{Dimensions: map[Dimension]float64{}, Found: found}
	total := 0.0
	for i, d := range Dimensions {
		if asked[i] > 0 {
			j.Dimensions[d] = 1 - failed[i]/asked[i]
			j.Score += worth[d] * j.Dimensions[d]
			total += worth[d]
		}
	}
	if total == 0 {
		j.Score = 1
		return j
	}
	j.Score /= total
	for i := range j.Found {
		f := &j.Found[i]
		f.Points = worth[f.Rule.Dimension] / total * f.Rule.Weight / asked[dimensionIndex[f.Rule.Dimension]]
	}
	return j
}

var dimensionIndex = map[Dimension]int{Completeness: 0, Validity: 1, Consistency: 2, Uniqueness: 3, Timeliness: 4}

func (x *exam) askOwn() {
	holds := x.held[x.rule.Key]
	if holds == nil {
		return
	}
	x.ask()
	if holds(x.ID) {
		x.fails(Found{Value: x.text(x.rule.Field)})
	}
}

// plainText gives a value of the workspace's own field as text.
func plainText(v any) string {
	switch t := v.(type) {
	case nil:
		return ""
	case string:
		return t
	case map[string]any:
		return customer.AddressText(t)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
