package decide

import (
	"slices"
)

// Estimate is what a kind's rows are scored with, and how it is known.
type Estimate struct {
	Prior
	ChanceMeasured bool
	ChanceN        int64 // outcomes behind a measured chance
	EffortMeasured bool
	EffortN        int64 // entries behind a measured effort
	Edited         bool  // the prior is a person's, not the catalogue's
}

// How much has to be seen before a measure replaces a prior, and how many observations the prior is worth then.
const (
	enoughOutcomes = 30
	enoughEfforts  = 10
	priorWorth     = 20
)

// outcomes counts what came of signals of a kind: of those acted on, and of those left alone, how many customers
// ordered within the kind's window.
type outcomes struct {
	Done, DoneOrdered int64
	Left, LeftOrdered int64
}

// chanceOf measures how much of a loss acting prevents: the share of customers lost without acting that is not lost with it,
//
//	chance = (p_done − p_left) / (1 − p_left)
//
// Both are posterior means of Beta distributions: p_left under Jeffreys' prior Beta(½, ½); p_done under a prior worth
// priorWorth observations that says what the chance assumed so far would have given. Without enough of both it is not
// measured: what came of acting means nothing without what comes of leaving it. It stays between 1 and 99 per cent.
func chanceOf(o outcomes, assumed float64) (chance float64, measured bool) {
	if o.Done < enoughOutcomes || o.Left < enoughOutcomes {
		return assumed, false
	}
	left := (float64(o.LeftOrdered) + 0.5) / (float64(o.Left) + 1)
	expected := left + assumed*(1-left)
	done := (float64(o.DoneOrdered) + priorWorth*expected) / (float64(o.Done) + priorWorth)
	return min(max((done-left)/(1-left), 0.01), 0.99), true
}

// median of a list that is not empty.
func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	middle := len(list) / 2
	if len(list)%2 == 1 {
		return list[middle]
	}
	return (list[middle-1] + list[middle]) / 2
}
