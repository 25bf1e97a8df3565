package decide

import (
	"context"
	"maps"
	"time"

	"guanxi/base/money"
	"guanxi/guard"
)

// unseen is what a reader may not know of what lines rest on.
type unseen struct {
	purchases bool         // what customers bought, and all that is reckoned from it
	metrics   bool         // figures of the company
	company   bool         // figures of customers beyond her own reach
	fields    guard.Fields // of customers
	// rules of alerts that she may know of; nil where no line is an alert
	rules map[int64]bool
}

func unseenBy(ctx context.Context) unseen {
	u := unseen{fields: guard.FieldsOf(ctx, "customers")}
	u.purchases, u.metrics = u.fields.Right(guard.Purchases) == guard.None, !guard.ActorOf(ctx).Can("metrics.read")
	u.company = !guard.ScopeOf(guard.Looking(ctx), "customers").All()
	return u
}

// hides says that what a row is worth rests on what the reader may not know.
func (u unseen) hides(r *Row) bool { return u.kind(r.Kind) }

func (u unseen) kind(name string) bool {
	switch name {
	case MetricBroke, VisitsBroke:
		return u.metrics
	case AlertRaised:
		return u.metrics || u.company
	}
	return u.purchases
}

// unseenStake stands in for every stake that the reader may not know, in minor units. Only that it is the same for all
// counts: the order then tells rows apart by kind, promise and effort, which she sees.
const unseenStake = 20_000

// factors are those of a row for a reader who may not know its figures: what its kind is worth on average. An instant that
// was reckoned from purchases, such as when the next order is due, is a figure too; a promise somebody gave is not.
func (u unseen) factors(r *Row) Factors {
	k := kindByName[r.Kind]
	f := Factors{Stake: unseenStake, Chance: k.Prior.Chance, HalfLifeMinutes: k.Prior.HalfLifeMinutes, EffortMinutes: r.EffortMinutes}
	if !k.NeedsOrders && !k.NeedsEvents && r.Kind != MetricBroke {
		f.DueAt = r.DueAt
	}
	return f
}

// withheld is the code of a reason, and of a basis, that rests on what the reader may not know.
const withheld = "withheld"

// from takes out of a line what the reader may not know: the figures of its reason with the words that hold them, and of the
// order it stands in everything but the place itself.
func (u unseen) from(i *TodayItem, currency string, now time.Time) {
	if field := i.Reason.Values.Text("cause_field"); field != "" && !u.fields.CanUse(field) {
		i.Reason = TodayReason{Code: i.Reason.Code, Values: i.Reason.Values.without("cause_zh", "cause_en", "cause_share", "cause_field")}
		i.Reason.Said = speak(Reason{i.Reason.Code, i.Reason.Values}, currency, now)
	}
	rule := int64(i.Reason.Values.Number("rule_id"))
	if !u.kind(i.Kind) && (rule == 0 || u.rules == nil || u.rules[rule]) {
		return
	}
	switch {
	case rule != 0:
		i.Reason = view(Reason{"alert_withheld", nil}, currency, now)
	case i.Kind == DataFindings:
		i.Reason.Values = i.Reason.Values.without("amount")
		i.Reason.Said = speak(Reason{i.Reason.Code, i.Reason.Values}, currency, now)
	case kindByName[i.Kind].NeedsOrders, kindByName[i.Kind].NeedsEvents:
		code := withheld + "_" + i.Kind
		if i.Members > 0 {
			code += "_group"
		}
		i.Reason = view(Reason{code, Values{"count": float64(i.Members)}}, currency, now)
		i.DueAt, i.Rhythm = nil, nil
	}
	for n := range i.Actions {
		i.Actions[n].Filter = nil
	}
	i.AtStake, i.Score, i.Rhythm = nil, 0, nil
	i.Why = TodayWhy{StakeBasis: withheld, Basis: view(Reason{withheld, nil}, currency, now), ChanceSource: "prior", EffortSource: "prior",
		EffortMinutes: i.Why.EffortMinutes, DelayLoss: money.Of(0, currency), Promise: money.Of(0, currency), Said: speak(Reason{withheld, nil}, currency, now)}
}

// without gives the values but for those named.
func (v Values) without(names ...string) Values {
	left := maps.Clone(v)
	for _, name := range names {
		delete(left, name)
	}
	return left
}
