package watch

import (
	"context"
	"time"

	"guanxi/base/api"
	"guanxi/base/fault"
	"guanxi/base/page"
)

type ruleOut struct {
	ETag string `header:"ETag"`
	Body AlertRuleView
}

func (w *Watch) rule(ctx context.Context, id int64) (*ruleOut, error) {
	r, err := ruleByID(ctx, w.records.Read(), id)
	if err != nil {
		return nil, err
	}
	if !w.mayKnow(ctx, r) {
		return nil, fault.NotFound("alert_rule", id)
	}
	views, err := w.ruleViews(ctx, []Rule{*r})
	if err != nil {
		return nil, err
	}
	return &ruleOut{api.ETag(r.Version), views[0]}, nil
}

func (w *Watch) registerRules(a *api.API) {
	op := func(method, path, permission, summary string, status int) api.Op {
		return api.Op{Method: method, Path: "/alert-rules" + path, Permission: permission, Tag: "alerts", Summary: summary, Status: status}
	}
	api.Register(a, op("GET", "", "metrics.read", "The rules by which alerts are raised, and how many of each are open", 200),
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[AlertRuleView] }, error) {
			rules, err := w.known(ctx)
			if err != nil {
				return nil, err
			}
			views, err := w.ruleViews(ctx, rules)
			return &struct{ Body page.List[AlertRuleView] }{page.List[AlertRuleView]{Items: views}}, err
		})
	api.Register(a, op("GET", "/{id}", "metrics.read", "One rule", 200),
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*ruleOut, error) {
			return w.rule(ctx, int64(in.ID))
		})
	api.Register(a, op("POST", "", "metrics.write", "Watch something", 201),
		func(ctx context.Context, in *struct{ Body AlertRuleDraft }) (*ruleOut, error) {
			id, err := w.CreateRule(ctx, in.Body)
			if err != nil {
				return nil, err
			}
			return w.rule(ctx, id)
		})
	api.Register(a, op("PATCH", "/{id}", "metrics.write", "Change a rule", 200),
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    AlertRuleDraft
		}) (*ruleOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			if err := w.ChangeRule(ctx, int64(in.ID), version, in.Body); err != nil {
				return nil, err
			}
			return w.rule(ctx, int64(in.ID))
		})
	api.Register(a, op("DELETE", "/{id}", "metrics.write", "Delete a rule with its alerts; both can be restored", 204),
		func(ctx context.Context, in *alertLine) (*struct{}, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			return nil, w.DeleteRule(ctx, int64(in.ID), version)
		})
	api.Register(a, op("POST", "/{id}/restore", "metrics.write", "Bring a deleted rule back with its alerts", 200),
		func(ctx context.Context, in *alertLine) (*ruleOut, error) {
			if err := w.RestoreRule(ctx, int64(in.ID)); err != nil {
				return nil, err
			}
			return w.rule(ctx, int64(in.ID))
		})
	api.Register(a, op("POST", "/{id}/mute", "metrics.write", "Keep a rule quiet until an instant, or let it speak again", 200),
		func(ctx context.Context, in *struct {
			ID      api.ID `path:"id"`
			IfMatch string `header:"If-Match"`
			Body    struct {
				Until *time.Time `json:"until" doc:"null to let it speak again"`
			}
		}) (*ruleOut, error) {
			version, err := api.Version(in.IfMatch)
			if err != nil {
				return nil, err
			}
			var until *int64
			if in.Body.Until != nil {
				ms := in.Body.Until.UnixMilli()
				until = &ms
			}
			if err := w.Mute(ctx, int64(in.ID), version, until); err != nil {
				return nil, err
			}
			return w.rule(ctx, int64(in.ID))
		})
	trial := op("POST", "/trial", "metrics.read", "When a rule would have fired in the last 180 days", 200)
	trial.Timeout = time.Minute
	api.Register(a, trial, func(ctx context.Context, in *struct {
		Body struct {
			Watches AlertWatch `json:"watches"`
			Fires   AlertFires `json:"fires"`
		}
	}) (*struct{ Body *AlertTrial }, error) {
		t, err := w.Try(ctx, in.Body.Watches, in.Body.Fires)
		return &struct{ Body *AlertTrial }{t}, err
	})
	api.Register(a, op("GET", "/presets", "metrics.read", "Rules that are ready to be taken", 200),
		func(ctx context.Context, _ *struct{}) (*struct{ Body page.List[AlertPreset] }, error) {
			list, err := w.Presets(ctx)
			return &struct{ Body page.List[AlertPreset] }{page.List[AlertPreset]{Items: list}}, err
		})
}
