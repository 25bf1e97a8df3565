package decide

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"guanxi/base/db"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/watch"
)

// Alerts are what rules have raised; watch.Watch keeps them. What is done about one on Today is done about the alert.
type Alerts interface {
	OpenAlerts(ctx context.Context) ([]watch.OpenAlert, error)
	// DoneToday closes an alert; dismissed is why its line was dismissed, empty when it was done.
	DoneToday(ctx context.Context, tx *db.Tx, id int64, note, dismissed string) error
	// KnownRules gives the rules the person asking may know of.
	KnownRules(ctx context.Context) (map[int64]bool, error)
	UndoneToday(ctx context.Context, tx *db.Tx, id int64) error
}

type alertSource struct{ from Alerts }

// AlertSource makes signals of open alerts: those about figures one by one, those about customers folded.
func AlertSource(from Alerts) Source { return alertSource{from} }

// Kinds implements Source.
func (alertSource) Kinds() []string { return []string{AlertRaised, CustomerAlert} }

// Signals implements Source. Whom an alert was handed up to has it from then on.
func (s alertSource) Signals(ctx context.Context) ([]Signal, error) {
	open, err := s.from.OpenAlerts(ctx)
	if err != nil {
		return nil, err
	}
	var signals []Signal
	for _, a := range open {
		id := strconv.FormatInt(a.ID, 10)
		g := Signal{Key: alertKey(a.ID, a.Reopened), OwnerID: a.OwnerID, TeamID: a.TeamID, AtStake: a.AtStake, DueAt: &a.DueAt,
			Actions: []TodayAction{{Code: "open_alert", Primary: true, Target: id}}}
		if a.EscalatedTo != nil {
			g.OwnerID = a.EscalatedTo
		}
		if a.CustomerID != nil {
			customer := strconv.FormatInt(*a.CustomerID, 10)
			g.Kind, g.Subject = CustomerAlert, Subject{Type: "customer", ID: customer, Name: a.Customer}
			g.Reason = Reason{CustomerAlert, customerAlertValues(&a)}
			g.Actions = append(g.Actions, TodayAction{Code: "log_contact", Target: customer})
			if a.AtStake != nil {
				g.Basis = Reason{"alert_leaving", Values{"amount": *a.AtStake}}
			}
		} else {
			g.Kind, g.Subject = AlertRaised, Subject{Type: "alert", ID: id, Name: a.Rule.Name}
			g.Reason = figuresAlert(&a)
			if a.AtStake != nil {
				g.Basis = Reason{"shortfall", Values{"amount": *a.AtStake}}
			}
		}
		signals = append(signals, g)
	}
	return signals, nil
}

// alertKey tells one raising of an alert from the next.
func alertKey(id, reopened int64) string { return fmt.Sprintf("alert:%d:%d", id, reopened) }

// customerAlertValues say which rule, and on what its condition stood for her.
func customerAlertValues(a *watch.OpenAlert) Values {
	v := Values{"alert_id": a.ID, "rule_id": a.RuleID, "rule": a.Rule.Name}
	for _, s := range a.Figures.Standing {
		if s.Holds {
			v["finding_zh"], v["finding_en"] = s.Clause.Chinese, s.Clause.English
			v["figure_zh"], v["figure_en"] = s.Value.Chinese, s.Value.English
			break
		}
	}
	return v
}

// figuresAlert words an alert about a metric or a segment by what it was compared with.
func figuresAlert(a *watch.OpenAlert) Reason {
	e := &a.Figures
	v := Values{"alert_id": a.ID, "rule_id": a.RuleID, "label_zh": e.Label.ZH, "label_en": e.Label.EN, "unit": string(e.Unit), "day": e.Day, "since": e.Since}
	for name, figure := range map[string]*float64{"value": e.Value, "before": e.Before, "low": e.Low, "high": e.High} {
		if figure != nil {
			v[name] = *figure
		}
	}
	for _, p := range e.Parts {
		if p.Share >= 1.0/3 && p.Share <= 1 {
			v["cause_zh"], v["cause_en"], v["cause_share"], v["cause_field"] = p.Label, p.Label, share(p.Share), analyze.FieldOfSplit(e.Split)
			break
		}
	}
	switch when := a.Rule.Fires.When; {
	case when == "rose" || when == "fell":
		if e.Before != nil && e.Value != nil && *e.Before != 0 {
			v["by"] = share(max(*e.Value / *e.Before - 1, 1 - *e.Value / *e.Before))
		}
		return Reason{"alert_" + when, v}
	case e.Low != nil && e.High != nil:
		return Reason{"alert_outside", v}
	case e.Low != nil:
		return Reason{"alert_below", v}
	}
	return Reason{"alert_above", v}
}

// AlertClosed marks the line of an alert done that was closed on its own page.
func (s *Signals) AlertClosed(ctx context.Context, tx *db.Tx, alert int64) error {
	rows, err := s.rowsWhere(ctx, tx, condition{"s.key like ? and s.kind in ('" + AlertRaised + "', '" + CustomerAlert + "') and s.state in ('open', 'snoozed', 'delegated')",
		[]any{fmt.Sprintf("alert:%d:%%", alert)}}, "")
	if err != nil {
		return err
	}
	for i := range rows {
		entry, err := s.change(ctx, tx, &rows[i], act{name: actDone}, "", 1)
		if err != nil {
			return err
		}
		if _, err := insertAct(ctx, tx, []logRow{entry}); err != nil {
			return err
		}
	}
	return nil
}

// knownRules gives the rules behind lines that the reader may know of, nil where none of them is an alert.
func (s *Signals) knownRules(ctx context.Context, lines []Line) (map[int64]bool, error) {
	if s.alerts == nil || !slices.ContainsFunc(lines, func(l Line) bool { return l.Kind == AlertRaised || l.Kind == CustomerAlert }) {
		return nil, nil
	}
	return s.alerts.KnownRules(ctx)
}
