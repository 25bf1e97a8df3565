package decide

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"guanxi/base/api"
	"guanxi/base/db"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// Who sees what: a row is on the list of whoever it is to do.
func TestLists(t *testing.T) {
	type rows = []string
	eachCompany(t, func(c *company) {
		c.crowd(25)
		hers, teams, nobodys := lin, lin, lin
		teams.id, teams.owner = 2, 0
		nobodys.id, nobodys.owner, nobodys.team = 3, 0, 0
		for _, b := range []buyer{hers, teams, nobodys} {
			c.add(b)
		}
		late := buyer{id: 4, owner: bob, team: 1, phone: true, orders: 3, amount: 10000, lastDay: "2026-03-08", cycle: 30, sd: 5, alive: .95, aliveBefore: .95, predicted: 40000}
		c.add(late)
		c.followUp(4, bob, "2026-03-12 11:00", "回电")
		c.write("insert into findings (id, cause, subject_type, created_at) values (1, 'exact_repeat', 'row', 0)")
		c.refresh()
		for _, row := range []struct {
			who  int64
			want rows
		}{
			{ann, rows{"overdue_rhythm:1"}},
			{bob, rows{"follow_up_due:4"}}, // the team's unowned customer is out of the reach of her role
			{cao, nil},
			{manager, rows{"data_findings:exact_repeat", "overdue_rhythm:2"}}, // nobody's customer is not in the team's reach
			{operator, rows{"data_findings:exact_repeat", "overdue_rhythm:1", "overdue_rhythm:2", "overdue_rhythm:3"}},
			{analyst, rows{"data_findings:exact_repeat"}},
			{admin, rows{"data_findings:exact_repeat", "follow_up_due:4", "overdue_rhythm:1", "overdue_rhythm:2", "overdue_rhythm:3"}},
		} {
			got := c.list(row.who)
			slices.Sort(got)
			if !slices.Equal(got, row.want) {
				c.Errorf("on the list of %d: %v, want %v", row.who, got, row.want)
			}
		}
		// on a customer's page whoever may act sees the row, on her list or not
		for who, want := range map[int64]int{ann: 0, bob: 1, cao: 0, manager: 1, operator: 1} {
			v, err := c.signals.view(c.as(who), &todayIn{State: Open, Limit: 10, Subject: "customer:4"})
			c.must(err)
			if len(v.Items) != want {
				c.Errorf("%d sees %d rows of customer 4, want %d", who, len(v.Items), want)
			}
		}

		// late for more than a working day the promise is the manager's too (C018); Friday 11:01 is one working day later
		for _, step := range []struct {
			now  string
			want bool
		}{{"2026-03-13 10:59", false}, {"2026-03-13 11:01", true}, {"2026-03-14 11:00", true}} {
			c.clock.Set(at(step.now))
			c.refresh()
			if got := slices.Contains(c.list(manager), "follow_up_due:4"); got != step.want {
				c.Errorf("at %s the manager sees it: %v, want %v", step.now, got, step.want)
			}
		}
		if got := c.count("select count(*) from signal_log where action = 'escalated'"); got != 1 {
			c.Errorf("escalated %d times, want once", got)
		}
	})
}

