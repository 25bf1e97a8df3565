package decide

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"guanxi/base/fault"
)

// overdue adds n customers like lin
func (c *company) overdue(n int, owner int64) {
	for i := range n {
		b := lin
		b.id, b.owner = int64(i+1), owner
		if owner == 0 {
			b.team = 0
		}
		c.add(b)
	}
}

func (c *company) do(who, signal int64, a act) error {
	_, err := c.signals.perform(c.as(who), id(signal), a)
	return err
}

func id(n int64) string { return (&Row{ID: n}).text() }

func (c *company) by(signal int64) Row {
	c.Helper()
	rows, err := c.signals.rowsWhere(c.ctx, c.records.Read(), condition{"s.id = ?", []any{signal}}, "")
	c.must(err)
	return rows[0]
}

// What a person closed comes back only when it got half as bad again; what she put away, at its time; what ended,
// ends by itself.
func TestLifecycle(t *testing.T) {
	worse := func(by float64) func(c *company) {
		return func(c *company) {
			b := lin
			b.predicted = int64(float64(lin.predicted) * by)
			c.score(b)
		}
	}
	after := func(d time.Duration) func(c *company) { return func(c *company) { c.clock.Advance(d) } }
	then := func(steps ...func(c *company)) func(c *company) {
		return func(c *company) {
			for _, s := range steps {
				s(c)
			}
		}
	}
	ordered := func(c *company) {
		b := lin
		b.lastDay, b.alive = "2026-03-12", .95
		c.column("delete from customers where id = 1")
		c.column("insert into customers (id, name, orders_count, orders_gross, orders_refunded, orders_first_day, orders_last_day) values (1, 'x', 11, 1, 0, date '2025-01-01', date '2026-03-12')")
		c.score(b)
	}
	rows := []struct {
		name string
		act  act
		then func(c *company)
		want State
		log  string // the program's last line about it
	}{
		{"done stays done", act{name: actDone}, worse(1), Done, ""},
		{"done stays done when it got a little worse after a week", act{name: actDone}, then(after(8*24*time.Hour), worse(1.4)), Done, ""},
		{"done returns when it got half as bad again after a week's rest", act{name: actDone}, then(after(8*24*time.Hour), worse(1.51)), Open, "returned"},
		{"but not within the week: she was just called", act{name: actDone}, then(after(6*24*time.Hour), worse(3)), Done, ""},
		{"dismissed stays dismissed a little short of half as bad again", act{name: actDismissed, reason: "not_relevant"}, worse(1.49), Dismissed, ""},
		{"dismissed returns when it got half as bad again", act{name: actDismissed, reason: "not_relevant"}, worse(1.51), Open, "returned"},
		{"snoozed stays away until its time", act{name: actSnoozed, until: at("2026-03-13 09:00").UnixMilli()}, after(23 * time.Hour), Snoozed, ""},
		{"snoozed returns at its time", act{name: actSnoozed, until: at("2026-03-13 09:00").UnixMilli()}, after(24 * time.Hour), Open, "returned"},
		{"snoozed ends when it is no longer true", act{name: actSnoozed, until: at("2026-03-13 09:00").UnixMilli()}, ordered, Resolved, "resolved"},
		{"open ends when it is no longer true", act{name: actPinned}, ordered, Resolved, "resolved"},
		{"delegated ends when it is no longer true", act{name: actDelegated, to: bob}, ordered, Resolved, "resolved"},
		{"done stays done when it is no longer true", act{name: actDone}, ordered, Done, ""},
	}
	inTurn(t, len(rows), func(i int) string { return rows[i].name }, func(c *company, i int) {
		row := rows[i]
		c.crowd(25)
		c.add(lin)
		c.refresh()
		signal := c.row(OverdueRhythm)
		c.must(c.do(ann, signal.ID, row.act))
		row.then(c)
		c.refresh()
		if got := c.by(signal.ID); got.State != row.want {
			c.Errorf("%s, want %s", got.State, row.want)
		}
		if got := c.count("select count(*) from signals where kind = ?", OverdueRhythm); got != 1 {
			c.Errorf("%d rows of the same thing", got)
		}
		if got := c.count("select count(*) from signal_log where signal_id = ? and staff_id is null and action = ?", signal.ID, row.log); row.log != "" && got != 1 {
			c.Errorf("%d lines %q in the log, want 1", got, row.log)
		}
		before := c.count("select count(*) from signal_log")
		version := c.by(signal.ID).Version
		c.refresh()
		if after := c.count("select count(*) from signal_log"); after != before || c.by(signal.ID).Version != version {
			c.Errorf("refreshing again changed something: %d log lines, were %d; version %d, was %d", after, before, c.by(signal.ID).Version, version)
		}
	})
}

