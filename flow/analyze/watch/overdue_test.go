package watch

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/dial"
	"guanxi/flow/analyze"
	"guanxi/guard/mails"
)

type mail struct {
	Staff   int64  `bun:"staff_id"`
	Subject string `bun:"subject"`
	Body    string `bun:"body"`
}

func (c *company) mailed() (all []mail) {
	c.Helper()
	require.NoError(c, c.records.Read().NewRaw("select staff_id, subject, body from mails order by id").Scan(c.ctx, &all))
	return all
}

func (c *company) postOffice() *mails.Mails {
	dialer, err := dial.New()
	require.NoError(c, err)
	return mails.New(c.records, nil, "https://crm.example.com", dialer)
}

// What was due and is not closed is told once to whom it goes up to, however often and by however many programs it is looked at.
func TestAlert_overdue_is_written_of_once(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.steady()
		c.sells(day("2026-03-11"), 2, "安徽省")
		d := ordersBelow(8)
		d.Name, d.EscalateMinutes, d.EscalateTo = "订单过少", 24*60, boss
		c.rule(d)
		c.watch.MailBy(c.postOffice())
		c.looks()
		c.clock.Advance(8*time.Hour - time.Minute)
		c.looks()
		require.Empty(c, c.mailed(), "not due yet")
		c.clock.Advance(time.Minute)

		stopped, stop := context.WithCancel(c.ctx) // a program that ends as it begins to tell
		stop()
		require.Error(c, c.watch.Look(stopped))
		require.Empty(c, c.mailed())
		require.NotContains(c, c.course(c.alerts()[0].ID), "overdue")

		var group sync.WaitGroup
		for range 4 {
			other := New(c.records, c.columns, c.watch.metrics, c.watch.segments)
			other.MailBy(c.postOffice())
			group.Go(func() { _ = other.Look(c.ctx) })
		}
		group.Wait()
		c.clock.Advance(time.Hour)
		c.looks()
		all := c.mailed()
		require.Len(c, all, 1)
		require.EqualValues(c, boss, all[0].Staff)
		require.Equal(c, "预警超时未处理：订单过少", all[0].Subject)
		require.Contains(c, all[0].Body, "https://crm.example.com/alerts/")
		require.Equal(c, 1, strings.Count(strings.Join(c.course(c.alerts()[0].ID), " "), "overdue"))
	})
}

// Of customers it goes to who leads the team of their owner, all of a rule in one mail that names none of them.
func TestAlert_overdue_of_customers(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.write("insert into teams (id, name, created_at) values (1, '大客户组', 0)")
		c.write("insert into staff (id, email, name, role, team_id, created_at, updated_at) values (4, 'lead@example.com', 'Lead', 'manager', 1, 0, 0)")
		c.write("update staff set team_id = 1 where id = ?", ann)
		for id := int64(1); id <= 4; id++ {
			c.exists(id, []int64{mei, ann, ann, ann}[id-1])
			c.does(id, "export_used", day("2026-02-01"), 10)
		}
		c.does(4, "export_used", day("2026-03-10"), 10)
		c.rule(AlertRuleDraft{Name: "用得少了", Watches: AlertWatch{Kind: WatchCustomers, Condition: analyze.ConditionJSON(useFell)}, Fires: AlertFires{When: "enters"}, OwnerKind: "customer_owner"})
		c.watch.MailBy(c.postOffice())
		c.looks()
		require.Len(c, c.alerts(), 3)
		require.NoError(c, c.watch.Close(c.as(ann, "sales"), c.alerts()[2].ID, 0, "called", ""))
		c.clock.Set(clock.Now(c.ctx).Add(9 * time.Hour))
		c.looks()
		c.looks()
		all := c.mailed()
		require.Len(c, all, 2)
		to := map[int64]string{}
		for _, m := range all {
			to[m.Staff] = m.Subject
			require.NotContains(c, m.Body, "客户 ", "nobody is named")
		}
		require.Equal(c, map[int64]string{4: "预警超时未处理：用得少了", boss: "预警超时未处理：用得少了"}, to, "Ann's to her lead, Mei's to the administrator; what is closed to nobody")
	})
}