func TestAreas(t *testing.T) {
	eachCompany(t, func(c *company) {
		state := func(who int64) string {
			var s []string
			for _, a := range c.today(who).Areas {
				s = append(s, fmt.Sprintf("%s %s %d/%d", a.Name, a.State, a.Count, a.DueSoon))
			}
			return strings.Join(s, ", ")
		}
		expect := func(when string, who int64, want string) {
			c.Helper()
			if got := state(who); got != want {
				c.Errorf("%s: %s, want %s", when, got, want)
			}
		}
		c.refresh()
		expect("with nothing there", operator, "watch no_source 0/0, behaviour no_source 0/0, marketing no_source 0/0, feedback no_source 0/0, relations no_source 0/0, data no_source 0/0")
		c.crowd(25)
		c.refresh()
		expect("with nothing open", operator, "watch well 0/0, behaviour no_source 0/0, marketing no_source 0/0, feedback no_source 0/0, relations well 0/0, data well 0/0")
		c.add(lin)
		c.followUp(1, ann, "2026-03-12 10:22", "回电")
		c.refresh()
		expect("with a customer and a call within the hour", ann, "watch well 0/0, behaviour no_source 0/0, marketing no_source 0/0, feedback no_source 0/0, relations action 2/1, data well 0/0")
		expect("for whom they are not", cao, "watch well 0/0, behaviour no_source 0/0, marketing no_source 0/0, feedback no_source 0/0, relations well 0/0, data well 0/0")
		c.write("insert into sources (id, name, kind, expected_hours, last_fact_at, created_at) values (1, '门店 POS', 'pos', 1, ?, 0)", at("2026-03-12 01:00").UnixMilli())
		c.refresh()
		expect("with a late source", cao, "watch stale 0/0, behaviour no_source 0/0, marketing no_source 0/0, feedback no_source 0/0, relations stale 0/0, data stale 0/0")
		c.write("update sources set last_fact_at = ?", at("2026-03-12 09:00").UnixMilli())
		c.refresh()
		c.signals.sources = append(c.signals.sources, MetricSource(&anomalies{}))
		c.column("insert into event_names values ('page_viewed', 'page', 0)")
		c.refresh()
		expect("with something from the site", cao, "watch well 0/0, behaviour well 0/0, marketing no_source 0/0, feedback no_source 0/0, relations well 0/0, data well 0/0")
		c.clock.Advance(16 * time.Minute)
		expect("when nobody has asked the sources for long", cao, "watch stale 0/0, behaviour stale 0/0, marketing no_source 0/0, feedback no_source 0/0, relations stale 0/0, data stale 0/0")
	})
}

func TestBacklogAndCapacity(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(25)
		c.add(lin)
		c.clock.Set(at("2026-03-08 10:00"))
		c.refresh()
		c.clock.Set(at("2026-03-12 09:22"))
		c.add(buyer{id: 2, owner: ann, team: 1, phone: true, orders: 3, amount: 10000, lastDay: "2026-03-08", cycle: 30, sd: 5, alive: .95, aliveBefore: .95, predicted: 40000})
		c.followUp(2, ann, "2026-03-12 11:00", "回电")
		c.refresh()
		v := c.today(ann)
		if b := v.Backlog; b.Count != 1 || b.OldestDays != 4 || b.NewToday != 1 || !slices.Equal(b.Ages, []int{1, 0, 0, 1}) {
			c.Errorf("backlog %+v", b)
		}
		if v.Capacity.AvailableMinutes != 390 || v.Capacity.PlannedMinutes != 12 || v.Capacity.LaterCount != 0 {
			c.Errorf("capacity %+v", v.Capacity)
		}
		c.write("update staff set capacity_minutes = 10 where id = ?", ann)
		v = c.today(ann)
		if v.Capacity.PlannedMinutes != 6 || v.Capacity.LaterCount != 1 || v.Capacity.LaterCost <= 0 || v.Items[0].FitsToday == v.Items[1].FitsToday {
			c.Errorf("capacity of ten minutes: %+v", v.Capacity)
		}
		minutes := 9.0
		first := v.Items[0]
		_, err := c.signals.perform(c.as(ann), first.ID, act{name: actDone, minutes: &minutes})
		c.must(err)
		if v = c.today(ann); v.Capacity.AvailableMinutes != 1 || v.Capacity.SpentMinutes != 9 || v.DoneCount != 1 {
			c.Errorf("after nine minutes' work: %+v, %d done", v.Capacity, v.DoneCount)
		}
	})
}

