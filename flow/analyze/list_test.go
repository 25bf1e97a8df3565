package analyze

import (
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/guard"
)

func (c *company) list(s *Segments, name string, p Place) int64 {
	c.t.Helper()
	id, err := s.CreateList(c.ctx, ListDraft{Name: name, Place: p})
	require.NoError(c.t, err)
	c.drain()
	return id
}

func (c *company) chosen(s *Segments, condition string) []uint64 {
	c.t.Helper()
	found, err := s.Choose(c.ctx, condition)
	require.NoError(c.t, err)
	return found.ToArray()
}

func TestLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c, s := withSegments(t, d)
		c.ctx = guard.System(c.ctx)
		c.write("customers", []int64{1, 2, 3, 4}, addCustomer(1, "CN"), addCustomer(2, "GB"), addCustomer(3, "GB"), addCustomer(4, "FR"))
		c.drain()
		all := c.list(s, "全部重点", Place{})
		vip := c.list(s, "VIP", Place{ParentID: &all})
		fair := c.list(s, "展会", Place{ParentID: &all})
		in := func(list, customer int64) {
			c.write("customers", []int64{customer}, "insert into list_members (customer_id, list_id, created_at) values ("+jsonID(customer)+", "+jsonID(list)+", 1)")
		}
		in(vip, 1)
		in(fair, 1)
		in(fair, 4)
		c.drain()
		ref := func(id int64) string { return `{"list":"` + jsonID(id) + `"}` }

		t.Run("a list above holds who is in those below, each once", func(t *testing.T) {
			require.Equal(t, []uint64{1}, c.chosen(s, ref(vip)))
			require.Equal(t, []uint64{1, 4}, c.chosen(s, ref(all)))
			require.Equal(t, []uint64{2, 3, 4}, c.chosen(s, `{"not":`+ref(vip)+`}`))
		})
		british := c.segment(s, "英国", `{"field":"country","op":"eq","value":"GB"}`)
		watching := c.segment(s, "看着名单", `{"all":[`+ref(all)+`]}`)
		t.Run("a live segment follows who comes into a list, and what comes under it", func(t *testing.T) {
			require.Equal(t, []uint64{1, 4}, c.in(s, watching))
			require.NoError(t, s.PlaceSegment(c.ctx, british, 0, func(p *Place) { p.ParentID = &fair }))
			c.drain()
			require.Equal(t, []uint64{1, 2, 3, 4}, c.in(s, watching))
			c.write("customers", []int64{1}, "delete from list_members where customer_id = 1")
			c.drain()
			require.Equal(t, []uint64{2, 3, 4}, c.in(s, watching))
			require.Equal(t, "[-1, +2, +3]", c.moves(watching))
			in(vip, 1)
			c.drain()
		})
		t.Run("nothing leads back to itself", func(t *testing.T) {
			require.ErrorContains(t, s.ChangeList(c.ctx, all, 0, func(d *ListDraft) { d.ParentID = &vip }), "list_leads_back_to_itself")
			require.ErrorContains(t, s.ChangeList(c.ctx, all, 0, func(d *ListDraft) { d.ParentID = &all }), "list_leads_back_to_itself")
			require.ErrorContains(t, s.PlaceSegment(c.ctx, watching, 0, func(p *Place) { p.ParentID = &vip }), "group_in_circle", "by way of a condition")
			_, err := s.Change(c.ctx, british, 0, SegmentDraft{Name: "英国", Condition: []byte(`{"any":[` + ref(all) + `,{"tag":"x"}]}`)})
			require.ErrorContains(t, err, "segment_leads_back_to_itself", "a segment in a list may not ask for it")
			require.Equal(t, []uint64{1, 2, 3, 4}, c.chosen(s, ref(all)), "what is refused is not kept")
			var parents int
			require.NoError(t, d.Read().NewRaw("select count(*) from segments where parent_id is not null").Scan(c.ctx, &parents))
			require.Equal(t, 1, parents)
		})
		t.Run("it says why somebody is in it", func(t *testing.T) {
			e, err := s.ExplainCondition(c.ctx, []byte(ref(all)), 2)
			require.NoError(t, err)
			require.True(t, e.Member)
			require.Equal(t, "list", e.Tree.Kind)
			require.Equal(t, []bool{false, true}, []bool{e.Tree.Children[0].Holds, e.Tree.Children[1].Holds})
			require.Equal(t, "在名单**全部重点**里", e.Tree.Clause.Chinese)
			e, err = s.ExplainCondition(c.ctx, []byte(`{"not":`+ref(vip)+`}`), 2)
			require.NoError(t, err)
			require.Equal(t, Label{"否", "no"}, *e.Tree.Children[0].Value)
		})
		t.Run("a preview reads and counts it, from memory too", func(t *testing.T) {
			for range 2 {
				p, err := s.Preview(c.ctx, []byte(`{"all":[{"not":`+ref(vip)+`},`+ref(all)+`]}`))
				require.NoError(t, err)
				require.Equal(t, int64(3), p.Count)
				require.Equal(t, "Is not on the list **VIP**, and is on the list **全部重点**.", p.Sentence.English)
				require.Equal(t, []int64{1, 4}, []int64{p.Parts[0].Count, p.Parts[1].Count})
				heat(t, s.hot)
			}
		})
		t.Run("what is in use, or holds something, stays", func(t *testing.T) {
			require.ErrorContains(t, s.DeleteList(c.ctx, all, 0), "list_holds_groups")
			require.ErrorContains(t, s.DeleteList(c.ctx, vip, 0), "list_in_use", "by way of the list above it")
			require.NoError(t, s.ChangeList(c.ctx, vip, 0, func(d *ListDraft) { d.ParentID = nil }))
			require.NoError(t, s.DeleteList(c.ctx, vip, 0))
			c.drain()
			require.Equal(t, []uint64{2, 3, 4}, c.in(s, watching))
			_, err := ParseCondition(c.ctx, []byte(ref(vip)), s.lookup())
			require.ErrorContains(t, err, "unknown_list")
			again := c.list(s, "VIP", Place{})
			require.NoError(t, s.RestoreList(c.ctx, vip))
			require.Equal(t, []uint64{1}, c.chosen(s, ref(vip)), "with who was in it")
			require.Empty(t, c.chosen(s, ref(again)))
		})
		t.Run("metrics count within it", func(t *testing.T) {
			sql, args, err := s.MemberQuery(c.ctx, -all)
			require.NoError(t, err)
			found, err := idsWhere(c.ctx, c.columns, sqlPiece(sql, args...))
			require.NoError(t, err)
			require.Equal(t, []uint64{2, 3, 4}, found.ToArray())
		})
		t.Run("a plan keeps every version", func(t *testing.T) {
			require.NoError(t, s.WritePlan(c.ctx, GroupList, all, 0, "每季度拜访"))
			require.NoError(t, s.WritePlan(c.ctx, GroupList, all, 1, "每月拜访"))
			require.ErrorContains(t, s.WritePlan(c.ctx, GroupList, all, 1, "从不"), "changed_since_read", "the second of two at once")
			plans, err := s.Plans(c.ctx, GroupList, all)
			require.NoError(t, err)
			require.Equal(t, []string{"每月拜访", "每季度拜访"}, []string{plans[0].Content, plans[1].Content})
			require.Error(t, s.WritePlan(c.ctx, GroupSegment, 77, 0, "x"))
		})
	})
}
