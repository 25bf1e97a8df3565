package analyze

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/feed"
	"guanxi/base/page"
	"guanxi/guard"
)

// withSegments gives a company whose feed keeps segments up.
func withSegments(t testing.TB, d *db.DB) (*company, *Segments) {
	var s *Segments
	c := newCompany(t, d, func(c *company) feed.Watcher {
		s = NewSegments(c.records, c.columns, NewHot(c.columns), c.touched)
		return watchers{s.hot.Watcher(c.touched), s}
	})
	c.ctx = guard.With(c.ctx, guard.Actor{Name: "周敏", Role: "admin"})
	return c, s
}

type watchers []feed.Watcher

func (all watchers) Changed(ctx context.Context, to *columns.Tx, changed map[string][]int64) error {
	for _, w := range all {
		if err := w.Changed(ctx, to, changed); err != nil {
			return err
		}
	}
	return nil
}

func (c *company) segment(s *Segments, name, condition string) int64 {
	c.t.Helper()
	made, err := s.Create(c.ctx, SegmentDraft{Name: name, Condition: json.RawMessage(condition)})
	require.NoError(c.t, err)
	c.drain()
	return made.ID
}

// in gives the members of a segment as last settled.
func (c *company) in(s *Segments, id int64) []uint64 {
	c.t.Helper()
	all, err := s.membership(c.ctx)
	require.NoError(c.t, err)
	require.Contains(c.t, all, id)
	return all[id].ToArray()
}

func (c *company) moves(id int64) string {
	c.t.Helper()
	return c.one("select coalesce(list((case when entered then '+' else '-' end) || customer_id order by ts, customer_id)::varchar, '') from segment_moves where segment_id = ?", id)
}

const (
	boughtLately = `{"event":"order_placed","measure":"count","op":"gte","value":1,"window":{"last_days":30}}`
	silent       = `{"not":{"event":"order_placed","measure":"count","op":"gte","value":1,"window":{"last_days":30}}}`
)

