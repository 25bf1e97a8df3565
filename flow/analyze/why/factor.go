package why

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"

	"guanxi/base/fault"
	"guanxi/base/proportion"
	"guanxi/flow/analyze"
)

// CommonQuery asks what a group has in common that others have not. Group and Base are conditions; without Base the others are
// everybody else. With Start only those who did it in the period are looked at, and of each what she did within so many hours
// of it; with Before the group is who did it, and what counts is what she did in the hours before. With neither it is what
// was done in the period.
type CommonQuery struct {
	analyze.Period
	Group, Base   json.RawMessage
	Start, Before *Step
	Hours         int
}

// Step is an event with its where.
type Step struct {
	Event string                `json:"event" maxLength:"200"`
	Where analyze.ConditionJSON `json:"where,omitempty"`
}

// Common is what a group has in common, the most telling first.
type Common struct {
	Sentence analyze.Label `json:"sentence" doc:"the first factor in words; where none stands out, that"`
	Group    int64         `json:"group" doc:"customers looked at"`
	Rest     int64         `json:"rest"`
	Sampled  bool          `json:"sampled" doc:"one in several was looked at, by chance that does not change"`
	Tested   int           `json:"tested" doc:"factors of which enough was known"`
	Factors  []Factor      `json:"factors"`
}

// Factor is something that stands more often in the group than in the rest. Done is false where it is that something was not
// done. Same are factors that say nothing more once this one is known.
type Factor struct {
	Kind      string                 `json:"kind" enum:"detail,event"`
	Name      string                 `json:"name"`
	Value     string                 `json:"value,omitempty"`
	Done      bool                   `json:"done"`
	Label     analyze.Label          `json:"label"`
	InGroup   Share                  `json:"in_group"`
	InRest    Share                  `json:"in_rest"`
	Lift      *float64               `json:"lift" doc:"share in the group ÷ share in the rest; null where nobody of the rest has it"`
	Differs   float64                `json:"difference" doc:"share in the group less share in the rest"`
	Low       float64                `json:"low" doc:"limits of the difference at 95%"`
	High      float64                `json:"high"`
	Chance    float64                `json:"chance" doc:"the share of false discoveries among factors as telling as this one (Benjamini and Hochberg)"`
	Condition *analyze.ConditionJSON `json:"condition" doc:"for whom it holds, in the group or not"`
	Members   *analyze.ConditionJSON `json:"members" doc:"for whom of the group it holds; null where the group is who did something"`
	Same      []Factor               `json:"same,omitempty"`

	ask    any
	source string
}

const (
	mostHours   = 24 * 366
	likely      = .05 // share of false discoveries that is borne
	mostFactors = 20
	mostFolded  = 60   // factors looked at for what says the same
	sameAs      = .7   // correlation from which two factors are one
	stillTells  = 6.63 // chi-square at 1%
)

