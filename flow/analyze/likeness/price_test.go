package likeness

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/api"
	"guanxi/base/db/dbtest"
)

// T19: those who were planted to accept 40% more for green packaging are seen to pay it, all of the time, and the others not.
func TestPriceAcceptanceOfClusters(t *testing.T) {
	c, _ := plantedClusters(t)
	l, ctx := c.likeness(dbtest.SQLite(t)), at(noon)
	require.NoError(t, l.LearnClusters(ctx, 0))
	of, err := l.told(ctx)
	require.NoError(t, err)
	b, err := l.Prices(ctx)
	require.NoError(t, err)
	require.Len(t, b.Clusters, 3)
	first := b.Clusters[0]
	require.EqualValues(t, of[1], *first.ID, "the young working women pay the most above what is usual")
	require.InDelta(t, .4, first.Premium, 1e-9)
	require.InDelta(t, 1, first.Share[4], 1e-9, "every purchase at 40% more")
	require.Greater(t, first.Low[4], .99)
	require.Zero(t, first.Share[5], "none at 50%")
	require.Zero(t, b.Clusters[1].Share[1]+b.Clusters[2].Share[1], "the others none at 10%")
	require.EqualValues(t, 600, b.Base.Customers)
	for _, a := range b.Clusters {
		if *a.ID == api.ID(of[600]) {
			require.InDelta(t, .45, a.Discount, .03, "bought at the sale price as often as planted")
		}
	}
}

// What is sold falls by two percent for each percent of price for one product, and by a third of one for another; a third has
// always cost the same; the season moves all of them.
func TestElasticityIsThatWhichWasPlanted(t *testing.T) {
	c := newCompany(t)
	chance := rand.New(rand.NewPCG(8, 8))
	for id := int64(1); id <= 20; id++ {
		c.exists(id, nil)
	}
	for week := range 60 {
		season := 1 + math.Sin(float64(week)/6)*.8
		for _, p := range []struct {
			name            string
			elastic, varies float64
		}{{"soap", -2, .15}, {"salt", -.3, .15}, {"rice", -1.5, 0}} {
			level := math.Exp(p.varies * chance.NormFloat64())
			sold := 4000 * season * math.Pow(level, p.elastic) * math.Exp(chance.NormFloat64()*.05)
			c.buys(int64(1+week%20), week*7+3, line{p.name, "home", int64(1000 * level), math.Round(sold)})
		}
		c.buys(int64(1+week%20), week*7+3, line{"other", "home", 1000, math.Round(90000 * season)})
	}
	c.move()
	l, ctx := c.likeness(dbtest.SQLite(t)), at(noon)
	require.NoError(t, l.LearnGoods(ctx))
	b, err := l.Prices(ctx)
	require.NoError(t, err)
	require.Len(t, b.Products, 2)
	require.EqualValues(t, 2, b.Steady, "of what has always cost the same nothing can be told")
	for i, want := range []struct {
		item, verdict string
		elasticity    float64
	}{{"soap", "elastic", -2}, {"salt", "inelastic", -.3}} {
		e := b.Products[i]
		require.Equal(t, want.item, e.Item.Item)
		require.Equal(t, want.verdict, e.Verdict)
		require.InDelta(t, want.elasticity, e.Elasticity, .15)
		require.Less(t, e.Low, want.elasticity+.05)
		require.Greater(t, e.High, want.elasticity-.05)
	}
}