func TestSegment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, s := withSegments(t, d)
		big := int64(1)<<33 + 5
		c.write("customers", []int64{1, 2, 3, big}, addCustomer(1, "CN"), addCustomer(2, "CN"), addCustomer(3, "GB"), addCustomer(big, "GB"))
		c.write("orders", []int64{1}, addOrder(1, 1, "2026-03-01 10:00", "order", "completed", 100, 0, ""))
		c.drain()
		recent := c.segment(s, "近 30 天下过单", boughtLately)
		quiet := c.segment(s, "沉默", silent)

		t.Run("who is in at the start is no move", func(t *testing.T) {
			require.Equal(t, []uint64{1}, c.in(s, recent))
			require.Equal(t, []uint64{2, 3, uint64(big)}, c.in(s, quiet))
			require.Empty(t, c.moves(recent))
		})
		t.Run("an order moves its customer, and only her", func(t *testing.T) {
			c.clock.Advance(time.Second)
			c.write("orders", []int64{2}, addOrder(2, big, "2026-03-09 11:00", "order", "completed", 100, 0, ""))
			c.drain()
			require.Equal(t, []uint64{1, uint64(big)}, c.in(s, recent))
			require.Equal(t, fmt.Sprintf("[+%d]", big), c.moves(recent))
			require.Equal(t, fmt.Sprintf("[-%d]", big), c.moves(quiet))
			in, err := s.Since(c.ctx, big)
			require.NoError(t, err)
			require.Len(t, in, 1)
			require.Equal(t, c.clock.Now().UnixMilli(), in[0].Since.UnixMilli())
		})
		t.Run("an order that moves to another customer moves both", func(t *testing.T) {
			c.write("orders", []int64{2}, "update orders set customer_id = 2 where id = 2")
			c.drain()
			require.Equal(t, []uint64{1, 2}, c.in(s, recent))
			require.Equal(t, []uint64{3, uint64(big)}, c.in(s, quiet))
		})
		t.Run("a deleted customer leaves", func(t *testing.T) {
			c.write("customers", []int64{3}, "update customers set deleted_at = 1 where id = 3")
			c.drain()
			require.Equal(t, []uint64{uint64(big)}, c.in(s, quiet))
		})
		t.Run("time alone moves customers at the next sweep", func(t *testing.T) {
			require.NoError(t, s.Sweep(c.ctx))
			require.Equal(t, []uint64{1, 2}, c.in(s, recent), "the same day changes nothing")
			c.clock.Set(time.UnixMilli(at("2026-03-31 00:01")))
			require.NoError(t, s.Sweep(c.ctx))
			require.Equal(t, []uint64{2}, c.in(s, recent), "1 March is the 31st day back")
			require.Equal(t, []uint64{1, uint64(big)}, c.in(s, quiet))
		})
		t.Run("a lost membership comes back with the sweep", func(t *testing.T) {
			require.NoError(t, c.columns.Write(c.ctx, func(ctx context.Context, tx *columns.Tx) error {
				return tx.Exec(ctx, "delete from segment_members where segment_id = ?", recent)
			}))
			v, err := s.View(c.ctx, recent)
			require.NoError(t, err)
			require.EqualValues(t, 1, v.Count, "until then the condition itself is asked")
			require.NoError(t, s.Sweep(c.ctx))
			require.Equal(t, []uint64{2}, c.in(s, recent))
		})
		t.Run("new scores move customers at the next sweep", func(t *testing.T) {
			alive := c.segment(s, "还在", `{"field":"value.alive_probability","op":"gte","value":0.5}`)
			require.Empty(t, c.in(s, alive))
			require.NoError(t, c.columns.Write(c.ctx, func(ctx context.Context, tx *columns.Tx) error {
				return tx.Exec(ctx, "insert into customer_scores (customer_id, alive_probability) values (1, 0.7), (2, 0.2)")
			}))
			require.NoError(t, s.Sweep(c.ctx))
			require.Equal(t, []uint64{1}, c.in(s, alive))
			require.Equal(t, "[+1]", c.moves(alive))
			require.NoError(t, s.Delete(c.ctx, alive, 0))
		})
		t.Run("what others do moves a rank at the next sweep", func(t *testing.T) {
			best := c.segment(s, "消费前一半", `{"field":"orders.total","op":"top_percent","value":50}`)
			lately := c.segment(s, "近一年消费第一", `{"event":"order_placed","measure":"sum:amount","op":"top_percent","value":1,"window":{"last_days":365}}`)
			require.Equal(t, []uint64{1, 2}, c.in(s, best), "two have ordered for the same amount: both tie for the first place")
			require.Equal(t, []uint64{1, 2}, c.in(s, lately))
			c.write("orders", []int64{3}, addOrder(3, big, "2026-03-30 11:00", "order", "completed", 900, 0, ""))
			c.drain()
			require.Equal(t, []uint64{1, 2, uint64(big)}, c.in(s, best), "she is in at once")
			require.NoError(t, s.Sweep(c.ctx))
			require.Equal(t, []uint64{1, 2, uint64(big)}, c.in(s, best), "two of three, and who ties with the second")
			require.Equal(t, []uint64{uint64(big)}, c.in(s, lately), "and the others are out a minute later")
			require.Equal(t, fmt.Sprintf("[-1, -2, +%d]", big), c.moves(lately))
			before := c.one("select evaluated_at from segment_members where segment_id = ?", best)
			c.clock.Advance(time.Minute)
			require.NoError(t, s.Sweep(c.ctx))
			require.Equal(t, before, c.one("select evaluated_at from segment_members where segment_id = ?", best), "nothing is written where nothing moves")
			require.NoError(t, s.Delete(c.ctx, best, 0))
			require.NoError(t, s.Delete(c.ctx, lately, 0))
			c.write("orders", []int64{3}, "update orders set deleted_at = 1 where id = 3")
			c.drain()
		})
		t.Run("an edit is evaluated in full, and so is what builds on it", func(t *testing.T) {
			above := c.segment(s, "两者", fmt.Sprintf(`{"all":[{"segment":"%d"},{"field":"country","op":"eq","value":"CN"}]}`, quiet))
			require.Equal(t, []uint64{1}, c.in(s, above))
			_, err := s.Change(c.ctx, quiet, 1, SegmentDraft{Name: "沉默", Condition: json.RawMessage(boughtLately)})
			require.NoError(t, err)
			c.drain()
			require.Equal(t, []uint64{2}, c.in(s, quiet))
			require.Equal(t, []uint64{2}, c.in(s, above))
			require.True(t, fault.Is(s.Delete(c.ctx, quiet, 0), fault.KindConflict), "it is in use")
			_, err = s.Change(c.ctx, quiet, 2, SegmentDraft{Name: "沉默", Condition: json.RawMessage(fmt.Sprintf(`{"any":[{"segment":"%d"}]}`, above))})
			require.ErrorContains(t, err, "any[0].segment.all[0].segment: segment_leads_back_to_itself")
			require.NoError(t, s.Delete(c.ctx, above, 1))
			require.NoError(t, s.Delete(c.ctx, quiet, 0))
			c.drain()
			all, err := s.membership(c.ctx)
			require.NoError(t, err)
			require.Len(t, all, 1)
		})
		t.Run("names, versions and absent segments", func(t *testing.T) {
			_, err := s.Create(c.ctx, SegmentDraft{Name: " 近 30 天下过单 ", Condition: json.RawMessage(`{"all":[]}`)})
			require.True(t, fault.Is(err, fault.KindConflict), "%v", err)
			c.segment(s, "沉默", `{"tag":"vip"}`)
			_, err = s.Change(c.ctx, recent, 7, SegmentDraft{Name: "x", Condition: json.RawMessage(`{"all":[]}`)})
			require.True(t, fault.Is(err, fault.KindStale), "%v", err)
			_, err = s.View(c.ctx, 12345)
			require.True(t, fault.Is(err, fault.KindNotFound))
			_, err = s.Create(c.ctx, SegmentDraft{Name: "y", Condition: json.RawMessage(`{"all":[{"tag":1}]}`)})
			require.ErrorContains(t, err, "all[0].tag: must_be_text")
			var audited int
			require.NoError(t, d.Read().NewRaw("select count(*) from audit_entries where action like 'segment.%'").Scan(c.ctx, &audited))
			require.Equal(t, 13, audited)
		})
		t.Run("a deleted segment comes back with its members and history", func(t *testing.T) {
			british := c.segment(s, "英国", `{"field":"country","op":"eq","value":"GB"}`)
			members, moves := c.in(s, british), c.moves(british)
			c.write("customers", []int64{1}, "update customers set country = 'GB' where id = 1")
			c.drain()
			require.Equal(t, "[+1]", c.moves(british))
			require.NoError(t, s.Delete(c.ctx, british, 0))
			c.drain()
			again := c.segment(s, "英国", `{"tag":"x"}`) // somebody took the name
			c.write("customers", []int64{1}, "update customers set country = 'CN' where id = 1")
			c.drain()
			require.NoError(t, s.Restore(c.ctx, british))
			c.drain()
			back, err := s.Get(c.ctx, british)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("英国 #%d", british), back.Name)
			require.Equal(t, members, c.in(s, british))
			require.Equal(t, "", moves)
			require.Equal(t, "[+1, -1]", c.moves(british), "who left while it was deleted has left")
			require.NoError(t, s.Delete(c.ctx, british, 0))
			require.NoError(t, s.Delete(c.ctx, again, 0))
			require.NoError(t, s.Restore(c.ctx, british))
			back, err = s.Get(c.ctx, british)
			require.NoError(t, err)
			require.Equal(t, "英国", back.Name)
			require.NoError(t, s.Delete(c.ctx, british, 0))
			require.True(t, fault.Is(s.Restore(c.ctx, 999), fault.KindNotFound))
			c.drain()
		})
		t.Run("each sees her own customers only", func(t *testing.T) {
			c.write("customers", []int64{2}, "insert into staff (id, email, name, role, created_at, updated_at) values (9, 'e', 'Li', 'sales', 1, 1)",
				"update customers set owner_id = 9 where id = 2")
			c.drain()
			everybody := c.segment(s, "所有人", `{"all":[]}`)
			sales := guard.With(c.ctx, guard.Actor{StaffID: 9, Role: "sales"})
			v, err := s.View(sales, everybody)
			require.NoError(t, err)
			require.EqualValues(t, 1, v.Count)
			m, err := s.Members(sales, everybody, page.Query{Limit: 10, Total: true})
			require.NoError(t, err)
			require.EqualValues(t, 1, *m.Total)
			require.EqualValues(t, 2, m.Items[0].ID)
			p, err := s.Preview(sales, []byte(`{"field":"country","op":"eq","value":"CN"}`))
			require.NoError(t, err)
			require.Equal(t, []int64{1, 1, 1}, []int64{p.Count, p.Total, p.Parts[0].Count})
			o, err := s.Overlaps(sales, everybody)
			require.NoError(t, err)
			require.Equal(t, []Overlap{{ID: o[0].ID, Name: "近 30 天下过单", Members: 1, Share: 1}}, o)
			v, err = s.View(c.ctx, everybody)
			require.NoError(t, err)
			require.EqualValues(t, 3, v.Count)
		})
	})
}

