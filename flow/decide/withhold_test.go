package decide

import (
	"strings"
	"testing"
	"time"

	"guanxi/base/money"
	"guanxi/guard"
)

// Whoever may not know what customers bought reads why a line is there without one figure of it, in both languages.
func TestReasonsLeaveOutWhatTheReaderMayNotKnow(t *testing.T) {
	now := time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	figures := Values{"spent_12m": 4133719.0, "spent": 4133719.0, "cycle_days": 41.0, "silent_days": 413.0, "amount": 4133719.0, "predicted": 4133719.0,
		"order_value": 4133719.0, "due_day": "2026-12-24", "days_ago": 1.0, "larger_than": 0.41, "alive": 0.41, "alive_before": 0.9, "count": 3.0, "reachable": 1.0,
		"share": 0.41, "silent_low": 41.0, "silent_high": 413.0, "cause": "missing_customer", "since": float64(now.UnixMilli())}
	blind := func(may ...string) unseen { // an analyst's token, of fewer permissions; analysts see no phone numbers
		return unseenBy(guard.With(t.Context(), guard.Actor{Role: "analyst", TokenID: 1, Scopes: may}))
	}
	for _, kind := range Catalogue {
		for _, members := range []int{0, 3} {
			if members > 0 && kind.Batch == nil || !kind.NeedsOrders && kind.Name != DataFindings {
				continue
			}
			code := kind.Name
			if members > 0 {
				code += "_group"
			}
			stake := money.Of(4133719, "CNY")
			item := TodayItem{Kind: kind.Name, Members: members, AtStake: &stake, Score: 41.41, Reason: view(Reason{code, figures}, "CNY", now),
				Why:    TodayWhy{Stake: &stake, Score: 41.41, Basis: view(Reason{"first_year", figures}, "CNY", now)},
				Rhythm: &TodayRhythm{}, Actions: []TodayAction{{Code: "open_customers", Filter: map[string]any{"field": "orders.total"}}}}
			if kind.Name == MetricBroke {
				item.Reason = view(Reason{"metric_below", Values{"value": 41.0, "low": 413.0, "high": 414.0, "day": "2026-11-21", "unit": "money"}}, "CNY", now)
			}
			blind("today.read", "customers.read").from(&item, "CNY", now)
			said := item.Reason.ZH + item.Reason.EN + item.Why.ZH + item.Why.EN + item.Why.Basis.ZH + item.Why.Basis.EN
			if strings.Contains(said, "41") || strings.Contains(said, "¥") || strings.Contains(said, "_") || strings.Contains(said, "{") {
				t.Errorf("%s of %d says %s", kind.Name, members, said)
			}
			if item.AtStake != nil || item.Why.Stake != nil || item.Score != 0 || item.Why.Score != 0 || item.Rhythm != nil || item.Actions[0].Filter != nil ||
				item.Reason.Values.Has("amount") || item.Reason.Values.Has("value") && kind.Name == MetricBroke {
				t.Errorf("%s of %d keeps %+v", kind.Name, members, item)
			}
		}
	}

	metric := func(u unseen) Said {
		item := TodayItem{Kind: MetricBroke, Reason: view(Reason{"metric_below", Values{"value": 41.0, "gap": 0.4, "low": 413.0, "high": 414.0, "day": "2026-11-21", "unit": "count",
			"cause_zh": "Shanghai", "cause_en": "Shanghai", "cause_share": 0.8, "cause_field": "phone"}}, "CNY", now)}
		u.from(&item, "CNY", now)
		return item.Reason.Said
	}
	if said := metric(blind("today.read", "orders.read", "metrics.read")); strings.Contains(said.ZH+said.EN, "Shanghai") || !strings.Contains(said.EN, "41") {
		t.Errorf("who may not see what it is split by reads %s", said.EN)
	}
	if said := metric(unseenBy(guard.System(t.Context()))); !strings.Contains(said.EN, "Shanghai") {
		t.Errorf("who may see it reads %s", said.EN)
	}
}
