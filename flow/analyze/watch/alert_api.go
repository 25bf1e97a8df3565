package watch

import (
	"context"
	"encoding/json"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/page"
)

func nowOf(ctx context.Context) int64 { return clock.Millis(ctx) }

type alertOut struct {
	ETag string `header:"ETag"`
	Body AlertView
}

type alertLine struct {
	ID      api.ID `path:"id"`
	IfMatch string `header:"If-Match"`
}

func (w *Watch) registerAlerts(a *api.API) {
	api.Register(a, api.Op{Method: "GET", Path: "/alerts", Permission: "metrics.read", Tag: "alerts", Summary: "Alerts, what is most urgent first; those that are over, newest first"},
		func(ctx context.Context, in *alertsInput) (*struct{ Body page.List[AlertView] }, error) {
			l, err := w.List(ctx, in)
			return &struct{ Body page.List[AlertView] }{l}, err
		})
	api.Register(a, api.Op{Method: "GET", Path: "/alerts/{id}", Permission: "metrics.read", Tag: "alerts", Summary: "One alert with its evidence and its course"},
		func(ctx context.Context, in *struct {
			ID api.ID `path:"id"`
		}) (*alertOut, error) {
			return w.one(ctx, int64(in.ID))
		})
	write := func(path, summary string) api.Op {
		return api.Op{Method: "POST", Path: "/alerts/{id}/" + path, Permission: "today.write", Tag: "alerts", Summary: summary}
	}
	api.Register(a, write("acknowledge", "Take an alert on"), func(ctx context.Context, in *alertLine) (*alertOut, error) {
		return w.after(ctx, in, w.Take)
	})
	api.Register(a, write("close", "Close an alert with what was done about it"), func(ctx context.Context, in *struct {
		ID      api.ID `path:"id"`
		IfMatch string `header:"If-Match"`
		Body    struct {
			Taken string `json:"taken" enum:"called,visited,offered,messaged,data_fixed,campaign_changed,product_changed,process_changed,nothing,other"`
			Note  string `json:"note,omitempty" maxLength:"2000" doc:"needed for nothing and other"`
		}
	}) (*alertOut, error) {
		return w.after(ctx, &alertLine{in.ID, in.IfMatch}, func(ctx context.Context, id, version int64) error {
			return w.Close(ctx, id, version, in.Body.Taken, in.Body.Note)
		})
	})
	api.Register(a, write("reopen", "Take the closing of an alert back"), func(ctx context.Context, in *alertLine) (*alertOut, error) {
		return w.after(ctx, in, w.Reopen)
	})
}

func (w *Watch) after(ctx context.Context, in *alertLine, act func(ctx context.Context, id, version int64) error) (*alertOut, error) {
	version, err := api.Version(in.IfMatch)
	if err != nil {
		return nil, err
	}
	if err := act(ctx, int64(in.ID), version); err != nil {
		return nil, err
	}
	return w.one(ctx, int64(in.ID))
}

// one gives an alert with its course. Fault: not found.
func (w *Watch) one(ctx context.Context, id int64) (*alertOut, error) {
	a, rule, err := w.seen(ctx, w.records.Read(), id)
	if err != nil {
		return nil, err
	}
	n, err := w.names(ctx, []Alert{*a})
	if err != nil {
		return nil, err
	}
	v, err := view(ctx, a, rule, n, nowOf(ctx))
	if err != nil {
		return nil, err
	}
	var acts []struct {
		Act    string `bun:"act"`
		By     *int64 `bun:"staff_id"`
		At     int64  `bun:"happened_at"`
		Detail string `bun:"detail"`
	}
	if err := w.records.Read().NewRaw("select act, staff_id, happened_at, detail from alert_history where alert_id = ? order by id", id).Scan(ctx, &acts); err != nil {
		return nil, err
	}
	for _, h := range acts {
		act := AlertAct{Act: h.Act, By: named(n.staff, h.By), At: *instant(&h.At)}
		if err := json.Unmarshal([]byte(h.Detail), &act.Detail); err != nil {
			return nil, err
		}
		if to, ok := act.Detail["to"].(float64); ok { // a name says more than an id
			act.Detail["to"] = n.staff[int64(to)]
		}
		v.History = append(v.History, act)
	}
	return &alertOut{api.ETag(a.Version), v}, nil
}

type alertsInput struct {
	State  string `query:"state" enum:"live,open,acknowledged,over" default:"live" doc:"live: open or acknowledged; over: closed or expired"`
	Rule   api.ID `query:"rule"`
	Kind   string `query:"kind" enum:"figures,customers" doc:"figures: of metrics and segments; customers: of single customers"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor string `query:"cursor"`
	Total  bool   `query:"total"`
}

// position is where a page of alerts ends.
type position struct{ Rank, At, ID int64 }

var states = map[string]string{"live": "a.state in ('open', 'acknowledged')", "open": "a.state = 'open'", "acknowledged": "a.state = 'acknowledged'",
	"over": "a.state in ('closed', 'expired')"}

// List gives a page of alerts in the reader's scope. Faults: invalid.
func (w *Watch) List(ctx context.Context, in *alertsInput) (page.List[AlertView], error) {
	list := page.List[AlertView]{Items: []AlertView{}}
	rules, err := w.known(ctx)
	if err != nil {
		return list, err
	}
	where, args := visible(ctx, rules)
	where += " and " + states[in.State]
	if in.Rule != 0 {
		where, args = where+" and a.rule_id = ?", append(args, in.Rule)
	}
	switch in.Kind {
	case "figures":
		where += " and a.customer_id is null"
	case "customers":
		where += " and a.customer_id is not null"
	}
	if in.Total {
		var n int64
		if err := w.records.Read().NewRaw("select count(*) from alerts a where "+where, args...).Scan(ctx, &n); err != nil {
			return list, err
		}
		list.Total = &n
	}
	rank, at := "(case a.severity when 'critical' then 0 when 'warning' then 1 else 2 end)", "a.due_at"
	if in.State == "over" {
		rank, at = "(a.id - a.id)", "(-coalesce(a.closed_at, a.back_at, a.updated_at))" // a bare 0 would be read as the number of a column
	}
	if in.Cursor != "" {
		var p position
		if err := page.DecodeCursor(in.Cursor, &p); err != nil {
			return list, err
		}
		where += " and (" + rank + " > ? or " + rank + " = ? and (" + at + " > ? or " + at + " = ? and a.id > ?))"
		args = append(args, p.Rank, p.Rank, p.At, p.At, p.ID)
	}
	found, err := alertsWhere(ctx, w.records.Read(), where+" order by "+rank+", "+at+", a.id limit ?", append(args, in.Limit+1)...)
	if err != nil {
		return list, err
	}
	if len(found) > in.Limit {
		found = found[:in.Limit]
		last := &found[in.Limit-1]
		p := position{map[string]int64{"critical": 0, "warning": 1, "info": 2}[last.Severity], last.DueAt, last.ID}
		if in.State == "over" {
			p.Rank, p.At = 0, -last.ended()
		}
		list.NextCursor = page.EncodeCursor(p)
	}
	n, err := w.names(ctx, found)
	if err != nil {
		return list, err
	}
	byID := map[int64]*Rule{}
	for i := range rules {
		byID[rules[i].ID] = &rules[i]
	}
	for i := range found {
		v, err := view(ctx, &found[i], byID[found[i].RuleID], n, nowOf(ctx))
		if err != nil {
			return list, err
		}
		list.Items = append(list.Items, v)
	}
	return list, nil
}
