package quality

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/base/field"
	"guanxi/flow/analyze"
	"guanxi/guard"
)

type ruleRow struct {
	Key       string   `bun:"key"`
	Own       bool     `bun:"own"`
	Active    bool     `bun:"active"`
	Weight    float64  `bun:"weight"`
	Threshold *float64 `bun:"threshold"`
	Fields    *string  `bun:"fields"`
	Dimension string   `bun:"dimension"`
	Field     string   `bun:"field"`
	Condition string   `bun:"condition"`
	LabelZH   string   `bun:"label_zh"`
	LabelEN   string   `bun:"label_en"`
	Version   int64    `bun:"version"`
}

// rules gives every rule as it is in force: the product's with what the workspace has changed, then the workspace's own.
func (q *Quality) rules(ctx context.Context) ([]*Rule, error) {
	var rows []ruleRow
	if err := q.records.Read().NewRaw("select key, own, active, weight, threshold, fields, dimension, field, condition, label_zh, label_en, version from quality_rules order by created_at, key").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	rules := builtin()
	for _, row := range rows {
		r := ruleNamed(rules, row.Key)
		if row.Own {
			label := said(row.LabelZH, row.LabelEN)
			r = &Rule{Key: row.Key, Own: true, Dimension: Dimension(row.Dimension), Label: label, Say: label, Field: row.Field, Condition: row.Condition, Subject: "customer",
				Fixes: []Method{FixAsk, FixConfirm, FixDelete}}
			if row.Field != "" {
				r.Reads, r.Fixes = []string{row.Field}, []Method{FixSource, FixAsk, FixClear, FixExclude, FixConfirm, FixDelete}
			}
			rules = append(rules, r)
		}
		r.Active, r.Weight, r.Version = row.Active, row.Weight, row.Version
		if row.Threshold != nil {
			r.Threshold = *row.Threshold
		}
		if row.Fields != nil {
			if err := json.Unmarshal([]byte(*row.Fields), &r.Fields); err != nil {
				return nil, err
			}
		}
	}
	return rules, nil
}

// QualityRuleDraft is what may be said about a rule; what is absent stays. The condition, the labels, the dimension and the
// field are those of a rule of the workspace's own.
type QualityRuleDraft struct {
	Active    *bool           `json:"active,omitempty"`
	Weight    *float64        `json:"weight,omitempty" minimum:"0.1" maximum:"10"`
	Threshold *float64        `json:"threshold,omitempty"`
	Fields    *[]string       `json:"fields,omitempty" maxItems:"50"`
	Label     *analyze.Label  `json:"label,omitempty"`
	Dimension *Dimension      `json:"dimension,omitempty" enum:"completeness,validity,consistency,uniqueness,timeliness"`
	Field     *string         `json:"field,omitempty" doc:"what the finding is about; empty for the whole record"`
	Condition json.RawMessage `json:"condition,omitempty" doc:"whom it holds for is a finding"`
}

// mostOwnRules bounds the workspace's own rules: each is asked of everybody at every search.
const mostOwnRules = 100

// SaveRule changes a rule; with no key it adds one of the workspace's own. Faults: not found, invalid, stale.
func (q *Quality) SaveRule(ctx context.Context, key string, version int64, d QualityRuleDraft) (string, error) {
	rules, err := q.rules(ctx)
	if err != nil {
		return "", err
	}
	r := ruleNamed(rules, key)
	fresh := key == ""
	switch {
	case fresh:
		r = &Rule{Own: true, Active: true, Weight: 1, Dimension: Validity}
		if n := len(slices.DeleteFunc(slices.Clone(rules), func(r *Rule) bool { return !r.Own })); n >= mostOwnRules {
			return "", fault.Conflict("too_many_rules", mostOwnRules)
		}
	case r.Dimension == "":
		return "", fault.NotFound("quality_rule", key)
	case version != 0 && version != r.Version:
		return "", fault.Stale()
	}
	if err := q.draft(ctx, r, d); err != nil {
		return "", err
	}
	return r.Key, q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Millis(ctx)
		if fresh {
			r.Key = ownRulePrefix + strconv.FormatInt(now, 36) + strconv.Itoa(len(rules))
		}
		var fields *string
		if r.Fields != nil {
			text, err := json.Marshal(r.Fields)
			if err != nil {
				return err
			}
			fields = new(string(text))
		}
		if _, err := tx.Do(ctx, `
insert into quality_rules (key, own, active, weight, threshold, fields, dimension, field, condition, label_zh, label_en, staff_id, created_at, updated_at, version)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (key) do update set active = excluded.active, weight = excluded.weight, threshold = excluded.threshold, fields = excluded.fields,
  dimension = excluded.dimension, field = excluded.field, condition = excluded.condition, label_zh = excluded.label_zh, label_en = excluded.label_en,
  updated_at = excluded.updated_at, version = quality_rules.version + 1`,
			r.Key, r.Own, r.Active, r.Weight, r.Threshold, fields, string(r.Dimension), r.Field, r.Condition, r.Label.Chinese, r.Label.English, staffOf(ctx), now, now, r.Version+1); err != nil {
			return err
		}
		return guard.Audit(ctx, tx, "quality.rule_saved", "quality_rule", r.Key, map[string]any{"label": r.Label.English, "active": r.Active, "weight": r.Weight, "threshold": r.Threshold, "fields": r.Fields})
	})
}

