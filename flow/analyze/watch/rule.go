package watch

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// What a rule can watch.
const (
	WatchMetric    = "metric"
	WatchSegment   = "segment"
	WatchCustomers = "customers"
)

// AlertWatch is what a rule watches: a metric, of everybody or of a segment or list, in whole or of one part of a split; how
// large a segment is or how many enter or leave it; or each customer who meets a condition.
type AlertWatch struct {
	Kind       string                `json:"kind" enum:"metric,segment,customers"`
	Metric     string                `json:"metric,omitempty" maxLength:"60"`
	Segment    api.ID                `json:"segment,omitempty" doc:"the segment watched, or the customers whose metric it is"`
	List       api.ID                `json:"list,omitempty"`
	Split      string                `json:"split,omitempty" maxLength:"40"`
	SplitValue string                `json:"split_value,omitempty" maxLength:"400"`
	Measure    string                `json:"measure,omitempty" enum:"count,entered,left" doc:"of a segment"`
	Days       int                   `json:"days,omitempty" minimum:"1" maximum:"90" doc:"how many days the value is of; 1 by default"`
	Today      bool                  `json:"today,omitempty" doc:"today so far counts as the last day; else the last day is yesterday"`
	Condition  analyze.ConditionJSON `json:"condition,omitempty" doc:"of customers"`
}

// group is the segment or, below zero, the list whose metric it is.
func (a AlertWatch) group() int64 {
	if a.List != 0 {
		return -int64(a.List)
	}
	return int64(a.Segment)
}

// AlertFires is when a rule fires. Value is in the unit of what is watched, money in minor units; for rose and fell it is the
// share (0..1) by which it changed against as many days before. Expected ranges are of single days. Customers fire when they
// meet the condition: enters.
type AlertFires struct {
	When  string  `json:"when" enum:"above,below,rose,fell,outside,above_expected,below_expected,enters"`
	Value float64 `json:"value,omitempty"`
	Least float64 `json:"least,omitempty" minimum:"0" doc:"rows behind a value (orders, visits, what it is divided by) without which it says nothing"`
	Hold  int     `json:"hold,omitempty" minimum:"1" maximum:"30" doc:"days in a row on which it must be so; 1 by default"`
}

// AlertRuleDraft is what a person says of a rule.
type AlertRuleDraft struct {
	Name            string     `json:"name" maxLength:"80"`
	Watches         AlertWatch `json:"watches"`
	Fires           AlertFires `json:"fires"`
	Severity        string     `json:"severity" enum:"info,warning,critical"`
	OwnerKind       string     `json:"owner_kind" enum:"staff,team,customer_owner" doc:"who answers for an alert"`
	OwnerID         api.ID     `json:"owner_id,omitempty"`
	DueMinutes      int64      `json:"due_minutes" minimum:"5" maximum:"129600" doc:"by when it has to be closed"`
	EscalateMinutes int64      `json:"escalate_minutes" minimum:"0" maximum:"129600" doc:"after which an alert nobody has taken on, or one past its due time, goes to escalate_to, and again; 0: never"`
	EscalateTo      api.ID     `json:"escalate_to,omitempty" doc:"a member of staff"`
	Proposal        string     `json:"proposal,omitempty" maxLength:"500" doc:"what is proposed to do"`
	Active          bool       `json:"active"`
}

// Rule is a rule as records keep it.
type Rule struct {
	ID int64
	AlertRuleDraft
	MutedUntil *int64
	StaffID    *int64
	Said       Said
	LookedAt   *int64
	CreatedAt  int64
	Version    int64
}

// Said is what the last look found.
type Said struct {
	Value     *float64 `json:"value,omitempty" doc:"of a metric or a segment"`
	Customers int64    `json:"customers,omitempty" doc:"who meet the condition and are not on the list, because it is full"`
	Late      []string `json:"late,omitempty" doc:"sources whose facts are missing: nothing is said of a drop until they have come"`
	Failed    string   `json:"failed,omitempty" doc:"code of why it could not be looked at"`
}

const ruleNameLength = 80

// check reads a draft with the rights of the person asking and brings it into its normal form. Faults: invalid, forbidden, not
// found.
func (w *Watch) check(ctx context.Context, d *AlertRuleDraft) error {
	if !guard.ScopeOf(ctx, "customers").All() {
		return fault.Forbidden("alert_rule_for_all")
	}
	d.Name = strings.TrimSpace(d.Name)
	switch {
	case d.Name == "":
		return fault.Invalid("name", "is_missing")
	case utf8.RuneCountInString(d.Name) > ruleNameLength:
		return fault.Invalid("name", "too_long", ruleNameLength)
	}
	d.Watches.Days, d.Fires.Hold = max(d.Watches.Days, 1), max(d.Fires.Hold, 1)
	if math.IsNaN(d.Fires.Value) || math.IsInf(d.Fires.Value, 0) {
		return fault.Invalid("fires.value", "number_invalid")
	}
	if err := w.checkWatch(ctx, d); err != nil {
		return err
	}
	return w.checkPeople(ctx, d)
}

