package decide

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

const (
	groupSize   = 5         // so many of one kind become one line
	personWorth = 3         // one with this many times the usual stake of its kind is worth a person by herself
	mostAlone   = 12        // of one kind, before the list would be all of that kind
	groupPrefix = "group-"  // of a folded line's id, followed by its kind
	groupKey    = "~group:" // sorts after every row's key
)

// fold puts rows of one kind with a batch action into one line when there are at least groupSize of them, and leaves
// by themselves the pinned, those a person took out, and those worth a person: at least personWorth times the median
// stake of the kind, the mostAlone largest of them.
func fold(rows []Row, set Setting) []Line {
	var lines []Line
	byKind := map[string][]Row{}
	for _, r := range rows {
		if kindByName[r.Kind].Batch == nil || r.Pinned || r.Alone {
			lines = append(lines, single(r, set))
			continue
		}
		byKind[r.Kind] = append(byKind[r.Kind], r)
	}
	for name, same := range byKind {
		alone, together := apart(same, set)
		if len(together) < groupSize {
			alone, together = same, nil
		}
		for _, r := range alone {
			lines = append(lines, single(r, set))
		}
		if together != nil {
			lines = append(lines, group(kindByName[name], together, set))
		}
	}
	return lines
}

// apart parts those worth a person by herself from the rest, each by falling stake.
func apart(same []Row, set Setting) (alone, together []Row) {
	same = slices.Clone(same)
	stakeOf := func(r Row) float64 { return r.factors(set).Stake }
	slices.SortFunc(same, func(a, b Row) int {
		return cmp.Or(cmp.Compare(stakeOf(b), stakeOf(a)), cmp.Compare(a.Key, b.Key))
	})
	if len(same) < groupSize {
		return same, nil
	}
	usual := stakeOf(same[len(same)/2])
	n := 0
	for n < len(same) && n < mostAlone && usual > 0 && stakeOf(same[n]) >= personWorth*usual {
		n++
	}
	return same[:n], same[n:]
}

// group makes the folded line: stakes add up, the batch changes its own share of the chance in its own minutes. What
// its members' settled scores would save is what it is ordered by, so that it stands as still as they do.
func group(kind Kind, members []Row, set Setting) Line {
	l := Line{Members: members}
	l.Kind, l.Area, l.State = kind.Name, string(kind.Area), Open
	l.Key, l.Currency = groupKey+kind.Name, members[0].Currency
	l.FirstSeenAt = members[0].FirstSeenAt
	l.Factors = Factors{HalfLifeMinutes: members[0].factors(set).HalfLifeMinutes, EffortMinutes: kind.Batch.Minutes}
	var saveable, settled float64
	var valued int64
	for _, m := range members {
		one := single(m, set)
		l.Factors.Stake += one.Factors.Stake
		saveable += one.Factors.Stake * one.Factors.Chance
		settled += one.Ordered * max(m.EffortMinutes, shortestEffort)
		l.FirstSeenAt = min(l.FirstSeenAt, m.FirstSeenAt)
		if due := one.Factors.DueAt; due != nil && (l.DueAt == nil || *due < *l.DueAt) {
			l.DueAt = due
		}
		if m.AtStake != nil {
			valued += *m.AtStake
			l.AtStake = &valued
		}
	}
	if l.Factors.Stake > 0 {
		l.Factors.Chance = saveable / l.Factors.Stake * kind.Batch.Chance
	}
	l.Factors.DueAt = l.DueAt
	l.Chance, l.HalfLifeMinutes, l.EffortMinutes = l.Factors.Chance, l.Factors.HalfLifeMinutes, l.Factors.EffortMinutes
	l.Score = Rate(l.Factors, set.Now, set.Hours)
	l.Version = fingerprint(members)
	l.Ordered = settled * kind.Batch.Chance / max(kind.Batch.Minutes, shortestEffort)
	return l
}

// fingerprint changes when a member comes, goes or is acted on: the version of a folded line. It is small enough to
// pass through JSON numbers unharmed.
func fingerprint(members []Row) int64 {
	keys := make([]string, len(members))
	for i, m := range members {
		keys[i] = strconv.FormatInt(m.ID, 10) + ":" + strconv.FormatInt(m.Version, 10)
	}
	slices.Sort(keys)
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(strings.Join(keys, ",")))
	return int64(sum.Sum64()&(1<<52-1)) + 1
}

// mostMeant is how many customers a filter names one by one: with more the address of the list grows too long.
const mostMeant = 500

// customersMeant gives the condition that lists the customers of a folded line, nil when they are too many for one.
func (l *Line) customersMeant() map[string]any {
	if len(l.Members) > mostMeant {
		return nil
	}
	ids := make([]string, 0, len(l.Members))
	for _, m := range l.Members {
		if m.SubjectType != "customer" {
			return nil
		}
		ids = append(ids, m.SubjectID)
	}
	return map[string]any{"field": "id", "op": "in", "value": ids}
}
