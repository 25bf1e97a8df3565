package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/workspace"
	"guanxi/flow/analyze"
	"guanxi/flow/analyze/watch"
	"guanxi/guard"
)

// watchedRules are what the company asks to be told of: its figures, a segment, and each customer who falls silent. Whoever is
// named answers by mail address before the @.
var watchedRules = []struct {
	owner, above string // who answers, and whom it is handed up to
	draft        watch.AlertRuleDraft
	segment      string // that is watched, by its name
	ago          int    // days since it was made
}{
	{owner: "linwan", above: "gunan", ago: watchedDays, draft: watch.AlertRuleDraft{Name: "净销售额低于预期", Severity: "critical", DueMinutes: 8 * 60, EscalateMinutes: 4 * 60,
		Watches: watch.AlertWatch{Kind: watch.WatchMetric, Metric: "net_sales"}, Fires: watch.AlertFires{When: "below_expected", Least: 5},
		Proposal: "先看来自哪里，再调整活动或通知店铺"}},
	{owner: "zengke", above: "gunan", ago: watchedDays, draft: watch.AlertRuleDraft{Name: "退款额一周内上升", Severity: "warning", DueMinutes: 2 * 24 * 60, EscalateMinutes: 24 * 60,
		Watches: watch.AlertWatch{Kind: watch.WatchMetric, Metric: "refunds", Days: 7}, Fires: watch.AlertFires{When: "rose", Value: .3, Least: 5},
		Proposal: "找出集中的商品和原因，联系供应方"}},
	{owner: "linwan", ago: 1, draft: watch.AlertRuleDraft{Name: "取消率过高", Severity: "warning", DueMinutes: 24 * 60,
		Watches: watch.AlertWatch{Kind: watch.WatchMetric, Metric: "cancel_rate", Days: 7}, Fires: watch.AlertFires{When: "above", Value: .04, Least: 30},
		Proposal: "看取消集中在哪个店铺、哪一步"}},
	{owner: "zengke", ago: watchedDays, draft: watch.AlertRuleDraft{Name: "抖音小店订单变少", Severity: "warning", DueMinutes: 24 * 60, EscalateMinutes: 0,
		Watches:  watch.AlertWatch{Kind: watch.WatchMetric, Metric: "orders", Split: "shop", SplitValue: Shops[douyin], Days: 3},
		Fires:    watch.AlertFires{When: "fell", Value: .3, Least: 20},
		Proposal: "先确认数据是否到齐，再联系店铺"}},
	{owner: "linwan", above: "gunan", ago: watchedDays, draft: watch.AlertRuleDraft{Name: "获客回报过低", Severity: "info", DueMinutes: 5 * 24 * 60, EscalateMinutes: 24 * 60,
		Watches: watch.AlertWatch{Kind: watch.WatchMetric, Metric: "clv_cac_ratio", Days: 30}, Fires: watch.AlertFires{When: "below", Value: 3},
		Proposal: "减少高成本渠道的投放，提升老客复购"}},
	{owner: "zengke", segment: "沉睡金卡", ago: 1, draft: watch.AlertRuleDraft{Name: "沉睡金卡过多", Severity: "info", DueMinutes: 3 * 24 * 60,
		Watches: watch.AlertWatch{Kind: watch.WatchSegment, Measure: "count", Today: true}, Fires: watch.AlertFires{When: "above", Value: 150},
		Proposal: "发一轮唤醒券，由大客户组跟进"}},
	{above: "gunan", ago: watchedDays, draft: watch.AlertRuleDraft{Name: "大客户停止下单", Severity: "warning", OwnerKind: "customer_owner", DueMinutes: 3 * 24 * 60, EscalateMinutes: 24 * 60,
		Watches: watch.AlertWatch{Kind: watch.WatchCustomers, Condition: analyze.ConditionJSON(
			`{"all":[{"not":{"event":"order_placed","window":{"last_days":60}}},{"event":"order_placed","measure":"sum:amount","op":"gte","value":600000,"window":{"last_days":365}}]}`)},
		Fires: watch.AlertFires{When: "enters"}, Proposal: "一周内电话回访，了解是否遇到困难"}},
}

// watchedDays is for how many days the rules have been there.
const watchedDays = 21

