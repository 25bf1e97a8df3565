package watch

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/money"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

// AlertNamed is a member of staff, a team, a rule or a customer as far as an alert has to name it.
type AlertNamed struct {
	ID   api.ID `json:"id"`
	Name string `json:"name"`
}

// AlertView is an alert as a reader sees it.
type AlertView struct {
	ID             api.ID        `json:"id"`
	Rule           AlertNamed    `json:"rule"`
	Kind           string        `json:"kind" enum:"metric,segment,customers"`
	Watches        AlertWatch    `json:"watches"`
	Fires          AlertFires    `json:"fires"`
	Customer       *AlertNamed   `json:"customer" doc:"null when it is about a metric or a segment"`
	Segment        *AlertNamed   `json:"segment" doc:"the segment watched, or whose metric it is"`
	Severity       string        `json:"severity" enum:"info,warning,critical"`
	State          string        `json:"state" enum:"open,acknowledged,closed,expired"`
	Evidence       AlertEvidence `json:"evidence"`
	AtStake        *money.Money  `json:"at_stake" doc:"null when it cannot be valued, or the reader may not know"`
	Owner          *AlertNamed   `json:"owner"`
	Team           *AlertNamed   `json:"team"`
	Proposal       string        `json:"proposal"`
	OpenedAt       time.Time     `json:"opened_at"`
	FirstAt        time.Time     `json:"first_at" doc:"when it was raised for the first time"`
	DueAt          time.Time     `json:"due_at"`
	Overdue        bool          `json:"overdue"`
	EscalatedTo    *AlertNamed   `json:"escalated_to"`
	Escalations    int64         `json:"escalations"`
	AcknowledgedBy *AlertNamed   `json:"acknowledged_by"`
	BackAt         *time.Time    `json:"back_at" doc:"when it was no longer so, by itself or for what was done"`
	ClosedAt       *time.Time    `json:"closed_at"`
	ClosedBy       *AlertNamed   `json:"closed_by"`
	Taken          string        `json:"taken" doc:"what was done: called, visited, offered, messaged, data_fixed, campaign_changed, product_changed, process_changed, nothing, other; today when it was done there"`
	Note           string        `json:"note"`
	Reopened       int64         `json:"reopened" doc:"times it came back within a week of its end"`
	History        []AlertAct    `json:"history,omitempty" doc:"of one alert, oldest first"`
	Version        int64         `json:"version"`
}

// AlertAct is one step in the course of an alert.
type AlertAct struct {
	Act    string         `json:"act" enum:"opened,reopened,again,acknowledged,escalated,overdue,back,expired,closed,taken_back"`
	By     *AlertNamed    `json:"by" doc:"null for the program itself"`
	At     time.Time      `json:"at"`
	Detail map[string]any `json:"detail"`
}

// names are those of everything alerts point at.
type names struct{ staff, teams, customers, segments map[int64]string }

func named(of map[int64]string, id *int64) *AlertNamed {
	if id == nil || *id == 0 {
		return nil
	}
	return &AlertNamed{api.ID(*id), of[*id]}
}

func namesIn(ctx context.Context, from bun.IDB, table string) (map[int64]string, error) {
	var rows []struct {
		ID   int64  `bun:"id"`
		Name string `bun:"name"`
	}
	all := map[int64]string{}
	err := from.NewRaw("select id, name from ?", bun.Ident(table)).Scan(ctx, &rows)
	for _, r := range rows {
		all[r.ID] = r.Name
	}
	return all, err
}

func (w *Watch) names(ctx context.Context, alerts []Alert) (n names, err error) {
	from := w.records.Read()
	if n.staff, err = namesIn(ctx, from, "staff"); err != nil {
		return n, err
	}
	if n.teams, err = namesIn(ctx, from, "teams"); err != nil {
		return n, err
	}
	if n.segments, err = namesIn(ctx, from, "segments"); err != nil {
		return n, err
	}
	var ids []int64
	for i := range alerts {
		if alerts[i].CustomerID != nil {
			ids = append(ids, *alerts[i].CustomerID)
		}
	}
	n.customers, err = customerNames(ctx, from, ids)
	return n, err
}

func instant(ms *int64) *time.Time {
	if ms == nil {
		return nil
	}
	t := time.UnixMilli(*ms).UTC()
	return &t
}