// However facts fall into batches, and whichever customers they touch, live membership is what asking everybody gives.
func TestSegmentsFollowRandomFacts(t *testing.T) {
	c, s := withSegments(t, dbtest.SQLite(t))
	conditions := []string{boughtLately, silent, `{"field":"orders.total","op":"gte","value":500}`, `{"tag":"vip"}`,
		`{"any":[{"field":"rfm.recency_days","op":"between","value":[3,10]},{"field":"country","op":"ne","value":"GB"}]}`,
		`{"event":"item_purchased","where":{"field":"category","op":"eq","value":"护肤"},"measure":"sum:amount","op":"gt","value":150,"window":{"last_days":12}}`,
		`{"event":"order_placed","measure":"ratio","op":"lte","value":0.5,"window":{"last_days":10}}`,
		`{"all":[{"segment":"1"},{"not":{"tag":"vip"}}]}`, `{"field":"orders.last_at","op":"not_in_last_days","value":5}`}
	for i, condition := range conditions {
		c.segment(s, fmt.Sprint(i), condition)
	}
	r := rand.New(rand.NewPCG(11, 3))
	customers, orders := int64(0), int64(0)
	heat(t, s.hot)
	check := func(step int) {
		c.drain()
		if step >= 0 {
			sameAsFresh(t, s.hot)
		}
		require.NoError(t, s.Sweep(c.ctx))
		live, err := s.watch(c.ctx)
		require.NoError(t, err)
		require.Len(t, live, len(conditions))
		for _, w := range live {
			want, err := newCompiler(c.ctx).evaluate(c.ctx, c.columns, w.condition)
			require.NoError(t, err)
			require.Equal(t, want.ToArray(), c.in(s, w.id), "segment %d at step %d", w.id, step)
			require.Equal(t, fmt.Sprint(want.GetCardinality()), c.one("select coalesce(sum(case when entered then 1 else -1 end), 0) from segment_moves where segment_id = ?", w.id),
				"moves add up")
		}
	}
	for step := range 250 {
		switch k := r.IntN(9); {
		case k < 2 || customers < 5:
			customers++
			c.write("customers", []int64{customers}, addCustomer(customers, []string{"", "GB", "CN"}[r.IntN(3)]))
		case k < 5:
			orders++
			when := c.clock.Now().AddDate(0, 0, -r.IntN(25)).Format("2006-01-02 15:04")
			c.write("orders", []int64{orders}, addOrder(orders, 1+r.Int64N(customers), when, "order", []string{"completed", "cancelled"}[r.IntN(2)], r.Int64N(400), 0, ""),
				addLine(orders, 0, []string{"护肤", "彩妆"}[r.IntN(2)], r.Int64N(300)))
		case k == 5 && orders > 0:
			id := 1 + r.Int64N(orders)
			c.write("orders", []int64{id}, fmt.Sprintf("update orders set customer_id = %d, deleted_at = %s where id = %d", 1+r.Int64N(customers), []string{"null", "4"}[r.IntN(2)], id))
		case k == 6: // often the same few, so that what was set is also taken away
			id := 1 + r.Int64N(min(customers, 6))
			tag := fmt.Sprintf("insert into customer_tags (customer_id, tag, created_at) values (%d, 'vip', 1) on conflict do nothing", id)
			if r.IntN(2) == 0 {
				tag = fmt.Sprintf("delete from customer_tags where customer_id = %d", id)
			}
			c.write("customers", []int64{id}, tag,
				fmt.Sprintf("update customers set country = '%s', deleted_at = %s where id = %d", []string{"GB", "CN"}[r.IntN(2)], []string{"null", "null", "4"}[r.IntN(3)], id))
		case k == 7:
			c.drain()
		default:
			c.clock.Advance(time.Duration(r.IntN(30)) * time.Hour)
		}
		if step%10 == 9 {
			check(step)
		}
	}
	require.NoError(t, c.feed.Rebuild(c.ctx))
	c.write("customers", []int64{1}, "update customers set version = version + 1 where id = 1")
	check(-1)
}

