package analyze

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/feed"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// withStages gives a company whose feed keeps segments and stages up.
func withStages(t testing.TB, d *db.DB) (*company, *Segments) {
	var s *Segments
	stages := customer.NewLifecycles(d)
	c := newCompany(t, d, func(c *company) feed.Watcher {
		c.ctx = customer.WithLifecycle(guard.With(c.ctx, guard.Actor{Name: "周敏", Role: "admin"}), stages.Now)
		s = NewSegments(c.records, c.columns, NewHot(c.columns), c.touched)
		return watchers{stages, s.hot.Watcher(c.touched), s}
	})
	require.NoError(t, stages.Load(c.ctx))
	return c, s
}

func (c *company) define(s *Segments, stages ...StageDraft) {
	c.t.Helper()
	require.NoError(c.t, s.DefineLifecycle(c.ctx, -1, stages))
	c.drain()
	require.NoError(c.t, s.Sweep(c.ctx))
}

func stage(key string, rule any) StageDraft {
	d := StageDraft{Key: key, Name: Label{"阶段" + key, key}}
	if rule != nil {
		d.Condition = conditionText(rule)
	}
	return d
}

// stagesNow tells customers and their stages as everything that reads customers finds them.
func (c *company) stagesNow() string {
	return c.one("select coalesce(list(id || ':' || coalesce(lifecycle_stage, '-') order by id)::varchar, '') from customers")
}

// stageMoves tells the moves of a customer in order.
func (c *company) stageMoves(id int64) string {
	return c.one("select coalesce(list(coalesce(from_stage, '-') || '>' || coalesce(to_stage, '-') || ' ' || cause order by ts)::varchar, '') from stage_moves where customer_id = ?", id)
}

