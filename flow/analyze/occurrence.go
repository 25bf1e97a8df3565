package analyze

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"guanxi/base/fault"
	"guanxi/guard"
)

// SQL is a query over columns with the values bound in it. Names in it come from the registries only.
type SQL struct {
	Text string
	Args []any
}

func (p piece) whole() SQL { return SQL{p.sql, p.args} }

// Rows narrows what a figure about behaviour is reckoned from: the days, and whose. Group is a segment, a list below zero,
// or 0 for everybody.
type Rows struct {
	Period
	Group int64
}

// PeriodOf reads a period of days; without from it is so many days up to the last one, without to that is today.
// Faults: invalid.
func PeriodOf(ctx context.Context, from, to string, days int) (Period, error) {
	if to == "" {
		to = dayText(today(ctx))
	}
	if from != "" {
		return parsePeriod(from, to)
	}
	p, err := parsePeriod(to, to)
	if err == nil {
		p.From = p.To.AddDate(0, 0, 1-days)
	}
	return p, err
}

// GroupOf gives a segment or a list as Rows and MemberQuery know it.
func GroupOf(segment, list int64) int64 {
	if list != 0 {
		return -list
	}
	return segment
}

// Step gives the step of a series that suits the length of the period.
func (p Period) Step() string {
	switch days := p.Days(); {
	case days <= 92:
		return "day"
	case days <= 366:
		return "week"
	}
	return "month"
}

// Starts gives the first days of the steps that the period is cut into. Faults: invalid.
func (p Period) Starts(by string) ([]string, error) {
	cut, err := p.buckets(by)
	starts := make([]string, len(cut))
	for i, b := range cut {
		starts[i] = dayText(b.at)
	}
	return starts, err
}

// Among gives the customers that the reader sees in a group, as a query of one column. The text is empty where that is
// everybody, visitors whom nobody knows among them. Faults: not found, invalid.
func (s *Segments) Among(ctx context.Context, group int64) (SQL, error) {
	var where []piece
	if scope, args := guard.ScopeOf(ctx, "customers").Where("c"); scope != "(true)" {
		where = append(where, piece{scope, args})
	}
	if group != 0 {
		members, args, err := s.MemberQuery(ctx, group)
		if err != nil {
			return SQL{}, err
		}
		where = append(where, piece{"c.id in (" + members + ")", args})
	}
	if len(where) == 0 {
		return SQL{}, nil
	}
	return both("and", where).put("select c.id from customers c where ", "").whole(), nil
}

// PassageQuery asks who did steps in order, as a sequence in a condition does: Steps and Without are lists of events with
// their where, the first step falls into the days of Rows. Everyone counts visitors nobody knows, too.
type PassageQuery struct {
	Rows
	Steps, Without json.RawMessage
	Within         int // days
	Everyone       bool
	AtOnce         int64 // occurrences of a turn; by default what has room in memory
}

// Passage is the answer as a relation: one row for each occurrence of a step, with who did it (a visitor nobody knows under
// the negative of its id) and when (ts). s1 and on are set in rows that reach a step, t2 and on say when the step before was.
// It comes in turns of other people each, so that every turn has room in memory. Conditions hold, for each step, who reached it;
// Labels what the steps are called.
type Passage struct {
	Turns      []SQL
	Conditions []json.RawMessage
	Labels     []Label
	Steps      []*Condition
}

// Passage reads the steps and writes the relation. Faults: invalid with the place, not found.
func (s *Segments) Passage(ctx context.Context, q PassageQuery) (*Passage, error) {
	keys := map[string]json.RawMessage{"sequence": q.Steps}
	if len(q.Without) > 0 && string(q.Without) != "null" && string(q.Without) != "[]" {
		keys["without"] = q.Without
	}
	keys["within_days"], _ = json.Marshal(q.Within)
	keys["window"], _ = json.Marshal(map[string]string{"from": dayText(q.From), "to": dayText(q.To)})
	text, err := json.Marshal(keys)
	if err != nil {
		return nil, fault.Invalid("steps", "not_json")
	}
	c, err := ParseCondition(ctx, text, s.lookup())
	if err != nil {
		var wrong *fault.Error
		if errors.As(err, &wrong) {
			for i, f := range wrong.Fields {
				if rest, of := strings.CutPrefix(f.Field, "sequence"); of {
					wrong.Fields[i].Field = "steps" + rest
				}
			}
		}
		return nil, err
	}
	among, err := s.Among(ctx, q.Group)
	if err != nil {
		return nil, err
	}
	k := newCompiler(ctx)
	h := k.passageOf(c)
	h.everyone, h.among = q.Everyone, piece{among.Text, among.Args}
	turns, err := h.turns(ctx, s.columns, cmp.Or(q.AtOnce, putInOrder))
	if err != nil {
		return nil, err
	}
	out := &Passage{Steps: c.Sequence}
	for _, turn := range turns {
		out.Turns = append(out.Turns, turn.relation().whole())
	}
	for n := range c.Sequence {
		first := *c
		first.Sequence = slices.Clone(c.Sequence[:n+1])
		said, err := s.InGroup(q.Group, &first)
		if err != nil {
			return nil, err
		}
		out.Conditions = append(out.Conditions, said)
		out.Labels = append(out.Labels, s.stepLabel(ctx, c.Sequence[n]))
	}
	return out, nil
}

// GroupName gives what a segment is called, or a list where the id is below zero. Fault: not found.
func (s *Segments) GroupName(ctx context.Context, group int64) (string, error) {
	if group < 0 {
		list, err := listByID(ctx, s.records.Read(), -group, false)
		if err != nil {
			return "", err
		}
		return list.Name, nil
	}
	segment, err := s.Get(ctx, group)
	if err != nil {
		return "", err
	}
	return segment.Name, nil
}

// InGroup writes a condition for those of a group only.
func (s *Segments) InGroup(group int64, c any) (json.RawMessage, error) {
	switch {
	case group > 0:
		c = map[string]any{"all": []any{map[string]any{GroupSegment: jsonID(group)}, c}}
	case group < 0:
		c = map[string]any{"all": []any{map[string]any{GroupList: jsonID(-group)}, c}}
	}
	return json.Marshal(c)
}

// CustomerSplit gives the text that parts customers c, with their scores s, by the split of that name. The
// faults are: invalid where there is none for customers, forbidden where the reader may not use the field.
func CustomerSplit(ctx context.Context, name string) (expr string, err error) {
	for _, by := range splits {
		if by.Name != name || by.customer == "" {
			continue
		}
		if by.field != "" && !guard.FieldsOf(ctx, "customers").CanUse(by.field) {
			return "", fault.Forbidden("field_forbidden", by.field)
		}
		return by.customer, nil
	}
	return "", fault.Invalid("split", "split_unknown", name)
}

// OccurrencesOf gives the occurrences of one event with its where as a relation of customer_id, ts and day, and what it is
// called. Faults: invalid with the place.
func (s *Segments) OccurrencesOf(ctx context.Context, event string, where json.RawMessage) (SQL, Label, error) {
	keys := map[string]any{"event": event}
	if len(where) > 0 {
		keys["where"] = where
	}
	text, err := json.Marshal(keys)
	if err != nil {
		return SQL{}, Label{}, fault.Invalid("where", "not_json")
	}
	c, err := ParseCondition(ctx, text, s.lookup())
	if err != nil {
		return SQL{}, Label{}, err
	}
	k := newCompiler(ctx)
	return k.keeps(c).put("select e.customer_id, e.ts, e.day from "+k.table(c.Event.relation)+" e where e.customer_id is not null and ", "").whole(), c.Event.Label, nil
}
