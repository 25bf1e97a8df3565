package decide

import (
	"math"
	"time"
)

// Factors are what a score is made of.
type Factors struct {
	Stake           float64 // minor units
	Chance          float64 // 0..1: how much of the stake acting can change
	HalfLifeMinutes float64 // how fast the chance fades, in minutes of the calendar: it fades at night too
	EffortMinutes   float64
	DueAt           *int64
}

// Score says what a row is worth doing now for. All but PassChance are minor units.
type Score struct {
	DelayLoss  float64 // what waiting until the next working day costs
	Promise    float64 // what breaking the promise would cost, by how likely it breaks; 0 without a due
	PassChance float64 // how likely the promised instant passes if nobody starts now
	PerMinute  float64 // money saved per minute of a person: the score
}

// comesBack is how long, in working time, a person who passes a row over takes on average to come back to it. A prior.
const comesBack = 2 * time.Hour

// shortestEffort keeps a row that claims to take no time from beating everything.
const shortestEffort = 0.5

// Rate scores a signal at an instant, by design/today.md:
//
//	delay_loss = stake × chance × (1 − 2^(−wait / half_life))    wait: until the next working day, three days on a Friday
//	promise    = stake × chance × P(the promised instant passes)
//	score      = max(delay_loss, promise) / effort
func Rate(f Factors, now time.Time, hours Hours) Score {
	saveable := f.Stake * f.Chance
	wait := hours.Wait(now).Minutes()
	s := Score{DelayLoss: saveable * (1 - math.Exp2(-wait/max(f.HalfLifeMinutes, 1)))}
	if f.DueAt != nil {
		s.PassChance = passChance(time.UnixMilli(*f.DueAt), f.EffortMinutes, now, hours)
		s.Promise = saveable * s.PassChance
	}
	s.PerMinute = max(s.DelayLoss, s.Promise) / max(f.EffortMinutes, shortestEffort)
	return s
}

// passChance is how likely a promise breaks when nobody starts now. Somebody comes back to the row after a time that is
// exponential with mean comesBack; the promise breaks when that is later than the last moment one can start.
//
//	P = e^(−slack / comesBack)    slack: working time until due, less the effort; 1 when there is none
//
// Who promised something for an evening or a weekend is there then: until such an instant all time counts.
func passChance(due time.Time, effortMinutes float64, now time.Time, hours Hours) float64 {
	left := hours.Between(now, due)
	if !hours.During(due) {
		left = due.Sub(now)
	}
	slack := left.Minutes() - effortMinutes
	if slack <= 0 {
		return 1
	}
	return math.Exp(-slack / comesBack.Minutes())
}

// realChange is the share by which a score must move before the order may: less is rounding, a day's noise in a model.
const realChange = 0.05

// settle gives the score that orders a row: the one it was ordered by so far, unless the score has really changed.
func settle(ordered, now float64) float64 {
	if ordered <= 0 || now <= 0 {
		return now
	}
	if math.Abs(now-ordered) <= realChange*ordered {
		return ordered
	}
	return now
}