// draft writes d onto r and says what is wrong with it.
func (q *Quality) draft(ctx context.Context, r *Rule, d QualityRuleDraft) error {
	if d.Active != nil {
		r.Active = *d.Active
	}
	if d.Weight != nil {
		r.Weight = *d.Weight
	}
	if d.Threshold != nil {
		if r.Unit == "" || *d.Threshold < r.least || *d.Threshold > r.most {
			return fault.Invalid("threshold", "number_out_of_range", r.least, r.most)
		}
		r.Threshold = *d.Threshold
	}
	if d.Fields != nil {
		if r.Fields == nil {
			return fault.Invalid("fields", "rule_has_no_fields")
		}
		for i, name := range *d.Fields {
			if !askable(ctx, name) {
				return fault.Invalid("fields["+strconv.Itoa(i)+"]", "unknown_field", name)
			}
		}
		r.Fields = *d.Fields
	}
	if !r.Own {
		if d.Label != nil || d.Dimension != nil || d.Field != nil || d.Condition != nil {
			return fault.Invalid("condition", "rule_not_own")
		}
		return nil
	}
	if d.Label != nil {
		r.Label = analyze.Label{Chinese: strings.TrimSpace(d.Label.Chinese), English: strings.TrimSpace(d.Label.English)}
	}
	if r.Label.Chinese == "" {
		r.Label.Chinese = r.Label.English
	}
	if r.Label.English == "" {
		r.Label.English = r.Label.Chinese
	}
	if n := len([]rune(r.Label.Chinese)); n == 0 || n > 120 {
		return fault.Invalid("label", "length_out_of_range", 1, 120)
	}
	if d.Dimension != nil {
		r.Dimension = *d.Dimension
	}
	if d.Field != nil {
		if *d.Field != "" && !askable(ctx, *d.Field) {
			return fault.Invalid("field", "unknown_field", *d.Field)
		}
		r.Field = *d.Field
	}
	if d.Condition != nil {
		r.Condition = string(d.Condition)
	}
	// the condition is asked with the rights of whoever saves it, so that no field is told that they may not use
	_, err := q.segments.Holding(ctx, r.Condition, []int64{})
	return err
}

// askable says whether a field is one that a record can lack or hold.
func askable(ctx context.Context, name string) bool {
	if key, own := ownKey(name); own {
		f, known := field.Of(ctx).Find(key)
		return known && !f.Archived()
	}
	return slices.Contains([]string{"name", "given_name", "family_name", "gender", "birthday", "country", "province", "city", "district", "address", "postcode",
		"company", "industry", "lifecycle_stage", "source", "kind", "phone", "email", "wechat"}, name)
}

// RemoveRule takes a rule of the workspace's own away, or gives one of the product back as it came. Fault: not found.
func (q *Quality) RemoveRule(ctx context.Context, key string) error {
	return q.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Do(ctx, "delete from quality_rules where key = ?", key)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.NotFound("quality_rule", key)
		}
		return guard.Audit(ctx, tx, "quality.rule_removed", "quality_rule", key, nil)
	})
}
