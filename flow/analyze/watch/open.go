package watch

import (
	"context"
)

// OpenAlert is an alert that somebody has to do something about, for Today.
type OpenAlert struct {
	Alert
	Rule     *Rule
	Figures  AlertEvidence
	Customer string // her name
}

// OpenAlerts gives what is open of all rules that are not muted, whoever asks; without sources that are late, which Today tells of
// by itself.
func (w *Watch) OpenAlerts(ctx context.Context) ([]OpenAlert, error) {
	rules, err := w.rules(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[int64]*Rule{}
	for i := range rules {
		if !rules[i].muted(ctx) {
			byID[rules[i].ID] = &rules[i]
		}
	}
	found, err := alertsWhere(ctx, w.records.Read(), "a.state in ('open', 'acknowledged') and a.subject not like 'late:%' order by a.id")
	if err != nil {
		return nil, err
	}
	var ids []int64
	for i := range found {
		if found[i].CustomerID != nil {
			ids = append(ids, *found[i].CustomerID)
		}
	}
	names, err := customerNames(ctx, w.records.Read(), ids)
	if err != nil {
		return nil, err
	}
	var open []OpenAlert
	for i := range found {
		a := OpenAlert{Alert: found[i], Rule: byID[found[i].RuleID]}
		if a.Rule == nil {
			continue
		}
		if a.Figures, err = found[i].figures(); err != nil {
			return nil, err
		}
		if a.CustomerID != nil {
			a.Customer = names[*a.CustomerID]
		}
		open = append(open, a)
	}
	return open, nil
}

// KnownRules gives the rules the person asking may know of.
func (w *Watch) KnownRules(ctx context.Context) (map[int64]bool, error) {
	rules, err := w.known(ctx)
	known := map[int64]bool{}
	for _, r := range rules {
		known[r.ID] = true
	}
	return known, err
}