// A finding's count is its measure where money cannot say: dismissed at 10, back at 15; gone, it may come again.
func TestFindingsReturnByCount(t *testing.T) {
	eachCompany(t, func(c *company) {
		found := func(from, to int) {
			for i := from; i <= to; i++ {
				c.write("insert into findings (id, cause, subject_type, created_at) values (?, 'exact_repeat', 'row', 0)", i)
			}
		}
		found(1, 10)
		c.refresh()
		signal := c.row(DataFindings)
		c.must(c.do(operator, signal.ID, act{name: actDismissed, reason: "not_worth_it"}))
		found(11, 14)
		c.refresh()
		if got := c.by(signal.ID).State; got != Dismissed {
			c.Errorf("at 14 it is %s, want dismissed", got)
		}
		found(15, 15)
		c.refresh()
		if got := c.by(signal.ID).State; got != Open {
			c.Errorf("at 15 it is %s, want open", got)
		}
		c.must(c.do(operator, signal.ID, act{name: actDone}))
		c.write("update findings set state = 'fixed'")
		c.refresh()
		c.write("update findings set state = 'open' where id = 1")
		c.refresh()
		if got := c.by(signal.ID).State; got != Open {
			c.Errorf("fixed and found again it is %s, want open", got)
		}
	})
}

func TestActs(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(25)
		c.add(lin)
		c.refresh()
		signal := c.row(OverdueRhythm)
		stale := act{name: actDone, version: signal.Version + 1}
		if err := c.do(ann, signal.ID, stale); !fault.Is(err, fault.KindStale) {
			c.Errorf("an act on another version: %v, want stale", err)
		}
		for what, err := range map[string]error{
			"a colleague's own customer": c.do(bob, signal.ID, act{name: actDone}),
			"another team's customer":    c.do(cao, signal.ID, act{name: actDone}),
			"a signal that is not there": c.do(admin, 99999, act{name: actDone}),
			"nobody":                     func() error { _, err := c.signals.perform(c.ctx, id(signal.ID), act{name: actDone}); return err }(),
			"a folded line that is not there": func() error {
				_, err := c.signals.perform(c.as(ann), "group-overdue_rhythm", act{name: actDone})
				return err
			}(),
			"a line that never folds": func() error {
				_, err := c.signals.perform(c.as(ann), "group-follow_up_due", act{name: actDone})
				return err
			}(),
		} {
			if !fault.Is(err, fault.KindNotFound) {
				c.Errorf("%s: %v, want not found", what, err)
			}
		}
		if got := c.count("select count(*) from signal_log"); got != 0 || c.by(signal.ID).State != Open {
			c.Errorf("refused acts left %d lines in the log and %s", got, c.by(signal.ID).State)
		}

		minutes := 7.0
		c.must(c.do(ann, signal.ID, act{name: actDone, minutes: &minutes, note: "下周再来", version: signal.Version}))
		c.must(c.do(ann, signal.ID, act{name: actDone, minutes: &minutes, version: signal.Version})) // the same again
		if got := c.count("select count(*) from signal_log where action = 'done'"); got != 1 {
			c.Errorf("done twice left %d lines in the log, want 1", got)
		}
		if got := c.count("select count(*) from audit_entries where action = 'signal.done'"); got != 1 {
			c.Errorf("%d audit entries, want 1", got)
		}
		// 417354 × 0.31 = 129379.7
		if got := c.count("select protected from signal_log where action = 'done'"); got != 129380 {
			c.Errorf("protected %d, want 129380", got)
		}
		if err := c.do(ann, signal.ID, act{name: actSnoozed, until: c.clock.Now().Add(time.Hour).UnixMilli()}); !fault.Is(err, fault.KindConflict) {
			c.Errorf("snoozing what is done: %v, want conflict", err)
		}
	})
}