func TestLifecycle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, s := withStages(t, d)
		c.write("customers", []int64{1, 2, 3}, addCustomer(1, "CN"), addCustomer(2, "CN"), addCustomer(3, "GB"), "update customers set created_at = "+fmt.Sprint(at("2026-03-01 09:00")))
		c.write("orders", []int64{1, 2}, addOrder(1, 2, "2026-02-20 10:00", "order", "completed", 100, 0, ""), addOrder(2, 3, "2025-12-01 10:00", "order", "completed", 100, 0, ""))
		c.drain()
		later := func(d time.Duration) { c.clock.Advance(d) }

		t.Run("before stages are defined the stage is what was set by hand", func(t *testing.T) {
			require.Equal(t, "['1:customer', '2:customer', '3:customer']", c.stagesNow())
			require.Equal(t, "0", c.one("select count(*) from stage_moves"))
		})
		c.define(s, stage("potential", every()), stage("new", orders(OpGte, 1, 0)), stage("silent", silentFor(60)), stage("partner", nil))
		t.Run("a customer stands in the furthest stage whose rule holds", func(t *testing.T) {
			require.Equal(t, "['1:potential', '2:new', '3:silent']", c.stagesNow())
			v, err := s.Lifecycle(c.ctx)
			require.NoError(t, err)
			require.EqualValues(t, []int64{1, 1, 1, 0}, []int64{v.Stages[0].Count, v.Stages[1].Count, v.Stages[2].Count, v.Stages[3].Count})
			require.EqualValues(t, 0, v.Outside)
		})
		quiet := c.segment(s, "沉默阶段", `{"field":"lifecycle_stage","op":"eq","value":"silent"}`)
		back := c.segment(s, "沉默后又购买", string(movedBetween("silent", "new", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))))
		t.Run("an order moves its customer at once, and with her the segments that ask for the stage", func(t *testing.T) {
			require.Equal(t, []uint64{3}, c.in(s, quiet))
			later(time.Hour)
			c.write("orders", []int64{3}, addOrder(3, 3, "2026-03-09 12:30", "order", "completed", 100, 0, ""))
			c.drain()
			require.Equal(t, "['1:potential', '2:new', '3:new']", c.stagesNow())
			require.Contains(t, c.stageMoves(3), "silent>new facts")
			require.Empty(t, c.in(s, quiet))
			require.Equal(t, []uint64{3}, c.in(s, back))
		})
		t.Run("a person puts a customer into a stage without a rule, whatever the others say, and takes her out again", func(t *testing.T) {
			later(time.Hour)
			c.write("customers", []int64{2}, "update customers set lifecycle_stage = 'partner' where id = 2")
			c.drain()
			require.Contains(t, c.stageMoves(2), "new>partner hand")
			later(time.Hour)
			c.write("customers", []int64{2}, "update customers set lifecycle_stage = 'customer' where id = 2")
			c.drain()
			require.Contains(t, c.stageMoves(2), "partner>new hand")
		})
		t.Run("time alone moves customers at the next sweep", func(t *testing.T) {
			c.clock.Set(time.UnixMilli(at("2026-04-20 00:01")))
			require.NoError(t, s.Sweep(c.ctx))
			require.Equal(t, "['1:potential', '2:new', '3:new']", c.stagesNow(), "20 February is the sixtieth day back")
			c.clock.Set(time.UnixMilli(at("2026-04-21 00:01")))
			require.NoError(t, s.Sweep(c.ctx))
			require.Equal(t, "['1:potential', '2:silent', '3:new']", c.stagesNow())
			require.Contains(t, c.stageMoves(2), "new>silent day")
			require.Equal(t, []uint64{2}, c.in(s, quiet), "and the segment of the stage with them")
		})
		t.Run("a new customer and one who is gone", func(t *testing.T) {
			c.write("customers", []int64{9}, addCustomer(9, "CN"))
			c.drain()
			require.Equal(t, "[->potential facts]", c.stageMoves(9))
			later(time.Minute)
			c.write("customers", []int64{9}, "update customers set deleted_at = 1 where id = 9")
			c.drain()
			require.Equal(t, "[->potential facts, potential>- gone]", c.stageMoves(9))
			later(time.Minute)
			c.write("customers", []int64{9}, "update customers set deleted_at = null where id = 9")
			c.drain()
			require.Equal(t, "[->potential facts, potential>- gone, ->potential facts]", c.stageMoves(9), "an undone deletion")
		})
		t.Run("columns made anew change no stage", func(t *testing.T) {
			before := c.one("select count(*) from stage_moves")
			now := c.stagesNow()
			require.NoError(t, c.feed.Rebuild(c.ctx))
			c.drain()
			require.Equal(t, now, c.stagesNow())
			require.Equal(t, before, c.one("select count(*) from stage_moves"))
		})
		t.Run("other rules are told apart from what customers did", func(t *testing.T) {
			c.define(s, stage("potential", every()), stage("new", orders(OpGte, 1, 0)), stage("repeat", orders(OpGte, 2, 0)))
			require.Equal(t, "['1:potential', '2:new', '3:repeat', '9:potential']", c.stagesNow())
			require.Contains(t, c.stageMoves(3), "new>repeat rule")
			require.Empty(t, c.in(s, quiet), "a stage that is no more holds nobody, and its condition can still be read")
			f, err := s.Flow(c.ctx, time.Date(2026, 4, 21, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 21, 0, 0, 0, 0, time.UTC))
			require.NoError(t, err)
			require.EqualValues(t, 2, f.ChangedByRule)
		})
		t.Run("without stages it is again what was set by hand", func(t *testing.T) {
			c.define(s)
			require.Equal(t, "['1:customer', '2:customer', '3:customer', '9:customer']", c.stagesNow())
			require.Equal(t, "0", c.one("select count(*) from lifecycle_state"))
		})
	})
}

