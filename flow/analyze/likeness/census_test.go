package likeness

import (
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/db/dbtest"
	"guanxi/flow/analyze"
)

// What is told of one customer is what a group of hers alone would be told against everybody, without counting everybody anew.
func TestPersonaOfOneIsThatOfAGroupOfOne(t *testing.T) {
	c := newCompany(t)
	for id := int64(1); id <= 120; id++ {
		more := map[string]any{"gender": []string{"male", "female", "unknown"}[id%3], "birthday": day(int(365*(18+id%50) + id)), "province": []string{"浙江省", "上海市", "江苏省"}[id*id%3]}
		if id%4 == 0 {
			more["tags"] = []string{"eco", "vip"}[:1+id%8/4]
		}
		c.exists(id, more)
		for n := range id % 5 {
			c.buys(id, int(10+n*7), line{[]string{"bag", "cup", "tea"}[(id+n)%3], []string{"环保", "家居"}[id%2], 5000 + 100*id, float64(1 + n%2)})
		}
	}
	c.move()
	l := c.likeness(dbtest.SQLite(t))
	for _, id := range []int64{1, 4, 8, 15, 50, 99, 120} {
		got, err := l.OfCustomer(at(noon), id)
		require.NoError(t, err)
		want := &Persona{}
		require.NoError(t, l.describe(at(noon), analyze.SQL{Text: "c.id = ?", Args: []any{id}}, want))
		require.Equal(t, want.Base, got.Base)
		seen := 0
		for _, part := range want.Parts {
			for _, d := range part.Details {
				for _, i := range d.Items {
					if i.Members == 0 {
						continue
					}
					seen++
					hers, of := find(got, d.Name, i.Value)
					require.NotNil(t, of, "%d: %s %s", id, d.Name, i.Value)
					hers.phrase, i.phrase = analyze.Label{}, analyze.Label{}
					require.Equal(t, i, hers)
					require.Equal(t, d.KnownBase, of.KnownBase)
					if d.Rank != nil {
						require.InDelta(t, *d.Rank, *of.Rank, 1e-9, d.Name)
						require.Equal(t, *d.BaseMedian, *of.BaseMedian)
					}
				}
			}
		}
		require.Positive(t, seen)
	}
	c.exists(121, map[string]any{"gender": "female", "province": "新疆"})
	c.move()
	got, err := l.OfCustomer(at(noon), 121)
	require.NoError(t, err)
	province, _ := find(got, "province", "新疆")
	require.EqualValues(t, 1, province.Base, "what is quick to count is counted anew when facts change")
}