// Undo restores exactly what was before each act, in turn, and nothing that somebody changed since.
func TestUndo(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(25)
		c.add(lin)
		c.refresh()
		signal := c.row(OverdueRhythm)
		var stood []standing
		acts := []act{{name: actPinned}, {name: actSnoozed, until: at("2026-03-13 09:00").UnixMilli()}, {name: actDelegated, to: bob},
			{name: actTakenOut}, {name: actDismissed, reason: "wrong_data"}}
		for _, a := range acts {
			r := c.by(signal.ID)
			stood = append(stood, r.standing())
			c.must(c.do(ann, signal.ID, a))
		}
		if _, err := c.signals.undo(c.as(bob), id(signal.ID)); !fault.Is(err, fault.KindNotFound) {
			c.Errorf("undoing a colleague's act: %v, want not found", err)
		}
		for i := len(acts) - 1; i >= 0; i-- {
			_, err := c.signals.undo(c.as(ann), id(signal.ID))
			c.must(err)
			if r := c.by(signal.ID); !reflect.DeepEqual(r.standing(), stood[i]) {
				c.Errorf("after undoing %s: %+v, want %+v", acts[i].name, r.standing(), stood[i])
			}
		}
		if _, err := c.signals.undo(c.as(ann), ""); !fault.Is(err, fault.KindNotFound) {
			c.Errorf("nothing left to undo: %v, want not found", err)
		}

		c.must(c.do(ann, signal.ID, act{name: actPinned}))
		c.must(c.do(admin, signal.ID, act{name: actSnoozed, until: at("2026-03-13 09:00").UnixMilli()}))
		if _, err := c.signals.undo(c.as(ann), ""); !fault.Is(err, fault.KindConflict) {
			c.Errorf("undoing under a later act: %v, want conflict", err)
		}
		if r := c.by(signal.ID); r.State != Snoozed || !r.Pinned {
			c.Errorf("a refused undo changed it: %+v", r.standing())
		}
	})
}

func TestGroupActs(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(60)
		c.overdue(7, ann)
		c.refresh()
		line, err := c.signals.folded(c.as(ann), OverdueRhythm)
		c.must(err)
		if len(line.Members) != 7 {
			c.Fatalf("%d members, want 7", len(line.Members))
		}
		out := line.Members[2].ID
		minutes := 12.0
		result, err := c.signals.perform(c.as(ann), "group-overdue_rhythm", act{name: actDone, except: []int64{out}, minutes: &minutes, version: line.Version})
		c.must(err)
		if len(result.Changed) != 6 || c.by(out).State != Open {
			c.Errorf("%d changed, the one taken out is %s", len(result.Changed), c.by(out).State)
		}
		if spent, err := c.signals.spentToday(c.as(ann), ann); err != nil || spent < 11.99 || spent > 12.01 {
			c.Errorf("spent %v minutes, want 12: %v", spent, err)
		}
		if _, err := c.signals.perform(c.as(ann), "group-overdue_rhythm", act{name: actDone, version: line.Version}); !fault.Is(err, fault.KindNotFound) {
			c.Errorf("one is left, which does not fold: %v, want not found", err)
		}
		undone, err := c.signals.undo(c.as(ann), "group-overdue_rhythm")
		c.must(err)
		if len(undone.Changed) != 6 || c.count("select count(*) from signals where kind = ? and state = 'open'", OverdueRhythm) != 7 {
			c.Errorf("%d undone", len(undone.Changed))
		}
		if _, err := c.signals.perform(c.as(ann), "group-overdue_rhythm", act{name: actDone, version: line.Version}); !fault.Is(err, fault.KindStale) {
			c.Errorf("the folded line as it was before: %v, want stale", err)
		}
		c.must(c.do(ann, out, act{name: actTakenOut}))
		if line, err = c.signals.folded(c.as(ann), OverdueRhythm); err != nil || len(line.Members) != 6 {
			c.Errorf("after taking one out %d are left: %v", len(line.Members), err)
		}
	})
}

func TestDelegate(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(25)
		c.add(lin)
		c.refresh()
		signal := c.row(OverdueRhythm)
		for what, to := range map[string]int64{"somebody unknown": 999, "somebody without Today": analyst, "somebody of another team": cao} {
			if err := c.do(ann, signal.ID, act{name: actDelegated, to: to}); !fault.Is(err, fault.KindInvalid) {
				c.Errorf("to %s: %v, want invalid", what, err)
			}
		}
		c.must(c.do(manager, signal.ID, act{name: actDelegated, to: bob}))
		for who, want := range map[int64]int{ann: 0, bob: 1, admin: 0, operator: 0} {
			if got := len(c.list(who)); got != want {
				c.Errorf("on the list of %d: %d lines, want %d", who, got, want)
			}
		}
		if v := c.today(manager); v.DelegatedCount != 1 {
			c.Errorf("the manager counts %d delegated, want 1", v.DelegatedCount)
		}
		c.must(c.do(bob, signal.ID, act{name: actDone}))
		if v := c.today(bob); v.DoneCount != 1 || len(v.Items) != 0 {
			c.Errorf("bob has %d done and %d open", v.DoneCount, len(v.Items))
		}
	})
}

