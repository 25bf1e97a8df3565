package decide

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var office = Setting{Now: at("2026-03-09 09:22"), Hours: OfficeHours(shanghai), OrdinaryOrder: 20000, Minutes: 390}

// signalRow gives an open row of a kind with its priors; money in minor units, nil when it cannot be valued.
func signalRow(id int64, kind string, atStake *int64) Row {
	k := kindByName[kind]
	return Row{ID: id, Key: fmt.Sprintf("%s:%05d", kind, id), Kind: kind, Area: string(k.Area), State: Open, AtStake: atStake, Currency: "CNY",
		Chance: k.Prior.Chance, HalfLifeMinutes: k.Prior.HalfLifeMinutes, EffortMinutes: k.Prior.EffortMinutes,
		ReasonValues: "{}", FirstSeenAt: id, Version: 1}
}

func keys(lines []Line) string {
	var list []string
	for _, l := range lines {
		name := fmt.Sprint(l.ID)
		if l.Grouped() {
			name = fmt.Sprintf("%d×%s", len(l.Members), l.Kind)
		}
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

func TestArrange(t *testing.T) {
	overdue := func(id, stake int64) Row { return signalRow(id, OverdueRhythm, &stake) }
	several := func(first int64, stakes ...int64) (rows []Row) {
		for i, s := range stakes {
			rows = append(rows, overdue(first+int64(i), s))
		}
		return rows
	}
	with := func(r Row, change func(*Row)) Row { change(&r); return r }
	for _, row := range []struct {
		name string
		rows []Row
		want string
	}{
		{"the larger score stands first", several(1, 300, 900, 600), "2 3 1"},
		{"equal scores: the older first", []Row{overdue(5, 700), overdue(3, 700)}, "3 5"},
		{"a pin stands above everything", append(several(1, 90000), with(overdue(2, 5), func(r *Row) { r.Pinned = true })), "2 1"},
		{"four of a kind stay four", several(1, 400, 300, 200, 100), "1 2 3 4"},
		{"five of a kind fold into one", several(1, 500, 400, 300, 200, 100), "5×overdue_rhythm"},
		// the median of 6 is 300; 950 is more than three times that
		{"one worth a person stands alone", several(1, 950, 500, 400, 300, 200, 100), "1 5×overdue_rhythm"},
		{"without her too few are left to fold", several(1, 950, 300, 300, 300, 200), "1 2 3 4 5"},
		{"a pinned one does not fold", append(several(1, 500, 400, 300, 200, 100), with(overdue(9, 100), func(r *Row) { r.Pinned = true })), "9 5×overdue_rhythm"},
		{"one taken out does not fold", append(several(1, 500, 400, 300, 200, 100), with(overdue(9, 1), func(r *Row) { r.Alone = true })), "5×overdue_rhythm 9"},
		{"follow-ups never fold: each is a promise of its own", []Row{
			signalRow(1, FollowUpDue, ptr[int64](6)), signalRow(2, FollowUpDue, ptr[int64](5)), signalRow(3, FollowUpDue, ptr[int64](4)),
			signalRow(4, FollowUpDue, ptr[int64](3)), signalRow(5, FollowUpDue, ptr[int64](2))}, "1 2 3 4 5"},
		// an ordinary order of 20000 × 0.8 × (1 − 2^(−1/28)) / 15 = 26.1 against 10000 × 0.31 × 0.0741 / 6 = 38.3 and 100 × ... = 0.4
		{"what cannot be valued counts as one ordinary order", []Row{signalRow(1, DataFindings, nil), overdue(2, 10000), overdue(3, 100)}, "2 1 3"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := keys(Arrange(row.rows, office)); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}

func TestGroupedLineAddsUp(t *testing.T) {
	var rows []Row
	for i, s := range []int64{500, 400, 300, 200, 100} {
		rows = append(rows, signalRow(int64(i+1), OverdueRhythm, &s))
	}
	l := Arrange(rows, office)[0]
	if *l.AtStake != 1500 || l.Factors.EffortMinutes != 10 || l.FirstSeenAt != 1 {
		t.Errorf("at stake %d in %v minutes since %d, want 1500 in 10 since 1", *l.AtStake, l.Factors.EffortMinutes, l.FirstSeenAt)
	}
	// the batch changes a quarter of what a person does: 0.31 × 0.25 = 0.0775; 1500 × 0.0775 × 0.0741253 / 10 = 0.86171
	if got := l.Score.PerMinute; got < 0.8616 || got > 0.8618 {
		t.Errorf("score %v, want 0.8617", got)
	}
	if got := l.Ordered; got < 0.8616 || got > 0.8618 {
		t.Errorf("ordered by %v, want 0.8617", got)
	}
	before := fingerprint(l.Members)
	l.Members[0].Version++
	if fingerprint(l.Members) == before {
		t.Error("the version of a folded line stays the same when a member was acted on")
	}
}

func TestFill(t *testing.T) {
	rows := []Row{signalRow(1, OverdueRhythm, ptr[int64](900)), signalRow(2, OverdueRhythm, ptr[int64](800)), signalRow(3, OverdueRhythm, ptr[int64](700))}
	rows[1].EffortMinutes, rows[1].AtStake = 7, ptr[int64](900)
	for minutes, want := range map[float64]string{19: "true true true", 18.5: "true true false", 13: "true true false", 12: "true false false", 0: "false false false"} {
		set := office
		set.Minutes = minutes
		var got []string
		for _, l := range Arrange(rows, set) {
			got = append(got, fmt.Sprint(l.Fits))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%v minutes fit %v, want %s", minutes, got, want)
		}
	}
}

// The order is a function of the rows, not of the sequence they came in; pins stand first; and when every score
// wobbles by less than a real change, no line moves.
func TestOrderStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := []string{OverdueRhythm, FollowUpDue, DataFindings, ThankFirstOrder, SourceLate}
		n := rapid.IntRange(1, 40).Draw(t, "rows")
		var rows []Row
		for i := range n {
			var stake *int64
			if rapid.Bool().Draw(t, "valued") {
				stake = ptr(rapid.Int64Range(1000, 5_000_000).Draw(t, "stake"))
			}
			r := signalRow(int64(i+1), rapid.SampledFrom(kinds).Draw(t, "kind"), stake)
			r.Pinned = rapid.IntRange(0, 9).Draw(t, "pin") == 0
			rows = append(rows, r)
		}
		lines := Arrange(rows, office)
		order := keys(lines)
		if got := keys(Arrange(rapid.Permutation(rows).Draw(t, "shuffled"), office)); got != order {
			t.Fatalf("shuffled: %s, was %s", got, order)
		}
		pinsOver := false
		for _, l := range lines {
			if l.Pinned && pinsOver {
				t.Fatalf("a pin stands below a row that is none: %s", order)
			}
			pinsOver = pinsOver || !l.Pinned
		}
		wobbled := slices.Clone(rows)
		for i := range wobbled {
			wobbled[i].RankScore = single(rows[i], office).Ordered
			wobbled[i].Chance *= 1 + rapid.Float64Range(-0.049, 0.049).Draw(t, "wobble")
		}
		if got := keys(Arrange(wobbled, office)); got != order {
			t.Fatalf("a wobble below a real change moved a line: %s, was %s", got, order)
		}
	})
}