// A row tells all it stands on.
func TestItem(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(25)
		c.add(lin)
		c.followUp(1, ann, "2026-03-20 11:00", "回电")
		c.refresh()
		i := c.today(ann).Items[0]
		if i.Rank != 1 || i.Subject.Name != "客户1" || i.AtStake.Amount != 417354 || i.Owner.Name != "Ann" || !i.FitsToday {
			c.Errorf("%+v", i)
		}
		// 417354 × 0.31 × 0.0741253 = 9590.3; / 6 = 1598.39
		if i.Why.DelayLoss.Amount != 9590 || i.Why.Score < 1598.3 || i.Why.Score > 1598.5 || i.Why.ChanceSource != "prior" {
			c.Errorf("%+v", i.Why)
		}
		if want := "可能损失 **¥4,174**，现在做能挽回 **31%**，这个机会每 **9 天**减半，约需 **6 分钟**：每分钟保住 ¥15.98"; i.Why.ZH != want {
			c.Errorf("%s, want %s", i.Why.ZH, want)
		}
		if want := "**¥4,174** at stake × **31%** can be changed × half gone in **9 days** ÷ **6 min** = ¥15.98 saved a minute"; i.Why.EN != want {
			c.Errorf("%s, want %s", i.Why.EN, want)
		}
		if len(i.Evidence) != 3 || i.Evidence[0].Code != "activity" || i.Evidence[1].ZH != "下单 ¥2,340" {
			c.Errorf("%+v", i.Evidence)
		}
		if r := i.Rhythm; r == nil || len(r.Orders) != 10 || *r.CycleDays != 31 || *r.SilentDays != 58 || *r.DueDay != "2026-02-13" || r.Orders[9].Day != "2026-01-13" {
			c.Errorf("%+v", i.Rhythm)
		}
		if i.Actions[0].Code != "call" || i.Actions[0].Target != "1" {
			c.Errorf("%+v", i.Actions)
		}
	})
}