// A refresh and people act at once: what a person did is never overwritten.
func TestRefreshAgainstPeople(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(60)
		c.overdue(20, ann)
		c.refresh()
		rows := c.rows(OverdueRhythm)
		var people sync.WaitGroup
		stop := make(chan struct{})
		refreshed := make(chan error, 1)
		go func() {
			for by := 1.0; ; by += .01 {
				select {
				case <-stop:
					refreshed <- nil
					return
				default:
				}
				err := c.columns.Write(c.ctx, func(ctx context.Context, tx *columnsTx) error {
					return tx.Exec(ctx, "update customer_scores set predicted_value = ? where customer_id < 100", int64(by*1140000))
				})
				if err = errors.Join(err, c.signals.Refresh(c.ctx)); err != nil {
					refreshed <- err
					return
				}
			}
		}()
		ctx := c.as(ann)
		for _, r := range rows {
			people.Go(func() {
				if _, err := c.signals.perform(ctx, id(r.ID), act{name: actDone, version: r.Version}); err != nil {
					t.Errorf("a refresh made an act of a person fail: %v", err)
				}
			})
		}
		people.Wait()
		close(stop)
		c.must(<-refreshed)
		c.refresh()
		if got := c.count("select count(*) from signals where kind = ? and state = 'done'", OverdueRhythm); got != 20 {
			c.Errorf("%d of 20 are done", got)
		}
		if got := c.count("select count(*) from signal_log where action = 'done'"); got != 20 {
			c.Errorf("%d lines in the log, want 20", got)
		}
	})
}

// Two of the same act at the same moment: one line in the log.
func TestTwoPeopleAtOnce(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.crowd(25)
		c.add(lin)
		c.refresh()
		signal := c.row(OverdueRhythm)
		var both sync.WaitGroup
		for _, who := range []int64{ann, manager} {
			ctx := c.as(who)
			both.Go(func() {
				if _, err := c.signals.perform(ctx, id(signal.ID), act{name: actDone}); err != nil && !fault.Is(err, fault.KindStale) {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if got := c.count("select count(*) from signal_log where action = 'done'"); got != 1 {
			c.Errorf("%d lines in the log, want 1", got)
		}
	})
}

func TestSnoozeUntil(t *testing.T) {
	eachClock := func(now, text, want string) {
		t.Run(now+" "+text, func(t *testing.T) {
			c := &company{T: t}
			c.ctx = clockAt(now)
			got, err := snoozeUntil(c.ctx, text)
			if want == "" {
				if !fault.Is(err, fault.KindInvalid) {
					t.Errorf("%v, want invalid", err)
				}
				return
			}
			c.must(err)
			if got := time.UnixMilli(got).In(shanghai).Format("2006-01-02 15:04"); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	eachClock("2026-03-12 09:22", "later_today", "2026-03-12 11:22")
	eachClock("2026-03-12 16:30", "later_today", "2026-03-13 09:00")
	eachClock("2026-03-12 09:22", "tomorrow", "2026-03-13 09:00")
	eachClock("2026-03-12 08:22", "tomorrow", "2026-03-13 09:00")
	eachClock("2026-03-13 09:22", "tomorrow", "2026-03-16 09:00")
	eachClock("2026-03-12 09:22", "next_week", "2026-03-16 09:00")
	eachClock("2026-03-16 08:00", "next_week", "2026-03-23 09:00")
	eachClock("2026-03-15 09:22", "next_week", "2026-03-16 09:00")
	eachClock("2026-03-12 09:22", "2026-03-12T06:00:00Z", "2026-03-12 14:00")
	eachClock("2026-03-12 09:22", "2026-03-12T01:00:00Z", "")
	eachClock("2026-03-12 09:22", "2036-03-12T01:00:00Z", "")
	eachClock("2026-03-12 09:22", "soon", "")
}
