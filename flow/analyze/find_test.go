package analyze

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"guanxi/base/clock"
	"guanxi/base/columns/columnstest"
	"guanxi/base/db/dbtest"
	"guanxi/base/fault"
	"guanxi/base/page"
	"guanxi/flow/customer"
	"guanxi/guard"
)

// Page by page, in every order, a list shows each match once, unset values last.
func TestFindPagesThroughEveryOrder(t *testing.T) {
	today := day("2026-03-09")
	shoppers := randomShoppers(8, 120, today)
	c := columnstest.Open(t)
	store(t, c, shoppers)
	records := dbtest.SQLite(t)
	cold, warm := NewSegments(records, c, NewHot(c), &Touched{}), NewSegments(records, c, heat(t, NewHot(c)), &Touched{})
	ctx := guard.System(clock.With(context.Background(), clock.NewFake(today.Add(4*time.Hour))))
	b := brute{today: today, zone: shanghai, all: shoppers}
	matching := []*shopper{}
	for _, who := range shoppers {
		if slices.Contains(who.tags, "vip") {
			matching = append(matching, who)
		}
	}
	for _, field := range []string{"name", "age", "birthday", "city", "created_at", "orders.count", "orders.total", "orders.last_at", "rfm.recency_days", "value.predicted",
		"value.alive_probability", "rfm.segment", "quality.completeness", "has_phone", "owner", "gender", "rhythm.due_day"} {
		for _, sign := range []string{"", "-"} {
			want := slices.Clone(matching)
			slices.SortFunc(want, func(x, y *shopper) int {
				vx, vy := b.fieldOf(x, field), b.fieldOf(y, field)
				if field == "age" { // to the day, not to the year
					vx, vy = b.fieldOf(y, "birthday"), b.fieldOf(x, "birthday")
					if vx == nil || vy == nil {
						vx, vy = vy, vx
					}
				}
				if vx == nil || vy == nil {
					if (vx == nil) != (vy == nil) {
						return map[bool]int{true: 1, false: -1}[vx == nil]
					}
				} else if order := compareAny(vx, vy); order != 0 {
					return order * map[string]int{"": 1, "-": -1}[sign]
				}
				order := cmp.Compare(x.id, y.id) // ties by id, in the direction the engine runs
				if (sign == "-") != (field == "age" || field == "rfm.recency_days") {
					order = -order
				}
				return order
			})
			expected := []int64{}
			for _, who := range want {
				expected = append(expected, who.id)
			}
			for _, s := range []*Segments{cold, warm} {
				ids := []int64{}
				q := customer.FindQuery{Filter: `{"tag":"vip"}`, Sort: sign + field, Limit: 7, Total: true}
				for {
					found, total, next, err := s.Find(ctx, q)
					require.NoError(t, err)
					require.EqualValues(t, len(matching), total)
					ids = append(ids, found...)
					if q.Cursor = next; next == "" {
						break
					}
				}
				require.Equal(t, expected, ids, "%s%s, %v", sign, field, s == warm)
			}
		}
	}
}

func compareAny(a, b any) int {
	switch x := a.(type) {
	case string:
		return cmp.Compare(x, b.(string))
	case float64:
		return cmp.Compare(x, b.(float64))
	case instant:
		return cmp.Compare(x, b.(instant))
	case time.Time:
		return x.Compare(b.(time.Time))
	}
	return cmp.Compare(map[bool]int{true: 1}[a.(bool)], map[bool]int{true: 1}[b.(bool)])
}

func TestFindFaults(t *testing.T) {
	c := columnstest.Open(t)
	store(t, c, randomShoppers(1, 20, day("2026-03-09")))
	s := NewSegments(dbtest.SQLite(t), c, NewHot(c), &Touched{})
	admin := guard.With(context.Background(), guard.Actor{Role: "admin", StaffID: 1})
	for _, row := range []struct {
		name  string
		query customer.FindQuery
		place string
	}{
		{"an unknown sort", customer.FindQuery{Sort: "id; drop table customers"}, "sort"},
		{"a set", customer.FindQuery{Sort: "tags"}, "sort"},
		{"a filter at fault", customer.FindQuery{Filter: `{"all":[{"field":"age","op":"gte","value":"x"}]}`}, "all[0].value"},
		{"a cursor of another sort", customer.FindQuery{Sort: "name", Cursor: page.EncodeCursor(findCursor{Sort: "-name", ID: 1})}, "cursor"},
		{"a cursor with a value of another type", customer.FindQuery{Sort: "orders.count", Cursor: page.EncodeCursor(map[string]any{"s": "orders.count", "v": "' or 1=1", "i": 1})}, "cursor"},
		{"no cursor at all", customer.FindQuery{Cursor: "!!"}, "cursor"},
	} {
		_, _, _, err := s.Find(admin, row.query)
		require.True(t, fault.Is(err, fault.KindInvalid), "%s: %v", row.name, err)
		require.Equal(t, row.place, fault.Wrap(err).Fields[0].Field, row.name)
	}
	ids, total, _, err := s.Find(guard.With(context.Background(), guard.Actor{Role: "sales", StaffID: 1}), customer.FindQuery{Total: true})
	require.NoError(t, err)
	require.EqualValues(t, len(ids), total)
	require.Less(t, len(ids), 20, "only her own")
	ids, _, _, err = s.Find(context.Background(), customer.FindQuery{})
	require.True(t, err != nil || len(ids) == 0, "nobody finds nothing")
}
