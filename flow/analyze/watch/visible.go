package watch

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"guanxi/base/fault"
	"guanxi/guard"
)

// mayKnow says whether the person asking may know of a rule: of the field it splits by, the segment it watches, every field its
// condition asks for. Figures of the whole company are for those who see all of it.
func (w *Watch) mayKnow(ctx context.Context, r *Rule) bool {
	if guard.ActorOf(ctx).System {
		return true
	}
	if r.Watches.Kind != WatchCustomers && !guard.ScopeOf(ctx, "customers").All() {
		return false
	}
	var err error
	switch {
	case r.Watches.Kind == WatchCustomers:
		_, _, _, err = w.segments.CheckCondition(ctx, r.Watches.Condition)
	case r.Watches.Kind == WatchMetric && r.Watches.Split != "":
		_, err = w.metrics.Watchable(ctx, r.Watches.Metric, r.Watches.Split)
	}
	if err == nil && r.Watches.Segment != 0 {
		_, err = w.segments.View(ctx, int64(r.Watches.Segment))
	}
	var wrong *fault.Error
	if !asFault(err, &wrong) {
		return err == nil
	}
	// what is gone is no secret; what one may not use is
	return wrong.Kind != fault.KindForbidden && !slices.ContainsFunc(wrong.Fields, func(f fault.Field) bool { return f.Key == "field_not_yours_to_use" })
}

// known gives the rules the person asking may know of.
func (w *Watch) known(ctx context.Context) ([]Rule, error) {
	rules, err := w.rules(ctx)
	return slices.DeleteFunc(rules, func(r Rule) bool { return !w.mayKnow(ctx, &r) }), err
}

// visible is which alerts (alias a) of these rules the person asking may see: those of customers in her scope.
func visible(ctx context.Context, rules []Rule) (sql string, args []any) {
	ids := []int64{0}
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	scope, more := guard.ScopeOf(ctx, "customers").Where("c")
	return `a.rule_id in (?) and (a.customer_id is null or exists (
  select 1 from customers c where c.id = a.customer_id and c.deleted_at is null and c.merged_into is null and ` + scope + `))`,
		append([]any{bun.List(ids)}, more...)
}

// seen gives one alert the person asking may see, with its rule. Fault: not found.
func (w *Watch) seen(ctx context.Context, from bun.IDB, id int64) (*Alert, *Rule, error) {
	rules, err := w.known(ctx)
	if err != nil {
		return nil, nil, err
	}
	where, args := visible(ctx, rules)
	found, err := alertsWhere(ctx, from, "a.id = ? and "+where, append([]any{id}, args...)...)
	if err != nil {
		return nil, nil, err
	}
	if len(found) == 0 {
		return nil, nil, fault.NotFound("alert", id)
	}
	for i := range rules {
		if rules[i].ID == found[0].RuleID {
			return &found[0], &rules[i], nil
		}
	}
	return nil, nil, fault.NotFound("alert", id)
}
