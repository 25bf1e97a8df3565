package quality

import (
	"context"
	"encoding/json"

	"guanxi/base/api"
	"guanxi/base/page"
	"guanxi/flow/analyze"
)

// QualityRule is a rule as the page of rules shows it.
type QualityRule struct {
	Key       string          `json:"key"`
	Dimension Dimension       `json:"dimension" enum:"completeness,validity,consistency,uniqueness,timeliness"`
	Label     analyze.Label   `json:"label"`
	Subject   string          `json:"subject" enum:"customer,order,source"`
	Active    bool            `json:"active"`
	Weight    float64         `json:"weight" doc:"how much a finding counts beside those of other rules of its dimension"`
	Threshold *float64        `json:"threshold" doc:"null where the rule has none"`
	Unit      string          `json:"unit,omitempty" doc:"of the threshold: days, years, share, deviations"`
	Least     *float64        `json:"least,omitempty" doc:"the least threshold"`
	Most      *float64        `json:"most,omitempty"`
	Fields    []string        `json:"fields" doc:"the fields it asks for, where they can be chosen; null where not"`
	Field     string          `json:"field,omitempty"`
	Own       bool            `json:"own"`
	Changed   bool            `json:"changed" doc:"one of the product's that the workspace has changed"`
	Condition json.RawMessage `json:"condition,omitempty"`
	Fixes     []Method        `json:"fixes"`
	Version   int64           `json:"version"`
}

func (r *Rule) view() QualityRule {
	v := QualityRule{Key: r.Key, Dimension: r.Dimension, Label: r.Label, Subject: r.Subject, Active: r.Active, Weight: r.Weight, Unit: r.Unit, Fields: r.Fields, Field: r.Field,
		Own: r.Own, Changed: !r.Own && r.Version > 0, Fixes: r.Fixes, Version: r.Version}
	if r.Unit != "" {
		v.Threshold, v.Least, v.Most = &r.Threshold, &r.least, &r.most
	}
	if r.Condition != "" {
		v.Condition = json.RawMessage(r.Condition)
	}
	if v.Fixes == nil {
		v.Fixes = []Method{}
	}
	return v
}

type ruleOutput struct {
	ETag string `header:"ETag"`
	Body QualityRule
}

func (q *Quality) registerRules(a *api.API) {
	const tag = "quality"
	show := func(ctx context.Context, key string) (*ruleOutput, error) {
		rules, err := q.rules(ctx)
		if err != nil {
			return nil, err
		}
		r := ruleNamed(rules, key)
		return &ruleOutput{api.ETag(r.Version), r.view()}, nil
	}
	api.Register(a, api.Op{Method: "GET", Path: "/quality/rules", Permission: "findings.read", Tag: tag, Summary: "What is asked of records"},
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[QualityRule] }, error) {
			rules, err := q.rules(ctx)
			if err != nil {
				return nil, err
			}
			out := &struct{ Body page.List[QualityRule] }{}
			for _, r := range rules {
				out.Body.Items = append(out.Body.Items, r.view())
			}
			return out, nil
		})
	api.Register(a, api.Op{Method: "POST", Path: "/quality/rules", Permission: "findings.write", Tag: tag, Status: 201, Summary: "Add a rule of one's own: a condition and what to say of whom it holds for"},
		func(ctx context.Context, in *struct{ Body QualityRuleDraft }) (*ruleOutput, error) {
			key, err := q.SaveRule(ctx, "", 0, in.Body)
			if err != nil {
				return nil, err
			}
			return show(ctx, key)
		})
	api.Register(a, api.Op{Method: "PATCH", Path: "/quality/rules/{key}", Permission: "findings.write", Tag: tag, Summary: "Change a rule; it holds from the next search, and for each record that changes"},
		func(ctx context.Context, in *struct {
			Key     string `path:"key" maxLength:"60"`
			IfMatch string `header:"If-Match"`
			Body    QualityRuleDraft
		}) (*ruleOutput, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			if _, err := q.SaveRule(ctx, in.Key, version, in.Body); err != nil {
				return nil, err
			}
			return show(ctx, in.Key)
		})
	api.Register(a, api.Op{Method: "DELETE", Path: "/quality/rules/{key}", Permission: "findings.write", Tag: tag, Status: 204, Summary: "Remove a rule of one's own, or give one of the product back as it came"},
		func(ctx context.Context, in *struct {
			Key string `path:"key" maxLength:"60"`
		}) (*struct{}, error) {
			return nil, q.RemoveRule(ctx, in.Key)
		})
}