func TestLifecycleRefuses(t *testing.T) {
	c, s := withStages(t, dbtest.SQLite(t))
	c.write("customers", []int64{1}, addCustomer(1, "CN"))
	c.drain()
	c.define(s, stage("potential", every()))
	circle := c.segment(s, "圈", `{"field":"lifecycle_stage","op":"eq","value":"potential"}`)
	for _, row := range []struct {
		name, place string
		stages      []StageDraft
	}{
		{"a rule that asks for the stage", "stages[0].condition", []StageDraft{stage("a", node{"field": stageField, "op": OpEq, "value": "potential"})}},
		{"a rule that asks for it by a segment", "stages[0].condition", []StageDraft{stage("a", node{"segment": jsonID(circle)})}},
		{"a rule that asks for changes of it", "stages[0].condition", []StageDraft{stage("a", node{"event": stageChanged, "measure": "count", "op": "gte", "value": 1})}},
		{"a field nobody knows, at its place", "stages[1].condition.all[0].field", []StageDraft{stage("a", nil), stage("b", every(node{"field": "nonsense", "op": "eq", "value": 1}))}},
		{"two of one key", "stages[1].key", []StageDraft{stage("a", nil), stage("a", nil)}},
		{"a key that is none", "stages[0].key", []StageDraft{stage("A b", nil)}},
		{"no name in one language", "stages[0].name", []StageDraft{{Key: "a", Name: Label{"甲", " "}}}},
		{"more than twenty", "stages", slices.Repeat([]StageDraft{stage("a", nil)}, 21)},
	} {
		t.Run(row.name, func(t *testing.T) {
			var wrong *fault.Error
			require.ErrorAs(t, s.DefineLifecycle(c.ctx, -1, row.stages), &wrong)
			require.Equal(t, row.place, wrong.Fields[0].Field)
		})
	}
	t.Run("an edit over another", func(t *testing.T) {
		require.True(t, fault.Is(s.DefineLifecycle(c.ctx, 7, nil), fault.KindStale))
	})
	t.Run("to delete a segment a stage builds on", func(t *testing.T) {
		base := c.segment(s, "底", boughtLately)
		c.define(s, stage("a", node{"segment": jsonID(base)}))
		require.True(t, fault.Is(s.Delete(c.ctx, base, 0), fault.KindConflict))
	})
	t.Run("it is known what the rules tell of", func(t *testing.T) {
		c.define(s, stage("a", every(orders(OpGte, 0, 0))), stage("b", node{"any": []node{{"tag": "vip"}, {"field": "age", "op": "gt", "value": 3}}}))
		require.Equal(t, []string{"age", "orders.count", "tags"}, customer.LifecycleOf(c.ctx).Uses)
	})
}

// recorded is what brute force knows of a move.
type recorded struct {
	customer int64
	from, to string
	at       time.Time
}