// Over HTTP: permissions, entity tags, refusals that change nothing.
func TestTodayOverHTTP(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(60)
		c.overdue(7, ann)
		c.followUp(1, ann, "2026-03-12 11:00", "回电")
		store := customer.New(c.records)
		c.signals.Use(contactsOf{store})
		c.refresh()
		router := chi.NewRouter()
		c.signals.Register(api.New(router, api.Options{Title: "t", Version: "1", Authorize: guard.Authorize}))
		call := func(who int64, method, path, match, body string) (int, map[string]any, string) {
			c.Helper()
			request := httptest.NewRequestWithContext(c.as(who), method, "/api/v1"+path, bytes.NewBufferString(body))
			if body != "" {
				request.Header.Set("Content-Type", "application/json")
			}
			if match != "" {
				request.Header.Set("If-Match", match)
			}
			answer := httptest.NewRecorder()
			router.ServeHTTP(answer, request)
			var parsed map[string]any
			_ = json.Unmarshal(answer.Body.Bytes(), &parsed)
			return answer.Code, parsed, answer.Header().Get("ETag")
		}
		followUp, overdue := id(c.row(FollowUpDue).ID), id(c.rows(OverdueRhythm)[0].ID)
		for _, row := range []struct {
			name         string
			who          int64
			method, path string
			match, body  string
			want         int
		}{
			{"the list", ann, "GET", "/today", "", "", 200},
			{"an unknown area", ann, "GET", "/today?area=moon", "", "", 422},
			{"an unreadable subject", ann, "GET", "/today?subject=customer", "", "", 422},
			{"the members", ann, "GET", "/today/group-overdue_rhythm/members?limit=3", "", "", 200},
			{"the members of a line nobody stands in (any more)", ann, "GET", "/today/group-alive_fell/members", "", "", 200},
			{"an act on it", ann, "POST", "/today/group-alive_fell/done", "", "{}", 404},
			{"members of what does not fold", ann, "GET", "/today/" + followUp + "/members", "", "", 404},
			{"an analyst may look but not act", analyst, "POST", "/today/" + overdue + "/done", "", "{}", 403},
			{"nor set what is assumed", manager, "PUT", "/today/priors", "", `{"items":[]}`, 403},
			{"a colleague's row", bob, "POST", "/today/" + overdue + "/done", "", "{}", 404},
			{"an old version", ann, "POST", "/today/" + overdue + "/done", `"99"`, "{}", 412},
			{"an old version of a folded line", ann, "POST", "/today/group-overdue_rhythm/done", `"99"`, "{}", 412},
			{"an unknown field", ann, "POST", "/today/" + overdue + "/done", "", `{"protected": 5}`, 422},
			{"minutes below zero", ann, "POST", "/today/" + overdue + "/done", "", `{"minutes": -1}`, 422},
			{"dismissing without a reason", ann, "POST", "/today/" + overdue + "/dismiss", "", `{"reason": " "}`, 422},
			{"snoozing into the past", ann, "POST", "/today/" + overdue + "/snooze", "", `{"until": "2020-01-01T00:00:00Z"}`, 422},
			{"delegating to nobody", ann, "POST", "/today/" + overdue + "/delegate", "", `{"staff_id": "999"}`, 422},
			{"pinning a folded line", ann, "POST", "/today/group-overdue_rhythm/pin", "", `{"pinned": true}`, 409},
			{"undoing nothing", ann, "POST", "/today/undo", "", "", 404},
			{"the team's day is not a salesperson's", ann, "GET", "/today/team", "", "", 403},
			{"an unreadable day", ann, "GET", "/today/log?day=tomorrow", "", "", 422},
		} {
			if got, answer, _ := call(row.who, row.method, row.path, row.match, row.body); got != row.want {
				c.Errorf("%s: %d %v, want %d", row.name, got, answer, row.want)
			}
		}
		if n := c.count("select count(*) from signal_log") + c.count("select count(*) from audit_entries where action like 'signal%'"); n != 0 {
			c.Errorf("refusals left %d lines in log and audit", n)
		}

		code, list, _ := call(ann, "GET", "/today", "", "")
		if items := list["items"].([]any); code != 200 || len(items) != 2 || items[1].(map[string]any)["id"] != "group-overdue_rhythm" {
			c.Fatalf("%d %v", code, list)
		}
		button := list["items"].([]any)[1].(map[string]any)["actions"].([]any)[0].(map[string]any)
		if filter, _ := button["filter"].(map[string]any); filter["field"] != "id" || len(filter["value"].([]any)) != 7 {
			c.Errorf("the folded line opens %v, want its seven customers", button)
		}
		// a contact logged with the act ends the promise; undo opens it again
		body := `{"minutes": 4, "activity": {"kind": "call", "content": "聊了试用装", "result": "reached", "next_action": "寄小样", "next_at": "2026-03-20T03:00:00Z"}}`
		if code, answer, etag := call(ann, "POST", "/today/"+followUp+"/done", `"1"`, body); code != 200 || etag != `"2"` {
			c.Fatalf("%d %v %s", code, answer, etag)
		}
		if n := c.count("select count(*) from activities where next_done_at is not null"); n != 1 {
			c.Errorf("%d promises ended, want 1", n)
		}
		c.refresh()
		if got := c.list(ann); !slices.Equal(got, []string{"overdue_rhythm×7"}) {
			c.Errorf("done, but on the list: %v", got)
		}
		if code, answer, _ := call(ann, "POST", "/today/"+followUp+"/undo", "", ""); code != 200 {
			c.Fatalf("%d %v", code, answer)
		}
		if n := c.count("select count(*) from activities where next_done_at is null"); n != 1 || c.count("select count(*) from activities") != 1 {
			c.Errorf("undo left %d open promises of %d contacts", n, c.count("select count(*) from activities"))
		}
		c.refresh()
		if got := c.list(ann); len(got) != 2 {
			c.Errorf("undone, but not on the list: %v", got)
		}

		code, list, _ = call(ann, "GET", "/today/group-overdue_rhythm/members?limit=3&total=true", "", "")
		if code != 200 || len(list["items"].([]any)) != 3 || list["total"] != 7.0 || list["next_cursor"] == nil {
			c.Errorf("%d %v", code, list)
		}
		code, list, _ = call(ann, "GET", "/today/log", "", "")
		if code != 200 || list["done_count"] != 0.0 || list["left_count"] != 2.0 {
			c.Errorf("%d %v", code, list)
		}
	})
}

// contactsOf is what cmd/guanxi wires.
type contactsOf struct{ store *customer.Store }

func (s contactsOf) LogContact(ctx context.Context, tx *db.Tx, customerID int64, n TodayContact) (int64, error) {
	next, err := time.Parse(time.RFC3339, n.NextAt)
	if err != nil {
		return 0, err
	}
	return s.store.LogIn(ctx, tx, customerID, customer.NewActivity{Kind: n.Kind, Content: n.Content, Result: n.Result, NextAction: n.NextAction, NextAt: &next})
}

func (s contactsOf) TakeBackContact(ctx context.Context, tx *db.Tx, id int64) error {
	return s.store.RemoveActivityIn(ctx, tx, id)
}

func (s contactsOf) EndNextAction(ctx context.Context, tx *db.Tx, id int64, at *int64) error {
	return s.store.EndNextActionIn(ctx, tx, id, at)
}
