package decide

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"guanxi/guard"
)

// The order of a list tells nothing that its reader may not know: whatever figures stand behind the same rows, somebody who
// may not see what customers bought reads them in the same order, and folded alike; whoever may see does not.
func TestOrderTellsNothingThatIsHidden(t *testing.T) {
	sales := guard.With(t.Context(), guard.Actor{Role: "analyst", TokenID: 1, Scopes: []string{"today.read", "customers.read", "metrics.read"}})
	blind := office
	blind.Unseen = unseenBy(sales)
	blind.OrdinaryOrder = unseenStake
	if !blind.Unseen.purchases || blind.Unseen.metrics {
		t.Fatalf("%+v", blind.Unseen)
	}
	toldApart := 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "rows")
		rows := make([]Row, n)
		for i := range rows {
			kind := rapid.SampledFrom(Catalogue).Draw(t, "kind").Name
			rows[i] = signalRow(int64(i+1), kind, nil)
			rows[i].Pinned = rapid.IntRange(0, 9).Draw(t, "pinned") == 0
		}
		figures := func(rows []Row, name string) []Row {
			rows = slices.Clone(rows)
			for i := range rows {
				r := &rows[i]
				if r.Kind == MetricBroke || r.Kind == VisitsBroke || r.Kind == AlertRaised {
					continue // the reader may know the metrics
				}
				if stake := rapid.Int64Range(0, 9_000_000).Draw(t, name); stake > 1_000_000 {
					r.AtStake = &stake
				}
				r.Chance = rapid.Float64Range(0.01, 0.9).Draw(t, name)
				r.HalfLifeMinutes = rapid.Float64Range(60, 90*day).Draw(t, name)
				r.RankScore = rapid.Float64Range(0, 5000).Draw(t, name)
				if kindByName[r.Kind].NeedsOrders && rapid.Bool().Draw(t, name) {
					due := office.Now.UnixMilli() + rapid.Int64Range(-3_600_000, 7*86_400_000).Draw(t, name)
					r.DueAt = &due
				}
			}
			return rows
		}
		one, other := figures(rows, "one"), figures(rows, "other")
		if a, b := keys(Arrange(one, blind)), keys(Arrange(other, blind)); a != b {
			t.Fatalf("%s\n%s", a, b)
		}
		if keys(Arrange(one, office)) != keys(Arrange(other, office)) {
			toldApart++
		}
	})
	if toldApart == 0 {
		t.Error("nor does whoever may see: the test shows nothing")
	}
}

// What she may see still orders it: a promise that is about to break stands before one that can wait.
func TestOrderOfWhoSeesNoFigures(t *testing.T) {
	blind := office
	blind.Unseen = unseen{purchases: true}
	soon, later := office.Now.Add(20*60e9).UnixMilli(), office.Now.Add(5*24*3600e9).UnixMilli()
	rich := int64(9_000_000)
	waits := signalRow(1, FollowUpDue, &rich)
	waits.DueAt = &later
	due := signalRow(2, FollowUpDue, nil)
	due.DueAt = &soon
	if got := keys(Arrange([]Row{waits, due}, blind)); got != "2 1" {
		t.Error(got)
	}
	if got := keys(Arrange([]Row{waits, due}, office)); got != "1 2" {
		t.Error(got)
	}
}
