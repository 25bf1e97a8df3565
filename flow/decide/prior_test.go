package decide

import (
	"fmt"
	"math"
	"testing"
	"time"

	"guanxi/guard"
)

func TestChanceOf(t *testing.T) {
	for _, row := range []struct {
		name     string
		o        outcomes
		chance   float64
		measured bool
	}{
		{"nothing seen", outcomes{}, .31, false},
		{"too few done", outcomes{29, 20, 400, 100}, .31, false},
		{"nobody left alone to compare with", outcomes{400, 300, 29, 3}, .31, false},
		// p_left = 100.5/401 = 0.250623; expected = 0.250623 + 0.31 × 0.749377 = 0.482930; p_done = (206 + 20 × 0.482930)/432 = 0.499210
		// (0.499210 − 0.250623) / 0.749377 = 0.331725
		{"412 done of whom half ordered, a quarter of 400 left alone", outcomes{412, 206, 400, 100}, .331725, true},
		// p_left = 0.5; no better: floor of one per cent. expected = 0.655; p_done = (200 + 13.1)/420 = 0.507381; (0.007381)/0.5 = 0.014762
		{"acting changes next to nothing", outcomes{400, 200, 400, 200}, .014762, true},
		{"acting does harm", outcomes{400, 20, 400, 200}, .01, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			chance, measured := chanceOf(row.o, .31)
			if math.Abs(chance-row.chance) > 1e-5 || measured != row.measured {
				t.Errorf("%v %v, want %v %v", chance, measured, row.chance, row.measured)
			}
		})
	}
}

// Outcomes in the records become measures: 40 acted on of whom 30 ordered within 30 days, 40 left alone of whom 10 did.
func TestMeasure(t *testing.T) {
	eachCompany(t, func(c *company) {
		seen := at("2025-12-01 10:00").UnixMilli()
		const dayMS = 24 * 60 * 60 * 1000
		c.atOnce(func(write func(string, ...any)) {
			for i := 1; i <= 80; i++ {
				acted := i <= 40
				write("insert into customers (id, name, created_at, updated_at) values (?, 'x', 0, 0)", i)
				write(`insert into signals (id, key, kind, area, subject_type, subject_id, subject_name, reason_code, reason_values, currency, chance, half_life_minutes, effort_minutes, actions, state, first_seen_at, updated_at)
values (?, ?, 'overdue_rhythm', 'relations', 'customer', ?, 'x', '', '{}', 'CNY', 0, 1, 1, '[]', 'resolved', ?, 0)`, i, fmt.Sprint(i), fmt.Sprint(i), seen)
				if acted {
					write(`insert into signal_log (id, signal_id, kind, action, staff_id, minutes, act_id, happened_at) values (?, ?, 'overdue_rhythm', 'done', 4, ?, ?, ?)`,
						i, i, float64(i%9+4), i, seen+dayMS)
				}
				ordered := int64(0)
				switch {
				case i <= 30 || i > 70:
					ordered = seen + 20*dayMS
				case i <= 50:
					ordered = seen + 40*dayMS // too late to be the outcome
				}
				if ordered != 0 {
					write(`insert into orders (id, shop, number, kind, status, customer_id, ordered_at, gross, refunded, currency, created_at, updated_at) values (?, 's', ?, 'order', 'completed', ?, ?, 1, 0, 'CNY', 0, 0)`,
						i, fmt.Sprint(i), i, ordered)
				}
			}
		})
		c.must(c.signals.Measure(c.ctx))
		all, err := estimates(c.ctx, c.records.Read())
		c.must(err)
		e := all[OverdueRhythm]
		want, _ := chanceOf(outcomes{40, 30, 40, 10}, .31)
		if !e.ChanceMeasured || e.ChanceN != 80 || math.Abs(e.Chance-want) > 1e-9 {
			c.Errorf("%+v, want a chance of %v from 80", e, want)
		}
		// of 4..12 minutes in turn the median of forty is 8
		if !e.EffortMeasured || e.EffortN != 40 || e.EffortMinutes != 8 {
			c.Errorf("%+v, want 8 minutes from 40", e)
		}
		if e := all[AliveFell]; e.ChanceMeasured || e.Chance != .2 {
			c.Errorf("a kind without outcomes: %+v", e)
		}

		c.must(c.signals.setPriors(c.as(admin), map[string]Prior{AliveFell: {.4, 100, 3}}))
		if all, err = estimates(c.ctx, c.records.Read()); err != nil || !all[AliveFell].Edited || all[AliveFell].Prior != (Prior{.4, 100, 3}) {
			c.Errorf("%+v %v", all[AliveFell], err)
		}
		c.must(c.signals.setPriors(c.as(admin), nil))
		if all, err = estimates(c.ctx, c.records.Read()); err != nil || all[AliveFell].Edited {
			c.Errorf("a prior left out stays edited: %+v %v", all[AliveFell], err)
		}
	})
}

