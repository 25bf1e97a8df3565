package analyze

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"guanxi/base/clock"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// The tree of an explanation and the day it foretells are what the brute force says.
func TestExplainAgreesWithMembership(t *testing.T) {
	today := day("2026-03-09")
	shoppers := randomShoppers(5, 25, today)
	c := columnstest.Open(t)
	store(t, c, shoppers)
	s := NewSegments(dbtest.SQLite(t), c, NewHot(c), &Touched{})
	w := workspace.Default()
	ctx := guard.System(workspace.With(clock.With(context.Background(), clock.NewFake(today.Add(4*3600e9))), w))
	rapid.Check(t, func(t *rapid.T) {
		condition := randomCondition(t, today, 2)
		who := rapid.SampledFrom(shoppers).Draw(t, "who")
		raw, err := json.Marshal(condition)
		require.NoError(t, err)
		parsed, err := ParseCondition(ctx, raw, lookupReferenced)
		require.NoError(t, err)
		e, err := s.explain(ctx, parsed, who.id)
		require.NoError(t, err, "%s", raw)
		b := brute{today: today, zone: shanghai, segments: referenced, all: shoppers}
		require.Equal(t, b.member(who, condition), e.Member, "%s", raw)
		later := func(days int) bool {
			b.today = today.AddDate(0, 0, days)
			return b.member(who, condition)
		}
		if parsed.relative() {
			require.Nil(t, e.Next, "nobody knows what others will do")
			return
		}
		if e.Next == nil {
			for days := 1; days <= 60; days++ {
				require.Equal(t, e.Member, later(days), "%s on day %d", raw, days)
			}
			return
		}
		turns := daysBetween(today, day(e.Next.Day))
		for days := 1; days < turns; days++ {
			require.Equal(t, e.Member, later(days), "%s on day %d", raw, days)
		}
		require.Equal(t, !e.Member, later(turns), "%s on %s", raw, e.Next.Day)
	})
}

func TestExplainSaysTheValuesInWords(t *testing.T) {
	today := day("2026-03-09")
	me := &shopper{id: 1, kind: "person", gender: "female", city: "成都", birthday: day("1990-03-12"), tags: []string{"vip"}, orders: []shopperOrder{
		{kind: "order", status: "completed", at: at("2026-02-25 10:00"), gross: 9200},
		{kind: "order", status: "completed", at: at("2025-11-20 10:00"), gross: 10000}},
		lines: []shopperLine{{category: "护肤", status: "completed", at: at("2026-02-25 10:00"), quantity: 1, amount: 9200}}}
	c := columnstest.Open(t)
	store(t, c, []*shopper{me})
	s := NewSegments(dbtest.SQLite(t), c, NewHot(c), &Touched{})
	ctx := guard.System(clock.With(context.Background(), clock.NewFake(today.Add(4*3600e9))))
	for _, row := range []struct {
		condition string
		holds     bool
		zh, en    string
		next      string
	}{
		{`{"field":"rfm.recency_days","op":"gte","value":45}`, false, "12 天", "12 days", "2026-04-11"},
		{`{"field":"age","op":"gte","value":36}`, false, "35 岁", "35 years", "2026-03-12"},
		{`{"event":"item_purchased","where":{"field":"category","op":"eq","value":"护肤"},"window":{"last_days":30}}`, true, "1 次", "1 time", "2026-03-27"},
		{`{"event":"order_placed","measure":"ratio","op":"lte","value":0.4,"window":{"last_days":90}}`, false, "92%", "92%", ""},
		{`{"event":"order_placed","measure":"ratio","op":"gte","value":0.4,"window":{"last_days":90}}`, true, "92%", "92%", "2026-05-19"},
		{`{"event":"order_placed","measure":"sum:amount","op":"gt","value":0}`, true, "¥192", "¥192", ""},
		{`{"event":"call_logged","measure":"last","op":"in_last_days","value":7}`, false, "无", "none", ""},
		{`{"event":"order_placed","measure":"first","op":"in_last_days","value":7}`, false, "2025-11-20", "2025-11-20", ""},
		{`{"field":"gender","op":"eq","value":"female"}`, true, "女", "female", ""},
		{`{"field":"company","op":"is_set"}`, false, "无", "none", ""},
		{`{"tag":"勿扰"}`, false, "否", "no", ""},
		{`{"field":"birthday","op":"anniversary_in_days","value":2}`, false, "1990-03-12", "1990-03-12", "2026-03-10"},
	} {
		e, err := s.ExplainCondition(ctx, []byte(row.condition), 1)
		require.NoError(t, err)
		require.Equal(t, row.holds, e.Member, row.condition)
		require.Equal(t, &Label{row.zh, row.en}, e.Tree.Value, row.condition)
		if row.next != "" {
			require.NotNil(t, e.Next, row.condition)
			require.Equal(t, NextChange{row.next, !row.holds}, *e.Next, row.condition)
		}
	}
	_, err := s.ExplainCondition(ctx, []byte(`{"tag":"vip"}`), 2)
	require.True(t, fault.Is(err, fault.KindNotFound))
	sales := guard.With(ctx, guard.Actor{StaffID: 9, Role: "sales"})
	_, err = s.ExplainCondition(sales, []byte(`{"tag":"vip"}`), 1)
	require.True(t, fault.Is(err, fault.KindNotFound), "a customer out of scope is not there")
}