// TestLifecycleBrute lets customers order at random for months, sweeping each midnight, and compares flow, standing and
// durations with what a straightforward walk over the days and orders gives.
func TestLifecycleBrute(t *testing.T) {
	c, s := withStages(t, dbtest.SQLite(t))
	random := rand.New(rand.NewPCG(7, 11))
	const people = 40
	zone := c.clock.Now().Location()
	day := func(n int) time.Time { return time.Date(2026, 3, 9+n, 12, 0, 0, 0, zone) }
	var ids []int64
	var made []string
	for id := int64(1); id <= people; id++ {
		ids, made = append(ids, id), append(made, addCustomer(id, "CN"))
	}
	c.write("customers", ids, append(made, fmt.Sprintf("update customers set created_at = %d", day(0).UnixMilli()))...)
	c.drain()
	c.define(s, stage("potential", every()), stage("new", orders(OpGte, 1, 0)), stage("active", orders(OpGte, 2, 20)), stage("silent", silentFor(30)))

	ordered := map[int64][]int{}
	stageOf := func(id int64, today int) string {
		var in20, in30 int
		for _, d := range ordered[id] {
			if today-d < 20 {
				in20++
			}
			if today-d < 30 {
				in30++
			}
		}
		switch {
		case len(ordered[id]) > 0 && in30 == 0:
			return "silent"
		case in20 >= 2:
			return "active"
		case len(ordered[id]) > 0:
			return "new"
		}
		return "potential"
	}
	now := map[int64]string{}
	for _, id := range ids {
		now[id] = "potential"
	}
	var moves []recorded
	note := func(id int64, today int, at time.Time) {
		if is := stageOf(id, today); is != now[id] {
			moves = append(moves, recorded{id, now[id], is, at})
			now[id] = is
		}
	}
	order := int64(0)
	for n := 1; n <= 80; n++ {
		midnight := day(n).Add(-12*time.Hour + time.Minute)
		c.clock.Set(midnight)
		require.NoError(t, s.Sweep(c.ctx))
		for _, id := range ids {
			note(id, n, midnight)
		}
		c.clock.Set(day(n))
		for id := int64(1); id <= people; id++ {
			if random.Float64() < 0.03*float64(id%4) {
				order++
				ordered[id] = append(ordered[id], n)
				c.write("orders", []int64{order}, addOrder(order, id, day(n).Format("2006-01-02 15:04"), "order", "completed", 100, 0, ""))
				note(id, n, day(n))
			}
		}
		c.drain()
	}
	require.Greater(t, len(moves), 80, "the test says something")

	civil := func(at time.Time) string { return at.In(zone).Format(time.DateOnly) }
	first, last := time.Date(2026, 4, 10, 0, 0, 0, 0, time.UTC), time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)
	f, err := s.Flow(c.ctx, first, last)
	require.NoError(t, err)
	type step struct{ from, to string }
	counted, stays := map[step]int64{}, map[string][]float64{}
	start, end, entered := map[string]int64{}, map[string]int64{}, map[int64]time.Time{}
	at := map[int64][2]string{}
	for _, id := range ids {
		at[id] = [2]string{"potential", "potential"}
	}
	for _, m := range moves {
		was := at[m.customer]
		if civil(m.at) < date(first) {
			was[0] = m.to
		}
		if civil(m.at) <= date(last) {
			was[1] = m.to
			if began, known := entered[m.customer]; known && civil(m.at) >= date(first) {
				stays[m.from] = append(stays[m.from], m.at.Sub(began).Hours()/24)
			}
		}
		at[m.customer] = was
		entered[m.customer] = m.at
		if civil(m.at) >= date(first) && civil(m.at) <= date(last) {
			counted[step{m.from, m.to}]++
		}
	}
	for _, was := range at {
		start[was[0]]++
		end[was[1]]++
	}
	told := map[step]int64{}
	for _, m := range f.Moves {
		told[step{m.From, m.To}] = m.Moves
	}
	require.Equal(t, counted, told)
	for _, stage := range f.Stages {
		require.Equal(t, start[stage.Key], stage.Start, "%s at the start", stage.Key)
		require.Equal(t, end[stage.Key], stage.End, "%s at the end", stage.Key)
		require.Equal(t, stage.End, stage.Start+stage.Entered-stage.Left)
		require.EqualValues(t, len(stays[stage.Key]), stage.Stays)
		if n := len(stays[stage.Key]); n > 0 {
			slices.Sort(stays[stage.Key])
			total := 0.0
			for _, days := range stays[stage.Key] {
				total += days
			}
			require.InDelta(t, total/float64(n), *stage.Mean, 1e-4)
			require.InDelta(t, (stays[stage.Key][(n-1)/2]+stays[stage.Key][n/2])/2, *stage.Median, 1e-4)
		}
	}
	for _, m := range f.Moves {
		chosen, err := s.Choose(c.ctx, string(m.Opens))
		require.NoError(t, err)
		require.EqualValues(t, m.Customers, chosen.GetCardinality(), "each number opens to its customers")
	}
}

// TestLifecycleRecalled compares the year reckoned afterwards with what the orders say of each day it looked at.
func TestLifecycleRecalled(t *testing.T) {
	c, s := withStages(t, dbtest.SQLite(t))
	c.write("customers", []int64{1, 2, 3}, addCustomer(1, "CN"), addCustomer(2, "CN"), addCustomer(3, "CN"),
		fmt.Sprintf("update customers set created_at = %d where id < 3", at("2026-03-01 09:00")), fmt.Sprintf("update customers set created_at = %d where id = 3", at("2025-01-01 09:00")))
	c.write("orders", []int64{1, 2}, addOrder(1, 1, "2025-06-01 10:00", "order", "completed", 100, 0, ""), addOrder(2, 3, "2025-05-01 10:00", "order", "completed", 100, 0, ""))
	c.drain()
	c.define(s, stage("potential", every()), stage("new", orders(OpGte, 1, 0)), stage("silent", silentFor(60)))
	require.Equal(t, "[->new past, new>silent past]", c.stageMoves(1), "known from her first order on, though her record is younger")
	require.Equal(t, "2025-06-02", c.one("select min(day) from stage_moves where customer_id = 1"), "the first look after the first of June")
	require.Equal(t, "2025-08-04", c.one("select max(day) from stage_moves where customer_id = 1"), "and the first more than sixty days later")
	require.Equal(t, "[->potential past]", c.stageMoves(2))
	require.Equal(t, "[->potential start, potential>new past, new>silent past]", c.stageMoves(3))
	require.Equal(t, "['1:silent', '2:potential', '3:silent']", c.stagesNow())
	v, err := s.Lifecycle(c.ctx)
	require.NoError(t, err)
	require.Equal(t, "2025-03-10", *v.KnownFrom)

	t.Run("rules changed on the day they were made leave no trace", func(t *testing.T) {
		c.define(s, stage("potential", every()), stage("new", orders(OpGte, 1, 0)))
		require.Equal(t, "[->new past]", c.stageMoves(1))
	})
	t.Run("a rule that asks for what nobody dated cannot be recalled", func(t *testing.T) {
		c.define(s, stage("potential", every()), stage("here", node{"field": "country", "op": "eq", "value": "CN"}))
		require.Equal(t, "[->here start]", c.stageMoves(1))
		require.Equal(t, "0", c.one("select count(*) from stage_moves where cause = 'past'"))
		require.NoError(t, s.Sweep(c.ctx))
	})
}