// The log and the team's day add up what was done and what was left.
func TestDay(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(60)
		c.overdue(7, ann)
		b := lin
		b.id, b.owner = 8, bob
		c.add(b)
		c.followUp(8, bob, "2026-03-12 09:00", "回电")
		c.refresh()
		minutes := 12.0
		_, err := c.signals.perform(c.as(ann), "group-overdue_rhythm", act{name: actDone, minutes: &minutes, note: "短信"})
		c.must(err)
		c.must(c.do(bob, c.row(FollowUpDue).ID, act{name: actSnoozed, until: at("2026-03-12 15:00").UnixMilli()}))

		log, err := c.signals.dayLog(c.as(ann), &logIn{Who: "me"})
		c.must(err)
		// a batch changes a quarter of what a person does: 417354 × 0.31 × 0.25 = 32344.9 each
		if log.DoneCount != 7 || log.Minutes != 12 || log.Protected.Amount != 7*32345 || len(log.Entries) != 1 || log.LeftCount != 0 {
			c.Errorf("%+v", log)
		}
		if e := log.Entries[0]; e.Signals != 7 || e.Act != "done" || !e.CanUndo || e.By.Name != "Ann" || e.Item.ID != "group-overdue_rhythm" || e.Note != "短信" {
			c.Errorf("%+v", e)
		}
		log, err = c.signals.dayLog(c.as(bob), &logIn{Who: "me"})
		c.must(err)
		if len(log.Entries) != 1 || log.Entries[0].Act != "snoozed" || log.Entries[0].Until == nil || log.LeftCount != 1 || log.WaitingCost.Amount != 9590 {
			c.Errorf("%+v", log)
		}
		if log, err = c.signals.dayLog(c.as(bob), &logIn{Who: "me", Day: "2026-03-11"}); err != nil || len(log.Entries) != 0 {
			c.Errorf("yesterday has %d entries: %v", len(log.Entries), err)
		}

		// an API token is nobody on the staff; its acts are its own all the same
		token := guard.With(c.ctx, guard.Actor{TokenID: 1, Name: "robot", Role: "admin"})
		_, err = c.signals.perform(token, id(c.rows(OverdueRhythm)[0].ID), act{name: actDone})
		c.must(err) // it is done already: nothing changes
		if log, err = c.signals.dayLog(token, &logIn{Who: "me"}); err != nil || len(log.Entries) != 0 {
			c.Errorf("a token that changed nothing has %d entries: %v", len(log.Entries), err)
		}
		bobs := c.rows(OverdueRhythm)[7]
		_, err = c.signals.perform(token, id(bobs.ID), act{name: actPinned})
		c.must(err)
		if log, err = c.signals.dayLog(token, &logIn{Who: "me"}); err != nil || len(log.Entries) != 1 || log.Entries[0].Act != "pinned" || !log.Entries[0].CanUndo {
			c.Errorf("a token's log: %+v %v", log.Entries, err)
		}
		_, err = c.signals.undo(token, "")
		c.must(err)

		team, err := c.signals.team(c.as(manager))
		c.must(err)
		days := map[string]TodayPerson{}
		for _, p := range team.Body.People {
			days[p.Staff.Name] = p
		}
		if len(days) != 3 { // Ann, Bob and the manager: Cao is of another team
			c.Errorf("%d people: %+v", len(days), days)
		}
		if d := days["Ann"]; d.Done != 7 || d.SpentMinutes != 12 || d.AvailableMinutes != 378 || d.Open != 0 || d.Protected.Amount != 7*32345 {
			c.Errorf("%+v", d)
		}
		if d := days["Bob"]; d.Done != 0 || d.Open != 1 || d.PlannedMinutes != 6 || d.AtStake.Amount != 417354 || d.Overdue != 0 {
			c.Errorf("%+v", d)
		}
		c.clock.Set(at("2026-03-12 15:00").Add(time.Second))
		c.refresh()
		if team, err = c.signals.team(c.as(admin)); err != nil || len(team.Body.People) != 6 {
			c.Errorf("the admin sees %d people, want 6: %v", len(team.Body.People), err)
		}
		for _, p := range team.Body.People {
			if p.Staff.Name == "Bob" && p.Overdue != 1 {
				c.Errorf("back at three, Bob's promise is overdue: %+v", p)
			}
		}
	})
}
