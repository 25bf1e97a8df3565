package watch

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/collect"
	"guanxi/guard/mails"
)

// MailBy lets mails tell of alerts that were not closed in time. It must be called before the watch serves anybody.
func (w *Watch) MailBy(m *mails.Mails) { w.mails = m }

// mostOverdue is how many alerts are told of as late at once; the next look goes on.
const mostOverdue = 500

// tellOverdue writes, once for each raising, to whom an alert goes up to that its due time has passed (C018): one mail for all of
// a rule that have become late together.
func (w *Watch) tellOverdue(ctx context.Context, rules []Rule) error {
	return w.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var late []Alert
		now := clock.Millis(ctx)
		if err := tx.NewRaw(`
select `+alertColumns+`
from alerts a
join alert_rules r on r.id = a.rule_id
where a.state in ('open', 'acknowledged') and a.due_at <= ? and r.deleted_at is null and r.active and coalesce(r.muted_until, 0) <= ?
  and not exists (select 1 from alert_history h where h.alert_id = a.id and h.act = 'overdue' and h.happened_at >= a.opened_at)
order by a.id
limit ?`, now, now, mostOverdue).Scan(ctx, &late); err != nil || len(late) == 0 {
			return err
		}
		for i := range rules {
			if err := w.tellOverdueOf(ctx, tx, &rules[i], late); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *Watch) tellOverdueOf(ctx context.Context, tx *db.Tx, rule *Rule, late []Alert) error {
	byLead := map[int64][]*Alert{}
	var leads []int64
	for i := range late {
		a := &late[i]
		if a.RuleID != rule.ID {
			continue
		}
		lead, err := w.leadOf(ctx, tx, rule, a)
		if err != nil {
			return err
		}
		// whoever notes it tells of it: another node that looks at the same moment finds it noted
		n, err := tx.Do(ctx, "update alerts set updated_at = ?, version = version + 1 where id = ? and version = ?", clock.Millis(ctx), a.ID, a.Version)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := history(ctx, tx, a.ID, "overdue", map[string]any{"to": lead}); err != nil {
			return err
		}
		if byLead[lead] == nil {
			leads = append(leads, lead)
		}
		byLead[lead] = append(byLead[lead], a)
	}
	if w.mails == nil {
		return nil
	}
	for _, lead := range leads {
		of := byLead[lead]
		once := fmt.Sprintf("alert.overdue:%d:%d", of[0].ID, of[0].Version)
		if err := w.mails.Plan(ctx, tx, mails.Letter{Once: once, To: []int64{lead},
			Say: func(ctx context.Context, language string) mails.Report {
				return overdueInWords(ctx, rule, of, language)
			}}); err != nil {
			return err
		}
	}
	return nil
}

// leadOf gives whom a late alert goes up to: whom the rule names, else who leads the team of its owner and may see what it is
// about, else an administrator.
func (w *Watch) leadOf(ctx context.Context, tx *db.Tx, rule *Rule, a *Alert) (lead int64, err error) {
	if rule.EscalateTo != 0 {
		return int64(rule.EscalateTo), nil
	}
	var owner, team int64
	if a.OwnerID != nil {
		owner = *a.OwnerID
	}
	if a.TeamID != nil {
		team = *a.TeamID
	}
	var found []int64
	if rule.Watches.Kind == WatchCustomers {
		if err := tx.Ask(ctx, &found, `
select m.id
from staff m
where m.role = 'manager' and m.active and m.id <> ? and m.team_id = coalesce((select o.team_id from staff o where o.id = ?), ?)
order by m.id
limit 1`, owner, owner, team); err != nil {
			return 0, err
		}
	}
	if len(found) == 0 {
		err = tx.Ask(ctx, &found, "select id from staff where role = 'admin' and active order by case when id = ? then 1 else 0 end, id limit 1", owner)
	}
	if len(found) > 0 {
		lead = found[0]
	}
	return lead, err
}

var overdueWords = collect.Words{
	"one": {"预警超时未处理：%r", "Alert not handled in time: %r"}, "many": {"%n 条预警超时未处理：%r", "%n alerts not handled in time: %r"},
	"rule": {"规则", "Rule"}, "severity": {"级别", "Severity"}, "due": {"应于", "Was due"}, "state": {"状态", "State"},
	Open: {"无人认领", "Nobody has taken it on"}, Acknowledged: {"处理中", "In hand"}, "mixed": {"部分处理中", "Some in hand"},
	"critical": {"紧急", "Critical"}, "warning": {"重要", "Important"}, "info": {"提示", "Note"},
	"see": {"查看预警", "See the alert"}, "look": {"请确认由谁处理，处理后在预警中关闭并写明做了什么。", "Please see who handles it; it ends when it is closed with what was done."},
}

// overdueInWords tells of alerts in figures: no customer is named.
func overdueInWords(ctx context.Context, rule *Rule, of []*Alert, language string) mails.Report {
	word := func(name string) string { return overdueWords.In(name, language) }
	title, path, state, due := "one", "/alerts/"+strconv.FormatInt(of[0].ID, 10), of[0].State, of[0].DueAt
	if len(of) > 1 {
		title, path = "many", "/alerts?rule="+strconv.FormatInt(rule.ID, 10)
	}
	for _, a := range of {
		due = min(due, a.DueAt)
		if a.State != state {
			state = "mixed"
		}
	}
	said := strings.NewReplacer("%r", rule.Name, "%n", strconv.Itoa(len(of))).Replace(word(title))
	return mails.Report{Subject: said, Title: said, Bad: true, Path: path, Button: word("see"), Note: word("look"), Lines: []mails.Line{
		{Label: word("rule"), Value: rule.Name}, {Label: word("severity"), Value: word(cmp.Or(of[0].Severity, rule.Severity))},
		{Label: word("state"), Value: word(state)}, {Label: word("due"), Value: workspace.Of(ctx).Time(due).Format("2006-01-02 15:04 -07:00")}}}
}