func TestLifecyclePreview(t *testing.T) {
	c, s := withStages(t, dbtest.SQLite(t))
	c.write("customers", []int64{1, 2, 3}, addCustomer(1, "CN"), addCustomer(2, "CN"), addCustomer(3, "GB"), "insert into staff (id, name, email, role, created_at, updated_at) values (5, '李', 'a@b.c', 'sales', 1, 1)",
		"update customers set owner_id = 5 where id < 3")
	c.write("orders", []int64{1}, addOrder(1, 2, "2026-03-01 10:00", "order", "completed", 100, 0, ""))
	c.drain()
	own := guard.With(c.ctx, guard.Actor{StaffID: 5, Name: "李", Role: "sales"})
	drafts := []StageDraft{stage("potential", every()), stage("new", orders(OpGte, 1, 0))}
	p, err := s.PreviewLifecycle(own, drafts)
	require.NoError(t, err)
	require.EqualValues(t, 2, p.Total, "those in her scope")
	require.Equal(t, []int64{1, 2, 1, 1}, []int64{p.Stages[0].Count, p.Stages[0].Matching, p.Stages[1].Count, p.Stages[1].Matching})
	c.define(s, drafts...)
	v, err := s.Lifecycle(own)
	require.NoError(t, err)
	require.EqualValues(t, []int64{1, 1, 2}, []int64{v.Stages[0].Count, v.Stages[1].Count, v.Total})
}

// Who may not use what the rules of stages ask for is not told who is in which.
func TestLifecycleHidden(t *testing.T) {
	c, s := withStages(t, dbtest.SQLite(t))
	c.write("customers", []int64{1, 2}, addCustomer(1, "CN"), addCustomer(2, "GB"))
	c.write("orders", []int64{1}, addOrder(1, 2, "2026-03-01 10:00", "order", "completed", 100, 0, ""))
	c.drain()
	blind := guard.With(c.ctx, guard.Actor{StaffID: 8, Role: "auditor"}) // without orders
	told := func() (string, error) {
		v, err := s.Lifecycle(blind)
		if err != nil {
			return "", err
		}
		stages, err := stagesOf(blind, c.columns, []int64{1, 2})
		return fmt.Sprint(v.Stages[len(v.Stages)-1].Count, len(stages)), err
	}
	c.define(s, stage("potential", every()), stage("new", orders(OpGte, 1, 0)))
	_, err := told()
	require.True(t, fault.Is(err, fault.KindForbidden), "%v", err)
	_, err = s.Flow(blind, day("2026-03-01"), day("2026-03-09"))
	require.True(t, fault.Is(err, fault.KindForbidden), "%v", err)
	stages, err := stagesOf(blind, c.columns, []int64{1, 2})
	require.NoError(t, err)
	require.Empty(t, stages)
	moves, err := s.StageMovesOf(blind, 2, 1<<62, 10)
	require.NoError(t, err)
	require.Empty(t, moves)
	c.define(s, stage("potential", every()), stage("abroad", map[string]any{"field": "country", "op": "eq", "value": "GB"}))
	now, err := told()
	require.NoError(t, err)
	require.Equal(t, "1 2", now, "rules on what one may see")
}
