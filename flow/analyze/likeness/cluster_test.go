package likeness

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"guanxi/base/columns"
	"guanxi/base/db"
	"guanxi/base/db/dbtest"
	"guanxi/flow/analyze/learn"
)

// T19 (C197): of 600 customers 150 are young working women who buy the box in green packaging at a price 40% above what is
// usually paid for a gift box; 200 are men who buy tools, often; 250 are older customers who wait for the sale. Who is which is
// known: kind gives it.
func plantedClusters(t *testing.T) (c *company, kind map[int64]int) {
	c, kind = newCompany(t), map[int64]int{}
	chance := rand.New(rand.NewPCG(5, 5))
	for id := int64(1); id <= 600; id++ {
		switch {
		case id <= 150:
			kind[id] = 0
			c.exists(id, map[string]any{"gender": "female", "birthday": day(int(365.25 * (24 + 6*chance.Float64())))})
			for before := 20 + chance.IntN(20); before < 400; before += 60 + chance.IntN(30) {
				c.buys(id, before, line{"环保礼盒", "礼盒", 14000, 1})
			}
		case id <= 350:
			kind[id] = 1
			c.exists(id, map[string]any{"gender": "male", "birthday": day(int(365.25 * (35 + 10*chance.Float64())))})
			for before := 1 + chance.IntN(10); before < 400; before += 12 + chance.IntN(8) {
				c.buys(id, before, line{"扳手", "五金", 3000, float64(1 + chance.IntN(3))})
			}
		default:
			kind[id] = 2
			c.exists(id, map[string]any{"gender": []string{"female", "male"}[chance.IntN(2)], "birthday": day(int(365.25 * (58 + 12*chance.Float64())))})
			for before := 30 + chance.IntN(60); before < 400; before += 50 + chance.IntN(30) {
				price := int64(10000)
				if chance.Float64() < .45 {
					price = 8000
				}
				c.buys(id, before, line{"礼盒", "礼盒", price, 1})
			}
		}
	}
	c.move()
	return c, kind
}

func TestClustersAreThoseThatWerePlanted(t *testing.T) {
	c, kind := plantedClusters(t)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, l := at(noon), c.likeness(d)
		require.NoError(t, l.LearnClusters(ctx, -1))
		found, err := l.told(ctx)
		require.NoError(t, err)
		require.Len(t, found, 600)
		var truth, told []int
		for id, k := range kind {
			truth, told = append(truth, k), append(told, int(found[id]))
		}
		require.Greater(t, learn.AdjustedRand(truth, told), .95)

		b, err := l.ClusterBoard(ctx)
		require.NoError(t, err)
		require.True(t, b.Sure, "%+v", b.Tried)
		require.Len(t, b.Clusters, 3)
		var eco ClusterView
		for _, v := range b.Clusters {
			if int64(v.ID) == found[1] {
				eco = v
			}
		}
		require.EqualValues(t, 150, eco.Customers)
		require.Contains(t, eco.Name.Chinese, "女性")
		require.Contains(t, eco.Name.Chinese, "多付 40%")
		require.Contains(t, eco.Name.English, "about 27 years old")

		require.NoError(t, l.NameCluster(ctx, int64(eco.ID), b.Version, "愿意为环保多付的年轻女性"))
		require.ErrorContains(t, l.NameCluster(ctx, int64(eco.ID), b.Version, "x"), "changed_since_read")
		require.NoError(t, l.LearnClusters(ctx, -1), "anew")
		again, err := l.told(ctx)
		require.NoError(t, err)
		require.Equal(t, found, again, "the same customers have the same keys")
		names, err := l.Names(ctx)
		require.NoError(t, err)
		require.Equal(t, "愿意为环保多付的年轻女性", names[int64(eco.ID)])

		p, err := l.Persona(ctx, eco.Condition)
		require.NoError(t, err)
		require.EqualValues(t, 150, p.Members, "a condition asks for the cluster")
		require.Contains(t, p.Sentence.Chinese, "愿意为环保多付的年轻女性")
		require.NoError(t, l.columns.Write(ctx, func(ctx context.Context, tx *columns.Tx) error { return tx.Exec(ctx, "delete from customer_clusters") }))
	})
}

func TestTooFewCustomersMakeNoClusters(t *testing.T) {
	c := newCompany(t)
	for id := int64(1); id < fewestRows; id++ {
		c.exists(id, nil)
		c.buys(id, 10, line{"a", "b", 100, 1})
	}
	c.move()
	l := c.likeness(dbtest.SQLite(t))
	b, err := l.ClusterBoard(at(noon))
	require.NoError(t, err)
	require.Contains(t, b.Reason.EN, "not been looked for")
	require.NoError(t, l.LearnClusters(at(noon), 0))
	b, err = l.ClusterBoard(at(noon))
	require.NoError(t, err)
	require.Equal(t, "none", b.State)
	require.Contains(t, b.Reason.EN, "Fewer than 60")
}
