package likeness

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/db/dbtest"
	"guanxi/flow/analyze"
)

// Half of those who were planted to pay more for green packaging are tagged. The customers most like them are the other half.
func TestLookAlikesAreTheOtherHalf(t *testing.T) {
	c, kind := plantedClusters(t)
	require.NoError(t, c.columns.Write(context.Background(), func(ctx context.Context, tx *columns.Tx) error {
		return tx.Exec(ctx, "update customers set tags = ['seed'] where id <= 150 and id % 2 = 0")
	}))
	l, ctx := c.likeness(dbtest.SQLite(t)), at(noon)
	seed, err := l.segments.Create(ctx, analyze.SegmentDraft{Name: "seed", Condition: []byte(`{"tag":"seed"}`)})
	require.NoError(t, err)
	a, err := l.Alike(ctx, seed.ID, 75)
	require.NoError(t, err)
	require.Equal(t, "ok", a.State)
	require.EqualValues(t, 75, a.Seed)
	require.EqualValues(t, 525, a.Others)
	require.Len(t, a.Customers, 75)
	for _, one := range a.Customers {
		require.Zero(t, kind[int64(one.ID)], "customer %d is not one of them", one.ID)
		require.NotZero(t, int64(one.ID)%2, "a member is not like the members")
		require.Greater(t, one.Score, 1.)
	}
	require.Greater(t, a.AUC, .9, "half of those alike are no members, so it cannot be 1")
	require.Less(t, a.AUC, .99)
	require.Greater(t, a.Lift, 2.5)
	require.NotEmpty(t, a.Drivers)

	few, err := l.segments.Create(ctx, analyze.SegmentDraft{Name: "few", Condition: []byte(`{"all":[{"tag":"seed"},{"field":"name","op":"eq","value":"N2"}]}`)})
	require.NoError(t, err)
	a, err = l.Alike(ctx, few.ID, 10)
	require.NoError(t, err)
	require.Equal(t, "none", a.State, "of one member nothing is learned")
	_, err = l.Alike(ctx, 999, 10)
	require.ErrorContains(t, err, "not_found")
}
