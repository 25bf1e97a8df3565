package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/flow/customer"
	"guanxi/guard"
)

const (
	stageField   = "lifecycle_stage"
	stageChanged = "stage_changed"

	mostStages     = 20
	stageNameRunes = 40
	strategyRunes  = 1000
)

// stageChoices are the values of lifecycle_stage: the stages in the order of life, then those that only a condition of earlier
// days still names.
func stageChoices(ctx context.Context) (present, former []Choice) {
	l := customer.LifecycleOf(ctx)
	for _, s := range l.Stages {
		present = append(present, Choice{s.Key, Label(s.Name)})
	}
	for _, s := range l.Former {
		former = append(former, Choice{s.Key, Label(s.Name)})
	}
	builtIn := customerFields[stageField].Values
	if len(l.Stages) == 0 {
		return builtIn, former
	}
	for _, c := range builtIn {
		if _, defined := l.Find(c.Value); !defined {
			former = append(former, c)
		}
	}
	return present, former
}

// fieldOfStages gives lifecycle_stage with the stages the company has defined.
func fieldOfStages(ctx context.Context) *Field {
	f := *customerFields[stageField]
	present, former := stageChoices(ctx)
	f.Values = slices.Concat(present, former)
	return &f
}

// mayUseStages says whether the actor may know who is in which stage: that tells of every field the conditions ask for.
func mayUseStages(ctx context.Context) bool {
	if !guard.FieldsOf(ctx, "customers").CanUse(stageField) {
		return false
	}
	for _, name := range customer.LifecycleOf(ctx).Uses {
		if f, known := customerField(ctx, name); known && !f.mayUse(ctx) {
			return false
		}
	}
	return true
}

// stageProperties are what can be asked of a change of stage.
func stageProperties(ctx context.Context) []*Field {
	stages := fieldOfStages(ctx).Values
	return []*Field{
		{Name: "from", Type: TypeChoice, Label: Label{"原阶段", "From stage"}, expr: "e.from_stage", Values: stages},
		{Name: "to", Type: TypeChoice, Label: Label{"新阶段", "To stage"}, expr: "e.to_stage", Values: stages},
		dayProperty,
	}
}

// asksStages says that the condition asks which stage somebody is in or has left.
func (c *Condition) asksStages() (asks bool) {
	c.walk(func(n *Condition) {
		asks = asks || n.Field != nil && n.Field.Name == stageField || n.Event != nil && n.Event.Name == stageChanged
	})
	return asks
}

// StageDraft is what a person says of a stage.
type StageDraft struct {
	Key       string        `json:"key" maxLength:"40" pattern:"^[a-z][a-z0-9_]*$" doc:"stays when the name changes"`
	Name      Label         `json:"name"`
	Strategy  string        `json:"strategy,omitempty" maxLength:"1000" doc:"what we do for those in it"`
	Condition ConditionJSON `json:"condition,omitempty" doc:"who is in it; absent: whom a person puts there"`
}

// readStages checks stages with the rights of the person asking. Faults: invalid, with the place.
func (s *Segments) readStages(ctx context.Context, drafts []StageDraft) (stages []customer.LifecycleStage, conditions []*Condition, uses []string, err error) {
	if len(drafts) > mostStages {
		return nil, nil, nil, fault.Invalid("stages", "too_many", mostStages)
	}
	used := Uses{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for i, d := range drafts {
		at := func(what string) string { return fmt.Sprintf("stages[%d].%s", i, what) }
		d.Name = Label{strings.TrimSpace(d.Name.Chinese), strings.TrimSpace(d.Name.English)}
		d.Strategy = strings.TrimSpace(d.Strategy)
		switch {
		case !field.GoodKey(d.Key):
			return nil, nil, nil, fault.Invalid(at("key"), "field_key_invalid")
		case slices.ContainsFunc(stages, func(o customer.LifecycleStage) bool { return o.Key == d.Key }):
			return nil, nil, nil, fault.Invalid(at("key"), "given_twice")
		case d.Name.Chinese == "" || d.Name.English == "":
			return nil, nil, nil, fault.Invalid(at("name"), "is_missing")
		case max(utf8.RuneCountInString(d.Name.Chinese), utf8.RuneCountInString(d.Name.English)) > stageNameRunes:
			return nil, nil, nil, fault.Invalid(at("name"), "too_long", stageNameRunes)
		case utf8.RuneCountInString(d.Strategy) > strategyRunes:
			return nil, nil, nil, fault.Invalid(at("strategy"), "too_long", strategyRunes)
		}
		stage := customer.LifecycleStage{Key: d.Key, Name: field.Label(d.Name), Strategy: d.Strategy}
		var c *Condition
		if len(d.Condition) > 0 && string(d.Condition) != "null" {
			if c, err = ParseCondition(ctx, []byte(d.Condition), s.lookup()); err != nil {
				return nil, nil, nil, fault.Within(at("condition"), err)
			}
			if c.asksStages() {
				return nil, nil, nil, fault.Invalid(at("condition"), "stage_leads_back")
			}
			if stage.Condition, err = json.Marshal(c); err != nil {
				return nil, nil, nil, err
			}
			used.add(c)
		}
		stages, conditions = append(stages, stage), append(conditions, c)
	}
	return stages, conditions, used.customerFields(), nil
}

// customerFields gives the fields whose rights decide who may know the answer, in order.
func (u Uses) customerFields() []string {
	names := map[string]bool{}
	for name := range u.Fields {
		names[name] = true
	}
	for name := range u.Events {
		if ev := knownEvents[name]; ev != nil && ev.ofOrders() {
			names["orders.count"] = true
		}
	}
	if len(u.Tags) > 0 {
		names["tags"] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// DefineLifecycle puts stages in the place of those there are, over the given version (below 0 for whichever that is): none take the
// lifecycle away. Faults: invalid with the place, stale.
func (s *Segments) DefineLifecycle(ctx context.Context, version int64, drafts []StageDraft) error {
	stages, _, uses, err := s.readStages(ctx, drafts)
	if err != nil {
		return err
	}
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := customer.ReadLifecycle(ctx, tx)
		if err != nil {
			return err
		}
		if version >= 0 && version != before.Version {
			return fault.Stale()
		}
		after := &customer.Lifecycle{Version: before.Version + 1, Stages: stages, Uses: uses}
		for _, old := range slices.Concat(before.Stages, before.Former) {
			if _, known := after.Find(old.Key); !known {
				after.Former = append(after.Former, customer.LifecycleStage{Key: old.Key, Name: old.Name})
			}
		}
		if err := customer.KeepLifecycle(ctx, tx, after); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "lifecycle.changed", "lifecycle", "1", map[string]any{"before": before.Stages, "after": stages})
	})
}
