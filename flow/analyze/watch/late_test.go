package watch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/db/dbtest"
)

// till is a source of orders with a rhythm of a day, whose last fact is of this instant.
func (c *company) till(last time.Time) {
	c.write("delete from sources")
	c.write("insert into sources (id, name, kind, expected_hours, last_fact_at, created_at) values (1, '门店', 'till', 24, ?, 0)", last.UnixMilli())
}

// told gives the subjects of what is open, the oldest first.
func (c *company) told() (open []string) {
	for _, a := range c.alerts() {
		if a.live() {
			open = append(open, a.Subject)
		}
	}
	return open
}

func (c *company) broken() (metrics []string) {
	c.Helper()
	found, err := c.watch.metrics.Anomalies(c.ctx)
	require.NoError(c, err)
	for _, a := range found {
		if a.Harmful && (a.Metric == "orders" || a.Metric == "net_sales") {
			metrics = append(metrics, a.Metric)
		}
	}
	return metrics
}

// Facts that have not come are no drop, they are late; whether there was one is told when they have come.
func TestAlert_tells_late_data_from_a_drop(t *testing.T) {
	rows := []struct {
		name   string
		came   int // orders of the day that were missing, of twelve
		drop   bool
		closed bool // a person has ended the alert about the source meanwhile
	}{{"the day was as every day", 12, false, false}, {"the day was bad", 3, true, false}, {"the day was bad, and somebody asked the shop", 3, true, true}}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			each := eachCompany
			if !row.closed { // one row on both engines is enough
				each = func(t *testing.T, fn func(c *company)) { fn(newCompany(t, dbtest.SQLite(t))) }
			}
			each(t, func(c *company) {
				c.steady()
				last := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
				c.till(last)
				id := c.rule(ordersBelow(8))
				c.rule(ordersBelow(9))
				c.looks()
				require.Equal(c, []string{"late:1"}, c.told(), "one source is told of once, however many rules wait for it")
				require.Empty(c, c.broken(), "nor is it a broken metric")
				e, err := c.alerts()[0].figures()
				require.NoError(c, err)
				require.Equal(c, "门店", e.Late.Source.Name)
				require.Equal(c, last, e.Late.Since)
				require.Equal(c, "2026-03-10", e.Since)
				require.NotZero(c, c.alerts()[0].DueAt)
				require.EqualValues(c, mei, *c.alerts()[0].OwnerID)
				rule, err := c.watch.rule(c.as(boss, "admin"), id)
				require.NoError(c, err)
				require.Equal(c, []string{"门店"}, rule.Body.Said.Late)
				today, err := c.watch.OpenAlerts(c.ctx)
				require.NoError(c, err)
				require.Empty(c, today, "Today tells of the source by itself")

				if row.closed {
					require.NoError(c, c.watch.Close(c.mei(), c.alerts()[0].ID, 0, "data_fixed", ""))
					c.clock.Advance(time.Hour)
					c.looks()
					require.Empty(c, c.told(), "who was told is not told again while it is so")
				}
				c.sells(day("2026-03-11"), row.came, "浙江省")
				c.till(clock.Now(c.ctx))
				c.looks()
				var want []string
				if row.drop {
					want = []string{ofRule, ofRule}
					require.NotEmpty(c, c.broken())
				} else {
					require.Empty(c, c.broken())
				}
				require.Equal(c, want, c.told())
				require.NotNil(c, c.alerts()[0].BackAt)
			})
		})
	}
}

// Of a shop whose own orders come in, a fall is told while another shop is silent.
func TestAlert_of_a_shop_does_not_wait_for_another(t *testing.T) {
	c := newCompany(t, dbtest.SQLite(t))
	c.steady()
	c.must("update orders set shop = '网店'")
	c.till(time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))
	d := ordersBelow(8)
	d.Watches.Split, d.Watches.SplitValue = "shop", "网店"
	c.rule(d)
	c.looks()
	require.Equal(t, []string{ofRule}, c.told())
}

// What is imported each morning is not missing before the morning, and is late in the evening.
func TestAlert_waits_for_the_import_of_every_morning(t *testing.T) {
	eachCompany(t, func(c *company) {
		c.steady()
		id := int64(0)
		imported := func(at time.Time) {
			id++
			c.write(`insert into imports (id, kind, file_name, file_size, file_sha256, stored_as, mapping, mode, state, created_at, finished_at)
values (?, 'orders', 'a.csv', 1, '', '', '{"constants":{"source":"有赞"}}', 'upsert', 'done', 0, ?)`, id, at.UnixMilli())
			c.write("update sources set last_fact_at = ?", at.UnixMilli())
		}
		c.write("insert into sources (id, name, kind, last_fact_at, created_at) values (1, '有赞', 'import', 0, 0)")
		for on := day("2026-03-01"); on.Before(day("2026-03-12")); on = on.AddDate(0, 0, 1) {
			imported(on.Add(2 * time.Hour)) // at ten
		}
		c.rule(ordersBelow(8))
		c.looks()
		require.Empty(c, c.told(), "at nine nobody misses anything")
		require.Empty(c, c.broken())
		c.clock.Set(time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC))
		c.looks()
		require.Equal(c, []string{"late:1"}, c.told(), "at five in the afternoon it is late")
		require.Empty(c, c.broken())
		imported(clock.Now(c.ctx))
		c.looks()
		require.Equal(c, []string{ofRule}, c.told(), "it has come, without orders of that day")
		require.NotEmpty(c, c.broken())

		c.clock.Set(time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC))
		waited, err := c.watch.metrics.Waited(c.ctx)
		require.NoError(c, err)
		require.Empty(c, waited, "a source that has ended is not waited for")
	})
}

// While columns lag behind what is recorded, a day that seems empty is not a drop.
func TestAlert_waits_for_columns(t *testing.T) {
	c := newCompany(t, dbtest.SQLite(t))
	c.steady()
	c.behind = 30 * time.Hour
	c.rule(ordersBelow(8))
	c.looks()
	require.Equal(t, []string{"late:0"}, c.told())
	require.Empty(t, c.broken())
	c.behind = 0
	c.looks()
	require.Equal(t, []string{ofRule}, c.told())
}