// related are the ways to fire that compare with what was before.
var related = []string{"rose", "fell"}

// expecting are those that compare with an expected range.
var expecting = []string{"outside", "above_expected", "below_expected"}

func (w *Watch) checkWatch(ctx context.Context, d *AlertRuleDraft) error {
	a := &d.Watches
	if (d.Fires.When == "enters") != (a.Kind == WatchCustomers) {
		return fault.Invalid("fires.when", "alert_when_invalid")
	}
	if slices.Contains(related, d.Fires.When) && (d.Fires.Value <= 0 || d.Fires.When == "fell" && d.Fires.Value > 1) {
		return fault.Invalid("fires.value", "alert_change_invalid")
	}
	switch a.Kind {
	case WatchCustomers:
		normal, _, _, err := w.segments.CheckCondition(ctx, a.Condition)
		if err != nil {
			return fault.Within("watches.condition", err)
		}
		*a = AlertWatch{Kind: a.Kind, Condition: normal, Days: 1}
		d.Fires = AlertFires{When: "enters", Hold: 1}
	case WatchSegment:
		if _, err := w.segments.View(ctx, int64(a.Segment)); err != nil {
			return err
		}
		if !slices.Contains([]string{"count", "entered", "left"}, a.Measure) {
			return fault.Invalid("watches.measure", "is_missing")
		}
		if slices.Contains(expecting, d.Fires.When) {
			return fault.Invalid("fires.when", "alert_not_expected")
		}
		*a = AlertWatch{Kind: a.Kind, Segment: a.Segment, Measure: a.Measure, Days: a.Days, Today: a.Today}
	default:
		known, err := w.metrics.Watchable(ctx, a.Metric, a.Split)
		if err != nil {
			return err
		}
		if slices.Contains(expecting, d.Fires.When) && (!known.Expected || a.Days > 1 || a.Today) {
			return fault.Invalid("fires.when", "alert_not_expected")
		}
		if !known.Past && slices.Contains(related, d.Fires.When) {
			return fault.Invalid("fires.when", "metric_without_history")
		}
		if a.Segment != 0 {
			if _, err := w.segments.View(ctx, int64(a.Segment)); err != nil {
				return err
			}
		}
		a.Measure, a.Condition = "", nil
	}
	return nil
}

// checkPeople makes sure that who answers for alerts may see their figures.
func (w *Watch) checkPeople(ctx context.Context, d *AlertRuleDraft) error {
	if d.EscalateMinutes > 0 && d.EscalateTo == 0 {
		return fault.Invalid("escalate_to", "is_missing")
	}
	if d.EscalateMinutes == 0 {
		d.EscalateTo = 0
	}
	switch {
	case d.OwnerKind == "customer_owner" && d.Watches.Kind != WatchCustomers:
		return fault.Invalid("owner_kind", "alert_owner_of_customers")
	case d.OwnerKind == "team" && d.Watches.Kind == WatchCustomers:
		return fault.Invalid("owner_kind", "alert_owner_of_customers")
	case d.OwnerKind == "customer_owner":
		d.OwnerID = 0
	case d.OwnerKind == "team":
		var n int
		if err := w.records.Read().NewRaw("select count(*) from teams where id = ?", d.OwnerID).Scan(ctx, &n); err != nil {
			return err
		}
		if n == 0 {
			return fault.Invalid("owner_id", "team_unknown")
		}
	default:
		if err := w.sees(ctx, int64(d.OwnerID), "owner_id"); err != nil {
			return err
		}
	}
	if d.EscalateTo != 0 {
		return w.sees(ctx, int64(d.EscalateTo), "escalate_to")
	}
	return nil
}

// sees says whether a member of staff may see figures of the whole company. Fault: invalid.
func (w *Watch) sees(ctx context.Context, staff int64, field string) error {
	var found []struct {
		Role   string `bun:"role"`
		TeamID *int64 `bun:"team_id"`
		Active bool   `bun:"active"`
	}
	if err := w.records.Read().NewRaw("select role, team_id, active from staff where id = ?", staff).Scan(ctx, &found); err != nil {
		return err
	}
	if len(found) == 0 || !found[0].Active {
		return fault.Invalid(field, "staff_unknown")
	}
	theirs := guard.Looking(guard.With(ctx, guard.Actor{StaffID: staff, Role: found[0].Role, TeamID: found[0].TeamID}))
	if !guard.ScopeOf(theirs, "customers").All() || !guard.Can(ctx, found[0].Role, "today.read") {
		return fault.Invalid(field, "staff_may_not_see_subject")
	}
	return nil
}