// Watched makes the rules of the company and plays the last weeks over them: they are looked at thrice a day, and the staff take
// on and close most of what is told, as the days go by. Columns must hold the company.
func Watched(ctx context.Context, d *db.DB, w *watch.Watch) error {
	now := clock.Now(ctx)
	zone := workspace.Of(ctx).Location
	y, m, day := now.In(zone).Date()
	at := func(ago, hour, minute int) context.Context {
		return clock.With(ctx, clock.NewFake(time.Date(y, m, day-ago, hour, minute, 0, 0, zone)))
	}
	p := people{d: d, byMail: map[string]guard.Actor{}, byID: map[int64]guard.Actor{}}
	if err := p.read(ctx); err != nil {
		return err
	}
	for ago := watchedDays; ago >= 0; ago-- {
		if err := p.makeRules(at(ago, 9, 0), w, ago); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		for _, hour := range []int{9, 14, 18} {
			then := at(ago, hour, 30)
			if clock.Now(then).After(now) {
				return nil
			}
			if err := w.Look(then); err != nil {
				return fmt.Errorf("demo: %w", err)
			}
			if err := p.work(then, w); err != nil {
				return fmt.Errorf("demo: %w", err)
			}
		}
	}
	return nil
}

// people are the staff by mail address, before the @, and by id.
type people struct {
	d      *db.DB
	byMail map[string]guard.Actor
	byID   map[int64]guard.Actor
}

func (p people) read(ctx context.Context) error {
	var rows []struct {
		ID     int64  `bun:"id"`
		Email  string `bun:"email"`
		Name   string `bun:"name"`
		Role   string `bun:"role"`
		TeamID *int64 `bun:"team_id"`
	}
	if err := p.d.Read().NewRaw("select id, email, name, role, team_id from staff where active").Scan(ctx, &rows); err != nil {
		return err
	}
	for _, r := range rows {
		a := guard.Actor{StaffID: r.ID, Name: r.Name, Role: r.Role, TeamID: r.TeamID}
		p.byID[r.ID] = a
		for i, letter := range r.Email {
			if letter == '@' {
				p.byMail[r.Email[:i]] = a
			}
		}
	}
	return nil
}

func (p people) makeRules(ctx context.Context, w *watch.Watch, ago int) error {
	for _, r := range watchedRules {
		if r.ago != ago {
			continue
		}
		d := r.draft
		d.Active = true
		if d.OwnerKind == "" {
			d.OwnerKind, d.OwnerID = "staff", api.ID(p.byMail[r.owner].StaffID)
		}
		if d.EscalateMinutes > 0 {
			d.EscalateTo = api.ID(p.byMail[r.above].StaffID)
		}
		if r.segment != "" {
			var ids []int64
			if err := p.d.Read().NewRaw("select id from segments where name in (?)", bun.List([]string{r.segment})).Scan(ctx, &ids); err != nil {
				return err
			}
			if len(ids) == 0 {
				continue
			}
			d.Watches.Segment = api.ID(ids[0])
		}
		if _, err := w.CreateRule(guard.With(ctx, p.byMail["gunan"]), d); err != nil {
			return fmt.Errorf("rule %s: %w", d.Name, err)
		}
	}
	return nil
}

// done is what the staff say they have done about a figure, and about a customer, one after the other.
var done = map[bool][]struct{ taken, note string }{
	false: {{"campaign_changed", "恢复了站内投放，并补发一轮满减券"}, {"process_changed", "付款超时由 15 分钟放宽到 30 分钟"}, {"nothing", "大促后的正常回落，继续观察"}, {"product_changed", "下架漏液批次，联系供应方换货"}},
	true:  {{"called", "客户在外出差，下周补货"}, {"offered", "送了换季护肤小样，约定月底回访"}, {"visited", "上门拜访，确认仍在使用"}, {"called", "上次的香味不喜欢，换了一款试用"}, {"messaged", "发了会员日的券，已领取"}},
}

// work has the staff take on what is theirs within the day, and close it a day later; every third waits for most of a week.
func (p people) work(ctx context.Context, w *watch.Watch) error {
	open, err := w.OpenAlerts(ctx)
	if err != nil {
		return err
	}
	now := clock.Millis(ctx)
	for _, a := range open {
		whose := a.OwnerID
		if whose == nil {
			whose = a.EscalatedTo
		}
		if whose == nil {
			continue
		}
		owner, known := p.byID[*whose]
		hours := (now - a.OpenedAt) / time.Hour.Milliseconds()
		if !known || a.ID%3 == 0 && hours < 6*24 || hours < 4 || !guard.Can(ctx, owner.Role, "today.write") {
			continue
		}
		theirs := guard.With(ctx, owner)
		if a.State == watch.Open {
			if err := w.Take(theirs, a.ID, a.Version); err != nil {
				return err
			}
			continue
		}
		if hours < 24+4*(a.ID%5) {
			continue
		}
		list := done[a.CustomerID != nil]
		did := list[int(a.ID)%len(list)]
		if err := w.Close(theirs, a.ID, a.Version, did.taken, did.note); err != nil {
			return err
		}
	}
	return nil
}
