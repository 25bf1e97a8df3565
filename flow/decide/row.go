package decide

import (
	"encoding/json"
	"strconv"
	"time"
)

// Row is a signal as records keep it. Instants are milliseconds UTC.
type Row struct {
	ID              int64    `bun:"id"`
	Key             string   `bun:"key"`
	Kind            string   `bun:"kind"`
	Area            string   `bun:"area"`
	SubjectType     string   `bun:"subject_type"`
	SubjectID       string   `bun:"subject_id"`
	SubjectName     string   `bun:"subject_name"`
	OwnerID         *int64   `bun:"owner_id"`
	TeamID          *int64   `bun:"team_id"`
	Audience        string   `bun:"audience"` // ",admin,manager,"; empty: by the subject's owner and team
	ReasonCode      string   `bun:"reason_code"`
	ReasonValues    string   `bun:"reason_values"`
	AtStake         *int64   `bun:"at_stake"`
	StakeBasis      string   `bun:"stake_basis"` // a Reason as JSON
	Currency        string   `bun:"currency"`
	Chance          float64  `bun:"chance"`
	HalfLifeMinutes float64  `bun:"half_life_minutes"`
	EffortMinutes   float64  `bun:"effort_minutes"`
	DueAt           *int64   `bun:"due_at"`
	Actions         string   `bun:"actions"`
	State           State    `bun:"state"`
	SnoozedUntil    *int64   `bun:"snoozed_until"`
	DelegatedTo     *int64   `bun:"delegated_to"`
	ClosedWeight    *float64 `bun:"closed_weight"`
	DismissedReason string   `bun:"dismissed_reason"`
	Pinned          bool     `bun:"pinned"`
	Alone           bool     `bun:"alone"`
	RankScore       float64  `bun:"rank_score"`
	EscalatedAt     *int64   `bun:"escalated_at"`
	FirstSeenAt     int64    `bun:"first_seen_at"`
	UpdatedAt       int64    `bun:"updated_at"`
	ClosedAt        *int64   `bun:"closed_at"`
	ClosedBy        *int64   `bun:"closed_by"`
	// Version counts what persons see change: a new state, never the refreshing of figures, so that a person's act is not
	// refused because a figure moved while she read.
	Version int64 `bun:"version"`
}

func (r *Row) values() Values {
	v := Values{}
	_ = json.Unmarshal([]byte(r.ReasonValues), &v) // written by us; a row that cannot be read has no figures
	return v
}

func (r *Row) basis() Reason {
	var b Reason
	_ = json.Unmarshal([]byte(r.StakeBasis), &b)
	return b
}

func (r *Row) actions() []TodayAction {
	list := []TodayAction{}
	_ = json.Unmarshal([]byte(r.Actions), &list)
	return list
}

// text gives the id as people and programs pass it.
func (r *Row) text() string { return strconv.FormatInt(r.ID, 10) }

func (r *Row) weight() float64 { return weightOf(kindByName[r.Kind], r.AtStake, r.values()) }

// factors are what the row's score is made of, for the reader of a list.
func (r *Row) factors(set Setting) Factors {
	if set.Unseen.hides(r) {
		return set.Unseen.factors(r)
	}
	f := Factors{Stake: set.OrdinaryOrder, Chance: r.Chance, HalfLifeMinutes: r.HalfLifeMinutes, EffortMinutes: r.EffortMinutes, DueAt: r.DueAt}
	if r.AtStake != nil {
		f.Stake = float64(*r.AtStake)
	}
	return f
}

// escalates says whether the row's due time has passed by more than one working day without an answer (C018).
func (r *Row) escalates(now time.Time, hours Hours) bool {
	return r.DueAt != nil && hours.Between(time.UnixMilli(*r.DueAt), now) > hours.Day()
}
