package analyze

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"slices"

	"guanxi/base/fault"
)

// MovePart is a single condition that decided a move, in words, and whether it held then. Of one that asks for what the reader may
// not see nothing is told but that.
type MovePart struct {
	Key      string `json:"key,omitempty" doc:"to ask for the moves it decided"`
	Clause   *Label `json:"clause,omitempty" doc:"the condition; absent where it can no longer be read"`
	Sentence *Label `json:"sentence,omitempty" doc:"the condition, and whether it holds: no longer, where it decided alone"`
	Holds    bool   `json:"holds"`
	Hidden   bool   `json:"hidden,omitempty" doc:"it rests on something that is not yours to see"`
}

var holdsNow = map[bool]map[bool]Label{ // by whether it decided alone, so that it must have changed
	true:  {true: {"：现在成立", ": holds now"}, false: {"：不再成立", ": no longer holds"}},
	false: {true: {"：成立", ": holds"}, false: {"：不成立", ": does not hold"}},
}

// settle says the whole sentence. Alone it must have been otherwise before; among several only one must have been.
func (p *MovePart) settle(alone bool) {
	if p.Clause != nil {
		state := holdsNow[alone][p.Holds]
		p.Sentence = &Label{p.Clause.Chinese + state.Chinese, capital(p.Clause.English) + state.English}
	}
}

// partsTeller puts what decided moves into words, for one reader and each condition once.
type partsTeller struct {
	ctx    context.Context
	s      *Segments
	reader Reader
	lookup Lookup
	seen   map[string]saidCondition
}

type saidCondition struct {
	clause *Label
	hidden bool
}

func (s *Segments) partsTeller(ctx context.Context) (*partsTeller, error) {
	reader, err := s.Reader(ctx)
	if err != nil {
		return nil, err
	}
	lookup := s.lookup()
	lookup.Event = anyEvent
	return &partsTeller{ctx: ctx, s: s, reader: reader, lookup: lookup, seen: map[string]saidCondition{}}, nil
}

// said puts a condition into words: nil where it cannot be read any more, or, hidden, where it asks for what the reader may not use.
func (t *partsTeller) said(condition json.RawMessage, segment int64) (clause *Label, hidden bool) {
	c, err := parseConditionOf(t.ctx, condition, t.lookup, segment)
	if err != nil {
		return nil, notTheirs(err)
	}
	said := t.reader.Sentence(c)
	return &said, false
}

// notTheirs says that a condition is refused because it asks for what the reader may not use.
func notTheirs(err error) bool {
	var wrong *fault.Error
	return errors.As(err, &wrong) && slices.ContainsFunc(wrong.Fields, func(f fault.Field) bool { return f.Key == notYours })
}

// parts tells the conditions that decided a move, as they were kept. All that are not the reader's to see are one.
func (t *partsTeller) parts(kept string) []MovePart {
	var parts []causePart
	if kept == "" || json.Unmarshal([]byte(kept), &parts) != nil {
		return nil
	}
	var told []MovePart
	hidden := false
	for _, p := range parts {
		text := string(p.Condition)
		seen, known := t.seen[text]
		if !known {
			if c, err := ParseCondition(t.ctx, p.Condition, t.lookup); err == nil {
				clause := t.reader.Clause(c)
				seen.clause = &clause
			} else {
				seen.hidden = notTheirs(err)
			}
			t.seen[text] = seen
		}
		if seen.hidden {
			hidden = true
			continue
		}
		part := MovePart{Key: partKey(text, p.Holds), Clause: seen.clause, Holds: p.Holds}
		part.settle(len(parts) == 1)
		told = append(told, part)
	}
	if hidden {
		told = append(told, MovePart{Hidden: true})
	}
	return told
}

func hashOf(texts ...string) uint64 {
	h := fnv.New64a()
	for _, text := range texts {
		_, _ = h.Write([]byte(text + "\x00"))
	}
	return h.Sum64()
}

// rankReasons puts those who left before who came, and what decided most first.
func rankReasons(a, b MoveReason) int {
	side := map[bool]int{false: 0, true: 1}
	key := func(r MoveReason) string {
		if r.Part == nil {
			return ""
		}
		return r.Part.Key
	}
	return cmp.Or(side[a.Entered]-side[b.Entered], cmp.Compare(b.Moves, a.Moves), cmp.Compare(b.Alone, a.Alone), cmp.Compare(a.Cause, b.Cause), cmp.Compare(key(a), key(b)))
}