// Common looks for what sets the group apart. Faults: invalid, forbidden.
func (w *Why) Common(ctx context.Context, q CommonQuery) (*Common, error) {
	switch {
	case (len(q.Group) == 0) == (q.Before == nil):
		return nil, fault.Invalid("group", "is_missing")
	case q.Start != nil && q.Before != nil:
		return nil, fault.Invalid("before", "only_one_of", "start", "before")
	case (q.Start != nil || q.Before != nil) && (q.Hours < 1 || q.Hours > mostHours):
		return nil, fault.Invalid("within_hours", "out_of_range", 1, mostHours)
	}
	out := &Common{Factors: []Factor{}}
	err := w.look(ctx, q, func(l *look) error {
		out.Group, out.Rest, out.Sampled = l.group, l.rest, l.sampled
		found, tested, err := l.factors(ctx)
		if err != nil {
			return err
		}
		out.Tested = tested
		out.Factors, err = l.fold(ctx, found)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range out.Factors {
		if err := out.Factors[i].asks(q); err != nil {
			return nil, err
		}
	}
	out.Sentence = out.say(q)
	return out, nil
}

// counted is a factor as it was counted: how many of the group and of the rest have it.
type counted struct {
	Factor
	with, restWith int64
	only           bool // that somebody does not have it is no factor: she has another value, or others besides
}

// judge keeps the factors that stand apart from chance, the greatest sure difference first.
func judge(all []counted, group, rest int64) (found []Factor, tested int) {
	p := make([]float64, 0, len(all))
	for _, c := range all {
		f := fourfold{float64(c.with), float64(group), float64(c.restWith), float64(rest)}
		if !f.enough() {
			continue
		}
		c.Done = true
		if !c.only && f.a/f.n < f.b/f.m {
			c.Done = false
			f.a, f.b = f.n-f.a, f.m-f.b
		}
		c.InGroup, c.InRest = shareOf(int64(f.a), group), shareOf(int64(f.b), rest)
		c.Differs = c.InGroup.Share - c.InRest.Share
		c.Low, c.High = proportion.Difference(f.a, f.n, f.b, f.m)
		if c.InRest.Share > 0 {
			lift := c.InGroup.Share / c.InRest.Share
			c.Lift = &lift
		}
		p, found = append(p, f.probability()), append(found, c.Factor)
	}
	tested = len(found)
	for i, q := range discoveries(p) {
		found[i].Chance = q
	}
	found = slices.DeleteFunc(found, func(f Factor) bool { return f.Chance > likely || f.Low <= 0 })
	slices.SortFunc(found, func(a, b Factor) int {
		return cmp.Or(cmp.Compare(b.Low, a.Low), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
	})
	return found, tested
}

// fold lays factors that say nothing more below the one that says it best.
func (l *look) fold(ctx context.Context, found []Factor) ([]Factor, error) {
	found = found[:min(len(found), mostFolded)]
	group, have, err := l.who(ctx, found)
	if err != nil {
		return nil, err
	}
	kept, at := []Factor{}, []int{}
next:
	for i, f := range found {
		for k := range kept {
			if math.Abs(alike(have[i], have[at[k]])) >= sameAs || stratified(group, have[i], have[at[k]]) < stillTells {
				kept[k].Same = append(kept[k].Same, f)
				continue next
			}
		}
		if len(kept) < mostFactors {
			kept, at = append(kept, f), append(at, i)
		}
	}
	return kept, nil
}

// asks gives the factor the condition for whom it holds.
func (f *Factor) asks(q CommonQuery) error {
	for i := range f.Same {
		if err := f.Same[i].asks(q); err != nil {
			return err
		}
	}
	whole := f.ask
	days := (q.Hours + 23) / 24
	period := map[string]any{"from": q.From.Format("2006-01-02"), "to": q.To.Format("2006-01-02")}
	did := func(event string, window any) map[string]any {
		return map[string]any{"event": event, "measure": "count", "op": "gte", "value": 1, "window": window}
	}
	if f.Kind == "event" {
		switch {
		case q.Start != nil:
			start := q.Start.did()
			whole = map[string]any{"sequence": []any{start, map[string]any{"event": f.Name}}, "within_days": days, "window": period}
			if !f.Done {
				began := q.Start.did()
				began["measure"], began["op"], began["value"], began["window"] = "count", "gte", 1, period
				whole = map[string]any{"all": []any{began, map[string]any{"not": whole}}}
			}
		case q.Before != nil:
			whole = did(f.Name, map[string]any{"last_days": days})
		default:
			whole = did(f.Name, period)
		}
	}
	if !f.Done && (f.Kind != "event" || q.Start == nil) {
		whole = map[string]any{"not": whole}
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return err
	}
	condition := analyze.ConditionJSON(text)
	f.Condition = &condition
	if len(q.Group) > 0 {
		if text, err = json.Marshal(map[string]any{"all": []any{q.Group, whole}}); err != nil {
			return err
		}
		members := analyze.ConditionJSON(text)
		f.Members = &members
	}
	return nil
}

func (s *Step) did() map[string]any {
	did := map[string]any{"event": s.Event}
	if len(s.Where) > 0 && string(s.Where) != "null" {
		did["where"] = s.Where
	}
	return did
}