// view makes what the reader sees of an alert. What is at stake of a customer rests on her orders; parts that explain a figure
// on the field they part it by.
func view(ctx context.Context, a *Alert, rule *Rule, n names, now int64) (AlertView, error) {
	e, err := a.figures()
	fields := guard.FieldsOf(ctx, "customers")
	if field := analyze.FieldOfSplit(e.Split); field != "" && !fields.CanUse(field) {
		e.Split, e.Parts = "", nil
	}
	v := AlertView{ID: api.ID(a.ID), Rule: AlertNamed{api.ID(rule.ID), rule.Name}, Kind: rule.Watches.Kind, Watches: rule.Watches, Fires: rule.Fires,
		Customer: named(n.customers, a.CustomerID), Severity: a.Severity, State: a.State, Evidence: e, Owner: named(n.staff, a.OwnerID),
		Team: named(n.teams, a.TeamID), Proposal: rule.Proposal, OpenedAt: time.UnixMilli(a.OpenedAt).UTC(), FirstAt: time.UnixMilli(a.FirstAt).UTC(),
		DueAt: time.UnixMilli(a.DueAt).UTC(), Overdue: a.live() && a.DueAt < now, EscalatedTo: named(n.staff, a.EscalatedTo), Escalations: a.Escalations,
		AcknowledgedBy: named(n.staff, a.AcknowledgedBy), BackAt: instant(a.BackAt), ClosedAt: instant(a.ClosedAt), ClosedBy: named(n.staff, a.ClosedBy),
		Taken: a.Taken, Note: a.Note, Reopened: a.Reopened, Version: a.Version}
	if s := int64(rule.Watches.Segment); s != 0 {
		v.Segment = named(n.segments, &s)
	}
	if fields.Right(guard.Purchases) == guard.None {
		v.Evidence.Leaving = nil
	} else if a.AtStake != nil {
		m := money.Of(*a.AtStake, workspace.Of(ctx).Currency)
		v.AtStake = &m
	}
	return v, err
}

// AlertRuleView is a rule as a reader sees it.
type AlertRuleView struct {
	ID api.ID `json:"id"`
	AlertRuleDraft
	Sentence   *analyze.Label `json:"sentence" doc:"of a condition"`
	Segment    *AlertNamed    `json:"segment"`
	Owner      *AlertNamed    `json:"owner"`
	EscalateBy *AlertNamed    `json:"escalates_to"`
	MutedUntil *time.Time     `json:"muted_until" doc:"null when it speaks"`
	LookedAt   *time.Time     `json:"looked_at"`
	Said       Said           `json:"said" doc:"what the last look found"`
	Open       int64          `json:"open" doc:"alerts of it that are open, in the reader's scope"`
	Overdue    int64          `json:"overdue"`
	AtStake    *money.Money   `json:"at_stake" doc:"of the open ones"`
	OldestAt   *time.Time     `json:"oldest_at"`
	Version    int64          `json:"version"`
}

// ruleViews adds to rules what of them is open in the reader's scope.
func (w *Watch) ruleViews(ctx context.Context, rules []Rule) ([]AlertRuleView, error) {
	var open []struct {
		RuleID  int64  `bun:"rule_id"`
		Open    int64  `bun:"open"`
		Overdue int64  `bun:"overdue"`
		Stake   *int64 `bun:"stake"`
		Oldest  int64  `bun:"oldest"`
	}
	where, args := visible(ctx, rules)
	if err := w.records.Read().NewRaw(`
select a.rule_id, count(*) as open, sum(case when a.due_at < ? then 1 else 0 end) as overdue, sum(a.at_stake) as stake, min(a.opened_at) as oldest
from alerts a
where a.state in ('open', 'acknowledged') and `+where+`
group by a.rule_id`, append([]any{nowOf(ctx)}, args...)...).Scan(ctx, &open); err != nil {
		return nil, err
	}
	n, err := w.names(ctx, nil)
	if err != nil {
		return nil, err
	}
	mayKnowOrders := guard.FieldsOf(ctx, "customers").Right(guard.Purchases) != guard.None
	views := make([]AlertRuleView, len(rules))
	for i := range rules {
		r := &rules[i]
		v := AlertRuleView{ID: api.ID(r.ID), AlertRuleDraft: r.AlertRuleDraft, MutedUntil: instant(r.MutedUntil), LookedAt: instant(r.LookedAt), Said: r.Said, Version: r.Version}
		if !r.muted(ctx) {
			v.MutedUntil = nil
		}
		if r.OwnerKind == "team" {
			v.Owner = named(n.teams, orNull(r.OwnerID))
		} else {
			v.Owner = named(n.staff, orNull(r.OwnerID))
		}
		v.EscalateBy = named(n.staff, orNull(r.EscalateTo))
		v.Segment = named(n.segments, orNull(r.Watches.Segment))
		if r.Watches.Kind == WatchCustomers {
			if _, said, _, err := w.segments.CheckCondition(ctx, r.Watches.Condition); err == nil {
				v.Sentence = &said
			}
		}
		for _, o := range open {
			if o.RuleID == r.ID {
				v.Open, v.Overdue, v.OldestAt = o.Open, o.Overdue, instant(&o.Oldest)
				if o.Stake != nil && mayKnowOrders {
					m := money.Of(*o.Stake, workspace.Of(ctx).Currency)
					v.AtStake = &m
				}
			}
		}
		views[i] = v
	}
	return views, nil
}
