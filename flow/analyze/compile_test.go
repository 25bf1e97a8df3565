package analyze

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/fault"
	"guanxi/base/workspace"
	"guanxi/guard"
)

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// referenced are the segments random conditions build on.
var referenced = map[string]any{
	"1": map[string]any{"field": "gender", "op": "eq", "value": "female"},
	"2": map[string]any{"not": map[string]any{"event": "order_placed", "measure": "count", "op": "gte", "value": 1, "window": map[string]any{"last_days": 20}}},
}

// lookupReferenced knows the segments of referenced, and three lists: 8 stands below 7 and holds segment 1.
var lookupReferenced = Lookup{Event: eventSent, Segment: referencedSegment, List: func(_ context.Context, id int64) (*ListTree, error) {
	parent := int64(7)
	return treeOf([]groupNode{{GroupList, 7, "list 7", nil}, {GroupList, 8, "list 8", &parent}, {GroupList, 9, "list 9", nil},
		{GroupSegment, 1, "segment 1", ptr(int64(8))}}, id)
}}

func eventSent(_ context.Context, name string) (bool, error) { return drawnEvents[name] != nil, nil }

func ptr[T any](v T) *T { return &v }

func referencedSegment(_ context.Context, id int64) (string, json.RawMessage, error) {
	c, ok := referenced[strconv.FormatInt(id, 10)]
	if !ok {
		return "", nil, fault.NotFound("segment", id)
	}
	text, err := json.Marshal(c)
	return "segment " + strconv.FormatInt(id, 10), text, err
}

func membersOf(t require.TestingT, c *columns.Store, k *compiler, condition *Condition) []int64 {
	p := k.holds(condition, false)
	rows, err := c.Query(context.Background(), "select c.id from customers c where "+p.sql+" order by c.id", p.args...)
	require.NoError(t, err, "%s %v", p.sql, p.args)
	defer rows.Close()
	ids := []int64{}
	for rows.Next() {
		var id int64
		require.NoError(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(t, rows.Err())
	return ids
}

// The days on which calendars are odd, and a plain one.
var oddDays = []string{"2026-03-09", "2024-02-29", "2025-02-28", "2024-02-28", "2025-03-01", "2025-12-31", "2026-01-01"}

func TestCompilerAgreesWithBruteForce(t *testing.T) {
	ctx := guard.System(context.Background())
	for i, text := range oddDays {
		today := day(text)
		t.Run(text, func(t *testing.T) {
			shoppers := randomShoppers(uint64(i), 150, today)
			c := columnstest.Open(t)
			store(t, c, shoppers)
			b := brute{today: today, zone: shanghai, segments: referenced, all: shoppers}
			k := &compiler{workspace: workspace.Default(), today: today}
			h := heat(t, NewHot(c))
			rapid.Check(t, func(t *rapid.T) {
				condition := randomCondition(t, today, 3)
				raw, err := json.Marshal(condition)
				require.NoError(t, err)
				parsed, err := ParseCondition(ctx, raw, lookupReferenced)
				require.NoError(t, err, "%s", raw)
				expected := []int64{}
				for _, s := range shoppers {
					if b.member(s, condition) {
						expected = append(expected, s.id)
					}
				}
				require.Equal(t, expected, membersOf(t, c, k, parsed), "%s", raw)
				if quick := hotMembers(t, h, k, parsed); quick != nil {
					require.Equal(t, expected, quick, "hot: %s", raw)
				}

				normal, err := json.Marshal(parsed)
				require.NoError(t, err)
				again, err := ParseCondition(ctx, normal, lookupReferenced)
				require.NoError(t, err, "%s", normal)
				require.Equal(t, k.holds(parsed, false), k.holds(again, false), "the normal form means the same")
				require.Len(t, membersOf(t, c, k, &Condition{Not: parsed}), len(shoppers)-len(expected), "not is the rest")
				checkSentence(t, Reader{Currency: "CNY"}.Sentence(parsed))
			})
		})
	}
}

func TestYearsBefore(t *testing.T) {
	for _, row := range []struct {
		day  string
		n    int
		want string
	}{
		{"2026-03-09", 35, "1991-03-09"},
		{"2024-02-29", 1, "2023-02-28"},
		{"2024-02-29", 4, "2020-02-29"},
		{"2025-02-28", 1, "2024-02-29"},
		{"2025-02-28", 2, "2023-02-28"},
		{"2024-02-28", 4, "2020-02-28"},
	} {
		require.Equal(t, row.want, yearsBefore(day(row.day), row.n).Format(time.DateOnly), "%s %d", row.day, row.n)
	}
}

// What several conditions ask of the same rows is reckoned once.
func TestConditionsOverTheSameWindowShareOneAggregation(t *testing.T) {
	text := `{"all": [
		{"event": "item_purchased", "where": {"field": "category", "op": "eq", "value": "护肤"}, "measure": "count", "op": "gte", "value": 3, "window": {"last_days": 365}},
		{"event": "item_purchased", "measure": "sum:amount", "op": "gte", "value": 100000, "window": {"last_days": 365}},
		{"not": {"event": "item_purchased", "measure": "days", "op": "lt", "value": 2, "window": {"last_days": 365}}},
		{"field": "gender", "op": "eq", "value": "female"}]}`
	parsed, err := ParseCondition(guard.System(context.Background()), []byte(text), lookupReferenced)
	require.NoError(t, err)
	k := &compiler{workspace: workspace.Default(), today: day("2026-03-09")}
	require.Equal(t, "(c.gender = ? and c.id in (select e.customer_id from order_lines e where e.customer_id is not null"+
		" and e.day between ?::date and ?::date and ((e.quantity > 0 and e.status <> 'cancelled' and e.category = ?) or e.quantity > 0 and e.status <> 'cancelled')"+
		" group by e.customer_id having (count(*) filter (where (e.quantity > 0 and e.status <> 'cancelled' and e.category = ?)) >= ?"+
		" and coalesce(sum(e.amount) filter (where e.quantity > 0 and e.status <> 'cancelled'), 0) >= ?"+
		" and not (count(distinct e.day) filter (where e.quantity > 0 and e.status <> 'cancelled') < ?))))", k.holds(parsed, false).sql)
}