// A batch that is taken back leaves membership as it was, in memory too.
func TestSegmentsForgetABatchThatFailed(t *testing.T) {
	c, s := withSegments(t, dbtest.SQLite(t))
	c.write("customers", []int64{1, 2}, addCustomer(1, "CN"), addCustomer(2, "GB"))
	id := c.segment(s, "x", `{"field":"country","op":"eq","value":"CN"}`)
	require.Equal(t, []uint64{1}, c.in(s, id))
	err := c.columns.Write(c.ctx, func(ctx context.Context, tx *columns.Tx) error {
		require.NoError(t, tx.Exec(ctx, "update customers set country = 'CN'"))
		c.touched.add(1, 2)
		require.NoError(t, s.Changed(ctx, tx, nil))
		return fmt.Errorf("the disk is full")
	})
	require.Error(t, err)
	require.Equal(t, []uint64{1}, c.in(s, id))
	require.Empty(t, c.moves(id))
}

func TestPreview(t *testing.T) {
	c, s := withSegments(t, dbtest.SQLite(t))
	c.write("customers", []int64{1, 2, 3}, addCustomer(1, "CN"), addCustomer(2, "CN"), addCustomer(3, "GB"),
		"update customers set gender = 'female', city = '上海' where id < 3")
	c.write("orders", []int64{1, 2}, addOrder(1, 1, "2026-03-01 10:00", "order", "completed", 12000, 0, ""), addOrder(2, 1, "2024-03-01 10:00", "order", "completed", 5000, 0, ""))
	c.drain()
	p, err := s.Preview(c.ctx, []byte(`{"all":[{"field":"gender","op":"eq","value":"female"},{"not":`+boughtLately+`}]}`))
	require.NoError(t, err)
	require.Equal(t, []int64{1, 3}, []int64{p.Count, p.Total})
	require.Equal(t, "性别是**女**，而且近 **30 天**没下过单。", p.Sentence.Chinese)
	require.Equal(t, []string{"all[0]", "all[1].not"}, []string{p.Parts[0].Path, p.Parts[1].Path})
	require.Equal(t, []int64{2, 1}, []int64{p.Parts[0].Count, p.Parts[1].Count})
	require.EqualValues(t, 2, p.Sample[0].ID)
	require.Equal(t, []CompositionItem{{Value: "female", Label: &Label{"女", "female"}, Members: 1, Base: 2}, {Value: "unknown", Label: &Label{"未知", "unknown"}, Base: 1}}, p.Composition[0].Items)
	require.Equal(t, []CompositionItem{{Value: "上海", Members: 1, Base: 2}, {Value: "", Base: 1}}, p.Composition[2].Items)

	p, err = s.Preview(c.ctx, []byte(boughtLately))
	require.NoError(t, err)
	require.Equal(t, "", p.Parts[0].Path)
	require.Equal(t, []int64{17000, 12000, 8}, []int64{p.Sample[0].Total.Amount, p.Sample[0].Last12M.Amount, *p.Sample[0].LastOrderDays})
}
