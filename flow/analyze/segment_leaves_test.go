package analyze

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"guanxi/base/columns"
	"guanxi/base/columns/columnstest"
	"guanxi/base/workspace"
	"guanxi/guard"
)

// Many conditions asked at once of some customers give what each gives alone when everybody is asked.
func TestManyConditionsAtOnceAreEachOfThemAlone(t *testing.T) {
	today := day("2026-03-09")
	shoppers := randomShoppers(21, 120, today)
	c := columnstest.Open(t)
	store(t, c, shoppers)
	ctx := guard.System(context.Background())
	k := &compiler{workspace: workspace.Default(), today: today}
	rapid.Check(t, func(t *rapid.T) {
		conditions := make([]*Condition, rapid.IntRange(1, 40).Draw(t, "segments"))
		for i := range conditions {
			raw, err := json.Marshal(randomCondition(t, today, 3))
			require.NoError(t, err)
			conditions[i], err = ParseCondition(ctx, raw, lookupReferenced)
			require.NoError(t, err)
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		some := roaring64.New()
		var ids []int64
		for range 30 {
			if id := int64(1 + r.IntN(125)); some.CheckedAdd(uint64(id)) { // some of whom are not there
				ids = append(ids, id)
			}
		}
		require.NoError(t, c.Write(ctx, func(ctx context.Context, tx *columns.Tx) error {
			near, err := narrow(ctx, tx, k, reachOf(conditions, today), ids)
			require.NoError(t, err)
			asked := newLeafSet(near)
			for _, c := range conditions {
				asked.collect(c)
			}
			require.NoError(t, asked.ask(ctx, tx, ids))
			for _, condition := range conditions {
				alone, err := k.evaluate(ctx, tx, condition)
				require.NoError(t, err)
				alone.And(some)
				text, _ := json.Marshal(condition)
				require.Equal(t, alone.ToArray(), asked.members(condition).ToArray(), "%s", text)
			}
			return nil
		}))
	})
}
